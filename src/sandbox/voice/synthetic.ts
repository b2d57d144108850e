import { SAMPLE_RATE } from './protocol.ts';

const PITCH = 120;
const SYLLABLES_PER_SECOND = 4;
/** Resonances of the vowels that take turns, in Hz. */
const VOWELS = [
  [730, 1_090],
  [270, 2_290],
  [300, 870],
  [530, 1_840],
] as const;

/** Pitch, syllables and vowels all come round in one second, so the sound is that second again and again. */
let second: Buffer | undefined;

/**
 * A sound with the rhythm and the timbre of speech and no words, for when there are no recordings: a buzz at
 * 120 Hz through the resonances of four vowels, four syllables a second, the loudest sample at half of full scale.
 * @param seconds its length
 * @returns PCM signed 16-bit little-endian, 24 kHz, mono
 */
export function speechLikeSound(seconds: number): Buffer {
  second ??= oneSecond();
  const bytes = Math.round(seconds * SAMPLE_RATE) * 2;
  return bytes === 0 ? Buffer.alloc(0) : Buffer.alloc(bytes, second);
}

function oneSecond(): Buffer {
  const samples = new Float64Array(SAMPLE_RATE);
  for (let i = 0; i < samples.length; i++) {
    const time = i / SAMPLE_RATE;
    const syllable = Math.floor(time * SYLLABLES_PER_SECOND);
    const vowel = VOWELS[syllable % VOWELS.length] ?? VOWELS[0];
    let value = 0;
    for (let harmonic = 1; harmonic * PITCH < 3_500; harmonic++)
      value += strength(harmonic * PITCH, vowel) * Math.sin(2 * Math.PI * harmonic * PITCH * time);
    samples[i] = value * Math.sin(Math.PI * (time * SYLLABLES_PER_SECOND - syllable)) ** 0.5;
  }

  const peak = samples.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
  const pcm = Buffer.alloc(samples.length * 2);
  samples.forEach((value, i) => {
    pcm.writeInt16LE(Math.round((value / peak) * 16_384), i * 2);
  });
  return pcm;
}

function strength(frequency: number, resonances: readonly number[]): number {
  return resonances.reduce((sum, centre) => sum + 1 / (1 + ((frequency - centre) / 120) ** 2), 0.02);
}
