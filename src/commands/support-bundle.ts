/** `doctor --bundle`: one file for the support of either vendor, without secrets. */
import { resolve } from 'node:path';
import { SETTINGS } from '../settings/settings.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject, type JsonObject, parseJson } from '../shared/json.ts';
import { VERSION } from '../shared/version.ts';
import { environmentVoice } from './credentials.ts';
import { readTextFile } from './input.ts';
import type { Invocation } from './invocation.ts';

/** The part of a voice key that NextEVI's support asks for. */
const KEY_PREFIX = 10;

/** What an error of this program holds, and what each vendor calls it. */
const FACTS = ['type', 'message', 'status', 'request_id', 'endpoint', 'timestamp'];

/** The last error object in a file that `--json` wrote on standard error. */
async function readError(invocation: Invocation, path: string): Promise<JsonObject> {
  const lines = (await readTextFile(invocation, path)).split('\n').reverse();
  for (const line of lines) {
    const value = parseJson(line)?.value;
    const error = isObject(value) ? value['error'] : undefined;
    if (isObject(error)) return Object.fromEntries(FACTS.map((name) => [name, error[name] ?? null]));
  }
  throw new CliError('usage', `${path} holds no error of this program`, {
    hint: 'Make one: run the command that fails with --json and 2> error.json.',
  });
}

/** An address or a list of hosts without a user name and a password in it. */
function withoutLogin(value: string): string {
  return value.replace(/(\/\/|^)[^/@\s]+@/g, '$1');
}

/**
 * Writes what Convirza's support asks for (request id, time, endpoint, message) and NextEVI's (error code, connection
 * id, UTC time, the first 10 characters of the key, versions), with the checks and the settings of this machine.
 *
 * @throws CliError `usage` when the file cannot be written, or the error not be read
 */
export async function writeBundle(
  invocation: Invocation,
  checks: readonly unknown[],
  options: { path: string; errorFile: string | undefined },
): Promise<void> {
  const { ctx, settings } = invocation;
  const key = environmentVoice(invocation)?.apiKey;
  const bundle = {
    written: new Date(ctx.now()).toISOString(),
    versions: { convirza: VERSION, node: process.versions.node, platform: ctx.platform, arch: process.arch },
    error: options.errorFile === undefined ? null : await readError(invocation, options.errorFile),
    voice_key_begins: key === undefined ? null : key.slice(0, KEY_PREFIX),
    settings: SETTINGS.map(({ name }) => {
      const { value, origin } = settings.lookUp(name);
      return { name, value: withoutLogin(value), origin };
    }),
    checks,
  };
  try {
    await writeFileAtomic(resolve(ctx.cwd, options.path), `${JSON.stringify(bundle, null, 2)}\n`, 0o600);
  } catch (error) {
    throw new CliError(
      'usage',
      `${options.path} cannot be written (${errorCode(error) ?? 'unknown error'})`,
      {
        hint: 'Name a file in a folder that you may write to.',
        cause: error,
      },
    );
  }
  invocation.say(`Written to ${options.path}: read it before you send it to anybody.`);
}
