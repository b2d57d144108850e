/** `schema`: commands, flags, endpoints, evidence and exit codes as JSON. */
import type { Command } from 'commander';
import { commandName, ENDPOINTS } from '../convirza/catalogue/index.ts';
import type { CommandDescription } from '../output/description.ts';
import { writeRecord } from '../output/rows.ts';
import { CliError, EXIT_CODES } from '../shared/errors.ts';
import { describeCommand } from './describe.ts';
import { variablesOf } from './environment.ts';
import { exitCodes } from './help.ts';
import type { Invocation } from './invocation.ts';

function flags(command: Command) {
  return command.options
    .filter((option) => option.long !== '--help' && option.long !== '--version' && !option.hidden)
    .map((option) => ({
      flag: option.long,
      short: option.short ?? null,
      description: option.description,
      takes_value: option.required || option.optional,
      required: option.mandatory,
      environment: variablesOf(command, option),
    }));
}

function describe(command: Command, words: readonly string[], described: CommandDescription) {
  const endpoint = ENDPOINTS.find((entry) => commandName(entry) === words.join(' '));
  return {
    command: words.join(' '),
    summary: described.description,
    arguments: described.arguments,
    flags: flags(command).map((flag) => ({
      ...flag,
      values: described.options.find(({ long }) => long === flag.flag)?.values ?? [],
    })),
    method: endpoint?.method ?? null,
    path: endpoint?.path ?? null,
    service: endpoint?.service ?? null,
    title: endpoint?.title ?? null,
    evidence: endpoint?.evidence ?? null,
    evidence_note: endpoint?.evidenceNote ?? null,
    query: endpoint?.query ?? [],
    body: endpoint?.body ?? [],
    exit_codes: endpoint === undefined ? null : exitCodes(endpoint),
  };
}

function leaves(command: Command, words: readonly string[] = []): { command: Command; words: string[] }[] {
  return command.commands.flatMap((child) => {
    const here = [...words, child.name()];
    return child.commands.length > 0 ? leaves(child, here) : [{ command: child, words: here }];
  });
}

/** @param program the whole command tree */
export async function runSchema(
  invocation: Invocation,
  words: readonly string[],
  program: Command,
): Promise<void> {
  const found = leaves(program).filter((leaf) => words.every((word, index) => leaf.words[index] === word));
  if (found.length === 0)
    throw new CliError('usage', `There is no command ${words.join(' ')}`, { hint: 'See: convirza --help.' });
  const commands = found.map((leaf) => describe(leaf.command, leaf.words, describeCommand(leaf.command)));
  const document =
    found.length === 1 && words.length > 0
      ? commands[0]
      : { exit_codes: EXIT_CODES, global_flags: flags(program), commands };
  const options = invocation.rowsOptions();
  await writeRecord(document, { ...options, format: options.format === 'table' ? 'json' : options.format });
}
