import { describe, expect, test } from 'vitest';
import { audioErrorOf, int16 } from './fixtures.ts';
import { be, decodeBytes, fixture, latin, survivesDamage } from './pcm-helpers.ts';

interface Header {
  start?: number;
  size?: number;
  encoding?: number;
  rate?: number;
  channels?: number;
  note?: string;
}

function au(data: Uint8Array, header: Header = {}): Buffer {
  const { note = '', start = 24 + note.length, size = data.length } = header;
  const { encoding = 3, rate = 8000, channels = 1 } = header;
  return Buffer.concat([latin('.snd'), be(4, start, size, encoding, rate, channels), latin(note), data]);
}

const DATA = int16(100, 200, 300).swap16();

async function errorOf(file: Uint8Array) {
  const error = await audioErrorOf(decodeBytes(file));
  expect(error.hint).toBeTruthy();
  return error.message;
}

test.each([
  ['a size', {}],
  ['no size', { size: 0xffffffff }],
  ['a size of 0', { size: 0 }],
  ['a note', { note: 'A waltz\0' }],
])('%s', async (_, header) => {
  const { info, samples } = await decodeBytes(au(DATA, header));
  expect(info).toMatchObject({ container: 'au', codec: 'pcm_s16be', frames: 3, bitsPerSample: 16 });
  expect([...samples].map((value) => value * 32_768)).toEqual([100, 200, 300]);
  expect(info.tags).toEqual('note' in header ? { comment: 'A waltz' } : undefined);
});

test('what stands behind the samples is left out', async () => {
  expect((await decodeBytes(au(Buffer.concat([DATA, DATA]), { size: 6 }))).info.frames).toBe(3);
});

test.each(['dns.', '\0ds.'])('%j is little-endian throughout', async (magic) => {
  const big = au(int16(100, 200, 300), { size: 6 });
  const header = Buffer.concat([latin(magic), big.subarray(4, 24).swap32(), big.subarray(24)]);
  const { info, samples } = await decodeBytes(header);
  expect(info).toMatchObject({ container: 'au', codec: 'pcm_s16le', frames: 3 });
  expect([...samples].map((value) => value * 32_768)).toEqual([100, 200, 300]);
});

describe('refused', () => {
  const cases: [string, Buffer, RegExp][] = [
    ['a short header', au(DATA).subarray(0, 20), /has only 20 bytes, its header takes 24/],
    ['no samples', au(Buffer.alloc(0)), /holds no audio/],
    ['samples beyond the end', au(DATA, { start: 999, size: 0xffffffff }), /holds no audio/],
    ['no rate', au(DATA, { rate: 0 }), /says 0 Hz/],
    ['no channels', au(DATA, { channels: 0 }), /says 0 channels/],
    ['G.721', au(DATA, { encoding: 23 }), /holds G\.721 ADPCM \(encoding 23\), which cannot be decoded/],
    ['G.722', au(DATA, { encoding: 24 }), /holds G\.722 ADPCM \(encoding 24\)/],
    ['an unknown encoding', au(DATA, { encoding: 99 }), /holds encoding 99, which/],
    [
      'a cut',
      au(DATA, { size: 16_000 }),
      /promises 1\.000 s of audio \(16,000 bytes\), the file holds 0\.000 s/,
    ],
  ];
  test.each(cases)('%s', async (_, file, message) => {
    expect(await errorOf(file)).toMatch(message);
  });
});

test.each(['s24be.au', 'pipe.au', 'mulaw.au'])('damage to %s leads to audio or an AudioError', (name) =>
  survivesDamage(fixture(name)),
);
