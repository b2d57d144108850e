/** Small WAV files made in memory. */
import { wavHeader } from '../../src/audio/index.ts';

/** A tone as 16-bit PCM. */
export function tone(seconds: number, sampleRate = 24_000, channels = 1): Buffer {
  const frames = Math.round(seconds * sampleRate);
  const pcm = Buffer.alloc(frames * channels * 2);
  for (let frame = 0; frame < frames; frame++) {
    const value = Math.round(9_000 * Math.sin((2 * Math.PI * 220 * frame) / sampleRate));
    for (let channel = 0; channel < channels; channel++)
      pcm.writeInt16LE(value, (frame * channels + channel) * 2);
  }
  return pcm;
}

/** A whole WAV file with a tone. */
export function toneWav(seconds: number, sampleRate = 24_000, channels = 1): Buffer {
  const pcm = tone(seconds, sampleRate, channels);
  return Buffer.concat([wavHeader({ sampleRate, channels, dataBytes: pcm.length }), pcm]);
}

/** Whether a file is a complete 16-bit PCM WAV whose header tells the truth. @returns its seconds of audio */
export function checkWav(file: Buffer, sampleRate = 24_000, channels = 1): number {
  const dataBytes = file.length - 44;
  if (!file.subarray(0, 44).equals(wavHeader({ sampleRate, channels, dataBytes })))
    throw new Error('the header does not fit the file');
  return dataBytes / (sampleRate * channels * 2);
}

/** Root mean square of 16-bit samples, 0–32768. */
export function rms(file: Buffer): number {
  let sum = 0;
  for (let at = 44; at + 1 < file.length; at += 2) sum += file.readInt16LE(at) ** 2;
  return Math.sqrt(sum / Math.max(1, (file.length - 44) / 2));
}
