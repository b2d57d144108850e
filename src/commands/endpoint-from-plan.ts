/** From the rows of a manifest to one request each, with every problem of every row. Sends nothing. */

import { createHash } from 'node:crypto';
import {
  type Manifest,
  type ManifestProblem,
  type ManifestRow,
  type ManifestValues,
  placeOf,
} from '../bulk/manifest.ts';
import { type Endpoint, FAMILIES, type Param } from '../convirza/catalogue/index.ts';
import { fillPath } from '../convirza/url.ts';
import { withoutStop } from '../shared/errors.ts';
import { type JsonObject, parseJson } from '../shared/json.ts';
import { isForbiddenField } from './body.ts';
import { fieldValue } from './endpoint-from-value.ts';

/** One request of a plan. */
export interface PlannedRequest {
  /** Line of the manifest, or place in its list. */
  number: number;
  path: Readonly<Record<string, string>>;
  body: JsonObject | undefined;
  /** The row as it came. */
  values: ManifestValues;
  /** Names it in the journal: what it is about, or else its content. */
  key: string;
  /** Fingerprint of all that is sent. */
  hash: string;
  /** `line 3 (5)`. */
  label: string;
}

export interface RequestPlan {
  requests: PlannedRequest[];
  problems: ManifestProblem[];
  /** Columns that are no fields of the command, and are not sent. */
  leftOut: string[];
}

export interface PlanOptions {
  /** Fields that every row has, unless it says otherwise. */
  defaults: JsonObject | undefined;
  /** Whether columns that the endpoint does not name are sent. */
  allColumns: boolean;
  /** The column of the id; without it the name of the path's parameter, then the key of the id in the family's rows. */
  idColumn?: string | undefined;
  /** The field that no two records share, for creates. */
  naturalKey?: string | undefined;
  /** Unix milliseconds. */
  now: number;
}

/** Whether a request of this endpoint carries fields. */
export function takesBody(endpoint: Endpoint): boolean {
  return endpoint.method !== 'GET' && (endpoint.method !== 'DELETE' || endpoint.danger === 'cost');
}

/** Names under which a row may give a path parameter. */
export function idColumns(endpoint: Endpoint, idColumn?: string | undefined): string[] {
  if (endpoint.pathParams === undefined) return [];
  if (idColumn !== undefined) return [idColumn];
  const family = FAMILIES.find(({ name }) => name === endpoint.family);
  const keys = (family?.endpoints ?? []).map(({ idKey }) => idKey).filter((key) => key !== undefined);
  return [...new Set([...endpoint.pathParams.map(({ name }) => name), ...keys])];
}

/** Columns that say what a list of ids, or a file of one column, is about. */
export function knownColumns(endpoint: Endpoint, idColumn?: string | undefined): string[] {
  return [...idColumns(endpoint, idColumn), ...(endpoint.body ?? []).map(({ name }) => name), 'name'];
}

export function planRequests(endpoint: Endpoint, manifest: Manifest, options: PlanOptions): RequestPlan {
  const planner = new Planner(endpoint, manifest, options);
  for (const row of manifest.rows) planner.add(row);
  return planner.plan;
}

class Planner {
  readonly plan: RequestPlan;
  readonly #endpoint: Endpoint;
  readonly #manifest: Manifest;
  readonly #options: PlanOptions;
  readonly #idColumns: readonly string[];
  readonly #params: ReadonlyMap<string, Param>;
  readonly #leftOut = new Set<string>();
  readonly #seen = new Map<string, number>();

  constructor(endpoint: Endpoint, manifest: Manifest, options: PlanOptions) {
    this.#endpoint = endpoint;
    this.#manifest = manifest;
    this.#options = options;
    this.#idColumns = idColumns(endpoint, options.idColumn);
    this.#params = new Map((endpoint.body ?? []).map((param) => [param.name, param]));
    this.plan = { requests: [], problems: [...manifest.problems], leftOut: [] };
  }

