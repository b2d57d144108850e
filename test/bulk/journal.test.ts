import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Journal, type JournalOptions, openJournal } from '../../src/bulk/journal.ts';
import { failureOf, testFolder } from '../shared/folder.ts';

const OWNER = { command: 'prompts upload', fingerprint: { service: 'https://api.example', profile: 'work' } };
const NOW = Date.parse('2026-01-31T09:30:00Z');

async function open(path: string, options: Partial<JournalOptions> = {}): Promise<Journal> {
  const journal = await openJournal(path, { ...OWNER, mode: 'either', now: () => NOW, ...options });
  onTestFinished(() => journal.close());
  return journal;
}

const newPath = async () => join(await testFolder(), 'run.journal');
const sent = (key: string, hash = 'h') => ({ event: 'sent', key, hash }) as const;
const done = (key: string, result: unknown = { id: key }, hash = 'h') =>
  ({ event: 'done', key, hash, result }) as const;
const failed = (key: string, inDoubt = false) =>
  ({ event: 'failed', key, hash: 'h', error: { type: 'server', message: 'HTTP 500' }, inDoubt }) as const;

describe('a journal', () => {
  it('keeps what happened, line by line, for its owner alone', async () => {
    const path = await newPath();
    const journal = await open(path, { mode: 'new' });
    await journal.record(sent('a'));
    await journal.record(done('a'));
    await journal.record(failed('b', true));
    await journal.close();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.lock`)).toBe(false);
    const at = '2026-01-31T09:30:00.000Z';
    expect(
      (await readFile(path, 'utf8'))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line)),
    ).toEqual([
      { convirza_journal: 1, ...OWNER, created: at },
      { event: 'sent', key: 'a', hash: 'h', at },
      { event: 'done', key: 'a', hash: 'h', at, result: { id: 'a' } },
      {
        event: 'failed',
        key: 'b',
        hash: 'h',
        at,
        error: { type: 'server', message: 'HTTP 500' },
        in_doubt: true,
      },
    ]);
  });

  it('is replayed: every state, changed contents, results and errors', async () => {
    const path = await newPath();
    const first = await open(path);
    const events = [
      sent('done'),
      done('done'),
      sent('doubt'),
      sent('failed'),
      failed('failed'),
      sent('lost'),
      failed('lost', true),
    ];
    await Promise.all(
      [...events, sent('again'), done('again'), sent('again')].map((event) => first.record(event)),
    );
    await first.close();
    const journal = await open(path, { mode: 'resume' });
    const states = ['done', 'doubt', 'failed', 'lost', 'again', 'other'].map(
      (key) => journal.lookup(key, 'h').state,
    );
    expect(states).toEqual(['done', 'in_doubt', 'failed', 'in_doubt', 'in_doubt', 'new']);
    expect(journal.counts).toEqual({ done: 1, failed: 1, in_doubt: 3 });
    expect(journal.lookup('done', 'other')).toEqual({ state: 'done', changed: true });
    expect(await journal.last('done')).toEqual(done('done'));
    expect(await journal.last('lost')).toEqual(failed('lost', true));
    expect(await journal.last('other')).toBeUndefined();
    await journal.record(done('doubt', { text: 'ä\u2028\n' }));
    expect(await journal.last('doubt')).toEqual(done('doubt', { text: 'ä\u2028\n' }));
    expect(journal.lookup('doubt', 'h').state).toBe('done');
    expect([...journal.keys()]).toEqual(['done', 'doubt', 'failed', 'lost', 'again']);
    expect(journal.cutBytes).toBe(0);
    await journal.remove();
    expect(existsSync(path)).toBe(false);
  });

  it('keeps the order of a thousand records at once, and any key', async () => {
    const path = await newPath();
    const journal = await open(path);
    const keys = Array.from({ length: 1_000 }, (_, i) => `${i}\u0000"\u{1f600}\ud800`);
    const ended: number[] = [];
    await Promise.all(keys.map((key, i) => journal.record(sent(key)).then(() => ended.push(i))));
    expect(ended).toEqual(keys.map((_, i) => i));
    await journal.close();
    const again = await open(path, { mode: 'resume' });
    expect([...again.keys()]).toEqual(keys);
    expect(again.counts.in_doubt).toBe(1_000);
  });

  it('that is closed takes nothing more', async () => {
    const journal = await open(await newPath());
    const last = journal.record(sent('a'));
    await journal.close();
    await last;
    await expect(journal.record(sent('b'))).rejects.toThrow('is closed');
    await journal.close();
  });
});

