import { chmod, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, run, startBench, temporaryFolder } from '../helpers/cli.ts';
import { checkWav } from '../helpers/wav.ts';

const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

describe('the program itself', () => {
  it('prints its version and its help on stdout', async () => {
    const home = await temporaryFolder();
    expect(await run(['--version'], home)).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
    const help = await run(['--help'], home);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Usage: convirza');
    expect((await run([], home)).stdout).toBe(help.stdout);
    expect((await run(['help', 'users', 'list'], home)).stdout).toContain('GET /users/list');
    expect(await readdir(home)).toEqual([]);
  });

  it('tells a too old Node so in one line', async () => {
    const home = await temporaryFolder();
    const preload = join(home, 'old.cjs');
    await writeFile(
      preload,
      "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });",
    );
    const result = await run(['--version'], home, { node: ['-r', preload] });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toBe(
      'error: convirza needs Node.js 20.19 or newer; this is 18.20.4. Install a newer one.\n',
    );
  });

  it.each([
    [['usrs', 'list'], "error: Unknown command 'usrs' (Did you mean users?). See: convirza --help."],
    [['users', 'lst'], "error: Unknown command 'lst' (Did you mean list?). See: convirza users --help."],
    [
      ['users', 'list', '--limt', '3'],
      "error: Unknown option '--limt' (Did you mean --limit?). See: convirza users list --help.",
    ],
    [['users', 'get'], "error: Missing required argument 'id'. See: convirza users get --help."],
    [['users', 'get', '1', '2'], /Too many arguments/],
    [['users', 'list', '--output', 'xml'], /table, json, ndjson, csv/],
    [['completion', 'tcsh'], /bash, zsh, fish, powershell/],
    [['users', 'list', '--timeout', 'soon'], /timeout must be a number/],
    [['users', 'list', '--profile', '../x'], /is no profile name/],
    [['users', 'list', '--api-url', 'http://api.example.com'], /unencrypted.*--insecure-http/],
  ])('%j is wrong usage', async (args, message) => {
    const home = await temporaryFolder();
    const result = await run(args, home);
    if (typeof message === 'string') expect(errorLine(result)).toBe(message);
    else expect(errorLine(result)).toMatch(message);
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });

  it('two shapes of output contradict each other', async () => {
    const result = await run(['users', 'list', '--json', '--output', 'csv'], await temporaryFolder());
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(result.stderr)).toMatchObject({
      error: { type: 'usage', message: expect.stringContaining('contradict') },
    });
  });

  it('shows the commands of a family that was named alone', async () => {
    const result = await run(['users'], await temporaryFolder());
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toContain('patch <id>');
  });
});

describe('--sandbox', () => {
  it('runs any command without account, network or anything kept', async () => {
    const home = await temporaryFolder();
    const results = await Promise.all([
      run(['users', 'list', '--sandbox', '--json'], home),
      run(['auth', 'profile', '--sandbox'], home),
      run(['prompts', 'list', '--sandbox', '--output', 'csv'], home),
      run(['numbers', 'release', '--sandbox', '--field', 'phone_number=+18015550100', '--no-input'], home),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 3]);
    expect(JSON.parse(results[0]?.stdout ?? '')).not.toEqual([]);
    expect(await readdir(home)).toEqual([]);
  });
});

describe('sandbox start', () => {
  it('prints the environment that points the program at it, and ends well with Ctrl-C', async () => {
    const home = await temporaryFolder();
    let listed: Promise<{ code: number | null; stdout: string }> | undefined;
    const result = await run(['sandbox', 'start', '--port', '0'], home, {
      onStart: (child) => {
        let text = '';
        child.stdout?.on('data', (part: string) => {
          text += part;
          if (listed !== undefined || !text.endsWith('\n')) return;
          const { env } = JSON.parse(text) as { env: Record<string, string> };
          listed = run(['users', 'list', '--json'], home, { env });
          listed.then(() => child.kill('SIGINT'));
        });
      },
    });
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(JSON.parse((await listed)?.stdout ?? '')).not.toEqual([]);
  });

  it('says that its port is taken', async () => {
    const bench = await startBench();
    const result = await run(['sandbox', 'start', '--port', String(bench.sandbox.port)], bench.home);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/--port/);
  });
});

