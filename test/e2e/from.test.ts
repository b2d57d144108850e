import { existsSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Bench, errorLine, startBench, temporaryFolder } from '../helpers/cli.ts';

const sent = (bench: Bench, method: string, path: RegExp) =>
  bench.sandbox.requests.filter((request) => request.method === method && path.test(request.path));

const emails = (bench: Bench) => bench.sandbox.state.rows('users').map((row) => String(row['email']));

function usersCsv(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `u${index}@bulk.test,First${index},1001`);
  return `username,first_name,ct_user_ou_id\n${rows.join('\n')}\n`;
}

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

/** How often each of the addresses of `usersCsv` is on the service. */
function counts(bench: Bench, count: number): number[] {
  const all = emails(bench);
  return Array.from(
    { length: count },
    (_, index) => all.filter((email) => email === `u${index}@bulk.test`).length,
  );
}

const once = (count: number) => Array.from({ length: count }, () => 1);

describe('--from', () => {
  it.each([
    ['users.csv', usersCsv(3)],
    ['users.json', '[{"username":"u0@bulk.test"},{"username":"u1@bulk.test"},{"username":"u2@bulk.test"}]'],
    [
      'users.ndjson',
      '{"username":"u0@bulk.test"}\n{"username":"u1@bulk.test"}\n{"username":"u2@bulk.test"}\n',
    ],
  ])('creates from %s, and from standard input', async (name, text) => {
    const bench = await startBench();
    const folder = await folderWith({ [name]: text });
    const args = ['users', 'create', '--ct-user-ou-id', '1001', '--from'];
    const result = await bench.signedIn([...args, name, '--json'], { cwd: folder });
    expect(result).toMatchObject({ code: 0 });
    const rows = JSON.parse(result.stdout) as Record<string, unknown>[];
    expect(rows.map(({ outcome, error }) => [outcome, error])).toEqual([
      ['done', null],
      ['done', null],
      ['done', null],
    ]);
    expect(counts(bench, 3)).toEqual(once(3));
    expect(JSON.parse(result.stderr.split('\n').find((line) => line.startsWith('{')) ?? '')).toMatchObject({
      summary: { total: 3, done: 3, failed: 0, in_doubt: 0, stopped: null, failed_to: null },
    });
    expect(existsSync(join(folder, `${name}.journal`))).toBe(true);

    const piped = await startBench();
    const second = await piped.signedIn([...args, '-'], { cwd: folder, input: text });
    expect(second).toMatchObject({ code: 0 });
    expect(second.stderr).toContain('3 created');
    expect(counts(piped, 3)).toEqual(once(3));
  });

  it('changes what a list gave', async () => {
    const bench = await startBench();
    const list = await bench.signedIn(['users', 'list', '--json', '--limit', '5']);
    const result = await bench.signedIn(['users', 'patch', '--from', '-', '--timezone', 'Europe/Berlin'], {
      input: list.stdout,
    });
    expect(result).toMatchObject({ code: 0 });
    expect(result.stderr).toContain('5 changed');
    expect(result.stderr).toMatch(/Not sent, since users patch has no such fields: .*--all-columns/);
    const patches = sent(bench, 'PATCH', /^\/v3\/users\/\d+$/);
    expect(patches).toHaveLength(5);
    const after = await bench.signedIn(['users', 'list', '--json', '--limit', '5']);
    expect(after.stdout).toBe(list.stdout);
  });

  it('deletes what a list of ids names, after a yes', async () => {
    const bench = await startBench();
    const folder = await folderWith({ 'ids.txt': '# old\n105\n\n106\n' });
    const args = ['users', 'delete', '--from', 'ids.txt'];
    const unasked = await bench.signedIn(args, { cwd: folder });
    expect(unasked.code).toBe(3);
    expect(errorLine(unasked)).toContain('Delete 2 users needs a confirmation');
    expect(existsSync(join(folder, 'ids.txt.journal'))).toBe(false);
    expect(sent(bench, 'DELETE', /./)).toEqual([]);
    const result = await bench.signedIn([...args, '--yes'], { cwd: folder });
    expect(result).toMatchObject({ code: 0 });
    expect(
      sent(bench, 'DELETE', /./)
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['/v3/users/105', '/v3/users/106']);
  });

  it('shows the requests and sends none with --dry-run and --curl', async () => {
    const bench = await startBench();
    const folder = await folderWith({ 'ids.txt': '101\n102\n' });
    const args = ['users', 'patch', '--from', 'ids.txt', '--role', 'admin'];
    const dry = await bench.signedIn([...args, '--dry-run', '--json'], { cwd: folder });
    expect(JSON.parse(dry.stdout)).toEqual([
      { line: 1, method: 'PATCH', path: '/v3/users/101', body: { role: 'Admin' } },
      { line: 2, method: 'PATCH', path: '/v3/users/102', body: { role: 'Admin' } },
    ]);
    const curl = await bench.signedIn([...args, '--curl'], { cwd: folder });
    expect(curl.stdout.match(/^curl -X PATCH .*\/v3\/users\/10[12]$/gm)).toHaveLength(2);
    expect(bench.sandbox.requests).toEqual([]);
    expect(existsSync(join(folder, 'ids.txt.journal'))).toBe(false);
  });

  it('tells all problems with their lines before it sends anything, and leaves them out where asked', async () => {
    const bench = await startBench();
    const folder = await folderWith({
      'u.csv': 'username,role\na@b.test,Boss\nb@b.test,Admin\nb@b.test,Admin\n',
    });
    const args = ['users', 'create', '--ct-user-ou-id', '1001', '--from', 'u.csv'];
    const result = await bench.signedIn(args, { cwd: folder });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain('2 problems, so nothing was done');
    expect(errorLine(result)).toMatch(/line 2: role "Boss".*line 4: "b@b.test" stands on line 3 too/);
    expect(bench.sandbox.requests).toEqual([]);
    const rest = await bench.signedIn([...args, '--skip-invalid'], { cwd: folder });
    expect(rest).toMatchObject({ code: 0 });
    expect(rest.stderr).toContain('2 of 3 rows are left out');
    expect(emails(bench).filter((email) => email.endsWith('@b.test'))).toEqual(['b@b.test']);
  });

  it('has nothing to do with an empty manifest', async () => {
    const bench = await startBench();
    const result = await bench.signedIn(['users', 'create', '--from', '-', '--json'], { input: '[]' });
    expect(result).toMatchObject({ code: 0, stdout: '[]\n' });
    expect(result.stderr).toContain('nothing to do');
  });

  it.each([
    [['users', 'delete', '5', '--from', 'ids.txt'], /ids come from the rows/],
    [['users', 'delete', '--from', 'ids.txt', '--failed-to', './ids.txt', '--yes'], /write over/],
    [['users', 'delete', '5', '--resume'], /--resume needs --from/],
    [['users', 'delete', '--from', 'missing.txt'], /missing\.txt cannot be read/],
    [['users', 'delete', '--from', '-', '--resume', '--yes'], /--resume needs a journal/],
    [['tags', 'create', '--from', 'ids.txt'], /nothing says which field/],
    [['users', 'delete', '--from', 'ids.txt', '--shard', '9/8', '--yes'], /is no part of a run/],
    [['users', 'delete', '--from', 'ids.txt', '--rate', 'fast', '--yes'], /is no rate/],
  ])('refuses %j', async (args, message) => {
    const bench = await startBench();
    const folder = await folderWith({ 'ids.txt': '101\n' });
    const result = await bench.signedIn(args, { cwd: folder, input: '101\n' });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(message);
    expect(bench.sandbox.requests).toEqual([]);
  });

  it('ends with the own error of the only row', async () => {
    const bench = await startBench();
    const result = await bench.signedIn(['users', 'delete', '--from', '-', '--yes'], { input: '999999\n' });
    expect(result.code).toBe(5);
  });
});

