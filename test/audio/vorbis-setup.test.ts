import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bitLength, VorbisBitReader } from '../../src/audio/codecs/vorbis/bit-reader.ts';
import { lookup1Values, parseCodebook, unpackVectors } from '../../src/audio/codecs/vorbis/codebook.ts';
import { parseVorbisConfig, xiphLaced } from '../../src/audio/codecs/vorbis/config.ts';
import { buildHuffmanTree } from '../../src/audio/codecs/vorbis/huffman.ts';
import { createVorbisDecoder } from '../../src/audio/codecs/vorbis/index.ts';
import { decodeEntry } from '../../src/audio/codecs/vorbis/plain-spectrum.ts';
import { parseIdentification, parseSetup } from '../../src/audio/codecs/vorbis/setup.ts';
import { SetupError } from '../../src/audio/codecs/vorbis/setup-error.ts';
import { AudioError } from '../../src/audio/errors.ts';
import type { PacketTrack } from '../../src/audio/packets.ts';
import { SEED } from './fixtures.ts';
import { fixtureBytes, packetsOf } from './ogg-helpers.ts';
import { fullTree, randomOf, randomSpec } from './vorbis-random.ts';
import { type BookSpec, headersOf, type StreamSpec, setupOf, VorbisBitWriter } from './vorbis-writer.ts';

describe('bits', () => {
  test('come the least significant first', () => {
    // The example of Vorbis I specification §2.1.6: 12 in 4 bits, 7 in 3, 17 in 7, 6969 in 13.
    const bits = new VorbisBitReader(Uint8Array.of(0xfc, 0x48, 0xce, 0x06));
    expect([bits.read(4), bits.read(3), bits.read(7), bits.read(13)]).toEqual([12, 7, 17, 6969]);
    expect([bits.left, bits.overrun]).toEqual([5, false]);
    expect([bits.read(8), bits.overrun]).toEqual([0, true]);
  });

  test('read as they were written', () => {
    const field = fc.integer({ min: 0, max: 32 }).chain((width) => {
      return fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.constant(width));
    });
    fc.assert(
      fc.property(fc.array(field), (fields) => {
        const writer = new VorbisBitWriter();
        for (const [value, width] of fields) writer.write(value, width);
        const reader = new VorbisBitReader(writer.bytes());
        expect(fields.map(([, width]) => reader.read(width))).toEqual(fields.map(([value]) => value));
      }),
      { seed: SEED },
    );
  });

  test('that a number needs', () => {
    expect([-1, 0, 1, 2, 3, 4, 7, 8].map(bitLength)).toEqual([0, 0, 1, 2, 2, 3, 3, 4]);
  });
});

