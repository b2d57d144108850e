/** One conversion from the file that is read to the file that is written; runs in a worker thread as well. */
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { openRaw, type RawFormat } from '../audio/containers/raw.ts';
import { writeFailure } from '../audio/errors.ts';
import {
  type AudioInput,
  type AudioNote,
  encodePcm16,
  openAudio,
  type ProcessOptions,
  processAudio,
  WavFileWriter,
  wantedFor,
  wavHeader,
} from '../audio/index.ts';
import { FileSource } from '../audio/io/file-source.ts';
import { CliError } from '../shared/errors.ts';

export interface InputSettings {
  allowTruncated: boolean;
  /** How input without a header is to be read. */
  raw: RawFormat | undefined;
}

/** What is done to the audio; plain data. */
export type Processing = Omit<ProcessOptions, 'signal'>;

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

/**
 * Opens what is to be read.
 *
 * @param processing what it is wanted for, which may make decoding cheaper
 * @throws AudioError as `openAudio`
 */
export async function openInput(
  source: string,
  { allowTruncated, raw }: InputSettings,
  _hooks: Pick<ConversionHooks, 'stdin' | 'signal'>,
  processing?: Processing,
): Promise<AudioInput> {
  const wanted = processing === undefined ? undefined : wantedFor(processing);
  if (raw === undefined) return openAudio(source, { allowTruncated, wanted });
  const bytes = await FileSource.open(source);
  try {
    return openRaw(bytes, raw, { allowTruncated });
  } catch (error) {
    await bytes.close();
    throw error;
  }
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
  const input = await openInput(source, settings, hooks, processing);
  try {
    const audio = await processAudio(input, { ...processing, signal: hooks.signal });
    const { sampleRate, channels } = audio;
    const seconds = lengthOf(input.info.seconds, processing);
    const report = progressOf(seconds === undefined ? undefined : seconds * sampleRate, hooks.onProgress);
    const sink = await open({ sampleRate, channels });
    let frames = 0;
    try {
      for await (const block of audio.blocks()) {
        await sink.write(encodePcm16(block));
        frames += block.frames;
        report(frames);
      }
      hooks.signal.throwIfAborted();
      const bytes = await sink.finish();
      return { sampleRate, channels, frames, bytes, notes: [...audio.notes] };
    } catch (error) {
      await sink.abort();
      throw error;
    }
  } finally {
    await input.close();
  }
}

/** Tells of every hundredth part once. */
function progressOf(
  total: number | undefined,
  onProgress: ConversionHooks['onProgress'],
): (frames: number) => void {
  if (total === undefined || total === 0 || onProgress === undefined) return () => {};
  let told = 0;
  return (frames) => {
    const done = Math.min(1, frames / total);
    if (done - told < PROGRESS_STEP) return;
    told = done;
    onProgress(done);
  };
}
