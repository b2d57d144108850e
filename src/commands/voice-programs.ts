/**
 * Programs of the system that record and play live: 24 kHz mono 16-bit little-endian PCM without a header, on standard
 * output or standard input, with as little delay as they can.
 */
import { basename } from 'node:path';
import type { Context } from '../context.ts';
import { CliError } from '../shared/errors.ts';
import { splitWords } from '../shared/words.ts';
import { findProgram, outputOf } from './programs.ts';

export type Role = 'recorder' | 'player';

/** Standard input in the place of a recorder, standard output in that of a player. */
export const PIPE = '-';

interface KnownProgram {
  args: (device: string | undefined) => string[];
  /** Some programs are told their device by the environment alone. */
  env?: (device: string) => Record<string, string>;
  /** What its `--help` must hold, where older versions cannot do it. */
  needs?: string;
}

/** A program that is there, ready to be started. */
export interface LiveProgram {
  name: string;
  program: string;
  args: string[];
  env: Record<string, string>;
  /** Whether it is one of the known ones, which never end by themselves. */
  known: boolean;
}

const given = (flag: string, device: string | undefined): string[] =>
  device === undefined ? [] : [`${flag}${device}`];

const pulse =
  (mode: string, latencyMs: number): KnownProgram['args'] =>
  (device) => [
    mode,
    '--raw',
    '--format=s16le',
    '--rate=24000',
    '--channels=1',
    `--latency-msec=${latencyMs}`,
    '--process-time-msec=20',
    '--client-name=convirza',
    ...given('--device=', device),
  ];

const alsa =
  (bufferUs: number): KnownProgram['args'] =>
  (device) => [
    ...'-q -t raw -f S16_LE -r 24000 -c 1 --period-time=20000'.split(' '),
    `--buffer-time=${bufferUs}`,
    ...(device === undefined ? [] : ['-D', device]),
    '-',
  ];

const SOX_SAMPLES = '-t raw -e signed-integer -b 16 -L -r 24000 -c 1 -'.split(' ');
const SOX_BUFFER = '-q --buffer 1024'.split(' ');
const sox: KnownProgram = {
  args: () => [...SOX_BUFFER, ...SOX_SAMPLES],
  env: (device) => ({ AUDIODEV: device }),
};

const KNOWN: Readonly<Record<Role, Readonly<Record<string, KnownProgram>>>> = {
  recorder: {
    parec: { args: pulse('--record', 40) },
    'pw-record': {
      args: (device) => [
        ...'--raw --format=s16 --rate=24000 --channels=1 --latency=40ms'.split(' '),
        ...given('--target=', device),
        '-',
      ],
      // Without it a header, or a file alone, is all that it writes.
      needs: '--raw',
    },
    // The buffer is room for the time in which this program is busy; what counts for the delay is the period.
    arecord: { args: alsa(200_000) },
    rec: sox,
    sox: { ...sox, args: () => [...SOX_BUFFER, '-d', ...SOX_SAMPLES] },
  },
  player: {
    pacat: { args: pulse('--playback', 80) },
    aplay: { args: alsa(100_000) },
    play: sox,
    sox: { ...sox, args: () => [...SOX_BUFFER, ...SOX_SAMPLES, '-d'] },
  },
};

/** The names that are looked for, the preferred first. */
function candidates(role: Role, platform: string): readonly string[] {
  const own = role === 'recorder' ? 'rec' : 'play';
  if (platform === 'darwin') return [own];
  if (platform === 'win32') return ['sox'];
  return role === 'recorder' ? ['parec', 'pw-record', 'arecord', own] : ['pacat', 'aplay', own];
}

/** What to install, in one sentence. */
export function adviceFor(platform: string): string {
  if (platform === 'darwin') return 'Install SoX, which brings rec and play: brew install sox.';
  if (platform === 'win32')
    return 'Windows brings no program that records live. Install SoX (sox.exe) and put it on Path.';
  return 'Install one of: pulseaudio-utils (parec, pacat), alsa-utils (arecord, aplay), sox (rec, play).';
}

function make(role: Role, name: string, program: string, device: string | undefined): LiveProgram {
  const known = KNOWN[role][name] as KnownProgram;
  const env = device === undefined ? {} : (known.env?.(device) ?? {});
  return { name, program, args: known.args(device), env, known: true };
}

const HELP_MS = 2_000;

async function canDoIt(ctx: Context, role: Role, name: string, program: string): Promise<boolean> {
  const needs = KNOWN[role][name]?.needs;
  if (needs === undefined) return true;
  return (await outputOf(ctx, [program, '--help'], HELP_MS))?.includes(needs) === true;
}

/** All known programs of this machine, the preferred first. */
export async function knownPrograms(ctx: Context, role: Role): Promise<LiveProgram[]> {
  const found: LiveProgram[] = [];
  for await (const program of search(ctx, role)) found.push(program);
  return found;
}

async function* search(ctx: Context, role: Role): AsyncGenerator<LiveProgram> {
  for (const name of candidates(role, ctx.platform)) {
    const program = findProgram(ctx, name);
    if (program !== undefined && (await canDoIt(ctx, role, name, program)))
      yield make(role, name, program, undefined);
  }
}

/**
 * The program for `--recorder` or `--player`: a known name (`arecord`), a name with a device (`arecord:hw:1`), or a
 * whole command line, started as it is and without a shell.
 *
 * @param asked the flag; undefined for the preferred one of this machine
 * @throws CliError `usage` when there is none
 */
export async function findLiveProgram(
  ctx: Context,
  role: Role,
  asked: string | undefined,
): Promise<LiveProgram> {
  if (asked !== undefined) return named(ctx, role, asked);
  const { value } = await search(ctx, role).next();
  if (value !== undefined) return value as LiveProgram;
  const does = role === 'recorder' ? 'records from a microphone' : 'plays live sound';
  throw new CliError('usage', `There is no program here that ${does}`, {
    hint: `${adviceFor(ctx.platform)} Or name one with --${role}.`,
  });
}

function named(ctx: Context, role: Role, asked: string): LiveProgram {
  const short = /^([\w-]+)(?::(.+))?$/s.exec(asked);
  const name = short?.[1] ?? '';
  if (Object.hasOwn(KNOWN[role], name)) return make(role, name, existing(ctx, role, name), short?.[2]);
  const [command = '', ...args] = splitWords(asked);
  if (command === '') throw new CliError('usage', `--${role} names no program`);
  const program = existing(ctx, role, command);
  const plain = basename(command).replace(/\.exe$/i, '');
  // A path to a known program, alone, is as good as its name.
  if (args.length === 0 && Object.hasOwn(KNOWN[role], plain)) return make(role, plain, program, undefined);
  return { name: plain, program, args, env: {}, known: false };
}

function existing(ctx: Context, role: Role, command: string): string {
  const program = findProgram(ctx, command);
  if (program !== undefined) return program;
  throw new CliError('usage', `--${role}: there is no program ${JSON.stringify(command)} here`, {
    hint: `Check its spelling, or leave --${role} out; convirza voice devices shows what is here.`,
  });
}