describe('codewords', () => {
  /** All entries that `codewords`, written as 0 and 1, stand for. */
  function entriesOf(tree: Int32Array, codewords: readonly string[]): number[] {
    return codewords.map((codeword) => {
      const writer = new VorbisBitWriter();
      for (const bit of codeword) writer.write(Number(bit), 1);
      const bytes = Buffer.concat([writer.bytes(), Buffer.alloc(8)]);
      const value = decodeEntry(bytes, 0, tree, 0);
      expect(value & 0xff).toBe(codeword.length);
      return value >> 8;
    });
  }

  test('are given to the entries from the left', () => {
    // The example of Vorbis I specification §3.2.1.
    const tree = buildHuffmanTree(Uint8Array.of(2, 4, 4, 4, 4, 2, 3, 3));
    const codewords = ['00', '0100', '0101', '0110', '0111', '10', '110', '111'];
    expect(entriesOf(tree, codewords)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('may be as long as 32 bits', () => {
    const lengths = Uint8Array.from([...Array.from({ length: 32 }, (_, i) => i + 1), 32]);
    const codewords = Array.from(lengths, (length, i) =>
      i < 32 ? `${'1'.repeat(length - 1)}0` : '1'.repeat(32),
    );
    expect(entriesOf(buildHuffmanTree(lengths), codewords)).toEqual(Array.from(lengths, (_, i) => i));
  });

  test('find every entry of every tree', () => {
    for (let seed = 0; seed < 40; seed++) {
      const lengths = Uint8Array.from(fullTree(randomOf(seed), 2 + seed * 7, 24));
      const tree = buildHuffmanTree(lengths);
      const found = new Set<number>();
      const random = randomOf(seed + 100);
      let wrong = 0;
      for (let i = 0; i < 4000; i++) {
        const bytes = Uint8Array.from({ length: 12 }, () => random(256));
        const value = decodeEntry(bytes, i % 8, tree, 0);
        if (lengths[value >> 8] !== (value & 0xff)) wrong++;
        found.add(value >> 8);
      }
      expect(wrong).toBe(0);
      lengths.forEach((length, entry) => {
        if (length < 7) expect(found.has(entry)).toBe(true);
      });
    }
  });

  test('of a book with one entry have one bit, whichever it is', () => {
    const tree = buildHuffmanTree(Uint8Array.of(0, 0, 1, 0));
    expect([0x00, 0xff].map((byte) => decodeEntry(Uint8Array.of(byte, 0, 0), 0, tree, 0))).toEqual([
      0x201, 0x201,
    ]);
  });

  test('of an empty book are none', () => {
    expect(decodeEntry(new Uint8Array(3), 0, buildHuffmanTree(new Uint8Array(5)), 0)).toBe(0);
  });

  test.each([
    ['too many', [1, 1, 1], 'more entries than codewords'],
    ['too many, late', [1, 2, 3, 3, 32], 'more entries than codewords'],
    ['too few', [1, 2], 'leaves codewords over'],
    ['a lone long one', [2], 'leaves codewords over'],
    ['one missing at 32 bits', Array.from({ length: 32 }, (_, i) => i + 1), 'leaves codewords over'],
  ])('%s are refused', (_, lengths, message) => {
    expect(() => buildHuffmanTree(Uint8Array.from(lengths))).toThrow(SetupError);
    expect(() => buildHuffmanTree(Uint8Array.from(lengths))).toThrow(message);
  });
});

describe('vectors', () => {
  const bookOf = (spec: BookSpec) => {
    const bits = new VorbisBitReader(setupOf({ ...randomSpec(1), books: [spec] }), undefined, 7 * 8 + 8);
    return parseCodebook(bits, { entries: 1e6, vectorValues: 1e6 });
  };
  const lookup = { minimum: -1.5, delta: 0.5, bits: 4, isSequence: false };

  test('of type 1 combine their values, the first one changing fastest', () => {
    const book = bookOf({
      dimensions: 2,
      lengths: [2, 2, 2, 2],
      lookup: { ...lookup, type: 1, values: [1, 6] },
    });
    expect([...unpackVectors(book)]).toEqual([-1, -1, 1.5, -1, -1, 1.5, 1.5, 1.5]);
  });

  test('of type 2 have values of their own, and may add up', () => {
    const values = [0, 1, 2, 3];
    const spec = { dimensions: 2, lengths: [1, 1], lookup: { ...lookup, type: 2, values } };
    expect([...unpackVectors(bookOf(spec))]).toEqual([-1.5, -1, -0.5, 0]);
    spec.lookup.isSequence = true;
    expect([...unpackVectors(bookOf(spec))]).toEqual([-1.5, -2.5, -0.5, -0.5]);
  });

  test('are as many as a power fits into the entries', () => {
    expect([
      lookup1Values(625, 4),
      lookup1Values(624, 4),
      lookup1Values(1, 65_535),
      lookup1Values(8, 0),
    ]).toEqual([5, 4, 1, 0]);
    const wrong: number[][] = [];
    for (let dimensions = 1; dimensions <= 12; dimensions++) {
      for (let value = 2; value ** dimensions < 2 ** 24; value += value > 30 ? 97 : 1) {
        const isRight = lookup1Values(value ** dimensions, dimensions) === value;
        const isBelow = lookup1Values(value ** dimensions - 1, dimensions) === value - 1;
        if (!isRight || !isBelow) wrong.push([value, dimensions]);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('headers', () => {
  const [id, , setup] = headersOf(randomSpec(5)) as [Buffer, Buffer, Buffer];

  test('tell channels, rate and block sizes', () => {
    expect(parseIdentification(id)).toEqual({
      channels: 3,
      sampleRate: 44_100,
      blockSizes: randomSpec(5).blockSizes.map((bits) => 2 ** bits),
    });
  });

  const changedId = (at: number, value: number) => {
    const changed = Buffer.from(id);
    changed[at] = value;
    return changed;
  };

  test.each([
    ['cut off', id.subarray(0, 20), 'cut off'],
    ['of another codec', changedId(1, 0x56), 'missing'],
    ['of another version', changedId(7, 1), 'version 1'],
    ['without channels', changedId(11, 0), '0 channels'],
    ['with 9 channels', changedId(11, 9), '9 channels'],
    ['with a rate of 4 GHz', changedId(15, 0xff), 'out of range'],
    ['with blocks of 32', changedId(28, 0xb5), 'block sizes'],
    ['with blocks of 16384', changedId(28, 0xe8), 'block sizes'],
    ['with short blocks longer than long ones', changedId(28, 0x89), 'block sizes'],
    ['without the framing bit', changedId(29, 0), 'block sizes'],
  ])('%s are refused', (_, packet, message) => {
    expect(() => parseIdentification(packet)).toThrow(SetupError);
    expect(() => parseIdentification(packet)).toThrow(message);
  });

  const base = randomSpec(25);
  const withBook = (change: Partial<BookSpec>): Partial<StreamSpec> => ({
    books: base.books.map((book, i) => (i === 0 ? { ...book, ...change } : book)),
  });
  const withResidue = (change: object) => ({
    residues: base.residues.map((residue) => ({ ...residue, ...change })),
  });
  const withMapping = (change: object) => ({
    mappings: base.mappings.map((mapping) => ({ ...mapping, ...change })),
  });
  const scalar = base.books.findIndex((book) => book.lookup === undefined);

  test.each<[string, Partial<StreamSpec>, string]>([
    [
      'a reserved lookup',
      withBook({ lookup: { type: 3, minimum: 0, delta: 1, bits: 1, isSequence: false, values: [] } }),
      'lookup type 3',
    ],
    ['a floor of type 2', { floors: [{ ...base.floors[0], type: 2 } as never] }, 'floor type 2'],
    ['a residue of type 3', withResidue({ type: 3 }), 'residue type 3'],
    [
      'a residue whose book is not there',
      withResidue({ books: [[200], [200]] }),
      'codebook that is not there',
    ],
    ['a residue whose book has no vectors', withResidue({ books: [[scalar], [scalar]] }), 'without vectors'],
    ['a class book that is not there', withResidue({ classBook: 255 }), 'codebook that is not there'],
    [
      'a class book with too few entries',
      withResidue({ books: Array.from({ length: 64 }, () => [-1]) }),
      'too few entries',
    ],
    ['a channel coupled to itself', withMapping({ couplings: [[1, 1]] }), 'couples channels'],
    [
      'a submap that is not there',
      withMapping({
        submaps: [
          { floor: 0, residue: 0 },
          { floor: 0, residue: 0 },
        ],
        mux: [0, 2],
      }),
      'submap',
    ],
    ['a floor that is not there', withMapping({ submaps: [{ floor: 9, residue: 0 }] }), 'floor or residue'],
    ['a mapping that is not there', { modes: [{ isLong: false, mapping: 60 }] }, 'mapping that is not there'],
  ])('with %s are refused', (_, change, message) => {
    const packet = setupOf({ ...base, ...change });
    expect(() => parseSetup(packet, base.channels)).toThrow(SetupError);
    expect(() => parseSetup(packet, base.channels)).toThrow(message);
  });

  test('whose codebooks ask for more memory than any encoder does are refused', () => {
    const entries = 2 ** 20;
    const ordered = new VorbisBitWriter().write(5, 8).text('vorbis').write(0, 8);
    ordered.write(0x564342, 24).write(1, 16).write(entries, 24).flag(true).write(19, 5).write(entries, 21);
    expect(() => parseSetup(ordered.write(0, 4).bytes(), 1)).toThrow('too large');
    const wide = new VorbisBitWriter().write(5, 8).text('vorbis').write(0, 8);
    wide.write(0x564342, 24).write(65_535, 16).write(65, 24).flag(true).write(0, 5).write(1, 7);
    for (let i = 1; i < 64; i++) wide.write(i === 63 ? 2 : 1, 7);
    wide.write(1, 4).write(0, 64).write(0, 64);
    expect(() => parseSetup(wide.bytes(), 1)).toThrow(SetupError);
  });

  test('cut off anywhere are refused', () => {
    for (let length = 0; length < setup.length; length++) {
      expect(() => parseSetup(setup.subarray(0, length), 3)).toThrow(SetupError);
    }
  });

  test('with changed bits are refused or make a decoder', async () => {
    const packets = packetsOf(fixtureBytes('mono16.ogg'));
    const [first, second, third] = packets as [Buffer, Buffer, Buffer];
    const random = randomOf(SEED);
    let accepted = 0;
    for (let i = 0; i < 400; i++) {
      const changed = Buffer.from(i % 2 === 0 ? setup : third);
      for (let bit = 0; bit < 1 + (i % 3); bit++) {
        const at = 7 + random(changed.length - 7);
        changed[at] = (changed[at] ?? 0) ^ (1 << random(8));
      }
      const config = xiphLaced([i % 2 === 0 ? id : first, second, changed]);
      try {
        const decoder = await createVorbisDecoder('x.ogg', { config } as PacketTrack, {});
        for (let packet = 0; packet < 4; packet++) {
          const data = Uint8Array.from({ length: 60 }, (_, k) => (k === 0 ? random(128) * 2 : random(256)));
          try {
            decoder.decode(data);
          } catch (error) {
            expect(String(error)).toMatch(/^Error: it /);
          }
        }
        accepted++;
      } catch (error) {
        expect(error).toBeInstanceOf(AudioError);
      }
    }
    expect(accepted).toBeGreaterThan(10);
    expect(accepted).toBeLessThan(390);
  });

  test('lie in Xiph lacing', () => {
    const packets = [id, Buffer.alloc(510, 3), setup];
    const config = xiphLaced(packets);
    expect([...config.subarray(0, 5)]).toEqual([2, 30, 255, 255, 0]);
    expect(parseVorbisConfig('x', config).identification.channels).toBe(3);
    expect(() => parseVorbisConfig('x', new Uint8Array(0))).toThrow(AudioError);
    expect(() => parseVorbisConfig('x', Uint8Array.of(255, 255, 255, 255))).toThrow(AudioError);
    expect(() => parseVorbisConfig('x', config.subarray(0, -1))).toThrow('"x" is damaged');
  });
});
