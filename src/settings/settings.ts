/** Settings: where each value comes from, and the file that keeps those which are not secret. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { SETTINGS, type SettingName, type SettingSpec, type SWITCHES } from './specs.ts';

export { CHOICES, SETTINGS, type SettingName, type SettingSpec, SWITCHES } from './specs.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export type Origin = 'flag' | 'environment' | 'profile' | 'file' | 'default';

/** What a profile remembers of its own; the file keeps it as `profiles.<name>.<setting>`. */
export const PROFILE_SETTINGS = [
  'api-url',
  'oauth-url',
  'voice-url',
  'voice-config-id',
  'voice-project-id',
] as const satisfies readonly SettingName[];

export type ProfileSetting = (typeof PROFILE_SETTINGS)[number];

const PROFILE_PREFIX = 'profiles.';

const profileKey = (profile: string, name: string) => `${PROFILE_PREFIX}${profile}.${name}`;

/** The setting that `profiles.<name>.<setting>` is about, or undefined for any other text. */
export function profileSetting(text: string): { profile: string; name: ProfileSetting } | undefined {
  const name = PROFILE_SETTINGS.find((each) => text.endsWith(`.${each}`));
  if (!text.startsWith(PROFILE_PREFIX) || name === undefined) return undefined;
  const profile = text.slice(PROFILE_PREFIX.length, -name.length - 1);
  return profile === '' ? undefined : { profile, name };
}

export interface SettingValue {
  value: string;
  origin: Origin;
}

/** The settings that are numbers, and what they may be. */
export const NUMBER_RANGES = {
  timeout: [0.05, 86_400],
  retries: [0, 20],
  'retry-delay': [0, 60_000],
} as const satisfies Partial<Record<SettingName, readonly [number, number]>>;

/** Settings of this form send one endpoint elsewhere: `endpoints.tags.update` = `PATCH /tag/{id}`. */
const ENDPOINT_PREFIX = 'endpoints.';

/** The setting that says where a command (`tags update`) is sent. */
export const endpointSetting = (command: string): string => `${ENDPOINT_PREFIX}${command.replace(' ', '.')}`;

/** The command that `endpoints.<family>.<command>` is about, or undefined for any other text. */
export function endpointCommand(text: string): string | undefined {
  return text.startsWith(ENDPOINT_PREFIX) ? text.slice(ENDPOINT_PREFIX.length).replace('.', ' ') : undefined;
}

export function settingSpec(name: string): SettingSpec {
  const spec = SETTINGS.find((setting) => setting.name === name);
  if (spec === undefined)
    throw new CliError('usage', `There is no setting ${JSON.stringify(name)}`, {
      hint: `There are: ${SETTINGS.map((setting) => setting.name).join(', ')}, and ${ENDPOINT_PREFIX}<family>.<command>.`,
    });
  return spec;
}

/** @throws CliError `usage` for a name that nobody reads */
export function checkSettingName(name: string): string {
  return endpointCommand(name) !== undefined || profileSetting(name) !== undefined
    ? name
    : settingSpec(name).name;
}

/**
 * The folder of everything that is kept on disk: `CONVIRZA_CONFIG_DIR`, else the platform's own place (XDG Base
 * Directory, Application Support, AppData).
 */
export function configFolder(env: Env, platform: string, home: string): string {
  const chosen = env['CONVIRZA_CONFIG_DIR'];
  if (chosen) return chosen;
  if (platform === 'darwin') return join(home, 'Library', 'Application Support', 'convirza');
  if (platform === 'win32') return join(env['APPDATA'] || join(home, 'AppData', 'Roaming'), 'convirza');
  return join(env['XDG_CONFIG_HOME'] || join(home, '.config'), 'convirza');
}

function isProfileSetting(name: SettingName): name is ProfileSetting {
  return PROFILE_SETTINGS.some((each) => each === name);
}

const FILE = 'config.json';

function unreadable(folder: string, cause: unknown): CliError {
  return new CliError(
    'usage',
    `The settings in ${join(folder, FILE)} cannot be read: ${(cause as Error).message}`,
    { hint: 'Correct the file or delete it.', cause },
  );
}

/**
 * What the file holds. Read without conf: that takes 15 ms of every command, and its file library takes signals over
 * for itself, so that one Ctrl-C would end a command without a word.
 */
