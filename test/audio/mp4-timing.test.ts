import { describe, expect, test } from 'vitest';
import {
  box,
  demuxMp4,
  elst,
  entryFields,
  esds,
  fullBox,
  latin,
  mp4File,
  payload,
  stts,
  type TrackParts,
  table,
  u8,
  u16,
  u32,
} from './mp4-helpers.ts';

/** Ten packets of 1024 frames at 44.1 kHz: 10,240 frames. */
const packets = payload(new Array<number>(10).fill(9));

async function timing(parts: TrackParts, options: Parameters<typeof mp4File>[2] = {}) {
  const { track, notes } = await demuxMp4(mp4File(packets, parts, options));
  return { skip: track.skip, duration: track.duration, notes: notes.map(({ level }) => level) };
}

const shortLast = stts([9, 1024], [1, 500]);

describe('edit lists', () => {
  test('the beginning in ticks of the media, the end in ticks of the movie', async () => {
    // 100 ms are 4410 frames.
    expect(await timing({ elst: elst([100, 1024]) })).toEqual({ skip: 1024, duration: 4410, notes: [] });
    expect(await timing({ elst: elst([6000, 1024]) }, { movieScale: 44_100 })).toMatchObject({
      duration: 6000,
    });
  });

  test('where the media ends within one tick of the movie, it ends the edit', async () => {
    // 9716 frames less 1024 are 197.1 ms.
    for (const milliseconds of [197, 198]) {
      const { skip, duration } = await timing({ stts: shortLast, elst: elst([milliseconds, 1024]) });
      expect([skip, duration]).toEqual([1024, 8692]);
    }
    expect(await timing({ stts: shortLast, elst: elst([190, 1024]) })).toMatchObject({ duration: 8379 });
  });

  test('an edit that goes on beyond the media cuts nothing at the end', async () => {
    expect(await timing({ elst: elst([900, 1024]) })).toMatchObject({ skip: 1024, duration: undefined });
  });

  test('an empty edit before the first (a late beginning) is no audio', async () => {
    expect(await timing({ elst: elst([500, -1], [100, 2112]) })).toEqual({
      skip: 2112,
      duration: 4410,
      notes: [],
    });
    const short = table('elst', [u32(500, 0xffffffff, 0x10000), u32(100, 2112, 0x10000)]);
    expect(await timing({ elst: short })).toEqual({ skip: 2112, duration: 4410, notes: [] });
  });

  test('a duration of 0 leaves the end to the media', async () => {
    expect(await timing({ elst: elst([0, 1024]) })).toMatchObject({ skip: 1024, duration: 9216 });
  });

  test('edits that follow one another are one, others are played as one with a note', async () => {
    // 50 ms are 2205 frames.
    expect(await timing({ elst: elst([50, 1000], [50, 3205]) })).toEqual({
      skip: 1000,
      duration: 4410,
      notes: [],
    });
    expect(await timing({ elst: elst([50, 1000], [50, 5000]) })).toEqual({
      skip: 1000,
      duration: 6205,
      notes: ['detail'],
    });
  });

  test('an edit that begins behind the media is none', async () => {
    expect(await timing({ elst: elst([100, 20_000]) })).toMatchObject({ skip: 0, duration: 10_240 });
  });

  test('a movie without a time scale has edits without an end', async () => {
    expect(await timing({ elst: elst([100, 1024]) }, { movieScale: 0 })).toMatchObject({
      skip: 1024,
      duration: 9216,
    });
  });

  test('ticks of the media are handed over as they are: HE-AAC counts at twice the rate of its core', async () => {
    const entry = box('mp4a', entryFields({ rate: 22_050 }), esds(0x40, u8(0x13, 0x90)));
    const file = mp4File(packets, { entry, stts: stts([10, 2048]), elst: elst([0, 4096]) });
    const { track } = await demuxMp4(file);
    expect(track).toMatchObject({ timeScale: 44_100, sampleRate: 22_050, skip: 4096, duration: 16_384 });
  });
});

