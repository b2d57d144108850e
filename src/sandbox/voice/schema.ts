/** Checking of data that people write: what a value must be, in small pieces, and every problem at once. */
import { isObject } from '../../shared/json.ts';

/** Where a value stands in its document: names of fields and numbers of entries (from 0). */
export type Path = readonly (string | number)[];

/** Something wrong with the value at `path`; `message` goes on after its name ("must be a text"). */
export interface Problem {
  path: Path;
  message: string;
}

/** What is found out while a document is read. */
export interface Reading {
  problems: Problem[];
  /** Whether the document may name files of this machine. */
  mayNameFiles: boolean;
}

/** What a value must be. */
export interface Rule {
  /**
   * The value in the form that the program uses, where the names of fields are `likeThis` and not `like_this`.
   * What is wrong is added to `reading.problems`, and the result is then of no use.
   */
  read(value: unknown, path: Path, reading: Reading): unknown;
  /** Of an object, or of the objects of a list. */
  readonly fields?: Readonly<Record<string, Rule>>;
  readonly isList?: boolean;
}

/** `voice.faults[0].close`. */
export function pathText(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('');
}

function simple(expected: string, accepts: (value: unknown) => boolean): Rule {
  return {
    read(value, path, { problems }) {
      if (!accepts(value)) problems.push({ path, message: `must be ${expected}` });
      return value;
    },
  };
}

export const flag = simple('true or false', (value) => typeof value === 'boolean');
export const text = simple('a text', (value) => typeof value === 'string');

export function oneOf(...choices: readonly unknown[]): Rule {
  const last = choices.at(-1);
  const names = `${choices.slice(0, -1).join(', ')} or ${String(last)}`;
  return simple(names, (value) => choices.includes(value));
}

export function number(least: number, most: number): Rule {
  return simple(
    `a number from ${least} to ${most}`,
    (value) => typeof value === 'number' && value >= least && value <= most,
  );
}

export function whole(least: number, most: number): Rule {
  return simple(
    `a whole number from ${least} to ${most}`,
    (value) => Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
  );
}

/** A number, or the word `unlimited`, which becomes Infinity. */
export function orUnlimited(rule: Rule): Rule {
  return {
    read(value, path, reading) {
      if (value === 'unlimited' || value === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
      const problems: Problem[] = [];
      rule.read(value, path, { ...reading, problems });
      for (const { message } of problems)
        reading.problems.push({ path, message: `${message}, or unlimited` });
      return value;
    },
  };
}

/**
 * @param least of entries
 * @param orOne whether one entry alone counts as a list of it
 */
export function list(rule: Rule, { least = 0, orOne = false } = {}): Rule {
  return {
    ...(rule.fields === undefined ? {} : { fields: rule.fields }),
    isList: true,
    read(value, path, reading) {
      if (orOne && isObject(value)) return [rule.read(value, path, reading)];
      if (!Array.isArray(value) || value.length < least) {
        const size = least === 0 ? '' : ` of at least ${least}`;
        reading.problems.push({ path, message: `must be a list${size}` });
        return value;
      }
      return value.map((entry, i) => rule.read(entry, [...path, i], reading));
    },
  };
}

/**
 * An object with some of these fields and no others. `null` counts as a field that is not there.
 * @param required names of fields that must be there
 * @param check what is wrong with the fields together, if anything
 */
export function object(
  fields: Readonly<Record<string, Rule>>,
  required: readonly string[] = [],
  check: (
    has: (name: string) => boolean,
    value: Readonly<Record<string, unknown>>,
  ) => string | undefined = () => undefined,
): Rule {
  return {
    fields,
    read(value, path, reading) {
      if (!isObject(value)) {
        reading.problems.push({ path, message: 'must be an object with fields' });
        return value;
      }
      const result: Record<string, unknown> = {};
      for (const [name, field] of Object.entries(value)) {
        const rule = Object.hasOwn(fields, name) ? fields[name] : undefined;
        if (rule === undefined)
          reading.problems.push({
            path: [...path, name],
            message: `is not known${suggestion(name, fields)}`,
          });
        else if (field !== null && field !== undefined)
          result[camelName(name)] = rule.read(field, [...path, name], reading);
      }
      const has = (name: string): boolean => value[name] !== undefined && value[name] !== null;
      for (const name of required.filter((name) => !has(name)))
        reading.problems.push({ path: [...path, name], message: 'is missing' });
      const wrong = check(has, value);
      if (wrong !== undefined) reading.problems.push({ path, message: wrong });
      return result;
    },
  };
}

/** Every field of a rule, such as `voice.faults[].close`. */
export function fieldsOf(rule: Rule, prefix = ''): string[] {
  return Object.entries(rule.fields ?? {}).flatMap(([name, field]) => {
    const full = `${prefix}${name}${field.isList === true ? '[]' : ''}`;
    return [full, ...fieldsOf(field, `${full}.`)];
  });
}

function camelName(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Names that differ in their case or marks alone are the usual mistake (`afterBytes`, `after-bytes`). */
function suggestion(name: string, fields: Readonly<Record<string, Rule>>): string {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, '');
  const near = Object.keys(fields).find((known) => plain(known) === plain(name));
  return near === undefined
    ? `; the fields here are ${Object.keys(fields).join(', ')}`
    : `; did you mean ${near}?`;
}