describe('opening', () => {
  it('a new one where one is, or going on where none is, is refused', async () => {
    const path = await newPath();
    expect(await failureOf(() => open(path, { mode: 'resume' }))).toMatchObject({
      type: 'usage',
      message: `There is no journal ${path} to go on with`,
    });
    expect(existsSync(path)).toBe(false);
    await (await open(path, { mode: 'new' })).close();
    const error = await failureOf(() => open(path, { mode: 'new' }));
    expect(error).toMatchObject({
      type: 'usage',
      hint: expect.stringMatching(/--resume, or remove the file/),
    });
    await (await open(path, { mode: 'either' })).close();
  });

  it("another run's is refused, with what differs", async () => {
    const path = await newPath();
    await (await open(path)).close();
    const fingerprint = { service: 'https://other.example', manifest: 'x.csv' };
    const error = await failureOf(() => open(path, { command: 'tags create', fingerprint }));
    expect(error.type).toBe('usage');
    expect(error.message).toBe(
      `${path} is the journal of another run: command prompts upload in the journal, tags create here; ` +
        'service https://api.example in the journal, https://other.example here; ' +
        'profile work in the journal, (none) here; manifest (none) in the journal, x.csv here',
    );
  });

  it.each([
    ['a file of another kind', 'file,name\na.wav,A\n', /is no journal/],
    ['a text without a line break', 'notes', /is no journal/],
    ['a later version', '{"convirza_journal":2}\n', /another version/],
    ['a first line that lacks something', '{"convirza_journal":1}\n', /damaged on line 1/],
  ])('%s is refused and left as it is', async (_, text, message) => {
    const path = await newPath();
    await writeFile(path, text);
    expect(await failureOf(() => open(path))).toMatchObject({
      type: 'usage',
      message: expect.stringMatching(message),
    });
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('an empty file is none yet', async () => {
    const path = await newPath();
    await writeFile(path, '');
    await (await open(path, { mode: 'new' })).record(sent('a'));
    expect((await readFile(path, 'utf8')).split('\n')).toHaveLength(3);
  });

  it('what cannot be read, or made, is a wrong path', async () => {
    const folder = await testFolder();
    await mkdir(join(folder, 'sub'));
    expect(await failureOf(() => open(join(folder, 'sub')))).toMatchObject({
      type: 'usage',
      message: expect.stringContaining('cannot be used (EISDIR)'),
    });
    expect((await failureOf(() => open(join(folder, 'none', 'j')))).type).toBe('usage');
  });
});

describe('damage', () => {
  async function written(): Promise<{ path: string; bytes: Buffer }> {
    const path = await newPath();
    const journal = await open(path);
    for (const key of ['a', 'ä', 'c']) await journal.record(sent(key));
    await journal.close();
    return { path, bytes: await readFile(path) };
  }

  it('at the end is cut off, wherever the end was torn', async () => {
    const { path, bytes } = await written();
    const last = bytes.lastIndexOf('\n', bytes.length - 2) + 1;
    for (let length = last; length < bytes.length; length += 7) {
      await writeFile(path, bytes.subarray(0, length));
      const journal = await open(path, { mode: 'resume' });
      expect(journal.cutBytes).toBe(length - last);
      expect([...journal.keys()]).toEqual(['a', 'ä']);
      await journal.record(sent('d'));
      await journal.close();
      const again = await open(path, { mode: 'resume' });
      expect([...again.keys()]).toEqual(['a', 'ä', 'd']);
      await again.close();
    }
  });

  it.each([
    ['zeros', Buffer.alloc(5_000)],
    ['a torn line and zeros', Buffer.concat([Buffer.from('{"event":"se'), Buffer.alloc(100)])],
    [
      'zeros, the rest of a line, and zeros',
      Buffer.concat([Buffer.alloc(9), Buffer.from('t"}\n'), Buffer.alloc(9)]),
    ],
    ['a line that is no event', Buffer.from('{"event":"done","key":1}\n')],
  ])('by a power cut is cut off: %s', async (_, tail) => {
    const { path, bytes } = await written();
    await appendFile(path, tail);
    const journal = await open(path, { mode: 'resume' });
    expect(journal.cutBytes).toBe(tail.length);
    await journal.close();
    expect(await readFile(path)).toEqual(bytes);
  });

  it('in the middle is an error that names the line, and nothing is touched', async () => {
    const { path, bytes } = await written();
    const text = bytes.toString('utf8').replace('"key":"ä"', '"key":ä"');
    await writeFile(path, text);
    expect(await failureOf(() => open(path))).toMatchObject({
      type: 'usage',
      message: `The journal ${path} is damaged on line 3`,
    });
    expect(await readFile(path, 'utf8')).toBe(text);
  });

  it('of the disk breaks the journal for good', async () => {
    const path = await newPath();
    const journal = await open(path);
    await journal.record(sent('a'));
    // As when another process took the lock over.
    await rm(`${path}.lock`, { recursive: true });
    const results = await Promise.allSettled([journal.record(sent('b')), journal.record(sent('c'))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    await expect(journal.record(sent('d'))).rejects.toThrow('took over the lock of the journal');
    expect(journal.lookup('b', 'h').state).toBe('new');
    expect(await readFile(path, 'utf8')).not.toContain('"b"');
  });
});

it('a hundred thousand items are replayed', async () => {
  const path = await newPath();
  await (await open(path)).close();
  const lines: string[] = [];
  for (let i = 0; i < 100_000; i++)
    lines.push(
      `{"event":"${i % 2 === 0 ? 'sent' : 'done'}","key":"prompts/${i}.wav","hash":"${i}","result":{"id":${i}}}\n`,
    );
  await appendFile(path, lines.join(''));
  const journal = await open(path, { mode: 'resume' });
  expect(journal.counts).toEqual({ done: 50_000, failed: 0, in_doubt: 50_000 });
  expect(await journal.last('prompts/77777.wav')).toMatchObject({ result: { id: 77_777 } });
});

describe('processes', () => {
  async function start(folder: string, script: string): Promise<ChildProcess> {
    const bundle = join(folder, 'journal.mjs');
    if (!existsSync(bundle))
      await build({
        input: fileURLToPath(new URL('../../src/bulk/journal.ts', import.meta.url)),
        platform: 'node',
        external: /^node:/,
        output: { file: bundle, format: 'esm' },
      });
    const code = `
      import { openJournal } from ${JSON.stringify(pathToFileURL(bundle).href)};
      const path = ${JSON.stringify(join(folder, 'run.journal'))};
      const options = { ...${JSON.stringify(OWNER)}, mode: 'either', now: Date.now };
      ${script}`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', code], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onTestFinished(() => {
      child.kill('SIGKILL');
    });
    return child;
  }

  it('exclude each other, and the other one is named', async () => {
    const folder = await testFolder();
    const child = await start(
      folder,
      `await openJournal(path, options); console.log('open'); setInterval(() => {}, 1e6);`,
    );
    await once(child.stdout ?? child, 'data');
    const path = join(folder, 'run.journal');
    const error = await failureOf(() => open(path));
    expect(error).toMatchObject({
      type: 'usage',
      message: `${path} is in use by another process (${child.pid})`,
    });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await open(path, { mode: 'resume' })).record(sent('a'));
  });

  it('that are killed while they write lose nothing that was on disk', async () => {
    const folder = await testFolder();
    const path = join(folder, 'run.journal');
    let before = 0;
    for (let kill = 0; kill < 5; kill++) {
      const script = `
        const journal = await openJournal(path, options);
        const begin = journal.counts.done;
        for (let i = begin; ; i += 4)
          await Promise.all([0, 1, 2, 3].map(async (j) => {
            const key = 'k' + (i + j);
            await journal.record({ event: 'sent', key, hash: '' });
            await journal.record({ event: 'done', key, hash: '', result: 'x'.repeat(200 * j) });
            process.stdout.write(key + '\\n');
          }));`;
      const child = await start(folder, script);
      const told: string[] = [];
      await new Promise<void>((resolve) => {
        let rest = '';
        child.stdout?.setEncoding('utf8').on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          told.push(...lines);
          if (told.length >= 10 + kill * 7) child.kill('SIGKILL');
        });
        child.on('close', () => resolve());
      });
      const journal = await open(path, { mode: 'resume' });
      for (const key of told) expect(journal.lookup(key, '').state).toBe('done');
      expect(journal.counts.done).toBeGreaterThanOrEqual(before + told.length);
      before = journal.counts.done;
      // What was under way is finished, so that the next process goes on behind it.
      for (const key of [...journal.keys()])
        if (journal.lookup(key, '').state === 'in_doubt') {
          await journal.record({ event: 'done', key, hash: '' });
          before++;
        }
      await journal.close();
    }
  });
});
