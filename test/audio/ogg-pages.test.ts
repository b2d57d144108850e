import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pageChecksum } from '../../src/audio/containers/ogg/crc.ts';
import { PacketAssembler } from '../../src/audio/containers/ogg/packet-assembler.ts';
import { type Page, parsePage } from '../../src/audio/containers/ogg/page.ts';
import { PageReader } from '../../src/audio/containers/ogg/page-reader.ts';
import { FileSource } from '../../src/audio/io/file-source.ts';
import { SEED, useFolder } from './fixtures.ts';
import { makePage, slowChecksum } from './ogg-helpers.ts';

const folder = useFolder();

describe('a page', () => {
  test('has the checksum of RFC 3533, whatever stands in its field', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 26, maxLength: 300 }), (bytes) => {
        const cleared = bytes.slice().fill(0, 22, 26);
        expect(pageChecksum(bytes)).toBe(slowChecksum(cleared));
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('tells its flags, position, stream and segments', () => {
    const packets = [Buffer.alloc(300, 1), Buffer.from([7])];
    const bytes = makePage({ packets, serial: 0xfffffffe, sequence: 9, granule: 2 ** 40 + 5, isLast: true });
    const page = parsePage(Buffer.concat([Buffer.from('xx'), bytes]), 2) as Page;
    expect(page).toMatchObject({ isFirst: false, isLast: true, isContinued: false, length: bytes.length });
    expect(page).toMatchObject({ serial: 0xfffffffe, sequence: 9, granule: 2 ** 40 + 5 });
    expect([...page.lacing]).toEqual([255, 45, 1]);
    expect(page.body.length).toBe(301);
  });

  test('has no position when no packet ends on it, or when that is negative', () => {
    const packets = [Buffer.alloc(255)];
    for (const granule of [-1, -2, -(2 ** 40)]) {
      expect(parsePage(makePage({ packets, granule, goesOn: true }), 0)?.granule).toBeUndefined();
    }
  });

  test('is none when it is cut, damaged or of another version', () => {
    const page = makePage({ packets: [Buffer.from('abc')] });
    expect(parsePage(page, 0)).toBeDefined();
    for (let length = 0; length < page.length; length++) {
      expect(parsePage(page.subarray(0, length), 0)).toBeUndefined();
    }
    for (let at = 0; at < page.length; at++) {
      const damaged = Buffer.from(page);
      damaged[at] = (damaged[at] ?? 0) ^ 4;
      expect(parsePage(damaged, 0)).toBeUndefined();
    }
  });
});

/** Cuts packets into pages of at most `segments` segments, as a muxer does. */
function paged(packets: readonly Uint8Array[], segments: number): Page[] {
  const parts: { lacing: number; data: Uint8Array }[] = packets.flatMap((packet) => {
    const pieces = [];
    for (let at = 0; at <= packet.length; at += 255) {
      pieces.push({ lacing: Math.min(255, packet.length - at), data: packet.subarray(at, at + 255) });
    }
    return pieces;
  });
  const pages: Page[] = [];
  for (let at = 0; at < parts.length; at += segments) {
    const own = parts.slice(at, at + segments);
    pages.push({
      isContinued: at > 0 && parts[at - 1]?.lacing === 255,
      isFirst: at === 0,
      isLast: false,
      granule: 0,
      serial: 1,
      sequence: pages.length,
      lacing: Uint8Array.from(own, (part) => part.lacing),
      body: Buffer.concat(own.map((part) => part.data)),
      length: 0,
    });
  }
  return pages;
}

describe('packets', () => {
  test('come whole however they lie on pages', () => {
    const packet = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 20 }),
      fc
        .constantFrom(254, 255, 256, 510, 511, 2000)
        .map((length) => new Uint8Array(length).fill(length % 251)),
    );
    fc.assert(
      fc.property(
        fc.array(packet, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 1, max: 9 }),
        (all, size) => {
          const assembler = new PacketAssembler();
          const got = paged(all, size).flatMap((page) => assembler.add(page).map((data) => [...data]));
          expect(got).toEqual(all.map((data) => [...data]));
          expect(assembler.gaps).toBe(0);
        },
      ),
      { seed: SEED, numRuns: 200 },
    );
  });

  test('that lost a page are left out, and an empty one stands in their place', () => {
    const packets = [1, 2, 3, 4].map((value) => new Uint8Array(600).fill(value));
    const pages = paged(packets, 2);
    pages.splice(2, 1);
    const assembler = new PacketAssembler();
    const got = pages.flatMap((page) => assembler.add(page).map((data) => [data.length, data[0]]));
    expect(got).toEqual([
      [600, 1],
      [0, undefined],
      [600, 3],
      [600, 4],
    ]);
    expect(assembler.gaps).toBe(1);
  });

  test('longer than 4 MiB are cut', () => {
    const assembler = new PacketAssembler();
    const [got] = paged([new Uint8Array(5_000_000).fill(1)], 255).flatMap((page) => assembler.add(page));
    expect(got?.length).toBeLessThanOrEqual(4_194_304);
    expect(got?.length).toBeGreaterThan(4_000_000);
  });
});

describe('reading pages', () => {
  const pages = [0, 1, 2, 3].map((sequence) =>
    makePage({ packets: [Buffer.alloc(3000, sequence)], sequence, isFirst: sequence === 0 }),
  );

  async function sequencesOf(bytes: Uint8Array) {
    const source = await FileSource.open(await folder.file('pages.ogg', bytes));
    const reader = new PageReader(source, 0);
    const sequences: number[] = [];
    for (let page = await reader.next(); page !== undefined; page = await reader.next()) {
      sequences.push(page.sequence);
    }
    await source.close();
    return { sequences, damaged: reader.damaged };
  }

  test('leaves out what is no page and counts the places', async () => {
    const garbage = Buffer.from('not a page, OggS neither is this');
    const bytes = Buffer.concat([pages[0], garbage, pages[1], pages[2], garbage, pages[3]] as Buffer[]);
    expect(await sequencesOf(bytes)).toEqual({ sequences: [0, 1, 2, 3], damaged: 2 });
  });

  test('leaves out a page with a wrong checksum', async () => {
    const bytes = Buffer.concat(pages);
    bytes[4000] = 99;
    expect(await sequencesOf(bytes)).toEqual({ sequences: [0, 2, 3], damaged: 1 });
  });

  test('finds pages behind a megabyte of other things', async () => {
    const bytes = Buffer.concat([pages[0], Buffer.alloc(1_000_003, 'Ogg'), pages[1]] as Buffer[]);
    expect(await sequencesOf(bytes)).toEqual({ sequences: [0, 1], damaged: 1 });
  });

  test('ends where the file cuts a page off', async () => {
    const bytes = Buffer.concat(pages);
    expect(await sequencesOf(bytes.subarray(0, -1))).toEqual({ sequences: [0, 1, 2], damaged: 0 });
    expect(await sequencesOf(bytes.subarray(0, 10))).toEqual({ sequences: [], damaged: 0 });
  });
});