  add({ number, values }: ManifestRow): void {
    // What our own NDJSON ends with.
    const names = Object.keys(values);
    if (this.#manifest.format === 'ndjson' && names.length === 1 && names[0] === 'summary') return;
    const messages: string[] = [];
    const path = this.#path(values, messages);
    const body = takesBody(this.#endpoint) ? this.#body(values, messages) : this.#noBody(values);
    this.plan.leftOut = [...this.#leftOut];
    const hash = createHash('sha256')
      .update(JSON.stringify([path, sorted(body)]))
      .digest('hex');
    const name = this.#nameOf(path, values);
    const key = name ?? hash;
    this.#checkDouble(key, name, number, messages);
    if (messages.length === 0) {
      const place = placeOf(this.#manifest, number);
      const known = name ?? labelOf(body);
      const label = known === undefined ? place : `${place} (${known})`;
      this.plan.requests.push({ number, path, body, values, key, hash, label });
    }
    for (const message of messages) this.plan.problems.push({ number, message });
  }

  /** What the record is called on the service: its id, or the field that no other shares. */
  #nameOf(path: Readonly<Record<string, string>>, values: ManifestValues): string | undefined {
    const id = Object.values(path).join(' ');
    if (id !== '') return id;
    const { naturalKey } = this.#options;
    const natural = naturalKey === undefined ? undefined : values[naturalKey];
    return typeof natural === 'string' && natural !== '' ? natural : undefined;
  }

  #checkDouble(key: string, name: string | undefined, number: number, messages: string[]): void {
    const before = this.#seen.get(key);
    this.#seen.set(key, before ?? number);
    // Rows that are the same for want of anything in them have been complained of.
    if (before === undefined || (name === undefined && messages.length > 0)) return;
    const what = name === undefined ? 'the same' : JSON.stringify(name);
    messages.push(`${what} stands on ${placeOf(this.#manifest, before)} too`);
  }

  #path(values: ManifestValues, messages: string[]): Record<string, string> {
    const path: Record<string, string> = {};
    for (const { name } of this.#endpoint.pathParams ?? []) {
      const column = this.#idColumns.find((candidate) => !isBlank(values[candidate]));
      if (column === undefined) {
        messages.push(`it has no ${this.#idColumns.join(' or ')}`);
        continue;
      }
      const value = values[column];
      if (typeof value !== 'string' && typeof value !== 'number') {
        messages.push(`${column} is neither text nor a number`);
        continue;
      }
      path[name] = String(value).trim();
    }
    if (messages.length > 0) return path;
    try {
      fillPath(this.#endpoint.path, path);
    } catch (error) {
      messages.push(messageOf(error));
    }
    return path;
  }

  #noBody(values: ManifestValues): undefined {
    for (const name of Object.keys(values)) if (!this.#idColumns.includes(name)) this.#leftOut.add(name);
    return undefined;
  }

  #body(values: ManifestValues, messages: string[]): JsonObject | undefined {
    const body: JsonObject = { ...this.#options.defaults };
    for (const [column, cell] of Object.entries(values)) {
      if (this.#idColumns.includes(column)) continue;
      const isJson = column.endsWith(':=');
      const name = isJson ? column.slice(0, -2) : column;
      const param = this.#params.get(name);
      if (name === '' || isForbiddenField(name)) {
        messages.push(`the column ${JSON.stringify(column)} cannot be sent`);
        continue;
      }
      if (param === undefined && !isJson && this.#endpoint.body !== undefined && !this.#options.allColumns) {
        this.#leftOut.add(column);
        continue;
      }
      try {
        if (isJson) body[name] = jsonCell(cell);
        else body[name] = param === undefined ? cell : fieldValue(param, cell, this.#options.now);
      } catch (error) {
        messages.push(`${column} ${JSON.stringify(cell)}: ${messageOf(error)}`);
      }
    }
    if (messages.length === 0 && Object.keys(body).length === 0) messages.push('it has nothing to send');
    return body;
  }
}

function jsonCell(cell: unknown): unknown {
  if (typeof cell !== 'string') return cell;
  const parsed = parseJson(cell);
  if (parsed === undefined) throw new Error('It is not JSON.');
  return parsed.value;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

/** What a person would know a record by. */
function labelOf(body: JsonObject | undefined): string | undefined {
  const found = Object.entries(body ?? {}).find(
    ([name, value]) => /(^|_)name$|email/.test(name) && typeof value === 'string',
  );
  return found === undefined ? undefined : String(found[1]);
}

/** Without the order in which the columns stood. */
function sorted(body: JsonObject | undefined): unknown {
  if (body === undefined) return null;
  return Object.entries(body).sort(([a], [b]) => (a < b ? -1 : 1));
}

function messageOf(error: unknown): string {
  const { message } = error as Error;
  const text = withoutStop(message);
  return text.charAt(0).toLowerCase() + text.slice(1);
}
