import { describe, expect, test } from 'vitest';
import { ID } from '../../src/audio/containers/matroska/ebml.ts';
import { audioErrorOf } from './fixtures.ts';
import {
  blockBody,
  blockGroup,
  cluster,
  ebmlHeader,
  el,
  matroska,
  open,
  simpleBlock,
  sizeField,
  text,
  trackEntry,
  tracks,
  uint,
} from './matroska-helpers.ts';
import { demuxMatroska, MemorySource, numbers, payload, u8 } from './mp4-helpers.ts';

const frames = payload([300, 5, 255, 700]);
const entry = tracks(trackEntry());

describe('sizes that are left open', () => {
  const blocks = frames.map((frame) => simpleBlock(frame));

  test('of the segment, of the clusters, of both', async () => {
    const two = (make: (...parts: Uint8Array[]) => Buffer) => [
      make(uint(ID.timestamp, 0), ...blocks.slice(0, 2)),
      make(uint(ID.timestamp, 20), ...blocks.slice(2)),
    ];
    const known = two((...parts) => el(ID.cluster, ...parts));
    const unknown = two((...parts) => open(ID.cluster, ...parts));
    const tail = [el(ID.cues, Buffer.alloc(30)), el(ID.tags, Buffer.alloc(9))];
    for (const file of [
      [ebmlHeader, el(ID.segment, entry, ...known, ...tail)],
      [ebmlHeader, el(ID.segment, entry, ...unknown, ...tail)],
      [ebmlHeader, open(ID.segment, entry, ...known, ...tail)],
      [ebmlHeader, open(ID.segment, entry, ...unknown)],
    ]) {
      const { packets, notes } = await demuxMatroska(Buffer.concat(file));
      expect(packets).toEqual(frames);
      expect(notes).toEqual([]);
    }
  });

  test('a stream that ends inside a block just ends, with a warning', async () => {
    const file = Buffer.concat([ebmlHeader, open(ID.segment, entry, open(ID.cluster, ...blocks))]);
    const { packets, notes } = await demuxMatroska(file.subarray(0, -10));
    expect(packets).toEqual(frames.slice(0, 3));
    expect(notes).toEqual([{ level: 'warning', text: '"memory.mp4" is cut off: it ends inside a block.' }]);
  });

  test('recordings that were put one behind another', async () => {
    const one = [ebmlHeader, open(ID.segment, entry, open(ID.cluster, uint(ID.timestamp, 0), ...blocks))];
    expect((await demuxMatroska(Buffer.concat([...one, ...one]))).packets).toEqual([...frames, ...frames]);
    const sized = matroska(entry, cluster(...blocks));
    expect((await demuxMatroska(Buffer.concat([sized, sized]))).packets).toEqual([...frames, ...frames]);
  });

  test('whatever stands behind a whole segment is left alone', async () => {
    const { packets, notes } = await demuxMatroska(
      Buffer.concat([matroska(entry, cluster(...blocks)), Buffer.alloc(500, 0x41)]),
    );
    expect(packets).toEqual(frames);
    expect(notes).toEqual([]);
  });
});

