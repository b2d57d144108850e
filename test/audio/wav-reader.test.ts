import { describe, expect, test } from 'vitest';
import { openAudio } from '../../src/audio/index.ts';
import { chunk, decode, extension, fmt, int16, riff, useFolder, wav } from './fixtures.ts';

const folder = useFolder();

async function decodeBytes(bytes: Uint8Array, options: { allowTruncated?: boolean } = {}) {
  return decode(await folder.file('case.wav', bytes), options);
}

describe('codings', () => {
  const float32 = (...values: number[]) => Buffer.from(Float32Array.from(values).buffer);
  const float64 = (...values: number[]) => Buffer.from(Float64Array.from(values).buffer);

  test.each([
    ['pcm_u8', 8, Buffer.from([0, 64, 128, 255]), { tag: 1, bits: 8 }, [-1, -0.5, 0, 127 / 128]],
    ['pcm_s16le', 16, int16(-32768, -1, 0, 32767), {}, [-1, -1 / 32768, 0, 32767 / 32768]],
    [
      'pcm_s24le',
      24,
      Buffer.from('000080ffffff000000ffff7f', 'hex'),
      { bits: 24 },
      [-1, -(2 ** -23), 0, 1 - 2 ** -23],
    ],
    ['pcm_s32le', 32, Buffer.from('000000800000004000000000', 'hex'), { bits: 32 }, [-1, 0.5, 0]],
    [
      'pcm_f32le',
      32,
      float32(-1.5, 0.25, Number.NaN, Number.POSITIVE_INFINITY),
      { tag: 3, bits: 32 },
      [-1.5, 0.25, 0, 0],
    ],
    ['pcm_f64le', 64, float64(-1.5, 0.25, Number.NaN, 1e300), { tag: 3, bits: 64 }, [-1.5, 0.25, 0, 0]],
    [
      'pcm_alaw',
      8,
      Buffer.from([0xd5, 0x55, 0xaa, 0x2a]),
      { tag: 6, bits: 8 },
      [8, -8, 32256, -32256].map((v) => v / 32768),
    ],
    [
      'pcm_mulaw',
      8,
      Buffer.from([0xff, 0x7f, 0x80, 0x00]),
      { tag: 7, bits: 8 },
      [0, 0, 32124, -32124].map((v) => v / 32768),
    ],
  ])('%s', async (codec, bits, data, format, expected) => {
    const { info, samples } = await decodeBytes(wav(data, format));
    expect(info).toMatchObject({
      container: 'wav',
      codec,
      bitsPerSample: bits,
      channels: 1,
      sampleRate: 8000,
    });
    expect(info.frames).toBe(expected.length);
    expect(info.seconds).toBe(expected.length / 8000);
    expect(samples[0]?.map((value) => value + 0)).toEqual(expected);
  });

  test('channels are interleaved in the file and apart in a block', async () => {
    const { info, samples } = await decodeBytes(wav(int16(1, 2, 3, 4, 5, 6), { channels: 2, rate: 44_100 }));
    expect(info.layout).toEqual(['FL', 'FR']);
    expect(samples.map((channel) => channel.map((value) => value * 32768))).toEqual([
      [1, 3, 5],
      [2, 4, 6],
    ]);
  });

  test('WAVE_FORMAT_EXTENSIBLE is judged by its SubFormat and keeps its channel mask', async () => {
    const format = fmt({ tag: 0xfffe, channels: 2, bits: 32, rest: extension(1, 20, 0x600) });
    const data = Buffer.from('00000080000000400000000000000001', 'hex');
    const { info, samples } = await decodeBytes(riff([format, chunk('data', data)]));
    expect(info).toMatchObject({ codec: 'pcm_s32le', bitsPerSample: 20, layout: ['SL', 'SR'] });
    expect(samples).toEqual([
      [-1, 0],
      [0.5, 2 ** -7],
    ]);
  });

  test('the frame size decides how much room a sample takes: 24 bits in 4 bytes', async () => {
    const data = Buffer.from('00000080ffffff7f', 'hex');
    const { info, samples } = await decodeBytes(wav(data, { bits: 24, blockAlign: 4 }));
    expect(info).toMatchObject({ codec: 'pcm_s32le', bitsPerSample: 24 });
    expect(samples[0]).toEqual([-1, Math.fround((2 ** 31 - 1) / 2 ** 31)]);
  });

  test('a frame size of 0 is worked out from the bits', async () => {
    const { info } = await decodeBytes(wav(int16(1, 2), { blockAlign: 0 }));
    expect(info.frames).toBe(2);
  });
});

