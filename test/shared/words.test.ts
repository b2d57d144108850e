import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellQuote } from '../../src/shared/shell.ts';
import { splitWords } from '../../src/shared/words.ts';
import { anyText } from './text.ts';

describe('the words of a command line', () => {
  it.each([
    ['', []],
    [' \t ', []],
    ['arecord', ['arecord']],
    [' ffmpeg  -f alsa\t-i default ', ['ffmpeg', '-f', 'alsa', '-i', 'default']],
    ["aplay -D 'hw:1 two'", ['aplay', '-D', 'hw:1 two']],
    ['--name="a b"c', ['--name=a bc']],
    [`'' ""`, ['', '']],
    ['a\\ b \\"c\\"', ['a b', '"c"']],
    ['"a\\"b\\\\" \'a\\"b\'', ['a"b\\', 'a\\"b']],
    ['C:\\Tools\\rec.exe -x', ['C:\\Tools\\rec.exe', '-x']],
    ['"C:\\Program Files\\rec.exe"', ['C:\\Program Files\\rec.exe']],
    ['a $HOME *.wav | b', ['a', '$HOME', '*.wav', '|', 'b']],
    ['ends with \\', ['ends', 'with', '\\']],
  ])('%j', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each(['"', "it's", 'a "b\\"'])('a quote that is not closed: %j', (line) => {
    expect(() => splitWords(line)).toThrow(/quote \(["']\) is not closed/);
  });

  it('reads back what shellQuote wrote', () => {
    fc.assert(
      fc.property(fc.array(anyText), (words) => {
        expect(splitWords(words.map(shellQuote).join(' '))).toEqual(words);
      }),
    );
  });
});
