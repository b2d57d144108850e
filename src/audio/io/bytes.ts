/**
 * Reading of numbers and names from byte arrays. Everything past the end reads as 0 or as a shorter name,
 * so that a parser of hostile input checks lengths where they matter and nowhere else.
 */

/** The byte at `at`, or 0 past the end. */
export function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0;
}

/** Unsigned 16-bit little-endian number at `at`. */
export function u16le(bytes: Uint8Array, at: number): number {
  return byteAt(bytes, at) | (byteAt(bytes, at + 1) << 8);
}

/** Unsigned 32-bit little-endian number at `at`. */
export function u32le(bytes: Uint8Array, at: number): number {
  return u16le(bytes, at) + u16le(bytes, at + 2) * 0x10000;
}

/** Unsigned 64-bit little-endian number at `at`; above 2^53 the nearest double. */
export function u64le(bytes: Uint8Array, at: number): number {
  return u32le(bytes, at) + u32le(bytes, at + 4) * 0x100000000;
}

/** Unsigned 16-bit big-endian number at `at`. */
export function u16be(bytes: Uint8Array, at: number): number {
  return (byteAt(bytes, at) << 8) | byteAt(bytes, at + 1);
}

/** Unsigned 32-bit big-endian number at `at`. */
export function u32be(bytes: Uint8Array, at: number): number {
  return (
    byteAt(bytes, at) * 0x1000000 +
    (byteAt(bytes, at + 1) << 16) +
    (byteAt(bytes, at + 2) << 8) +
    byteAt(bytes, at + 3)
  );
}

/** Unsigned 64-bit big-endian number at `at`; above 2^53 the nearest double. */
export function u64be(bytes: Uint8Array, at: number): number {
  return u32be(bytes, at) * 0x100000000 + u32be(bytes, at + 4);
}

/** `length` bytes at `at` as Latin-1 characters. */
export function chars(bytes: Uint8Array, at: number, length: number): string {
  let text = '';
  for (let i = at; i < Math.min(at + length, bytes.length); i++)
    text += String.fromCharCode(byteAt(bytes, i));
  return text;
}

/** Whether the characters of `text` (Latin-1) stand at `at`. */
export function hasChars(bytes: Uint8Array, at: number, text: string): boolean {
  if (at + text.length > bytes.length) return false;
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text.charCodeAt(i)) return false;
  return true;
}

/** Position of the characters of `text` (Latin-1) at or after `from`, or -1. */
export function findChars(bytes: Uint8Array, text: string, from = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(text, from, 'latin1');
}
