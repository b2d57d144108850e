import { describe, expect, test } from 'vitest';
import { audioErrorOf } from './fixtures.ts';
import {
  box,
  DATA_START,
  demuxMp4,
  entryFields,
  ftyp,
  fullBox,
  latin,
  longBox,
  MemorySource,
  moov,
  mp4File,
  payload,
  stco,
  stsc,
  stsz,
  stts,
  table,
  trak,
  u8,
  u16,
  u32,
  u64,
} from './mp4-helpers.ts';

const packets = payload([10, 20, 30, 40, 50]);
const at = (index: number) =>
  DATA_START + packets.slice(0, index).reduce((sum, { length }) => sum + length, 0);
const tables = {
  stts: stts([5, 1024]),
  stsc: stsc([1, 5]),
  sizes: stsz(10, 20, 30, 40, 50),
  chunks: stco(DATA_START),
};

describe('where boxes stand', () => {
  test('header last, header first, and a box of 0 bytes that goes to the end of the file', async () => {
    const track = trak({ ...tables });
    const header = moov([track]);
    const last = Buffer.concat([ftyp, box('mdat', ...packets), header]);
    expect((await demuxMp4(last)).packets).toEqual(packets);

    const start = ftyp.length + header.length + 8;
    const first = Buffer.concat([
      ftyp,
      moov([trak({ ...tables, chunks: stco(start) })]),
      u32(0),
      latin('mdat'),
      ...packets,
    ]);
    expect((await demuxMp4(first)).packets).toEqual(packets);
  });

  test('sizes of 64 bits, on media data and on the header', async () => {
    const track = trak({ ...tables, chunks: stco(DATA_START + 8) });
    const header = longBox('moov', moov([track]).subarray(8));
    const file = Buffer.concat([ftyp, longBox('mdat', ...packets), header]);
    expect((await demuxMp4(file)).packets).toEqual(packets);
  });

  test('a file without ftyp, with boxes that nobody knows', async () => {
    const data = Buffer.concat([
      box('wide'),
      box('mdat', ...packets),
      box('free', Buffer.alloc(99)),
      box('xyz '),
    ]);
    const file = Buffer.concat([data, moov([box('abcd'), trak({ ...tables, chunks: stco(16) })])]);
    expect((await demuxMp4(file)).packets).toEqual(packets);
  });

  test('the first audio track, behind video and text', async () => {
    const tracks = ['vide', 'text', 'soun', 'soun'].map((handler, i) =>
      trak({ ...tables, handler, id: i + 1, chunks: stco(i === 2 ? DATA_START : 0) }),
    );
    const file = Buffer.concat([ftyp, box('mdat', ...packets), moov(tracks)]);
    expect((await demuxMp4(file)).packets).toEqual(packets);
  });

  test('a track that can be decoded goes before an earlier one that cannot', async () => {
    const spatial = trak({ ...tables, entry: box('apac', entryFields()), chunks: stco(0) });
    const file = Buffer.concat([ftyp, box('mdat', ...packets), moov([spatial, trak(tables)])]);
    expect((await demuxMp4(file)).track.codec).toBe('aac');
    const alone = Buffer.concat([ftyp, box('mdat', ...packets), moov([spatial])]);
    expect((await demuxMp4(alone)).track.codec).toBe('apac');
  });
});

