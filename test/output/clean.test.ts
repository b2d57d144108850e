import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanLine } from '../../src/output/clean.ts';

/** Controls (C0, C1), marks that reorder text, and line breaks of Unicode. */
const UNSAFE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]/u;

describe('text of a server', () => {
  it('keeps no control character and no bidi mark, of all that there are', () => {
    const left: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const cleaned = cleanLine(`a${String.fromCodePoint(code)}b`);
      if (UNSAFE.test(cleaned)) left.push(code.toString(16));
    }
    expect(left).toEqual([]);
  });

  it('keeps every character that only shows something', () => {
    const lost: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      const char = String.fromCodePoint(code);
      // The byte order mark shows nothing and is in the way at the start of a line.
      if (UNSAFE.test(char) || code === 0xfeff) continue;
      if (cleanLine(`a${char}b`) !== `a${char}b`) lost.push(code.toString(16));
    }
    expect(lost).toEqual([]);
  });

  it('holds no control character in any mixture', () => {
    const parts = fc.constantFrom(
      '\u001b',
      '\u009b',
      '[',
      ']',
      '31m',
      '8;;',
      '\u0007',
      '\\',
      'P',
      '\r',
      'x',
      '\u202e',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.array(parts, { maxLength: 30 }).map((list) => list.join('')),
    );
    fc.assert(
      fc.property(text, (given) => {
        expect(cleanLine(given)).not.toMatch(UNSAFE);
      }),
      { seed: 61, numRuns: 1_000 },
    );
  });

  it.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u001b[2J\u001b[Hgone', 'gone'],
    ['\u001b]0;title\u0007x', 'x'],
    ['\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u009b31mred', 'red'],
    ['one\r\ntwo\tthree\u2028four', 'one two three four'],
    ['safe\rEVIL', 'safe EVIL'],
    ['abc\u0008\u0008\u0008xyz', 'abcxyz'],
    ['invoice\u202egnp.exe', 'invoicegnp.exe'],
    ['a\u2066b\u2069c\u061cd', 'abcd'],
    ['', ''],
  ])('%j is shown as %j', (text, shown) => {
    expect(cleanLine(text)).toBe(shown);
  });

  it('is cleaned in good time, however it was made', () => {
    const begun = process.cpuUsage().user;
    for (const text of [
      `\u001b]${'a;'.repeat(100_000)}`,
      `\u001b[${';1'.repeat(100_000)}`,
      '\u001b]8;'.repeat(50_000),
      `\u001b${'['.repeat(200_000)}`,
    ])
      expect(cleanLine(text)).not.toMatch(UNSAFE);
    expect(process.cpuUsage().user - begun).toBeLessThan(2_000_000);
  });
});
