import { spawn, spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { BIN, cleanEnv, PROMPTS, startBench, startSharedBench } from '../helpers/cli.ts';

describe('colour', () => {
  const bench = startSharedBench();
  const coloured = (text: string) => text.includes('\u001b[');
  it.each([
    [{}, [], false],
    [{ FORCE_COLOR: '1' }, [], true],
    [{ FORCE_COLOR: '1', NO_COLOR: '1' }, [], true],
    [{ FORCE_COLOR: '0' }, [], false],
    [{ FORCE_COLOR: '1' }, ['--no-color'], false],
    [{ NO_COLOR: '1' }, [], false],
  ])('%j %j', async (env, flags, expected) => {
    const { signedIn } = await bench;
    const table = await signedIn(['users', 'list', '--limit', '1', ...flags], { env });
    expect(coloured(table.stdout)).toBe(expected);
    const error = await signedIn(['users', 'get', '999999', ...flags], { env });
    expect(coloured(error.stderr)).toBe(expected);
    const json = await signedIn(['users', 'list', '--limit', '1', '--json', ...flags], { env });
    expect(coloured(json.stdout)).toBe(false);
  });
});

const hasScript = spawnSync('script', ['--version']).status === 0;

describe.skipIf(!hasScript)('at a terminal (needs script from util-linux)', () => {
  /** Runs the program on a pseudo-terminal and types when a prompt shows. */
  function typed(
    args: string[],
    home: string,
    env: Record<string, string | undefined>,
    answers: [RegExp, string][],
  ): Promise<{ screen: string; code: number | null }> {
    return new Promise((resolve) => {
      const command = [process.execPath, BIN, ...args].map((word) => `'${word}'`).join(' ');
      const child = spawn('script', ['-qec', `stty cols 80 rows 24; exec ${command}`, '/dev/null'], {
        env: cleanEnv(home, { TERM: 'xterm', ...env }),
        stdio: ['pipe', 'pipe', 'pipe'],
      });
      let screen = '';
      let seen = 0;
      child.stdout.setEncoding('utf8').on('data', (text: string) => {
        screen += text;
        const [next] = answers;
        if (next === undefined || !next[0].test(stripVTControlCharacters(screen.slice(seen)))) return;
        answers.shift();
        seen = screen.length;
        child.stdin.write(next[1]);
      });
      child.on('close', (code) => resolve({ screen, code }));
    });
  }

  it('--plain asks in whole lines, draws nothing, and moves no cursor', async () => {
    const bench = await startBench();
    const env = {
      ...bench.sandbox.env,
      NO_COLOR: '1',
      CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token,
    };
    const id = String(bench.sandbox.state.rows('tags')[0]?.['id']);
    const asked = await typed(['tags', 'delete', id, '--plain'], bench.home, env, [
      [/Yes or no/, 'perhaps\r'],
      [/Please answer yes or no/, 'yes\r'],
    ]);
    expect(asked.code).toBe(0);
    const list = await typed(['users', 'list', '--limit', '2'], bench.home, { ...env, TERM: 'dumb' }, []);
    expect(list.screen).toMatch(/^ct user id: \d+\r\nfirst name: /);
    const tree = await typed(['groups', 'tree'], bench.home, { ...env, CONVIRZA_PLAIN: '1' }, []);
    expect(tree.screen).toMatch(/^level 1: /);
    const heard = await typed(
      ['audio', 'inspect', `${PROMPTS}menu.mp3`, '--plain'],
      bench.home,
      { ...env, LANG: 'C.UTF-8' },
      [],
    );
    for (const { screen } of [asked, list, tree, heard])
      expect(screen.replaceAll('\r\n', '\n')).toMatch(/^[\n\x20-\x7e]+$/);
  });

  it('auth login asks for address and password and does not show the password', async () => {
    const bench = await startBench();
    const { email, password } = bench.sandbox.account;
    const env = { ...bench.sandbox.env, CONVIRZA_EMAIL: undefined, CONVIRZA_PASSWORD: undefined };
    const result = await typed(['auth', 'login'], bench.home, env, [
      [/Email/, `${email}\r`],
      [/Password/, `${password}\r`],
    ]);
    expect(result.code).toBe(0);
    expect(result.screen).toContain('Signed in as');
    expect(result.screen).not.toContain(password);
    expect((await bench.anonymous(['auth', 'status'])).code).toBe(0);
  });

  it('auth login asks again for a password that was wrong, and waits before', async () => {
    const bench = await startBench();
    const { email, password } = bench.sandbox.account;
    const env = { ...bench.sandbox.env, CONVIRZA_EMAIL: undefined, CONVIRZA_PASSWORD: undefined };
    const result = await typed(['auth', 'login', '--email', email], bench.home, env, [
      [/Password/, 'wrong\r'],
      [/Sign-in failed[\s\S]*Password/, `${password}\r`],
    ]);
    expect(result.code).toBe(0);
    expect(result.screen).toContain('Signed in as');
    const logins = bench.sandbox.requests.filter(({ path }) => path === '/oauth/token');
    expect(logins.map(({ status }) => status)).toEqual([401, 200]);
    expect(Date.parse(logins[1]?.at ?? '') - Date.parse(logins[0]?.at ?? '')).toBeGreaterThan(900);
  });

  it('voice login asks for the key, does not show it, and auth token needs --show', async () => {
    const bench = await startBench();
    const { voiceKey, account } = bench.sandbox;
    const result = await typed(['voice', 'login'], bench.home, bench.sandbox.env, [
      [/API key/, `${voiceKey}\r`],
    ]);
    expect(result.code).toBe(0);
    expect(result.screen).not.toContain(voiceKey);
    await bench.anonymous(['auth', 'login', '--email', account.email, '--password-stdin'], {
      input: account.password,
    });
    const env = { ...bench.sandbox.env, CONVIRZA_EMAIL: undefined, CONVIRZA_PASSWORD: undefined };
    const refused = await typed(['auth', 'token'], bench.home, env, []);
    expect(refused.code).toBe(2);
    expect(refused.screen).toContain('--show');
    expect((await typed(['auth', 'token', '--show'], bench.home, env, [])).code).toBe(0);
  });

  it('a deletion asks; "no" ends with 3 and changes nothing, "yes" deletes', async () => {
    const bench = await startBench();
    const env = { ...bench.sandbox.env, CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    const no = await typed(
      ['tags', 'delete', String(bench.sandbox.state.rows('tags')[0]?.['id'])],
      bench.home,
      env,
      [[/Delete tag \d+/, 'n\r']],
    );
    expect(no.code).toBe(3);
    const count = bench.sandbox.state.rows('tags').length;
    const yes = await typed(
      ['tags', 'delete', String(bench.sandbox.state.rows('tags')[0]?.['id'])],
      bench.home,
      env,
      [[/Delete tag \d+/, 'y\r']],
    );
    expect(yes.code).toBe(0);
    expect(bench.sandbox.state.rows('tags')).toHaveLength(count - 1);
  });

  it('many deletions are asked for once, and shown as a bar with what is in flight and what failed', async () => {
    const bench = await startBench();
    const env = { ...bench.sandbox.env, CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    const file = join(bench.home, 'ids.txt');
    await writeFile(file, '105\n106\n999999\n107\n');
    bench.sandbox.setFaults([{ method: 'DELETE', path: '/v3/users/*', delayMs: 300 }]);
    const args = ['users', 'delete', '--from', file, '--concurrency', '2'];
    const no = await typed(args, bench.home, env, [[/Delete 4 users\?/, 'n\r']]);
    expect(no.code).toBe(3);
    const yes = await typed(args, bench.home, env, [[/Delete 4 users\?/, 'y\r']]);
    expect(yes.code).toBe(8);
    const screen = stripVTControlCharacters(yes.screen);
    expect(screen).toMatch(/[█░]{20} \d of 4, \d+ %, 2 in flight/);
    expect(screen).toMatch(/failed: line 3 \(999999\): Not found/);
    expect(screen).toMatch(/1 of 4 failed: 3 deleted, 1 failed/);
  });

  it('a change without anything to change offers the known fields', async () => {
    const bench = await startBench();
    const env = { ...bench.sandbox.env, CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    const result = await typed(['users', 'patch', '101'], bench.home, env, [
      [/which fields/, '\u001b[B \r'],
      [/first_name \(first name\)/, 'Annabel\r'],
    ]);
    expect(result.code).toBe(0);
    expect(bench.sandbox.requests.at(-1)).toMatchObject({ method: 'PATCH', body: { first_name: 'Annabel' } });
  });

  it('a creation whose fields nobody documented asks for names and values', async () => {
    const bench = await startBench();
    const env = { ...bench.sandbox.env, CONVIRZA_TOKEN: bench.sandbox.issueTokens().access_token };
    const result = await typed(['tags', 'create'], bench.home, env, [
      [/\? Field/, 'name\r'],
      [/\? name/, 'VIP\r'],
      [/\? Field/, '\r'],
    ]);
    expect(result.code).toBe(0);
    expect(bench.sandbox.requests.at(-1)).toMatchObject({ method: 'POST', body: { name: 'VIP' } });
  });

  it('Ctrl-C at a question ends with 130', async () => {
    const bench = await startBench();
    const env = { ...bench.sandbox.env, CONVIRZA_EMAIL: undefined };
    const result = await typed(['auth', 'login'], bench.home, env, [[/Email/, '\u0003']]);
    expect(result.code).toBe(130);
  });
});
