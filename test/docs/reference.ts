/** The reference of all commands, written out of the catalogue and the command tree. */
import { describeCommand } from '../../src/commands/describe.ts';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import type { CommandDescription, OptionDescription } from '../../src/output/description.ts';
import { buildProgram } from '../../src/program.ts';
import { fakeContext } from '../helpers/context.ts';
import { code, table } from './table.ts';

function signature({ name, arguments: args }: CommandDescription): string {
  const words = args.map(({ name: word, required, variadic }) => {
    const inner = variadic ? `${word}...` : word;
    return required ? `<${inner}>` : `[${inner}]`;
  });
  return [name, ...words].join(' ');
}

function commandTable(commands: readonly CommandDescription[], family: string): string {
  const endpointOf = ({ name }: CommandDescription) =>
    ENDPOINTS.find((entry) => entry.family === family && entry.verb === name);
  if (!commands.some((command) => endpointOf(command) !== undefined))
    return table(
      ['Command', 'What it does'],
      commands.map((command) => [code(signature(command)), command.description]),
    );
  return table(
    ['Command', 'What it does', 'Endpoint', 'Evidence'],
    commands.map((command) => {
      const endpoint = endpointOf(command);
      const service = endpoint?.service === 'oauth' ? ' (sign-in service)' : '';
      return [
        code(signature(command)),
        command.description,
        endpoint === undefined ? '' : `${code(`${endpoint.method} ${endpoint.path}`)}${service}`,
        endpoint?.evidenceNote ?? endpoint?.evidence ?? '',
      ];
    }),
  );
}

const flagName = ({ long, short, value }: OptionDescription) =>
  `${short === undefined ? '' : `${short}, `}${long}${value === undefined ? '' : ` ${value}`}`;

/** A row for each flag; commands in which it means the same share one. */
function flagTable(commands: readonly CommandDescription[]): string {
  const rows = new Map<string, { option: OptionDescription; names: string[] }>();
  for (const { name, options } of commands) {
    for (const option of options) {
      const key = `${flagName(option)} ${option.description}`;
      const row = rows.get(key) ?? { option, names: [] };
      rows.set(key, row);
      row.names.push(name);
    }
  }
  if (rows.size === 0) return '';
  const whose = (names: readonly string[]) =>
    names.length === commands.length ? 'all' : names.map(code).join(', ');
  return table(
    ['Flag', 'Meaning', 'Commands'],
    [...rows.values()].map(({ option, names }) => [code(flagName(option)), option.description, whose(names)]),
  );
}

function evidenceTable(): string {
  const meanings = {
    documented: "its own page in the vendor's documentation describes it",
    listed: 'a table or a menu of the documentation names it, but no page could be read',
    inferred: 'it follows the pattern of its siblings: nothing that could be read names it',
  };
  const count = (evidence: string) => ENDPOINTS.filter((entry) => entry.evidence === evidence).length;
  return table(
    ['Evidence', 'Endpoints', 'It means'],
    Object.entries(meanings).map(([evidence, meaning]) => [evidence, String(count(evidence)), meaning]),
  );
}

/** docs/commands.md. */
export function commandReference(): string {
  const root = describeCommand(buildProgram(fakeContext()));
  const families = root.commands.filter(({ commands }) => commands.length > 0);
  const single = root.commands.filter(({ commands }) => commands.length === 0);
  const sections = families.map(({ name, description, commands }) => [
    `## ${name}`,
    `${description}.`,
    commandTable(commands, name),
    flagTable(commands),
  ]);
  return [
    '<!-- Made by "npm run docs" from the endpoint catalogue and the command tree: change those. -->',
    '# Commands',
    'Every command, its endpoint, how sure that endpoint is, and its flags. The same with examples, notes and exit codes: `convirza <family> <command> --help`, `man convirza-<family>`, and as JSON `convirza schema`.',
    '## Evidence',
    'Neither service could be reached while this was written. Each endpoint says what it rests on:',
    evidenceTable(),
    'Where the service differs, `convirza config set endpoints.<family>.<command> "<METHOD> <path>"` corrects an endpoint on your machine ([settings](settings.md#endpoints)).',
    '## Flags of every command',
    table(
      ['Flag', 'Meaning'],
      root.options.map((option) => [code(flagName(option)), option.description]),
    ),
    ...sections.flat(),
    '## Other commands',
    commandTable(single, ''),
    flagTable(single),
  ]
    .filter((part) => part !== '')
    .join('\n\n')
    .concat('\n');
}
