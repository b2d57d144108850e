/** The settings that a session is opened with: of a file, and of flags. */
import { VOICE_SETTINGS } from '../nextevi/setting-specs.ts';
import { checkSettings, parseSetting, withSetting } from '../nextevi/settings.ts';
import { CliError } from '../shared/errors.ts';
import { type JsonObject, parseJson } from '../shared/json.ts';
import { readTextFile } from './input.ts';
import type { Invocation } from './invocation.ts';

/** What the flags say, each there only when it was given. */
export type SettingsFlags = Readonly<Record<string, unknown>>;

/**
 * The settings that a session is opened with: of the file, and of the flags over them.
 *
 * @throws CliError `usage` for a file or a value that is wrong
 */
export async function readSettings(invocation: Invocation, flags: SettingsFlags): Promise<JsonObject> {
  let settings: JsonObject = {};
  const file = flags['settings'];
  if (typeof file === 'string') {
    const parsed = parseJson(await readTextFile(invocation, file));
    if (parsed === undefined) throw new CliError('usage', `${file} is no JSON`);
    const checked = checkSettings(parsed.value, file);
    settings = checked.settings;
    if (checked.unknown.length > 0)
      invocation.warn(`${file}: ${checked.unknown.join(', ')}: not documented, sent as they are.`);
  }
  for (const spec of VOICE_SETTINGS) {
    const text = flags[camelCase(spec.flag)];
    if (typeof text === 'string') settings = withSetting(settings, spec.path, parseSetting(spec, text));
  }
  return settings;
}

/** As commander names a flag. */
function camelCase(flag: string): string {
  return flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
