import { describe, expect, it } from 'vitest';
import {
  canMix,
  createPlaneReader,
  KernelReader,
  PlainReader,
} from '../../src/audio/codecs/pcm/plane-reader.ts';

const CAPACITY = 1001;
const samples = Int16Array.from({ length: 2 * CAPACITY }, (_, i) => (i * 40_503) & 0xffff);
samples.set([-32_768, 32_767, -32_768, -32_768, 32_767, 32_767, 0, -1]);

function planes(reader: PlainReader | KernelReader, frames: number): number[][] {
  const [buffer] = reader.buffers;
  buffer.set(new Uint8Array(samples.buffer, 0, buffer.length));
  return reader.read(buffer, frames).map((plane) => [...plane.subarray(0, frames)]);
}

describe('16-bit samples with and without vectors', () => {
  it.each([1, 2])('%d channels give the same', (channels) => {
    const format = { codec: 'pcm_s16le', channels, blockAlign: 2 * channels } as const;
    for (const frames of [1, 2, 3, 4, 5, CAPACITY]) {
      const plain = planes(new PlainReader(format, CAPACITY), frames);
      expect(planes(new KernelReader(CAPACITY, channels, false), frames)).toEqual(plain);
      expect(plain[0]?.[0]).toBe(-1);
    }
  });

  it('two channels as one are half their sum', () => {
    const [left, right] = planes(new KernelReader(CAPACITY, 2, false), CAPACITY);
    const [mixed] = planes(new KernelReader(CAPACITY, 2, true), CAPACITY);
    expect(mixed).toEqual(left?.map((value, i) => (value + (right?.[i] ?? 0)) / 2));
  });
});

it('only plain 16-bit stereo is mixed at once', () => {
  expect(canMix({ codec: 'pcm_s16le', channels: 2, blockAlign: 4 })).toBe(true);
  expect(canMix({ codec: 'pcm_s16le', channels: 2, blockAlign: 8 })).toBe(false);
  expect(canMix({ codec: 'pcm_s24le', channels: 2, blockAlign: 6 })).toBe(false);
  expect(createPlaneReader({ codec: 'pcm_s16le', channels: 2, blockAlign: 8 }, 9, false)).toBeInstanceOf(
    PlainReader,
  );
});