describe('without an edit list', () => {
  test('the durations of the packets tell the end where they are plausible', async () => {
    expect(await timing({})).toMatchObject({ skip: 0, duration: 10_240 });
    expect(await timing({ stts: shortLast })).toMatchObject({ skip: 0, duration: 9716 });
    expect(await timing({ stts: stts([5, 1024], [1, 1000], [4, 1024]) })).toMatchObject({
      duration: undefined,
    });
    expect(await timing({ timeScale: 600, stts: stts([10, 13]) })).toMatchObject({ duration: undefined });
  });

  test('durations that are shorter than the frames never cut audio', async () => {
    // 23 ms for packets of 23.2 ms, in an edit list as well.
    const long = payload(new Array<number>(1000).fill(9));
    const parts = { timeScale: 1000, stts: stts([1000, 21]), elst: elst([21_000, 0]) };
    expect((await demuxMp4(mp4File(long, parts))).track.duration).toBeUndefined();
  });

  test('pre-skip of Opus, which an edit list does not make less', async () => {
    const dOps = box('dOps', u8(0, 2), u16(312), u32(48_000), u16(0), u8(0));
    const entry = box('Opus', entryFields({ rate: 48_000 }), dOps);
    const parts = { entry, timeScale: 48_000, stts: stts([10, 960]) };
    expect(await timing(parts)).toMatchObject({ skip: 312, duration: 9288 });
    expect(await timing({ ...parts, elst: elst([0, 0]) })).toMatchObject({ skip: 312 });
    expect(await timing({ ...parts, elst: elst([0, 400]) })).toMatchObject({ skip: 400 });
    expect(await timing({ ...parts, timeScale: 96_000, stts: stts([10, 1920]) })).toMatchObject({
      skip: 624,
    });
  });

  test('the first packet of Vorbis, which stands for no output, is no delay', async () => {
    const entry = box('mp4a', entryFields(), esds(0xdd, u8(2, 1, 1, 1, 2, 3)));
    const parts = { entry, stts: stts([1, 128], [9, 1024]) };
    expect(await timing({ ...parts, elst: elst([0, 128]) })).toMatchObject({ skip: 0 });
    expect(await timing({ ...parts, elst: elst([200, 128]) })).toMatchObject({ skip: 0, duration: 8820 });
    expect(await timing({ ...parts, elst: elst([200, 328]) })).toMatchObject({ skip: 200, duration: 8820 });
  });
});

describe('iTunSMPB', () => {
  const udta = (value: string) => {
    const data = box('data', u32(1, 0), latin(value));
    const name = fullBox('name', 0, 0, latin('iTunSMPB'));
    const item = box('----', fullBox('mean', 0, 0, latin('com.apple.iTunes')), name, data);
    return box('udta', fullBox('meta', 0, 0, box('ilst', item)));
  };
  const text = ' 00000000 00000840 000001CA 0000000000001A2B 00000000 00000000';

  test('counts where there is no edit list, or one that cuts nothing', async () => {
    const boxes = [udta(text)];
    expect(await timing({}, { boxes })).toMatchObject({ skip: 2112, duration: 6699 });
    expect(await timing({ elst: elst([232, 0]) }, { boxes })).toMatchObject({ skip: 2112, duration: 6699 });
    expect(await timing({ elst: elst([100, 1024]) }, { boxes })).toMatchObject({
      skip: 1024,
      duration: 4410,
    });
  });

  test('the end of another file, of which this one was made, does not count', async () => {
    const joined = payload(new Array<number>(100).fill(9));
    const file = mp4File(joined, { stts: stts([100, 1024]) }, { boxes: [udta(text)] });
    expect((await demuxMp4(file)).track).toMatchObject({ skip: 2112, duration: undefined });
  });

  test('nonsense does not', async () => {
    for (const value of ['hello', ' 00000000 7FFFFFFF 0 1 0', '', ' 0 0840']) {
      expect(await timing({}, { boxes: [udta(value)] })).toMatchObject({ skip: 0, duration: 10_240 });
    }
  });
});
