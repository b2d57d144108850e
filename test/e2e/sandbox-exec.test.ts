import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { BIN, cleanEnv, errorLine, type RunOptions, run, temporaryFolder } from '../helpers/cli.ts';

const NODE = process.execPath;

/** A home, and a temporary folder of its own to see what is left there. */
async function place() {
  const home = await temporaryFolder();
  const tmp = join(home, 'tmp');
  await mkdir(tmp);
  const exec = (words: readonly string[], options: RunOptions = {}, flags: readonly string[] = []) =>
    run(['sandbox', 'exec', ...flags, '--', ...words], home, {
      ...options,
      env: { TMPDIR: tmp, ...options.env },
    });
  return { home, tmp, exec };
}

describe('sandbox exec', () => {
  it('gives the command a sandbox and nothing of the user, and leaves nothing behind', async () => {
    const { tmp, exec, home } = await place();
    const names = 'Object.entries(process.env).filter(([name]) => /^(CONVIRZA|NEXTEVI)/.test(name))';
    const script = `console.log(JSON.stringify(Object.fromEntries(${names})))`;
    const env = {
      CONVIRZA_TOKEN: 'mine',
      CONVIRZA_PROFILE: 'mine',
      NEXTEVI_ACCESS_TOKEN: 'mine',
      CONVIRZA_API_URL: 'https://api.example.com',
      CONVIRZA_SANDBOX: undefined,
    };
    const result = await exec([NODE, '-e', script], { env });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const got = JSON.parse(result.stdout) as Record<string, string>;
    expect(Object.values(got)).not.toContain('mine');
    expect(got['CONVIRZA_API_URL']).toBe(`${got['CONVIRZA_SANDBOX_URL']}/v3`);
    expect(got['CONVIRZA_CONFIG_DIR']?.startsWith(tmp)).toBe(true);
    expect(await readdir(tmp)).toEqual([]);
    expect(existsSync(join(home, 'config'))).toBe(false);
  });

  it('passes input and output through untouched, with flags that stand behind --', async () => {
    const { exec, home } = await place();
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, index) => index));
    const echo = 'process.stdin.pipe(process.stdout); process.stderr.write("said")';
    const result = await exec([NODE, '-e', echo], { input: bytes.toString('latin1') });
    expect(result).toMatchObject({ code: 0, stdout: bytes.toString('latin1'), stderr: 'said' });
    const words = [NODE, BIN, 'tags', 'list', '--json', 'name', '--output', 'json'];
    const listed = await exec(words);
    expect(JSON.parse(listed.stdout)).toContainEqual({ name: 'VIP' });
    expect(home).toBeDefined();
  });

  it('ends as the command does', async () => {
    const { tmp, exec } = await place();
    const cases: [script: string, code: number][] = [
      ['process.exit(0)', 0],
      ['process.exit(7)', 7],
      ['process.kill(process.pid, "SIGTERM")', 143],
      ['process.kill(process.pid, "SIGKILL")', 137],
    ];
    const results = await Promise.all(
      cases.map(([script]) => exec([NODE, '-e', `${script}; setInterval(() => {}, 60000)`], {}, ['--tls'])),
    );
    expect(results).toEqual(cases.map(([, code]) => ({ code, signal: null, stdout: '', stderr: '' })));
    expect(await readdir(tmp)).toEqual([]);
  });

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on, and cleans up', async (signal) => {
    const { home, tmp } = await place();
    const script = `process.on(${JSON.stringify(signal)}, () => { console.log('told'); process.exit(9); }); console.log('up'); setInterval(() => {}, 1000)`;
    const child = spawn(NODE, [BIN, 'sandbox', 'exec', '--', NODE, '-e', script], {
      env: cleanEnv(home, { TMPDIR: tmp }),
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (part: string) => {
      text += part;
      if (part.includes('up')) child.kill(signal);
    });
    expect(await once(child, 'close')).toEqual([9, null]);
    expect(text).toBe('up\ntold\n');
    expect(await readdir(tmp)).toEqual([]);
  });

  it('tells what it cannot start, and cleans up', async () => {
    const { exec, home, tmp } = await place();
    const missing = await exec(['no-such-command']);
    expect([missing.code, errorLine(missing)]).toEqual([
      2,
      'error: no-such-command cannot be started: there is no such command. Check its name. A line for a shell goes behind: sh -c.',
    ]);
    await writeFile(join(home, 'data.txt'), '');
    const denied = await exec(['./data.txt', '--json']);
    expect(errorLine(denied)).toContain('you may not run it');
    expect(await readdir(tmp)).toEqual([]);
    const none = await run(['sandbox', 'exec'], home);
    expect([none.code, errorLine(none)]).toEqual([2, expect.stringContaining("argument 'command'")]);
  });
});
