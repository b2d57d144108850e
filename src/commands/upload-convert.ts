/** Conversion on the way to an upload: flags understood, lengths foreseen, files made on worker threads and removed. */
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AudioInfo } from '../audio/index.ts';
import { CliError } from '../shared/errors.ts';
import type { Converted, OutputSettings, Processing } from './audio-engine.ts';
import { asNamed } from './audio-files.ts';
import { type ProcessingFlags, readOutput, readProcessing } from './audio-settings.ts';
import { type Lane, openLanes } from './audio-workers.ts';

export interface ConvertFlags
  extends Pick<ProcessingFlags, 'rate' | 'channels' | 'normalize' | 'trimSilence'> {
  /** True without a format. */
  convert?: string | boolean;
  encoding?: string;
}

/** What every file is turned into before it is sent. */
export interface Conversion {
  processing: Processing;
  output: OutputSettings;
}

const SAMPLE_BYTES: Readonly<Record<string, number>> = { s16: 2, s24: 3, s32: 4, f32: 4, alaw: 1, mulaw: 1 };
/** Of a WAV header, at most. */
const HEADER_BYTES = 80;

/** @returns undefined when files are sent as they are. @throws CliError `usage` for a value that is none */
export function readConversion(flags: ConvertFlags): Conversion | undefined {
  const { convert, encoding, rate, channels, normalize, trimSilence } = flags;
  const asked = [encoding, rate, channels, normalize, trimSilence].some((value) => value !== undefined);
  if (!asked && (convert === undefined || convert === false)) return undefined;
  if (typeof convert === 'string' && convert !== '' && convert.toLowerCase() !== 'wav')
    throw new CliError('usage', `--convert ${convert}: only wav can be written`, {
      hint: 'Leave the format out, or give wav.',
    });
  return {
    processing: readProcessing(flags),
    output: readOutput(encoding === undefined ? {} : { encoding }, {}, 'prompt.wav'),
  };
}

/** The bytes that a file has at most when it is converted; undefined where its length is not known. */
export function convertedBytes(
  info: Pick<AudioInfo, 'seconds' | 'sampleRate' | 'channels'>,
  { processing, output }: Conversion,
): number | undefined {
  if (info.seconds === undefined) return undefined;
  const rate = processing.sampleRate ?? info.sampleRate;
  const channels =
    typeof processing.channels === 'number' && processing.channel === undefined
      ? processing.channels
      : info.channels;
  const header = output.encoding === 's16' && channels <= 2 ? 44 : HEADER_BYTES;
  return header + Math.ceil(info.seconds * rate) * channels * (SAMPLE_BYTES[output.encoding] ?? 4);
}

/** What makes a file smaller, the gentlest first; in the words of the flags. */
const SMALLER: readonly { flags: string; sampleRate?: number; channels?: 1 }[] = [
  { flags: '--convert' },
  { flags: '--convert --channels 1', channels: 1 },
  { flags: '--convert --rate 24k --channels 1', sampleRate: 24_000, channels: 1 },
  { flags: '--convert --rate 8k --channels 1', sampleRate: 8_000, channels: 1 },
];

/** The flags by which a file would have at most so many bytes; undefined when none of them helps. */
export function smallEnough(info: AudioInfo, most: number): { flags: string; bytes: number } | undefined {
  for (const { flags, sampleRate, channels } of SMALLER) {
    if (sampleRate !== undefined && sampleRate > info.sampleRate) continue;
    const processing: Processing = { channels: channels ?? 'source' };
    if (sampleRate !== undefined) processing.sampleRate = sampleRate;
    const output: OutputSettings = { format: 'wav', encoding: 's16', dither: false };
    const bytes = convertedBytes(info, { processing, output });
    if (bytes !== undefined && bytes <= most) return { flags, bytes };
  }
  return undefined;
}

/** A file that was made for one upload. */
export interface ConvertedFile {
  path: string;
  bytes: number;
  result: Converted;
}

export interface ConverterOptions {
  /** Files that are converted at once. */
  count: number;
  program: string;
  signal: AbortSignal;
  allowTruncated: boolean;
}

/** So many files are worth a thread each: one for each core, none for a single file. */
export function converterCount(files: number): number {
  return files <= 1 ? 1 : Math.max(2, Math.min(availableParallelism(), files));
}

const FOLDER = 'convirza-upload-';
const DAY_MS = 86_400_000;

/** Makes a folder for converted files, and removes those that killed runs have left: nothing came or went there for a day. */
async function makeFolder(): Promise<string> {
  const place = tmpdir();
  const names = await readdir(place).catch(() => []);
  for (const name of names.filter((entry) => entry.startsWith(FOLDER))) {
    const path = join(place, name);
    const status = await lstat(path).catch(() => undefined);
    const isOurs = status?.isDirectory() === true && status.uid === process.getuid?.();
    if (isOurs && Date.now() - status.mtimeMs > DAY_MS)
      await rm(path, { recursive: true, force: true }).catch(() => {});
  }
  return mkdtemp(join(place, FOLDER));
}

/** Converts into a folder of its own, which goes with `close`. */
export class Converter {
  readonly #conversion: Conversion;
  readonly #options: ConverterOptions;
  readonly #idle: Lane[];
  readonly #lanes: readonly Lane[];
  readonly #waiting: ((lane: Lane) => void)[] = [];
  #folder: Promise<string> | undefined;
  #made = 0;

  constructor(conversion: Conversion, options: ConverterOptions) {
    this.#conversion = conversion;
    this.#options = options;
    this.#lanes = openLanes(options.count, options.program, { signal: options.signal });
    this.#idle = [...this.#lanes];
  }

  /** @throws AudioError in words of the file as it was named; nothing is left behind then */
  async convert(file: { path: string; shown: string }): Promise<ConvertedFile> {
    const lane = this.#idle.pop() ?? (await new Promise<Lane>((resolve) => this.#waiting.push(resolve)));
    try {
      this.#options.signal.throwIfAborted();
      this.#folder ??= makeFolder();
      const path = join(await this.#folder, `${++this.#made}.wav`);
      const input = { allowTruncated: this.#options.allowTruncated, raw: undefined };
      const job = {
        ...this.#conversion,
        source: file.path,
        target: path,
        force: true,
        makeFolder: false,
        input,
      };
      const result = await lane.convert(job, () => {});
      return { path, bytes: result.bytes, result };
    } catch (error) {
      if (this.#options.signal.aborted) throw this.#options.signal.reason;
      throw asNamed(error, file);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#idle.push(lane);
      else next(lane);
    }
  }

  async release({ path }: ConvertedFile): Promise<void> {
    await rm(path, { force: true });
  }

  /** Ends the threads and removes everything that was made. */
  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.close()));
    if (this.#folder !== undefined) await rm(await this.#folder, { recursive: true, force: true });
  }
}
