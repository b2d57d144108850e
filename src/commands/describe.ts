/** The command tree as plain data: what completions, manual pages and tests are made from. */
import type { EventEmitter } from 'node:events';
import type { Argument, Command, Option } from 'commander';
import { ENDPOINTS } from '../convirza/catalogue/index.ts';
import type {
  ArgumentDescription,
  CommandDescription,
  HelpSection,
  OptionDescription,
} from '../output/description.ts';

function describeOption(option: Option): OptionDescription {
  return {
    long: option.long ?? '',
    short: option.short,
    description: option.description,
    takesValue: option.required,
    value: /[<[].*$/.exec(option.flags)?.[0],
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

function describeArgument(argument: Argument): ArgumentDescription {
  return {
    name: argument.name(),
    description: argument.description,
    required: argument.required,
    variadic: argument.variadic,
    values: argument.argChoices ?? [],
  };
}

/** The texts that were added below the flags of a command's help page, cut at their headings. */
function helpSections(command: Command): HelpSection[] {
  let text = '';
  // commander asks for these texts by an event; a command is an EventEmitter, but its types name only `on`.
  (command as unknown as EventEmitter).emit('afterHelp', {
    error: false,
    command,
    write: (part: string) => {
      text += part;
    },
  });
  const sections: { heading: string; lines: string[] }[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const heading = /^(\S.*):$/.exec(line)?.[1];
    if (heading !== undefined) sections.push({ heading, lines: [] });
    else if (line.startsWith(' ')) sections.at(-1)?.lines.push(line);
    else sections.push({ heading: '', lines: [line] });
  }
  return sections;
}

/** The notes of a catalogue entry as they were written: a help page no longer shows where each of them ends. */
function withNotes(sections: HelpSection[], command: Command): HelpSection[] {
  const family = command.parent?.name();
  const endpoint = ENDPOINTS.find((entry) => entry.family === family && entry.verb === command.name());
  const lines = endpoint?.notes;
  return lines === undefined
    ? sections
    : sections.map((section) => (section.heading === 'Notes' ? { heading: 'Notes', lines } : section));
}

export function describeCommand(command: Command): CommandDescription {
  return {
    name: command.name(),
    description: command.description(),
    arguments: command.registeredArguments.map(describeArgument),
    options: command.options.filter((option) => !option.hidden).map(describeOption),
    commands: command.commands.map(describeCommand),
    help: withNotes(helpSections(command), command),
  };
}
