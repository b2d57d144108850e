/** Fault rules from a file, or from standard input. */
import { parseData } from '../sandbox/data-file.ts';
import { faultRulesIn, loadFaultRules } from '../sandbox/fault-rules.ts';
import type { FaultRule } from '../sandbox/types.ts';
import { readStdin } from './input.ts';
import type { Invocation } from './invocation.ts';

/**
 * Reads a list of rules, JSON or YAML.
 *
 * @param path of a file, or - for standard input
 * @throws CliError `usage` that names the file and everything that is wrong in it
 */
export async function readFaultRules(invocation: Invocation, path: string): Promise<FaultRule[]> {
  if (path !== '-') return loadFaultRules(path, invocation.ctx.cwd);
  const name = 'standard input';
  return faultRulesIn(await parseData(await readStdin(invocation, 'The list of rules'), name), name);
}
