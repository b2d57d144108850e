import { u16le } from '../../io/bytes.ts';
import { DamagedPacket } from '../../packets.ts';
import { type BlockCoding, SCALE, s16le } from './block-coding.ts';

/** Pairs of weights, in 1/256, of the last sample and the one before it, that every file may use. */
const STANDARD_WEIGHTS: readonly number[] = [256, 0, 512, -256, 0, 0, 192, 64, 240, 0, 460, -208, 392, -232];

/** What a code makes of the step, in 1/256. */
const ADAPTATION = Int32Array.of(
  ...[230, 230, 230, 230, 307, 409, 512, 614, 768, 614, 512, 409, 307, 230, 230, 230],
);

const MIN_STEP = 16;

/** Far above what real files reach; keeps steps and what is made of them within 32 bits. */
const MAX_STEP = Math.floor(0x7fffffff / 768);

/** Header of one channel: number of the pair of weights, step, two samples. */
const HEAD_BYTES = 7;

/**
 * ADPCM of Microsoft for one or two channels. `config` is what follows WAVEFORMATEX: frames in a block, a count, and
 * pairs of weights; when it is missing or too short, the standard pairs are used.
 *
 * Source: Microsoft, New Multimedia Data Types and Data Techniques 3.0 (1994), "Microsoft ADPCM".
 */
export function microsoftAdpcm(channels: number, config: Uint8Array): BlockCoding {
  const weights = weightsOf(config);
  const headBytes = HEAD_BYTES * channels;
  return {
    framesIn: (bytes) => (bytes < headBytes ? 0 : 2 + Math.floor(((bytes - headBytes) * 2) / channels)),
    decode(block, planes) {
      planes.forEach((plane, channel) => {
        const pair = (block[channel] ?? 0) * 2;
        if (pair >= weights.length) throw badPair(pair / 2, weights.length / 2);
        const words = channels + channel * 2;
        const start: Start = {
          recent: weights[pair] as number,
          older: weights[pair + 1] as number,
          step: s16le(block, words),
          sample: s16le(block, words + channels * 2),
          before: s16le(block, words + channels * 4),
        };
        plane[0] = start.before * SCALE;
        plane[1] = start.sample * SCALE;
        decodeCodes(start, block.subarray(headBytes), channel, channels, plane);
      });
    },
    reset() {},
  };
}

function weightsOf(config: Uint8Array): Int32Array {
  const count = u16le(config, 2);
  if (count < STANDARD_WEIGHTS.length / 2 || config.length < 4 + count * 4)
    return Int32Array.from(STANDARD_WEIGHTS);
  return Int32Array.from({ length: count * 2 }, (_, i) => s16le(config, 4 + i * 2));
}

interface Start {
  recent: number;
  older: number;
  step: number;
  sample: number;
  before: number;
}

/**
 * Codes of 4 bits, the upper half of each byte first, the channels in turn. All of it in 32-bit integers: each sample
 * waits for the one before, so nothing may take long.
 */
function decodeCodes(
  start: Start,
  codes: Uint8Array,
  channel: number,
  channels: number,
  plane: Float32Array,
): void {
  const { recent, older } = start;
  const scale = SCALE;
  let { step, sample, before } = start;
  let out = 2;
  for (let at = channel; at < codes.length * 2; at += channels) {
    const code = ((codes[at >> 1] as number) >> ((~at & 1) << 2)) & 15;
    const sum = (Math.imul(sample, recent) + Math.imul(before, older)) | 0;
    // Division by 256 that cuts towards zero, as the standard has it.
    const predicted = (sum + ((sum >> 31) & 255)) >> 8;
    before = sample;
    sample = clip((predicted + Math.imul((code ^ 8) - 8, step)) | 0);
    step = Math.imul(ADAPTATION[code] as number, step) >> 8;
    if (step < MIN_STEP) step = MIN_STEP;
    else if (step > MAX_STEP) step = MAX_STEP;
    plane[out++] = sample * scale;
  }
}

/** Holds a sample at the ends of its 16 bits. */
function clip(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
}

function badPair(pair: number, count: number): DamagedPacket {
  return new DamagedPacket(`its header names pair ${pair + 1} of ${count} pairs of weights`);
}
