/** Query parameters and body fields, checked against what the catalogue says of them. */
import type { Endpoint, Param } from '../../convirza/catalogue/index.ts';
import { HttpError } from './answer.ts';

type Scalar = string | number | boolean;

const ISO_DATE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?$/;

const BOOLEANS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  '1': true,
  false: false,
  no: false,
  '0': false,
};

/** Milliseconds since 1970 of an ISO 8601 time, UTC unless it says otherwise; undefined when it is none. */
export function parseDate(text: string): number | undefined {
  const match = ISO_DATE.exec(text);
  if (match === null) return undefined;
  const time = Date.parse(text.includes('T') && match[1] === undefined ? `${text}Z` : text);
  return Number.isNaN(time) ? undefined : time;
}

function refuse(param: Param, rule: string): never {
  throw new HttpError(400, `${param.name} ${rule}.`);
}

function checkInteger(param: Param, raw: unknown): number {
  const value = typeof raw === 'string' && /^-?\d+$/.test(raw) ? Number(raw) : raw;
  if (!Number.isSafeInteger(value)) refuse(param, 'must be an integer');
  const number = value as number;
  if (param.min !== undefined && number < param.min) refuse(param, `must be at least ${param.min}`);
  if (param.max !== undefined && number > param.max) refuse(param, `must be at most ${param.max}`);
  return number;
}

function checkText(param: Param, raw: unknown): string {
  if (typeof raw !== 'string') refuse(param, 'must be a string');
  if (param.maxLength !== undefined && [...raw].length > param.maxLength) {
    refuse(param, `must have at most ${param.maxLength} characters`);
  }
  if (param.values !== undefined && !param.values.includes(raw)) {
    refuse(param, `must be one of: ${param.values.join(', ')}`);
  }
  return raw;
}

function check(param: Param, raw: unknown): Scalar {
  switch (param.type) {
    case 'integer':
      return checkInteger(param, raw);
    case 'boolean':
      return BOOLEANS[String(raw).toLowerCase()] ?? refuse(param, 'must be true or false');
    case 'date':
      return (
        parseDate(checkText(param, raw)) ?? refuse(param, 'must be an ISO 8601 time: 2026-01-01T00:00:00Z')
      );
    case 'string':
      return checkText(param, raw);
  }
}

/**
 * The parameters that count: with the id of one call, period and page are ignored, whatever they hold (reference:
 * documented, Get Calls List).
 */
export function queryParams({ query = [], list }: Endpoint, search: URLSearchParams): readonly Param[] {
  const { window } = list ?? {};
  if (window?.unless === undefined || (search.get(window.unless) ?? '').trim() === '') return query;
  const ignored = [window.start, window.end, 'limit', 'offset'];
  return query.filter(({ name }) => !ignored.includes(name));
}

/** The checked query of a request; an absent or empty parameter is undefined. */
export class Query {
  readonly #values = new Map<string, Scalar>();
  readonly #lists = new Map<string, Scalar[]>();

  /** Throws HttpError 400 for a value that the catalogue rules out. Unknown parameters are ignored. */
  constructor(params: readonly Param[], search: URLSearchParams) {
    for (const param of params) {
      const given = search.getAll(param.name);
      const raw = (param.multiple ? given.flatMap((text) => text.split(',')) : given.slice(0, 1))
        .map((text) => text.trim())
        .filter((text) => text !== '');
      if (raw.length === 0 && param.required) refuse(param, 'is required');
      const values = raw.map((text) => check(param, text));
      this.#lists.set(param.name, values);
      if (values[0] !== undefined) this.#values.set(param.name, values[0]);
    }
  }

  /** The value of a parameter of the type `string`. */
  text(name: string): string | undefined {
    return this.#values.get(name) as string | undefined;
  }

  /** The value of a parameter of the type `integer`. */
  integer(name: string): number | undefined {
    return this.#values.get(name) as number | undefined;
  }

  /** The value of a parameter of the type `boolean`. */
  flag(name: string): boolean | undefined {
    return this.#values.get(name) as boolean | undefined;
  }

  /** The value of a parameter of the type `date`, in milliseconds since 1970. */
  date(name: string): number | undefined {
    return this.#values.get(name) as number | undefined;
  }

  /** All values of a parameter that may be given several times, repeated or joined by commas. */
  list(name: string): readonly string[] {
    return (this.#lists.get(name) ?? []) as string[];
  }
}

/**
 * The fields of a body that the catalogue knows, in their right types; `null` passes as it is. Throws HttpError
 * 400 for a value that the catalogue rules out and for a required field that is missing.
 */
export function readFields(
  params: readonly Param[],
  body: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const param of params) {
    const raw = body[param.name];
    if (raw === undefined || raw === null || (raw === '' && param.required)) {
      if (param.required) refuse(param, 'is required');
      if (raw === null) fields[param.name] = null;
      continue;
    }
    fields[param.name] = check(param, raw);
  }
  return fields;
}
