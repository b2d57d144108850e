/** What a sandbox got, as lines of JSON and without secrets. */
import fs from 'node:fs';
import { resolve } from 'node:path';
import { REDACTED } from '../convirza/trace.ts';
import type { RequestRecord, SandboxOptions } from '../sandbox/index.ts';
import { plainRecord } from '../sandbox/voice/log.ts';
import { snakeCased } from '../sandbox/voice/names.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { fileError } from './input.ts';
import type { Invocation } from './invocation.ts';

const SECRET_NAME =
  /^(?!token_type$).*(token|password|passphrase|secret|api_?key|authorization|cookie|signature|jwt|bearer)/i;

/** The same data with the values of secret fields replaced, however deep they are. */
export function withoutSecrets(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutSecrets);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, field]) => [
      name,
      SECRET_NAME.test(name) && field !== null && !isObject(field) ? REDACTED : withoutSecrets(field),
    ]),
  );
}

/** Where requests and voice sessions are told to. */
export interface OpenLog {
  request: (record: RequestRecord) => void;
  voice: NonNullable<SandboxOptions['onVoice']>;
}

/**
 * Opens a log, at whose end is written; it is closed with the invocation. Each line is in the file as soon as the
 * outcome is known, before the client has the answer.
 *
 * @throws CliError `usage` when it cannot be opened
 */
export function openRequestLog(invocation: Invocation, path: string): OpenLog {
  let file: number | undefined;
  try {
    file = fs.openSync(resolve(invocation.ctx.cwd, path), 'a', 0o600);
  } catch (error) {
    throw fileError(path, error).message.includes('no such file') || errorCode(error) === 'ENOTDIR'
      ? new CliError('usage', `--log ${path} cannot be written: its folder is not there`, {
          hint: 'Make the folder first.',
          cause: error,
        })
      : new CliError('usage', `--log ${path} cannot be written: ${errorCode(error) ?? String(error)}`, {
          hint: 'Name a file that you may write to.',
          cause: error,
        });
  }
  invocation.onClose(async () => {
    if (file !== undefined) fs.closeSync(file);
    file = undefined;
  });
  const write = (line: object): void => {
    if (file === undefined) return;
    try {
      fs.writeSync(file, `${JSON.stringify(line)}\n`);
    } catch (error) {
      fs.closeSync(file);
      file = undefined;
      invocation.warn(`--log ${path} ends here: ${errorCode(error) ?? String(error)}.`);
    }
  };
  return {
    request: ({ at, ...record }) => write({ at, kind: 'request', ...(withoutSecrets(record) as object) }),
    voice: (event, session) => {
      const at = new Date(invocation.ctx.now()).toISOString();
      const details = session === undefined ? { detail: event.detail } : plainRecord(session);
      const { connectionId, kind } = event;
      write({ at, kind: 'voice', event: kind, ...(snakeCased({ connectionId, ...details }) as object) });
    },
  };
}