function readStored(folder: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    throw unreadable(folder, error);
  }
  try {
    const stored = JSON.parse(text) as unknown;
    if (!isObject(stored)) throw new SyntaxError('it holds no JSON object');
    return stored;
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/** The file, to be changed. */
async function openFile(folder: string) {
  const { default: Conf } = await import('conf');
  try {
    return new Conf<Record<string, string>>({
      cwd: folder,
      configName: 'config',
      projectName: 'convirza',
      configFileMode: 0o600,
      accessPropertiesByDotNotation: false,
    });
  } catch (error) {
    throw unreadable(folder, error);
  }
}

/** The settings that a file keeps; conf is loaded only where one is to be written. */
export class Settings {
  readonly folder: string;
  readonly #env: Env;
  readonly #flags: Readonly<Record<string, string | undefined>>;
  readonly #stored: Readonly<Record<string, unknown>>;

  private constructor(
    folder: string,
    env: Env,
    flags: Readonly<Record<string, string | undefined>>,
    stored: Readonly<Record<string, unknown>>,
  ) {
    this.folder = folder;
    this.#env = env;
    this.#flags = flags;
    this.#stored = stored;
  }

  /** @param flags values of command-line flags by setting name */
  static async load(
    folder: string,
    env: Env,
    flags: Readonly<Record<string, string | undefined>>,
  ): Promise<Settings> {
    return new Settings(folder, env, flags, readStored(folder));
  }

  /** The file of the settings, whether it exists or not. */
  get path(): string {
    return join(this.folder, FILE);
  }

  /** Precedence: flag, environment, the chosen profile, file, default. */
  lookUp(name: SettingName): SettingValue {
    const spec = settingSpec(name);
    const flag = this.#flags[name];
    if (flag !== undefined) return { value: flag, origin: 'flag' };
    const variable = spec.env.find((env) => (this.#env[env] ?? '') !== '');
    if (variable !== undefined) return { value: this.#env[variable] ?? '', origin: 'environment' };
    const remembered = isProfileSetting(name) ? this.ofProfile(this.get('profile'), name) : undefined;
    if (remembered !== undefined) return { value: remembered, origin: 'profile' };
    // Somebody may have edited the file by hand and written a number as a number.
    const stored = this.#stored[name];
    if (typeof stored === 'string' || typeof stored === 'number')
      return { value: String(stored), origin: 'file' };
    return { value: spec.default, origin: 'default' };
  }

  /** What a profile remembers of a setting. */
  ofProfile(profile: string, name: ProfileSetting): string | undefined {
    const stored: unknown = this.#stored[profileKey(profile, name)];
    return typeof stored === 'string' ? stored : undefined;
  }

  /**
   * Lets a profile remember values; undefined forgets one. The default of a setting is remembered only where it would
   * not come about without, so that a usual profile needs no file of settings.
   */
  async rememberFor(
    profile: string,
    values: Readonly<Partial<Record<ProfileSetting, string | undefined>>>,
  ): Promise<void> {
    const changes = Object.entries(values).map(([name, value]) => {
      const usual = this.#stored[name] === undefined && settingSpec(name).default === value;
      return [name as ProfileSetting, usual ? undefined : value] as const;
    });
    const needed = changes.filter(([name, value]) => this.ofProfile(profile, name) !== value);
    if (needed.length === 0) return;
    const file = await openFile(this.folder);
    for (const [name, value] of needed) {
      if (value === undefined) file.delete(profileKey(profile, name));
      else file.set(profileKey(profile, name), value);
    }
  }

  /** Forgets everything that a profile remembers. */
  async forgetProfile(profile: string): Promise<void> {
    await this.rememberFor(profile, Object.fromEntries(PROFILE_SETTINGS.map((name) => [name, undefined])));
  }

  get(name: SettingName): string {
    return this.lookUp(name).value;
  }

  /**
   * A setting that is a number.
   *
   * @throws CliError `usage` when it is none or out of range; the message names where the value comes from
   */
  number(name: keyof typeof NUMBER_RANGES): number {
    const [min, max] = NUMBER_RANGES[name];
    const { value, origin } = this.lookUp(name);
    const number = Number(value);
    if (value.trim() === '' || !Number.isFinite(number) || number < min || number > max)
      throw new CliError(
        'usage',
        `${name} must be a number from ${min} to ${max}, not ${JSON.stringify(value)} (${origin})`,
      );
    return number;
  }

  /**
   * A setting that is one of some words.
   *
   * @throws CliError `usage` when it is another; the message names where the value comes from
   */
  choice<T extends string>(name: SettingName, words: readonly T[]): T {
    const { value, origin } = this.lookUp(name);
    const word = words.find((candidate) => candidate === value);
    if (word === undefined)
      throw new CliError(
        'usage',
        `${name} must be one of ${words.filter((each) => each !== '').join(', ')}, not ${JSON.stringify(value)} (${origin})`,
      );
    return word;
  }

  /**
   * A setting that is on or off. What stands in the file counts only where it is one of the words: it must not keep
   * `config set` from putting it right.
   *
   * @throws CliError `usage` when the environment or a flag says something else
   */
  isOn(name: (typeof SWITCHES)[number]): boolean {
    const { value, origin } = this.lookUp(name);
    if (/^(on|1|true|yes)$/i.test(value)) return true;
    if (/^(off|0|false|no)$/i.test(value)) return false;
    if (origin === 'file') return settingSpec(name).default === 'on';
    throw new CliError('usage', `${name} must be on or off, not ${JSON.stringify(value)} (${origin})`);
  }

  /** What the file says of endpoints, by command (`tags update`): the text as it was set. */
  endpointOverrides(): ReadonlyMap<string, string> {
    const overrides = new Map<string, string>();
    for (const [name, text] of Object.entries(this.#stored)) {
      const command = endpointCommand(name);
      if (command !== undefined) overrides.set(command, String(text));
    }
    return overrides;
  }

  async set(name: string, value: string): Promise<void> {
    (await openFile(this.folder)).set(checkSettingName(name), value);
  }

  async unset(name: string): Promise<void> {
    (await openFile(this.folder)).delete(checkSettingName(name));
  }
}
