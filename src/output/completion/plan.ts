/** What can be offered where: the command tree, as the script of every shell needs it. */
import type { ArgumentDescription, CommandDescription, OptionDescription } from '../description.ts';

/** What is offered for one argument or for the value of one flag. */
export type Source =
  | { kind: 'values'; values: readonly string[] }
  | { kind: 'files' }
  /** `convirza __complete` is asked with these words. */
  | { kind: 'program'; words: readonly string[] };

/** One command or family: the words that lead there, and what may follow. */
export interface Place {
  path: string;
  commands: readonly { name: string; description: string }[];
  /** Its flags without the global ones. */
  flags: readonly OptionDescription[];
  /** What its arguments are, by their position. */
  arguments: readonly (Source | undefined)[];
  /** Whether the last argument may be repeated. */
  variadic: boolean;
}

/** The values of one flag. */
export interface FlagSource {
  /** Where the flag is; undefined for a global one. */
  path: string | undefined;
  flag: string;
  source: Source;
}

export interface Plan {
  places: readonly Place[];
  globals: readonly OptionDescription[];
  flagSources: readonly FlagSource[];
  /** Flags whose next word is their value and no command. */
  valueFlags: readonly string[];
  /** Commands whose arguments are the words of another command: `help users list`. */
  prefixes: readonly string[];
}

/** The first lines of a script, below its own comment sign. */
export const NOTICE =
  'Generated from the endpoint catalogue by "npm run completions"; changes here are overwritten.';

const HELP_FLAG: OptionDescription = {
  long: '--help',
  short: '-h',
  description: 'show help',
  takesValue: false,
  value: undefined,
  values: [],
};

const HELP_COMMAND = { name: 'help', description: 'help for a command' };

function argumentSource(path: string, { name, values }: ArgumentDescription): Source | undefined {
  if (values.length > 0) return { kind: 'values', values };
  if (name.startsWith('file')) return { kind: 'files' };
  if (name === 'id') return { kind: 'program', words: ['ids', path.split(' ')[0] ?? ''] };
  if (path === 'auth switch') return { kind: 'program', words: ['profiles'] };
  if (name === 'name' && path.startsWith('config ')) return { kind: 'program', words: ['settings'] };
  return undefined;
}

function optionSource({ long, value, values }: OptionDescription): Source | undefined {
  if (values.length > 0) return { kind: 'values', values };
  if (long === '--profile') return { kind: 'program', words: ['profiles'] };
  if (value === '<file>') return { kind: 'files' };
  return undefined;
}

function sourcesOf(options: readonly OptionDescription[], path: string | undefined): FlagSource[] {
  return options.flatMap((option) => {
    const source = optionSource(option);
    const names = option.short === undefined ? [option.long] : [option.long, option.short];
    return source === undefined ? [] : names.map((flag) => ({ path, flag, source }));
  });
}

function valueFlags(options: readonly OptionDescription[]): string[] {
  const flags = options
    .filter(({ takesValue }) => takesValue)
    .flatMap(({ long, short }) => (short === undefined ? [long] : [long, short]));
  return [...new Set(flags)].sort();
}

/** Works out what is offered where. */
export function makePlan(root: CommandDescription): Plan {
  const places: Place[] = [];
  const visit = (command: CommandDescription, path: string, inherited: readonly OptionDescription[]) => {
    const flags = [...command.options, ...inherited];
    places.push({
      path,
      commands: path === '' ? [...command.commands, HELP_COMMAND] : command.commands,
      flags,
      arguments: command.arguments.map((argument) => argumentSource(path, argument)),
      variadic: command.arguments.at(-1)?.variadic === true,
    });
    for (const child of command.commands)
      visit(child, path === '' ? child.name : `${path} ${child.name}`, flags);
  };
  visit({ ...root, options: [] }, '', []);
  const globals = [...root.options.filter(({ long }) => long !== '--version'), HELP_FLAG];
  const named = root.commands.filter(({ arguments: [first] }) => first?.name === 'command');
  return {
    places,
    globals,
    // A command's own flag is found before a global one of the same name.
    flagSources: [
      ...places.flatMap(({ path, flags }) => sourcesOf(flags, path)),
      ...sourcesOf(globals, undefined),
    ],
    valueFlags: valueFlags([...globals, ...places.flatMap(({ flags }) => flags)]),
    prefixes: [HELP_COMMAND.name, ...named.map(({ name }) => name)],
  };
}

/** One rule for an argument: where it stands, and what is offered there. */
export interface ArgumentRule {
  path: string;
  /** How many arguments stand before it; undefined: any number from there on. */
  position: number | undefined;
  source: Source;
}

/** The arguments for which something is known, the exact positions of a place before its open end. */
export function argumentRules({ places }: Plan): ArgumentRule[] {
  return places.flatMap(({ path, arguments: sources, variadic }) =>
    sources.flatMap((source, index) => {
      if (source === undefined) return [];
      const open = variadic && index === sources.length - 1;
      return [{ path, position: open ? undefined : index, source }];
    }),
  );
}
