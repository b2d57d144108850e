/** Values of audio flags as people write them: `44.1k`, `1:30`, `-16LUFS`. */
import { CliError } from '../shared/errors.ts';

const MIN_RATE = 1_000;
const MAX_RATE = 768_000;

function wrong(flag: string, text: string, what: string, hint: string): CliError {
  return new CliError('usage', `${flag}: ${JSON.stringify(text)} is ${what}`, { hint });
}

/** A sample rate in Hz: `44100`, `44.1k`, `8 kHz`. @throws CliError `usage` */
export function parseRate(flag: string, text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*(k?)(?:hz)?$/i.exec(text.trim());
  const rate = match === null ? Number.NaN : Number(match[1]) * (match[2] === '' ? 1 : 1000);
  const hertz = Math.round(rate);
  if (!(Math.abs(rate - hertz) < 1e-6) || hertz < MIN_RATE || hertz > MAX_RATE)
    throw wrong(
      flag,
      text,
      'no sample rate',
      `Give a whole number of Hz from ${MIN_RATE} to ${MAX_RATE}, such as 24000, or 8k, 44.1k.`,
    );
  return hertz;
}

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, min: 60, h: 3600 };

/** A time in seconds: `12.5`, `90s`, `500ms`, `2m`, `1:30`, `1:02:03.5`. @throws CliError `usage` */
export function parseTime(flag: string, text: string): number {
  const trimmed = text.trim().toLowerCase();
  const number = /^(\d+(?:\.\d+)?|\.\d+)\s*(ms|s|m|min|h)?$/.exec(trimmed);
  if (number !== null) return Number(number[1]) * (UNIT_SECONDS[number[2] ?? 's'] ?? 1);
  const clock = /^(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:\.\d+)?)$/.exec(trimmed);
  const [hours, minutes, seconds] = [clock?.[1] ?? 0, clock?.[2], clock?.[3]].map(Number);
  if (clock === null || !((seconds as number) < 60))
    throw wrong(flag, text, 'no time', 'Give seconds, or 500ms, 90s, 2m, 1:30.');
  return (hours as number) * 3600 + (minutes as number) * 60 + (seconds as number);
}

function parseLevel(text: string, unit: RegExp): number {
  const match = /^([+-]?(?:\d+(?:\.\d+)?|\.\d+))\s*([a-z]*)$/i.exec(text.trim().replace('\u2212', '-'));
  return match !== null && unit.test(match[2] ?? '') ? Number(match[1]) : Number.NaN;
}

/** A loudness in LUFS: `-16`, `-16LUFS`. @throws CliError `usage` */
export function parseLoudness(flag: string, text: string): number {
  const value = parseLevel(text, /^(lufs|lkfs|lu)?$/i);
  if (!(value >= -70 && value <= -5))
    throw wrong(
      flag,
      text,
      'no loudness that audio can be brought to',
      'Give LUFS from -70 to -5, such as -16 (speech), -23 (EBU R 128).',
    );
  return value;
}

/** An amplification in dB: `-3`, `+6dB`. @throws CliError `usage` */
export function parseGain(flag: string, text: string): number {
  const value = parseLevel(text, /^(db)?$/i);
  if (!(Math.abs(value) <= 100))
    throw wrong(flag, text, 'no gain', 'Give dB from -100 to 100, such as -3 or 6dB.');
  return value;
}

/** A level below full scale in dB: `-50`, `-50dB`. @throws CliError `usage` */
export function parseThreshold(flag: string, text: string): number {
  const value = parseLevel(text, /^(db|dbfs)?$/i);
  if (!(value >= -120 && value < 0))
    throw wrong(flag, text, 'no level of silence', 'Give dB below full scale from -120 to 0, such as -50.');
  return value;
}

/** A whole number. @throws CliError `usage` */
export function parseCount(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max))
    throw wrong(flag, text, 'no number that fits', `Give a whole number from ${min} to ${max}.`);
  return value;
}

/** One of some words. @throws CliError `usage` */
export function parseChoice<Word extends string>(flag: string, text: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === text.trim().toLowerCase());
  if (found === undefined)
    throw new CliError('usage', `${flag}: ${JSON.stringify(text)} is not known`, {
      hint: `There are: ${words.join(', ')}.`,
    });
  return found;
}

/** `0:03.720`, `1:02:03.500`. */
export function formatTime(seconds: number, decimals = 3): string {
  const scale = 10 ** decimals;
  const total = Math.round(seconds * scale);
  const part = (total % (60 * scale)) / scale;
  const minutes = Math.floor(total / (60 * scale));
  const tail = part.toFixed(decimals).padStart(decimals === 0 ? 2 : decimals + 3, '0');
  if (minutes < 60) return `${minutes}:${tail}`;
  return `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${tail}`;
}

/** `178.6 kB`, `3.2 MB`: powers of ten, as the limits of the service are given. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  const [size, unit] =
    bytes < 1e6 ? [bytes / 1e3, 'kB'] : bytes < 1e9 ? [bytes / 1e6, 'MB'] : [bytes / 1e9, 'GB'];
  return `${size.toLocaleString('en-US', { maximumFractionDigits: 1 })} ${unit}`;
}

/** `44.1 kHz`, `8 kHz`. */
export function formatRate(hertz: number): string {
  return `${hertz / 1000} kHz`;
}