describe('what fails', () => {
  it('stands in a manifest that can be given again', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/users', after: 1, times: 2, status: 422 }]);
    const folder = await folderWith({ 'u.csv': usersCsv(5) });
    const args = ['users', 'create', '--concurrency', '1', '--from'];
    const result = await bench.signedIn([...args, 'u.csv'], { cwd: folder });
    expect(result.code).toBe(8);
    expect(errorLine(result)).toContain('2 of 5 failed: 3 created, 2 failed');
    expect(errorLine(result)).toContain('u.csv.failed.csv');
    const failed = await readFile(join(folder, 'u.csv.failed.csv'), 'utf8');
    expect(failed).toContain('u1@bulk.test');
    expect(failed).toContain('#message');
    const again = await bench.signedIn([...args, 'u.csv.failed.csv'], { cwd: folder });
    expect(again).toMatchObject({ code: 0 });
    expect(counts(bench, 5)).toEqual(once(5));
  });

  it('is done again by --retry-failed, and nothing else', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/users', after: 1, times: 2, status: 422 }]);
    const folder = await folderWith({ 'u.csv': usersCsv(5) });
    const args = ['users', 'create', '--from', 'u.csv'];
    expect((await bench.signedIn(args, { cwd: folder })).code).toBe(8);
    const again = await bench.signedIn([...args, '--retry-failed', '--output', 'ndjson'], { cwd: folder });
    expect(again).toMatchObject({ code: 0 });
    const lines = again.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ outcome }) => outcome)).toEqual(['done', 'done', undefined]);
    expect(lines[2]).toMatchObject({ summary: { total: 2, done: 2 } });
    expect(existsSync(join(folder, 'u.csv.failed.csv'))).toBe(false);
    expect(counts(bench, 5)).toEqual(once(5));
  });

  it('is only the row that was refused, and says why for all alike', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/users', after: 1, times: 2, status: 403 }]);
    const folder = await folderWith({ 'u.csv': usersCsv(6) });
    const env = { CONVIRZA_CONCURRENCY: '1', CONVIRZA_FAILED_TO: 'again.json' };
    const result = await bench.signedIn(['users', 'create', '--from', 'u.csv'], { cwd: folder, env });
    expect(result.code).toBe(8);
    expect(result.stderr).toMatch(/^ {2}2 × .*\(line 3 \(u1@bulk\.test\), line 4 \(u2@bulk\.test\)\)$/m);
    const again = JSON.parse(await readFile(join(folder, 'again.json'), 'utf8')) as Record<string, unknown>[];
    expect(again.map((row) => row['username'])).toEqual(['u1@bulk.test', 'u2@bulk.test']);
    const single = await bench.signedIn(['tags', 'create', '--field', 'name=one'], { env });
    expect(single.code).toBe(0);
  });

  it('stops the run where the rest cannot do better', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/users', after: 1, status: 401 }]);
    const folder = await folderWith({ 'u.csv': usersCsv(20) });
    const result = await bench.signedIn(['users', 'create', '--concurrency', '1', '--from', 'u.csv'], {
      cwd: folder,
    });
    expect(result.code).toBe(4);
    expect(errorLine(result)).toMatch(/1 created, 1 failed, 18 not begun of 20/);
    expect(errorLine(result)).toContain('--resume');
  });
});

