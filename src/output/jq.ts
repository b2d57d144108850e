/** `--jq`: the real jq, compiled to WebAssembly, loaded only when it is asked for. */
import jq from 'jq-wasm';
import { CliError } from '../shared/errors.ts';

/**
 * Runs a jq program over one JSON value; strings come out bare, as with `jq -r`.
 *
 * @throws CliError `usage` with jq's own words when the program is wrong or fails
 */
export async function runJq(value: unknown, program: string): Promise<string> {
  let output: string;
  try {
    output = await jq.raw(JSON.stringify(value ?? null), program, ['-r']);
  } catch (error) {
    const said = (error as Error).message
      .replace(/^Failed to execute raw query: /, '')
      .replace(/\s+/g, ' ')
      .replace(/jq: \d+ compile errors?/, '')
      .replace(/^jq: /, '')
      .trim();
    throw new CliError('usage', `The jq program failed: ${said}`, {
      hint: 'See the jq manual.',
      cause: error,
    });
  }
  return output === '' || output.endsWith('\n') ? output : `${output}\n`;
}
