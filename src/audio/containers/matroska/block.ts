import { byteAt } from '../../io/bytes.ts';
import { elementsIn, ID, intOf, sizeAt } from './ebml.ts';

/** The frames of a block: where each begins, and where the last ends. Undefined when it is damaged. */
export type FrameBounds = readonly number[] | undefined;

/**
 * The frames of the `SimpleBlock` or `Block` whose body stands in `bytes` from `start` to `end`.
 *
 * Source: RFC 9559 §10.1 (track number, 16-bit timestamp, flags) and §10.3 (lacing: none, Xiph, EBML, fixed).
 */
export function framesOf(bytes: Uint8Array, start: number, end: number): FrameBounds {
  const at = start + (sizeAt(bytes, start)?.length ?? end) + 3;
  if (at > end) return undefined;
  const lacing = (byteAt(bytes, at - 1) >> 1) & 3;
  if (lacing === 0) return [at, end];
  if (at === end) return undefined;
  const count = byteAt(bytes, at) + 1;
  const block = bytes.subarray(0, end);
  if (lacing === 1) return xiphLacing(block, at + 1, count);
  if (lacing === 3) return ebmlLacing(block, at + 1, count);
  return fixedLacing(block, at + 1, count);
}

/** Sizes as sums of bytes, up to the first that is not 255; the last frame takes the rest. */
function xiphLacing(block: Uint8Array, from: number, count: number): FrameBounds {
  const sizes: number[] = [];
  let at = from;
  for (let i = 1; i < count; i++) {
    let size = 0;
    let byte = 255;
    while (byte === 255) {
      if (at >= block.length) return undefined;
      byte = byteAt(block, at++);
      size += byte;
    }
    sizes.push(size);
  }
  return boundsOf(sizes, at, block.length);
}

/** The first size as it is, each next as its difference to the one before. */
function ebmlLacing(block: Uint8Array, from: number, count: number): FrameBounds {
  const sizes: number[] = [];
  let at = from;
  let size = 0;
  for (let i = 1; i < count; i++) {
    const field = sizeAt(block, at);
    if (field === undefined) return undefined;
    // Differences are stored with an offset that puts 0 into the middle of their range.
    size += i === 1 ? field.value : field.value - (2 ** (7 * field.length - 1) - 1);
    if (size < 0 || size > block.length) return undefined;
    sizes.push(size);
    at += field.length;
  }
  return boundsOf(sizes, at, block.length);
}

function fixedLacing(block: Uint8Array, from: number, count: number): FrameBounds {
  const size = (block.length - from) / count;
  return Number.isInteger(size)
    ? boundsOf(new Array<number>(count - 1).fill(size), from, block.length)
    : undefined;
}

function boundsOf(sizes: readonly number[], from: number, end: number): FrameBounds {
  const bounds = [from];
  let at = from;
  for (const size of sizes) {
    at += size;
    bounds.push(at);
  }
  bounds.push(end);
  return at <= end ? bounds : undefined;
}

/** The number of the track of the block whose body begins at `at`; undefined when that is cut. */
export function trackOf(bytes: Uint8Array, at: number): number | undefined {
  return sizeAt(bytes, at)?.value;
}

/** The block in the body of a `BlockGroup`, and how much is to be cut at its end, in nanoseconds. */
export function readGroup(group: Uint8Array): { block: Uint8Array | undefined; discard: number } {
  let block: Uint8Array | undefined;
  let discard = 0;
  for (const { id, body } of elementsIn(group)) {
    if (id === ID.block) block ??= body;
    else if (id === ID.discardPadding) discard = Math.max(0, intOf(body));
  }
  return { block, discard };
}
