import { byteAt, chars, hasChars, u32be } from '../io/bytes.ts';

/** Signatures at the start of common files that hold no audio this room could read. */
const SIGNATURES: readonly (readonly [signature: string, what: string])[] = [
  ['%PDF-', 'a PDF'],
  ['PK\x03\x04', 'a ZIP archive'],
  ['PK\x05\x06', 'a ZIP archive'],
  ['\x89PNG\r\n\x1a\n', 'a PNG image'],
  ['\xff\xd8\xff', 'a JPEG image'],
  ['GIF87a', 'a GIF image'],
  ['GIF89a', 'a GIF image'],
  ['II*\x00', 'a TIFF image'],
  ['MM\x00*', 'a TIFF image'],
  ['\x1f\x8b', 'a gzip archive'],
  ['BZh', 'a bzip2 archive'],
  ['\xfd7zXZ\x00', 'an xz archive'],
  ['(\xb5/\xfd', 'a zstd archive'],
  ["7z\xbc\xaf'\x1c", 'a 7z archive'],
  ['Rar!\x1a\x07', 'a RAR archive'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'an old Microsoft Office document'],
  ['SQLite format 3\x00', 'an SQLite database'],
  ['MThd', 'a MIDI file (notes, not sound)'],
  ['RIFX', 'big-endian WAV (RIFX)'],
  ['FLV\x01', 'a Flash video'],
  ['\x00\x00\x01\xba', 'an MPEG video'],
  ['\x00\x00\x01\xb3', 'an MPEG video'],
  ['\x7fELF', 'a program'],
  ['\xcf\xfa\xed\xfe', 'a program'],
  ['\xca\xfe\xba\xbe', 'a program'],
];

/** What RIFF files hold by their form type, when it is not WAVE. */
const RIFF_FORMS: Readonly<Record<string, string>> = {
  'AVI ': 'an AVI video',
  WEBP: 'a WebP image',
  RMID: 'a MIDI file (notes, not sound)',
};

/** Brands of still images that share the ISO base media container with MP4 (ISO/IEC 23008-12, AVIF). */
const IMAGE_BRANDS = /^(hei[cxms]|hev[cx]|mif1|msf1|avi[fs]|crx |jp[2xm] )$/;

/**
 * What a file that is not audio holds, judged by its first bytes: `empty`, `text`, `HTML`, `a PDF` and so on,
 * to stand after "holds". Undefined for anything not known, which may still be audio.
 */
export function nonAudioContent(head: Uint8Array): string | undefined {
  if (head.length === 0) return 'empty';
  for (const [signature, what] of SIGNATURES) if (hasChars(head, 0, signature)) return what;
  if (hasChars(head, 0, 'RIFF') && head.length >= 12) return RIFF_FORMS[chars(head, 8, 4)];
  if (hasChars(head, 4, 'ftyp') && IMAGE_BRANDS.test(chars(head, 8, 4))) return 'an image';
  if (hasChars(head, 257, 'ustar')) return 'a tar archive';
  if (isTransportStream(head)) return 'an MPEG transport stream';
  if (head.every((byte) => byte === 0)) return 'nothing but zero bytes';
  const text = decodeText(head);
  if (text !== undefined) return kindOfText(text);
  // Two letters prove little, but text has been ruled out and the field at 60 points to the real header.
  if (hasChars(head, 0, 'MZ') && head.length >= 64 && byteAt(head, 62) === 0 && byteAt(head, 63) === 0)
    return 'a program';
  return undefined;
}

/** ISO/IEC 13818-1 §2.4.3.2: packets of 188 bytes that begin with 0x47. */
function isTransportStream(head: Uint8Array): boolean {
  if (head.length < 4 * 188 + 1) return false;
  for (let i = 0; i <= 4; i++) if (head[i * 188] !== 0x47) return false;
  return true;
}

const CONTROL = /[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]/;

/** `head` as text, or undefined when it is not. Its last character may be cut. */
function decodeText(head: Uint8Array): string | undefined {
  const mark = u32be(head, 0) >>> 16;
  const isUtf16 = head.length >= 4 && (mark === 0xfffe || mark === 0xfeff);
  const encoding = isUtf16 ? (mark === 0xfffe ? 'utf-16le' : 'utf-16be') : 'utf-8';
  try {
    const text = new TextDecoder(encoding, { fatal: true }).decode(head, { stream: true });
    return CONTROL.test(text) ? undefined : text;
  } catch {
    return isLatinText(head) ? chars(head, 0, head.length) : undefined;
  }
}

/** Text in an old 8-bit encoding: no control bytes, and most of it plain ASCII. */
function isLatinText(head: Uint8Array): boolean {
  let beyondAscii = 0;
  for (const byte of head) {
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d) return false;
    if (byte >= 0x7f) beyondAscii++;
  }
  return beyondAscii < head.length * 0.3;
}

function kindOfText(text: string): string {
  const start = text.slice(0, 1024).trimStart();
  if (/^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*<(!doctype\s+html|html|head|body)\b/is.test(start)) return 'HTML';
  if (/^<\?xml|^<[a-z][\w:-]*[\s>]/i.test(start)) return 'XML';
  if (/^\{\s*["}]|^\[\s*["{[\]\d-]/.test(start)) return 'JSON';
  if (start.startsWith('{\\rtf')) return 'an RTF document';
  if (start.startsWith('#EXTM3U') || start.startsWith('[playlist]')) return 'a playlist';
  if (start.startsWith('version https://git-lfs')) return 'a Git LFS pointer';
  return 'text';
}
