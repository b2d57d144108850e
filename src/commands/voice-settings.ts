/** The flags of the session's settings. */
import { type Command, Option } from 'commander';
import { VOICE_SETTINGS } from '../nextevi/setting-specs.ts';
import { rememberValues } from './describe.ts';

const VALUE_NAMES = {
  switch: '<on|off>',
  seconds: '<seconds>',
  fraction: '<0-1>',
  number: '<number>',
  text: '<text>',
  any: '<json>',
} as const;

/** Adds `--settings` and a flag for each setting that is known. */
export function settingsFlags(command: Command): Command {
  command.optionsGroup('Settings of the session, by their names in the API:');
  command.option('--settings <file>', 'session settings as JSON, by the names of the API; flags win');
  for (const { flag, kind, help, path } of VOICE_SETTINGS) {
    const option = new Option(`--${flag} ${VALUE_NAMES[kind]}`, `${path}: ${help}`);
    if (kind === 'switch') rememberValues(option, ['on', 'off']);
    command.addOption(option);
  }
  return command;
}
