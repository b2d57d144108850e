/** The microphone of `voice talk`: a recording program, or standard input. */
import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Context } from '../context.ts';
import { CliError } from '../shared/errors.ts';
import { endNow, howItEnded, lastWordsOf } from './programs.ts';
import { LiveAudio, type LiveAudioOptions } from './voice-live-audio.ts';
import type { LiveProgram } from './voice-programs.ts';

/** A Ctrl-C at the terminal ends the child too, maybe before this program hears of it. */
export const SIGNAL_MS = 100;

export interface Microphone {
  audio: LiveAudio;
  /** Ends the program; resolves when it is gone. */
  stop: () => Promise<void>;
}

type Listeners = Pick<LiveAudioOptions, 'onAudio' | 'onDropped'>;

/** @param source samples that somebody else records: standard input */
export function microphoneOf(ctx: Context, source: Readable, listeners: Listeners): Microphone {
  const { clock, sleep, signal } = ctx;
  const audio = new LiveAudio(source, { clock, sleep, signal, ...listeners });
  return { audio, stop: async () => void source.destroy() };
}

/**
 * Starts a recorder. It ends with the signal of the context, and when its audio is no longer asked for.
 *
 * The audio fails with CliError `usage` when the program cannot be started or fails. A known recorder never ends by
 * itself, so that its end is a failure too; a command of the user may come to its end, as one that plays a file does.
 */
export function startRecorder(ctx: Context, recorder: LiveProgram, listeners: Listeners): Microphone {
  const { clock, sleep, signal } = ctx;
  const child = spawn(recorder.program, recorder.args, {
    cwd: ctx.cwd,
    env: { ...ctx.env, ...recorder.env } as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  const lastWords = lastWordsOf(child);
  const ended = new Promise<CliError | undefined>((settle) => {
    child.once('error', (error) => settle(failed(recorder, error.message, '')));
    child.once('close', (code, how) => {
      const well = code === 0 && !recorder.known;
      settle(well ? undefined : failed(recorder, howItEnded(code, how), lastWords()));
    });
  });
  const end = () => {
    if (child.exitCode === null && child.signalCode === null) endNow(child);
  };
  let asked = false;
  const stop = async () => {
    asked = true;
    child.stdout.destroy();
    end();
    await ended;
  };
  const verdict = async () => {
    const failure = await ended;
    if (failure === undefined || asked) return undefined;
    await sleep(SIGNAL_MS, signal).catch(() => {});
    return failure;
  };
  // Whoever stops asking for audio is done with it, and so is a program that gives no more.
  child.stdout.once('close', end);
  signal.addEventListener('abort', stop, { once: true });
  void ended.then(() => signal.removeEventListener('abort', stop));
  if (signal.aborted) void stop();
  return { audio: new LiveAudio(child.stdout, { clock, sleep, signal, verdict, ...listeners }), stop };
}

function failed(recorder: LiveProgram, why: string, last: string): CliError {
  const said = last === '' ? '' : `: ${last}`;
  return new CliError('usage', `The recorder "${recorder.name}" ended (${why})${said}`, {
    hint: 'Is there a microphone? convirza voice devices shows what can be named with --recorder.',
  });
}
