/** Manual pages, written out of a description of the command tree: a front page and one for each family. */
import { type ErrorType, EXIT_CODES, withoutStop } from '../shared/errors.ts';
import type {
  ArgumentDescription,
  CommandDescription,
  HelpSection,
  OptionDescription,
} from './description.ts';
import { bold, italic, item, macro, roffText, verbatim } from './roff.ts';

/** What the pages say beside the command tree. */
export interface ManualFacts {
  version: string;
  settings: readonly { name: string; env: readonly string[]; default: string; description: string }[];
}

export interface ManualPage {
  /** `convirza-users.1` */
  file: string;
  text: string;
}

/** What each exit code means, a sentence each. */
export const EXIT_WORDS: Readonly<Record<ErrorType, string>> = {
  internal: 'Unexpected failure: a bug of this program.',
  usage: 'Wrong usage: unknown command, bad flag, bad local file.',
  cancelled: 'Cancelled, or a confirmation was needed and nobody could be asked.',
  auth: 'Not signed in, or refused.',
  not_found: 'Not found.',
  rejected: 'The service rejected the request.',
  rate_limited: 'Rate limited, after all retries.',
  partial: 'Some items of a bulk run failed.',
  network: 'Network or time-out.',
  server: 'Server failure.',
  threshold: 'A threshold of a voice run was missed.',
  interrupted: 'Interrupted.',
  terminated: 'Terminated.',
};

const VARIABLES: readonly (readonly [names: string, description: string])[] = [
  ['CONVIRZA_TOKEN', 'An access token; with it the stored ones are not touched.'],
  ['CONVIRZA_EMAIL, CONVIRZA_PASSWORD', 'Sign in with these where no session is stored.'],
  ['CONVIRZA_CONFIG_DIR', 'The folder of everything that is kept on disk.'],
  ['CONVIRZA_COMPLETION_TIMEOUT', 'Seconds that a shell may wait for ids to complete (default: 0.2).'],
  ['CONVIRZA_STACK', 'Adds the stack to an error report.'],
  ['NEXTEVI_API_KEY, NEXTEVI_ACCESS_TOKEN', 'What signs in to the voice service; the key wins.'],
  ['NEXTEVI_CONFIG_ID, NEXTEVI_PROJECT_ID', 'Voice configuration and project.'],
  ['NO_COLOR, FORCE_COLOR', 'Colour: never, always; otherwise where the output is a terminal.'],
  ['CI', 'No questions and no spinners.'],
];

const FLAG_VARIABLES =
  'Every flag has a variable: --sort-by of "users list" is CONVIRZA_USERS_LIST_SORT_BY or, for all commands that have it, CONVIRZA_SORT_BY. A flag without a value is set by 1 and unset by 0. What stands on the command line wins.';

const FILES: readonly (readonly [path: string, description: string])[] = [
  [
    '~/.config/convirza/',
    'Everything that is kept; on macOS ~/Library/Application Support/convirza, on Windows %APPDATA%\\convirza.',
  ],
  ['config.json', 'The settings.'],
  ['credentials/<profile>.json', 'The tokens of one profile, encrypted.'],
  ['cache/', 'Ids and names for completion, of use for a minute.'],
];

const HELP: OptionDescription = {
  long: '--help',
  short: '-h',
  description: 'help for a command',
  takesValue: false,
  value: undefined,
  values: [],
};

const WIDTH = 80;

/** Takes back the line breaks of a help page: a line goes on where the first word of the next had no room left. */
function unwrap(lines: readonly string[]): string[] {
  const whole: string[] = [];
  let previous = '';
  for (const line of lines) {
    const first = line.trim().split(' ')[0] ?? '';
    const goesOn = line.startsWith(' ') && whole.length > 0 && previous.length + 1 + first.length > WIDTH;
    if (goesOn) whole.push(`${whole.pop()} ${line.trim()}`);
    else whole.push(line.trim());
    previous = line;
  }
  return whole;
}

function argumentTerm({ name, required, variadic }: ArgumentDescription): string {
  const text = variadic ? `${name}...` : name;
  return required ? `<${text}>` : `[${text}]`;
}

function usage(words: string, command: CommandDescription): string {
  const parts = [...command.arguments.map(argumentTerm), ...(command.options.length > 0 ? ['[flags]'] : [])];
  return [bold(words), ...parts.map(italic)].join(' ');
}

function optionItem({ long, short, value, description }: OptionDescription): string[] {
  const names = [short, long].filter((name) => name !== undefined).map(bold);
  return item(`${names.join(', ')}${value === undefined ? '' : ` ${italic(value)}`}`, roffText(description));
}

function helpSection({ heading, lines }: HelpSection): string[] {
  const texts = unwrap(lines);
  switch (heading) {
    case 'Examples':
      return ['.PP', bold('Examples'), ...verbatim(texts)];
    case 'Notes':
      return texts.flatMap((text) => ['.IP \\(bu 2', roffText(text)]);
    case '':
      return ['.PP', ...texts.map(roffText)];
    default:
      return ['.PP', bold(heading), ...texts.flatMap((text) => ['.br', roffText(text)])];
  }
}

