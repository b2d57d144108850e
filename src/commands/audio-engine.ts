/** One conversion from the file that is read to the file that is written; runs in a worker thread as well. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { AudioNote } from '../audio/audio-input.ts';
import { writeFailure } from '../audio/errors.ts';
import { type AudioInput, openAudio, toPcm16, WavFileWriter, wavHeader } from '../audio/index.ts';
import { CliError } from '../shared/errors.ts';

/** How input without a header is to be read. */
export interface RawInput {
  sampleRate: number;
  channels: number;
  encoding: 'u8' | 's16' | 's24' | 's32' | 'f32' | 'f64' | 'alaw' | 'mulaw';
}

export interface InputSettings {
  allowTruncated: boolean;
  raw: RawInput | undefined;
}

/** What is done to the audio, as `ProcessOptions`. */
export interface Processing {
  sampleRate?: number;
  channels?: 'source' | 1 | 2;
  channel?: number;
  gain?: number;
  normalize?: number;
  trimSilence?: boolean | { threshold?: number };
  start?: number;
  duration?: number;
}

export interface OutputSettings {
  format: 'wav' | 'raw';
  encoding: 's16' | 's24' | 's32' | 'f32' | 'alaw' | 'mulaw';
  dither: boolean;
}

/** One file to convert; plain data, so that it can be sent to a worker thread. */
export interface ConversionJob {
  /** Absolute; `-` for standard input. */
  source: string;
  /** Absolute. */
  target: string;
  /** Whether a file at `target` may be replaced. */
  force: boolean;
  /** Whether the folder of `target` is made when it is missing. */
  makeFolder: boolean;
  input: InputSettings;
  processing: Processing;
  output: OutputSettings;
}

/** A conversion to a stream. */
export type StreamJob = Pick<ConversionJob, 'source' | 'input' | 'processing' | 'output'>;

/** What came of it. */
export interface Converted {
  sampleRate: number;
  channels: number;
  frames: number;
  bytes: number;
  notes: readonly AudioNote[];
}

export interface ConversionHooks {
  signal: AbortSignal;
  /** Told now and then how much is done, from 0 to 1; not where the length is unknown. */
  onProgress?: ((done: number) => void) | undefined;
  /** What `-` is. */
  stdin?: NodeJS.ReadableStream | undefined;
}

/** Where encoded audio goes. */
interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  /** @returns the bytes that were written, header and all */
  finish(): Promise<number>;
  abort(): Promise<void>;
}

export async function openInput(
  source: string,
  { allowTruncated }: InputSettings,
  _hooks: Pick<ConversionHooks, 'stdin' | 'signal'>,
): Promise<AudioInput> {
  return openAudio(source, { allowTruncated });
}

/** Audio as it comes out of the processing. */
export interface Processed {
  sampleRate: number;
  channels: number;
  /** As far as it is known beforehand. */
  seconds: number | undefined;
  pcm16(): AsyncGenerator<Buffer, void, undefined>;
  notes(): readonly AudioNote[];
}

export async function openProcessed(
  input: AudioInput,
  processing: Processing,
  signal: AbortSignal,
): Promise<Processed> {
  const sampleRate = processing.sampleRate ?? input.info.sampleRate;
  const channels = processing.channels ?? 'source';
  return {
    sampleRate,
    channels: channels === 'source' ? input.info.channels : channels,
    seconds: lengthOf(input.info.seconds, processing),
    pcm16: () => toPcm16(input, { sampleRate, channels, signal }),
    notes: () => input.notes ?? [],
  };
}

/** Seconds that are left of a file; undefined where only decoding would tell. */
export function lengthOf(
  seconds: number | undefined,
  { start = 0, duration, trimSilence }: Processing,
): number | undefined {
  if (trimSilence !== undefined && trimSilence !== false) return undefined;
  if (seconds === undefined) return undefined;
  const rest = Math.max(0, seconds - start);
  return duration === undefined ? rest : Math.min(rest, duration);
}

/** Converts into a file that appears when it is complete. @throws AudioError; nothing is left behind then */
export async function convertToFile(job: ConversionJob, hooks: ConversionHooks): Promise<Converted> {
  return convert(job, hooks, async (format) => {
    if (job.makeFolder) await makeFolder(dirname(job.target));
    const writer = await WavFileWriter.create(job.target, format);
    return {
      write: (bytes) => writer.write(bytes),
      finish: async () => {
        if (!job.force && existsSync(job.target)) {
          await writer.abort();
          throw new CliError('usage', `"${job.target}" has come into being meanwhile`, {
            hint: '--force replaces it.',
          });
        }
        return (await writer.finish()).bytes;
      },
      abort: () => writer.abort(),
    };
  });
}

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
  } catch (error) {
    throw writeFailure(path, dirname(path), error);
  }
}

/** Converts to a stream, whose header says that the length is not known. */
export async function convertToStream(
  job: StreamJob,
  hooks: ConversionHooks,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<Converted> {
  let bytes = 0;
  const put = async (piece: Uint8Array) => {
    bytes += piece.length;
    await write(piece);
  };
  return convert(job, hooks, async (format) => {
    if (job.output.format === 'wav') await put(wavHeader(format));
    return { write: put, finish: async () => bytes, abort: async () => {} };
  });
}

const PROGRESS_STEP = 0.01;

async function convert(
  { source, input: settings, processing, output: _output }: StreamJob,
  hooks: ConversionHooks,
  open: (format: { sampleRate: number; channels: number }) => Promise<Sink>,
): Promise<Converted> {
  const input = await openInput(source, settings, hooks);
  try {
    const sampleRate = processing.sampleRate ?? input.info.sampleRate;
    const channels = processing.channels ?? 'source';
    const count = channels === 'source' ? input.info.channels : channels;
    const sink = await open({ sampleRate, channels: count });
    const total = input.info.seconds === undefined ? undefined : input.info.seconds * sampleRate;
    let frames = 0;
    let told = 0;
    try {
      for await (const piece of toPcm16(input, { sampleRate, channels, signal: hooks.signal })) {
        await sink.write(piece);
        frames += piece.length / 2 / count;
        const done = total === undefined ? 0 : frames / total;
        if (done - told < PROGRESS_STEP) continue;
        told = done;
        hooks.onProgress?.(Math.min(1, done));
      }
      hooks.signal.throwIfAborted();
      const bytes = await sink.finish();
      return { sampleRate, channels: count, frames, bytes, notes: [...(input.notes ?? [])] };
    } catch (error) {
      await sink.abort();
      throw error;
    }
  } finally {
    await input.close();
  }
}
