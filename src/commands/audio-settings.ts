/** The flags of the audio commands, understood: what is read, what is done to it, what is written. */
import { availableParallelism } from 'node:os';
import { RAW_ENCODINGS, type RawFormat } from '../audio/index.ts';
import { CliError } from '../shared/errors.ts';
import type { InputSettings, OutputSettings, Processing } from './audio-engine.ts';
import { PRESETS, type Preset } from './audio-presets.ts';
import {
  parseChoice,
  parseCount,
  parseGain,
  parseLoudness,
  parseRate,
  parseThreshold,
  parseTime,
} from './audio-values.ts';

/** Flags about what is read; each is there only when it was given. */
export interface InputFlags {
  allowTruncated?: boolean;
  inputRate?: string;
  inputChannels?: string;
  inputEncoding?: string;
}

/** Flags about what is done to it. */
export interface ProcessingFlags {
  rate?: string;
  channels?: string;
  channel?: string;
  gain?: string;
  normalize?: string;
  /** True without a threshold. */
  trimSilence?: string | true;
  start?: string;
  duration?: string;
}

/** Flags about what is written. */
export interface OutputFlags {
  preset?: string;
  bits?: string;
  encoding?: string;
  format?: string;
  dither?: boolean;
}

const CHANNEL_WORDS = ['1', '2', 'source', 'mono', 'stereo'] as const;
const ENCODING_WORDS = ['pcm', 'float', 'alaw', 'mulaw'] as const;
const RAW_NAME = /\.(raw|pcm)$/i;

/** How headerless input is to be read; undefined when no flag speaks of it. @throws CliError `usage` */
function readRawInput(flags: InputFlags): RawFormat | undefined {
  const { inputRate, inputChannels, inputEncoding } = flags;
  if (inputRate === undefined && inputChannels === undefined && inputEncoding === undefined) return undefined;
  if (inputRate === undefined)
    throw new CliError('usage', 'Input without a header needs its sample rate', {
      hint: 'Give --input-rate; --input-channels is 1 and --input-encoding s16 unless you say otherwise.',
    });
  return {
    sampleRate: parseRate('--input-rate', inputRate),
    channels: parseCount('--input-channels', inputChannels ?? '1', 1, 32),
    encoding: parseChoice('--input-encoding', inputEncoding ?? 's16', RAW_ENCODINGS),
  };
}

/** @throws CliError `usage` for a value that is none */
export function readInput(flags: InputFlags): InputSettings {
  return { allowTruncated: flags.allowTruncated === true, raw: readRawInput(flags) };
}

/** @throws CliError `usage` for a value that is none */
export function readProcessing(flags: ProcessingFlags, preset: Preset = {}): Processing {
  const { rate, channels, channel, gain, normalize, trimSilence, start, duration } = flags;
  const processing: Processing = { channels: 'source' };
  const sampleRate = rate === undefined ? preset.sampleRate : parseRate('--rate', rate);
  if (sampleRate !== undefined) processing.sampleRate = sampleRate;
  if (channels !== undefined) processing.channels = readChannels(channels);
  else if (preset.channels !== undefined) processing.channels = preset.channels;
  if (channel !== undefined) processing.channel = parseCount('--channel', channel, 1, 32);
  if (gain !== undefined) processing.gain = parseGain('--gain', gain);
  if (normalize !== undefined) processing.normalize = parseLoudness('--normalize', normalize);
  if (trimSilence !== undefined) processing.trimSilence = readTrim(trimSilence);
  if (start !== undefined) processing.start = parseTime('--start', start);
  if (duration !== undefined) processing.duration = readDuration(duration);
  if (channel !== undefined && channels !== undefined && processing.channels !== 1)
    throw new CliError('usage', `--channel and --channels ${channels} contradict each other`, {
      hint: '--channel takes one channel alone, which is mono.',
    });
  if (gain !== undefined && normalize !== undefined)
    throw new CliError('usage', '--gain and --normalize contradict each other', {
      hint: 'Normalizing chooses the gain by itself.',
    });
  return processing;
}

function readChannels(text: string): 1 | 2 | 'source' {
  const word = parseChoice('--channels', text, CHANNEL_WORDS);
  if (word === 'source') return 'source';
  return word === '1' || word === 'mono' ? 1 : 2;
}

function readTrim(value: string | true): true | { threshold: number } {
  if (value === true || value === '') return true;
  return { threshold: parseThreshold('--trim-silence', value) };
}

function readDuration(text: string): number {
  const seconds = parseTime('--duration', text);
  if (seconds > 0) return seconds;
  throw new CliError('usage', '--duration must be longer than nothing');
}

/** @param out the name of the file to be written, whose ending may say what it is. @throws CliError `usage` */
export function readOutput(flags: OutputFlags, preset: Preset, out: string | undefined): OutputSettings {
  const { format, dither } = flags;
  const chosen = format === undefined ? undefined : parseChoice('--format', format, ['wav', 'raw']);
  return {
    format: chosen ?? (RAW_NAME.test(out ?? '') ? 'raw' : 'wav'),
    encoding: readEncoding(flags, preset),
    dither: dither === true,
  };
}

function readEncoding({ encoding, bits }: OutputFlags, preset: Preset): OutputSettings['encoding'] {
  const width = bits === undefined ? undefined : parseChoice('--bits', bits, ['8', '16', '24', '32']);
  if (encoding === undefined && width === undefined) return preset.encoding ?? 's16';
  const word = parseChoice('--encoding', encoding ?? 'pcm', ENCODING_WORDS);
  if (word === 'pcm' && width !== '8') return `s${width ?? '16'}` as 's16' | 's24' | 's32';
  if (word === 'float' && (width ?? '32') === '32') return 'f32';
  if ((word === 'alaw' || word === 'mulaw') && (width ?? '8') === '8') return word;
  throw new CliError('usage', `--encoding ${word} does not go with --bits ${width}`, {
    hint: 'pcm has 16, 24 or 32 bits, float 32, alaw and mulaw 8.',
  });
}

/** @throws CliError `usage` for a preset that is not known */
export function readPreset(name: string | undefined): Preset {
  if (name === undefined) return {};
  return PRESETS[parseChoice('--preset', name, Object.keys(PRESETS))] ?? {};
}

/** How many files are converted at once when nobody says: one for each core, none for little work. */
export function defaultJobs(files: number, bytes: number): number {
  // Starting a thread takes as long as converting a few hundred kilobytes.
  const worthwhile = Math.ceil(bytes / 1_000_000);
  return Math.max(1, Math.min(availableParallelism(), files, worthwhile));
}