describe('blocks', () => {
  test('simple ones and groups, of this track and of others', async () => {
    const other = el(ID.blockGroup, el(ID.block, blockBody([Buffer.alloc(99)], { track: 2 })));
    const late = el(ID.blockGroup, uint(0x9b, 20), el(ID.block, blockBody([frames[1] as Buffer])));
    const file = matroska(
      tracks(trackEntry({ number: 2, type: 1, codec: 'V_VP8' }), trackEntry({ number: 1 })),
      cluster(
        simpleBlock(Buffer.alloc(50), 2),
        simpleBlock(frames[0] as Buffer),
        other,
        late,
        blockGroup(frames[2] as Buffer),
      ),
    );
    expect((await demuxMatroska(file)).packets).toEqual(frames.slice(0, 3));
  });

  test('the first audio track need not be track 1, nor have a small number', async () => {
    const block = el(ID.simpleBlock, sizeField(5000, 2), u8(0, 0, 0), frames[0] as Buffer);
    const list = tracks(
      trackEntry({ number: 1, type: 17, codec: 'S_TEXT/UTF8' }),
      trackEntry({ number: 5000 }),
    );
    const file = matroska(list, cluster(simpleBlock(Buffer.alloc(9)), block));
    expect((await demuxMatroska(file)).packets).toEqual([frames[0]]);
  });

  test('Xiph lacing', async () => {
    const sizes = u8(3, 255, 45, 5, 255, 0);
    const block = el(ID.simpleBlock, blockBody([sizes, ...frames], { lacing: 1 }));
    expect((await demuxMatroska(matroska(entry, cluster(block)))).packets).toEqual(frames);
  });

  test('EBML lacing', async () => {
    // 300, then -295 and +250, the last takes the rest.
    const sizes = Buffer.concat([
      u8(3),
      sizeField(300, 2),
      sizeField(-295 + 0x1fff, 2),
      sizeField(250 + 0x1fff, 2),
    ]);
    const block = el(ID.simpleBlock, blockBody([sizes, ...frames], { lacing: 3 }));
    expect((await demuxMatroska(matroska(entry, cluster(block)))).packets).toEqual(frames);
  });

  test('fixed lacing', async () => {
    const same = payload([40, 40, 40]);
    const block = el(ID.simpleBlock, blockBody([u8(2), ...same], { lacing: 2 }));
    expect((await demuxMatroska(matroska(entry, cluster(block)))).packets).toEqual(same);
  });

  test('lacing that makes no sense loses the block, with a warning', async () => {
    const whole = simpleBlock(frames[0] as Buffer);
    for (const [lacing, parts] of [
      [1, [u8(3, 255)]],
      [1, [u8(1, 200), Buffer.alloc(100)]],
      [2, [u8(2), Buffer.alloc(100)]],
      [3, [u8(1), sizeField(5000, 2), Buffer.alloc(100)]],
      [3, [u8(2), sizeField(5, 1), sizeField(0, 1), Buffer.alloc(100)]],
      [3, []],
    ] as const) {
      const block = el(ID.simpleBlock, blockBody(parts, { lacing }));
      const { packets, notes } = await demuxMatroska(matroska(entry, cluster(whole, block, whole)));
      expect(packets).toEqual([frames[0], frames[0]]);
      expect(notes[0]?.text).toBe('"memory.mp4" is damaged: 1 block of its audio cannot be read.');
    }
  });

  test('padding to be discarded counts for the last frame of a block; a negative one is none', async () => {
    const padding = (nanoseconds: number) => el(ID.discardPadding, numbers(32, nanoseconds >>> 0));
    const laced = el(
      ID.blockGroup,
      el(ID.block, blockBody([u8(1, 10), Buffer.alloc(10, 1), Buffer.alloc(20, 2)], { lacing: 1 })),
      padding(13_500_000),
    );
    const file = matroska(entry, cluster(laced, blockGroup(Buffer.alloc(5, 3), padding(-5000))));
    const { packets, discard } = await demuxMatroska(file);
    expect(packets.map(({ length }) => length)).toEqual([10, 20, 5]);
    expect(discard).toEqual([[1, 13_500_000]]);
  });

  test('PCM is cut to whole frames', async () => {
    const pcm = tracks(trackEntry({ codec: 'A_PCM/INT/LIT', bits: 16 }));
    const { packets } = await demuxMatroska(matroska(pcm, cluster(simpleBlock(Buffer.alloc(11)))));
    expect(packets.map(({ length }) => length)).toEqual([8]);
  });
});

describe('stripped headers', () => {
  const encodings = (...parts: Uint8Array[]) => el(ID.encodings, el(ID.encoding, ...parts));
  const compression = (algorithm: number, settings: Uint8Array) =>
    el(ID.compression, uint(ID.compressionAlgorithm, algorithm), el(ID.compressionSettings, settings));

  test('stand before each frame again', async () => {
    const more = [encodings(compression(3, u8(0xff, 0xfb)))];
    const file = matroska(tracks(trackEntry({ more })), cluster(simpleBlock(u8(1, 2)), simpleBlock(u8(3))));
    expect((await demuxMatroska(file)).packets).toEqual([u8(0xff, 0xfb, 1, 2), u8(0xff, 0xfb, 3)]);
  });

  test('and before the private data where they were taken there', async () => {
    const scoped = encodings(uint(ID.encodingScope, 3), compression(3, u8(0x12)));
    const list = tracks(trackEntry({ codec: 'A_AAC', codecPrivate: u8(0x10), more: [scoped] }));
    const { track } = await demuxMatroska(matroska(list, cluster(simpleBlock(u8(1)))));
    expect(Buffer.from(track.config).toString('hex')).toBe('1210');
  });

  test('encryption', async () => {
    const more = [encodings(uint(ID.encodingType, 1))];
    const error = await audioErrorOf(demuxMatroska(matroska(tracks(trackEntry({ more })), cluster())));
    expect(error.message).toBe(
      '"memory.mp4" holds encrypted audio (copy protection), which cannot be decoded.',
    );
    expect(error.hint).toMatch(/unprotected copy/);
  });
});

