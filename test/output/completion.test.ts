import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { completionScript, INSTALL } from '../../src/output/completion.ts';
import type {
  ArgumentDescription,
  CommandDescription,
  OptionDescription,
} from '../../src/output/description.ts';
import { SHELLS } from '../../src/output/shells.ts';

const option = (long: string, more: Partial<OptionDescription> = {}): OptionDescription => ({
  long,
  short: undefined,
  description: `says ${long}`,
  takesValue: more.value?.startsWith('<') === true,
  value: undefined,
  values: [],
  ...more,
});
const argument = (name: string, more: Partial<ArgumentDescription> = {}): ArgumentDescription => ({
  name,
  description: `the ${name}`,
  required: true,
  variadic: false,
  values: [],
  ...more,
});
const command = (name: string, more: Partial<CommandDescription> = {}): CommandDescription => ({
  name,
  description: `does ${name}`,
  arguments: [],
  options: [],
  commands: [],
  help: [],
  ...more,
});

/** A small tree with everything that could break a script: quotes, dollars, colons, brackets, backslashes. */
const NASTY = `it's $HOME \`id\` "quoted" [x]: a\\b; $(id)`;
const TREE = command('convirza', {
  options: [
    option('--version', { short: '-v' }),
    option('--json', { value: '[fields]' }),
    option('--account', { value: '<name>' }),
    option('--output', { value: '<format>', values: ['table', 'json'] }),
  ],
  commands: [
    command('users', {
      description: NASTY,
      commands: [
        command('list', {
          options: [
            option('--sort-by', {
              value: '<key>',
              values: ['name', 'email', "it's full"],
              description: NASTY,
            }),
            option('--limit', { short: '-l', value: '<integer>' }),
          ],
        }),
        command('get', { arguments: [argument('user')] }),
      ],
    }),
    command('prompts', {
      commands: [
        command('upload', {
          arguments: [argument('files', { variadic: true })],
          options: [option('--kind', { value: '<kind>', values: ['menu', 'menu long'] })],
        }),
      ],
    }),
  ],
});

const has = (shell: string) => spawnSync(shell, ['-c', 'exit 0']).status === 0;
const shells = { bash: has('bash'), zsh: has('zsh'), fish: has('fish') };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'convirza-completion-'));
  for (const shell of SHELLS) writeFileSync(join(folder, shell), completionScript(shell, TREE));
  writeFileSync(join(folder, 'speech.wav'), '');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const execute = (shell: string, ...args: string[]) =>
  spawnSync(shell, args, { encoding: 'utf8', cwd: folder, env: { ...process.env, HOME: folder } });

/** What a user would be offered, the last word being typed. */
const WANTED: [words: string[], offered: string[]][] = [
  [['us'], ['users']],
  [
    ['users', ''],
    ['list', 'get'],
  ],
  [['users', 'list', '--s'], ['--sort-by']],
  [
    ['users', 'list', '--sort-by', ''],
    ['name', 'email', "it's full"],
  ],
  [['users', 'list', '--sort-by', 'e'], ['email']],
  [['users', 'list', '--sort-by', 'it'], ["it's full"]],
  [['--account', 'users', 'pro'], ['prompts']],
  [['--output', 'users', '--account', 'list', 'users', 'g'], ['get']],
  [['users', '--json', 'l'], ['list']],
  [['users', 'list', '-l', 'get', '--lim'], ['--limit']],
  [['users', 'get', '--outp'], ['--output']],
  [
    ['prompts', 'upload', '--kind', 'menu'],
    ['menu', 'menu long'],
  ],
  [['prompts', 'upload', 'spe'], ['speech.wav']],
];

describe('the script for each shell', () => {
  it.each(SHELLS)(
    '%s: names every command and flag, says where it came from, and how to install it',
    (shell) => {
      const script = completionScript(shell, TREE);
      for (const word of ['users', 'list', 'get', 'upload', 'sort-by', 'limit', 'json', 'output', 'help'])
        expect(script).toContain(word);
      expect(script).toContain('Generated from the endpoint catalogue');
      expect(script).not.toContain('--version');
      expect(INSTALL[shell]).toContain(`convirza completion ${shell}`);
      expect(script.endsWith('\n')).toBe(true);
    },
  );

  it('powershell: quotes every text', () => {
    const script = completionScript('powershell', TREE);
    expect(script).toContain(`${NASTY.replaceAll("'", "''")}'`);
  });
});

describe.skipIf(!shells.bash)('bash (skipped where it is not installed)', () => {
  it('takes the script', () => {
    const { status, stderr } = execute('bash', '-n', 'bash');
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(WANTED)('offers after %j: %j', (words, offered) => {
    const script = [
      'source ./bash; COMP_WORDS=(convirza "$@"); COMP_CWORD=$#; _convirza',
      // What is offered is written as the shell will read it.
      `eval "printf '%s\\n' $` + '{COMPREPLY[*]}"',
    ].join('\n');
    const { stdout, stderr } = execute('bash', '--norc', '-c', script, 'bash', ...words);
    expect([stdout.trimEnd().split('\n'), stderr]).toEqual([offered, '']);
  });
});

describe.skipIf(!shells.zsh)('zsh (skipped where it is not installed)', () => {
  it('takes the script', () => {
    const { status, stderr } = execute('zsh', '-n', 'zsh');
    expect([status, stderr]).toEqual([0, '']);
  });

  it('loads it', () => {
    const script = 'autoload -Uz compinit; compinit -D -u; source ./zsh; print -r -- $_comps[convirza]';
    const { stdout, stderr } = execute('zsh', '-f', '-c', script);
    expect([stdout, stderr]).toEqual(['_convirza\n', '']);
  });

  /** The lines that the script would hand to the completion system, for which functions stand in that print. */
  function handedOver(words: string[]): string[] {
    const script = [
      'compdef() { }',
      'compadd() { while [[ $1 != -- ]]; do shift; done; shift; print -rl -- "$@"; }',
      '_describe() { print -rl -- "$' + '{(@P)argv[-1]}"; }',
      '_files() { print -rl -- *; }',
      'source ./zsh; words=(convirza "$@"); CURRENT=$#words PREFIX=$words[-1]; _convirza',
    ].join('\n');
    const { stdout, stderr } = execute('zsh', '-f', '-c', script, 'zsh', ...words);
    expect(stderr).toBe('');
    return stdout.trimEnd().split('\n');
  }

  it.each(WANTED)('offers after %j: %j', (words, offered) => {
    const names = handedOver(words).map((line) => line.split(':')[0] ?? '');
    expect(names.filter((name) => name.startsWith(words.at(-1) ?? ''))).toEqual(offered);
  });

  it('shows any description, with its colons marked', () => {
    const marked = NASTY.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
    expect(handedOver([''])).toContain(`users:${marked}`);
  });
});

describe.skipIf(!shells.fish)('fish (skipped where it is not installed)', () => {
  it('takes the script', () => {
    const { status, stderr } = execute('fish', '--no-execute', 'fish');
    expect([status, stderr]).toEqual([0, '']);
  });

  it.each(WANTED)('offers after %j: %j', (words, offered) => {
    const line = ['convirza', ...words].join(' ');
    const { stdout, stderr } = execute(
      'fish',
      '--no-config',
      '-c',
      'source ./fish; complete -C $argv[1]',
      line,
    );
    const names = stdout
      .trimEnd()
      .split('\n')
      .map((row) => row.split('\t')[0]);
    expect([names.toSorted(), stderr]).toEqual([offered.toSorted(), '']);
  });
});
