/** Programs of the system that make sound of samples. */
import { basename } from 'node:path';
import type { Context } from '../context.ts';
import { CliError } from '../shared/errors.ts';
import { splitWords } from '../shared/words.ts';
import { findProgram } from './programs.ts';

/** 16-bit PCM as it reaches a player. */
export interface PlayedFormat {
  sampleRate: number;
  channels: number;
}

/** What a player wants: samples without a header or a WAV stream on standard input, or the path of a WAV file. */
export type Diet = 'samples' | 'stream' | 'file';

interface KnownPlayer {
  diet: Diet;
  args: (format: PlayedFormat, path: string) => string[];
}

/** A player that is there, ready to be started. */
export interface Player {
  name: string;
  program: string;
  diet: Diet;
  args: (format: PlayedFormat, path: string) => string[];
  /** Environment beside that of this program. */
  env?: (path: string) => Record<string, string>;
}

const pulse = ({ sampleRate, channels }: PlayedFormat): string[] => [
  '--playback',
  '--raw',
  '--format=s16le',
  `--rate=${sampleRate}`,
  `--channels=${channels}`,
  '--client-name=convirza',
];

const KNOWN: Readonly<Record<string, KnownPlayer>> = {
  pacat: { diet: 'samples', args: pulse },
  paplay: { diet: 'samples', args: pulse },
  // Reading samples from standard input is younger than most installations of it.
  'pw-play': { diet: 'file', args: (_format, path) => [path] },
  aplay: {
    diet: 'samples',
    args: ({ sampleRate, channels }) =>
      ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', sampleRate, '-c', channels, '-'].map(String),
  },
  play: {
    diet: 'samples',
    args: ({ sampleRate, channels }) =>
      `-q -t raw -e signed-integer -b 16 -L -r ${sampleRate} -c ${channels} -`.split(' '),
  },
  afplay: { diet: 'file', args: (_format, path) => [path] },
  powershell: {
    diet: 'file',
    args: () => [
      '-NoProfile',
      '-NonInteractive',
      '-Command',
      '(New-Object System.Media.SoundPlayer $env:CONVIRZA_SOUND).PlaySync()',
    ],
  },
  ffplay: { diet: 'stream', args: () => '-nodisp -autoexit -loglevel error -i -'.split(' ') },
  mpv: { diet: 'stream', args: () => ['--no-terminal', '--no-video', '-'] },
};

/** Those that are looked for, the preferred first. */
function candidates(platform: string): readonly string[] {
  if (platform === 'darwin') return ['afplay', 'play'];
  if (platform === 'win32') return ['powershell', 'play'];
  return ['pacat', 'paplay', 'pw-play', 'aplay', 'play'];
}

function adviceFor(platform: string): string {
  if (platform === 'darwin')
    return 'afplay belongs to macOS: look into PATH, or name a player with --player.';
  if (platform === 'win32')
    return 'PowerShell belongs to Windows: look into Path, or name a player with --player.';
  return 'Install one: pulseaudio-utils (pacat), pipewire (pw-play), alsa-utils (aplay) or sox (play); or name one with --player.';
}

/** The place of the WAV file in a command that somebody gave. */
const PLACE = '{}';

function named(ctx: Context, text: string): Player {
  const [command = '', ...given] = splitWords(text);
  if (command === '') throw new CliError('usage', '--player names no program');
  const program = findProgram(ctx, command);
  if (program === undefined)
    throw new CliError('usage', `--player: there is no program ${JSON.stringify(command)} here`, {
      hint: 'Check its spelling, or leave --player out.',
    });
  const name = basename(command).replace(/\.exe$/i, '');
  if (given.some((word) => word.includes(PLACE))) {
    const args = (_format: PlayedFormat, path: string) => given.map((word) => word.replaceAll(PLACE, path));
    return { name, program, diet: 'file', args };
  }
  const known = KNOWN[name];
  if (known === undefined) return { name, program, diet: 'stream', args: () => given };
  return { ...player(name, program), args: (format, path) => [...given, ...known.args(format, path)] };
}

function player(name: string, program: string): Player {
  const known = KNOWN[name] as KnownPlayer;
  const env = name === 'powershell' ? (path: string) => ({ CONVIRZA_SOUND: path }) : undefined;
  return { name, program, ...known, ...(env === undefined ? {} : { env }) };
}

/** @param asked `--player` as given. @throws CliError `usage` when there is none */
export function findPlayer(ctx: Context, asked: string | undefined): Player {
  if (asked !== undefined) return named(ctx, asked);
  for (const name of candidates(ctx.platform)) {
    const program = findProgram(ctx, name);
    if (program !== undefined) return player(name, program);
  }
  throw new CliError('usage', 'There is no program here that plays sound', {
    hint: adviceFor(ctx.platform),
  });
}
