/** Questions to a person, on standard error: standard output carries data alone. */
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';

/** Runs one inquirer prompt; Ctrl-C is an interruption, a closed input a cancellation. */
async function ask<T>(invocation: Invocation, question: Record<string, unknown>): Promise<T> {
  const { createPromptModule } = await import('inquirer');
  const { stdin, stderr, signal } = invocation.ctx;
  const prompt = createPromptModule({ input: stdin, output: stderr, signal });
  try {
    const answers = (await prompt([{ name: 'answer', ...question }] as never)) as { answer: T };
    return answers.answer;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (error instanceof Error && /ExitPrompt|AbortPrompt/.test(error.name))
      throw new CliError('interrupted', 'Interrupted: nothing was done');
    throw error;
  }
}

export function askText(
  invocation: Invocation,
  message: string,
  options: { optional?: boolean; check?: (value: string) => true | string } = {},
): Promise<string> {
  const validate = (value: string) => {
    if (value.trim() === '') return options.optional === true || 'Please give a value';
    return options.check?.(value) ?? true;
  };
  if (invocation.terminal.plain) return askLine(invocation, message, validate);
  return ask(invocation, { type: 'input', message, validate });
}

async function askLine(
  invocation: Invocation,
  message: string,
  validate: (value: string) => true | string,
): Promise<string> {
  return (await import('./ask-plain.ts')).askLine(invocation, message, validate);
}

export async function askChoice(
  invocation: Invocation,
  message: string,
  values: readonly string[],
): Promise<string> {
  if (invocation.terminal.plain) {
    const choices = values.map((value) => ({ name: value, value }));
    const [chosen = ''] = await (await import('./ask-plain.ts')).askFrom(invocation, message, choices, 1);
    return chosen;
  }
  return ask(invocation, { type: 'select', message, choices: [...values] });
}

export async function askSeveral(
  invocation: Invocation,
  message: string,
  choices: readonly { name: string; value: string; description: string }[],
): Promise<string[]> {
  if (invocation.terminal.plain)
    return (await import('./ask-plain.ts')).askFrom(invocation, message, choices);
  return ask(invocation, { type: 'checkbox', message, choices: [...choices], pageSize: 15 });
}

export async function askConfirmation(invocation: Invocation, message: string): Promise<boolean> {
  if (invocation.terminal.plain) {
    const yesOrNo = (value: string) => /^(y|yes|n|no|)$/i.test(value.trim()) || 'Please answer yes or no';
    return /^y/i.test((await askLine(invocation, `${message} Yes or no, no if empty`, yesOrNo)).trim());
  }
  return ask(invocation, { type: 'confirm', message, default: false });
}

/** Asks without showing what is typed. */
export function askSecret(invocation: Invocation, message: string): Promise<string> {
  return ask(invocation, {
    type: 'password',
    message,
    // A terminal that is plain gets no marks that change under the cursor.
    ...(invocation.terminal.plain ? { theme: { prefix: '' } } : {}),
    mask: false,
    validate: (value: string) => value !== '' || 'Please give a value',
  });
}

/**
 * Makes sure that a person means it: `--yes`, or an answer at a terminal.
 *
 * @throws CliError `cancelled` on "no", and where nobody can be asked
 */
export async function confirm(invocation: Invocation, what: string, yes: boolean | undefined): Promise<void> {
  if (yes === true) return;
  if (!invocation.terminal.canAsk)
    throw new CliError('cancelled', `${what} needs a confirmation, and there is nobody to ask`, {
      hint: 'Add --yes if you mean it.',
    });
  if (!(await askConfirmation(invocation, `${what}?`)))
    throw new CliError('cancelled', 'Cancelled: nothing was done');
}
