/** What a fault rule may say, and the reading of rules from files, scripts and the network. */
import { commandName, ENDPOINTS } from '../convirza/catalogue/index.ts';
import { CliError } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { type DataFile, dataFileError, readDataFile } from './data-file.ts';
import type { FaultRule } from './types.ts';
import { snakeName } from './voice/names.ts';
import {
  flag,
  list,
  number,
  object,
  oneOf,
  type Problem,
  pathText,
  type Rule,
  text,
  whole,
} from './voice/schema.ts';

/** Larger files are no rules, and no body of a request to the control paths. */
const MAX_BYTES = 2_000_000;
const MANY = 1_000_000_000;
/** The longest that Node.js waits. */
const MAX_MS = 2 ** 31 - 1;
const COMMANDS: ReadonlySet<string> = new Set(ENDPOINTS.map(commandName));

const count = whole(0, MANY);
const ms = whole(0, MAX_MS);

const endpoint: Rule = {
  read(value, path, { problems }) {
    if (typeof value !== 'string' || !COMMANDS.has(value))
      problems.push({ path, message: 'must be the command of an endpoint, such as users list' });
    return value;
  },
};

/** Texts that can travel as a header. YAML reads `Retry-After: 2` as a number. */
const headers: Rule = {
  read(value, path, { problems }) {
    if (!isObject(value)) {
      problems.push({ path, message: 'must be an object with fields' });
      return value;
    }
    const entries = Object.entries(value).map(([name, field]) => {
      const sent = typeof field === 'number' ? String(field) : field;
      if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name))
        problems.push({ path: [...path, name], message: 'is no name of a header' });
      else if (typeof sent !== 'string' || !/^[\t\x20-\x7e\x80-\xff]*$/.test(sent))
        problems.push({
          path: [...path, name],
          message: 'must be a text of one line, without control characters',
        });
      return [name, sent];
    });
    return Object.fromEntries(entries) as unknown;
  },
};

const retryAfter: Rule = {
  read(value, path, { problems }) {
    const good =
      typeof value === 'number'
        ? Number.isInteger(value) && value >= 0 && value <= MANY
        : typeof value === 'string' && /^[\x20-\x7e]*$/.test(value);
    if (!good) problems.push({ path, message: `must be a whole number from 0 to ${MANY}, or a text` });
    return value;
  },
};

const body: Rule = { read: (value) => structuredClone(value) };

/** One rule. */
export const FAULT_RULE: Rule = object(
  {
    path: text,
    endpoint,
    method: text,
    after: count,
    times: count,
    chance: number(0, 1),
    status: whole(200, 999),
    body,
    headers,
    retry_after: retryAfter,
    retry_after_form: oneOf('seconds', 'date'),
    takes_effect: flag,
    delay_ms: ms,
    bytes_per_second: whole(1, MANY),
    piece_bytes: whole(1, MANY),
    cut_after_bytes: count,
    reset: oneOf('before', 'after'),
    refuse_ms: ms,
    refuse_connections: count,
    tokens: oneOf('expire', 'revoke'),
    detect_reuse: flag,
  },
  [],
  (has, value) => {
    if (!has('path') && !has('endpoint')) return 'needs a path or an endpoint';
    if (has('endpoint') && (has('path') || has('method'))) return 'has a path or a method beside an endpoint';
    if (has('refuse_ms') && has('refuse_connections')) return 'has both refuse_ms and refuse_connections';
    return has('retry_after_form') && typeof value['retry_after'] !== 'number'
      ? 'has retry_after_form without seconds in retry_after'
      : undefined;
  },
);

const RULES = list(FAULT_RULE);

function read(value: unknown): { rules: FaultRule[]; problems: Problem[] } {
  const problems: Problem[] = [];
  const rules = RULES.read(value, [], { problems, mayNameFiles: false }) as FaultRule[];
  return { rules: problems.length > 0 ? [] : rules, problems };
}

/** `rule 2: delay_ms must be …`; rules are counted from 1. */
function problemText({ path: [index, ...rest], message }: Problem): string {
  if (index === undefined) return `the document ${message} of fault rules`;
  const place = `rule ${Number(index) + 1}`;
  return rest.length === 0 ? `${place} ${message}` : `${place}: ${pathText(rest)} ${message}`;
}

/** A script in TypeScript writes `delayMs`: what a file calls `delay_ms`. */
function withFileNames(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  return value.map((rule: unknown) =>
    isObject(rule)
      ? Object.fromEntries(
          Object.entries(rule).map(([name, field]) => {
            const snake = snakeName(name);
            return [Object.hasOwn(FAULT_RULE.fields ?? {}, snake) ? snake : name, field];
          }),
        )
      : rule,
  );
}

/**
 * Rules from a script or the network, checked; names `likeThis` or `like_this`. Throws CliError `usage` that tells of
 * every problem with the number of its rule and its field.
 */
export function parseFaultRules(value: unknown): FaultRule[] {
  const { rules, problems } = read(withFileNames(value));
  if (problems.length > 0)
    throw new CliError('usage', `The fault rules are not good: ${problems.map(problemText).join('; ')}.`, {
      hint: `A fault rule is an object with path or endpoint and any of: ${Object.keys(FAULT_RULE.fields ?? {}).join(', ')}.`,
    });
  return rules;
}

/**
 * The rules that a file holds, names `like_this`. An empty file has none.
 * @param path as messages shall name it
 * @throws CliError `usage` that tells of every problem, with its line, rule and field
 */
export function faultRulesIn(file: DataFile, path: string): FaultRule[] {
  const { rules, problems } = read(file.value ?? []);
  if (problems.length > 0)
    throw dataFileError(
      path,
      problems.map((problem) => ({ line: file.lineOf(problem.path), text: problemText(problem) })),
    );
  return rules;
}

/** Reads a YAML or JSON file of rules; as `faultRulesIn`. A relative `path` counts from `cwd`. */
export async function loadFaultRules(path: string, cwd: string): Promise<FaultRule[]> {
  return faultRulesIn(
    await readDataFile(path, cwd, { kind: 'file of fault rules', maxBytes: MAX_BYTES }),
    path,
  );
}

/** A rule with the names of files, to be listed. */
export function fileForm(rule: FaultRule): Record<string, unknown> {
  return Object.fromEntries(Object.entries(rule).map(([name, field]) => [snakeName(name), field]));
}
