/** Fault rules: which one acts on a request, and what it makes of the answer. */
import { CliError } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { type Answer, failure } from './http/answer.ts';
import type { FaultRule } from './types.ts';

interface Entry {
  readonly rule: FaultRule;
  readonly path: RegExp;
  seen: number;
  acted: number;
}

/** What each field of a rule must be; the one list that a malformed rule is told about. */
const FIELDS: Readonly<Record<keyof FaultRule, (value: unknown) => boolean>> = {
  method: isText,
  path: isText,
  after: isCount,
  times: isCount,
  status: (value) => isCount(value) && value >= 200 && value <= 999,
  headers: (value) => isObject(value) && Object.entries(value).every(isSendableHeader),
  body: isText,
  delayMs: (value) => isCount(value) && value < 2 ** 31,
  reset: (value) => value === 'before' || value === 'after',
  cutAfterBytes: isCount,
  takesEffect: (value) => typeof value === 'boolean',
};

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isSendableHeader([name, value]: [string, unknown]): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && isText(value) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value);
}

function usage(message: string): CliError {
  return new CliError('usage', message, {
    hint: `A fault rule is an object with "path" and any of: ${Object.keys(FIELDS).join(', ')}.`,
  });
}

function checkRule(value: unknown, index: number): FaultRule {
  const where = `Fault rule ${index + 1}`;
  if (!isObject(value)) throw usage(`${where} is not an object.`);
  if (!('path' in value)) throw usage(`${where} has no "path".`);
  for (const [name, field] of Object.entries(value)) {
    const valid = Object.hasOwn(FIELDS, name) ? FIELDS[name as keyof FaultRule] : undefined;
    if (valid === undefined) throw usage(`${where} has an unknown field "${name}".`);
    if (field !== undefined && !valid(field)) throw usage(`${where} has an invalid "${name}".`);
  }
  return structuredClone(value) as unknown as FaultRule;
}

/** Rules from a script or a file, checked. Throws CliError `usage` that names the first malformed one. */
export function parseFaultRules(value: unknown): FaultRule[] {
  if (!Array.isArray(value)) throw usage('The fault rules are not a list.');
  return value.map(checkRule);
}

function pathPattern(path: string): RegExp {
  const literal = path.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}

/** The rules in force, with their counts. */
export class FaultBook {
  #entries: Entry[] = [];

  constructor(rules: readonly FaultRule[]) {
    this.replace(rules);
  }

  /** The rules as they were given. */
  get rules(): readonly FaultRule[] {
    return this.#entries.map((entry) => entry.rule);
  }

  /** The rules, and how many requests each has met and acted on. */
  get counts(): readonly { rule: FaultRule; seen: number; acted: number }[] {
    return this.#entries.map(({ rule, seen, acted }) => ({ rule, seen, acted }));
  }

  /** Puts other rules in force; all counts start anew. Throws CliError `usage` for a malformed rule. */
  replace(rules: unknown): void {
    this.#entries = parseFaultRules(rules).map((rule) => ({
      rule,
      path: pathPattern(rule.path),
      seen: 0,
      acted: 0,
    }));
  }

  /**
   * The rule that acts on this request, and counts it: the first that matches and has turns left. A rule after
   * the acting one does not see the request.
   */
  take(method: string, path: string): FaultRule | undefined {
    for (const entry of this.#entries) {
      const { rule } = entry;
      if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
      if (!entry.path.test(path) || entry.acted >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      entry.seen += 1;
      if (entry.seen <= (rule.after ?? 0)) continue;
      entry.acted += 1;
      return rule;
    }
    return undefined;
  }
}

/** Whether the rule has an answer of its own. */
export function replacesAnswer(rule: FaultRule): boolean {
  return rule.status !== undefined || rule.body !== undefined;
}

/** Whether the request is carried out in spite of the rule. */
export function letsTakeEffect(rule: FaultRule): boolean {
  if (rule.reset !== undefined) return rule.reset === 'after';
  return rule.takesEffect ?? !replacesAnswer(rule);
}

/**
 * The answer that the rule makes of the real one: its own status and body where it has them, and its headers
 * added. Without a body of its own an error status has the error envelope, any other an empty body. `now` in
 * milliseconds.
 */
export function faultyAnswer(rule: FaultRule, real: Answer | undefined, now: number): Answer {
  const headers = lowerCase(rule.headers ?? {});
  if (real !== undefined && !replacesAnswer(rule)) {
    return { ...real, headers: { ...real.headers, ...headers } };
  }
  const status = rule.status ?? 200;
  if (rule.body === undefined && status >= 400) {
    return failure(status, 'A fault of the sandbox, on demand.', now, headers);
  }
  const body = rule.body ?? '';
  const type = /^\s*</.test(body) ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
  return { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(body) };
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
