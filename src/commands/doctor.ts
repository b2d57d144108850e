/** `doctor`: what this machine and its settings would do to a command, each with what to do about it. */
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { checkProfileName, keychainProcess } from '../credentials/index.ts';
import { createRowSink } from '../output/rows.ts';
import { NUMBER_RANGES, SETTINGS } from '../settings/settings.ts';
import { CliError, type ErrorType } from '../shared/errors.ts';
import { proxyName } from '../shared/network.ts';
import { VERSION } from '../shared/version.ts';
import { environmentToken, environmentVoice } from './credentials.ts';
import { writeFinding } from './findings.ts';
import type { Invocation } from './invocation.ts';
import { openStore } from './stored-tokens.ts';

interface Finding {
  check: string;
  result: 'ok' | 'warning' | 'failure';
  message: string;
  /** What to do; null where there is nothing. */
  hint: string | null;
  /** The kind of a failure, which decides the exit code. */
  type?: ErrorType;
}

type Check = (invocation: Invocation) => Promise<Omit<Finding, 'check'>>;

const ok = (message: string) => ({ result: 'ok', message, hint: null }) as const;
const warning = (message: string, hint: string) => ({ result: 'warning', message, hint }) as const;

/** More than this, and tokens seem to end too early or too late. */
const MAX_SKEW_MS = 60_000;

async function node(): Promise<Omit<Finding, 'check'>> {
  return ok(`Node.js ${process.versions.node}, convirza ${VERSION}, ${process.platform} ${process.arch}`);
}

async function settings(invocation: Invocation): Promise<Omit<Finding, 'check'>> {
  const { settings } = invocation;
  for (const name of ['api-url', 'oauth-url', 'voice-url'] as const) invocation.url(name);
  for (const name of Object.keys(NUMBER_RANGES)) settings.number(name as keyof typeof NUMBER_RANGES);
  const changed = SETTINGS.filter(({ name }) => settings.lookUp(name).origin !== 'default');
  const names = changed.map(({ name }) => `${name} (${settings.lookUp(name).origin})`);
  return ok(`${settings.path}; ${names.length === 0 ? 'all as usual' : `set: ${names.join(', ')}`}`);
}

async function store(invocation: Invocation): Promise<Omit<Finding, 'check'>> {
  if (environmentToken(invocation) !== undefined) return ok('CONVIRZA_TOKEN is used; the store is not');
  const profile = checkProfileName(invocation.profile);
  const opened = openStore(invocation);
  const record = await opened.read(profile);
  const services = [
    record?.convirza === undefined ? undefined : 'Convirza',
    record?.voice === undefined && environmentVoice(invocation) === undefined ? undefined : 'voice',
  ].filter((name) => name !== undefined);
  if (services.length === 0)
    return warning(`profile ${profile} is signed in to nothing`, 'Run convirza auth login.');
  const backend = await opened.backendOf(profile);
  const kept = `profile ${profile} is signed in to ${services.join(' and ')}; key: ${backend?.name ?? 'none'}`;
  return backend?.name === 'file'
    ? warning(
        kept,
        'A key file does not protect from programs that run as you: convirza auth migrate --to keychain.',
      )
    : ok(kept);
}

async function keychain(invocation: Invocation): Promise<Omit<Finding, 'check'>> {
  const chosen = invocation.settings.get('credentials.backend');
  if (chosen === 'file' || chosen === 'passphrase') return ok(`not used: credentials.backend is ${chosen}`);
  try {
    await keychainProcess(invocation.ctx)({ service: 'convirza-cli', account: 'doctor', operation: 'get' });
    return ok('answers');
  } catch (error) {
    return warning(
      (error as Error).message,
      'New credentials will be sealed by CONVIRZA_PASSPHRASE, or with a key file.',
    );
  }
}

async function proxy(invocation: Invocation): Promise<Omit<Finding, 'check'>> {
  const used = invocation.proxy;
  if (used === undefined) return ok('none');
  return ok(`${proxyName(used)}${used.except === '' ? '' : `, except for ${used.except}`}`);
}

