import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  type Bench,
  errorLine,
  PROMPTS,
  type RunOptions,
  startBench,
  temporaryFolder,
} from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';

const STATE = '.convirza-prompts-sync.json';
const SCOPE = ['--org-unit-id', '1006', '--message-type', 'prompt'];

async function folderOf(...files: string[]): Promise<string> {
  const folder = join(await temporaryFolder(), 'prompts');
  await mkdir(folder);
  for (const file of files) await copyFile(join(PROMPTS, file), join(folder, file));
  return folder;
}

const sync = (bench: Bench, folder: string, args: readonly string[] = ['--yes'], options: RunOptions = {}) =>
  bench.signedIn(['prompts', 'sync', folder, ...SCOPE, ...args], options);

const rows = (bench: Bench) =>
  bench.sandbox.state.rows('prompts').filter((row) => row['org_unit_id'] === 1006);

const names = (bench: Bench) =>
  rows(bench)
    .map((row) => String(row['filename']))
    .sort();

const idOf = (bench: Bench, name: string) =>
  Number(rows(bench).find((row) => row['filename'] === name)?.['media_prompt_id']);

const changes = (bench: Bench) => bench.sandbox.requests.filter(({ method }) => method !== 'GET');

/** Whether the service has the folder's files, each once, and nothing else in the group. */
async function expectSame(bench: Bench, folder: string): Promise<void> {
  const files = (await readdir(folder)).filter((name) => !name.startsWith('.'));
  expect(names(bench)).toEqual(files.map((file) => file.replace(/\.\w+$/, '')).sort());
  for (const file of files) {
    const stored = bench.sandbox.promptBytes(idOf(bench, file.replace(/\.\w+$/, '')));
    expect(stored).toEqual(await readFile(join(folder, file)));
  }
}

