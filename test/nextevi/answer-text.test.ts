import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerText } from '../../src/nextevi/messages.ts';

/** The text after some chunks of one answer, and what each of them added. */
function read(chunks: readonly string[], generation: string | undefined = 'g') {
  const answer = new AnswerText();
  const added = chunks.map((chunk) => answer.add(chunk, generation));
  return { text: answer.text, added };
}

/** A text and places to cut it at. */
const cutText = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .chain((text) =>
    fc
      .array(fc.nat(text.length), { maxLength: 8 })
      .map((cuts) => ({ text, ends: [...cuts.sort((a, b) => a - b), text.length] })),
  );

describe('the text of an answer', () => {
  it('is put together of pieces', () => {
    expect(read(['Good ', 'day', '.'])).toEqual({ text: 'Good day.', added: ['Good ', 'day', '.'] });
  });

  it('is taken from chunks that repeat all before them', () => {
    expect(read(['Good ', 'Good day', 'Good day.'])).toEqual({
      text: 'Good day.',
      added: ['Good ', 'day', '.'],
    });
  });

  it('is not doubled by a last chunk that repeats all of it', () => {
    expect(read(['Good day.', 'Good day.'])).toEqual({ text: 'Good day.', added: ['Good day.', ''] });
    expect(read(['Good ', 'day.', 'Good day.']).text).toBe('Good day.');
  });

  it('keeps a piece that repeats only the piece before it', () => {
    expect(read(['Well, ', 'no, ', 'no, ', 'no.']).text).toBe('Well, no, no, no.');
  });

  it('is not changed by empty chunks', () => {
    expect(read(['', 'Good', '', ' day', '']).text).toBe('Good day');
  });

  it('begins anew with a new generation', () => {
    const answer = new AnswerText();
    answer.add('First', 'g-1');
    expect(answer.add('First of all', 'g-2')).toBe('First of all');
    expect(answer.text).toBe('First of all');
  });

  it('goes on where a chunk names no generation', () => {
    const answer = new AnswerText();
    answer.add('Good', 'g-1');
    answer.add(' day', undefined);
    answer.add('.', 'g-1');
    expect(answer.text).toBe('Good day.');
  });

  it('begins anew after a reset, even in the same generation', () => {
    const answer = new AnswerText();
    answer.add('Good day', 'g-1');
    answer.reset();
    expect(answer.text).toBe('');
    answer.add('Good', 'g-1');
    expect(answer.text).toBe('Good');
  });

  it('is the text for any split of it into prefixes', () => {
    fc.assert(
      fc.property(cutText, ({ text, ends }) => {
        const { text: got, added } = read(ends.map((end) => text.slice(0, end)));
        expect(got).toBe(text);
        expect(added.join('')).toBe(text);
      }),
      { seed: 21, numRuns: 500 },
    );
  });

  it('is the text for any split into pieces none of which begins with all before it', () => {
    fc.assert(
      fc.property(cutText, fc.boolean(), ({ text, ends }, named) => {
        const pieces = ends.map((end, index) => text.slice(ends[index - 1] ?? 0, end));
        // By the rule of the reference such a piece reads as a repetition.
        fc.pre(
          pieces.every((piece, index) => {
            const before = pieces.slice(0, index).join('');
            return before === '' || !piece.startsWith(before);
          }),
        );
        const { text: got, added } = read(pieces, named ? 'g' : undefined);
        expect(got).toBe(text);
        expect(added).toEqual(pieces);
      }),
      { seed: 22, numRuns: 500 },
    );
  });
});