describe('tables of samples', () => {
  test('chunks that follow their groups, in an order that is not that of the file', async () => {
    const file = mp4File(packets, { stsc: stsc([1, 2], [2, 1]), chunks: stco(at(3), at(2), at(0), at(1)) });
    const [first, second, third, fourth] = [at(3), at(2), at(0), at(1)];
    const sizes = [10, 20, 30, 40, 50];
    const starts = [first, first + 10, second, third, fourth];
    const expected = sizes.map((size, i) => file.subarray(starts[i], (starts[i] as number) + size));
    expect((await demuxMp4(file)).packets).toEqual(expected);
  });

  test('offsets of 64 bits', async () => {
    const chunks = table('co64', [u64(at(0)), u64(at(2))]);
    const file = mp4File(packets, { stsc: stsc([1, 2], [2, 3]), chunks });
    expect((await demuxMp4(file)).packets).toEqual(packets);
  });

  test.each([
    [4, [10, 2, 3, 15, 5], u8(0xa2, 0x3f, 0x50)],
    [8, [10, 20, 30, 40, 50], u8(10, 20, 30, 40, 50)],
    [16, [10, 20, 300, 40, 50], u16(10, 20, 300, 40, 50)],
  ])('compact sizes of %d bits', async (bits, sizes, fields) => {
    const data = payload(sizes);
    const stz2 = fullBox('stz2', 0, 0, u32(bits, sizes.length), fields);
    expect((await demuxMp4(mp4File(data, { sizes: stz2 }))).packets).toEqual(data);
  });

  test('one size for all', async () => {
    const data = payload([7, 7, 7]);
    const file = mp4File(data, { sizes: fullBox('stsz', 0, 0, u32(7, 3)) });
    expect((await demuxMp4(file)).packets).toEqual(data);
  });

  test('packets of 0 bytes are left out', async () => {
    const file = mp4File(payload([3, 0, 4]));
    expect((await demuxMp4(file)).packets.map(({ length }) => length)).toEqual([3, 4]);
  });

  test('neighbours are read together, and what lies far between is not read', async () => {
    const gap = Buffer.alloc(100_000);
    const near = Buffer.alloc(1000);
    const data = Buffer.concat([...packets, gap, ...packets, near, ...packets]);
    const starts = [0, 150 + gap.length, 300 + gap.length + near.length].map((start) => DATA_START + start);
    const sizes = [...packets, ...packets, ...packets].map(({ length }) => length);
    const parts = {
      sizes: stsz(...sizes),
      stsc: stsc([1, 5]),
      stts: stts([15, 1024]),
      chunks: stco(...starts),
    };
    const source = new MemorySource(mp4File([data], parts));
    expect((await demuxMp4(source)).packets).toEqual([...packets, ...packets, ...packets]);
    // The window at the beginning, the one at the end, and two stretches of packets.
    expect(source.reads.count).toBe(4);
    expect(source.reads.bytes).toBeLessThan(65_536 + 150 + 300 + near.length + 1000);
  });

  test('fewer places than sizes: what there is, with a warning', async () => {
    const { packets: found, notes, track } = await demuxMp4(mp4File(packets, { stsc: stsc([1, 3]) }));
    expect(found).toEqual(packets.slice(0, 3));
    expect(track.duration).toBeUndefined();
    expect(notes).toEqual([
      { level: 'warning', text: '"memory.mp4" is cut off or damaged: some of its packets are missing.' },
    ]);
  });

  test('chunks of another sample entry are left out when it is coded otherwise', async () => {
    const mono = box('mp4a', entryFields({ channels: 1 }));
    const stereo = box('mp4a', entryFields());
    for (const [second, count] of [
      [mono, 2],
      [stereo, 5],
    ] as const) {
      const file = mp4File(packets, {
        entry: Buffer.concat([stereo, second]),
        stsc: stsc([1, 2, 1], [2, 3, 2]),
        chunks: stco(at(0), at(2)),
      });
      const { packets: found, notes } = await demuxMp4(file);
      expect(found).toEqual(packets.slice(0, count));
      expect(notes.length).toBe(count === 5 ? 0 : 1);
    }
  });

  test('PCM comes in packets of some 32 KiB of whole frames, whatever the chunks', async () => {
    const bytes = Buffer.alloc(100_002, 7);
    const entry = box('in24', entryFields({ bits: 24, rate: 48_000 }));
    const frames = 100_002 / 6;
    const chunks = Array.from({ length: 7 }, (_, i) => DATA_START + i * 2381 * 6);
    for (const size of [6, 3, 1]) {
      const file = mp4File([bytes], {
        entry,
        stts: stts([frames, 1]),
        sizes: fullBox('stsz', 0, 0, u32(size, frames)),
        stsc: stsc([1, 2381]),
        chunks: stco(...chunks),
      });
      const { packets: found } = await demuxMp4(file);
      expect(found.map(({ length }) => length)).toEqual([32_766, 32_766, 32_766, 1704]);
      expect(Buffer.concat(found)).toEqual(bytes);
    }
  });
});

