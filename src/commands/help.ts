/** Help pages: what commander prints, and the part that comes from the catalogue. */
import type { Command, Help, Option } from 'commander';
import { type Endpoint, isMutation, takesRows } from '../convirza/catalogue/types.ts';
import { EXIT_CODES } from '../shared/errors.ts';

const WIDTH = 80;

/** Breaks a text into lines of at most `width` columns, the later ones indented like the first. */
export function wrap(text: string, indent: string, width = WIDTH): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  lines.push(line);
  return lines.map((part) => `${indent}${part}`).join('\n');
}

const EXIT_WORDS: readonly [number, string][] = [
  [0, 'done'],
  [EXIT_CODES.usage, 'wrong usage'],
  [EXIT_CODES.cancelled, 'not confirmed'],
  [EXIT_CODES.auth, 'not signed in or refused'],
  [EXIT_CODES.not_found, 'not found'],
  [EXIT_CODES.rejected, 'rejected'],
  [EXIT_CODES.rate_limited, 'rate limited'],
  [EXIT_CODES.partial, 'some items failed'],
  [EXIT_CODES.network, 'network'],
  [EXIT_CODES.server, 'server failure'],
  [EXIT_CODES.threshold, 'threshold missed'],
  [EXIT_CODES.interrupted, 'interrupted'],
  [EXIT_CODES.terminated, 'terminated'],
];

/** The exit codes that a command of this endpoint can give. */
export function exitCodes(endpoint: Endpoint): number[] {
  const { usage, cancelled, auth, not_found, rejected, rate_limited, partial, network, server, interrupted } =
    EXIT_CODES;
  const possible = new Set<number>([0, usage, auth, rate_limited, network, server, interrupted]);
  if (endpoint.danger !== undefined) possible.add(cancelled);
  if (endpoint.path.includes('{') || endpoint.evidence === 'inferred') possible.add(not_found);
  if (isMutation(endpoint) || endpoint.query !== undefined) possible.add(rejected);
  if (takesRows(endpoint)) possible.add(partial);
  if (endpoint.action === 'prompts-upload') possible.add(partial).add(not_found);
  return [...possible].sort((a, b) => a - b);
}

/** The section of a help page that says which exit codes a command can give. */
export function exitCodesHelp(codes: readonly number[]): string {
  const words = EXIT_WORDS.filter(([code]) => codes.includes(code)).map(
    ([code, meaning]) => `${code} ${meaning}`,
  );
  return `Exit codes:\n${wrap(words.join(', '), '  ')}`;
}

/** How the rows of `--from` are read. */
function rowsHelp({ family, verb, pathParams, danger }: Endpoint): string {
  const file = verb === 'delete' ? 'ids.txt' : `${family}.csv`;
  const yes = danger === undefined ? '' : ' --yes';
  const lines = [
    `$ convirza ${family} ${verb} --from ${file}${yes}`,
    pathParams === undefined
      ? 'Columns are fields by the names of the API; name:=json for other than text.'
      : 'A column for the id, and one for each field by the names of the API; name:=json for other than text. Plain lines are ids.',
    'A row wins over flags, which hold for all rows. A journal beside the file says what was done: --resume goes on after an interruption, and nothing is done twice.',
  ];
  return `Many at once:\n${lines.map((line) => wrap(line, '  ')).join('\n')}`;
}

/** What stands below the flags of a command that is no endpoint: examples without `convirza`, notes, exit codes. */
export function helpPage(
  examples: readonly string[],
  notes: readonly string[],
  codes: readonly number[],
): string {
  return [
    '',
    'Examples:',
    ...examples.map((example) => `  $ convirza ${example}`),
    '',
    'Notes:',
    ...notes.map((note) => wrap(note, '  ')),
    '',
    exitCodesHelp(codes),
  ].join('\n');
}

/** What stands below the flags of an endpoint's help page. */
export function endpointHelp(endpoint: Endpoint): string {
  const service = endpoint.service === 'oauth' ? 'sign-in service ' : '';
  const evidence = endpoint.evidenceNote ?? endpoint.evidence;
  const sections = [
    `Examples:\n${endpoint.examples.map((example) => `  $ convirza ${example}`).join('\n')}`,
    `Endpoint:\n${wrap(`${endpoint.method} ${service}${endpoint.path}`, '  ')}\n${wrap(`"${endpoint.title}" in the documentation; evidence: ${evidence}`, '  ')}`,
  ];
  if (endpoint.notes !== undefined)
    sections.splice(1, 0, `Notes:\n${endpoint.notes.map((note) => wrap(note, '  ')).join('\n')}`);
  if (takesRows(endpoint)) sections.splice(1, 0, rowsHelp(endpoint));
  sections.push(exitCodesHelp(exitCodes(endpoint)));
  return `\n${sections.join('\n\n')}`;
}

/** The line that stands for all global flags on the page of a command. */
export function globalFlagsHelp(program: Command): string {
  const names = program.options.map((option) => option.long).filter((name) => name !== '--version');
  return `\nGlobal flags (explained by convirza --help):\n${wrap(names.join(' '), '  ')}`;
}

function isNegatedTwin(option: Option, all: readonly Option[]): boolean {
  return (
    option.negate && all.some((other) => !other.negate && other.attributeName() === option.attributeName())
  );
}

/** Help settings for every command: pairs of `--x` and `--no-x` are shown as one line. */
export const HELP = {
  sortSubcommands: false,
  // The global flags are on the front page; a command's own page names them in a line.
  showGlobalOptions: false,
  minWidthToWrap: 20,
  visibleOptions(command: Command): Option[] {
    const visible = command.options.filter((option) => !option.hidden);
    const shown = visible.filter((option) => !isNegatedTwin(option, visible));
    const help = command.createHelp();
    const builtIn = Object.getPrototypeOf(help) as Help;
    const helpOption = builtIn.visibleOptions.call(help, command).find((option) => option.long === '--help');
    return helpOption === undefined || shown.includes(helpOption) ? shown : [...shown, helpOption];
  },
  optionTerm(option: Option): string {
    return PAIRED.has(option) ? option.flags.replace('--', '--[no-]') : option.flags;
  },
  subcommandTerm(command: Command): string {
    const args = command.registeredArguments.map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    });
    return [command.name(), ...args].join(' ');
  },
};

const PAIRED = new WeakSet<Option>();

/** Marks an option that has a `--no-` twin. */
export function markPaired(option: Option): void {
  PAIRED.add(option);
}
