import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fitsPattern } from '../../src/commands/file-patterns.ts';

it.each([
  ['a.wav', '*.wav', true],
  ['a.wav', '?.wav', true],
  ['ab.wav', '?.wav', false],
  ['b.wav', '[a-c].wav', true],
  ['d.wav', '[a-c].wav', false],
  ['d.wav', '[!a-c].wav', true],
  ['].wav', '[]].wav', true],
  ['-', '[a-]', true],
  ['[a', '[a', true],
  ['', '*', true],
  ['abcabc', 'a*c*c', true],
  ['abcab', 'a*c*c', false],
  ['😀.wav', '?.wav', true],
])('%j fits %j: %s', (name, pattern, fits) => {
  expect(fitsPattern(name, pattern)).toBe(fits);
});

it('a name fits itself with any of its letters as ? and any part of it as *', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('a', 'b', '.', '-')), fc.nat(), fc.nat(), (letters, at, length) => {
      const name = letters.join('');
      const begin = at % (letters.length + 1);
      expect(fitsPattern(name, `${name.slice(0, begin)}*${name.slice(begin + (length % 4))}`)).toBe(true);
      expect(fitsPattern(name, letters.map(() => '?').join(''))).toBe(true);
    }),
  );
});

it('many stars take no more time than the product of both lengths', () => {
  expect(fitsPattern('a'.repeat(20_000), `${'*a'.repeat(50)}*b`)).toBe(false);
});