describe('prompts sync', () => {
  it('uploads what is new, replaces what has changed, deletes what is gone, and then has nothing to do', async () => {
    const bench = await startBench();
    const folder = await folderOf('menu.mp3', 'hold.ogg', 'closed.webm');
    const first = await sync(bench, folder);
    expect(first.code).toBe(0);
    await expectSame(bench, folder);
    const before = changes(bench).length;
    expect((await sync(bench, folder)).stderr).toContain('nothing to do');
    expect(changes(bench)).toHaveLength(before);

    const held = idOf(bench, 'hold');
    await copyFile(join(PROMPTS, 'survey.flac'), join(folder, 'survey.flac'));
    await writeFile(join(folder, 'menu.mp3'), await readFile(join(PROMPTS, 'welcome.wav')));
    await rm(join(folder, 'closed.webm'));
    const second = await sync(bench, folder, ['--yes', '--delete', '--json']);
    expect(second.code).toBe(0);
    expect(second.stderr).toContain('1 prompt gets a new id');
    const done = JSON.parse(second.stdout) as { action: string; name: string }[];
    expect(done.map(({ action, name }) => `${action} ${name}`).sort()).toEqual([
      'delete closed',
      'replace menu',
      'upload survey',
    ]);
    await expectSame(bench, folder);
    expect(idOf(bench, 'hold')).toBe(held);
    expect((await readdir(folder)).filter((name) => name.startsWith('.'))).toEqual([STATE]);
  });

  it('shows the plan with --dry-run, and wants to be told --yes where nobody can be asked', async () => {
    const bench = await startBench();
    const folder = await folderOf('menu.mp3');
    const dry = await sync(bench, folder, ['--dry-run', '--json']);
    expect(dry.code).toBe(0);
    expect(JSON.parse(dry.stdout)).toMatchObject([{ action: 'upload', name: 'menu', why: 'new' }]);
    expect(await readdir(folder)).toEqual(['menu.mp3']);
    const asked = await sync(bench, folder, []);
    expect(asked.code).toBe(3);
    expect(errorLine(asked)).toContain('Upload 1 prompt of group 1006');
    expect(changes(bench)).toEqual([]);
  });

  it('leaves alone what it did not upload, unless --replace says otherwise', async () => {
    const bench = await startBench();
    const folder = await folderOf('menu.mp3');
    await bench.signedIn(['prompts', 'upload', join(folder, 'menu.mp3'), ...SCOPE]);
    const id = idOf(bench, 'menu');
    const result = await sync(bench, folder);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('cannot tell');
    expect(idOf(bench, 'menu')).toBe(id);
    expect((await sync(bench, folder, ['--yes', '--replace'])).code).toBe(0);
    expect(idOf(bench, 'menu')).not.toBe(id);
    await expectSame(bench, folder);
  });

  it('--delete touches no other group and no other type', async () => {
    const bench = await startBench();
    const folder = await folderOf('menu.mp3');
    const upload = (type: string, group: string, name: string) =>
      bench.signedIn([
        ...['prompts', 'upload', join(PROMPTS, 'hold.ogg'), '--message-type', type],
        ...['--org-unit-id', group, '--name', name],
      ]);
    await upload('whisper', '1006', 'A whisper');
    await upload('prompt', '1003', 'Of another group');
    await upload('prompt', '1006', 'Old');
    const before = bench.sandbox.state.rows('prompts').length;
    expect((await sync(bench, folder, ['--yes', '--delete'])).code).toBe(0);
    expect(names(bench)).toEqual(['A whisper', 'menu']);
    expect(bench.sandbox.state.rows('prompts')).toHaveLength(before);
  });

  it('never loses a prompt: a new content that is refused leaves the old one there', async () => {
    const bench = await startBench();
    const folder = await folderOf('menu.mp3');
    await sync(bench, folder);
    const id = idOf(bench, 'menu');
    await writeFile(join(folder, 'menu.mp3'), toneWav(0.1));
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/media-prompts', status: 400 }]);
    expect((await sync(bench, folder)).code).toBe(6);
    expect(idOf(bench, 'menu')).toBe(id);
    bench.sandbox.setFaults([]);
    expect((await sync(bench, folder)).code).toBe(0);
    await expectSame(bench, folder);
  });

  it('a deletion that the service does not know ends the replacement before anything is lost', async () => {
    const bench = await startBench();
    const folder = await folderOf('menu.mp3');
    await sync(bench, folder);
    const id = idOf(bench, 'menu');
    await writeFile(join(folder, 'menu.mp3'), toneWav(0.1));
    bench.sandbox.setFaults([{ method: 'DELETE', path: '/v3/*', status: 404 }]);
    expect((await sync(bench, folder)).code).toBe(5);
    expect(idOf(bench, 'menu')).toBe(id);
    bench.sandbox.setFaults([]);
    expect((await sync(bench, folder)).code).toBe(0);
    await expectSame(bench, folder);
  });

  it('stops before anything when a file has problems, and keeps its prompt with --skip-invalid', async () => {
    const bench = await startBench();
    const folder = await folderOf('menu.mp3', 'hold.ogg');
    await sync(bench, folder);
    await writeFile(join(folder, 'hold.ogg'), 'not audio at all');
    await rm(join(folder, 'menu.mp3'));
    await copyFile(join(PROMPTS, 'survey.flac'), join(folder, 'survey.flac'));
    expect((await sync(bench, folder, ['--yes', '--delete'])).code).toBe(2);
    expect(names(bench)).toEqual(['hold', 'menu']);
    expect((await sync(bench, folder, ['--yes', '--delete', '--skip-invalid'])).code).toBe(0);
    expect(names(bench)).toEqual(['hold', 'survey']);
  });

  it('killed at any moment and run again, it ends with every file there once', async () => {
    const bench = await startBench();
    const folder = await folderOf();
    const write = (index: number, seconds: number) =>
      writeFile(join(folder, `p${index}.wav`), toneWav(seconds));
    for (let index = 0; index < 12; index++) await write(index, 0.05);
    let killed = 0;
    for (let round = 0; round < 6; round++) {
      // After so many of its changes the program is killed, right when the service has taken one of them.
      const limit = changes(bench).length + 2 + round * 2;
      const onStart = (child: ChildProcess) => {
        const timer = setInterval(() => {
          if (changes(bench).length >= limit) child.kill('SIGKILL');
        }, 1);
        child.on('close', () => clearInterval(timer));
      };
      const result = await sync(bench, folder, ['--yes', '--delete', '--concurrency', '3'], { onStart });
      if (result.signal === 'SIGKILL') killed++;
      for (let index = round; index < 12; index += 5) await write(index, 0.06 + round / 100);
    }
    expect(killed).toBeGreaterThanOrEqual(3);
    const last = await sync(bench, folder, ['--yes', '--delete']);
    expect(last.code).toBe(0);
    await expectSame(bench, folder);
    expect((await sync(bench, folder, ['--yes', '--delete'])).stderr).toContain('nothing to do');
    const { targets } = JSON.parse(await readFile(join(folder, STATE), 'utf8')) as {
      targets: Record<string, { prompts: { name: string; sha256: string }[] }>;
    };
    for (const { name, sha256 } of Object.values(targets)[0]?.prompts ?? []) {
      const bytes = await readFile(join(folder, `${name}.wav`));
      expect(createHash('sha256').update(bytes).digest('hex')).toBe(sha256);
    }
  }, 60_000);
});
