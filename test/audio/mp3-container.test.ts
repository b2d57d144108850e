import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseId3 } from '../../src/audio/containers/id3.ts';
import { mpegTrack } from '../../src/audio/containers/mpeg.ts';
import { parseXing } from '../../src/audio/containers/xing.ts';
import { identify } from '../../src/audio/index.ts';
import { FileSource } from '../../src/audio/io/file-source.ts';
import { id3Length } from '../../src/audio/probe/file-type.ts';
import { freeFormatLength, type MpegHeader, mpegHeaderAt } from '../../src/audio/probe/mpeg-header.ts';
import { audioErrorOf, SEED, useFolder } from './fixtures.ts';
import { fixture, fixturePath, framePositions, id3, textFrame } from './mp3-helpers.ts';
import { type Decoded, decodeFile } from './samples.ts';

const folder = useFolder();
const tagged = fixture('joint-44100.mp3');
/** With a Xing frame, delay and padding, but without tags. */
const gapless = tagged.subarray(id3Length(tagged));
/** Without any of these. */
const plain = fixture('stereo-22050.mp3');
const latin = (text: string) => Buffer.from(text, 'latin1');

let gaplessDecoded: Decoded;
let plainDecoded: Decoded;
beforeAll(async () => {
  gaplessDecoded = await decodeFile(fixturePath('joint-44100.mp3'));
  plainDecoded = await decodeFile(fixturePath('stereo-22050.mp3'));
});

async function decodeBytes(...pieces: Uint8Array[]): Promise<Decoded> {
  return decodeFile(await folder.file('case.mp3', Buffer.concat(pieces)));
}

/** Bytes that hold no frame header. */
const garbage = (length: number) => Buffer.from(Array.from({ length }, (_, i) => (i * 37 + (i >> 3)) & 0x7f));

/** An APEv2 tag with header and footer. */
function ape(bodyLength: number): Buffer {
  const piece = (flags: number) => {
    const bytes = Buffer.alloc(32);
    bytes.write('APETAGEX');
    bytes.writeUInt32LE(2000, 8);
    bytes.writeUInt32LE(bodyLength + 32, 12);
    bytes.writeUInt32LE(flags, 20);
    return bytes;
  };
  return Buffer.concat([piece(0xa0000000), Buffer.alloc(bodyLength, 0x41), piece(0x80000000)]);
}

const id3v1 = Buffer.concat([latin('TAG'), Buffer.alloc(125, 0x20)]);
/** A tag with cover art that is full of frame headers. */
const art = id3(3, Buffer.concat(Array(20).fill(gapless.subarray(0, 834))));

describe('tags around the frames', () => {
  test.each([
    ['ID3v2 with headers in its art', [art, gapless]],
    ['several ID3v2', [id3(4, Buffer.alloc(100)), art, id3(2, Buffer.alloc(5)), gapless]],
    ['ID3v2 with a footer', [id3(4, Buffer.alloc(50), 0x10), latin('3DI\x04\0\x10\0\0\0\x32'), gapless]],
    ['ID3v1', [gapless, id3v1]],
    ['APEv2', [gapless, ape(900)]],
    ['APEv2, then ID3v1', [gapless, ape(40), id3v1]],
    ['APEv2 in front', [id3(3, Buffer.alloc(8)), ape(300), gapless]],
    ['Lyrics3 and ID3v1', [gapless, latin('LYRICSBEGIN'), latin('text 000015LYRICS200'), id3v1]],
  ])('%s: passed over', async (_, pieces) => {
    const decoded = await decodeBytes(...pieces);
    expect(decoded.frames).toBe(26460);
    expect(decoded.channels).toEqual(gaplessDecoded.channels);
    expect(decoded.notes).toEqual([]);
  });

  test('an ID3v2 tag between frames', async () => {
    const middle = framePositions(plain)[12] as number;
    const decoded = await decodeBytes(plain.subarray(0, middle), art, plain.subarray(middle));
    expect(decoded.channels).toEqual(plainDecoded.channels);
    expect(decoded.notes).toEqual([]);
  });
});

describe('garbage', () => {
  test.each([300, 3000])(
    '%i bytes before the first frame: the Xing header is found all the same',
    async (length) => {
      const decoded = await decodeBytes(garbage(length), gapless);
      expect(decoded.info.frames).toBe(26460);
      expect(decoded.channels).toEqual(gaplessDecoded.channels);
    },
  );

  test('a false header in it does not count', async () => {
    const decoded = await decodeBytes(garbage(100), gapless.subarray(0, 20), garbage(50), gapless);
    expect(decoded.channels).toEqual(gaplessDecoded.channels);
  });

  test('a few bytes between frames: nothing is lost', async () => {
    const middle = framePositions(plain)[12] as number;
    const decoded = await decodeBytes(plain.subarray(0, middle), garbage(50), plain.subarray(middle));
    expect(decoded.channels).toEqual(plainDecoded.channels);
  });

  test('behind the last frame', async () => {
    const decoded = await decodeBytes(plain, garbage(2000));
    expect(decoded.channels).toEqual(plainDecoded.channels);
  });
});

