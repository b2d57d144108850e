/** Fault rules in force: which one acts on a request, and what it makes of the answer. */
import { commandName } from '../convirza/catalogue/index.ts';
import { fileForm, parseFaultRules } from './fault-rules.ts';
import { type Answer, failure } from './http/answer.ts';
import { ROUTES, Router } from './http/router.ts';
import { hashed, Random } from './seed/random.ts';
import type { FaultCount, FaultRule } from './types.ts';

interface Entry {
  readonly rule: FaultRule;
  readonly path: RegExp | undefined;
  readonly random: Random;
  seen: number;
  acted: number;
}

const ROUTER = new Router(ROUTES);

function pathPattern(path: string): RegExp {
  const literal = path.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's');
}

/** `users list` for a request to that endpoint, whatever else it holds. */
function commandOf(method: string, path: string): string | undefined {
  const endpoint = ROUTER.find(method, path);
  return endpoint === undefined ? undefined : commandName(endpoint);
}

/** The rules in force, with their counts. */
export class FaultBook {
  readonly #seed: number;
  #entries: Entry[] = [];

  /** `seed` decides which requests a rule with `chance` acts on. */
  constructor(rules: readonly FaultRule[], seed = 1) {
    this.#seed = seed;
    this.replace(rules);
  }

  /** The rules as they were given. */
  get rules(): readonly FaultRule[] {
    return this.#entries.map((entry) => entry.rule);
  }

  /** The rules with the names of files, and how many requests each has met and acted on. */
  get counts(): readonly FaultCount[] {
    return this.#entries.map(({ rule, seen, acted }) => ({ rule: fileForm(rule), seen, acted }));
  }

  /** Puts other rules in force; all counts start anew. Throws CliError `usage` for malformed rules. */
  replace(rules: unknown): void {
    this.#entries = parseFaultRules(rules).map((rule, index) => ({
      rule,
      path: rule.path === undefined ? undefined : pathPattern(rule.path),
      random: new Random(hashed(this.#seed, `${index} ${JSON.stringify(rule)}`)),
      seen: 0,
      acted: 0,
    }));
  }

  /**
   * The rule that acts on this request, and counts it: the first that matches and has turns left. A rule after
   * the acting one does not see the request.
   */
  take(method: string, path: string): FaultRule | undefined {
    let command: string | undefined;
    for (const entry of this.#entries) {
      const { rule } = entry;
      if (rule.method !== undefined && rule.method.toUpperCase() !== method) continue;
      if (entry.path !== undefined && !entry.path.test(path)) continue;
      if (rule.endpoint !== undefined) {
        command ??= commandOf(method, path) ?? '';
        if (rule.endpoint !== command) continue;
      }
      if (entry.acted >= (rule.times ?? Number.POSITIVE_INFINITY)) continue;
      entry.seen += 1;
      if (entry.seen <= (rule.after ?? 0)) continue;
      if (rule.chance !== undefined && entry.random.next() >= rule.chance) continue;
      entry.acted += 1;
      return rule;
    }
    return undefined;
  }
}

/** Whether the rule has an answer of its own. */
function replacesAnswer(rule: FaultRule): boolean {
  return rule.status !== undefined || rule.body !== undefined;
}

/** Whether the request is carried out in spite of the rule. */
export function letsTakeEffect(rule: FaultRule): boolean {
  if (rule.reset !== undefined) return rule.reset === 'after';
  return rule.takesEffect ?? !replacesAnswer(rule);
}

/** `Retry-After` in either of its forms (RFC 9110, section 10.2.3). A date is whole seconds: never too early. */
function retryAfter({ retryAfter: value, retryAfterForm: form }: FaultRule, now: number): string {
  if (typeof value !== 'number' || form !== 'date') return String(value);
  return new Date(Math.ceil(now / 1000 + value) * 1000).toUTCString();
}

/**
 * The answer that the rule makes of the real one: its own status and body where it has them, and its headers
 * added. Without a body of its own an error status has the error envelope, any other an empty body. `now` in
 * milliseconds.
 */
export function faultyAnswer(rule: FaultRule, real: Answer | undefined, now: number): Answer {
  const headers = {
    ...(rule.retryAfter === undefined ? {} : { 'retry-after': retryAfter(rule, now) }),
    ...lowerCase(rule.headers ?? {}),
    // A connection that stays would hide that no new one can be made.
    ...(refusesConnections(rule) ? { connection: 'close' } : {}),
  };
  if (real !== undefined && !replacesAnswer(rule)) {
    return { ...real, headers: { ...real.headers, ...headers } };
  }
  const status = rule.status ?? 200;
  if (rule.body === undefined && status >= 400) {
    return failure(status, 'A fault of the sandbox, on demand.', now, headers);
  }
  const { body = '' } = rule;
  const sent = typeof body === 'string' ? body : JSON.stringify(body);
  const type = /^\s*</.test(sent) ? 'text/html; charset=utf-8' : 'application/json; charset=utf-8';
  return { status, headers: { 'content-type': type, ...headers }, body: Buffer.from(sent) };
}

/** Whether new connections are refused after the answer. */
export function refusesConnections(rule: FaultRule): boolean {
  return (rule.refuseMs ?? 0) > 0 || (rule.refuseConnections ?? 0) > 0;
}

function lowerCase(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
