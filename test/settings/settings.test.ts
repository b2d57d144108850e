import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  CHOICES,
  configFolder,
  type Env,
  SETTINGS,
  Settings,
  settingSpec,
} from '../../src/settings/settings.ts';

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convirza-settings-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Settings over a file with this text; without a file when it is undefined. */
async function load(options: {
  file?: string | undefined;
  env?: Env;
  flags?: Record<string, string | undefined>;
}): Promise<Settings> {
  const folder = await temporaryFolder();
  if (options.file !== undefined) await writeFile(join(folder, 'config.json'), options.file);
  return Settings.load(folder, options.env ?? {}, options.flags ?? {});
}

describe('where a value comes from', () => {
  const file = JSON.stringify({ 'api-url': 'https://file', timeout: '5' });
  const env = { CONVIRZA_API_URL: 'https://environment' };

  it('is the flag before the environment before the file before the default', async () => {
    const look = async (options: Parameters<typeof load>[0]) => (await load(options)).lookUp('api-url');
    expect(await look({ file, env, flags: { 'api-url': 'https://flag' } })).toEqual({
      value: 'https://flag',
      origin: 'flag',
    });
    expect(await look({ file, env, flags: { 'api-url': undefined } })).toEqual({
      value: 'https://environment',
      origin: 'environment',
    });
    expect(await look({ file })).toEqual({ value: 'https://file', origin: 'file' });
    expect(await look({})).toEqual({
      value: 'https://platform-api.convirza.com/v3',
      origin: 'default',
    });
  });

  it('is not an environment variable that is empty, but is an empty flag', async () => {
    const settings = await load({ file, env: { CONVIRZA_API_URL: '' }, flags: { 'oauth-url': '' } });
    expect(settings.lookUp('api-url').origin).toBe('file');
    expect(settings.lookUp('oauth-url')).toEqual({ value: '', origin: 'flag' });
  });

  it('is another one for each setting', async () => {
    const settings = await load({ file, env });
    expect(settings.get('api-url')).toBe('https://environment');
    expect(settings.get('timeout')).toBe('5');
    expect(settings.get('voice-url')).toBe('wss://api.nextevi.com/ws/voice');
    expect(settings.get('profile')).toBe('default');
  });

  it.each([
    ['api-url', 'CONVIRZA_API_URL'],
    ['oauth-url', 'CONVIRZA_OAUTH_URL'],
    ['voice-url', 'NEXTEVI_URL'],
    ['profile', 'CONVIRZA_PROFILE'],
    ['timeout', 'CONVIRZA_TIMEOUT'],
    ['retries', 'CONVIRZA_RETRIES'],
    ['retry-delay', 'CONVIRZA_RETRY_DELAY'],
  ] as const)('%s is %s in the environment', async (name, variable) => {
    const settings = await load({ env: { [variable]: 'given' } });
    expect(settings.lookUp(name)).toEqual({ value: 'given', origin: 'environment' });
  });
});

describe('a setting that is a number', () => {
  const number = async (timeout: string) =>
    (await load({ env: { CONVIRZA_TIMEOUT: timeout } })).number('timeout');

  it.each([
    ['0.05', 0.05],
    ['86400', 86_400],
    ['0.5', 0.5],
    [' 7 ', 7],
  ])('%j is %d', async (text, value) => {
    expect(await number(text)).toBe(value);
  });

  it.each(['x', ' ', '-1', '0', '86400.1', 'NaN', 'Infinity', '1,5', '7s'])('%j is none', async (text) => {
    await expect(number(text)).rejects.toMatchObject({
      type: 'usage',
      message: `timeout must be a number from 0.05 to 86400, not ${JSON.stringify(text)} (environment)`,
    });
  });

  it('says where a bad one comes from', async () => {
    const fromFile = await load({ file: '{"timeout":"soon"}' });
    expect(() => fromFile.number('timeout')).toThrow('not "soon" (file)');
    const fromFlag = await load({ flags: { timeout: '' } });
    expect(() => fromFlag.number('timeout')).toThrow('not "" (flag)');
  });

  it('is in its limits by default', async () => {
    const settings = await load({});
    expect(settings.number('timeout')).toBe(30);
    expect(settings.number('retries')).toBe(3);
    expect(settings.number('retry-delay')).toBe(500);
  });
});

