/** A FLAC encoder that makes whatever the format allows, not what is small. */
import { crc8, crc16 } from '../../src/audio/codecs/flac/crc.ts';

/** How one subframe is coded. */
export interface Coding {
  kind: 'constant' | 'verbatim' | 'fixed' | 'lpc';
  /** Of `fixed` and `lpc`. */
  order?: number;
  precision?: number;
  shift?: number;
  coefficients?: number[];
  wasted?: number;
  partitionOrder?: number;
  /** Rice parameters have 5 bits instead of 4. */
  isWide?: boolean;
  /** Of each partition, taken in turn; -1 is a partition without Rice codes. */
  parameters?: number[];
}

export interface Frame {
  number: number;
  isVariable?: boolean;
  bits: number;
  /** Integers, one array for each channel. */
  samples: number[][];
  assignment?: number;
  codings: Coding[];
}

export interface Stream {
  bits: number;
  channels: number;
  maxBlockSize: number;
  sampleRate?: number;
  total?: number;
}

class BitWriter {
  readonly bytes: number[] = [];
  #used = 0;

  /** The low `count` bits of `value`, an integer of at most 53 bits, negative ones in two's complement. */
  write(value: number, count: number): void {
    for (let i = count - 1; i >= 0; i--) {
      if (this.#used === 0) this.bytes.push(0);
      const bit = Math.floor(value / 2 ** i) & 1;
      this.bytes[this.bytes.length - 1] = (this.bytes.at(-1) as number) | (bit << (7 - this.#used));
      this.#used = (this.#used + 1) & 7;
    }
  }

  unary(zeros: number): void {
    for (let i = 0; i < zeros; i++) this.write(0, 1);
    this.write(1, 1);
  }

  align(): void {
    this.#used = 0;
  }
}

const BIT_CODES: Readonly<Record<number, number>> = { 8: 1, 12: 2, 16: 4, 20: 5, 24: 6, 32: 7 };

/** A whole frame with both checksums. */
export function encodeFrame(frame: Frame): Buffer {
  const { bits, samples, assignment = samples.length - 1 } = frame;
  const out = new BitWriter();
  writeHeader(out, frame, assignment);
  coupled(samples, assignment).forEach((channel, i) => {
    const isSide = assignment === 9 ? i === 0 : assignment >= 8 && i === 1;
    writeSubframe(out, channel, isSide ? bits + 1 : bits, frame.codings[i] as Coding);
  });
  out.align();
  out.write(crc16(Uint8Array.from(out.bytes), 0, out.bytes.length), 16);
  return Buffer.from(out.bytes);
}

function writeHeader(out: BitWriter, frame: Frame, assignment: number): void {
  out.write(frame.isVariable ? 0xfff9 : 0xfff8, 16);
  out.write(7, 4);
  out.write(0, 4);
  out.write(assignment, 4);
  out.write(BIT_CODES[frame.bits] ?? 0, 3);
  out.write(0, 1);
  for (const byte of codedNumber(frame.number)) out.write(byte, 8);
  out.write((frame.samples[0]?.length ?? 0) - 1, 16);
  out.write(crc8(Uint8Array.from(out.bytes), 0, out.bytes.length), 8);
}

function codedNumber(value: number): number[] {
  if (value < 0x80) return [value];
  const tail: number[] = [];
  let rest = value;
  while (tail.length === 0 || rest >= 2 ** (6 - tail.length)) {
    tail.unshift(0x80 | (rest % 64));
    rest = Math.floor(rest / 64);
  }
  return [((0xff00 >> (tail.length + 1)) & 0xff) | rest, ...tail];
}

function coupled(samples: number[][], assignment: number): number[][] {
  const [left = [], right = []] = samples;
  const side = left.map((value, i) => value - (right[i] as number));
  if (assignment === 8) return [left, side];
  if (assignment === 9) return [side, right];
  if (assignment === 10)
    return [left.map((value, i) => Math.floor((value + (right[i] as number)) / 2)), side];
  return samples;
}

function writeSubframe(out: BitWriter, channel: number[], depth: number, coding: Coding): void {
  const { kind, order = 0, wasted = 0 } = coding;
  const samples = channel.map((value) => value / 2 ** wasted);
  const bits = depth - wasted;
  out.write(0, 1);
  out.write({ constant: 0, verbatim: 1, fixed: 8 + order, lpc: 31 + order }[kind], 6);
  out.write(wasted > 0 ? 1 : 0, 1);
  if (wasted > 0) out.unary(wasted - 1);
  const plain = { constant: 1, verbatim: samples.length, fixed: order, lpc: order }[kind];
  for (const value of samples.slice(0, plain)) out.write(value, bits);
  if (kind === 'constant' || kind === 'verbatim') return;
  if (kind === 'lpc') {
    out.write((coding.precision as number) - 1, 4);
    out.write(coding.shift as number, 5);
    for (const value of coding.coefficients as number[]) out.write(value, coding.precision as number);
  }
  writeResiduals(out, residualsOf(samples, coding), order, coding);
}

const FIXED = [[], [1], [2, -1], [3, -3, 1], [4, -6, 4, -1]];

/** Residuals of all samples (those of the first `order` are of no meaning). */
export function residualsOf(samples: number[], coding: Coding): number[] {
  const { kind, order = 0 } = coding;
  const coefficients = (kind === 'fixed' ? FIXED[order] : coding.coefficients) as number[];
  const shift = kind === 'fixed' ? 0 : (coding.shift as number);
  return samples.map((value, n) => {
    if (n < order) return 0;
    const sum = coefficients.reduce((total, factor, i) => total + factor * (samples[n - 1 - i] as number), 0);
    return value - Math.floor(sum / 2 ** shift);
  });
}

function writeResiduals(out: BitWriter, residuals: number[], order: number, coding: Coding): void {
  const { partitionOrder = 0, isWide = false, parameters = [4] } = coding;
  const size = residuals.length / 2 ** partitionOrder;
  out.write(isWide ? 1 : 0, 2);
  out.write(partitionOrder, 4);
  for (let i = 0; i < 2 ** partitionOrder; i++) {
    const values = residuals.slice(Math.max(order, i * size), (i + 1) * size);
    const parameter = parameters[i % parameters.length] as number;
    out.write(parameter < 0 ? 31 : parameter, isWide ? 5 : 4);
    if (parameter < 0) {
      const width = plainWidth(values);
      out.write(width, 5);
      for (const value of values) out.write(value, width);
    } else {
      for (const value of values) {
        const folded = value >= 0 ? 2 * value : -2 * value - 1;
        out.unary(Math.floor(folded / 2 ** parameter));
        out.write(folded, parameter);
      }
    }
  }
}

function plainWidth(values: number[]): number {
  let width = 0;
  while (values.some((value) => value < -(2 ** (width - 1)) || value > 2 ** (width - 1) - 1)) {
    if (width === 0 && values.every((value) => value === 0)) break;
    width++;
  }
  return width;
}

/** The 34 bytes of STREAMINFO. */
export function streamInfo({ bits, channels, maxBlockSize, sampleRate = 44_100, total = 0 }: Stream): Buffer {
  const out = new BitWriter();
  out.write(16, 16);
  out.write(maxBlockSize, 16);
  out.write(0, 48);
  out.write(sampleRate, 20);
  out.write(channels - 1, 3);
  out.write(bits - 1, 5);
  out.write(total, 36);
  return Buffer.concat([Buffer.from(out.bytes), Buffer.alloc(16)]);
}

/** A metadata block. */
export function block(type: number, body: Uint8Array, isLast = false): Buffer {
  const header = Buffer.alloc(4);
  header.writeUInt32BE(((isLast ? 0x80 | type : type) * 0x1000000 + body.length) >>> 0);
  return Buffer.concat([header, body]);
}

/** A VORBIS_COMMENT block of fields such as `TITLE=x`. */
export function comment(fields: string[]): Buffer {
  const text = (value: string) => Buffer.concat([u32le(Buffer.byteLength(value)), Buffer.from(value)]);
  return block(4, Buffer.concat([text('test'), u32le(fields.length), ...fields.map(text)]));
}

function u32le(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** A native FLAC file. */
export function flacFile(stream: Stream, frames: Uint8Array[], blocks: Uint8Array[] = []): Buffer {
  const info = block(0, streamInfo(stream), blocks.length === 0);
  const last = blocks.at(-1);
  if (last !== undefined) last[0] = (last[0] as number) | 0x80;
  return Buffer.concat([Buffer.from('fLaC'), info, ...blocks, ...frames]);
}
