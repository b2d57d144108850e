/** Checks of the settings of a session that a user gives. */
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import { type SettingKind, type SettingSpec, VOICE_SETTINGS } from './setting-specs.ts';

const EXPECTED: Readonly<Record<Exclude<SettingKind, 'any'>, string>> = {
  switch: 'true or false',
  seconds: 'a number of seconds',
  fraction: 'a number from 0 to 1',
  number: 'a number',
  text: 'a text',
};

function fits(kind: SettingKind, value: unknown): boolean {
  switch (kind) {
    case 'switch':
      return typeof value === 'boolean';
    case 'seconds':
      return typeof value === 'number' && value >= 0;
    case 'fraction':
      return typeof value === 'number' && value >= 0 && value <= 1;
    case 'number':
      return typeof value === 'number';
    case 'text':
      return typeof value === 'string';
    case 'any':
      return true;
  }
}

/** The one format that is sent, by the names of the API. */
const AUDIO: JsonObject = { sample_rate: 24_000, channels: 1, encoding: 'linear16' };
const BY_PATH = new Map(VOICE_SETTINGS.map((spec) => [spec.path, spec]));
const isSection = (path: string): boolean =>
  VOICE_SETTINGS.some((spec) => spec.path.startsWith(`${path}.`)) && !BY_PATH.has(path);

/** What came of a check. */
export interface CheckedSettings {
  /** To be sent; without the audio format, which is always sent. */
  settings: JsonObject;
  /** Paths that the reference does not know; they are sent as they are. */
  unknown: string[];
}

/**
 * Checks settings by the names of the API; a whole `session_settings` message is taken too. What is not known is sent
 * all the same, for the service may know more than the reference.
 *
 * @param source names where they come from, in messages
 * @throws CliError `usage` with all problems: values of a wrong kind, another audio format
 */
export function checkSettings(value: unknown, source: string): CheckedSettings {
  const problems: string[] = [];
  const unknown: string[] = [];
  const root =
    isObject(value) && value['type'] === 'session_settings' && isObject(value['data'])
      ? value['data']
      : value;
  if (!isObject(root)) throw new CliError('usage', `${source} is no JSON object`, { hint: HINT });
  const walk = (fields: JsonObject, prefix: string): void => {
    for (const [name, entry] of Object.entries(fields)) {
      const path = prefix + name;
      const spec = BY_PATH.get(path);
      if (path in AUDIO || /^audio\./.test(path)) checkAudio(path, entry, problems);
      else if (spec !== undefined) {
        if (entry !== null && !fits(spec.kind, entry) && spec.kind !== 'any')
          problems.push(`${path} must be ${EXPECTED[spec.kind]}`);
      } else if (path === 'audio' || isSection(path)) {
        if (isObject(entry)) walk(entry, `${path}.`);
        else problems.push(`${path} must be an object`);
      } else unknown.push(path);
    }
  };
  walk(root, '');
  if (problems.length > 0) throw new CliError('usage', `${source}: ${problems.join('; ')}`, { hint: HINT });
  const { audio: _audio, sample_rate: _rate, channels: _channels, encoding: _encoding, ...settings } = root;
  return { settings, unknown };
}

const HINT =
  'The names are those of session_settings, such as {"turn_detection": {"silence_threshold": 0.8}}.';

function checkAudio(path: string, value: unknown, problems: string[]): void {
  const name = path.replace(/^audio\./, '');
  if (name in AUDIO && value !== AUDIO[name])
    problems.push(`${path} must be ${JSON.stringify(AUDIO[name])}: no other format is sent`);
}

/** Puts one value at its path. */
export function withSetting(settings: JsonObject, path: string, value: unknown): JsonObject {
  const [first = '', ...rest] = path.split('.');
  if (rest.length === 0) return { ...settings, [first]: value };
  const inner = settings[first];
  return { ...settings, [first]: withSetting(isObject(inner) ? inner : {}, rest.join('.'), value) };
}

/**
 * The value of a flag.
 *
 * @throws CliError `usage` when it is none of its kind
 */
export function parseSetting({ kind, flag }: SettingSpec, text: string): unknown {
  const value = readValue(kind, text.trim());
  if (value !== undefined && fits(kind, value)) return value;
  const expected = kind === 'switch' ? 'on or off' : kind === 'any' ? 'JSON or text' : EXPECTED[kind];
  throw new CliError('usage', `--${flag}: ${JSON.stringify(text)} is not ${expected}`);
}

function readValue(kind: SettingKind, text: string): unknown {
  if (kind === 'text') return text;
  if (kind === 'switch') {
    if (/^(on|true|yes|1)$/i.test(text)) return true;
    return /^(off|false|no|0)$/i.test(text) ? false : undefined;
  }
  if (kind === 'any') {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      return text;
    }
  }
  const number = kind === 'seconds' ? text.replace(/\s*s$/i, '') : text;
  return number === '' || !Number.isFinite(Number(number)) ? undefined : Number(number);
}
