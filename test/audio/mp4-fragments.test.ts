import { describe, expect, test } from 'vitest';
import { audioErrorOf } from './fixtures.ts';
import {
  box,
  demuxMp4,
  fixture,
  ftyp,
  fullBox,
  MemorySource,
  moov,
  numbers,
  payload,
  trak,
  u32,
  u64,
} from './mp4-helpers.ts';

const packets = payload([10, 20, 30, 40]);
const data = Buffer.concat(packets);
const OTHER_TRACK = 7;

const trex = (duration = 1024, size = 0, id = 1) => fullBox('trex', 0, 0, u32(id, 1, duration, size, 0));
const header = (...defaults: Uint8Array[]) =>
  Buffer.concat([ftyp, moov([trak({}), box('mvex', ...(defaults.length === 0 ? [trex()] : defaults))])]);

const tfhd = (flags: number, ...fields: Uint8Array[]) => fullBox('tfhd', 0, flags, u32(1), ...fields);
const BASE_IS_MOOF = 0x20000;
const SIZES = 0x200;

/** A run with a size for each sample; `offset` of the data is left out when undefined. */
function trun(sizes: readonly number[], offset?: number): Buffer {
  const place = offset === undefined ? [] : [numbers(32, offset)];
  return fullBox('trun', 0, SIZES | place.length, u32(sizes.length), ...place, u32(...sizes));
}

/** A fragment; the data stands right behind its header, at the offset that `boxes` is given. */
function fragment(boxes: (offset: number) => Uint8Array[], body: Uint8Array = data): Buffer {
  const moof = (offset: number) => box('moof', fullBox('mfhd', 0, 0, u32(1)), ...boxes(offset));
  return Buffer.concat([moof(moof(0).length + 8), box('mdat', body)]);
}

const simple = (sizes = [10, 20, 30, 40], body: Uint8Array = data) =>
  fragment((offset) => [box('traf', tfhd(BASE_IS_MOOF), trun(sizes, offset))], body);

async function found(...parts: Uint8Array[]) {
  return demuxMp4(Buffer.concat(parts));
}

describe('where the samples of a fragment are', () => {
  test('from the beginning of the fragment on, one fragment behind another, among other boxes', async () => {
    const sidx = box('sidx', Buffer.alloc(40));
    const file = [
      header(),
      sidx,
      simple(),
      box('free', Buffer.alloc(7)),
      simple(),
      box('mfra', Buffer.alloc(9)),
    ];
    expect((await found(...file)).packets).toEqual([...packets, ...packets]);
  });

  test('from a base of 64 bits', async () => {
    const start = header();
    const at = (offset: number) => [tfhd(1, u64(start.length + offset)), trun([10, 20, 30, 40])];
    expect(
      (
        await found(
          start,
          fragment((offset) => [box('traf', ...at(offset))]),
        )
      ).packets,
    ).toEqual(packets);
  });

  test('several runs, of which only the first says where', async () => {
    const runs = (offset: number) => [trun([10], offset), trun([20, 30]), trun([40])];
    const file = fragment((offset) => [box('traf', tfhd(BASE_IS_MOOF), ...runs(offset))]);
    expect((await found(header(), file)).packets).toEqual(packets);
  });

  test('behind the data of another track when nothing else is said', async () => {
    const other = fullBox('tfhd', 0, 0, u32(OTHER_TRACK));
    const file = fragment((offset) => [
      box('traf', other, trun([10, 20], offset)),
      box('traf', tfhd(0), trun([30, 40])),
    ]);
    expect((await found(header(), file)).packets).toEqual(packets.slice(2));
  });

  test('sizes and durations from the track, the fragment or the samples', async () => {
    const plain = (offset: number) => fullBox('trun', 0, 1, u32(4), numbers(32, offset));
    const ofFile = fragment((offset) => [box('traf', tfhd(BASE_IS_MOOF), plain(offset))]);
    const ofFragment = fragment((offset) => [box('traf', tfhd(BASE_IS_MOOF | 0x10, u32(25)), plain(offset))]);
    const sizes = async (...parts: Uint8Array[]) =>
      (await found(...parts)).packets.map(({ length }) => length);
    expect(await sizes(header(trex(1024, 20)), ofFile)).toEqual([20, 20, 20, 20]);
    expect(await sizes(header(trex(1024, 20)), ofFragment)).toEqual([25, 25, 25, 25]);
    expect(await sizes(header(trex(1024, 20, OTHER_TRACK), trex(1024, 5)), ofFile)).toEqual([5, 5, 5, 5]);
  });

  test('all columns of a run', async () => {
    const rows = packets.flatMap(({ length }) => [1024, length, 0x2000000, 5]);
    const run = (offset: number) =>
      fullBox('trun', 1, 0xf05, u32(4), numbers(32, offset), u32(0), u32(...rows));
    const file = fragment((offset) => [box('traf', tfhd(BASE_IS_MOOF | 0x2a, u32(1, 900, 0)), run(offset))]);
    const { packets: all, keep } = await found(header(), file);
    expect(all).toEqual(packets);
    expect(keep).toEqual([]);
  });
});

