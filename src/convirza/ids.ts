/** Which key of a record is its id. Keys follow no common style (reference, section 3, "Created ids"). */
import { isObject } from '../shared/json.ts';
import type { Endpoint } from './catalogue/types.ts';

type Named = Pick<Endpoint, 'family' | 'idKey'>;

/** The singular names of a family's records. The families of the catalogue name their ids after one of these. */
const RECORD_NAMES: Readonly<Record<string, readonly string[]>> = {
  users: ['ct_user', 'user'],
  groups: ['org_unit', 'group'],
  webhooks: ['webhook'],
  prompts: ['media_prompt', 'prompt'],
  agents: ['ai_voice_agent', 'voice_agent', 'agent'],
  numbers: ['phone_number', 'number', 'provisioned_number'],
  routes: ['provisioned_route', 'route', 'call_flow'],
  broadcasts: ['broadcast', 'sms_broadcast'],
  calls: ['call', 'conversation'],
  sms: ['conversation', 'sms'],
  tags: ['tag'],
  'ad-sources': ['ad_source'],
  industries: ['industry'],
};

/** `orgUnitId`, `org_unit_id` and `ORG-UNIT-ID` are one key. */
function fold(key: string): string {
  return key.replace(/[-_\s]/g, '').toLowerCase();
}

/** Singular names of the records of an endpoint's family, snake case, most specific first. */
export function recordNames(family: string): readonly string[] {
  return RECORD_NAMES[family] ?? [family.replaceAll('-', '_').replace(/s$/, '')];
}

/**
 * Folded id keys of the family, most specific first: the catalogue's own, then one for each record name. Never a
 * request id, a parent or an owner, since no family is named after those.
 */
function ownKeys({ family, idKey }: Named): string[] {
  const keys = recordNames(family).map((name) => `${name}_id`);
  return [...new Set([...(idKey === undefined ? [] : [idKey]), ...keys].map(fold))];
}

type Id = string | number;

function isId(value: unknown): value is Id {
  return (typeof value === 'string' && value.trim() !== '') || typeof value === 'number';
}

function idAt(record: Readonly<Record<string, unknown>>, key: string): Id | undefined {
  for (const [name, value] of Object.entries(record)) if (fold(name) === key && isId(value)) return value;
  return undefined;
}

/** The id of one record: the family's own key in any spelling, else `id`, else `_id` or `uuid`. */
export function idOf(record: unknown, endpoint: Named): Id | undefined {
  if (!isObject(record)) return undefined;
  for (const key of [...ownKeys(endpoint), 'id', 'uuid', 'guid']) {
    const id = idAt(record, key);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** Keys under which a service wraps the one record that it answers, beside the record's own name. */
const WRAPPERS = ['data', 'result', 'results', 'record', 'records', 'item', 'items', 'row', 'rows'];

/**
 * The id of what was created: by the family's own keys in the answer or one level into it, then by a plain `id` there.
 * An object one level down counts for a plain `id` only when its key names the record, so that an owner's or a
 * parent's id is never taken.
 *
 * @param data the answer without its envelope: an object, or a list of one
 * @returns undefined where the answer names no id of the record
 */
export function createdId(data: unknown, endpoint: Named): Id | undefined {
  const record = onlyElement(data);
  if (!isObject(record)) return undefined;
  const inner = Object.entries(record).map(([key, value]) => [fold(key), onlyElement(value)] as const);
  const own = ownKeys(endpoint);
  for (const candidate of [record, ...inner.map(([, value]) => value)]) {
    if (!isObject(candidate)) continue;
    for (const key of own) {
      const id = idAt(candidate, key);
      if (id !== undefined) return id;
    }
  }
  const names = [...recordNames(endpoint.family), endpoint.family].map(fold);
  const wrapped = inner
    .filter(([key]) => names.includes(key) || WRAPPERS.includes(key))
    .map(([, value]) => value);
  for (const candidate of [record, ...wrapped]) {
    const id = isObject(candidate) ? idAt(candidate, 'id') : undefined;
    if (id !== undefined) return id;
  }
  return undefined;
}

function onlyElement(value: unknown): unknown {
  return Array.isArray(value) && value.length === 1 ? (value[0] as unknown) : value;
}
