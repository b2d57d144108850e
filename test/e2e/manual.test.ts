import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { describeCommand } from '../../src/commands/describe.ts';
import { commandName, ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import type { CommandDescription } from '../../src/output/description.ts';
import { buildProgram } from '../../src/program.ts';
import { SETTINGS } from '../../src/settings/settings.ts';
import { EXIT_CODES } from '../../src/shared/errors.ts';
import { fakeContext } from '../helpers/context.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = `${root}dist/man`;
const manifest = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as {
  version: string;
  man: string[];
};
const program = describeCommand(buildProgram(fakeContext()));
const families = program.commands.filter(({ commands }) => commands.length > 0);
const pages = readdirSync(folder).sort();

const tools = (
  [
    ['groff', ['-man', '-ww', '-Tutf8', '-P-cbou', '-rLL=200n']],
    ['man', ['--warnings=w', '-l']],
  ] as [tool: string, flags: string[]][]
).filter(([tool]) => spawnSync(tool, ['--version']).status === 0);

function render([tool, flags]: (typeof tools)[number], page: string): string {
  const { stdout, stderr, status } = spawnSync(tool, [...flags, `${folder}/${page}`], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C.UTF-8', MANPAGER: 'cat', MANWIDTH: '200', MAN_KEEP_FORMATTING: '' },
  });
  expect([page, stderr, status]).toEqual([page, '', 0]);
  return stdout;
}

/** A text as it stands on a rendered page, whatever line it is broken into. */
const flat = (text: string) => text.replace(/\s+/g, ' ');

describe('the manual pages of the build', () => {
  it('are a front page and one for each family, and those that package.json lists', () => {
    expect(pages).toEqual(['convirza.1', ...families.map(({ name }) => `convirza-${name}.1`)].sort());
    // Changed the families? Then change "man" in package.json too.
    expect(manifest.man.toSorted()).toEqual(pages.map((page) => `./dist/man/${page}`));
  });

  it('begin no line with what roff would take for a command, and mark every hyphen', () => {
    for (const page of pages) {
      for (const line of readFileSync(`${folder}/${page}`, 'utf8').split('\n').slice(1)) {
        expect(line).toMatch(/^(\.[A-Za-z]{1,2}( |$)|[^.']|\\&|$)/);
        expect(line.replace(/^\.\w+|\\-|\\f[BIR]|\\\([a-z]{2}|\\e|\\&|\\\[u[0-9A-F]+\]/g, '')).not.toMatch(
          /[\\-]|[^ -~]/,
        );
      }
    }
  });
});

describe.skipIf(tools.length === 0)('as they are shown (skipped where neither groff nor man is)', () => {
  it.each(tools)('%s shows every page without a warning', (...tool) => {
    for (const page of pages) expect(render(tool, page)).toContain(`convirza ${manifest.version}`);
  });

  const shown = (page: string) => flat(render(tools[0] as (typeof tools)[number], page));

  function expectCommand(page: string, words: string, command: CommandDescription): void {
    const text = shown(page);
    const args = command.arguments.map(({ name, required, variadic }) => {
      const inner = variadic ? `${name}...` : name;
      return required ? `<${inner}>` : `[${inner}]`;
    });
    expect(text).toContain(['convirza', words, ...args].join(' '));
    expect(text).toContain(flat(`${command.description}.`));
    for (const { long, short, value, description } of command.options) {
      const names = short === undefined ? long : `${short}, ${long}`;
      expect(text).toContain(flat(`${names}${value === undefined ? '' : ` ${value}`} ${description}`));
    }
  }

  it.each(families.map(({ name, commands }) => [name, commands] as const))(
    'convirza-%s has every command and flag',
    (family, commands) => {
      const text = shown(`convirza-${family}.1`);
      const headings = [
        'NAME',
        'SYNOPSIS',
        'DESCRIPTION',
        'COMMANDS',
        'ENVIRONMENT',
        'EXIT STATUS',
        'FILES',
        'SEE ALSO',
      ];
      for (const heading of headings) expect(text).toContain(` ${heading} `);
      for (const command of commands)
        expectCommand(`convirza-${family}.1`, `${family} ${command.name}`, command);
    },
  );

  it('the front page has families, other commands, global flags, variables and exit codes', () => {
    const text = shown('convirza.1');
    for (const { name, description } of families)
      expect(text).toContain(`${name} ${flat(description)}: convirza-${name}(1).`);
    for (const command of program.commands.filter(({ commands }) => commands.length === 0))
      expectCommand('convirza.1', command.name, command);
    for (const { long, description } of program.options) {
      expect(text).toContain(long);
      expect(text).toContain(flat(description));
    }
    for (const { env } of SETTINGS) expect(text).toContain(`${env.join(', ')} The setting`);
    for (const { description } of SETTINGS) expect(text).toContain(description);
    for (const code of Object.values(EXIT_CODES)) expect(text).toMatch(new RegExp(` ${code} [A-Z]`));
    expect(text).toContain('$ convirza users list --json');
  });

  it('has endpoint, evidence, notes and examples of every entry of the catalogue', () => {
    for (const endpoint of ENDPOINTS) {
      const text = shown(`convirza-${endpoint.family}.1`);
      const where = `${endpoint.method} ${endpoint.service === 'oauth' ? 'sign-in service ' : ''}${endpoint.path}`;
      const evidence = endpoint.evidenceNote ?? endpoint.evidence;
      expect(text, commandName(endpoint)).toContain(
        `${where} "${endpoint.title}" in the documentation; evidence: ${evidence}`,
      );
      for (const example of endpoint.examples) expect(text).toContain(flat(`$ convirza ${example}`));
      for (const note of endpoint.notes ?? []) expect(text).toContain(`• ${flat(note)}`);
    }
  });
});
