import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { onlyKey } from '../../src/credentials/key-choice.ts';
import type { KeyBackend } from '../../src/credentials/keys.ts';
import { CredentialStore, checkProfileName } from '../../src/credentials/store.ts';
import type { ProfileRecord } from '../../src/credentials/types.ts';
import { CliError } from '../../src/shared/errors.ts';
import { failureOf, testFolder } from '../shared/folder.ts';

const record = (accessToken: string): ProfileRecord => ({
  convirza: { accessToken, refreshToken: 'r', apiUrl: 'https://a/', oauthUrl: 'https://o/', savedAt: 5 },
});
const modeOf = async (path: string) => (await stat(path)).mode & 0o777;
const asRoot = process.getuid?.() === 0;

describe('profiles', () => {
  it('are written, read, listed in order, replaced and removed', async () => {
    const store = new CredentialStore(await testFolder());
    expect(await store.profiles()).toEqual([]);
    expect(await store.read('default')).toBeUndefined();
    for (const name of ['work', 'default', 'a.b@c+d-e_f']) await store.write(name, record(name));
    expect(await store.profiles()).toEqual(['a.b@c+d-e_f', 'default', 'work']);
    expect(await store.read('work')).toEqual(record('work'));
    await store.write('work', record('newer'));
    expect(await store.read('work')).toEqual(record('newer'));
    expect(await store.read('default')).toEqual(record('default'));
    await store.remove('work');
    await store.remove('work');
    expect(await store.read('work')).toBeUndefined();
    expect(await store.profiles()).toEqual(['a.b@c+d-e_f', 'default']);
  });

  it('are found by another process with the same folder', async () => {
    const folder = await testFolder();
    await new CredentialStore(folder).write('default', record('a'));
    expect(await new CredentialStore(folder).read('default')).toEqual(record('a'));
  });

  it('are only the files of profiles, not locks, temporary files and what else lies there', async () => {
    const store = new CredentialStore(await testFolder());
    await store.write('default', record('a'));
    for (const name of ['.default.json.abc.tmp', 'notes.txt', ' x.json', '-x.json', '.json'])
      await writeFile(join(store.folder, name), '');
    await store.locked('default', async () => {
      expect(await readdir(store.folder)).toContain('default.json.lock');
      expect(await store.profiles()).toEqual(['default']);
    });
  });

  it.each([
    '',
    '.',
    '..',
    '../x',
    'a/b',
    'a\\b',
    '.hidden',
    '-x',
    'a b',
    'ä',
    'x\n',
    'x'.repeat(65),
    'con',
    'NUL.x',
    'com1',
  ])('cannot be named %j', async (name) => {
    const store = new CredentialStore(await testFolder());
    const works = [
      () => checkProfileName(name),
      () => store.path(name),
      () => store.read(name),
      () => store.write(name, {}),
      () => store.remove(name),
      () => store.locked(name, async () => {}),
    ];
    for (const work of works) expect((await failureOf(async () => work())).type).toBe('usage');
    expect(await store.profiles()).toEqual([]);
  });

  it.each(['a', 'default', 'x'.repeat(64), 'ann@example.com', 'conf', 'a.json'])(
    'can be named %j',
    (name) => {
      expect(checkProfileName(name)).toBe(name);
    },
  );
});

describe('on disk', () => {
  it('only their owner can read them, and nothing in them is in the clear', async () => {
    const folder = join(await testFolder(), 'deep', 'config');
    const store = new CredentialStore(folder);
    await store.write('default', record('the-secret-token'));
    expect(await modeOf(store.folder)).toBe(0o700);
    expect(await modeOf(store.path('default'))).toBe(0o600);
    expect(await modeOf(join(folder, 'credentials.key'))).toBe(0o600);
    expect(await readdir(store.folder)).toEqual(['default.json']);
    expect(await readFile(store.path('default'), 'utf8')).not.toContain('secret');
  });

  it('a folder and a file that others could read are closed to them', async () => {
    const store = new CredentialStore(await testFolder());
    await mkdir(store.folder, { mode: 0o755 });
    await chmod(store.folder, 0o755);
    await writeFile(store.path('default'), 'x', { mode: 0o644 });
    await store.write('default', record('a'));
    expect(await modeOf(store.folder)).toBe(0o700);
    expect(await modeOf(store.path('default'))).toBe(0o600);
  });
});

