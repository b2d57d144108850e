/**
 * The keychain, asked by a process of its own. A native call into a keychain that is locked or hangs can neither be
 * called off nor left behind: it would keep this program from ending. A process can be killed.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isObject, parseJson } from '../shared/json.ts';
import { type KeychainCall, KeychainFailure, type KeychainRequest } from './keychain.ts';

/** The hidden command that `serveKeychain` answers. */
export const KEYCHAIN_COMMAND = '__keychain';

const LIMIT_MS = 3_000;

export interface KeychainProcessOptions {
  program: { readonly interpreter: string; readonly file: string };
  env: Readonly<Record<string, string | undefined>>;
  platform: string;
  limitMs?: number;
}

/** Where there is no session bus, libdbus would try to start one. */
function hasSessionBus({ env }: KeychainProcessOptions): boolean {
  const folder = env['XDG_RUNTIME_DIR'];
  return (
    Boolean(env['DBUS_SESSION_BUS_ADDRESS']) || (Boolean(folder) && existsSync(join(folder ?? '', 'bus')))
  );
}

/** Asks the keychain with a limit of time. */
export function keychainProcess(options: KeychainProcessOptions): KeychainCall {
  return async (request) => {
    if (options.platform === 'linux' && !hasSessionBus(options))
      throw new KeychainFailure('there is no session bus (D-Bus), as on a machine without a desktop');
    const answer = parseJson(await ask(options, JSON.stringify(request)))?.value;
    if (!isObject(answer)) throw new KeychainFailure('its helper process ended without an answer');
    if (typeof answer['failure'] === 'string') throw new KeychainFailure(answer['failure']);
    return typeof answer['value'] === 'string' ? answer['value'] : undefined;
  };
}

function ask({ program, env, limitMs = LIMIT_MS }: KeychainProcessOptions, input: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const own = Object.entries(env).filter(([name]) => !/^(CONVIRZA|NEXTEVI)_|^NODE_OPTIONS$/.test(name));
    const child = spawn(program.interpreter, [program.file, KEYCHAIN_COMMAND], {
      env: Object.fromEntries(own),
      stdio: ['pipe', 'pipe', 'ignore'],
      windowsHide: true,
    });
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new KeychainFailure(`it gave no answer within ${limitMs / 1000} seconds; it may be locked`));
    }, limitMs);
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.on('error', () => {
      clearTimeout(timer);
      reject(new KeychainFailure('its helper process could not be started'));
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve(output);
    });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** Does one request in this process, with the system's own keychain. @returns the answer as JSON */
export async function serveKeychain(input: string): Promise<string> {
  const request = JSON.parse(input) as KeychainRequest;
  let keyring: typeof import('@napi-rs/keyring');
  try {
    keyring = await import('@napi-rs/keyring');
  } catch {
    return JSON.stringify({ failure: 'the package @napi-rs/keyring is not installed for this machine' });
  }
  try {
    // Without this it would fall back to the kernel's keyring, which is empty after a restart.
    const entry = new keyring.Entry(request.service, request.account, { linux: { store: 'secret-service' } });
    if (request.operation === 'set') entry.setPassword(request.value);
    else if (request.operation === 'delete') entry.deletePassword();
    const value = request.operation === 'get' ? entry.getPassword() : null;
    return JSON.stringify({ value });
  } catch (error) {
    return JSON.stringify({
      failure: String((error as Error).message)
        .replace(/\s+/g, ' ')
        .slice(0, 200),
    });
  }
}