describe('the file of settings', () => {
  it.each(['{', '', 'api-url: x', '{"a":1}}', '[]'])(
    'that is corrupt (%j) is named, and not overwritten',
    async (text) => {
      const folder = await temporaryFolder();
      const path = join(folder, 'config.json');
      await writeFile(path, text);
      const error = await Settings.load(folder, {}, {}).catch((caught) => caught);
      expect(error).toMatchObject({ type: 'usage', hint: 'Correct the file or delete it.' });
      expect(error.message).toContain(path);
      expect(await readFile(path, 'utf8')).toBe(text);
    },
  );

  it.each(['{"unknown":"x"}', '{"timeout":null}', '{"timeout":{"a":1}}'])(
    'that holds nothing of use (%s) gives defaults',
    async (file) => {
      expect((await load({ file })).lookUp('timeout')).toEqual({ value: '30', origin: 'default' });
    },
  );

  it('is not made by reading', async () => {
    const folder = await temporaryFolder();
    const settings = await Settings.load(folder, {}, {});
    settings.get('api-url');
    expect(await readdir(folder)).toEqual([]);
    expect(settings.path).toBe(join(folder, 'config.json'));
  });

  it('keeps what is set, for nobody else to read, and loses what is unset', async () => {
    const folder = join(await temporaryFolder(), 'new', 'folder');
    const settings = await Settings.load(folder, {}, {});
    await settings.set('timeout', '12');
    await settings.set('api-url', 'https://kept');
    const again = await Settings.load(folder, {}, {});
    expect(again.lookUp('timeout')).toEqual({ value: '12', origin: 'file' });
    expect(again.get('api-url')).toBe('https://kept');
    if (process.platform !== 'win32') expect((await stat(again.path)).mode & 0o777).toBe(0o600);
    await again.unset('timeout');
    await again.unset('retries');
    const last = await Settings.load(folder, {}, {});
    expect(last.lookUp('timeout').origin).toBe('default');
    expect(last.get('api-url')).toBe('https://kept');
  });

  it.each(['gone', '', '__proto__', 'constructor', 'api_url'])('knows no setting %j', async (name) => {
    const settings = await load({});
    await expect(settings.set(name, 'x')).rejects.toMatchObject({
      type: 'usage',
      hint: expect.stringContaining('api-url'),
    });
    await expect(settings.unset(name)).rejects.toMatchObject({ type: 'usage' });
    expect(() => settingSpec(name)).toThrow(`There is no setting ${JSON.stringify(name)}`);
    expect(await readdir(settings.folder)).toEqual([]);
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
    'that may not be read is named (skipped on Windows and for root, who may read anything)',
    async () => {
      const folder = await temporaryFolder();
      await writeFile(join(folder, 'config.json'), '{}');
      await chmod(join(folder, 'config.json'), 0);
      await expect(Settings.load(folder, {}, {})).rejects.toMatchObject({ type: 'usage' });
    },
  );

  it('that is a folder is named', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'config.json'));
    await expect(Settings.load(folder, {}, {})).rejects.toMatchObject({ type: 'usage' });
  });
});

