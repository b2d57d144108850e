/** One conversion from the file that is read to the file that is written; runs in a worker thread as well. */
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Readable } from 'node:stream';
import { writeFailure } from '../audio/errors.ts';
import {
  type AudioBlock,
  AudioError,
  type AudioInput,
  type AudioNote,
  type ByteSource,
  createEncoder,
  type Encoding,
  openRaw,
  openSource,
  type ProcessOptions,
  processAudio,
  RawFileWriter,
  type RawFormat,
  spool,
  WavFileWriter,
  type WavOptions,
  wantedFor,
  wavHeader,
  wavOrder,
} from '../audio/index.ts';
import { FileSource } from '../audio/io/file-source.ts';
import { ENCODED_BYTES } from '../audio/write/encode.ts';
import { STREAM } from './audio-files.ts';
import { lengthOf, observe } from './audio-progress.ts';

export interface InputSettings {
  allowTruncated: boolean;
  /** How input without a header is to be read. */
  raw: RawFormat | undefined;
}

/** What is done to the audio; plain data. */
export type Processing = Omit<ProcessOptions, 'signal'>;

export interface OutputSettings {
  format: 'wav' | 'raw';
  encoding: Exclude<Encoding, 'u8'>;
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
  /** What is read for the source `-`. */
  stdin?: Readable | undefined;
}

/** Where encoded audio goes. */
interface Sink {
  write(bytes: Uint8Array): Promise<void>;
  /** @returns the bytes that were written, header and all */
  finish(): Promise<number>;
  abort(): Promise<void>;
}

/** What a shell calls the pipe of `<(command)`, or standard input. */
const DESCRIPTOR = /^\/dev\/(stdin|fd\/\d+)$/;

/**
 * The bytes of a file, or of a pipe, which is read to its end: standard input for `-`, and what a shell makes of
 * `<(command)`. A pipe of another name is refused, as waiting for whoever may open its other end cannot be interrupted.
 *
 * @throws AudioError when they cannot be read
 */
export async function openBytes(
  source: string,
  { stdin, signal }: Pick<ConversionHooks, 'stdin' | 'signal'>,
): Promise<ByteSource> {
  if (source === STREAM && stdin !== undefined) return spool(stdin, { signal });
  const isPipe = (await stat(source).catch(() => undefined))?.isFIFO() === true;
  if (!isPipe) return FileSource.open(source);
  if (DESCRIPTOR.test(source)) return spool(createReadStream(source), { path: source, signal });
  throw new AudioError(`Cannot read "${source}": it is a named pipe.`, {
    hint: `Let the shell open it, as standard input: - < "${source}"`,
  });
}

/**
 * Opens what is to be read. Closes `bytes` when it throws.
 *
 * @param processing what it is wanted for, which may make decoding cheaper
 * @throws AudioError as `openSource`
 */
export async function openInput(
  bytes: ByteSource,
  { allowTruncated, raw }: InputSettings,
  processing?: Processing,
): Promise<AudioInput> {
  if (raw === undefined) {
    const wanted = processing === undefined ? undefined : wantedFor(processing);
    return openSource(bytes, { allowTruncated, wanted });
  }
  try {
    return openRaw(bytes, raw, { allowTruncated });
  } catch (error) {
    await bytes.close();
    throw error;
  }
}

/** Converts into a file that appears when it is complete. @throws AudioError; nothing is left behind then */
export async function convertToFile(job: ConversionJob, hooks: ConversionHooks): Promise<Converted> {
  return convert(job, hooks, async (format, isLong) => {
    if (job.makeFolder) await makeFolder(dirname(job.target));
    const writer =
      job.output.format === 'raw'
        ? await RawFileWriter.create(job.target, format)
        : await WavFileWriter.create(job.target, { ...format, long: isLong });
    return {
      write: (bytes) => writer.write(bytes),
      finish: async () => {
        if (!job.force && existsSync(job.target)) throw cameMeanwhile(job.target);
        return (await writer.finish()).bytes;
      },
      abort: () => writer.abort(),
    };
  });
}

function cameMeanwhile(path: string): AudioError {
  return new AudioError(`"${path}" was made by something else meanwhile.`, { hint: '--force replaces it.' });
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

type OutputFormat = WavOptions & { encoding: Encoding };

async function convert(
  { source, input: settings, processing, output }: StreamJob,
  hooks: ConversionHooks,
  open: (format: OutputFormat, isLong: boolean) => Promise<Sink>,
): Promise<Converted> {
  const bytes = await openBytes(source, hooks);
  const input = await openInput(bytes, settings, processing);
  try {
    const observed = hooks.onProgress === undefined ? input : observe(input, processing, hooks.onProgress);
    const audio = await processAudio(observed, { ...processing, signal: hooks.signal });
    const { sampleRate, channels } = audio;
    const seconds = lengthOf(input.info.seconds, processing);
    const { encoding, dither } = output;
    const order = wavOrder(audio.layout);
    const layout = order.map((from) => audio.layout[from] ?? 'unknown');
    const encode = createEncoder({ encoding, channels, dither });
    const frameBytes = channels * ENCODED_BYTES[encoding];
    const expected =
      seconds === undefined ? bytes.size * MOST_COMPRESSION : seconds * sampleRate * frameBytes;
    const sink = await open({ sampleRate, channels, encoding, layout }, expected > LONG_BYTES);
    let frames = 0;
    try {
      for await (const block of audio.blocks()) {
        await sink.write(encode(inOrder(block, order)));
        frames += block.frames;
      }
      hooks.signal.throwIfAborted();
      const written = await sink.finish();
      return { sampleRate, channels, frames, bytes: written, notes: [...audio.notes] };
    } catch (error) {
      await sink.abort();
      throw error;
    }
  } finally {
    await input.close();
  }
}

/** Beyond this a WAV file needs the longer header of RF64; some are told a little too short. */
const LONG_BYTES = 0.95 * 2 ** 32;
/** How much larger the samples are where the length of a file is not known. */
const MOST_COMPRESSION = 50;

/** Channels in the order in which WAV files hold them. */
function inOrder(block: AudioBlock, order: readonly number[]): AudioBlock {
  if (order.every((from, to) => from === to)) return block;
  return { frames: block.frames, channels: order.map((from) => block.channels[from] as Float32Array) };
}
