/** `completion <shell>`: prints the script that is checked in under completions/. */
import type { Command } from 'commander';
import { completionScript, INSTALL, SHELLS, type Shell } from '../output/completion.ts';
import { CliError } from '../shared/errors.ts';
import { describeCommand } from './describe.ts';
import type { Invocation } from './invocation.ts';

export async function runCompletion(invocation: Invocation, shell: string, program: Command): Promise<void> {
  if (!(SHELLS as readonly string[]).includes(shell))
    throw new CliError('usage', `There is no completion for ${JSON.stringify(shell)}`, {
      hint: `There is one for ${SHELLS.join(', ')}.`,
    });
  await invocation.write(completionScript(shell as Shell, describeCommand(program)));
  if (invocation.terminal.outIsTerminal) invocation.say(`\nTo install it:\n${INSTALL[shell as Shell]}`);
}
