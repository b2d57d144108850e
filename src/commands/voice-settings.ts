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

/** What fits beside the flags on a page of 80 columns. */
const MAX_PATH = 46;

/** A path that a line cannot hold is broken behind its first name. */
function shownPath(path: string): string {
  const at = path.indexOf('.');
  return path.length <= MAX_PATH ? path : `${path.slice(at + 1)} (in ${path.slice(0, at)})`;
}

/** Adds `--settings` and a flag for each setting that is known. */
export function settingsFlags(command: Command): Command {
  command.optionsGroup('Settings of the session, by their names in the API:');
  command.option('--settings <file>', 'session settings as JSON, by the names of the API; flags win');
  for (const { flag, kind, help, path } of VOICE_SETTINGS) {
    const option = new Option(`--${flag} ${VALUE_NAMES[kind]}`, `${shownPath(path)}: ${help}`);
    if (kind === 'switch') rememberValues(option, ['on', 'off']);
    command.addOption(option);
  }
  return command;
}