describe('damage', () => {
  const first = cluster(simpleBlock(frames[0] as Buffer), simpleBlock(frames[1] as Buffer));
  const second = cluster(simpleBlock(frames[2] as Buffer));

  test('reading goes on at the next cluster, with a warning', async () => {
    const damaged = Buffer.from(first);
    // The header of the second block: a size beyond the cluster, or no element at all.
    const at = damaged.lastIndexOf(simpleBlock(frames[1] as Buffer));
    for (const change of [
      [1, 0x17],
      [0, 0],
    ] as const) {
      const copy = Buffer.from(damaged);
      copy[at + change[0]] = change[1];
      const { packets, notes } = await demuxMatroska(matroska(entry, copy, second));
      expect(packets).toEqual([frames[0], frames[2]]);
      expect(notes).toEqual([
        { level: 'warning', text: expect.stringMatching(/is damaged at byte \d+: what follows .* is lost/) },
      ]);
    }
  });

  test('elements that nobody knows, empty ones and checksums are passed over', async () => {
    const more = [
      el(ID.void, Buffer.alloc(3000)),
      el(ID.crc32, Buffer.alloc(4)),
      el(0x4abc, Buffer.alloc(40)),
    ];
    const file = matroska(
      ...more,
      entry,
      ...more,
      cluster(...more, simpleBlock(frames[0] as Buffer)),
      ...more,
    );
    const { packets, notes } = await demuxMatroska(file);
    expect(packets).toEqual([frames[0]]);
    expect(notes).toEqual([]);
  });

  test('large blocks of video are passed over unread', async () => {
    const video = simpleBlock(Buffer.alloc(3_000_000), 2);
    const blocks = [video, simpleBlock(frames[0] as Buffer), video, simpleBlock(frames[1] as Buffer), video];
    const source = new MemorySource(matroska(entry, cluster(...blocks)));
    expect((await demuxMatroska(source)).packets).toEqual(frames.slice(0, 2));
    expect(source.reads.bytes).toBeLessThan(1_500_000);
  });

  test('a segment that promises more than there is', async () => {
    const file = matroska(entry, first);
    expect((await audioErrorOf(demuxMatroska(file.subarray(0, -1)))).message).toMatch(/is cut off/);
  });

  test.each([
    ['nothing', [ebmlHeader], /there are no tracks/],
    ['no tracks', [matroska(first)], /there are no tracks/],
    ['no clusters', [matroska(entry)], /its recording ended before the first packet/],
    ['no packets', [matroska(entry, cluster())], /its audio track is empty/],
    ['only video', [matroska(tracks(trackEntry({ type: 1, codec: 'V_VP8' })), first)], /there is only video/],
    ['only subtitles', [matroska(tracks(trackEntry({ type: 17 })), first)], /there is no audio track/],
    ['rubbish', [ebmlHeader, Buffer.alloc(100)], /is no element, and no audio came before it/],
    ['tracks without a size', [ebmlHeader, open(ID.segment, open(ID.tracks))], /has no size/],
  ])('%s', async (_, parts, message) => {
    expect((await audioErrorOf(demuxMatroska(Buffer.concat(parts)))).message).toMatch(message);
  });

  test('tracks behind the clusters are found when these have sizes', async () => {
    expect((await demuxMatroska(matroska(first, second, entry))).packets).toEqual(frames.slice(0, 3));
  });
});

test('tags of the file, not of its tracks; a title from its description', async () => {
  const simple = (name: string, value: string) =>
    el(ID.simpleTag, text(ID.tagName, name), text(ID.tagString, value));
  const ofTrack = el(ID.tag, el(ID.targets, uint(ID.tagTrackUid, 7)), simple('DURATION', '00:00:01'));
  const ofFile = el(
    ID.tag,
    el(ID.targets),
    simple('ARTIST', 'Żółw'),
    simple('ARTIST', 'second'),
    simple('NOTE', ''),
  );
  const info = el(ID.info, text(ID.title, 'Titel\0'));
  const file = matroska(info, entry, el(ID.tags, ofTrack, ofFile), cluster(simpleBlock(frames[0] as Buffer)));
  expect((await demuxMatroska(file)).track.tags).toEqual({ title: 'Titel', artist: 'Żółw' });
});
