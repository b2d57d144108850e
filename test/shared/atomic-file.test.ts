import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { renameOver, syncFolder, temporaryName, writeFileAtomic } from '../../src/shared/atomic-file.ts';
import { testFolder } from './folder.ts';

const modeOf = async (path: string) => (await stat(path)).mode & 0o777;

describe('writeFileAtomic', () => {
  it('makes a file with exactly what it was given, text or bytes, and nothing beside it', async () => {
    const folder = await testFolder();
    await writeFileAtomic(join(folder, 'text'), 'Grüße\n');
    await writeFileAtomic(join(folder, 'bytes'), new Uint8Array([0, 255, 10, 13]));
    await writeFileAtomic(join(folder, 'empty'), '');
    expect(await readFile(join(folder, 'text'), 'utf8')).toBe('Grüße\n');
    expect([...(await readFile(join(folder, 'bytes')))]).toEqual([0, 255, 10, 13]);
    expect(await readFile(join(folder, 'empty'), 'utf8')).toBe('');
    expect((await readdir(folder)).sort()).toEqual(['bytes', 'empty', 'text']);
  });

  it('gives a secret the mode 0600, also where a readable file stood before', async () => {
    const folder = await testFolder();
    const path = join(folder, 'secret');
    await writeFile(path, 'old');
    await chmod(path, 0o644);
    await writeFileAtomic(path, 'new', 0o600);
    expect(await modeOf(path)).toBe(0o600);
    expect(await readFile(path, 'utf8')).toBe('new');
  });

  it('shows a reader the old file or the new one, never a part', async () => {
    const path = join(await testFolder(), 'file');
    const contents = ['a'.repeat(300_000), 'b'.repeat(100_000), 'c'];
    await writeFileAtomic(path, contents[0] ?? '');
    let writing = true;
    const seen = new Set<string>();
    const reader = (async () => {
      while (writing) seen.add(await readFile(path, 'utf8'));
    })();
    for (let round = 0; round < 30; round++) await writeFileAtomic(path, contents[round % 3] ?? '');
    writing = false;
    await reader;
    expect(seen.size).toBeGreaterThan(0);
    for (const text of seen) expect(contents.includes(text), `${text.length} bytes of ${text[0]}`).toBe(true);
  });

  it('of several writers at once one wins whole', async () => {
    const folder = await testFolder();
    const path = join(folder, 'file');
    const contents = Array.from({ length: 10 }, (_, index) => String(index).repeat(50_000 + index));
    await Promise.all(contents.map((content) => writeFileAtomic(path, content)));
    expect(contents).toContain(await readFile(path, 'utf8'));
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('leaves the target and no temporary file when it fails', async () => {
    const folder = await testFolder();
    const target = join(folder, 'target');
    await mkdir(target);
    await writeFile(join(target, 'inside'), 'kept');
    await expect(writeFileAtomic(target, 'new')).rejects.toMatchObject({
      code: expect.stringMatching(/^(EISDIR|ENOTEMPTY|EEXIST|EPERM)$/),
    });
    expect(await readdir(folder)).toEqual(['target']);
    expect(await readFile(join(target, 'inside'), 'utf8')).toBe('kept');
  });

  it('leaves the old file and no temporary file when the data cannot be written', async () => {
    const folder = await testFolder();
    const path = join(folder, 'file');
    await writeFile(path, 'old');
    await expect(writeFileAtomic(path, 4711 as unknown as string)).rejects.toThrow(TypeError);
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['file']);
  });

  it('says the system error when the folder is not there', async () => {
    const folder = await testFolder();
    await expect(writeFileAtomic(join(folder, 'none', 'file'), 'x')).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('its parts', () => {
  it('a temporary name is hidden, beside the target, and used once', () => {
    const names = Array.from({ length: 1000 }, () => temporaryName('/some/folder/file.json'));
    expect(new Set(names).size).toBe(1000);
    for (const name of names) {
      expect(dirname(name)).toBe('/some/folder');
      expect(name).toMatch(/\/\.file\.json\.[0-9a-f]{12}\.tmp$/);
    }
  });

  it('renameOver replaces a file and says the system error for a source that is gone', async () => {
    const folder = await testFolder();
    const [source, target] = [join(folder, 'source'), join(folder, 'target')];
    await writeFile(source, 'new');
    await writeFile(target, 'old');
    await renameOver(source, target);
    expect(await readFile(target, 'utf8')).toBe('new');
    expect(await readdir(folder)).toEqual(['target']);
    await expect(renameOver(source, target)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('syncFolder never fails, since not every platform can', async () => {
    const folder = await testFolder();
    await expect(syncFolder(folder)).resolves.toBeUndefined();
    await expect(syncFolder(join(folder, 'none'))).resolves.toBeUndefined();
  });
});
