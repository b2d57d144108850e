import { CliError } from './errors.ts';

/**
 * The words of a command line that is started without a shell. Blanks part words; single quotes keep everything, double
 * quotes everything but `\"` and `\\`; outside of quotes a backslash escapes a blank or a quote and is itself anywhere
 * else, so that `C:\Tools\rec.exe` needs none. Nothing is expanded: no variables, patterns or pipes.
 *
 * @throws CliError `usage` when a quote is not closed
 */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < line.length; at++) {
    const char = line[at] as string;
    const next = line[at + 1] ?? '';
    if (char === '\\' && next !== '' && escapes(next, quote)) {
      word = (word ?? '') + next;
      at++;
    } else if (quote !== '') {
      if (char === quote) quote = '';
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (!/\s/.test(char)) word = (word ?? '') + char;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (quote !== '')
    throw new CliError('usage', `A quote (${quote}) is not closed in: ${line}`, {
      hint: 'Close it, or escape it with a backslash.',
    });
  return word === undefined ? words : [...words, word];
}

function escapes(next: string, quote: string): boolean {
  if (quote === "'") return false;
  return quote === '"' ? /["\\]/.test(next) : /[\s"']/.test(next);
}
