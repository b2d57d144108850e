/** The command tree as plain data: what completions and tests are made from. */
import type { Argument, Command, Option } from 'commander';
import type { CommandDescription, OptionDescription } from '../output/completion.ts';

function describeOption(option: Option): OptionDescription {
  return {
    long: option.long ?? '',
    short: option.short,
    description: option.description,
    takesValue: option.required || option.optional,
    values: valuesOf(option),
  };
}

const CHOICES = new WeakMap<Option, readonly string[]>();

/** Remembers the values of an option that checks them by itself. */
export function rememberValues(option: Option, values: readonly string[]): void {
  CHOICES.set(option, values);
}

function valuesOf(option: Option): readonly string[] {
  return option.argChoices ?? CHOICES.get(option) ?? [];
}

export function describeCommand(command: Command): CommandDescription {
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map((argument: Argument) => ({
      name: argument.name(),
      required: argument.required,
      variadic: argument.variadic,
    })),
    options: command.options.filter((option) => !option.hidden).map(describeOption),
    commands: command.commands.map(describeCommand),
  };
}
