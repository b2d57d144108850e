import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeContent, HEAD_BYTES, identify, identifyFile } from '../../src/audio/index.ts';
import { fmt, riff, SEED, useFolder } from './fixtures.ts';

const folder = useFolder();

const latin = (text: string) => Buffer.from(text, 'latin1');
const bytes = (...parts: (string | number[] | Uint8Array)[]) =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? latin(part) : Buffer.from(part))));

/** `count` frames of `length` bytes that begin with `header`. */
function stream(header: number[], length: number, count: number): Buffer {
  return Buffer.concat(
    Array.from({ length: count }, () => bytes(header, Buffer.alloc(length - header.length))),
  );
}

/** MPEG-1 layer III, 128 kbit/s, 44.1 kHz: 417 bytes. */
const mp3 = (frames: number) => stream([0xff, 0xfb, 0x90, 0x00], 417, frames);
/** AAC-LC, 44.1 kHz, stereo, frames of 100 bytes. */
const adts = (frames: number) => stream([0xff, 0xf1, 0x50, 0x80, 0x0c, 0x9f, 0xfc], 100, frames);

function id3(size: number, footer = false): Buffer {
  const syncSafe = [21, 14, 7, 0].map((shift) => (size >> shift) & 0x7f);
  return bytes('ID3', [4, 0, footer ? 0x10 : 0, ...syncSafe], Buffer.alloc(size + (footer ? 10 : 0)));
}

function ogg(packet: string, { first = true } = {}): Buffer {
  const header = bytes('OggS', [0, first ? 2 : 0], Buffer.alloc(20), [1, packet.length]);
  return bytes(header, packet);
}

function box(type: string, ...parts: (string | Uint8Array)[]): Buffer {
  const body = bytes(...parts);
  const size = Buffer.alloc(4);
  size.writeUInt32BE(body.length + 8);
  return bytes(size, type, body);
}

const stsd = (entry: string) => box('stsd', Buffer.alloc(7), Buffer.from([1]), box(entry, Buffer.alloc(28)));
const ftyp = (brand: string) => box('ftyp', brand, Buffer.alloc(4), 'isom');
const ebml = (docType: string, ...codecs: string[]) =>
  bytes(
    [0x1a, 0x45, 0xdf, 0xa3, 0x9f, 0x42, 0x86, 0x81, 1, 0x42, 0x82, 0x80 | docType.length],
    docType,
    ...codecs.map((codec) => bytes([0x86, 0x80 | codec.length], codec)),
  );

