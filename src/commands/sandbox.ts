/** `sandbox start`, and the sandbox inside the process that `--sandbox` gives to any command. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Sandbox } from '../sandbox/index.ts';
import { CliError } from '../shared/errors.ts';
import { shellQuote } from '../shared/shell.ts';
import type { Invocation } from './invocation.ts';

export interface SandboxStartOptions {
  port: number;
  host: string;
  seed?: number;
  /** A file that says how the voice side behaves. */
  script?: string;
}

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

export async function runSandboxStart(invocation: Invocation, options: SandboxStartOptions): Promise<void> {
  const { ctx } = invocation;
  if (!LOOPBACK_HOST.test(options.host))
    invocation.warn(`${options.host} can be reached by others: anybody who finds it may use this sandbox.`);
  const voice =
    options.script === undefined
      ? undefined
      : await (await import('../sandbox/voice/script-file.ts')).loadVoiceScript(options.script, ctx.cwd);
  const { startSandbox } = await import('../sandbox/index.ts');
  const { host, port, seed } = options;
  const sandbox = await startSandbox({ host, port, seed, voice });
  invocation.onClose(() => sandbox.close());
  if (invocation.format === 'table') {
    const lines = Object.entries(sandbox.env).map(([name, value]) => `export ${name}=${shellQuote(value)}`);
    await invocation.write(`${lines.join('\n')}\n`);
    invocation.say(`The sandbox listens at ${sandbox.url} and forgets everything when it ends (Ctrl-C).`);
    invocation.say('Paste the lines above into another terminal, then try: convirza users list');
  } else {
    const ready = { url: sandbox.url, port: sandbox.port, account: sandbox.account, env: sandbox.env };
    await invocation.write(`${JSON.stringify(ready)}\n`);
  }
  await new Promise<void>((resolve) => {
    if (ctx.signal.aborted) resolve();
    ctx.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  // To be stopped is how a server ends, not a failure.
  if (ctx.signal.reason instanceof CliError && ctx.signal.reason.type === 'interrupted') return;
  ctx.signal.throwIfAborted();
}

/**
 * The environment in which a command meets a sandbox and nothing of the user's: no credentials, profile, keychain or
 * passphrase.
 *
 * @param folder where settings and credentials go instead
 */
export function sandboxEnvironment(
  ctx: Context,
  sandbox: Sandbox,
  folder: string,
): Record<string, string | undefined> {
  return {
    ...ctx.env,
    ...sandbox.env,
    CONVIRZA_CONFIG_DIR: folder,
    CONVIRZA_TOKEN: undefined,
    CONVIRZA_PROFILE: undefined,
    CONVIRZA_CREDENTIALS_BACKEND: 'file',
    CONVIRZA_CREDENTIALS_REQUIRE: undefined,
    CONVIRZA_PASSPHRASE: undefined,
    NEXTEVI_ACCESS_TOKEN: undefined,
    NEXTEVI_PROJECT_ID: undefined,
  };
}

/** A context in which every command meets a fresh sandbox, signed in, with nothing of the user's touched. */
export interface SandboxedContext {
  ctx: Context;
  close: () => Promise<void>;
}

export async function enterSandbox(ctx: Context): Promise<SandboxedContext> {
  const { startSandbox } = await import('../sandbox/index.ts');
  const folder = await mkdtemp(join(tmpdir(), 'convirza-sandbox-'));
  let sandbox: Sandbox;
  try {
    sandbox = await startSandbox();
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  const tokens = { CONVIRZA_TOKEN: sandbox.issueTokens().access_token };
  const env = { ...sandboxEnvironment(ctx, sandbox, folder), ...tokens };
  return {
    // Not a copy: the streams are opened at their first use.
    ctx: Object.create(ctx, { env: { value: env } }) as Context,
    close: async () => {
      await sandbox.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
