/** The flags of the session's settings. */
import { type Command, Option } from 'commander';
import { VOICE_SETTINGS } from '../nextevi/setting-specs.ts';

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
  command.option('--settings <file>', 'session settings as JSON, by the names of the API; flags win');
  for (const { flag, kind, help, path } of VOICE_SETTINGS)
    command.addOption(new Option(`--${flag} ${VALUE_NAMES[kind]}`, `${path}: ${help}`));
  return command;
}
