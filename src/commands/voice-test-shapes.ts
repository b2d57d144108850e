/** What values may look like: each shape reads a value, says what is wrong with it, and describes itself as JSON Schema. */
import type { JsonObject } from '../shared/json.ts';
import { closest } from '../shared/similar.ts';
import { parseTime } from './audio-values.ts';
import type { Located, Report } from './voice-test-source.ts';

export interface Shape<T> {
  readonly schema: JsonObject;
  /** What it wants, for a sentence: `a text`. */
  readonly wants: string;
  /** @returns undefined when `report` was told what is wrong */
  read(value: Located, report: Report): T | undefined;
}

/** A shape of single values. `take` gives undefined for one that is not wanted, or says why. */
function scalar<T>(
  schema: JsonObject,
  wants: string,
  take: (value: string | number | boolean | null) => T | undefined | { problem: string },
): Shape<T> {
  return {
    schema,
    wants,
    read: (located, report) => {
      const taken = located.kind === 'scalar' ? take(located.value) : undefined;
      if (typeof taken === 'object' && taken !== null && 'problem' in taken)
        report(located.at, taken.problem);
      else if (taken !== undefined) return taken;
      else report(located.at, `${wants} is wanted here, not ${shown(located)}`);
      return undefined;
    },
  };
}

function shown(located: Located): string {
  if (located.kind !== 'scalar') return located.kind === 'list' ? 'a list' : 'a map';
  return located.value === null ? 'nothing' : JSON.stringify(located.value);
}

/** Text that is not empty; a number is taken for the text that it is written as. */
export function text(wants = 'a text', problemOf?: (value: string) => string | undefined): Shape<string> {
  return scalar({ type: 'string', minLength: 1 }, wants, (value) => {
    const taken = typeof value === 'number' ? String(value) : value;
    if (typeof taken !== 'string' || taken.trim() === '') return undefined;
    const problem = problemOf?.(taken);
    return problem === undefined ? taken : { problem };
  });
}

export function number(least: number, most: number): Shape<number> {
  return scalar(
    { type: 'number', minimum: least, maximum: most },
    `a number from ${least} to ${most}`,
    (value) => (typeof value === 'number' && value >= least && value <= most ? value : undefined),
  );
}

export const flag: Shape<boolean> = scalar({ type: 'boolean' }, 'true or false', (value) =>
  typeof value === 'boolean' ? value : undefined,
);

export const yes: Shape<true> = scalar({ const: true }, 'true', (value) =>
  value === true ? true : undefined,
);

const TIME_PATTERN =
  '^\\s*((\\d+(\\.\\d+)?|\\.\\d+)\\s*([mM][sS]|[sS]|[mM]|[mM][iI][nN]|[hH])|(\\d+:)?\\d{1,2}:\\d{1,2}(\\.\\d+)?)\\s*$';

/** A time with its unit, read as milliseconds. */
export function time(mostMs = 3_600_000): Shape<number> {
  const wants = 'a time with its unit, such as 500ms or 2s,';
  return scalar({ type: 'string', pattern: TIME_PATTERN }, wants, (value) => {
    if (typeof value === 'number') return { problem: `${value} has no unit: write ${value}s or ${value}ms` };
    if (typeof value !== 'string' || !new RegExp(TIME_PATTERN).test(value)) return undefined;
    try {
      const ms = Math.round(parseTime('', value) * 1e6) / 1e3;
      return ms <= mostMs ? ms : { problem: `${value} is longer than ${mostMs / 60_000} minutes` };
    } catch {
      return undefined;
    }
  });
}

export function list<T>(item: Shape<T>, least = 1): Shape<T[]> {
  return {
    schema: { type: 'array', items: item.schema, ...(least > 0 ? { minItems: least } : {}) },
    wants: 'a list',
    read: (located, report) => {
      if (located.kind !== 'list') {
        report(located.at, `a list is wanted here, not ${shown(located)}`);
        return undefined;
      }
      if (located.items.length < least) report(located.at, 'the list is empty');
      const whole = located.items.filter(({ kind }) => kind !== 'broken');
      const read = whole.map((value) => item.read(value, report));
      return read.filter((value) => value !== undefined);
    },
  };
}