describe('chunks', () => {
  const data = chunk('data', int16(100, 200, 300));
  const odd = Buffer.from('abc');

  test.each([
    ['plain', [fmt(), data]],
    [
      'LIST, JUNK, fact and bext before data',
      [
        chunk('JUNK', odd),
        fmt(),
        chunk('fact', Buffer.alloc(4)),
        chunk('LIST', odd),
        chunk('bext', Buffer.alloc(602)),
        data,
      ],
    ],
    ['odd chunk without its pad byte', [fmt(), chunk('LIST', odd, { pad: false }), data]],
    ['odd chunk of unknown name without its pad byte', [fmt(), chunk('zzzz', odd, { pad: false }), data]],
    ['odd chunk whose pad byte is not 0', [fmt(), chunk('LIST', Buffer.from('abcd'), { size: 3 }), data]],
    ['chunks after data', [fmt(), data, chunk('LIST', odd)]],
    ['data before fmt', [data, fmt()]],
    ['two fmt chunks: the first counts', [fmt(), fmt({ bits: 8 }), data]],
    ['a chunk whose name is zeros', [fmt(), chunk('\0\0\0\0', Buffer.alloc(4)), data]],
  ])('%s', async (_, chunks) => {
    const { samples } = await decodeBytes(riff(chunks));
    expect(samples[0]?.map((value) => value * 32768)).toEqual([100, 200, 300]);
  });

  test('the longest fmt chunk is read as far as it means something', async () => {
    const format = fmt({ rest: Buffer.alloc(5000) });
    expect((await decodeBytes(riff([format, data]))).info.frames).toBe(3);
  });

  test.each([0, 0xffffffff, 0x7ffff000, 0x7fffefff, 0x80000000, 0xffffffff - 36])(
    'data of size %d reaches to the end of the file',
    async (size) => {
      const { info } = await decodeBytes(riff([fmt(), chunk('data', int16(1, 2, 3, 4), { size })]));
      expect(info.frames).toBe(4);
    },
  );

  test('RF64 and BW64 take the size of data from ds64', async () => {
    const ds64 = Buffer.alloc(28);
    ds64.writeBigUInt64LE(6n, 8);
    const long = chunk('data', Buffer.concat([int16(1, 2, 3), chunk('LIST', odd)]), { size: 0xffffffff });
    for (const magic of ['RF64', 'BW64']) {
      const { info } = await decodeBytes(riff([chunk('ds64', ds64), fmt(), long], { magic }));
      expect(info).toMatchObject({ container: 'wav', frames: 3 });
    }
  });

  test.each([0n, 2n ** 64n - 1n])('RF64 with a data size of %d in ds64 reaches to the end', async (size) => {
    const ds64 = Buffer.alloc(28);
    ds64.writeBigUInt64LE(size, 8);
    const stream = chunk('data', int16(1, 2), { size: 0xffffffff });
    const { info } = await decodeBytes(riff([chunk('ds64', ds64), fmt(), stream], { magic: 'RF64' }));
    expect(info.frames).toBe(2);
  });

  test('bytes that do not fill a last frame are left out', async () => {
    const { info } = await decodeBytes(wav(Buffer.concat([int16(1, 2), Buffer.alloc(1)])));
    expect(info.frames).toBe(2);
  });
});

describe('tags', () => {
  const data = chunk('data', int16(1, 2));
  const entry = (id: string, text: string) => chunk(id, Buffer.from(text, 'latin1'));
  const info = (...entries: Buffer[]) => chunk('LIST', Buffer.concat([Buffer.from('INFO'), ...entries]));

  test('of an INFO list, before or behind the samples', async () => {
    const texts = [
      ...[
        entry('INAM', 'A waltz\0'),
        entry('IART', 'J\xfcrgen'),
        entry('ICRD', '2024'),
        entry('IPRD', 'Dances\0\0'),
      ],
      ...[entry('ICMT', 'odd'), entry('ISFT', 'someone'), entry('INAM', 'second')],
    ];
    const tags = { title: 'A waltz', artist: 'Jürgen', date: '2024', album: 'Dances', comment: 'odd' };
    for (const chunks of [
      [fmt(), info(...texts), data],
      [fmt(), data, chunk('LIST', Buffer.from('adtl....')), chunk('id3 ', Buffer.alloc(20)), info(...texts)],
    ]) {
      expect((await decodeBytes(riff(chunks))).info.tags).toEqual(tags);
    }
  });

  test('in UTF-8 where that is what they are', async () => {
    const text = chunk('INAM', Buffer.from('Grüße, 世界'));
    expect((await decodeBytes(riff([fmt(), info(text), data]))).info.tags).toEqual({ title: 'Grüße, 世界' });
  });

  test('are bounded, and none where there are none', async () => {
    const long = await decodeBytes(riff([fmt(), info(entry('ICMT', 'x'.repeat(100_000))), data]));
    expect(long.info.tags?.['comment']).toHaveLength(4096);
    const cut = riff([fmt(), chunk('LIST', Buffer.from('INFOINAM\xff\xff\xff\xffab', 'latin1')), data]);
    expect((await decodeBytes(cut)).info.tags).toEqual({ title: 'ab' });
    expect((await decodeBytes(riff([fmt(), info(entry('INAM', ' \0')), data]))).info.tags).toBeUndefined();
    expect((await decodeBytes(riff([fmt(), data]))).info.tags).toBeUndefined();
  });
});

describe('reading', () => {
  test('a long file comes in several blocks, and from the start at each call', async () => {
    const samples = Array.from({ length: 100_000 }, (_, i) => (i % 65_536) - 32_768);
    const input = await openAudio(await folder.file('long.wav', wav(int16(...samples))));
    for (let round = 0; round < 2; round++) {
      const seen: number[] = [];
      let blocks = 0;
      for await (const { frames, channels } of input.blocks()) {
        for (const value of channels[0]?.subarray(0, frames) ?? []) seen.push(value * 32_768);
        blocks++;
      }
      expect(blocks).toBeGreaterThan(1);
      expect(seen).toEqual(samples);
    }
    await input.close();
    await input.close();
  });

  test('an aborted signal ends it with its reason', async () => {
    const input = await openAudio(await folder.file('long.wav', wav(Buffer.alloc(400_000))));
    const controller = new AbortController();
    const reason = new Error('stopped by the test');
    let blocks = 0;
    const reading = (async () => {
      for await (const _ of input.blocks(controller.signal)) {
        blocks++;
        controller.abort(reason);
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(blocks).toBe(1);
    await input.close();
  });
});