describe('cut and joined files', () => {
  test('a truncated last frame counts for its length', async () => {
    const decoded = await decodeBytes(plain.subarray(0, plain.length - 100));
    expect(decoded.frames).toBe(plainDecoded.frames);
    const same = plainDecoded.frames - 576;
    expect(decoded.channels[0]?.subarray(0, same)).toEqual(plainDecoded.channels[0]?.subarray(0, same));
  });

  test('a cut in front: silence until there is a whole granule, then as before', async () => {
    const positions = framePositions(gapless);
    const decoded = await decodeBytes(gapless.subarray((positions[8] as number) + 100));
    const offset = 8 * 1152 - 1105;
    const same = gaplessDecoded.channels[0]?.subarray(offset + 5 * 1152, offset + 15 * 1152);
    expect(decoded.channels[0]?.subarray(5 * 1152, 15 * 1152)).toEqual(same);
  });

  test('less than the Xing header promises is an error, unless truncated files are allowed', async () => {
    const path = await folder.file('cut.mp3', gapless.subarray(0, 5000));
    const error = await audioErrorOf(decodeFile(path));
    expect(error.message).toBe(
      `"${path}" is cut off: its header promises 0.627 s of audio (10,448 bytes), the file holds 5,000 bytes.`,
    );
    const decoded = await decodeFile(path, { allowTruncated: true });
    expect(decoded.info.frames).toBeUndefined();
    expect(decoded.frames).toBe(11 * 1152 - 1105);
    const same = decoded.frames - 1152;
    expect(decoded.channels[0]?.subarray(0, same)).toEqual(gaplessDecoded.channels[0]?.subarray(0, same));
  });

  test('two files in one: the count of the first does not end the second', async () => {
    const decoded = await decodeBytes(gapless, gapless);
    expect(decoded.info.frames).toBeUndefined();
    // The second one's Xing frame is decoded, as silence.
    expect(decoded.frames).toBe((24 + 1 + 24) * 1152 - 1105);
  });

  test('a header and nothing behind it', async () => {
    const path = await folder.file(
      'only.mp3',
      Buffer.concat([id3(4, Buffer.alloc(20)), gapless.subarray(0, 417)]),
    );
    const error = await audioErrorOf(decodeFile(path, { allowTruncated: true }));
    expect(error.message).toContain('holds no audio');
  });

  test('a tag and no frame', async () => {
    const path = await folder.file('tag.mp3', id3(4, Buffer.alloc(70_000)));
    expect((await audioErrorOf(decodeFile(path))).message).toBe(
      `"${path}" holds no audio: there is no MPEG frame in its 70,010 bytes.`,
    );
  });
});

describe('Xing, Info and VBRI', () => {
  const header = mpegHeaderAt(gapless, 0) as MpegHeader;

  test('frames, bytes, delay and padding', () => {
    expect(parseXing(gapless.subarray(0, 417), header)).toEqual({
      frames: 24,
      bytes: 10448,
      delay: 576,
      padding: 24 * 1152 - 26460 - 576,
    });
    expect(parseXing(plain.subarray(0, 400), mpegHeaderAt(plain, 0) as MpegHeader)).toBeUndefined();
  });

  test('an unknown encoder cuts nothing', async () => {
    const bytes = Buffer.from(gapless);
    bytes.write('XXXX', bytes.indexOf('LAME'));
    const decoded = await decodeBytes(bytes);
    expect(decoded.info.frames).toBe(24 * 1152);
    expect(decoded.frames).toBe(24 * 1152);
  });

  test('VBRI', async () => {
    const frame = Buffer.alloc(417);
    gapless.copy(frame, 0, 0, 4);
    frame.write('VBRI', 36);
    const audio = gapless.subarray(417);
    frame.writeUInt32BE(audio.length + 417, 46);
    frame.writeUInt32BE(24, 50);
    const decoded = await decodeBytes(frame, audio);
    expect(decoded.info.frames).toBe(24 * 1152);
    expect(decoded.channels[0]?.subarray(1105, 1105 + 26460)).toEqual(gaplessDecoded.channels[0]);
  });

  test('no fields at all', () => {
    const frame = Buffer.alloc(417);
    gapless.copy(frame, 0, 0, 4);
    frame.write('Info', 36);
    const nothing = { frames: undefined, bytes: undefined, delay: undefined, padding: undefined };
    expect(parseXing(frame, header)).toEqual(nothing);
    expect(parseXing(frame.subarray(0, 42), header)).toEqual(nothing);
  });
});

