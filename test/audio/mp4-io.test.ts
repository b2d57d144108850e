import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  elementAt,
  floatOf,
  intOf,
  sizeAt,
  textOf,
  uintOf,
} from '../../src/audio/containers/matroska/ebml.ts';
import { boxesIn, findBox } from '../../src/audio/containers/mp4/boxes.ts';
import { BigEndian } from '../../src/audio/io/big-endian.ts';
import { Window } from '../../src/audio/io/window.ts';
import { SEED } from './fixtures.ts';
import { sizeField } from './matroska-helpers.ts';
import { box, latin, MemorySource, numbers, u8, u32, u64 } from './mp4-helpers.ts';

describe('BigEndian', () => {
  test('fields of all kinds', () => {
    const floats = Buffer.alloc(12);
    floats.writeFloatBE(-0.5, 0);
    floats.writeDoubleBE(1e300, 4);
    const fields = new BigEndian(
      Buffer.concat([u8(1, 2, 3, 4, 5, 6), u64(2 ** 40 + 1), u64(-3), u32(0xfffffffe), floats]),
    );
    expect([fields.u8(), fields.u16(), fields.u24()]).toEqual([1, 0x203, 0x40506]);
    expect([fields.u64(), fields.i64(), fields.i32()]).toEqual([2 ** 40 + 1, -3, -2]);
    expect([fields.f32(), fields.f64(), fields.left, fields.overrun]).toEqual([-0.5, 1e300, 0, false]);
  });

  test('past the end everything is 0, and it shows', () => {
    const fields = new BigEndian(u8(1, 2, 3), 1);
    expect(fields.u32()).toBe(0);
    expect([fields.u8(), fields.u64(), fields.f64(), fields.bytes(5).length, fields.rest().length]).toEqual([
      0, 0, 0, 0, 0,
    ]);
    expect(fields.overrun).toBe(true);
  });

  test('the bytes that are left', () => {
    const fields = new BigEndian(u8(1, 2, 3, 4));
    expect([...fields.bytes(1), 0, ...fields.rest()]).toEqual([1, 0, 2, 3, 4]);
  });
});

test('a window reads pieces near one another with one call', async () => {
  const source = new MemorySource(Buffer.from(Array.from({ length: 200_000 }, (_, i) => i & 0xff)));
  const window = new Window(source);
  for (const [position, length, calls] of [
    [10, 4, 1],
    [60_000, 16, 1],
    [10, 65_536, 1],
    [9, 1, 2],
    [199_990, 100, 3],
    [300_000, 5, 4],
    [0, 100_000, 5],
  ] as const) {
    const bytes = await window.read(position, length);
    const expected = Math.max(0, Math.min(length, source.size - position));
    expect(bytes.length).toBe(expected);
    if (expected > 0)
      expect([bytes[0], bytes.at(-1)]).toEqual([position & 0xff, (position + expected - 1) & 0xff]);
    expect(source.reads.count).toBe(calls);
  }
});

describe('boxes', () => {
  test('in one another; less than they claim where there is less; until something is none', () => {
    const bytes = Buffer.concat([box('aaaa', box('bbbb', u8(1, 2))), u32(100), latin('cccc'), u8(7)]);
    expect([...boxesIn(bytes)].map(({ type, body }) => [type, body.length])).toEqual([
      ['aaaa', 10],
      ['cccc', 1],
    ]);
    expect(findBox(bytes, 'aaaa', 'bbbb')).toEqual(u8(1, 2));
    expect(findBox(bytes, 'aaaa', 'dddd')).toBeUndefined();
    expect([...boxesIn(Buffer.concat([u32(7), latin('aaaa'), box('bbbb')]))]).toEqual([]);
  });
});

describe('EBML', () => {
  test('sizes of every length are read as they are written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.maxSafeNat(), fc.nat(5), (length, number, at) => {
        const value = number % (2 ** (7 * length) - 1);
        const bytes = Buffer.concat([Buffer.alloc(at, 0xff), sizeField(value, length)]);
        expect(sizeAt(bytes, at)).toEqual({ value, length, isUnknown: false });
        expect(sizeAt(bytes.subarray(0, -1), at)).toBeUndefined();
      }),
      { seed: SEED, numRuns: 300 },
    );
    for (let length = 1; length <= 8; length++) {
      expect(sizeAt(sizeField('unknown', length), 0)).toMatchObject({ length, isUnknown: true });
    }
    expect(sizeAt(u8(0, 0xff), 0)).toBeUndefined();
  });

  test('headers', () => {
    expect(elementAt(u8(0x1f, 0x43, 0xb6, 0x75, 0x82))).toEqual({ id: 0x1f43b675, headerBytes: 5, size: 2 });
    expect(elementAt(u8(0xa3, 0xff))).toEqual({ id: 0xa3, headerBytes: 2, size: undefined });
    for (const bytes of [
      u8(),
      u8(0xa3),
      u8(0x1f, 0x43, 0xb6),
      u8(0x0f, 0xff, 0xff, 0xff, 0xff, 0x81),
      u8(0xa3, 0x40),
    ]) {
      expect(elementAt(bytes)).toBeUndefined();
    }
  });

  test('values', () => {
    expect([uintOf(u8()), uintOf(u8(1, 0)), uintOf(Buffer.alloc(9, 1))]).toEqual([0, 256, 0]);
    expect([intOf(u8(0xff)), intOf(u8(0xff, 0)), intOf(u8(0x7f)), intOf(u8())]).toEqual([-1, -256, 127, 0]);
    expect([floatOf(numbers(32, 0x3f800000)), floatOf(u8()), floatOf(numbers(32, 0x7fc00000))]).toEqual([
      1, 0, 0,
    ]);
    expect(textOf(Buffer.from('één\0\0'))).toBe('één');
  });
});
