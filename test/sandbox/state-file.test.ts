import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { openStateFile, type StateFile } from '../../src/sandbox/state-file.ts';
import type { CliError } from '../../src/shared/errors.ts';
import { toneWav } from '../helpers/wav.ts';
import { failureOf, testFolder } from '../shared/folder.ts';
import { client, request } from './http-client.ts';

const FILE = 'state.json';

interface Kept {
  sandbox: Sandbox;
  state: StateFile;
  warnings: CliError[];
  end: () => Promise<void>;
}

/** A sandbox on a state file, as the command makes one. */
async function keep(folder: string): Promise<Kept> {
  const warnings: CliError[] = [];
  let sandbox: Sandbox | undefined;
  const state = await openStateFile(
    FILE,
    folder,
    () => sandbox?.snapshot(),
    (error) => warnings.push(error),
  );
  const started = await startSandbox({ snapshot: state.snapshot, onChange: () => state.changed() });
  sandbox = started;
  return {
    sandbox: started,
    state,
    warnings,
    end: async () => {
      await started.close();
      await state.close();
    },
  };
}

async function upload(sandbox: Sandbox, name: string, bytes: Buffer): Promise<void> {
  const form = new FormData();
  form.set('message_type', 'prompt');
  form.set('file', new Blob([new Uint8Array(bytes)], { type: 'audio/wav' }), name);
  const authorization = `Bearer ${sandbox.issueTokens().access_token}`;
  const url = `${sandbox.apiUrl}/media-prompts`;
  const reply = await request(url, { method: 'POST', headers: { authorization }, body: form });
  expect(reply.status).toBe(201);
}

describe('what is stored', () => {
  it('outlives the sandbox: rows, uploads, calls, ids and who is signed in', async () => {
    const folder = await testFolder();
    const first = await keep(folder);
    const { access_token: token } = first.sandbox.issueTokens();
    const admin = client(first.sandbox, token);
    await admin.send('POST', '/tag', { name: 'Kept' });
    const gone = await admin.send('POST', '/tag', { name: 'Gone' });
    await admin.send('DELETE', `/tag/${String(gone.data['id'])}`);
    const sound = toneWav(0.3, 8_000, 1);
    await upload(first.sandbox, 'kept.wav', sound);
    const before = ['tags', 'users', 'groups', 'prompts', 'calls', 'sms'].map((family) =>
      first.sandbox.state.rows(family),
    );
    await first.end();

    const second = await keep(folder);
    const after = ['tags', 'users', 'groups', 'prompts', 'calls', 'sms'].map((family) =>
      second.sandbox.state.rows(family),
    );
    expect(after).toEqual(before);
    const prompt = second.sandbox.state.rows('prompts').at(-1);
    expect(second.sandbox.promptBytes(Number(prompt?.['media_prompt_id']))).toEqual(sound);
    const again = client(second.sandbox, token);
    const next = await again.send('POST', '/tag', { name: 'Next' });
    expect(next.data['id']).toBe(Number(gone.data['id']) + 1);
    await second.end();
  });

  it('is in the file soon after each change, and the bytes of what was deleted go', async () => {
    const folder = await testFolder();
    const { sandbox, end } = await keep(folder);
    await upload(sandbox, 'a.wav', toneWav(0.1, 8_000, 1));
    const id = Number(sandbox.state.rows('prompts').at(-1)?.['media_prompt_id']);
    const uploads = async () => (await readdir(join(folder, `${FILE}.files`)).catch(() => [])).length;
    await expect.poll(uploads).toBe(5);
    await expect.poll(async () => await readFile(join(folder, FILE), 'utf8')).toContain('"a.wav"');
    await client(sandbox).send('DELETE', `/media-prompts/${id}`);
    await expect.poll(uploads).toBe(4);
    expect(await readdir(folder)).toEqual(expect.arrayContaining([FILE, `${FILE}.files`, `${FILE}.lock`]));
    await end();
    expect((await readdir(folder)).sort()).toEqual([FILE, `${FILE}.files`]);
  });

  it('belongs to one sandbox at a time', async () => {
    const folder = await testFolder();
    const { end } = await keep(folder);
    const error = await failureOf(() => keep(folder));
    expect(error.exitCode).toBe(2);
    expect(error.message).toBe(`"${FILE}" belongs to another sandbox, process ${process.pid}`);
    await end();
    await (await keep(folder)).end();
  });

  it('is kept on when a write failed and a later one succeeds', async () => {
    const folder = await testFolder();
    const { sandbox, warnings, end } = await keep(folder);
    await client(sandbox).send('POST', '/tag', { name: 'One' });
    await expect
      .poll(async () => await readFile(join(folder, FILE), 'utf8').catch(() => ''))
      .toContain('"One"');
    await rm(join(folder, FILE));
    // A folder at its place: no rename over it succeeds.
    const { mkdir } = await import('node:fs/promises');
    await mkdir(join(folder, FILE, 'x'), { recursive: true });
    await client(sandbox).send('POST', '/tag', { name: 'Two' });
    await expect.poll(() => warnings.length).toBe(1);
    expect(warnings[0]?.message).toContain(`The state cannot be kept in "${FILE}"`);
    await rm(join(folder, FILE), { recursive: true });
    await end();
    expect(await readFile(join(folder, FILE), 'utf8')).toContain('"Two"');
  });
});

describe('a state file that is none', () => {
  it.each([
    ['{', 'it is not JSON'],
    ['', 'it is not JSON'],
    ['[]', 'it says nothing of a sandbox'],
    ['{"users": []}', 'it says nothing of a sandbox'],
    ['{"sandbox": 2}', 'it is of the form 2'],
    ['{"sandbox": 1}', 'a part of it is missing'],
  ])('is refused and left as it is: %j', async (text, why) => {
    const folder = await testFolder();
    await writeFile(join(folder, FILE), text);
    const error = await failureOf(() => keep(folder));
    expect([error.exitCode, error.message]).toEqual([2, `"${FILE}" is no state of a sandbox: ${why}`]);
    expect(await readFile(join(folder, FILE), 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual([FILE]);
  });

  it.each([
    ['../../../etc/passwd', 'an upload in it has no SHA-256'],
    ['a'.repeat(64), 'the bytes of an upload are missing (aaaaaaaaaaaa…)'],
  ])('reads no other place: %s', async (sha256, why) => {
    const folder = await testFolder();
    await (await keep(folder)).end();
    const path = join(folder, FILE);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(/"sha256":"[^"]*"/, `"sha256":${JSON.stringify(sha256)}`));
    expect((await failureOf(() => keep(folder))).message).toContain(why);
  });

  it('is refused in a folder that is not there', async () => {
    const folder = join(await testFolder(), 'none');
    expect(await failureOf(() => keep(folder))).toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining('--state'),
    });
  });
});
