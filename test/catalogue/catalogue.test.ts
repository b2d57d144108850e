import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { flagName } from '../../src/commands/params.ts';
import { commandName, ENDPOINTS, type Endpoint, FAMILIES } from '../../src/convirza/catalogue/index.ts';
import { buildProgram } from '../../src/program.ts';
import { fakeContext } from '../helpers/context.ts';

interface ReferenceRow {
  words: string;
  command: string;
  method: string;
  path: string;
  service: string;
  title: string;
  evidence: string;
}

const reference: ReferenceRow[] = readFileSync(new URL('./endpoints.md', import.meta.url), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
  .map((line) => {
    const [words = '', method = '', path = '', title = '', evidence = ''] = line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim());
    return {
      words: words.replaceAll('`', ''),
      command: words.replaceAll('`', '').split(' ').slice(0, 2).join(' '),
      method,
      path: path.replaceAll('`', '').replace(/^OAuth /, ''),
      service: path.startsWith('OAuth') ? 'oauth' : 'api',
      title,
      evidence,
    };
  });

const program = buildProgram(fakeContext());

function findCommand(words: string): Command | undefined {
  return words
    .split(' ')
    .reduce<Command | undefined>(
      (at, word) => at?.commands.find((command) => command.name() === word),
      program,
    );
}

function endpointOf(command: string): Endpoint {
  const endpoint = ENDPOINTS.find((entry) => commandName(entry) === command);
  if (endpoint === undefined) throw new Error(`no endpoint ${command}`);
  return endpoint;
}

/** Commands that are no endpoint, by family. */
const LOCAL = new Set([
  'auth status',
  'auth list',
  'auth switch',
  'auth token',
  'auth migrate',
  'prompts manifest',
  'prompts download',
  'prompts sync',
]);

describe('the reference table, the catalogue and the command tree', () => {
  it('has 60 endpoints in the reference', () => {
    expect(reference).toHaveLength(60);
    expect(new Set(reference.map(({ command }) => command)).size).toBe(60);
  });

  it('agree on the commands, one to one', () => {
    const catalogue = ENDPOINTS.map(commandName).sort();
    const tree = FAMILIES.flatMap(({ name }) =>
      (findCommand(name)?.commands ?? []).map((command) => `${name} ${command.name()}`),
    ).filter((command) => !LOCAL.has(command));
    expect(catalogue).toEqual(reference.map(({ command }) => command).sort());
    expect(tree.sort()).toEqual(catalogue);
  });

  it.each(reference)(
    '$command: method, path, title and evidence',
    ({ command, method, path, service, title, evidence }) => {
      const endpoint = endpointOf(command);
      expect(endpoint).toMatchObject({ method, path, service, title });
      expect(endpoint.evidenceNote ?? endpoint.evidence).toBe(evidence);
      const word = /path inferred/.test(evidence) ? 'inferred' : evidence.split(/[ ,]/)[0];
      expect(endpoint.evidence).toBe(word);
    },
  );

  it.each(reference)('$words: the same arguments', ({ words, command }) => {
    const expected = words.split(' ').slice(2);
    const actual = findCommand(command)?.registeredArguments.map(
      (argument) => `<${argument.name()}${argument.variadic ? '...' : ''}>`,
    );
    expect(actual).toEqual(expected);
  });
});

describe.each(ENDPOINTS.map((endpoint) => [commandName(endpoint), endpoint] as const))(
  '%s',
  (name, endpoint) => {
    const command = findCommand(name);
    let help = '';
    command?.configureOutput({ writeOut: (text) => (help += text) });
    command?.outputHelp();

    it('has a flag for every parameter', () => {
      const flags = command?.options.map((option) => option.long);
      for (const param of [...(endpoint.query ?? []), ...(endpoint.body ?? [])])
        expect(flags).toContain(`--${flagName(param)}`);
    });

    it('has a help page with an example, its endpoint and how sure that is', () => {
      for (const example of endpoint.examples) expect(help).toContain(`$ convirza ${example}`);
      expect(help).toContain(endpoint.path);
      expect(help).toContain(endpoint.evidence);
      expect(help).toContain('Exit codes:');
    });

    it('has examples that the command line accepts', () => {
      for (const example of endpoint.examples) {
        const words = example.match(/"[^"]*"|\S+/g)?.map((word) => word.replace(/"/g, '')) ?? [];
        const end = words.indexOf('<');
        const given = end < 0 ? words : words.slice(0, end);
        const target = findCommand(given.slice(0, 2).join(' '));
        expect(target, example).toBeDefined();
        const flags = given.filter((word) => /^--[a-z]/.test(word)).map((word) => word.split('=')[0]);
        const known = [...(target?.options ?? []), ...program.options].map((option) => option.long);
        expect(known, example).toEqual(expect.arrayContaining(flags));
      }
    });

    it('fits 80 columns, but for its examples', () => {
      const long = help.split('\n').filter((line) => line.length > 80 && !line.includes('$ convirza'));
      expect(long).toEqual([]);
    });
  },
);