function reach(setting: 'api-url' | 'oauth-url' | 'voice-url'): Check {
  return async (invocation) => {
    const { ctx } = invocation;
    // Any answer will do; a WebSocket service answers plain HTTP too, if only to refuse it.
    const url = new URL(invocation.url(setting).href.replace(/^ws/, 'http'));
    const transport = await invocation.makeTransport();
    const started = ctx.clock();
    const { headers } = await transport.send({ method: 'GET', url }, ctx.signal);
    const took = `${url.host} answers in ${Math.round(ctx.clock() - started)} ms`;
    const date = Date.parse(String(headers['date'] ?? ''));
    if (Number.isNaN(date)) return ok(took);
    const skew = ctx.now() - date;
    if (Math.abs(skew) <= MAX_SKEW_MS) return ok(took);
    return warning(
      `${took}, but this clock is ${Math.round(Math.abs(skew) / 1000)} seconds ${skew > 0 ? 'ahead' : 'behind'}`,
      'Set the clock of this machine: tokens end by it.',
    );
  };
}

/** Programs that play and record sound, the preferred first. */
const AUDIO_TOOLS = ['pacat', 'parec', 'aplay', 'arecord', 'play', 'rec', 'afplay', 'ffplay'];

async function audio({ ctx }: Invocation): Promise<Omit<Finding, 'check'>> {
  const folders = (ctx.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = AUDIO_TOOLS.filter((tool) => folders.some((folder) => existsSync(join(folder, tool))));
  if (found.length > 0) return ok(`files need no tool; for loudspeaker and microphone: ${found.join(', ')}`);
  return ok('files need no tool; none for loudspeaker and microphone was found');
}

async function terminal({ terminal }: Invocation): Promise<Omit<Finding, 'check'>> {
  const yes = (value: boolean) => (value ? 'yes' : 'no');
  const { colourOut, canAsk, canRedraw, width, plain } = terminal;
  return ok(
    `colour ${yes(colourOut)}, questions ${yes(canAsk)}, progress ${yes(canRedraw)}, plain ${yes(plain)}, width ${width ?? 'any'}`,
  );
}

const CHECKS: readonly [string, Check][] = [
  ['program', node],
  ['settings', settings],
  ['credentials', store],
  ['keychain', keychain],
  ['proxy', proxy],
  ['api', reach('api-url')],
  ['sign-in', reach('oauth-url')],
  ['voice', reach('voice-url')],
  ['terminal', terminal],
  ['audio', audio],
];

async function find(name: string, check: Check, invocation: Invocation): Promise<Finding> {
  try {
    return { check: name, ...(await check(invocation)) };
  } catch (error) {
    if (!(error instanceof CliError) || invocation.ctx.signal.aborted) throw error;
    const { message, hint, type } = error;
    return { check: name, result: 'failure', message, hint: hint ?? null, type };
  }
}

/** @throws CliError of the first failure's kind, after everything has been shown */
export async function runDoctor(
  invocation: Invocation,
  options: { bundle?: string; error?: string } = {},
): Promise<void> {
  const findings: Finding[] = [];
  for (const [name, check] of CHECKS) findings.push(await find(name, check, invocation));
  if (options.bundle !== undefined) {
    const { writeBundle } = await import('./support-bundle.ts');
    const checks = findings.map(({ type: _type, ...finding }) => finding);
    await writeBundle(invocation, checks, { path: options.bundle, errorFile: options.error });
  }
  if (invocation.format === 'table') {
    for (const { check, ...finding } of findings) await writeFinding(invocation, { ...finding, name: check });
  } else {
    const sink = createRowSink(invocation.rowsOptions());
    await sink.page(findings.map(({ type: _type, ...finding }) => finding));
    await sink.end();
  }
  const failures = findings.filter(({ result }) => result === 'failure');
  if (failures.length > 0)
    throw new CliError(
      failures[0]?.type ?? 'internal',
      `${failures.length === 1 ? 'One check' : `${failures.length} checks`} failed: ${failures.map(({ check }) => check).join(', ')}`,
      { hint: 'What to do stands below each.' },
    );
}
