import { execFile } from 'node:child_process';
import { existsSync, readFileSync, realpathSync, symlinkSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const execute = promisify(execFile);
const root = fileURLToPath(new URL('../..', import.meta.url));
const windows = process.platform === 'win32';
const MAX_PACKED_BYTES = 1_500_000;

/** npm's own program, which comes with most installations of Node.js: run as a script, for it is none of Windows. */
const npm = [process.env['npm_execpath'], ...besideNode()].find(
  (file) => file !== undefined && /npm-cli\.js$/.test(file) && existsSync(file),
);

function besideNode(): string[] {
  const bin = dirname(realpathSync(process.execPath));
  return ['..', '../lib', '.'].map((place) => join(bin, place, 'node_modules/npm/bin/npm-cli.js'));
}

interface Packed {
  filename: string;
  size: number;
  files: { path: string; mode: number }[];
}

interface Manifest {
  name: string;
  version: string;
  scripts: Record<string, string>;
  man: string[];
}

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;

describe.skipIf(npm === undefined)('the package (skipped where npm is not)', () => {
  let folder: string;
  let packed: Packed;
  let tarball: string;

  /** Runs npm with a home, a configuration and a cache of its own, and without any network. */
  async function runNpm(args: readonly string[], cwd: string): Promise<string> {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_OPTIONS|CONVIRZA_|NEXTEVI_)/i.test(name)),
    );
    const flags = ['--offline', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier'];
    const { stdout } = await execute(process.execPath, [npm as string, ...args, ...flags], {
      cwd,
      env: {
        ...env,
        HOME: folder,
        USERPROFILE: folder,
        npm_config_cache: join(folder, 'cache'),
        npm_config_userconfig: join(folder, 'npmrc'),
        npm_config_globalconfig: join(folder, 'npmrc-global'),
      },
    });
    return stdout;
  }

  const environment = () => ({
    PATH: process.env['PATH'],
    HOME: folder,
    USERPROFILE: folder,
    CONVIRZA_CONFIG_DIR: join(folder, 'config'),
  });

  async function expectProgram(file: string, cwd: string, more: string[] = []): Promise<void> {
    const command = windows ? [file, ...more] : [process.execPath, file, ...more];
    const options = { cwd, env: environment(), shell: windows };
    const [program = '', ...before] = command;
    const { stdout } = await execute(program, [...before, '--version'], options);
    expect(stdout).toBe(`${manifest.version}\n`);
  }

  beforeAll(async () => {
    folder = realpathSync(await mkdtemp(join(tmpdir(), 'convirza-package-')));
    const out = await runNpm(['pack', '--json', '--pack-destination', folder], root);
    [packed] = JSON.parse(out) as [Packed];
    tarball = join(folder, packed.filename);
  });

  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('is small, and holds what a user needs and nothing else', () => {
    expect(packed.size).toBeLessThan(MAX_PACKED_BYTES);
    const paths = packed.files.map(({ path }) => path);
    for (const needed of [
      'LICENSE',
      'README.md',
      'bin/convirza.js',
      'completions/convirza.bash',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/kernels/jq.wasm.br',
      'dist/kernels/opus.wasm',
      'dist/main.cjs',
      ...manifest.man.map((page) => page.slice(2)),
    ])
      expect(paths).toContain(needed);
    const places =
      /^(LICENSE|(CHANGELOG|CONTRIBUTING|README|SECURITY)\.md|package\.json|(bin|completions|dist|docs)\/)/;
    expect(paths.filter((path) => !places.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.(ts|map|tgz|mjs)$|(^|\/)\./.test(path))).toEqual([]);
  });

  it('has no script that runs when it is installed', () => {
    for (const script of ['preinstall', 'install', 'postinstall'])
      expect(manifest.scripts).not.toHaveProperty(script);
  });

  it('is installed into an empty folder, with blanks in its name, and runs there and through a link', async () => {
    const place = join(folder, 'a place with blanks');
    await mkdir(place);
    await writeFile(join(place, 'package.json'), '{}');
    await runNpm(['install', tarball], place);
    const bin = join(place, 'node_modules', '.bin', windows ? 'convirza.cmd' : 'convirza');
    await expectProgram(bin, place);
    expect(await runNpm(['exec', '--no', '--', 'convirza', '--version'], place)).toBe(
      `${manifest.version}\n`,
    );
    if (windows) return;
    symlinkSync(bin, join(folder, 'linked'));
    await expectProgram(join(folder, 'linked'), folder);

    // What is loaded late: chunks, the sandbox, jq, its WebAssembly, an audio kernel.
    const run = async (...args: string[]) =>
      (await execute(process.execPath, [bin, ...args], { cwd: place, env: environment() })).stdout;
    expect(await run('users', 'list', '--sandbox', '--limit', '1', '--jq', '.[0] | type')).toBe('object\n');
    expect(await run('users', 'list', '--sandbox', '--limit', '1', '--output', 'yaml')).toMatch(/^- \w+: /);
    const prompt = join(place, 'node_modules', manifest.name, 'dist/assets/demo/prompts/hold.ogg');
    expect(await run('audio', 'inspect', prompt, '--jq', '.[0].codec')).toBe('opus\n');
    expect(await run('config', 'set', 'timeout', '20')).toBe('');
    expect(await run('config', 'get', 'timeout')).toBe('20\n');
  });

  it('is installed for all of a user, with its manual', async () => {
    const prefix = join(folder, 'global');
    await mkdir(prefix);
    await runNpm(['install', '--global', '--prefix', prefix, tarball], folder);
    await expectProgram(windows ? join(prefix, 'convirza.cmd') : join(prefix, 'bin', 'convirza'), folder);
    if (!windows) expect(existsSync(join(prefix, 'share/man/man1/convirza.1'))).toBe(true);
  });
});

describe('the lock file', () => {
  it('names no host', () => {
    const lock = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lock).not.toMatch(/"resolved"/);
    expect(readFileSync(join(root, '.npmrc'), 'utf8')).toContain('omit-lockfile-registry-resolved=true');
    const urls = [...lock.matchAll(/https?:\/\/([^/"]+)/g)].map((match) => match[1] ?? '');
    expect(urls.filter((host) => /(^|\.)(registry|npm)/.test(host))).toEqual([]);
  });
});