describe('a stored file that cannot be opened', () => {
  async function damagedStore(change: (store: CredentialStore) => Promise<unknown>) {
    const store = new CredentialStore(await testFolder());
    await store.write('default', record('a'));
    await change(store);
    const before = await readFile(store.path('default')).catch(() => undefined);
    const error = await failureOf(() => store.read('default'));
    expect(error).toMatchObject({ type: 'auth', hint: expect.stringContaining('auth logout') });
    expect(error.message).toContain(store.path('default'));
    expect(await readFile(store.path('default')).catch(() => undefined)).toEqual(before);
    return error;
  }
  const rewrite = (change: (text: string) => string) => async (store: CredentialStore) =>
    writeFile(store.path('default'), change(await readFile(store.path('default'), 'utf8')));

  it.each<[string, (store: CredentialStore) => Promise<unknown>, string]>([
    ['empty', rewrite(() => ''), 'is not a credential file of this program'],
    ['cut', rewrite((text) => text.slice(0, 100)), 'is not a credential file of this program'],
    ['plain JSON', rewrite(() => JSON.stringify(record('a'))), 'is not a credential file of this program'],
    ['changed', rewrite((text) => text.replace(/"nonce":"../, '"nonce":"00')), 'was changed or damaged'],
    ['newer', rewrite((text) => text.replace('"version":1', '"version":2')), 'newer version of this program'],
    [
      'of another profile',
      async (store) => {
        await store.write('other', record('b'));
        await writeFile(store.path('default'), await readFile(store.path('other')));
      },
      'was changed or damaged',
    ],
    ['without its key', (store) => rm(join(store.folder, '..', 'credentials.key')), 'has lost its key'],
    [
      'with another key',
      (store) =>
        writeFile(join(store.folder, '..', 'credentials.key'), Buffer.alloc(32, 1).toString('base64')),
      'was sealed with another key',
    ],
    [
      'a folder',
      async (store) => {
        await rm(store.path('default'));
        await mkdir(store.path('default'));
      },
      'cannot be read (EISDIR)',
    ],
  ])('since it is %s is refused with the reason, and left as it is', async (_, change, why) => {
    expect((await damagedStore(change)).message).toContain(why);
  });

  it('may hold something that is sealed, but is no record', async () => {
    const store = new CredentialStore(await testFolder());
    await store.write('default', [1] as ProfileRecord);
    expect((await failureOf(() => store.read('default'))).message).toContain('was changed or damaged');
  });

  it('does not stand in the way of the other profiles, nor of a new login', async () => {
    const store = new CredentialStore(await testFolder());
    await store.write('work', record('w'));
    await writeFile(store.path('default'), 'garbage');
    expect(await store.read('work')).toEqual(record('w'));
    expect(await store.profiles()).toEqual(['default', 'work']);
    await store.write('default', record('new'));
    expect(await store.read('default')).toEqual(record('new'));
  });
});

describe('a folder that cannot be written', () => {
  it('since a file is in its place is said, with the way out', async () => {
    const config = join(await testFolder(), 'config');
    await writeFile(config, '');
    const store = new CredentialStore(config);
    for (const work of [
      () => store.write('default', record('a')),
      () => store.locked('default', async () => {}),
    ])
      expect(await failureOf(work)).toMatchObject({
        type: 'usage',
        message: expect.stringMatching(/^The folder .*credentials cannot be made \((ENOTDIR|EEXIST)\)$/),
        hint: expect.stringContaining('CONVIRZA_TOKEN'),
      });
  });

  it('since a folder is in the place of the file is said, and nothing is left behind', async () => {
    const store = new CredentialStore(await testFolder());
    await mkdir(store.path('default'), { recursive: true });
    const error = await failureOf(() => store.write('default', record('a')));
    expect(error.type).toBe('usage');
    expect(error.message).toMatch(/^The credentials of profile default cannot be written \(E[A-Z]+\): /);
    expect(await readdir(store.folder)).toEqual(['default.json']);
  });

  it('since its key cannot be used is said as that', async () => {
    const refusal = new CliError('auth', 'the keychain is locked');
    const backend: KeyBackend = {
      name: 'keychain',
      description: '',
      read: () => Promise.reject(refusal),
      readOrCreate: () => Promise.reject(refusal),
    };
    const store = new CredentialStore(await testFolder(), onlyKey(backend));
    await expect(store.write('default', record('a'))).rejects.toBe(refusal);
    expect(await store.read('default')).toBeUndefined();
  });

  it.skipIf(asRoot)('since it is not ours is said', async () => {
    const config = await testFolder();
    await chmod(config, 0o500);
    const error = await failureOf(() => new CredentialStore(config).write('default', record('a')));
    await chmod(config, 0o700);
    expect(error.type).toBe('usage');
    expect(error.message).toContain('EACCES');
  });
});
