/** The sandbox inside the process that `--sandbox` gives to any command. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import type { Sandbox } from '../sandbox/index.ts';

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
