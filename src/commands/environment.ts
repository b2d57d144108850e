/** Every flag has an environment variable: `--sort-by` is `CONVIRZA_SORT_BY`. */
import type { EventEmitter } from 'node:events';
import { type Command, InvalidArgumentError, type Option } from 'commander';
import { type Env, SETTINGS } from '../settings/settings.ts';
import { CliError } from '../shared/errors.ts';

/**
 * Variables that mean something else. A filter of one command must not be set by the address that another one signs
 * in with; such flags have only the long form with the command in it.
 */
const RESERVED = new Set([
  'CONVIRZA_EMAIL',
  'CONVIRZA_FROM',
  'CONVIRZA_PASSWORD',
  'CONVIRZA_TOKEN',
  'CONVIRZA_PASSPHRASE',
  'CONVIRZA_CONFIG_DIR',
  'CONVIRZA_NO_UPDATE_NOTICE',
  'CONVIRZA_SANDBOX_URL',
  'CONVIRZA_STACK',
  'CONVIRZA_VOICE',
]);

/** Variables that are no flag's: those that are reserved, and those of settings. */
const KNOWN_ELSEWHERE = new Set([...RESERVED, ...SETTINGS.flatMap(({ env }) => env)]);

/** Flags that are settings find their variable there; those of commander itself have none. */
const ELSEWHERE = new Set(['--help', '--version', ...SETTINGS.map(({ name }) => `--${name}`)]);

function upper(text: string): string {
  return text
    .replace(/^--(no-)?/, '')
    .replaceAll('-', '_')
    .toUpperCase();
}

/** The words that lead to a command, without the program's own name. */
function wordsOf(command: Command): string[] {
  const words: string[] = [];
  for (let at: Command | null = command; at?.parent != null; at = at.parent) words.unshift(at.name());
  return words;
}

/** Flags of which one typed on the command line silences the others in the environment. */
const RIVALS: readonly (readonly string[])[] = [
  ['json', 'output', 'jq', 'raw'],
  ['all', 'limit'],
  ['dryRun', 'curl'],
];

function namesFor(command: Command, flag: string): string[] {
  const long = ['CONVIRZA', ...wordsOf(command).map(upper), flag].join('_');
  return [...new Set([long, `CONVIRZA_${flag}`])].filter((name) => !RESERVED.has(name));
}

/**
 * The variables that set a flag, the one that wins first: with the command's words in it
 * (`CONVIRZA_USERS_LIST_EMAIL`), then the short one (`CONVIRZA_LIMIT`). A flag that says no, such as `--no-input`, has
 * both `CONVIRZA_NO_INPUT=1` and `CONVIRZA_INPUT=0`.
 */
export function variablesOf(command: Command, option: Option): string[] {
  if (option.long == null || ELSEWHERE.has(option.long)) return [];
  const flag = upper(option.long);
  return [...(option.negate ? namesFor(command, `NO_${flag}`) : []), ...namesFor(command, flag)];
}

const YES = /^(1|true|yes|on)$/i;
const NO = /^(0|false|no|off)$/i;

/** Sets one flag as if it stood on the command line, so that its checks and listeners run. */
function setFlag(command: Command, option: Option, name: string, value: string): void {
  // A command is an EventEmitter; commander's types name only `on`.
  const emitter = command as unknown as EventEmitter;
  const event = `option:${option.name()}`;
  const isYes = YES.test(value);
  if (option.required || (option.optional && !isYes && !NO.test(value))) {
    try {
      emitter.emit(event, value);
    } catch (error) {
      const complaint = error instanceof InvalidArgumentError ? error.message : (error as Error).message;
      throw new CliError('usage', `${name}=${value}: ${complaint.replace(/^error: /, '')}`);
    }
    return;
  }
  if (!isYes && !NO.test(value))
    throw new CliError('usage', `${name} must be 1 or 0, not ${JSON.stringify(value)}`);
  const saysNo = option.negate && !/(^|_)NO_[A-Z_]+$/.test(name);
  if (isYes !== saysNo) emitter.emit(event, option.optional ? '' : undefined);
}

/** Fills in from the environment what the command line left open, for a command and all above it. */
export function applyEnvironment(command: Command, env: Env): void {
  // Most often there is none, and looking for each of them would take longer than the rest of the command line.
  if (!Object.keys(env).some((name) => name.startsWith('CONVIRZA_') && !KNOWN_ELSEWHERE.has(name))) return;
  const chain: Command[] = [];
  for (let at: Command | null = command; at !== null; at = at.parent) chain.push(at);
  const typed = (key: string) =>
    chain.some((at) => !['default', 'implied', undefined].includes(at.getOptionValueSource(key)));
  const rivals = RIVALS.filter((group) => group.some(typed)).flat();
  for (const at of chain) {
    for (const option of at.options) {
      const key = option.attributeName();
      if (typed(key) || rivals.includes(key)) continue;
      const name = variablesOf(at, option).find((variable) => (env[variable] ?? '') !== '');
      if (name !== undefined) setFlag(at, option, name, env[name] ?? '');
    }
  }
}
