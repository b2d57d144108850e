/** A sandbox as the flags of `sandbox start` and `sandbox exec` describe it. */
import fs from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Sandbox, SandboxOptions } from '../sandbox/index.ts';
import type { StateFile } from '../sandbox/state-file.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';

export interface ServerFlags {
  port: number;
  host: string;
  seed?: number;
  /** How many calls and texts there are in the sample data. */
  rows?: number;
  strict?: boolean;
  /** Rows to begin with. */
  data?: string;
  /** Where what is stored outlives the sandbox. */
  state?: string;
  faults?: string;
  /** As `parseLatency` reads it. */
  latency?: string;
  tls?: boolean;
  tlsCert?: string;
  log?: string;
  /** A file that says how the voice side behaves. */
  script?: string;
}

const LOOPBACK_HOST = /^(localhost|127(\.\d{1,3}){3}|::1)$/;

/**
 * Starts it; it is closed with the invocation.
 *
 * @throws CliError `usage` for flags and files that are not good, before anything listens
 */
export async function startServer(invocation: Invocation, flags: ServerFlags): Promise<Sandbox> {
  const { ctx } = invocation;
  const { host, port, seed, rows, strict } = flags;
  if (!LOOPBACK_HOST.test(host))
    invocation.warn(`${host} can be reached by others: anybody who finds it may use this sandbox.`);
  const options: SandboxOptions = {
    host,
    port,
    seed,
    rows,
    strict,
    ...(await fileOptions(invocation, flags)),
  };
  if (flags.latency !== undefined) options.latency = await latencyOf(flags.latency);
  if (flags.tls === true) options.tls = await certificateFor(invocation, host, flags.tlsCert);
  else if (flags.tlsCert !== undefined) throw new CliError('usage', '--tls-cert goes with --tls');
  if (flags.log !== undefined) {
    const { openRequestLog } = await import('./sandbox-log.ts');
    const log = openRequestLog(invocation, flags.log);
    options.onRequest = log.request;
    options.onVoice = log.voice;
  }
  let sandbox: Sandbox | undefined;
  const state = await keptState(invocation, flags, () => sandbox);
  if (state !== undefined) {
    options.snapshot = state.snapshot;
    options.onChange = () => state.changed();
  }
  const { startSandbox } = await import('../sandbox/index.ts');
  const started = await startSandbox(options);
  sandbox = started;
  // Whatever a client changes is in the file before it has closed.
  invocation.onClose(() => started.close());
  state?.changed();
  ctx.signal.throwIfAborted();
  return started;
}

/** What the files say, each checked as a whole. */
async function fileOptions(invocation: Invocation, flags: ServerFlags): Promise<SandboxOptions> {
  const { cwd } = invocation.ctx;
  const options: SandboxOptions = {};
  if (flags.script !== undefined)
    options.voice = await (await import('../sandbox/voice/script-file.ts')).loadVoiceScript(
      flags.script,
      cwd,
    );
  if (flags.data !== undefined)
    options.fixtures = await (await import('../sandbox/fixtures.ts')).loadFixtures(flags.data, cwd);
  if (flags.faults !== undefined)
    options.faults = await (await import('./sandbox-rules.ts')).readFaultRules(invocation, flags.faults);
  return options;
}

async function latencyOf(text: string): Promise<SandboxOptions['latency']> {
  const { parseLatency } = await import('../sandbox/latency.ts');
  const latency = parseLatency(text);
  if (latency !== undefined) return latency;
  throw new CliError('usage', `--latency ${JSON.stringify(text)} is no time`, {
    hint: 'Give 50ms, 0.2s, or with a spread 50ms±20 (50ms+-20); at most ten minutes.',
  });
}

