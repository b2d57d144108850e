import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { KeyChoice, type KeyChoiceOptions } from '../../src/credentials/key-choice.ts';
import { type KeychainCall, KeychainFailure } from '../../src/credentials/keychain.ts';
import { CredentialStore } from '../../src/credentials/store.ts';
import type { ProfileRecord } from '../../src/credentials/types.ts';
import { failureOf, testFolder } from '../shared/folder.ts';

const record = (accessToken: string): ProfileRecord => ({
  convirza: { accessToken, apiUrl: 'https://a/', oauthUrl: 'https://o/', savedAt: 5 },
});

/** A keychain that can be locked. */
function keychain() {
  const values = new Map<string, string>();
  const state = { locked: false, calls: 0 };
  const call: KeychainCall = async (request) => {
    state.calls++;
    await new Promise(setImmediate);
    if (state.locked) throw new KeychainFailure('it is locked');
    if (request.operation === 'set') values.set(request.account, request.value);
    if (request.operation === 'delete') values.delete(request.account);
    return values.get(request.account);
  };
  return { call, state, values };
}

async function bench(options: Partial<KeyChoiceOptions> = {}) {
  const folder = await testFolder();
  const ring = keychain();
  const warnings: string[] = [];
  /** The store as another process would open it. */
  const open = (more: Partial<KeyChoiceOptions> = {}) =>
    new CredentialStore(
      folder,
      new KeyChoice(folder, {
        keychain: ring.call,
        ask: async () => 'correct horse',
        hasPassphrase: false,
        backend: 'auto',
        warn: (text) => warnings.push(text),
        ...options,
        ...more,
      }),
    );
  const sealedBy = async (profile = 'default') =>
    (
      JSON.parse(await readFile(join(folder, 'credentials', `${profile}.json`), 'utf8')) as {
        backend: string;
      }
    ).backend;
  return { folder, open, ring, warnings, sealedBy };
}

describe('the key of a new store', () => {
  it('is kept in the keychain where that works, and nowhere else', async () => {
    const { open, sealedBy, folder, warnings } = await bench();
    await open().write('default', record('a'));
    expect(await sealedBy()).toBe('keychain');
    expect(await open().read('default')).toEqual(record('a'));
    expect((await readdir(folder)).sort()).toEqual(['credentials']);
    expect(warnings).toEqual([]);
  });

  it('is one for all processes that make it at the same moment', async () => {
    const { open } = await bench();
    await Promise.all(Array.from({ length: 8 }, (_, n) => open().write(`p${n}`, record(`${n}`))));
    for (let n = 0; n < 8; n++) expect(await open().read(`p${n}`)).toEqual(record(`${n}`));
  });

  it('is derived from the passphrase where the keychain is locked and one is at hand', async () => {
    const { open, ring, sealedBy, warnings } = await bench({ hasPassphrase: true });
    ring.state.locked = true;
    await open().write('default', record('a'));
    expect(await sealedBy()).toBe('passphrase');
    expect(warnings).toEqual([expect.stringMatching(/keychain cannot be used \(it is locked\).*passphrase/)]);
    expect(await open().read('default')).toEqual(record('a'));
  });

  it('is kept in a file otherwise, which is said once, and the next profile does the same', async () => {
    const { open, ring, sealedBy, warnings } = await bench();
    ring.state.locked = true;
    const store = open();
    await store.write('default', record('a'));
    await store.write('work', record('b'));
    ring.state.locked = false;
    await open().write('third', record('c'));
    expect(await Promise.all(['default', 'work', 'third'].map(sealedBy))).toEqual(['file', 'file', 'file']);
    expect(warnings).toEqual([expect.stringMatching(/it is locked.*kept in a file instead/)]);
  });

  it('is where credentials.backend says, without a look at the keychain', async () => {
    const { open, ring, sealedBy } = await bench({ backend: 'file' });
    await open().write('default', record('a'));
    expect(await sealedBy()).toBe('file');
    expect(ring.state.calls).toBe(0);
  });

  it('is never kept elsewhere when the keychain was asked for', async () => {
    const { open, ring, folder } = await bench({ backend: 'keychain' });
    ring.state.locked = true;
    expect((await failureOf(() => open().write('default', record('a')))).type).toBe('auth');
    expect(await readdir(join(folder, 'credentials'))).toEqual([]);
  });
});

describe('a store that the keychain sealed', () => {
  it('is refused while it is locked, is not replaced, and works again afterwards', async () => {
    const { open, ring } = await bench({ hasPassphrase: true });
    await open().write('default', record('a'));
    ring.state.locked = true;
    for (const work of [
      () => open().read('default'),
      () => open().readForLogin('default'),
      () => open().write('default', record('b')),
    ]) {
      const error = await failureOf(work);
      expect(error).toMatchObject({ type: 'auth', hint: expect.stringContaining('Unlock it') });
      expect(error.message).toContain('it is locked');
    }
    ring.state.locked = false;
    expect(await open().read('default')).toEqual(record('a'));
  });

  it('that has lost its key says so, and a login may replace it', async () => {
    const { open, ring } = await bench();
    await open().write('default', record('a'));
    ring.values.clear();
    expect((await failureOf(() => open().read('default'))).message).toContain('has lost its key');
    expect((await open().readForLogin('default')).lost).toContain('has lost its key');
    await open().write('default', record('b'));
    expect(await open().read('default')).toEqual(record('b'));
  });
});

