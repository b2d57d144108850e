/** What is said in a call: audio files of any format, standard input, or bare samples of another program. */
import { resolve } from 'node:path';
import { type AudioInput, type AudioNote, openRawStream, type RawFormat, toPcm16 } from '../audio/index.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import { CliError } from '../shared/errors.ts';
import { openBytes, openInput } from './audio-engine.ts';
import { asNamed, STREAM, stdinOf } from './audio-files.ts';
import { readInput } from './audio-settings.ts';
import type { Invocation } from './invocation.ts';

/** Flags about what is read. */
export interface SpeechFlags {
  allowTruncated?: boolean;
  raw?: boolean;
  rate?: string;
  channels?: string;
  encoding?: string;
}

/** One thing to say. */
export interface Speech {
  /** As the user named it. */
  shown: string;
  /** Absolute; `-` for standard input. */
  path: string;
  /** Of the audio; undefined where only its end will tell. */
  seconds: number | undefined;
  /** It comes while it is made. */
  isLive: boolean;
  /** Opens it, from the beginning. @throws AudioError */
  open(): Promise<OpenSpeech>;
}

export interface OpenSpeech {
  /** 24 kHz mono 16-bit little-endian PCM. */
  audio: AsyncGenerator<Buffer, void, undefined>;
  notes(): readonly AudioNote[];
  close(): Promise<void>;
}

/** How bare samples are to be read; undefined for files with a header. @throws CliError `usage` */
function rawFormat({ raw, rate, channels, encoding }: SpeechFlags): RawFormat | undefined {
  const asked = raw === true || rate !== undefined || channels !== undefined || encoding !== undefined;
  if (!asked) return undefined;
  return readInput({
    inputRate: rate ?? String(VOICE_AUDIO.sampleRate),
    ...(channels === undefined ? {} : { inputChannels: channels }),
    ...(encoding === undefined ? {} : { inputEncoding: encoding }),
  }).raw;
}

/**
 * Checks everything that is to be said, before anything is: that it is there, and audio.
 *
 * @throws AudioError or CliError `usage`, by the name of the file
 */
export async function readSpeeches(
  invocation: Invocation,
  names: readonly string[],
  flags: SpeechFlags,
): Promise<Speech[]> {
  // Elsewhere the flag is about answers of the Convirza platform, so it is known to every command.
  const raw = rawFormat({ ...flags, raw: flags.raw === true || invocation.flags.raw === true });
  const files = names.map((shown) => ({
    shown,
    path: shown === STREAM ? STREAM : resolve(invocation.ctx.cwd, shown),
  }));
  if (files.filter(({ path }) => path === STREAM).length > 1)
    throw new CliError('usage', 'Standard input (-) can be read once only');
  const stdin = stdinOf(invocation, files);
  const speeches: Speech[] = [];
  for (const file of files) {
    try {
      speeches.push(
        await readSpeech(invocation, file, { raw, stdin, allowTruncated: flags.allowTruncated === true }),
      );
    } catch (error) {
      throw asNamed(error, file);
    }
  }
  return speeches;
}

interface Reading {
  raw: RawFormat | undefined;
  stdin: NodeJS.ReadStream | undefined;
  allowTruncated: boolean;
}

async function readSpeech(
  invocation: Invocation,
  { shown, path }: { shown: string; path: string },
  { raw, stdin, allowTruncated }: Reading,
): Promise<Speech> {
  const { signal } = invocation.ctx;
  if (raw !== undefined && path === STREAM && stdin !== undefined) {
    const input = openRawStream(stdin, raw);
    return { shown, path, seconds: undefined, isLive: true, open: async () => opened(input, signal) };
  }
  const open = async () => {
    const bytes = await openBytes(path, { stdin, signal });
    return openInput(bytes, { allowTruncated, raw }, VOICE_AUDIO_WANTED);
  };
  const first = await open();
  const { seconds } = first.info;
  // What was piped in is there once; many files are not all held open.
  if (path === STREAM)
    return { shown, path, seconds, isLive: false, open: async () => opened(first, signal) };
  await first.close();
  return { shown, path, seconds, isLive: false, open: async () => opened(await open(), signal) };
}

const { sampleRate, channels } = VOICE_AUDIO;
const VOICE_AUDIO_WANTED = { sampleRate, channels } as const;

function opened(input: AudioInput, signal: AbortSignal): OpenSpeech {
  return {
    audio: toPcm16(input, { ...VOICE_AUDIO_WANTED, signal }),
    notes: () => input.notes ?? [],
    close: () => input.close(),
  };
}
