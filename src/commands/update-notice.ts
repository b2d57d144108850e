/**
 * Whether there is a newer release. Asked once a day at most, beside a command that sends requests anyway, of the
 * package registry that npm on this machine is set to; without such a setting nobody is asked. The answer is kept, and
 * told at a later start.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isCi } from '../output/terminal.ts';
import type { Env } from '../settings/settings.ts';
import { isObject } from '../shared/json.ts';
import { isLoopback } from '../shared/network.ts';
import { VERSION } from '../shared/version.ts';
import type { Invocation } from './invocation.ts';

const PACKAGE = 'convirza-cli';
const DAY_MS = 86_400_000;
const LIMIT_MS = 2_000;
const FILE = 'update.json';
/** Releases alone: nobody is sent to a preview. Longer numbers than these are no version. */
const RELEASE = /^\d{1,9}\.\d{1,9}\.\d{1,9}$/;

/** What is kept between two starts. Times are Unix milliseconds. */
interface Kept {
  asked: number;
  told: number;
  latest: string | undefined;
}

/**
 * Tells of what an earlier command heard, and begins to ask where that is due. Nothing waits for it, and no failure of
 * asking is told.
 *
 * @param online whether the command sends requests anyway
 * @throws CliError `usage` when the environment says neither on nor off
 */
export function noticeUpdates(invocation: Invocation, online: boolean): void {
  if (!isWanted(invocation)) return;
  const { ctx, settings } = invocation;
  const kept = read(settings.folder);
  const now = ctx.now();
  if (kept.latest !== undefined && isNewer(kept.latest, VERSION) && isDue(kept.told, now)) {
    invocation.say(`convirza ${kept.latest} is there, this is ${VERSION}: npm install -g ${PACKAGE}`);
    invocation.say('(To hear no more of it: convirza config set update-notice off)');
    kept.told = now;
    write(settings.folder, kept);
  }
  if (!online || !isDue(kept.asked, now)) return;
  const registry = registryOf(ctx.env, ctx.home);
  if (registry === undefined) return;
  kept.asked = now;
  // Before it is asked: a command that ends first has asked all the same.
  if (write(settings.folder, kept)) void ask(invocation, registry, kept);
}

function isWanted({ ctx, flags, format, terminal, settings }: Invocation): boolean {
  const said = (name: string) => !['', '0', 'false'].includes(ctx.env[name] ?? '');
  return (
    ctx.stderr.isTTY === true &&
    terminal.outIsTerminal &&
    format === 'table' &&
    flags.quiet !== true &&
    flags.sandbox !== true &&
    !isCi(ctx.env) &&
    !said('CONVIRZA_NO_UPDATE_NOTICE') &&
    !said('NO_UPDATE_NOTIFIER') &&
    settings.isOn('update-notice')
  );
}

/** A clock that was put back must not silence it for years. */
function isDue(last: number, now: number): boolean {
  return now - last >= DAY_MS || last > now;
}

async function ask(invocation: Invocation, registry: URL, kept: Kept): Promise<void> {
  const stop = new AbortController();
  const limit = setTimeout(() => stop.abort(), LIMIT_MS);
  limit.unref();
  let isOver = false;
  invocation.onClose(async () => {
    isOver = true;
    clearTimeout(limit);
    stop.abort();
  });
  try {
    const transport = await invocation.makeTransport();
    if (isOver) return await transport.close();
    const url = new URL(`${registry.href.replace(/\/*$/, '/')}${PACKAGE}/latest`);
    const { status, text } = await transport.send({ method: 'GET', url }, stop.signal);
    const answer = status === 200 ? (JSON.parse(text) as unknown) : undefined;
    const version = isObject(answer) ? answer['version'] : undefined;
    if (!isOver && typeof version === 'string' && RELEASE.test(version))
      write(invocation.settings.folder, { ...kept, latest: version });
  } catch {
    // No network, no such package, no JSON: it is asked again another day.
  }
}

/**
 * The package registry that npm is set to by its environment or the user's `.npmrc`; undefined where it is not set, or
 * is nothing that may be asked: plain HTTP beyond this machine, an address with a password.
 */
export function registryOf(env: Env, home: string): URL | undefined {
  const text = env['npm_config_registry'] || env['NPM_CONFIG_REGISTRY'] || registryInFile(env, home);
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return undefined;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url)) ? url : undefined;
}

function registryInFile(env: Env, home: string): string | undefined {
  const path = env['npm_config_userconfig'] || env['NPM_CONFIG_USERCONFIG'] || join(home, '.npmrc');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
  const [, value] = [...text.matchAll(/^[ \t]*registry[ \t]*=[ \t]*(.*?)[ \t\r]*$/gm)].at(-1) ?? [];
  return value?.replace(/^(["'])(.*)\1$/, '$2').replace(/\$\{(\w+)\}/g, (_, name: string) => env[name] ?? '');
}

/** Whether one release comes after another. */
export function isNewer(version: string, than: string): boolean {
  if (!RELEASE.test(version) || !/^\d+\.\d+\.\d+/.test(than)) return false;
  const [ours, theirs] = [than, version].map((text) => text.split(/[.+-]/, 3).map(Number));
  for (const [index, part] of (theirs ?? []).entries()) {
    const difference = part - (ours?.[index] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  // Of the same numbers the release comes after its previews.
  return /^\d+\.\d+\.\d+-/.test(than);
}

function read(folder: string): Kept {
  try {
    const kept = JSON.parse(readFileSync(join(folder, FILE), 'utf8')) as unknown;
    if (isObject(kept)) {
      const { asked, told, latest } = kept;
      return {
        asked: typeof asked === 'number' ? asked : 0,
        told: typeof told === 'number' ? told : 0,
        latest: typeof latest === 'string' && RELEASE.test(latest) ? latest : undefined,
      };
    }
  } catch {
    // Nothing was kept, or nothing that can be read.
  }
  return { asked: 0, told: 0, latest: undefined };
}

/** @returns whether it will be known the next time */
function write(folder: string, kept: Kept): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, FILE), `${JSON.stringify(kept)}\n`, { mode: 0o600 });
    return true;
  } catch {
    return false;
  }
}
