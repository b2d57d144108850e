/**
 * `__complete <kind>`: what the completion scripts ask for while somebody waits at a prompt. It never asks, never says
 * why there is nothing, and ends in time.
 */
import type { Context } from '../context.ts';
import { cleanLine } from '../output/clean.ts';
import { configFolder, endpointSetting, SETTINGS, Settings } from '../settings/settings.ts';

/** A word that may stand on the command line, and what a person knows it by. */
export interface Candidate {
  word: string;
  note?: string | undefined;
}

/** Seconds from the start of the process to the moment when an answer comes too late. */
const LIMIT_SECONDS = 0.2;
const MAX_NOTE = 60;

/**
 * What no shell reads as anything but a word. What comes from a service or a file ends on somebody's command line, so
 * anything else is left out rather than quoted.
 */
const PLAIN_WORD = /^[\p{L}\p{N}_+][\p{L}\p{N}_.:@+-]*$/u;

async function profiles({ env, platform, home }: Context): Promise<Candidate[]> {
  const { CredentialStore } = await import('../credentials/index.ts');
  const names = await new CredentialStore(configFolder(env, platform, home)).profiles();
  return names.map((word) => ({ word }));
}

async function settings({ env, platform, home }: Context): Promise<Candidate[]> {
  const known = SETTINGS.map(({ name, description }) => ({ word: name, note: description }));
  const stored = await Settings.load(configFolder(env, platform, home), env, {})
    .then((loaded) => [...loaded.endpointOverrides().keys()])
    .catch(() => []);
  const overrides = stored.map((command) => ({
    word: endpointSetting(command),
    note: `where ${command} is sent`,
  }));
  return [...known, ...overrides];
}

async function candidates(
  ctx: Context,
  [kind, ...words]: readonly string[],
  signal: AbortSignal,
): Promise<Candidate[]> {
  switch (kind) {
    case 'profiles':
      return profiles(ctx);
    case 'settings':
      return settings(ctx);
    case 'ids':
      return (await import('./complete-ids.ts')).ids(ctx, words[0] ?? '', words.slice(1), signal);
    default:
      return [];
  }
}

function line({ word, note }: Candidate): string {
  const text = Array.from(cleanLine(note ?? '').trim())
    .slice(0, MAX_NOTE)
    .join('');
  return text === '' ? `${word}\n` : `${word}\t${text}\n`;
}

/** Seconds that completion may take, from `CONVIRZA_COMPLETION_TIMEOUT` where the service is far away. */
function limitSeconds({ env }: Context): number {
  const given = Number(env['CONVIRZA_COMPLETION_TIMEOUT'] || Number.NaN);
  return given >= 0 && given <= 60 ? given : LIMIT_SECONDS;
}

/**
 * Prints what can stand at one place of a command line, a line each, with a tab and a description where there is one.
 *
 * @param words the kind (`profiles`, `settings`, `ids <family>`), then the words that were typed so far
 */
export async function runComplete(ctx: Context, words: readonly string[]): Promise<void> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), Math.max(0, limitSeconds(ctx) * 1000 - ctx.clock()));
  const signal = AbortSignal.any([ctx.signal, late.signal]);
  try {
    const tooLate = new Promise<Candidate[]>((resolve) => {
      signal.addEventListener('abort', () => resolve([]), { once: true });
    });
    const found = await Promise.race([candidates(ctx, words, signal), tooLate]);
    const plain = found.filter(({ word }) => word.length <= 128 && PLAIN_WORD.test(word));
    ctx.stdout.write(plain.map(line).join(''));
  } catch {
    // Whatever went wrong, a person who presses a key wants no message about it.
  } finally {
    clearTimeout(timer);
  }
}