/** Everything about one command, as a part of a page. */
function commandSection(words: string, command: CommandDescription): string[] {
  const args = command.arguments.filter(({ description }) => description !== '');
  return [
    macro('SS', words.replace(/^convirza /, '')),
    usage(words, command),
    '.PP',
    `${roffText(command.description)}.`,
    ...args.flatMap((argument) => item(italic(argumentTerm(argument)), roffText(argument.description))),
    ...command.options.flatMap(optionItem),
    ...command.help.filter(({ heading }) => !heading.startsWith('Global flags')).flatMap(helpSection),
  ];
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? `${text.charAt(0).toLowerCase()}${text.slice(1)}` : text;
}

function head(name: string, summary: string, { version }: ManualFacts): string[] {
  return [
    macro('TH', name.toUpperCase(), '1', '', `convirza ${version}`, 'Convirza manual'),
    // Neither justified nor hyphenated: commands and addresses stay whole.
    '.ad l',
    '.nh',
    macro('SH', 'NAME'),
    `${roffText(name)} \\- ${roffText(withoutStop(summary))}`,
    macro('SH', 'SYNOPSIS'),
  ];
}

/** What stands at the end of every page. */
function tail(others: readonly string[]): string[] {
  return [
    macro('SH', 'EXIT STATUS'),
    ...item(bold('0'), 'Done; an empty list is done.'),
    ...Object.entries(EXIT_CODES).flatMap(([type, code]) =>
      item(bold(String(code)), roffText(EXIT_WORDS[type as ErrorType])),
    ),
    macro('SH', 'FILES'),
    ...FILES.flatMap(([path, description]) => item(italic(path), roffText(description))),
    macro('SH', 'SEE ALSO'),
    ...others.map((name, index) => `${bold(name)}(1)${index < others.length - 1 ? ',' : ''}`),
  ];
}

function familyPage(family: CommandDescription, facts: ManualFacts, others: readonly string[]): string[] {
  const commands = family.commands.map(
    (command) => [`convirza ${family.name} ${command.name}`, command] as const,
  );
  return [
    ...head(`convirza-${family.name}`, lowerFirst(family.description), facts),
    ...commands.flatMap(([words, command], index) => [...(index > 0 ? ['.br'] : []), usage(words, command)]),
    macro('SH', 'DESCRIPTION'),
    `${roffText(family.description)}.`,
    `The flags that every command has are explained in ${bold('convirza')}(1).`,
    macro('SH', 'COMMANDS'),
    ...commands.flatMap(([words, command]) => commandSection(words, command)),
    macro('SH', 'ENVIRONMENT'),
    roffText(FLAG_VARIABLES),
    `Variables for settings and credentials are listed in ${bold('convirza')}(1).`,
    ...tail(others),
  ];
}

function environment({ settings }: ManualFacts): string[] {
  const usual = (value: string) => (value === '' ? '' : `; default: ${value}`);
  return [
    macro('SH', 'ENVIRONMENT'),
    roffText(FLAG_VARIABLES),
    ...VARIABLES.flatMap(([names, description]) => item(bold(names), roffText(description))),
    ...settings.flatMap(({ name, env, default: value, description }) =>
      item(bold(env.join(', ')), roffText(`The setting ${name}: ${description}${usual(value)}.`)),
    ),
  ];
}

function frontPage(root: CommandDescription, facts: ManualFacts, others: readonly string[]): string[] {
  const families = root.commands.filter(({ commands }) => commands.length > 0);
  const single = root.commands.filter(({ commands }) => commands.length === 0);
  const examples = root.help.find(({ heading }) => heading === 'Examples');
  return [
    ...head('convirza', root.description, facts),
    `${bold('convirza')} ${['<command>', '[arguments]', '[flags]'].map(italic).join(' ')}`,
    macro('SH', 'DESCRIPTION'),
    roffText(root.description),
    'Standard output carries data alone; everything else goes to standard error.',
    macro('SH', 'COMMANDS'),
    ...families.flatMap(({ name, description }) =>
      item(bold(name), `${roffText(description)}: ${bold(`convirza-${name}`)}(1).`),
    ),
    ...item(`${bold('help')} ${italic('[command...]')}`, 'Help for a command.'),
    ...single.flatMap((command) => commandSection(`convirza ${command.name}`, command)),
    macro('SH', 'GLOBAL FLAGS'),
    ...[...root.options, HELP].flatMap(optionItem),
    ...environment(facts),
    ...(examples === undefined ? [] : [macro('SH', 'EXAMPLES'), ...verbatim(unwrap(examples.lines))]),
    ...tail(others),
  ];
}

/**
 * All manual pages: `convirza.1`, and one page for each family of commands.
 *
 * @param root the whole command tree
 */
export function manualPages(root: CommandDescription, facts: ManualFacts): ManualPage[] {
  const families = root.commands.filter(({ commands }) => commands.length > 0);
  const names = ['convirza', ...families.map(({ name }) => `convirza-${name}`)];
  const notice = '.\\" Generated from the endpoint catalogue by "npm run build".';
  return names.map((name, index) => {
    const others = names.filter((other) => other !== name);
    const family = families[index - 1];
    const lines = family === undefined ? frontPage(root, facts, others) : familyPage(family, facts, others);
    return { file: `${name}.1`, text: `${[notice, ...lines].join('\n')}\n` };
  });
}
