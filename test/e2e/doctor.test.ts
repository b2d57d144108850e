import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, startBench } from '../helpers/cli.ts';

interface Finding {
  check: string;
  result: string;
  message: string;
  hint: string | null;
}

describe('doctor', () => {
  it('says what is well, and what to do about the rest', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(['doctor', '--json'], {
      env: { NEXTEVI_API_KEY: undefined, CONVIRZA_PROXY: 'http://me:marked-secret@proxy.example.com:3128' },
    });
    expect(result.code).toBe(0);
    const findings = JSON.parse(result.stdout) as Finding[];
    expect(Object.fromEntries(findings.map(({ check, result }) => [check, result]))).toEqual({
      program: 'ok',
      settings: 'ok',
      credentials: 'warning',
      keychain: 'ok',
      proxy: 'ok',
      api: 'ok',
      'sign-in': 'ok',
      voice: 'ok',
      terminal: 'ok',
      audio: 'ok',
    });
    expect(findings.find(({ check }) => check === 'credentials')?.hint).toContain('auth login');
    expect(result.stdout).not.toContain('marked-secret');
  });

  it('writes what both vendors ask for into a file, and no secret', async () => {
    const bench = await startBench();
    const env = {
      CONVIRZA_PROXY: 'http://me:marked-secret@proxy.example.com:3128',
      CONVIRZA_TOKEN: 'marked-token',
    };
    const failed = await bench.anonymous(['users', 'list', '--json'], { env });
    await writeFile(join(bench.home, 'error.json'), failed.stderr);
    const args = ['doctor', '--bundle', 'support.json', '--error', 'error.json'];
    const result = await bench.anonymous(args, { env });
    expect(result.stderr).toContain('read it before you send it');
    const text = await readFile(join(bench.home, 'support.json'), 'utf8');
    expect(JSON.parse(text)).toMatchObject({
      versions: { node: process.versions.node },
      error: {
        type: 'auth',
        status: 401,
        request_id: expect.any(String),
        endpoint: expect.stringContaining('/users/list'),
      },
      voice_key_begins: bench.sandbox.voiceKey.slice(0, 10),
    });
    expect(text).not.toMatch(/marked-(secret|token)/);
    expect(text).not.toContain(bench.sandbox.voiceKey);
    const none = await bench.anonymous(['doctor', '--bundle', 'x.json', '--error', 'support.json']);
    expect(none.code).toBe(2);
  });

  it('ends with the code of the first failure, after everything has been checked', async () => {
    const bench = await startBench();
    const env = { CONVIRZA_API_URL: 'http://localhost:1/v3' };
    const result = await bench.anonymous(['doctor'], { env });
    expect(result.code).toBe(9);
    expect(errorLine(result)).toContain('One check failed: api');
    expect(result.stdout).toMatch(/^failure +api +Nothing answers at localhost:1/m);
    expect(result.stdout).toMatch(/^ok +terminal/m);
  });

  it('finds a store that cannot be opened and a setting that cannot be understood', async () => {
    const bench = await startBench();
    const { email, password } = bench.sandbox.account;
    await bench.anonymous(['auth', 'login', '--email', email, '--password-stdin'], { input: password });
    await writeFile(join(bench.home, 'config', 'credentials', 'default.json'), 'garbage');
    const result = await bench.anonymous(['doctor'], { env: { CONVIRZA_RETRIES: 'many' } });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain('2 checks failed: settings, credentials');
  });
});
