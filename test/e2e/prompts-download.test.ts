import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Bench, errorLine, PROMPTS, startBench, temporaryFolder } from '../helpers/cli.ts';

const WAV = readFileSync(join(PROMPTS, 'welcome.wav'));

/** Stores a prompt without the program, with any fields. @returns its id */
async function store(bench: Bench, fields: Record<string, string>, bytes: Buffer = WAV): Promise<number> {
  const form = new FormData();
  for (const [name, value] of Object.entries({ message_type: 'prompt', ...fields })) form.set(name, value);
  form.set('file', new Blob([new Uint8Array(bytes)], { type: 'audio/wav' }), 'x.wav');
  const answer = await fetch(`${bench.sandbox.apiUrl}/media-prompts`, {
    method: 'POST',
    headers: { authorization: `Bearer ${bench.sandbox.issueTokens().access_token}` },
    body: form,
  });
  const { data } = (await answer.json()) as { data: { media_prompt_id: number } };
  return data.media_prompt_id;
}

/** Another host, which remembers what it was asked. */
async function otherHost(body: Buffer, headers: Record<string, string> = {}) {
  const asked: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    asked.push(request.headers);
    response.writeHead(200, {
      'content-type': 'audio/wav',
      'content-length': String(body.length),
      ...headers,
    });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

const download = (bench: Bench, args: readonly string[], cwd?: string) =>
  bench.signedIn(['prompts', 'download', ...args], cwd === undefined ? {} : { cwd });

describe('prompts download', () => {
  it('brings back what was uploaded, byte for byte, with the ending of the content', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    await bench.signedIn(['prompts', 'upload', PROMPTS, '--message-type', 'prompt', '--org-unit-id', '1006']);
    const result = await download(bench, ['--all', '--org-unit-id', '1006', '-o', 'out', '--json'], folder);
    expect(result.code).toBe(0);
    const files = readdirSync(PROMPTS).sort();
    expect((await readdir(join(folder, 'out'))).sort()).toEqual(files);
    for (const file of files)
      expect(await readFile(join(folder, 'out', file))).toEqual(readFileSync(join(PROMPTS, file)));
    expect(JSON.parse(result.stdout)).toHaveLength(files.length);
  });

  it('takes ids and names, and ends with 5 for one that is not there', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    const id = await store(bench, { name: 'Hello' });
    expect((await download(bench, [String(id), 'Main Menu'], folder)).code).toBe(0);
    expect((await readdir(folder)).sort()).toEqual(['Hello.wav', 'Main Menu.wav']);
    const missing = await download(bench, ['Nobody'], folder);
    expect(missing.code).toBe(5);
    expect(errorLine(missing)).toContain('"Nobody"');
    expect((await download(bench, [], folder)).code).toBe(2);
  });

  it('nothing leaves the folder, whatever prompts are called', async () => {
    const bench = await startBench();
    const outer = await temporaryFolder();
    const folder = join(outer, 'in');
    await mkdir(folder);
    const names = [
      '../../evil',
      '/etc/evil',
      'con',
      'a\u001b[31mb\nc',
      '.hidden',
      'Twin',
      'tWIN',
      '...',
      'x'.repeat(255),
    ];
    const ids = [];
    for (const name of names) ids.push(await store(bench, { name }));
    const result = await download(bench, [...ids.map(String), '-o', folder]);
    expect(result.code).toBe(0);
    expect(await readdir(outer)).toEqual(['in']);
    const files = await readdir(folder);
    expect(files).toHaveLength(names.length);
    for (const file of files) {
      expect(file).not.toMatch(/[\u0000-\u001f<>:"/\\|?*]|^\.|^con\./i);
      expect(Buffer.byteLength(file)).toBeLessThan(230);
    }
    expect(files).toContain(`Twin (${ids[5]}).wav`);
    expect(files).toContain(`tWIN (${ids[6]}).wav`);
  });

  it('replaces nothing without --force, and leaves what has the same size with --skip-existing', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    const id = String(await store(bench, { name: 'Hello' }));
    const path = join(folder, 'Hello.wav');
    await writeFile(path, 'mine');
    const refused = await download(bench, [id], folder);
    expect(refused.code).toBe(2);
    expect(errorLine(refused)).toContain('is there already');
    expect((await download(bench, [id, '--skip-existing'], folder)).code).toBe(2);
    expect(await readFile(path, 'utf8')).toBe('mine');
    expect((await download(bench, [id, '--force'], folder)).code).toBe(0);
    expect(await readFile(path)).toEqual(WAV);
    const again = await download(bench, [id, '--skip-existing', '--json'], folder);
    expect(again.code).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject([{ was: 'there already', bytes: WAV.length }]);
    expect(await readdir(folder)).toEqual(['Hello.wav']);
  });

  it('gives the token to its own host alone: neither to another one nor over a redirect', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    const other = await otherHost(WAV);
    const direct = await store(bench, { name: 'Elsewhere', url: `${other.url}/a.wav` });
    const moved = await store(bench, { name: 'Moved' });
    const url = String(
      bench.sandbox.state.rows('prompts').find((row) => row['media_prompt_id'] === moved)?.['url'],
    );
    bench.sandbox.setFaults([{ path: url, status: 302, headers: { location: `${other.url}/b.wav` } }]);
    const result = await download(bench, [String(direct), String(moved)], folder);
    expect(result.code).toBe(0);
    expect(await readFile(join(folder, 'Moved.wav'))).toEqual(WAV);
    expect(other.asked).toHaveLength(2);
    for (const headers of other.asked) expect(headers).not.toHaveProperty('authorization');
    const own = bench.sandbox.requests.filter(({ path }) => path === url);
    expect(own.map(({ headers }) => 'authorization' in headers)).toEqual([true]);
  });

  it('--url-base says where relative addresses begin, and gets no token elsewhere', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    const other = await otherHost(WAV);
    const id = String(await store(bench, { name: 'Hello' }));
    const result = await download(bench, [id, '--url-base', other.url], folder);
    expect(result.code).toBe(0);
    expect(other.asked).toHaveLength(1);
    expect(other.asked[0]).not.toHaveProperty('authorization');
  });

  it('a file that breaks off is fetched again, and never kept in part', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    const id = String(await store(bench, { name: 'Hello' }));
    bench.sandbox.setFaults([{ path: '/uploads/*', cutAfterBytes: 1000, times: 1 }]);
    expect((await download(bench, [id], folder)).code).toBe(0);
    expect(await readFile(join(folder, 'Hello.wav'))).toEqual(WAV);
    bench.sandbox.setFaults([{ path: '/uploads/*', cutAfterBytes: 1000 }]);
    const failed = await download(bench, [id, '--force'], folder);
    expect(failed.code).toBe(9);
    expect(await readFile(join(folder, 'Hello.wav'))).toEqual(WAV);
    expect(await readdir(folder)).toEqual(['Hello.wav']);
  });

  it('keeps no page that stands where a file should', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    const id = String(await store(bench, { name: 'Hello' }));
    bench.sandbox.setFaults([
      {
        path: '/uploads/*',
        status: 200,
        headers: { 'content-type': 'audio/wav' },
        body: '<html>Sign in</html>',
      },
    ]);
    const result = await download(bench, [id], folder);
    expect(result.code).toBe(10);
    expect(errorLine(result)).toContain('holds HTML, not audio');
    expect(await readdir(folder)).toEqual([]);
    bench.sandbox.setFaults([{ path: '/uploads/*', status: 404 }]);
    const gone = await download(bench, [id], folder);
    expect(gone.code).toBe(5);
    expect(errorLine(gone)).toContain('--url-base');
  });

  it('ends with 5 when the service names no address', async () => {
    const bench = await startBench();
    const id = String(await store(bench, { name: 'Hello', url: '' }));
    const result = await download(bench, [id]);
    expect(result.code).toBe(5);
    expect(errorLine(result)).toContain('names no address');
  });
});