/** Any map, as plain data. */
export const plainMap: Shape<JsonObject> = {
  schema: { type: 'object' },
  wants: 'a map',
  read: (located, report) => {
    if (located.kind === 'map') return plain(located) as JsonObject;
    report(located.at, `a map is wanted here, not ${shown(located)}`);
    return undefined;
  },
};

function plain(located: Located): unknown {
  if (located.kind === 'broken') return null;
  if (located.kind === 'scalar') return located.value;
  if (located.kind === 'list') return located.items.map(plain);
  // A map may have a key that means something to an object.
  return Object.fromEntries(located.entries.map(({ key, value }) => [key, plain(value)]));
}

/** One of several shapes, told apart by the kind of the value. */
export function byKind<S, L, M>(forms: {
  scalar: Shape<S>;
  list?: Shape<L>;
  map?: Shape<M>;
}): Shape<S | L | M> {
  const all = [forms.scalar, forms.list, forms.map].filter((form) => form !== undefined);
  return {
    schema: { anyOf: all.map(({ schema }) => schema) },
    wants: forms.scalar.wants,
    read: (located, report) => {
      const form = located.kind === 'broken' ? undefined : forms[located.kind];
      return (form ?? forms.scalar).read(located, report);
    },
  };
}

/** A shape that is defined under a name, so that it may hold itself. */
export function named<T>(name: string, shape: () => Shape<T>): Shape<T> {
  return {
    schema: { $ref: `#/$defs/${name}` },
    get wants() {
      return shape().wants;
    },
    read: (located, report) => shape().read(located, report),
  };
}

export function mapped<T, U>(shape: Shape<T>, change: (value: T, report: Report, at: number) => U): Shape<U> {
  return {
    schema: shape.schema,
    get wants() {
      return shape.wants;
    },
    read: (located, report) => {
      const value = shape.read(located, report);
      return value === undefined ? undefined : change(value, report, located.at);
    },
  };
}

/** A key of a map. */
export interface Field<T> {
  shape: Shape<T>;
  /** For the schema and the manual. */
  about: string;
  required?: boolean;
}

// biome-ignore lint/suspicious/noExplicitAny: what each field holds is inferred where the fields are written down
export type Fields = Readonly<Record<string, Field<any>>>;

/** A map that was read: what was right in it, and where every key stands, right or wrong. */
export interface Read<F extends Fields> {
  at: number;
  value: { [K in keyof F]?: F[K] extends Field<infer T> ? T : never };
  where: { [K in keyof F]?: number };
}

export function field<T>(shape: Shape<T>, about: string, required = false): Field<T> {
  return { shape, about, required };
}

/** A map with these keys and no others. */
export function map<F extends Fields>(fields: F, wants = 'a map'): Shape<Read<F>> {
  const names = Object.keys(fields);
  const required = names.filter((name) => fields[name]?.required === true);
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(fields).map(([name, { shape, about }]) => [
          name,
          { ...shape.schema, description: about },
        ]),
      ),
      ...(required.length > 0 ? { required } : {}),
      additionalProperties: false,
    },
    wants,
    read: (located, report) => {
      if (located.kind !== 'map') {
        report(located.at, `${wants} is wanted here, not ${shown(located)}`);
        return undefined;
      }
      const value: Record<string, unknown> = {};
      const where: Record<string, number> = {};
      for (const { key, at, value: given } of located.entries) {
        if (!Object.hasOwn(fields, key)) report(at, unknownKey(key, names));
        else {
          where[key] = at;
          const read = given.kind === 'broken' ? undefined : fields[key]?.shape.read(given, report);
          if (read !== undefined) value[key] = read;
        }
      }
      for (const name of required)
        if (!Object.hasOwn(where, name)) report(located.at, `the key ${name} is missing`);
      return { at: located.at, value, where } as Read<F>;
    },
  };
}

/**
 * `the key "anwser" is not known here; did you mean answer?`
 *
 * @param told the names to tell where none is like it
 */
export function unknownKey(key: string, known: readonly string[], told = known): string {
  const meant = closest(key, known);
  const advice = meant === undefined ? `there are: ${told.join(', ')}` : `did you mean ${meant}?`;
  return `the key ${JSON.stringify(key.slice(0, 60))} is not known here; ${advice}`;
}