describe('the folder of settings', () => {
  it.each<[Env, string, string]>([
    [{}, 'linux', '/home/ada/.config/convirza'],
    [{ XDG_CONFIG_HOME: '/xdg' }, 'linux', '/xdg/convirza'],
    [{ XDG_CONFIG_HOME: '' }, 'linux', '/home/ada/.config/convirza'],
    [{ XDG_CONFIG_HOME: '/xdg' }, 'darwin', '/home/ada/Library/Application Support/convirza'],
    [{}, 'win32', '/home/ada/AppData/Roaming/convirza'],
    [{ APPDATA: '/roaming' }, 'win32', '/roaming/convirza'],
    [{ CONVIRZA_CONFIG_DIR: '/mine', XDG_CONFIG_HOME: '/xdg' }, 'linux', '/mine'],
    [{ CONVIRZA_CONFIG_DIR: '' }, 'linux', '/home/ada/.config/convirza'],
  ])('%j on %s is %s', (env, platform, folder) => {
    expect(configFolder(env, platform, '/home/ada').replaceAll('\\', '/')).toBe(folder);
  });

  it('holds settings of which each has a name, a variable and a default of its own', () => {
    expect(new Set(SETTINGS.map(({ name }) => name)).size).toBe(SETTINGS.length);
    const variables = SETTINGS.flatMap(({ env }) => env);
    expect(new Set(variables).size).toBe(variables.length);
    for (const { description } of SETTINGS) expect(description).toMatch(/^\w/);
  });
});

describe('what a profile remembers', () => {
  it('stands between the environment and the file, for that profile alone', async () => {
    const file = JSON.stringify({
      'api-url': 'https://file',
      'profiles.a.b.api-url': 'https://profile',
      'profiles.a.b.timeout': '9',
    });
    const flags = { profile: 'a.b' };
    expect((await load({ file, flags })).lookUp('api-url')).toEqual({
      value: 'https://profile',
      origin: 'profile',
    });
    expect((await load({ file, flags })).lookUp('timeout').origin).toBe('default');
    expect((await load({ file })).lookUp('api-url').origin).toBe('file');
    const env = { CONVIRZA_API_URL: 'https://environment' };
    expect((await load({ file, flags, env })).lookUp('api-url').origin).toBe('environment');
  });

  it('is written only where it would not come about by itself, and is forgotten with the profile', async () => {
    const folder = await temporaryFolder();
    const open = () => Settings.load(folder, {}, { profile: 'work' });
    const usual = settingSpec('api-url').default;
    await (await open()).rememberFor('work', { 'api-url': usual });
    expect(await readdir(folder)).toEqual([]);
    await (await open()).set('api-url', 'https://file');
    await (await open()).rememberFor('work', { 'api-url': usual, 'voice-config-id': 'config-1' });
    expect((await open()).lookUp('api-url')).toEqual({ value: usual, origin: 'profile' });
    expect((await open()).get('voice-config-id')).toBe('config-1');
    await (await open()).forgetProfile('work');
    expect((await open()).lookUp('api-url')).toEqual({ value: 'https://file', origin: 'file' });
    expect((await open()).get('voice-config-id')).toBe('');
  });
});

describe('a setting that is one of some words', () => {
  it('is refused when it is another', async () => {
    const settings = await load({ env: { CONVIRZA_CREDENTIALS_BACKEND: 'cloud' } });
    expect(() => settings.choice('credentials.backend', CHOICES['credentials.backend'])).toThrow(
      /must be one of auto, keychain, passphrase, file, not "cloud" \(environment\)/,
    );
    expect((await load({})).choice('credentials.backend', CHOICES['credentials.backend'])).toBe('auto');
  });
});

describe('a setting that is on or off', () => {
  it.each([
    ['on', true],
    ['1', true],
    ['TRUE', true],
    ['off', false],
    ['0', false],
    ['no', false],
  ])('%s: %s', async (value, on) => {
    expect((await load({ env: { CONVIRZA_PLAIN: value } })).isOn('plain')).toBe(on);
  });

  it('is refused when the environment says anything else, and goes by its default when the file does', async () => {
    const settings = await load({ env: { CONVIRZA_PLAIN: 'perhaps' } });
    expect(() => settings.isOn('plain')).toThrow('plain must be on or off, not "perhaps" (environment)');
    expect((await load({ file: '{"plain":"perhaps"}' })).isOn('plain')).toBe(false);
    expect((await load({ file: '{"update-notice":"x"}' })).isOn('update-notice')).toBe(true);
    expect((await load({})).isOn('plain')).toBe(false);
  });
});