describe('what ends in doubt', () => {
  it('is looked up where a user is created, and never sent twice', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([
      { method: 'POST', path: '/v3/users', times: 2, reset: 'after' },
      { method: 'POST', path: '/v3/users', times: 2, reset: 'before' },
      { method: 'POST', path: '/v3/users', times: 1, status: 504, takesEffect: true },
    ]);
    const folder = await folderWith({ 'u.csv': usersCsv(8) });
    const result = await bench.signedIn(['users', 'create', '--from', 'u.csv'], { cwd: folder });
    expect(result).toMatchObject({ code: 0 });
    expect(counts(bench, 8)).toEqual(once(8));
  });

  it('is told where nothing can be looked up, and not sent again by itself', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/tag', times: 1, reset: 'after' }]);
    const folder = await folderWith({ 't.csv': 'name\nred\ngreen\nblue\n' });
    const args = ['tags', 'create', '--concurrency', '1', '--from', 't.csv'];
    const result = await bench.signedIn(args, { cwd: folder });
    expect(result.code).toBe(8);
    expect(errorLine(result)).toContain('1 of 3 failed: 2 created, 1 in doubt');
    expect(await readFile(join(folder, 't.csv.in-doubt.csv'), 'utf8')).toContain('red');
    expect(existsSync(join(folder, 't.csv.failed.csv'))).toBe(false);
    const before = sent(bench, 'POST', /tag/).length;
    expect((await bench.signedIn([...args, '--resume'], { cwd: folder })).code).toBe(8);
    expect(sent(bench, 'POST', /tag/)).toHaveLength(before);
  });

  it('is sent again where that does no harm', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'DELETE', path: '/v3/users/*', times: 2, reset: 'after' }]);
    const result = await bench.signedIn(['users', 'delete', '--yes', '--from', '-'], {
      input: '105\n106\n107\n',
    });
    expect(result).toMatchObject({ code: 0 });
  });
});

