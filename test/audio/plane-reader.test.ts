import { describe, expect, it } from 'vitest';
import {
  canMix,
  createPlaneReader,
  KernelReader,
  PlainReader,
} from '../../src/audio/codecs/pcm/plane-reader.ts';

const CAPACITY = 1001;
const CODECS = [
  ['pcm_s16le', 2],
  ['pcm_s16be', 2],
  ['pcm_s24le', 3],
  ['pcm_s24be', 3],
  ['pcm_f32le', 4],
] as const;

/** Bytes of all kinds; as floats they hold every kind of number, and some that are none. */
const noise = Uint8Array.from({ length: 8 * CAPACITY }, (_, i) => Math.imul(i, 2_654_435_761) >>> 24);
noise.set([0, 0x80, 0xff, 0x7f, 0, 0x80, 0, 0x80, 0xff, 0x7f, 0xff, 0x7f, 0, 0, 0xff, 0xff]);
noise.set([0, 0, 0x80, 0x7f, 1, 0, 0x80, 0xff, 0, 0, 0x80, 0xff, 0, 0, 0x80, 0x3f], 16);

/** Numbers of the usual range, so that half their sum can be compared. */
const music = Uint8Array.from(
  new Uint8Array(Float32Array.from({ length: 2 * CAPACITY }, (_, i) => Math.sin(i * i)).buffer),
);

function planes(reader: PlainReader | KernelReader, frames: number, bytes = noise): number[][] {
  const [buffer] = reader.buffers;
  buffer.set(bytes.subarray(0, buffer.length));
  return reader.read(buffer, frames).map((plane) => [...plane.subarray(0, frames)].map((value) => value + 0));
}

describe.each(CODECS)('%s with and without vectors', (codec, bytes) => {
  it.each([1, 2])('%d channels give the same', (channels) => {
    const format = { codec, channels, blockAlign: bytes * channels };
    for (const frames of [1, 2, 3, 4, 5, CAPACITY]) {
      const plain = planes(new PlainReader(format, CAPACITY), frames);
      expect(planes(new KernelReader(format, CAPACITY, false), frames)).toEqual(plain);
    }
  });

  it('two channels as one are half their sum', () => {
    const format = { codec, channels: 2, blockAlign: bytes * 2 };
    const input = codec === 'pcm_f32le' ? music : noise;
    const [left, right] = planes(new KernelReader(format, CAPACITY, false), CAPACITY, input);
    const [mixed] = planes(new KernelReader(format, CAPACITY, true), CAPACITY, input);
    const sums = left?.map((value, i) => Math.fround((value + (right?.[i] ?? 0)) / 2) + 0);
    expect(mixed).toEqual(sums);
  });

  it('only samples without room between them are mixed at once', () => {
    expect(canMix({ codec, channels: 2, blockAlign: bytes * 2 })).toBe(true);
    expect(canMix({ codec, channels: 1, blockAlign: bytes })).toBe(false);
    const wide = { codec, channels: 2, blockAlign: 16 };
    expect(canMix(wide)).toBe(false);
    expect(createPlaneReader(wide, 9, false)).toBeInstanceOf(PlainReader);
  });
});

it('the first samples by hand', () => {
  const reader = new KernelReader({ codec: 'pcm_s16le', channels: 1, blockAlign: 2 }, CAPACITY, false);
  expect(planes(reader, 4)[0]).toEqual([-1, 32_767 / 32_768, -1, -1]);
  const floats = new KernelReader({ codec: 'pcm_f32le', channels: 1, blockAlign: 4 }, CAPACITY, false);
  expect(planes(floats, 8)[0]?.slice(4)).toEqual([0, 0, 0, 1]);
});

it('other codings go one by one', () => {
  for (const codec of ['pcm_u8', 'pcm_mulaw'] as const) {
    expect(canMix({ codec, channels: 2, blockAlign: 2 })).toBe(false);
    expect(createPlaneReader({ codec, channels: 2, blockAlign: 2 }, 9, false)).toBeInstanceOf(PlainReader);
  }
});
