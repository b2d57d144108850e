/** Sound for prompts and recordings. */
import { wavHeader } from '../../audio/index.ts';

const SAMPLE_RATE = 8000;

/** A quiet sine tone as a WAV file: 8 kHz, mono, 16 bits; `hertz` is its pitch. */
export function toneWav(seconds: number, hertz: number): Buffer {
  const samples = Buffer.alloc(seconds * SAMPLE_RATE * 2);
  for (let index = 0; index < samples.length / 2; index += 1) {
    const value = Math.sin((2 * Math.PI * hertz * index) / SAMPLE_RATE) * 0.2;
    samples.writeInt16LE(Math.round(value * 32767), index * 2);
  }
  return Buffer.concat([
    wavHeader({ sampleRate: SAMPLE_RATE, channels: 1, dataBytes: samples.length }),
    samples,
  ]);
}
