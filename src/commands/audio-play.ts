/** `audio play`: decode here, and let a player of the system make the sound. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  AudioError,
  encodePcm16,
  type ProcessedAudio,
  processAudio,
  WavFileWriter,
  wavHeader,
} from '../audio/index.ts';
import { cleanLine } from '../output/clean.ts';
import type { Progress } from '../output/progress.ts';
import { writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { openBytes, openInput } from './audio-engine.ts';
import { asNamed, STREAM, stdinOf, textAbout } from './audio-files.ts';
import { findPlayer, type Player } from './audio-players.ts';
import { lengthOf } from './audio-progress.ts';
import { type InputFlags, type ProcessingFlags, readInput, readProcessing } from './audio-settings.ts';
import { formatTime } from './audio-values.ts';
import type { Invocation } from './invocation.ts';
import { endNow, howItEnded, lastWordsOf } from './programs.ts';

export interface PlayFlags extends InputFlags, ProcessingFlags {
  player?: string;
}

/** What every player takes. */
const MAX_RATE = 192_000;
const USUAL_RATE = 48_000;

export async function runAudioPlay(invocation: Invocation, file: string, flags: PlayFlags): Promise<void> {
  const { ctx } = invocation;
  const settings = readInput(flags);
  const processing = readProcessing(flags);
  const player = findPlayer(ctx, flags.player);
  const path = file === STREAM ? STREAM : resolve(ctx.cwd, file);
  const stdin = stdinOf(invocation, [{ path }]);
  try {
    const bytes = await openBytes(path, { stdin, signal: ctx.signal });
    const input = await openInput(bytes, settings, processing);
    invocation.onClose(() => input.close());
    if (input.info.sampleRate > MAX_RATE) processing.sampleRate = USUAL_RATE;
    if (input.info.channels > 2) processing.channels = 2;
    const audio = await processAudio(input, { ...processing, signal: ctx.signal });
    const total = lengthOf(input.info.seconds, processing);
    const seconds = await play(invocation, player, audio, { title: cleanLine(file), total });
    for (const { level, text } of audio.notes)
      if (level === 'warning') invocation.warn(cleanLine(textAbout(text, { path, shown: file })));
    if (invocation.format === 'table') return;
    await writeRecord({ file, player: player.name, seconds }, invocation.rowsOptions());
  } catch (error) {
    if (ctx.signal.aborted) throw ctx.signal.reason;
    throw error instanceof AudioError ? asNamed(error, { path, shown: file }) : error;
  }
}

/** What is played, as a person is told; `total` in seconds, where it is known. */
interface Piece {
  title: string;
  total: number | undefined;
}

/** @returns the seconds that the player was given */
async function play(
  invocation: Invocation,
  player: Player,
  audio: ProcessedAudio,
  { title, total }: Piece,
): Promise<number> {
  const progress = await invocation.progress(title);
  try {
    const run = player.diet === 'file' ? playFile : playStream;
    const frames = await run(invocation, player, audio, new Clock(invocation, { title, total }, progress));
    return Math.round((frames / audio.sampleRate) * 1000) / 1000;
  } finally {
    progress.stop();
  }
}

/** Says now and then how far it is. What a player has taken is ahead of what is heard, so the time tells. */
class Clock {
  readonly #tick: () => void;
  #timer: NodeJS.Timeout | undefined;

  constructor({ ctx }: Invocation, { title, total }: Piece, progress: Progress) {
    let started: number | undefined;
    this.#tick = () => {
      started ??= ctx.clock();
      const at = Math.min((ctx.clock() - started) / 1000, total ?? Number.POSITIVE_INFINITY);
      const end = total === undefined ? '' : ` of ${formatTime(total, 0)}`;
      progress.update(`${title} ${formatTime(Math.floor(at), 0)}${end}`);
    };
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#tick();
    this.#timer = setInterval(this.#tick, 250);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

async function playStream(
  invocation: Invocation,
  player: Player,
  audio: ProcessedAudio,
  clock: Clock,
): Promise<number> {
  const { sampleRate, channels } = audio;
  const child = start(invocation, player, player.args({ sampleRate, channels }, ''), 'pipe');
  let frames = 0;
  try {
    if (player.diet === 'stream') await child.write(wavHeader({ sampleRate, channels }));
    for await (const block of audio.blocks()) {
      clock.start();
      if (!(await child.write(encodePcm16(block)))) break;
      frames += block.frames;
    }
    await child.finish();
    return frames;
  } catch (error) {
    child.stop();
    await child.finish().catch(() => {});
    throw error;
  } finally {
    clock.stop();
  }
}

async function playFile(
  invocation: Invocation,
  player: Player,
  audio: ProcessedAudio,
  clock: Clock,
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), 'convirza-play-'));
  const path = join(folder, 'sound.wav');
  const { sampleRate, channels } = audio;
  try {
    const writer = await WavFileWriter.create(path, { sampleRate, channels });
    let frames = 0;
    try {
      for await (const block of audio.blocks()) {
        await writer.write(encodePcm16(block));
        frames += block.frames;
      }
      await writer.finish();
    } catch (error) {
      await writer.abort();
      throw error;
    }
    const child = start(invocation, player, player.args({ sampleRate, channels }, path), 'ignore', path);
    clock.start();
    await child.finish();
    return frames;
  } finally {
    clock.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Running {
  /** @returns false when the player takes no more */
  write(bytes: Uint8Array): Promise<boolean>;
  /** Closes its input and waits for its end. @throws CliError `usage` when it failed, the reason of an abort */
  finish(): Promise<void>;
  stop(): void;
}

function start(
  invocation: Invocation,
  player: Player,
  args: string[],
  stdin: 'pipe' | 'ignore',
  path = '',
): Running {
  const { ctx } = invocation;
  const env = { ...ctx.env, ...player.env?.(path) } as NodeJS.ProcessEnv;
  const child = spawn(player.program, args, { cwd: ctx.cwd, env, stdio: [stdin, 'ignore', 'pipe'] });
  const lastWords = lastWordsOf(child);
  // A player that was closed takes no more; how it ended says whether that was meant.
  child.stdin?.on('error', () => {});
  const ended = new Promise<CliError | undefined>((settle) => {
    child.once('error', (error) => settle(failed(player, error.message)));
    child.once('close', (code, signal) => {
      settle(code === 0 ? undefined : failed(player, howItEnded(code, signal), lastWords()));
    });
  });
  const stop = () => endNow(child);
  ctx.signal.addEventListener('abort', stop, { once: true });
  return {
    write: (bytes) => writeTo(child, bytes, ended),
    finish: async () => {
      child.stdin?.end();
      const failure = await ended;
      ctx.signal.removeEventListener('abort', stop);
      ctx.signal.throwIfAborted();
      if (failure !== undefined) throw failure;
    },
    stop,
  };
}

async function writeTo(child: ChildProcess, bytes: Uint8Array, ended: Promise<unknown>): Promise<boolean> {
  const { stdin } = child;
  if (stdin === null || !stdin.writable) return false;
  if (stdin.write(bytes)) return true;
  const drained = once(stdin, 'drain').then(
    () => true,
    () => false,
  );
  return Promise.race([drained, ended.then(() => false)]);
}

function failed(player: Player, why: string, last = ''): CliError {
  return new CliError(
    'usage',
    `The player "${player.name}" failed (${why})${last === '' ? '' : `: ${last}`}`,
    {
      hint: 'Is there a sound device? Another player can be named with --player.',
    },
  );
}
