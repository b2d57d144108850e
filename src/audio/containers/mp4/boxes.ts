import { chars, u32be } from '../../io/bytes.ts';
import type { Window } from '../../io/window.ts';

/** A box in memory. `body` is what stands behind its header, less where the box claims more than there is. */
export interface Box {
  type: string;
  body: Uint8Array;
}

/**
 * The boxes that stand in `bytes` from `from` on, until their end or something that is no box.
 *
 * Source: ISO/IEC 14496-12 §4.2: a 32-bit size (1: a 64-bit one follows the type; 0: to the end), a type.
 */
export function* boxesIn(bytes: Uint8Array, from = 0): Generator<Box, void, undefined> {
  for (let at = from; at + 8 <= bytes.length; ) {
    const { type, headerBytes, size } = headerAt(bytes, at, bytes.length - at);
    if (size < headerBytes) return;
    yield { type, body: bytes.subarray(at + headerBytes, Math.min(at + size, bytes.length)) };
    at += size;
  }
}

/** The body of the first box in `bytes` that is reached by `path`, from outside in; undefined when there is none. */
export function findBox(bytes: Uint8Array, ...path: readonly string[]): Uint8Array | undefined {
  let body: Uint8Array | undefined = bytes;
  for (const type of path) {
    body = firstBox(body, type);
    if (body === undefined) return undefined;
  }
  return body;
}

function firstBox(bytes: Uint8Array, type: string): Uint8Array | undefined {
  for (const box of boxesIn(bytes)) if (box.type === type) return box.body;
  return undefined;
}

/** A box of the file itself: where it stands, and where it says that it ends (beyond the file, when that is cut). */
export interface FileBox {
  type: string;
  start: number;
  bodyStart: number;
  end: number;
}

/** The box of the file at `position`, or undefined when there is none: at the end, or where other bytes stand. */
export async function boxAt(window: Window, position: number): Promise<FileBox | undefined> {
  const bytes = await window.read(position, 16);
  if (bytes.length < 8) return undefined;
  const { type, headerBytes, size } = headerAt(bytes, 0, window.source.size - position);
  if (size < headerBytes || !/^[ -~\xa9]{4}$/.test(type)) return undefined;
  return { type, start: position, bodyStart: position + headerBytes, end: position + size };
}

function headerAt(bytes: Uint8Array, at: number, left: number) {
  const type = chars(bytes, at + 4, 4);
  const size = u32be(bytes, at);
  if (size === 0) return { type, headerBytes: 8, size: left };
  if (size !== 1) return { type, headerBytes: 8, size };
  return { type, headerBytes: 16, size: u32be(bytes, at + 8) * 0x100000000 + u32be(bytes, at + 12) };
}