describe('a passphrase', () => {
  it('that is wrong is refused with code 4 and opens nothing; parameters and salt are in the file', async () => {
    const { open, folder } = await bench({ backend: 'passphrase' });
    await open().write('default', record('a'));
    const path = join(folder, 'credentials', 'default.json');
    const text = await readFile(path, 'utf8');
    expect(JSON.parse(text)).toMatchObject({ kdf: { name: 'scrypt', n: 2 ** 17, r: 8, p: 1 } });
    const wrong = open({ ask: async () => 'wrong' });
    for (const work of [
      () => wrong.read('default'),
      () => wrong.readForLogin('default'),
      () => wrong.write('default', record('b')),
      () => wrong.write('new', record('b')),
    ])
      expect(await failureOf(work)).toMatchObject({
        type: 'auth',
        message: expect.stringContaining('passphrase'),
      });
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await open().read('default')).toEqual(record('a'));
  });

  it('is asked for once and derived once for all profiles of a store', async () => {
    let asked = 0;
    const ask = async () => {
      asked++;
      return 'correct horse';
    };
    const { open } = await bench({ backend: 'passphrase', ask });
    const store = open();
    await store.write('a', record('1'));
    await store.write('b', record('2'));
    expect([await store.read('a'), await store.read('b')]).toEqual([record('1'), record('2')]);
    expect(asked).toBe(1);
  });

  it.each([{ n: 2 ** 24 }, { n: 1000 }, { r: 0 }, { p: 99 }, { salt: '' }, { name: 'md5' }])(
    'with the derivation %j in the file is refused before any work',
    async (change) => {
      const { open, folder } = await bench({ backend: 'passphrase' });
      await open().write('default', record('a'));
      const path = join(folder, 'credentials', 'default.json');
      const file = JSON.parse(await readFile(path, 'utf8')) as { kdf: object };
      await writeFile(path, JSON.stringify({ ...file, kdf: { ...file.kdf, ...change } }));
      expect((await failureOf(() => open().read('default'))).message).toContain('was changed or damaged');
    },
  );
});

describe('credentials.require', () => {
  it('refuses a weaker key to read, to write and to make', async () => {
    const { open, ring } = await bench();
    await open({ backend: 'file' }).write('default', record('a'));
    const strict = open({ require: 'keychain' });
    for (const work of [() => strict.read('default'), () => strict.write('default', record('b'))])
      expect(await failureOf(work)).toMatchObject({
        type: 'auth',
        message: expect.stringContaining('credentials.require is keychain'),
        hint: expect.stringContaining('auth migrate --to keychain'),
      });
    ring.state.locked = true;
    await open().remove('default');
    const error = await failureOf(() => strict.write('new', record('b')));
    expect(error.message).toMatch(/require is keychain.*it is locked/);
    await failureOf(() => open({ require: 'passphrase', backend: 'file' }).write('new', record('b')));
  });

  it('does not fall below a passphrase', async () => {
    const { open, ring, sealedBy } = await bench({ require: 'passphrase' });
    ring.state.locked = true;
    await open().write('default', record('a'));
    expect(await sealedBy()).toBe('passphrase');
  });
});

describe('migration', () => {
  it('seals every profile anew, to each backend, and leaves no key file behind', async () => {
    const { open, folder, sealedBy, ring } = await bench();
    await open({ backend: 'file' }).write('a', record('1'));
    await open({ backend: 'file' }).write('b', record('2'));
    for (const to of ['passphrase', 'keychain', 'file', 'keychain'] as const) {
      expect(await open().migrate(to)).toEqual({ moved: ['a', 'b'], kept: [] });
      expect([await sealedBy('a'), await sealedBy('b')]).toEqual([to, to]);
      expect([await open().read('a'), await open().read('b')]).toEqual([record('1'), record('2')]);
      expect((await readdir(folder)).includes('credentials.key')).toBe(to === 'file');
      expect(ring.values.size).toBe(to === 'keychain' ? 1 : 0);
    }
    expect(await open().migrate('keychain')).toEqual({ moved: [], kept: ['a', 'b'] });
  });

  it('that fails leaves every profile readable', async () => {
    const { open, ring, folder } = await bench();
    await open({ backend: 'file' }).write('a', record('1'));
    await open({ backend: 'file' }).write('b', record('2'));
    ring.state.locked = true;
    await failureOf(() => open().migrate('keychain'));
    expect([await open().read('a'), await open().read('b')]).toEqual([record('1'), record('2')]);
    ring.state.locked = false;
    await writeFile(join(folder, 'credentials', 'b.json'), 'garbage');
    await failureOf(() => open().migrate('keychain'));
    expect(await open().read('a')).toEqual(record('1'));
  });
});