describe('identify', () => {
  test.each([
    ['wav', undefined, 'audio/wav', 'WAV', riff([fmt()])],
    ['wav', undefined, 'audio/wav', 'WAV (RF64)', riff([fmt()], { magic: 'RF64' })],
    ['wav', undefined, 'audio/wav', 'WAV (BW64)', riff([fmt()], { magic: 'BW64' })],
    ['flac', 'flac', 'audio/flac', 'FLAC', latin('fLaC\0\0\0\x22')],
    ['ogg', 'opus', 'audio/ogg', 'Ogg', ogg('OpusHead\x01')],
    ['ogg', 'vorbis', 'audio/ogg', 'Ogg', ogg('\x01vorbis')],
    ['ogg', 'flac', 'audio/ogg', 'Ogg', ogg('\x7fFLAC')],
    ['ogg', 'speex', 'audio/ogg', 'Ogg', ogg('Speex   1.2')],
    ['ogg', 'vorbis', 'audio/ogg', 'Ogg', bytes(ogg('\x80theora'), ogg('\x01vorbis'))],
    ['ogg', undefined, 'audio/ogg', 'Ogg', ogg('\x01vorbis', { first: false })],
    ['aiff', undefined, 'audio/aiff', 'AIFF', latin('FORM\0\0\0\x10AIFFCOMM')],
    ['aiff', undefined, 'audio/aiff', 'AIFF-C', latin('FORM\0\0\0\x10AIFCFVER')],
    ['caf', 'alac', 'audio/x-caf', 'CAF', bytes('caff\0\x01\0\0desc', Buffer.alloc(16), 'alac')],
    ['caf', 'pcm', 'audio/x-caf', 'CAF', bytes('caff\0\x01\0\0desc', Buffer.alloc(16), 'lpcm')],
    ['au', undefined, 'audio/basic', 'Sun/NeXT AU', latin('.snd\0\0\0\x18\0\0\0\0')],
    ['au', undefined, 'audio/basic', 'Sun/NeXT AU', latin('dns.\x18\0\0\0\0\0\0\0')],
    ['au', undefined, 'audio/basic', 'Sun/NeXT AU', latin('\0ds.\x18\0\0\0\0\0\0\0')],
    ['amr', 'amr_nb', 'audio/amr', 'AMR', latin('#!AMR\n\x3c')],
    ['amr', 'amr_wb', 'audio/amr-wb', 'AMR-WB', latin('#!AMR-WB\n\x3c')],
    ['m4a', undefined, 'audio/mp4', 'M4A', ftyp('M4A ')],
    ['m4a', 'alac', 'audio/mp4', 'M4A', bytes(ftyp('M4B '), box('moov', stsd('alac')))],
    ['mp4', 'aac', 'audio/mp4', 'MP4', bytes(ftyp('isom'), box('moov', stsd('mp4a')))],
    ['mp4', 'aac', 'video/mp4', 'MP4', bytes(ftyp('mp42'), box('moov', stsd('avc1'), stsd('mp4a')))],
    ['3gp', 'amr_nb', 'audio/3gpp', '3GP', bytes(ftyp('3gp4'), box('moov', stsd('samr')))],
    ['mov', undefined, 'video/quicktime', 'QuickTime', ftyp('qt  ')],
    ['mov', undefined, 'video/quicktime', 'QuickTime', box('mdat', Buffer.alloc(20, 3))],
    ['webm', 'opus', 'audio/webm', 'WebM', ebml('webm', 'A_OPUS')],
    [
      'webm',
      'opus',
      'audio/webm',
      'WebM',
      bytes(ebml('webm', 'A_OPUS'), [0x1f, 0x43, 0xb6, 0x75, 0x86, 0x85], 'V_VP8'),
    ],
    ['webm', 'vorbis', 'video/webm', 'WebM', ebml('webm', 'V_VP9', 'A_VORBIS')],
    ['matroska', 'aac', 'audio/x-matroska', 'Matroska', ebml('matroska', 'A_AAC')],
    ['aac', 'aac', 'audio/aac', 'AAC', adts(3)],
    ['mp3', 'mp3', 'audio/mpeg', 'MP3', mp3(2)],
    ['mp3', 'mp3', 'audio/mpeg', 'MP3', stream([0xff, 0xf3, 0x80, 0xc0], 208, 2)],
    ['mp3', 'mp3', 'audio/mpeg', 'MP3', stream([0xff, 0xe3, 0x18, 0xc0], 72, 2)],
    ['mp3', 'mp2', 'audio/mpeg', 'MP2', stream([0xff, 0xfd, 0xa4, 0x00], 576, 2)],
    ['mp3', 'mp1', 'audio/mpeg', 'MP1', stream([0xff, 0xff, 0xc4, 0x00], 384, 2)],
    ['wavpack', 'wavpack', 'audio/x-wavpack', 'WavPack', latin('wvpk\x20\0\0\0')],
    [
      'asf',
      undefined,
      'audio/x-ms-wma',
      'Windows Media',
      latin('\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c'),
    ],
    [
      'other',
      undefined,
      'audio/ac3',
      'AC-3 (Dolby Digital)',
      stream([0x0b, 0x77, 0, 0, 0x1e, 0x40], 1792, 2),
    ],
    [
      'other',
      undefined,
      'audio/ac3',
      'AC-3 (Dolby Digital)',
      bytes(
        stream([0x0b, 0x77, 0, 0, 0x5e, 0x40], 1950, 1),
        stream([0x0b, 0x77, 0, 0, 0x5f, 0x40], 1952, 1),
        [0x0b, 0x77, 0, 0, 0x5e, 0x40],
      ),
    ],
    [
      'other',
      undefined,
      'audio/eac3',
      'E-AC-3 (Dolby Digital Plus)',
      stream([0x0b, 0x77, 0x01, 0x7f, 0x3f, 0x86], 768, 2),
    ],
    ['other', undefined, 'audio/vnd.dts', 'DTS', latin('\x7f\xfe\x80\x01\xfc')],
    ['other', undefined, 'audio/vnd.dolby.mlp', 'Dolby TrueHD', latin('\xa0\x76\xff\xd8\xf8\x72\x6f\xba')],
    ['other', undefined, 'audio/x-tta', 'TTA', latin('TTA1\x01\0\x02\0')],
    ['other', undefined, 'audio/x-dsf', 'DSD (DSF)', latin('DSD \x1c\0\0\0\0\0\0\0')],
    ['other', undefined, 'audio/x-dff', 'DSD (DSDIFF)', latin('FRM8\0\0\0\0\0\0\0\0DSD ')],
  ] as const)('%s %s %s', (container, codec, mimeType, name, head) => {
    expect(identify(head)).toEqual({ container, ...(codec === undefined ? {} : { codec }), mimeType, name });
  });

  test('one frame header proves nothing, nor does a second one of another kind', () => {
    expect(identify(mp3(1))).toBeUndefined();
    expect(identify(adts(1))).toBeUndefined();
    expect(identify(stream([0x0b, 0x77, 0, 0, 0x1e, 0x40], 1792, 1))).toBeUndefined();
    expect(identify(bytes(mp3(1), stream([0xff, 0xf3, 0x80, 0xc0], 208, 1)))).toBeUndefined();
  });

  test('garbage before a stream is passed over, but then two frames are not enough', () => {
    const garbage = Buffer.alloc(100, 0xfe);
    expect(identify(bytes(garbage, mp3(2)))).toBeUndefined();
    expect(identify(bytes(garbage, mp3(4)))?.container).toBe('mp3');
    expect(identify(bytes(garbage, adts(4)))?.container).toBe('aac');
  });

  test('an ID3v2 tag is passed over by its size', () => {
    expect(identify(bytes(id3(500), mp3(2)))?.container).toBe('mp3');
    expect(identify(bytes(id3(500, true), adts(2)))?.container).toBe('aac');
    expect(identify(bytes(id3(20), id3(30), 'fLaC\0\0\0\x22'))?.container).toBe('flac');
    expect(identify(bytes(id3(20), 'nothing that is audio'))).toBeUndefined();
    expect(describeContent(bytes(id3(20), 'nothing that is audio'))).toBe('an ID3 tag and then text');
  });

  test('a tag longer than what is there counts as MP3, and so does one with the start of a frame', () => {
    expect(identify(id3(70_000).subarray(0, HEAD_BYTES))?.container).toBe('mp3');
    expect(identify(bytes(id3(20), mp3(1)))?.codec).toBe('mp3');
  });

  test('never fails on random bytes and never takes them for audio', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 4000, size: 'max' }), (random) => {
        expect(identify(random)).toBeUndefined();
        expect(describeContent(random)).toBeTruthy();
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  test('never fails on random bytes behind a signature', () => {
    const signatures = [
      'OggS\0\x02',
      '\0\0\0\x14ftypisom',
      '\x1a\x45\xdf\xa3',
      'ID3\x03\0\0\0\0\0\x03',
      'caff\0\x01\0\0desc',
      '\xff\xfb\x90',
      'RIFF',
    ];
    fc.assert(
      fc.property(fc.constantFrom(...signatures), fc.uint8Array({ maxLength: 300 }), (signature, random) => {
        identify(bytes(signature, random));
        expect(describeContent(bytes(signature, random))).toBeTruthy();
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('describeContent', () => {
  test.each([
    ['', 'empty'],
    ['hello, this is a note\n', 'text'],
    ['Grüße aus dem Büro', 'text'],
    ['\xef\xbb\xbf<!doctype HTML>\n<html>', 'HTML'],
    ['\n<html lang="en"><body>', 'HTML'],
    ['<?xml version="1.0"?><Error/>', 'XML'],
    ['{"error":"not found"}', 'JSON'],
    ['version https://git-lfs.github.com/spec/v1\n', 'a Git LFS pointer'],
    ['#EXTM3U\nsong.mp3\n', 'a playlist'],
    ['ID3 is a kind of tag', 'text'],
    ['%PDF-1.4', 'a PDF'],
    ['PK\x03\x04\x14', 'a ZIP archive'],
    ['\x89PNG\r\n\x1a\n', 'a PNG image'],
    ['\xff\xd8\xff\xe0', 'a JPEG image'],
    ['RIFF\0\0\0\0WEBPVP8 ', 'a WebP image'],
    ['RIFF\0\0\0\0AVI LIST', 'an AVI video'],
    ['\0\0\0\x18ftypheic\0\0\0\0', 'an image'],
    ['\0\0\0\0\0\0', 'nothing but zero bytes'],
    ['\x01\x02\x03\xf0', 'unknown binary data'],
    ['RIFF\x05', 'unknown binary data'],
    ['fLaC\0\0\0\x22', 'FLAC audio'],
  ])('%j', (head, content) => {
    expect(describeContent(latin(head))).toBe(content);
  });

  test('text in UTF-8 that is cut inside a character, in UTF-16 and in an 8-bit encoding', () => {
    expect(describeContent(Buffer.from('Zażółć gęślą jaźń').subarray(0, -1))).toBe('text');
    expect(describeContent(bytes([0xff, 0xfe], Buffer.from('some words', 'utf16le')))).toBe('text');
    expect(describeContent(latin('une fenêtre ouverte sur la mer'))).toBe('text');
  });

  test('an image is no video, whatever its container', () => {
    expect(identify(latin('\0\0\0\x18ftypavif\0\0\0\0'))).toBeUndefined();
  });
});

describe('identifyFile', () => {
  test('gives type, size and content', async () => {
    const path = await folder.file('named.txt', mp3(3));
    expect(await identifyFile(path)).toEqual({
      type: { container: 'mp3', codec: 'mp3', mimeType: 'audio/mpeg', name: 'MP3' },
      size: 1251,
      content: 'MP3 audio',
    });
    expect(await identifyFile(await folder.file('a.wav', 'words'))).toEqual({
      type: undefined,
      size: 5,
      content: 'text',
    });
  });

  test('looks behind a tag that is longer than 64 KiB', async () => {
    const path = await folder.file('art.mp3', bytes(id3(100_000), 'fLaC\0\0\0\x22'));
    expect((await identifyFile(path)).type?.container).toBe('flac');
  });
});
