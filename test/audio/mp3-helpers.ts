import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { AudioNote, OpenOptions } from '../../src/audio/audio-input.ts';
import { type AudioInfo, openAudio } from '../../src/audio/index.ts';
import { mpegHeaderAt } from '../../src/audio/probe/mpeg-header.ts';

const FOLDER = fileURLToPath(new URL('./fixtures/mp3/', import.meta.url));

/** Path of a fixture. */
export const fixturePath = (name: string) => `${FOLDER}${name}`;

/** Bytes of a fixture. */
export const fixture = (name: string) => readFileSync(fixturePath(name));

/** A reference decode: f32, interleaved. */
export function reference(name: string): Float32Array {
  const bytes = fixture(`${name}.f32`);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
}

/** What decoding a file gives: one array for each channel. */
export interface Decoded {
  info: AudioInfo;
  notes: readonly AudioNote[];
  frames: number;
  channels: Float32Array[];
}

/** Decodes all of a file. */
export async function decodeAll(path: string, options: OpenOptions = {}): Promise<Decoded> {
  const input = await openAudio(path, options);
  try {
    const parts: Float32Array[][] = Array.from({ length: input.info.channels }, () => []);
    let frames = 0;
    for await (const block of input.blocks()) {
      frames += block.frames;
      parts.forEach((list, i) => {
        list.push((block.channels[i] as Float32Array).slice(0, block.frames));
      });
    }
    return { info: input.info, notes: input.notes ?? [], frames, channels: parts.map(joined) };
  } finally {
    await input.close();
  }
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

/** Channels as one interleaved array of their first `frames` frames. */
export function interleaved(channels: readonly Float32Array[], frames: number): Float32Array {
  const all = new Float32Array(channels.length * frames);
  channels.forEach((samples, channel) => {
    for (let i = 0; i < frames; i++) all[i * channels.length + channel] = samples[i] as number;
  });
  return all;
}

/** Signal to noise ratio of `actual` against `expected` over the length of the latter, in dB. */
export function snr(actual: Float32Array, expected: Float32Array): number {
  let signal = 0;
  let noise = 0;
  expected.forEach((value, i) => {
    signal += value ** 2;
    noise += (value - (actual[i] ?? 0)) ** 2;
  });
  return 10 * Math.log10(signal / noise);
}

/** Largest magnitude of all samples. */
export function peakOf(channels: readonly Float32Array[]): number {
  return Math.max(...channels.map((samples) => samples.reduce((peak, x) => Math.max(peak, Math.abs(x)), 0)));
}

/** Positions of the frames of a stream without anything in between, and its end. */
export function framePositions(bytes: Uint8Array, start = 0): number[] {
  const positions = [start];
  for (let at = start; ; ) {
    const length = mpegHeaderAt(bytes, at)?.length ?? 0;
    if (length === 0) return positions;
    at += length;
    positions.push(at);
  }
}

/** An ID3v2 tag of a version with the frames `body`. */
export function id3(version: number, body: Uint8Array, flags = 0): Buffer {
  const size = [21, 14, 7, 0].map((shift) => (body.length >> shift) & 0x7f);
  return Buffer.concat([Buffer.from([0x49, 0x44, 0x33, version, 0, flags, ...size]), body]);
}

/** A text frame of ID3v2.3 or (sizes below 128) 2.4. */
export function textFrame(id: string, encoding: number, text: Uint8Array, flags = 0): Buffer {
  const header = Buffer.alloc(10);
  header.write(id, 'latin1');
  header.writeUInt32BE(text.length + 1, 4);
  header[9] = flags;
  return Buffer.concat([header, Buffer.from([encoding]), text]);
}
