import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { buildProgram } from '../../src/program.ts';
import { fakeContext } from '../helpers/context.ts';

const WIDTH = 80;

/** Every command below another, and that one. */
function all(command: Command): Command[] {
  return [command, ...command.commands.flatMap(all)];
}

/** The page as somebody reads it, with what `addHelpText` adds. */
function helpOf(command: Command): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => WIDTH });
  command.outputHelp();
  return text;
}

describe('help pages at 80 columns', () => {
  const commands = all(buildProgram(fakeContext()));

  it('are those of every command', () => {
    expect(commands.length).toBeGreaterThan(80);
  });

  it('have no line that is wider, but for examples that are to be copied', () => {
    const wide = commands.flatMap((command) =>
      helpOf(command)
        .split('\n')
        .filter((line) => line.length > WIDTH && !/^\s+\$ /.test(line))
        .map((line) => `${command.parent?.name() ?? ''} ${command.name()}: ${line}`),
    );
    expect(wide).toEqual([]);
  });

  it('are plain text, without tabs, colours or signs that a console may not have', () => {
    for (const command of commands) expect(helpOf(command)).toMatch(/^[\n\x20-\x7e]*$/);
  });
});
