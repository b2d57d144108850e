import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
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