describe('a part of a file', () => {
  test('gives the same packets, any number of times', async () => {
    const path = await folder.file('part.bin', Buffer.concat([garbage(70), plain, garbage(999)]));
    const source = await FileSource.open(path);
    try {
      const track = await mpegTrack(source, 70, 70 + plain.length);
      expect(track).toMatchObject({
        codec: 'mp3',
        sampleRate: 22050,
        channels: 2,
        skip: 0,
        duration: undefined,
      });
      for (let i = 0; i < 2; i++) {
        const data: Uint8Array[] = [];
        for await (const batch of track.packets()) data.push(...batch.map((packet) => packet.data.slice()));
        expect(data).toHaveLength(25);
        expect(Buffer.concat(data)).toEqual(plain);
      }
    } finally {
      await source.close();
    }
  });
});

describe('free format', () => {
  const free = fixture('free-44100.mp3');

  test('is identified by the distance of its headers, behind garbage too', () => {
    expect(identify(free)).toMatchObject({ container: 'mp3', codec: 'mp3' });
    expect(identify(Buffer.concat([garbage(500), free]))).toMatchObject({ container: 'mp3', codec: 'mp3' });
    expect(freeFormatLength(free, 0, 20)).toBe(489);
  });

  test('a header repeated at once, or too seldom, is none', () => {
    const header = free.subarray(0, 4);
    expect(identify(Buffer.concat(Array(2000).fill(header)))).toBeUndefined();
    expect(
      identify(Buffer.concat(Array(2).fill(Buffer.concat([header, Buffer.alloc(400)])))),
    ).toBeUndefined();
  });
});

describe('ID3v2 texts', () => {
  const title = (bytes: Uint8Array, encoding: number) =>
    parseId3(id3(4, textFrame('TIT2', encoding, bytes))).get('title');

  test('from a file of lame', () => {
    expect(gaplessDecoded.info.tags).toMatchObject({ title: 'Täst', artist: 'An artist', album: 'An album' });
    expect(plainDecoded.info.tags).toBeUndefined();
  });

  test('all four encodings', () => {
    const utf16 = Buffer.from('Grüße', 'utf16le');
    expect(title(latin('Grüße'), 0)).toBe('Grüße');
    expect(title(Buffer.concat([Buffer.from([0xff, 0xfe]), utf16]), 1)).toBe('Grüße');
    expect(title(Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()]), 1)).toBe('Grüße');
    expect(title(Buffer.from(utf16).swap16(), 2)).toBe('Grüße');
    expect(title(Buffer.from('Grüße'), 3)).toBe('Grüße');
  });

  test('several values, and an end with 0', () => {
    expect(title(latin('one\0two\0'), 3)).toBe('one; two');
  });

  test('version 2.2, and a big frame in front', () => {
    const frame = (id: string, body: Buffer) =>
      Buffer.concat([latin(id), Buffer.from([0, body.length >> 8, body.length & 0xff]), body]);
    const tag = id3(2, Buffer.concat([frame('PIC', Buffer.alloc(3000)), frame('TP1', latin('\0Somebody'))]));
    expect([...parseId3(tag)]).toEqual([['artist', 'Somebody']]);
  });

  test('unsynchronisation, of the tag in 2.3 and of a frame in 2.4', () => {
    const text = Buffer.from([0xff, 0, 0xfe, 0x41, 0]);
    const whole = id3(3, textFrame('TIT2', 1, Buffer.concat([text, Buffer.alloc(0)])).subarray(0), 0x80);
    whole.writeUInt32BE(5, 14);
    expect(parseId3(whole).get('title')).toBe('A');
    expect(parseId3(id3(4, textFrame('TIT2', 1, text, 0x02))).get('title')).toBe('A');
  });

  test('an extended header, and plain sizes in 2.4', () => {
    const extended = Buffer.from([0, 0, 0, 6, 0, 0, 0, 0, 0, 0]);
    expect(
      parseId3(id3(3, Buffer.concat([extended, textFrame('TALB', 0, latin('x'))]), 0x40)).get('album'),
    ).toBe('x');
    const long = textFrame('TXXX', 0, Buffer.alloc(299, 0x20));
    const plainSizes = id3(4, Buffer.concat([long, textFrame('TPE1', 0, latin('y'))]));
    expect(parseId3(plainSizes).get('artist')).toBe('y');
  });

  test('never fails on anything, and stays small', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(2, 3, 4),
        fc.nat(255),
        fc.uint8Array({ maxLength: 400 }),
        (version, flags, body) => {
          for (const text of parseId3(id3(version, Buffer.concat([latin('TIT2'), body]), flags)).values()) {
            expect(text.length).toBeLessThan(5000);
          }
        },
      ),
      { seed: SEED, numRuns: 500 },
    );
  });
});