describe('a run that is interrupted', () => {
  /** Starts a run whose requests take a while, and sends a signal after so many of them. */
  async function interrupt(bench: Bench, folder: string, signal: NodeJS.Signals, after: number) {
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/users', delayMs: 20 }]);
    return bench.signedIn(['users', 'create', '--from', 'u.csv'], {
      cwd: folder,
      onStart: (child) => {
        const look = () => {
          if (child.exitCode !== null) return;
          if (sent(bench, 'POST', /users/).length >= after) child.kill(signal);
          else setImmediate(look);
        };
        look();
      },
    });
  }

  it('ends well on Ctrl-C, and goes on with --resume', async () => {
    const bench = await startBench();
    const folder = await folderWith({ 'u.csv': usersCsv(40) });
    const result = await interrupt(bench, folder, 'SIGINT', 9);
    expect(result.code).toBe(130);
    expect(errorLine(result)).toMatch(/Interrupted; \d+ created, \d+ not begun of 40\. .*--resume/);
    expect(readFileSync(join(folder, 'u.csv.journal'), 'utf8')).not.toContain('in_doubt":true');
    const rest = await bench.signedIn(['users', 'create', '--from', 'u.csv', '--resume'], { cwd: folder });
    expect(rest).toMatchObject({ code: 0 });
    expect(counts(bench, 40)).toEqual(once(40));
  });

  it.each([3, 11, 22])('goes on after SIGKILL at request %i with everything once', async (after) => {
    const bench = await startBench();
    const folder = await folderWith({ 'u.csv': usersCsv(30) });
    const result = await interrupt(bench, folder, 'SIGKILL', after);
    expect(result.signal).toBe('SIGKILL');
    const rest = await bench.signedIn(['users', 'create', '--from', 'u.csv', '--resume'], { cwd: folder });
    expect(rest).toMatchObject({ code: 0 });
    expect(counts(bench, 30)).toEqual(once(30));
  });

  it('takes what is gone for deleted when it goes on after SIGKILL', async () => {
    const bench = await startBench();
    const made = await bench.signedIn(['tags', 'create', '--from', '-', '--output', 'ndjson'], {
      input: `name,n\n${Array.from({ length: 20 }, (_, index) => `bulk${index},${index}`).join('\n')}\n`,
    });
    const ids = made.stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { id?: number }).id)
      .filter((id) => id !== undefined);
    expect(ids).toHaveLength(20);
    const folder = await folderWith({ 'ids.txt': ids.join('\n') });
    // Every answer is late, so that some are deleted and nobody was told.
    bench.sandbox.setFaults([{ method: 'DELETE', path: '/v3/tag/*', delayMs: 30 }]);
    const args = ['tags', 'delete', '--from', 'ids.txt', '--yes'];
    const gone = () =>
      20 - bench.sandbox.state.rows('tags').filter((row) => ids.includes(Number(row['id']))).length;
    const killed = await bench.signedIn(args, {
      cwd: folder,
      onStart: (child) => {
        const look = () => {
          if (child.exitCode !== null) return;
          if (gone() >= 6) child.kill('SIGKILL');
          else setImmediate(look);
        };
        look();
      },
    });
    expect(killed.signal).toBe('SIGKILL');
    const rest = await bench.signedIn([...args, '--resume'], { cwd: folder });
    expect(rest).toMatchObject({ code: 0 });
    expect(gone()).toBe(20);
  });

  it('lets no second run at its journal, and begins no run anew by itself', async () => {
    const bench = await startBench();
    const folder = await folderWith({ 'u.csv': usersCsv(12) });
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/users', times: 1, delayMs: 4_000 }]);
    const args = ['users', 'create', '--from', 'u.csv'];
    let second: ReturnType<Bench['signedIn']> | undefined;
    const first = await bench.signedIn(args, {
      cwd: folder,
      onStart: () => {
        const look = () => {
          if (sent(bench, 'POST', /users/).length > 0)
            second = bench.signedIn([...args, '--resume'], { cwd: folder });
          else setImmediate(look);
        };
        look();
      },
    });
    const refused = await second;
    expect(first).toMatchObject({ code: 0 });
    expect(refused?.code).toBe(2);
    expect(refused?.stderr).toContain('in use by another process');
    const third = await bench.signedIn(args, { cwd: folder });
    expect(third.code).toBe(2);
    expect(errorLine(third)).toContain('is there already');
    expect(counts(bench, 12)).toEqual(once(12));
  });
});

describe('many workers', () => {
  it('do each part of a run once', async () => {
    const bench = await startBench();
    const folder = await folderWith({ 'u.csv': usersCsv(20) });
    for (const shard of ['1/3', '2/3', '3/3']) {
      const args = ['users', 'create', '--from', 'u.csv', '--shard', shard];
      expect(await bench.signedIn(args, { cwd: folder })).toMatchObject({ code: 0 });
    }
    expect(existsSync(join(folder, 'u.csv.2-of-3.journal'))).toBe(true);
    expect(counts(bench, 20)).toEqual(once(20));
  });

  it('all wait while the service asks for a pause', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([
      { method: 'POST', path: '/v3/users', after: 4, times: 1, status: 429, headers: { 'Retry-After': '1' } },
    ]);
    const folder = await folderWith({ 'u.csv': usersCsv(24) });
    const started = performance.now();
    const result = await bench.signedIn(['users', 'create', '--from', 'u.csv'], { cwd: folder });
    expect(result).toMatchObject({ code: 0 });
    // No worker passes a pause that one of them was told of.
    expect(performance.now() - started).toBeGreaterThan(1_000);
    const posts = sent(bench, 'POST', /users/);
    expect(posts).toHaveLength(25);
    // Those that were under way with the refused one end; then nothing leaves until the pause is over.
    const refusedAt = Date.parse(posts.find(({ status }) => status === 429)?.at ?? '');
    const during = posts.filter(
      ({ at }) => Date.parse(at) > refusedAt + 300 && Date.parse(at) < refusedAt + 1_000,
    );
    expect(during).toEqual([]);
    expect(counts(bench, 24)).toEqual(once(24));
  });
});