describe('the end of a fragmented file', () => {
  const timed = (...durations: number[]) =>
    fragment((offset) => {
      const rows = durations.flatMap((duration, i) => [duration, (packets[i] as Buffer).length]);
      const run = fullBox('trun', 0, 0x301, u32(durations.length), numbers(32, offset), u32(...rows));
      return [box('traf', tfhd(BASE_IS_MOOF), run)];
    });

  test('only the last packet of all is cut to its duration', async () => {
    const { keep } = await found(header(), timed(1024, 1024, 1024, 500), timed(1024, 1024, 300));
    expect(keep).toEqual([[6, 300]]);
    expect((await found(header(), timed(1024, 1024, 1030))).keep).toEqual([]);
    expect((await found(header(), timed(700))).keep).toEqual([[0, 700]]);
  });

  test('a file that is cut inside a fragment just ends, with a warning', async () => {
    const whole = Buffer.concat([header(), simple(), simple()]);
    const { packets: first, notes } = await found(whole.subarray(0, -45));
    expect(first).toEqual([...packets, ...packets.slice(0, 2)]);
    expect(notes).toEqual([
      { level: 'warning', text: '"memory.mp4" is cut off or damaged: a fragment goes on beyond its end.' },
    ]);
    const inHeader = await found(whole.subarray(0, -120));
    expect(inHeader.packets).toEqual(packets);
    expect(inHeader.notes[0]?.text).toMatch(/it ends inside the header of a fragment/);
    const rubbish = await found(header(), simple(), Buffer.alloc(50, 0xff));
    expect(rubbish.packets).toEqual(packets);
    expect(rubbish.notes[0]?.text).toMatch(/what stands at byte \d+ is no box/);
  });

  test('one without fragments, or with empty ones, holds no audio', async () => {
    for (const file of [[header()], [header(), simple([], Buffer.alloc(0))]]) {
      expect((await audioErrorOf(found(...file))).message).toMatch(/holds no audio/);
    }
  });
});

describe('hostile fragments', () => {
  const hostile = (...run: Uint8Array[]) => [
    header(trex(1024, 1)),
    fragment((offset) => [box('traf', tfhd(BASE_IS_MOOF), ...run, trun([10], offset))]),
  ];

  test('four thousand million samples of one byte, and of none', async () => {
    const run = fullBox('trun', 0, 1, u32(0xffffffff, 0));
    const file = Buffer.concat(hostile(run));
    const { packets: bytes } = await demuxMp4(file);
    expect(bytes.length).toBeLessThan(file.length);
    const none = fragment((offset) => [
      box('traf', tfhd(BASE_IS_MOOF), fullBox('trun', 0, 1, u32(0xffffffff, offset))),
    ]);
    expect((await audioErrorOf(found(header(trex(1024, 0)), none))).message).toMatch(/holds no audio/);
  });

  test('an offset before the file', async () => {
    const run = fullBox('trun', 0, SIZES | 1, u32(1, 0x80000000, 10));
    expect((await audioErrorOf(found(...hostile(run)))).message).toMatch(/holds no audio/);
  });

  test('thousands of runs that share their bytes', async () => {
    const run = (offset: number) => trun([10, 20, 30, 40], offset);
    const file = fragment((offset) => [
      box('traf', tfhd(BASE_IS_MOOF), ...new Array<Buffer>(2000).fill(run(offset))),
    ]);
    expect((await audioErrorOf(found(header(), file))).message).toMatch(/fragments share their samples/);
  });
});

test('headers of fragments and their data are read with few calls', async () => {
  const source = new MemorySource(fixture('mp4/aac-fragments.mp4'));
  await demuxMp4(source);
  expect(source.reads.count).toBe(3);
  expect(source.reads.bytes).toBeLessThan(3 * source.size);
});