describe('files that are cut', () => {
  const file = Buffer.concat([
    ftyp,
    moov([trak({ ...tables, chunks: stco(ftyp.length + moov([trak(tables)]).length + 8) })]),
    box('mdat', ...packets),
  ]);

  test('in the media data', async () => {
    const error = await audioErrorOf(demuxMp4(file.subarray(0, -60)));
    expect(error.message).toBe(
      '"memory.mp4" is cut off: its tables promise 0.116 s of audio, the file holds 0.070 s.',
    );
    expect(error.hint).toMatch(/--allow-truncated/);
    const { packets: found, track, notes } = await demuxMp4(file.subarray(0, -60), { allowTruncated: true });
    expect(found).toEqual(packets.slice(0, 3));
    expect(track.duration).toBeUndefined();
    expect(notes.length).toBe(1);
  });

  test('in the header, or before it', async () => {
    const late = Buffer.concat([ftyp, box('mdat', ...packets), moov([trak(tables)])]);
    expect((await audioErrorOf(demuxMp4(late.subarray(0, -10)))).message).toMatch(
      /it ends inside its "moov" box/,
    );
    expect((await audioErrorOf(demuxMp4(late.subarray(0, 100)))).message).toMatch(
      /has no "moov" box, which says/,
    );
    expect((await audioErrorOf(demuxMp4(ftyp))).message).toMatch(/recording was not finished/);
  });
});

describe('hostile tables', () => {
  test('counts far beyond the file', async () => {
    const huge = 0xffffffff;
    for (const parts of [
      { sizes: fullBox('stsz', 0, 0, u32(0, huge), u32(10, 20)), stsc: stsc([1, huge]) },
      { stts: fullBox('stts', 0, 0, u32(huge), u32(2, 1024)) },
      { stsc: fullBox('stsc', 0, 0, u32(huge), u32(1, 5, 1)) },
      { chunks: fullBox('stco', 0, 0, u32(huge), u32(DATA_START)) },
    ]) {
      const source = new MemorySource(mp4File(packets, parts));
      const { packets: found } = await demuxMp4(source);
      expect(found).toEqual(packets.slice(0, found.length));
      expect(found.length).toBeGreaterThanOrEqual(2);
      expect(source.largest).toBeLessThanOrEqual(262_144);
    }
  });

  test('samples of one byte, four thousand million of them', async () => {
    const parts = { sizes: fullBox('stsz', 0, 0, u32(1, 0xffffffff)), stsc: stsc([1, 0xffffffff]) };
    expect((await audioErrorOf(demuxMp4(mp4File(packets, parts)))).message).toMatch(/is cut off/);
    const { packets: found } = await demuxMp4(mp4File(packets, parts), { allowTruncated: true });
    expect(found.length).toBe(mp4File(packets, parts).length - DATA_START);
  });

  test('chunks that all stand at the same place', async () => {
    const chunks = stco(...new Array<number>(1000).fill(DATA_START));
    const parts = { sizes: fullBox('stsz', 0, 0, u32(150, 1000)), stsc: stsc([1, 1]), chunks };
    expect((await audioErrorOf(demuxMp4(mp4File(packets, parts)))).message).toMatch(
      /same bytes to many packets/,
    );
  });

  test('a packet longer than any can be', async () => {
    const file = mp4File([Buffer.alloc(17_000_000)]);
    expect((await audioErrorOf(demuxMp4(file))).message).toMatch(
      /a packet of audio .* claims 17000000 bytes/,
    );
  });

  test('a million empty boxes', async () => {
    const error = await audioErrorOf(demuxMp4(Buffer.concat(new Array<Buffer>(1_000_000).fill(box('free')))));
    expect(error.message).toMatch(/no "moov" box/);
  });

  test('an empty track, and none', async () => {
    const empty = Buffer.concat([ftyp, moov([trak({})])]);
    expect((await audioErrorOf(demuxMp4(empty))).message).toMatch(/holds no audio: its audio track is empty/);
    expect((await audioErrorOf(demuxMp4(Buffer.concat([ftyp, moov([])])))).message).toMatch(
      /holds no audio: none of its tracks is audio/,
    );
  });
});
