import type { ChannelLayout, Speaker } from '../layout.ts';

/** Weight of every input channel (inner arrays) in every output channel (outer array). */
export type DownmixGains = readonly (readonly number[])[];

const MINUS_3_DB = Math.SQRT1_2;

/** What a speaker adds to left and right. */
const SIDES: Readonly<Record<Speaker, readonly [left: number, right: number]>> = {
  FL: [1, 0],
  FR: [0, 1],
  FC: [MINUS_3_DB, MINUS_3_DB],
  LFE: [0, 0],
  BL: [MINUS_3_DB, 0],
  BR: [0, MINUS_3_DB],
  FLC: [1, 0],
  FRC: [0, 1],
  BC: [0.5, 0.5],
  SL: [MINUS_3_DB, 0],
  SR: [0, MINUS_3_DB],
  TC: [0.5, 0.5],
  TFL: [MINUS_3_DB, 0],
  TFC: [0.5, 0.5],
  TFR: [0, MINUS_3_DB],
  TBL: [MINUS_3_DB, 0],
  TBC: [0.5, 0.5],
  TBR: [0, MINUS_3_DB],
  mono: [1, 1],
  unknown: [0.5, 0.5],
};

/**
 * Weights that mix the channels of `layout` down to mono or stereo. Weights of one output add up to at most 1,
 * so a mix cannot clip; low-frequency effects are left out unless there is nothing else. Mono is half the sum
 * of the stereo mix: 0.5 L + 0.5 R of stereo, 0.2071 L + 0.2071 R + 0.2929 C + 0.1464 Ls + 0.1464 Rs of 5.1.
 *
 * Source: ITU-R BS.775-3 Annex 4, Table 2 (centre and surrounds at -3 dB), scaled to unity.
 */
export function downmixGains(layout: ChannelLayout, outputs: 1 | 2): DownmixGains {
  const isAudible = layout.some((speaker) => speaker !== 'LFE');
  const sides = layout.map((speaker) => SIDES[isAudible ? speaker : 'unknown']);
  const left = sides.map((side) => side[0]);
  const right = sides.map((side) => side[1]);
  if (outputs === 1) return [scaled(left.map((gain, i) => gain + (right[i] ?? 0)))];
  // One scale for both sides, so that a layout with more on one side keeps its balance.
  const loudest = Math.max(sum(left), sum(right));
  return [left.map((gain) => gain / loudest), right.map((gain) => gain / loudest)];
}

/**
 * Mixes the first `frames` samples of planar `input` into `output`, one array of at least `frames` samples for
 * each row of `gains`. Input and output may not share arrays.
 */
export function downmix(
  input: readonly Float32Array[],
  frames: number,
  gains: DownmixGains,
  output: readonly Float32Array[],
): void {
  gains.forEach((row, channel) => {
    const target = output[channel]?.subarray(0, frames);
    target?.fill(0);
    row.forEach((gain, i) => {
      const source = input[i];
      if (target !== undefined && source !== undefined && gain !== 0) addScaled(target, source, gain);
    });
  });
}

function addScaled(target: Float32Array, source: Float32Array, gain: number): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] as number) + gain * (source[i] as number);
}

function scaled(gains: readonly number[]): number[] {
  const total = sum(gains);
  return gains.map((gain) => gain / total);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
