/** The tables of documents that are made from the sources: each stands behind its mark, `<!-- table: settings -->`. */
import { PRESETS } from '../../src/commands/audio-presets.ts';
import { kindOfError, VOICE_ERRORS } from '../../src/nextevi/error-table.ts';
import { VOICE_SETTINGS } from '../../src/nextevi/setting-specs.ts';
import { EXIT_WORDS } from '../../src/output/manual.ts';
import { buildProgram } from '../../src/program.ts';
import { NUMBER_RANGES, PROFILE_SETTINGS, SETTINGS } from '../../src/settings/settings.ts';
import { EXIT_CODES } from '../../src/shared/errors.ts';
import { fakeContext } from '../helpers/context.ts';
import { code, table } from './table.ts';

function settings(): string {
  const flags = new Set(buildProgram(fakeContext()).options.map(({ long }) => long));
  const flagOf = (name: string) =>
    name.startsWith('voice-') && name !== 'voice-url' ? `--${name.slice(6)}` : `--${name}`;
  const known = (name: string) =>
    flags.has(flagOf(name)) || ['voice-config-id', 'voice-project-id'].includes(name);
  return table(
    ['Setting', 'Flag', 'Environment', 'Default', 'Profile', 'Meaning'],
    SETTINGS.map(({ name, env, default: value, description }) => {
      const range = Object.entries(NUMBER_RANGES).find(([each]) => each === name)?.[1];
      return [
        code(name),
        known(name) ? code(flagOf(name)) : '',
        env.map(code).join(', '),
        value === '' ? 'none' : code(value),
        PROFILE_SETTINGS.some((each) => each === name) ? 'yes' : '',
        `${description}${range === undefined ? '' : `; from ${range[0]} to ${range[1]}`}`,
      ];
    }),
  );
}

function exitCodes(): string {
  const rows = Object.entries(EXIT_CODES).map(([type, number]) => [
    String(number),
    code(type),
    EXIT_WORDS[type as keyof typeof EXIT_CODES],
  ]);
  return table(
    ['Code', '`type` of the error', 'Meaning'],
    [['0', '', 'Done; an empty list is done.'], ...rows],
  );
}

function voiceErrors(): string {
  const does = { stop: 'ends', continue: 'goes on, and says so' };
  return table(
    ['Name', 'Meaning', 'What the program does', 'What you can do', 'Code'],
    Object.keys(VOICE_ERRORS).map((name) => {
      const { meaning, advice, action, waitMs = 0, type } = kindOfError(name);
      const reaction = action === 'retry' ? `connects again after ${waitMs / 1000} s or more` : does[action];
      return [code(name), meaning, reaction, advice, String(EXIT_CODES[type])];
    }),
  );
}

function voiceSettings(): string {
  const kinds = {
    switch: '`on` or `off`',
    seconds: 'seconds',
    fraction: '0 to 1',
    number: 'number',
    text: 'text',
    any: 'JSON or text',
  };
  return table(
    ['Flag', 'Name in the API', 'Value', 'Meaning'],
    VOICE_SETTINGS.map(({ flag, path, kind, help }) => [code(`--${flag}`), code(path), kinds[kind], help]),
  );
}

function presets(): string {
  return table(
    ['Preset', 'Sample rate', 'Channels', 'Samples'],
    Object.entries(PRESETS).map(([name, { sampleRate = 0, channels, encoding = '' }]) => [
      code(name),
      `${sampleRate / 1000} kHz`,
      channels === 1 ? 'mono' : 'stereo',
      ({ s16: '16-bit PCM', mulaw: 'mu-law', alaw: 'A-law' } as Record<string, string>)[encoding] ?? encoding,
    ]),
  );
}

const TABLES: Readonly<Record<string, () => string>> = {
  settings,
  'exit codes': exitCodes,
  'voice errors': voiceErrors,
  'voice settings': voiceSettings,
  presets,
};

/** The document with its tables as they should be. */
export function fillTables(text: string): string {
  return text.replace(/^(<!-- table: (.+) -->\n)(?:\|.*\n)*/gm, (_whole, mark: string, name: string) => {
    const make = TABLES[name];
    if (make === undefined) throw new Error(`there is no table ${name}`);
    return `${mark}${make()}\n`;
  });
}
