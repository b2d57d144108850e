import { DamagedPacket } from '../../packets.ts';
import { type BlockCoding, SCALE, s16le } from './block-coding.ts';

/** Step sizes. Source: IMA, Recommended Practices for Enhancing Digital Audio Compatibility 3.00 (1992), table 2. */
const STEPS: readonly number[] = [
  ...[7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80],
  ...[88, 97, 107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544],
  ...[598, 658, 724, 796, 876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749],
  ...[3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635],
  ...[13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794, 32767],
];

const LAST_STEP = STEPS.length - 1;

/** How the place in the table of steps moves after a code, by its magnitude. Source: as above, table 1. */
const STEP_MOVES: readonly number[] = [-1, -1, -1, -1, 2, 4, 6, 8];

/** Difference and next place in the table of steps, at 16 * place + code. */
const NEXT_PLACES = byPlaceAndCode((place, code) =>
  Math.max(0, Math.min(LAST_STEP, place + (STEP_MOVES[code & 7] as number))),
);

/** (code + 1/2) * step / 4, cut once: as decoders of Microsoft's files have it. */
const WAV_DIFFERENCES = byPlaceAndCode((place, code) =>
  signed(code, ((2 * (code & 7) + 1) * (STEPS[place] as number)) >> 3),
);

/** The same in parts that are cut one by one, as IMA's paper has it and Apple's files were made. */
const QT_DIFFERENCES = byPlaceAndCode((place, code) => {
  const step = STEPS[place] as number;
  const parts = [
    (code & 4) === 0 ? 0 : step,
    (code & 2) === 0 ? 0 : step >> 1,
    (code & 1) === 0 ? 0 : step >> 2,
  ];
  return signed(
    code,
    parts.reduce((sum, part) => sum + part, step >> 3),
  );
});

function byPlaceAndCode(value: (place: number, code: number) => number): Int32Array {
  return Int32Array.from({ length: STEPS.length * 16 }, (_, at) => value(at >> 4, at & 15));
}

function signed(code: number, magnitude: number): number {
  return (code & 8) === 0 ? magnitude : -magnitude;
}

/** Holds a sample at the ends of its 16 bits. */
function clip(value: number): number {
  return value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
}

/** A predictor and its place in the table of steps. */
interface State {
  sample: number;
  place: number;
}

/** Decodes the codes of `bytes` from `from` to `to`, the lower half of each byte first, to `target` from `at` on. */
function decodeCodes(
  differences: Int32Array,
  state: State,
  bytes: Uint8Array,
  from: number,
  to: number,
  target: Float32Array,
  at: number,
): void {
  const scale = SCALE;
  let { sample, place } = state;
  let out = at;
  for (let i = from; i < to; i++) {
    const byte = bytes[i] as number;
    const low = (place << 4) | (byte & 15);
    sample = clip(sample + (differences[low] as number));
    place = NEXT_PLACES[low] as number;
    target[out++] = sample * scale;
    const high = (place << 4) | (byte >> 4);
    sample = clip(sample + (differences[high] as number));
    place = NEXT_PLACES[high] as number;
    target[out++] = sample * scale;
  }
  state.sample = sample;
  state.place = place;
}

const GROUP_BYTES = 4;
const GROUP_FRAMES = 8;

/**
 * IMA (DVI) ADPCM with 4 bits as in WAV files: a block begins with 4 bytes for each channel (first sample, place in
 * the table of steps, one to spare), then come 4 bytes for each channel in turn.
 *
 * Source: Microsoft, New Multimedia Data Types and Data Techniques 3.0 (1994), "DVI ADPCM Wave Type".
 */
export function imaWav(channels: number): BlockCoding {
  const headBytes = 4 * channels;
  return {
    framesIn(bytes) {
      if (bytes < headBytes) return 0;
      return 1 + Math.floor((bytes - headBytes) / (GROUP_BYTES * channels)) * GROUP_FRAMES;
    },
    decode(block, planes) {
      const groups = Math.floor((block.length - headBytes) / (GROUP_BYTES * channels));
      planes.forEach((plane, channel) => {
        const state = { sample: s16le(block, channel * 4), place: block[channel * 4 + 2] ?? 0 };
        if (state.place > LAST_STEP) throw badPlace(state.place);
        plane[0] = state.sample * SCALE;
        for (let group = 0; group < groups; group++) {
          const from = headBytes + (group * channels + channel) * GROUP_BYTES;
          const at = 1 + group * GROUP_FRAMES;
          decodeCodes(WAV_DIFFERENCES, state, block, from, from + GROUP_BYTES, plane, at);
        }
      });
    },
    reset() {},
  };
}

/** Size of the part of a block that belongs to one channel, and the frames in it. */
export const IMA_QT_BYTES = 34;
export const IMA_QT_FRAMES = 64;

/**
 * IMA 4:1 of Apple (`ima4`): a block has 34 bytes for each channel in turn: two with the upper 9 bits of the
 * predictor and a place in the table of steps, then 64 codes. Where a block goes on from the one before, the lower
 * bits of the predictor, which do not fit into its header, are kept.
 *
 * Source: Apple, Technote TN1081, "Understanding the Differences Between Apple and Windows IMA-ADPCM".
 */
export function imaQuickTime(channels: number): BlockCoding {
  const states = Array.from({ length: channels }, () => ({ sample: 0, place: 0 }));
  return {
    framesIn: (bytes) => Math.floor(bytes / (IMA_QT_BYTES * channels)) * IMA_QT_FRAMES,
    decode(block, planes) {
      const blocks = Math.floor(block.length / (IMA_QT_BYTES * channels));
      for (let i = 0; i < blocks; i++) {
        states.forEach((state, channel) => {
          const from = (i * channels + channel) * IMA_QT_BYTES;
          continueFrom(state, ((block[from] as number) << 8) | (block[from + 1] as number));
          const plane = planes[channel] as Float32Array;
          const at = i * IMA_QT_FRAMES;
          decodeCodes(QT_DIFFERENCES, state, block, from + 2, from + IMA_QT_BYTES, plane, at);
        });
      }
    },
    reset() {
      for (const state of states) {
        state.sample = 0;
        state.place = 0;
      }
    },
  };
}

function continueFrom(state: State, header: number): void {
  const place = header & 0x7f;
  const sample = ((header & 0xff80) << 16) >> 16;
  if (place > LAST_STEP) throw badPlace(place);
  if (place === state.place && Math.abs(sample - state.sample) < 0x80) return;
  state.place = place;
  state.sample = sample;
}

function badPlace(place: number): DamagedPacket {
  return new DamagedPacket(`its header names step ${place} of ${LAST_STEP}`);
}
