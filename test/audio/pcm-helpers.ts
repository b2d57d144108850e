/** What the tests of plain samples share: fixtures, bytes at hand as audio, damage. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect } from 'vitest';
import { AudioError, type AudioInput, MemorySource, openSource } from '../../src/audio/index.ts';
import { SEED } from './fixtures.ts';
import { joined } from './samples.ts';

const folder = fileURLToPath(new URL('./fixtures/pcm/', import.meta.url));

/** SHA-256 of the 32-bit float samples that ffmpeg decodes, by the name of the fixture. */
export const REFERENCES: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(`${folder}references.json`, 'utf8'),
);

export function fixture(name: string): Buffer {
  return readFileSync(folder + name);
}

/** Opens bytes as a file named `test`. */
export function openBytes(
  bytes: Uint8Array,
  options: { allowTruncated?: boolean } = {},
): Promise<AudioInput> {
  return openSource(new MemorySource('test', bytes), options);
}

/** Everything in a file: what is known of it, and its interleaved samples. */
export async function decodeBytes(bytes: Uint8Array, options: { allowTruncated?: boolean } = {}) {
  const input = await openBytes(bytes, options);
  const samples = await interleaved(input);
  await input.close();
  return { info: input.info, notes: input.notes ?? [], samples };
}

export async function interleaved(input: AudioInput): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for await (const { frames, channels } of input.blocks()) {
    const part = new Float32Array(frames * channels.length);
    channels.forEach((samples, i) => {
      for (let frame = 0; frame < frames; frame++)
        part[frame * channels.length + i] = samples[frame] as number;
    });
    parts.push(part);
  }
  return joined(...parts);
}

/** As in the references, where all zeros are positive. */
export function hashOf(samples: Float32Array): string {
  const positive = samples.map((value) => value + 0);
  return createHash('sha256').update(new Uint8Array(positive.buffer)).digest('hex');
}

/** Decodes; the only failure let through is an AudioError with a hint. Undefined when it was refused. */
export async function decodesOrRefuses(bytes: Uint8Array, allowTruncated: boolean) {
  try {
    const decoded = await decodeBytes(bytes, { allowTruncated });
    expect(decoded.samples.every(Number.isFinite)).toBe(true);
    return decoded;
  } catch (error) {
    if (!(error instanceof AudioError)) throw error;
    expect(error.hint).toBeTruthy();
    return undefined;
  }
}

/** Cuts a file at every byte, and changes some bytes of it in many ways: audio or an AudioError must come of it. */
export async function survivesDamage(valid: Uint8Array, runs = 400): Promise<void> {
  const step = Math.ceil(valid.length / 1500);
  for (let length = 0; length < valid.length; length += step) {
    await decodesOrRefuses(valid.subarray(0, length), length % 2 === 0);
  }
  const inHeader = fc.nat(Math.min(valid.length - 1, 100));
  const at = fc.oneof(inHeader, fc.nat(valid.length - 1));
  const value = fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255));
  const changes = fc.array(fc.record({ at, value }), { minLength: 1, maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(changes, fc.boolean(), async (list, allowTruncated) => {
      const file = Buffer.from(valid);
      for (const change of list) file[change.at] = change.value;
      await decodesOrRefuses(file, allowTruncated);
    }),
    { seed: SEED, numRuns: runs },
  );
}

/** Big-endian bytes of numbers: `be(4, 1, 2)` is 00000001 00000002. */
export function be(size: number, ...values: number[]): Buffer {
  return Buffer.concat(
    values.map((value) => {
      const bytes = Buffer.alloc(size);
      if (size === 8) bytes.writeBigInt64BE(BigInt(value));
      else if (value < 0) bytes.writeIntBE(value, 0, size);
      else bytes.writeUIntBE(value, 0, size);
      return bytes;
    }),
  );
}

export function latin(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}