describe('config', () => {
  it('keeps settings, shows where they come from, and prefers flag over environment over file', async () => {
    const bench = await startBench();
    expect((await bench.anonymous(['config', 'set', 'api-url', bench.sandbox.apiUrl])).code).toBe(0);
    const env = { CONVIRZA_API_URL: undefined, CONVIRZA_TIMEOUT: '7' };
    const rows = JSON.parse(
      (await bench.anonymous(['config', 'list', '--json', '--retries', '1'], { env })).stdout,
    ) as { name: string }[];
    expect(Object.fromEntries(rows.map((row) => [row.name, row]))).toMatchObject({
      'api-url': { value: bench.sandbox.apiUrl, origin: 'file' },
      timeout: { value: '7', origin: 'environment' },
      retries: { value: '1', origin: 'flag' },
      profile: { value: 'default', origin: 'default' },
    });
    expect((await bench.signedIn(['users', 'list'], { env })).code).toBe(0);
    expect((await bench.anonymous(['config', 'unset', 'api-url'])).code).toBe(0);
    expect((await bench.anonymous(['config', 'get', 'api-url'], { env })).stdout).toBe(
      'https://platform-api.convirza.com/v3\n',
    );
  });

  it.each([
    [['config', 'set', 'color', 'red'], /There is no setting "color"/],
    [['config', 'set', 'timeout', 'soon'], /must be a number/],
    [['config', 'set', 'api-url', 'http://example.com'], /unencrypted/],
    [['config', 'set', 'profile', 'a/b'], /is no profile name/],
  ])('refuses %j', async (args, message) => {
    const result = await run(args, await temporaryFolder());
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(message);
  });

  it('does not take Ctrl-C over: the command ends well', async () => {
    const bench = await startBench();
    await bench.anonymous(['config', 'set', 'retries', '1']);
    const result = await bench.signedIn(['tags', 'list', '--watch', '0.1', '--output', 'ndjson'], {
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    expect(result).toMatchObject({ code: 130, signal: null });
  });

  it('says where a damaged file is', async () => {
    const bench = await startBench();
    await bench.anonymous(['config', 'set', 'retries', '1']);
    await writeFile(join(bench.home, 'config', 'config.json'), '{broken');
    const result = await bench.signedIn(['users', 'list']);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/config\.json cannot be read/);
  });
});

describe('demo', () => {
  it('does the main job and leaves nothing but the reply', async () => {
    const home = await temporaryFolder();
    const scratch = await temporaryFolder();
    const result = await run(['demo'], home, { env: { TMPDIR: scratch, CONVIRZA_CONFIG_DIR: undefined } });
    expect(result).toMatchObject({ code: 0 });
    for (const words of [
      'auth login',
      'prompts upload prompts',
      'prompts list',
      'voice stream prompts/welcome.wav',
      'auth logout',
    ])
      expect(result.stdout).toContain(`$ convirza ${words}`);
    expect(result.stdout).toContain(join(home, 'convirza-demo-reply.wav'));
    expect(result.stdout).toMatch(/Next, .*convirza users list --sandbox/);
    expect(await readdir(home)).toEqual(['convirza-demo-reply.wav']);
    expect(await readdir(scratch)).toEqual([]);
    expect(checkWav(await readFile(join(home, 'convirza-demo-reply.wav')))).toBeGreaterThan(1);
  });

  it.skipIf(process.platform === 'win32')(
    'says before it starts that its folder cannot be written',
    async () => {
      const home = await temporaryFolder();
      const locked = await temporaryFolder();
      await chmod(locked, 0o555);
      // Permissions do not stop root, the kernel's own file system does.
      const cwd = process.getuid?.() === 0 ? '/proc' : locked;
      const result = await run(['demo'], home, { cwd });
      await chmod(locked, 0o755);
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(errorLine(result)).toMatch(/no file can be written there.*Change to a folder of your own/);
    },
  );
});
