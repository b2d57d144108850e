import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyFile } from '../../src/credentials/keys.ts';
import { failureOf, testFolder } from '../shared/folder.ts';

describe('the key file', () => {
  it('is not there at first, and reading makes none', async () => {
    const folder = await testFolder();
    expect(await new KeyFile(folder).read()).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('is made once, of 32 random bytes, for its owner alone, and stays', async () => {
    const folder = await testFolder();
    const key = await new KeyFile(folder).readOrCreate();
    expect(key.bytes).toHaveLength(32);
    expect(key.backend).toBe('file');
    expect(await readdir(folder)).toEqual(['credentials.key']);
    expect((await stat(join(folder, 'credentials.key'))).mode & 0o777).toBe(0o600);
    expect(await new KeyFile(folder).readOrCreate()).toEqual(key);
    expect(await new KeyFile(folder).read()).toEqual(key);
    const other = await new KeyFile(await testFolder()).readOrCreate();
    expect(other.bytes.equals(key.bytes)).toBe(false);
  });

  it('is one for all who make it at the same moment, and nothing is left beside it', async () => {
    const folder = await testFolder();
    const keys = await Promise.all(Array.from({ length: 20 }, () => new KeyFile(folder).readOrCreate()));
    expect(new Set(keys.map(({ bytes }) => bytes.toString('hex'))).size).toBe(1);
    expect(await readdir(folder)).toEqual(['credentials.key']);
  });

  it('may have been written by hand, with blanks around it', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'credentials.key'), `  ${Buffer.alloc(32, 9).toString('base64')}\r\n\n`);
    expect((await new KeyFile(folder).read())?.bytes).toEqual(Buffer.alloc(32, 9));
  });

  it.each([
    ['empty', ''],
    ['one byte short', Buffer.alloc(31).toString('base64')],
    ['one byte long', Buffer.alloc(33).toString('base64')],
    ['cut', Buffer.alloc(32).toString('base64').slice(0, 20)],
    ['no base64', '!'.repeat(44)],
    ['something else', '{"key":"AAAA"}'],
  ])('that is %s is refused, never replaced', async (_, text) => {
    const folder = await testFolder();
    const path = join(folder, 'credentials.key');
    await writeFile(path, text);
    for (const ask of ['read', 'readOrCreate'] as const) {
      const error = await failureOf(() => new KeyFile(folder)[ask]());
      expect(error).toMatchObject({ type: 'auth', hint: expect.stringContaining('auth login') });
      expect(error.message).toBe(`The key of the credential store, ${path}, is damaged`);
    }
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await readdir(folder)).toEqual(['credentials.key']);
  });

  it('that cannot be read is refused with the reason', async () => {
    const folder = await testFolder();
    await mkdir(join(folder, 'credentials.key'));
    const error = await failureOf(() => new KeyFile(folder).readOrCreate());
    expect(error.type).toBe('auth');
    expect(error.message).toContain('cannot be read (EISDIR)');
  });

  it('says what it protects from, and what not', () => {
    const { description } = new KeyFile('/config');
    expect(description).toContain('/config/credentials.key');
    expect(description).toContain('not from programs that run as you');
  });
});
