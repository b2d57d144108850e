import { describe, expect, test } from 'vitest';
import { findCodec } from '../../src/audio/codecs/index.ts';
import { createPcmDecoder } from '../../src/audio/codecs/pcm/index.ts';
import { SAMPLE_READERS } from '../../src/audio/codecs/sample-codec.ts';
import type { PacketTrack } from '../../src/audio/packets.ts';
import { audioErrorOf, int16 } from './fixtures.ts';

function track(codec: string, changes: Partial<PacketTrack> = {}): PacketTrack {
  return {
    ...{ codec, config: new Uint8Array(0), sampleRate: 8000, channels: 2, timeScale: 8000 },
    ...{ skip: 0, duration: undefined, ...changes },
    async *packets() {},
  };
}

const decoderOf = async (codec: string, changes: Partial<PacketTrack> = {}) =>
  createPcmDecoder('test', track(codec, changes), {});

test('whole frames of a packet at any place in memory, in blocks that are reused', async () => {
  const decoder = await decoderOf('pcm_s16le');
  expect(decoder.format).toEqual({
    ...{ codec: 'pcm_s16le', sampleRate: 8000, channels: 2, layout: ['FL', 'FR'], bitsPerSample: 16 },
  });
  const bytes = Buffer.concat([Buffer.alloc(1), int16(1, 2, 3, 4, 5)]);
  const block = decoder.decode(bytes.subarray(1));
  expect(block.frames).toBe(2);
  expect(block.channels.map((plane) => [...plane].map((value) => value * 32_768))).toEqual([
    [1, 3],
    [2, 4],
  ]);
  expect(decoder.decode(int16(9, 8)).frames).toBe(1);
  expect((block.channels[0]?.[0] ?? 0) * 32_768).toBe(9);
  expect(decoder.decode(Buffer.alloc(0)).frames).toBe(0);
});

test('the layout and precision that the container knows hold', async () => {
  const decoder = await decoderOf('pcm_s32be', { bitsPerSample: 20, layout: ['SL', 'SR'] });
  expect(decoder.format).toMatchObject({ bitsPerSample: 20, layout: ['SL', 'SR'] });
});

describe('refused', () => {
  test.each([
    ['pcm_s16le', { channels: 0 }],
    ['pcm_s16le', { channels: 33 }],
    ['pcm_s16le', { channels: undefined }],
    ['pcm_s16le', { sampleRate: undefined }],
    ['toString', {}],
  ])('%s with %j', async (codec, changes) => {
    const error = await audioErrorOf(decoderOf(codec, changes));
    expect(error.hint).toBeTruthy();
  });
});

test('every coding of samples is a codec', async () => {
  for (const codec of Object.keys(SAMPLE_READERS))
    expect(await findCodec('test', codec)).toBe(createPcmDecoder);
});
