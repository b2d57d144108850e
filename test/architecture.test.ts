import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../src', import.meta.url));
const files = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.replaceAll('\\', '/'));

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

const IMPORT = /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^;'"]*?from\s+'([^']+)'|import\('([^']+)'\)/g;

function importsOf(file: string): Import[] {
  const text = readFileSync(join(root, file), 'utf8');
  return [...text.matchAll(IMPORT)].map((match) => {
    const target = match[2] ?? match[3] ?? '';
    const to = target.startsWith('.')
      ? relative(root, resolve(root, dirname(file), target)).replaceAll('\\', '/')
      : target;
    return { from: file, to, typeOnly: match[1] !== undefined };
  });
}

/** The library that an import is of: `undici` for a file inside it. */
const library = (target: string) => target.split('/')[0] ?? '';

const imports = files.flatMap(importsOf);
const room = (file: string) => (file.includes('/') ? (file.split('/')[0] ?? '') : file);

/** Which rooms a room may use. `types:` allows types alone. */
const ALLOWED: Record<string, string[]> = {
  'main.ts': ['program.ts', 'context.ts', 'commands', 'shared'],
  'program.ts': ['commands', 'context.ts', 'convirza', 'output', 'shared'],
  'context.ts': ['types:settings'],
  commands: [
    'context.ts',
    'convirza',
    'nextevi',
    'bulk',
    'credentials',
    'output',
    'sandbox',
    'settings',
    'audio',
    'shared',
  ],
  convirza: ['shared'],
  nextevi: ['shared'],
  bulk: ['shared'],
  // Implements the interface that the client owns.
  credentials: ['types:convirza', 'shared'],
  // Its routes are the catalogue, its replies are sound.
  sandbox: ['convirza/catalogue', 'audio', 'shared'],
  settings: ['shared'],
  output: ['shared'],
  audio: ['shared'],
  shared: [],
};

describe('the arrows between rooms', () => {
  it('go one way', () => {
    const wrong = imports
      .filter(({ to }) => files.includes(to))
      .filter(({ from, to }) => room(from) !== room(to))
      .filter(({ from, to, typeOnly }) => {
        const allowed = ALLOWED[room(from)] ?? [];
        return !allowed.some((entry) => {
          const [name, kind] = entry.startsWith('types:') ? [entry.slice(6), 'types'] : [entry, 'all'];
          return (room(to) === name || to.startsWith(`${name}/`)) && (kind === 'all' || typeOnly);
        });
      })
      .map(({ from, to }) => `${from} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  it('every room is known', () => {
    expect([...new Set(files.map(room))].filter((name) => !(name in ALLOWED))).toEqual([]);
  });

  it('libraries stay where they belong', () => {
    const homes: Record<string, RegExp> = {
      undici: /^convirza\//,
      ws: /^(nextevi|sandbox\/voice)\//,
      commander: /^(program\.ts|commands\/)/,
      inquirer: /^commands\/ask\.ts$/,
      chalk: /^(output\/|commands\/(invocation|failure)\.ts)/,
      ora: /^output\/progress\.ts$/,
      conf: /^settings\//,
      '@napi-rs': /^credentials\/keychain-process\.ts$/,
    };
    const strays = imports.filter(({ from, to }) => homes[library(to)]?.test(from) === false);
    expect(strays).toEqual([]);
  });

  it('only the entry knows the process', () => {
    const known = /process\.(argv|env|stdout|stderr|stdin|exit|exitCode|cwd)\b/;
    const strays = files
      .filter((file) => file !== 'main.ts')
      .filter((file) =>
        known.test(readFileSync(join(root, file), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')),
      );
    expect(strays).toEqual([]);
    expect(readFileSync(join(root, 'main.ts'), 'utf8').replace(/\/\*[\s\S]*?\*\//g, '')).not.toContain(
      'process.exit(',
    );
  });

  it('colours can be read on dark and on light backgrounds', () => {
    // Yellow, cyan and white vanish on white, blue and black on black; bright ones are either of them somewhere.
    const hard = /\b\w*[cC]olour\w*(\.|\?\.)(yellow|cyan|white|black|blue|gr[ae]y|bg[A-Z]\w*|\w+Bright)\b/;
    expect(files.filter((file) => hard.test(readFileSync(join(root, file), 'utf8')))).toEqual([]);
  });
});
