import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { AudioError, type AudioInput, openAudio } from '../../src/audio/index.ts';

/** Seed of all property tests: a failure can be run again. */
export const SEED = 20_240_917;

/** A temporary folder for the tests of one file. `path` gives a name in it, `file` writes one. */
export function useFolder() {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'convirza-audio-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return {
    path: (name: string) => join(folder, name),
    async file(name: string, bytes: Uint8Array | string): Promise<string> {
      await writeFile(join(folder, name), bytes);
      return join(folder, name);
    },
  };
}

/** A RIFF chunk; `size` is what its header says, `pad` whether an odd body gets its pad byte. */
export function chunk(id: string, body: Uint8Array, { size = body.length, pad = true } = {}): Buffer {
  const header = Buffer.alloc(8);
  header.write(id, 0, 'latin1');
  header.writeUInt32LE(size, 4);
  return Buffer.concat([header, body, Buffer.alloc(pad ? body.length % 2 : 0)]);
}

export interface Format {
  tag?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  blockAlign?: number;
  /** Bytes after the first 16. */
  rest?: Uint8Array;
}

/** A `fmt ` chunk: 16-bit mono PCM at 8 kHz unless told otherwise. */
export function fmt(format: Format = {}): Buffer {
  const { tag = 1, channels = 1, rate = 8000, bits = 16, rest = Buffer.alloc(0) } = format;
  const { blockAlign = (channels * bits) / 8 } = format;
  const body = Buffer.alloc(16);
  body.writeUInt16LE(tag, 0);
  body.writeUInt16LE(channels, 2);
  body.writeUInt32LE(rate, 4);
  body.writeUInt32LE((rate * blockAlign) % 2 ** 32, 8);
  body.writeUInt16LE(blockAlign, 12);
  body.writeUInt16LE(bits, 14);
  return chunk('fmt ', Buffer.concat([body, rest]));
}

/** The part of WAVEFORMATEXTENSIBLE after the first 16 bytes, with the SubFormat of format tag `tag`. */
export function extension(tag: number, validBits: number, mask: number): Buffer {
  const rest = Buffer.alloc(24);
  rest.writeUInt16LE(22, 0);
  rest.writeUInt16LE(validBits, 2);
  rest.writeUInt32LE(mask, 4);
  rest.writeUInt16LE(tag, 8);
  Buffer.from('000000001000800000aa00389b71', 'hex').copy(rest, 10);
  return rest;
}

/** A whole file of chunks. */
export function riff(chunks: Uint8Array[], { magic = 'RIFF', form = 'WAVE' } = {}): Buffer {
  const body = Buffer.concat([Buffer.from(form, 'latin1'), ...chunks]);
  return chunk(magic, body, { pad: false });
}

/** Samples as 16-bit little-endian bytes. */
export function int16(...samples: number[]): Buffer {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(sample, i * 2);
  });
  return bytes;
}

/** A file with `data` in the given format. */
export function wav(data: Uint8Array, format: Format = {}): Buffer {
  return riff([fmt(format), chunk('data', data)]);
}

/** All samples of an input, one array for each channel. */
export async function samplesOf(input: AudioInput): Promise<number[][]> {
  const all: number[][] = Array.from({ length: input.info.channels }, () => []);
  for await (const block of input.blocks()) {
    all.forEach((samples, i) => {
      for (const value of block.channels[i]?.subarray(0, block.frames) ?? []) samples.push(value);
    });
  }
  return all;
}

/** Opens, decodes and closes a file. */
export async function decode(path: string, options: { allowTruncated?: boolean } = {}) {
  const input = await openAudio(path, options);
  try {
    return { info: input.info, samples: await samplesOf(input) };
  } finally {
    await input.close();
  }
}

/** The AudioError that `work` ends with; anything else fails the test. */
export async function audioErrorOf(work: Promise<unknown>): Promise<AudioError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(AudioError);
  return error as AudioError;
}
