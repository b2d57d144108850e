import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { closest } from '../../src/shared/similar.ts';

const KEYS = ['answer', 'answered', 'transcript', 'first_audio', 'turn', 'say'];

describe('the word that may have been meant', () => {
  it.each([
    ['anwser', 'answer'],
    ['transkript', 'transcript'],
    ['first-audio', 'first_audio'],
    ['FirstAudio', 'first_audio'],
    ['sya', 'say'],
    ['trun', 'turn'],
  ])('%s: %s', (word, meant) => {
    expect(closest(word, KEYS)).toBe(meant);
  });

  it.each(['banana', '', 'x', 'a'.repeat(10_000)])('none for %.20s', (word) => {
    expect(closest(word, KEYS)).toBeUndefined();
  });

  it('is the word itself where that is known', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.stringMatching(/^[a-z_]{1,20}$/), { minLength: 1 }), (known) => {
        for (const word of known) expect(closest(word, known)).toBe(word);
      }),
    );
  });
});
