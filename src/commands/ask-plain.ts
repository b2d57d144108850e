/**
 * Questions for a screen reader: whole lines on standard error and answers as the terminal itself takes them, with
 * nothing redrawn under the cursor.
 */
import { createInterface } from 'node:readline/promises';
import { cleanLine } from '../output/clean.ts';
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';

interface Choice {
  name: string;
  value: string;
  description?: string;
}

/**
 * Asks until the answer is one.
 *
 * @param validate says what is wrong with an answer
 * @throws CliError `cancelled` when the input has ended; the reason of the signal when that comes first
 */
export async function askLine(
  invocation: Invocation,
  message: string,
  validate: (value: string) => true | string,
): Promise<string> {
  const { stdin, stderr, signal } = invocation.ctx;
  const lines = createInterface({ input: stdin, terminal: false });
  let stop: () => void = () => {};
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    lines.once('close', () =>
      reject(new CliError('cancelled', 'The input ended before the question was answered')),
    );
    signal.addEventListener('abort', stop, { once: true });
  });
  ended.catch(() => {});
  try {
    for (;;) {
      signal.throwIfAborted();
      stderr.write(`${cleanLine(message)}: `);
      const answer = await Promise.race([
        new Promise<string>((resolve) => lines.once('line', resolve)),
        ended,
      ]);
      const problem = validate(answer);
      if (problem === true) return answer;
      stderr.write(`${problem}.\n`);
    }
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
  }
}

/**
 * Asks for one or several of numbered choices.
 *
 * @param most how many may be chosen
 * @returns the values, in the order of the choices
 */
export async function askFrom(
  invocation: Invocation,
  message: string,
  choices: readonly Choice[],
  most = choices.length,
): Promise<string[]> {
  const { stderr } = invocation.ctx;
  for (const [index, { name, description = '' }] of choices.entries())
    stderr.write(`${index + 1}: ${cleanLine(description === '' ? name : `${name}. ${description}`)}\n`);
  const chosenBy = (answer: string) => {
    const words = answer.split(/[\s,]+/).filter((word) => word !== '');
    return words.map((word) => choices[Number(word) - 1] ?? choices.find(({ value }) => value === word));
  };
  const how = most === 1 ? 'A number' : 'Numbers with blanks between, none if empty';
  const answer = await askLine(invocation, `${message} ${how}, from 1 to ${choices.length}`, (text) => {
    const chosen = chosenBy(text);
    if (chosen.includes(undefined)) return `Please give numbers from 1 to ${choices.length}`;
    return most > 1 || chosen.length === 1 || 'Please give one number';
  });
  const chosen = new Set(chosenBy(answer));
  return choices.filter((choice) => chosen.has(choice)).map(({ value }) => value);
}