async function keptState(
  invocation: Invocation,
  { state: path, seed, rows, data }: ServerFlags,
  running: () => Sandbox | undefined,
): Promise<StateFile | undefined> {
  if (path === undefined) return undefined;
  const { openStateFile } = await import('../sandbox/state-file.ts');
  const state = await openStateFile(
    path,
    invocation.ctx.cwd,
    () => running()?.snapshot(),
    (error) => invocation.warn(`${error.message}. ${error.hint ?? ''}`),
  );
  invocation.onClose(() => state.close());
  const { snapshot } = state;
  if (snapshot !== undefined && seed !== undefined && seed !== snapshot.seed)
    throw new CliError('usage', `"${path}" was begun with --seed ${snapshot.seed}, not ${seed}`, {
      hint: 'Leave --seed out, or name another --state file.',
    });
  if (snapshot !== undefined && rows !== undefined && rows !== snapshot.calls)
    throw new CliError(
      'usage',
      `"${path}" was begun ${snapshot.calls === undefined ? 'without --rows' : `with --rows ${snapshot.calls}`}`,
      {
        hint: 'Leave --rows out, or name another --state file.',
      },
    );
  if (snapshot !== undefined && data !== undefined)
    invocation.say(`It goes on with ${path}; the rows of ${data} come back with sandbox reset.`);
  return state;
}

/** Names and addresses that clients may know the sandbox by. */
async function namesOf(host: string): Promise<string[]> {
  const names = ['localhost', '127.0.0.1', '::1'];
  if (host !== '0.0.0.0' && host !== '::') return [...new Set([...names, host])];
  const { networkInterfaces } = await import('node:os');
  const others = Object.values(networkInterfaces()).flatMap((list) =>
    (list ?? []).map(({ address }) => address),
  );
  return [...new Set([...names, ...others])];
}

async function certificateFor(
  invocation: Invocation,
  host: string,
  path: string | undefined,
): Promise<NonNullable<SandboxOptions['tls']>> {
  const { ctx } = invocation;
  const { makeCertificate } = await import('../sandbox/certificate.ts');
  const { key, cert, ca } = makeCertificate(await namesOf(host), ctx.now());
  if (path === undefined) {
    const folder = await mkdtemp(join(tmpdir(), 'convirza-sandbox-tls-'));
    const forget = ctx.onKill(() => fs.rmSync(folder, { recursive: true, force: true }));
    invocation.onClose(async () => {
      forget();
      await rm(folder, { recursive: true, force: true });
    });
    const caFile = join(folder, 'ca.pem');
    await fs.promises.writeFile(caFile, ca);
    return { key, cert, caFile };
  }
  const caFile = resolve(ctx.cwd, path);
  await checkReplaceable(path, caFile);
  try {
    await writeFileAtomic(caFile, ca);
  } catch (error) {
    throw new CliError(
      'usage',
      `--tls-cert ${path} cannot be written: ${errorCode(error) ?? String(error)}`,
      {
        hint: 'Name a file in a folder that is there and that you may write to.',
        cause: error,
      },
    );
  }
  return { key, cert, caFile };
}

/** @throws CliError `usage` when there is something else than a certificate */
async function checkReplaceable(path: string, full: string): Promise<void> {
  const text = await readFile(full, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw new CliError(
      'usage',
      `--tls-cert ${path} cannot be written: ${errorCode(error) ?? String(error)}`,
      {
        hint: 'Name a file of your own.',
        cause: error,
      },
    );
  });
  const own = /^\s*(-----BEGIN CERTIFICATE-----[\sA-Za-z0-9+/=]*-----END CERTIFICATE-----\s*)*$/;
  if (text !== undefined && !own.test(text))
    throw new CliError('usage', `--tls-cert ${path} is there and holds something else than a certificate`, {
      hint: 'Name another file, or remove this one.',
    });
}

/** The environment that leads to a sandbox, its own address included. */
export function environmentOf({
  url,
  env,
}: {
  url: string;
  env: Record<string, string>;
}): Record<string, string> {
  return { ...env, CONVIRZA_SANDBOX_URL: url };
}
