/** Parts of a run for several machines: `2/8` is the second of eight. */
import { CliError } from '../shared/errors.ts';

export interface Shard {
  /** From 1 to `count`. */
  index: number;
  count: number;
}

const MAX_SHARDS = 10_000;

/** @throws CliError `usage` for anything but two whole numbers such as `2/8` */
export function parseShard(text: string): Shard {
  const match = /^\s*(\d{1,5})\s*\/\s*(\d{1,5})\s*$/.exec(text);
  const [index, count] = [Number(match?.[1]), Number(match?.[2])];
  if (match !== null && index >= 1 && index <= count && count <= MAX_SHARDS) return { index, count };
  throw new CliError('usage', `${JSON.stringify(text)} is no part of a run`, {
    hint: `Give it as 2/8 for the second of eight parts, of ${MAX_SHARDS} at most.`,
  });
}

/** FNV-1a of the UTF-8 bytes, 32 bits, its bits mixed once more, since few differ between keys that are almost alike. */
function hash(key: string): number {
  let value = 0x811c9dc5;
  for (const byte of Buffer.from(key, 'utf8')) value = Math.imul(value ^ byte, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

/** The part that a key belongs to, from 1. It depends on the key alone: other keys that come or go do not move it. */
export function shardOf(key: string, count: number): number {
  return (hash(key) % count) + 1;
}

export function isInShard(key: string, shard: Shard): boolean {
  return shardOf(key, shard.count) === shard.index;
}
