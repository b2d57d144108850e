/** What was found, line by line: the form of `doctor` and `voice check`. */
import { cleanLine } from '../output/clean.ts';
import type { Invocation } from './invocation.ts';

export interface FindingLine {
  result: 'ok' | 'warning' | 'failure' | 'not tried';
  name: string;
  message: string;
  /** What to do, on a line of its own. */
  hint?: string | null;
}

const COLOURS = { ok: 'green', warning: 'magenta', failure: 'red', 'not tried': 'dim' } as const;
const MARKS = { ok: '✓', warning: '!', failure: '✗', 'not tried': '·' } as const;

/** @param marks signs instead of words, where standard output is a terminal that can draw them */
export async function writeFinding(
  { terminal, colourOut, write }: Invocation,
  { result, name, message, hint = null }: FindingLine,
  marks = false,
): Promise<void> {
  const drawn = marks && terminal.outIsTerminal && terminal.drawsUnicode;
  const [sign, width] = drawn ? [MARKS[result], 1] : [result, marks ? 9 : 8];
  // A sign alone would not say it.
  const text = drawn && result === 'not tried' && message === '' ? result : message;
  const line = `${name.padEnd(12)} ${cleanLine(text)}`.trimEnd();
  await write(`${colourOut[COLOURS[result]](sign.padEnd(width))} ${line}\n`);
  if (hint !== null) await write(`${' '.repeat(width + 14)}${cleanLine(hint)}\n`);
}
