import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isInShard, parseShard, shardOf } from '../../src/bulk/shard.ts';
import { failureOf } from '../shared/folder.ts';
import { anyText } from '../shared/text.ts';

describe('shards', () => {
  it('are read', () => {
    expect(parseShard('2/8')).toEqual({ index: 2, count: 8 });
    expect(parseShard(' 1 / 1 ')).toEqual({ index: 1, count: 1 });
  });

  it.each(['', '0/8', '9/8', '2', '2/0', '-1/2', '1.5/2', '1/10001', 'a/b'])(
    '%j is refused',
    async (text) => {
      expect((await failureOf(() => parseShard(text))).type).toBe('usage');
    },
  );

  it('share every key out exactly once', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 50 }), (key, count) => {
        const shards = Array.from({ length: count }, (_, i) => ({ index: i + 1, count }));
        expect(shards.filter((shard) => isInShard(key, shard))).toHaveLength(1);
      }),
    );
  });

  it('stay as they are from version to version', () => {
    expect(
      ['a', 'prompts/1.wav', 'prompts/2.wav', 'ä'].map((key) => shardOf(key, 1000)),
    ).toMatchInlineSnapshot(`
      [
        716,
        645,
        805,
        300,
      ]
    `);
  });

  it('are of about one size, also of names that are almost alike', () => {
    const sizes = Array<number>(8).fill(0);
    for (let i = 0; i < 8_000; i++) {
      const shard = shardOf(`prompts/prompt-${i}.wav`, 8) - 1;
      sizes[shard] = (sizes[shard] ?? 0) + 1;
    }
    for (const size of sizes) expect(Math.abs(size - 1_000)).toBeLessThan(120);
  });
});
