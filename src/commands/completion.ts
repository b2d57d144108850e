/** `completion <shell>`: prints the script that is checked in under completions/. */
import type { Command } from 'commander';
import { completionScript, INSTALL } from '../output/completion.ts';
import type { Shell } from '../output/shells.ts';
import { describeCommand } from './describe.ts';
import type { Invocation } from './invocation.ts';

/** @param program the whole command tree */
export async function runCompletion(invocation: Invocation, shell: Shell, program: Command): Promise<void> {
  await invocation.write(completionScript(shell, describeCommand(program)));
  if (invocation.terminal.outIsTerminal) invocation.say(`\nTo install it:\n${INSTALL[shell]}`);
}
