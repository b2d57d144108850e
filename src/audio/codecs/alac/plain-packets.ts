import { PacketBits } from '../packet-bits.ts';
import { readResiduals } from './golomb.ts';
import type { AlacConfig } from './magic-cookie.ts';
import { type AlacPackets, CUT, DAMAGED } from './packet-decoder.ts';
import { accumulate, predict } from './predict.ts';

/** Element tags. Source: Apple's ALACDecoder.cpp, which has them from ISO/IEC 14496-3. */
const SINGLE = 0;
const PAIR = 1;
const LOW_FREQUENCY = 3;
const DATA = 4;
const FILL = 6;
const END = 7;

/** How one channel is predicted. */
interface Predictor {
  mode: number;
  shift: number;
  factor: number;
  coefficients: Int16Array;
}

/** Decodes the packets of a track without a kernel. */
export class PlainPackets implements AlacPackets {
  readonly planes: Float32Array[];
  readonly #config: AlacConfig;
  readonly #bits = new PacketBits();
  readonly #samples: Int32Array[];

  constructor(config: AlacConfig) {
    const { channels, frameLength } = config;
    this.#config = config;
    this.planes = Array.from({ length: channels }, () => new Float32Array(frameLength));
    this.#samples = Array.from({ length: channels }, () => new Int32Array(frameLength));
  }

  decode(data: Uint8Array): number {
    const bits = this.#bits;
    bits.open(data, 0);
    let samples = 0;
    let done = 0;
    while (done < this.planes.length) {
      const tag = bits.read(3);
      if (bits.isOverrun) return CUT;
      if (tag === END) break;
      if (tag === DATA) skipData(bits);
      else if (tag === FILL) skipFill(bits);
      else if (tag === SINGLE || tag === PAIR || tag === LOW_FREQUENCY) {
        const planes = this.#samples.slice(done, done + (tag === PAIR ? 2 : 1));
        if (tag === PAIR && planes.length < 2) return DAMAGED;
        samples = this.#readElement(planes, samples);
        if (samples < 0) return bits.isOverrun ? CUT : DAMAGED;
        done += planes.length;
      } else return DAMAGED;
    }
    if (done === 0) return DAMAGED;
    for (const plane of this.#samples.slice(done)) plane.fill(0);
    this.#convert(samples);
    return samples;
  }

  /** One or two channels of `expected` samples, or of any number when that is 0. Returns the number, or -1. */
  #readElement(planes: Int32Array[], expected: number): number {
    const bits = this.#bits;
    bits.read(4);
    if (bits.read(12) !== 0) return -1;
    const isPartial = bits.read(1) === 1;
    const shiftBits = bits.read(2) * 8;
    const isPlain = bits.read(1) === 1;
    const samples = isPartial ? bits.read(32) : this.#config.frameLength;
    if (samples === 0 || samples > this.#config.frameLength || bits.isOverrun) return -1;
    if (expected !== 0 && samples !== expected) return -1;
    const isGood = isPlain ? this.#readPlain(planes, samples) : this.#readCoded(planes, samples, shiftBits);
    return isGood ? samples : -1;
  }

  #readPlain(planes: Int32Array[], samples: number): boolean {
    for (let i = 0; i < samples; i++) {
      for (const plane of planes) plane[i] = this.#bits.readSigned(this.#config.bitsPerSample);
    }
    return !this.#bits.isOverrun;
  }

  #readCoded(planes: Int32Array[], samples: number, shiftBits: number): boolean {
    const bits = this.#bits;
    const mixBits = bits.read(8);
    const mixWeight = bits.readSigned(8);
    const width = this.#config.bitsPerSample - shiftBits + planes.length - 1;
    // Encoders that write nothing but plain samples leave the parameters of the code at 0.
    if (this.#config.kb === 0 || shiftBits === 24 || width < 1 || width > 32) return false;
    const predictors = planes.map(() => readPredictor(bits));
    const lowBits = bits.position;
    bits.seek(lowBits + shiftBits * planes.length * samples);
    if (bits.isOverrun) return false;
    const isGood = planes.every((plane, i) => {
      const predictor = predictors[i];
      return predictor !== undefined && this.#readChannel(plane, samples, width, predictor);
    });
    if (!isGood) return false;
    const [first, second] = planes;
    if (first !== undefined && second !== undefined && mixWeight !== 0) {
      unmix(first, second, samples, mixBits, mixWeight);
    }
    if (shiftBits > 0) addLowBits(bits, planes, samples, lowBits, shiftBits);
    return true;
  }

  #readChannel(plane: Int32Array, samples: number, width: number, predictor: Predictor): boolean {
    const { mb, pb, kb } = this.#config;
    const { mode, shift, factor, coefficients } = predictor;
    const step = (pb * factor) >> 2;
    if (!readResiduals(this.#bits, plane, samples, width, { mean: mb, step, limit: kb })) return false;
    if (mode !== 0) accumulate(plane, samples, width);
    predict(plane, samples, coefficients, shift, width);
    return true;
  }

  #convert(samples: number): void {
    const scale = 2 ** (1 - this.#config.bitsPerSample);
    this.planes.forEach((plane, channel) => {
      const integers = this.#samples[channel] as Int32Array;
      for (let i = 0; i < samples; i++) plane[i] = (integers[i] as number) * scale;
    });
  }
}

function readPredictor(bits: PacketBits): Predictor {
  const mode = bits.read(4);
  const shift = bits.read(4);
  const factor = bits.read(3);
  const coefficients = Int16Array.from({ length: bits.read(5) }, () => bits.readSigned(16));
  return { mode, shift, factor, coefficients };
}

function skipData(bits: PacketBits): void {
  bits.read(4);
  const isAligned = bits.read(1) === 1;
  let bytes = bits.read(8);
  if (bytes === 255) bytes += bits.read(8);
  if (isAligned) bits.seek((bits.position + 7) & ~7);
  bits.seek(bits.position + bytes * 8);
}

function skipFill(bits: PacketBits): void {
  let bytes = bits.read(4);
  if (bytes === 15) bytes += bits.read(8) - 1;
  bits.seek(bits.position + bytes * 8);
}

/** A pair from a weighted mean and a difference. */
function unmix(
  first: Int32Array,
  second: Int32Array,
  samples: number,
  mixBits: number,
  weight: number,
): void {
  for (let i = 0; i < samples; i++) {
    const difference = second[i] as number;
    const left = ((first[i] as number) + difference - (Math.imul(difference, weight) >> mixBits)) | 0;
    first[i] = left;
    second[i] = left - difference;
  }
}

/** The low bits of samples, which are written as they are, from bit `from` on. */
function addLowBits(
  bits: PacketBits,
  planes: Int32Array[],
  samples: number,
  from: number,
  count: number,
): void {
  const end = bits.position;
  bits.seek(from);
  for (let i = 0; i < samples; i++) {
    for (const plane of planes) plane[i] = ((plane[i] as number) << count) | bits.read(count);
  }
  bits.seek(end);
}
