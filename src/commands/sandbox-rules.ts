/** Fault rules from a file, with the names of fields as files have them. */

import { parseData, readDataFile } from '../sandbox/data-file.ts';
import { parseFaultRules } from '../sandbox/index.ts';
import type { FaultRule } from '../sandbox/types.ts';
import { CliError } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { readStdin } from './input.ts';
import type { Invocation } from './invocation.ts';

const FILE = { kind: 'file of fault rules', maxBytes: 2_000_000 };

/** `delay_ms` as `delayMs`; names of headers stay as they are. */
function camelRule(rule: unknown): unknown {
  if (!isObject(rule)) return rule;
  return Object.fromEntries(
    Object.entries(rule).map(([name, value]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      value,
    ]),
  );
}

/**
 * Reads a list of rules, JSON or YAML.
 *
 * @param path of a file, or - for standard input
 * @throws CliError `usage` that names the file and what is wrong in it
 */
export async function loadFaultRules(invocation: Invocation, path: string): Promise<FaultRule[]> {
  const file =
    path === '-'
      ? await parseData(await readStdin(invocation, 'The list of rules'), 'standard input')
      : await readDataFile(path, invocation.ctx.cwd, FILE);
  const list = file.value ?? [];
  try {
    return parseFaultRules(Array.isArray(list) ? list.map(camelRule) : list);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const name = path === '-' ? 'standard input' : path;
    throw new CliError(error.type, `"${name}": ${error.message}`, { hint: error.hint, cause: error });
  }
}
