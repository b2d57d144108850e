/** From a catalogue entry to a commander command. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { type Endpoint, isMutation, type Param, takesRows } from '../convirza/catalogue/types.ts';
import { CliError } from '../shared/errors.ts';
import { addVoiceLoginFlags } from './auth-commands.ts';
import type { BodyFlag } from './body.ts';
import { addBulkFlags } from './bulk-flags.ts';
import { rememberValues } from './describe.ts';
import type { EndpointInput } from './endpoint.ts';
import { endpointHelp, markPaired } from './help.ts';
import { flagName, optionKey, parseParam, valueName } from './params.ts';
import { addUploadFlags } from './prompt-commands.ts';
import type { RunAction } from './run.ts';

function describeParam(param: Param): string {
  const facts = [
    param.values !== undefined && valueName(param) !== param.values.join('|')
      ? `one of ${param.values.join(', ')}`
      : undefined,
    param.default === undefined ? undefined : `default: ${param.default}`,
  ].filter((fact) => fact !== undefined);
  return facts.length === 0 ? param.description : `${param.description} (${facts.join('; ')})`;
}

/** Adds the flag of one parameter; `onValue` hears every value in the order of the command line. */
function addParam(
  command: Command,
  param: Param,
  now: () => number,
  onValue?: (value: unknown) => void,
): void {
  const name = flagName(param);
  if (param.type === 'boolean') {
    const positive = new Option(`--${name}`, describeParam(param));
    markPaired(positive);
    command.addOption(positive);
    command.addOption(new Option(`--no-${name}`, `not: ${param.description}`));
    command.on(`option:${name}`, () => onValue?.(true));
    command.on(`option:no-${name}`, () => onValue?.(false));
    return;
  }
  const option = new Option(`--${name} <${valueName(param)}>`, describeParam(param));
  option.argParser((text: string, previous: unknown) => {
    const value = parseParam(param, text, now(), previous as readonly string[] | undefined);
    onValue?.(value);
    return value;
  });
  if (param.values !== undefined) rememberValues(option, param.values);
  if (param.required === true) option.makeOptionMandatory();
  command.addOption(option);
}

function addListFlags(command: Command, endpoint: Endpoint): void {
  if (endpoint.list?.paged === true) command.option('--all', 'all rows, page by page');
  if (endpoint.list !== undefined && endpoint.action === undefined && endpoint.pathParams === undefined)
    command.addOption(
      new Option('--watch [seconds]', 'show it again when it changes, looking every 5 seconds').argParser(
        watchSeconds,
      ),
    );
}

function watchSeconds(text: string): number {
  const seconds = Number(text);
  if (!(seconds >= 0.1 && seconds <= 86_400))
    throw new InvalidArgumentError('It must be a number of seconds.');
  return seconds;
}

/** In a list `--limit` counts the rows that are wanted, over as many pages as that takes. */
function listLimit(param: Param): Param {
  if (param.name !== 'limit') return param;
  const { max: _max, ...open } = param;
  return { ...open, description: 'rows wanted, over several pages if need be', default: '100' };
}

function addFromFlags(command: Command, endpoint: Endpoint): void {
  command.option('--from <file>', 'one request for each row: CSV, JSON, NDJSON, or - for standard input');
  if (endpoint.pathParams !== undefined)
    command.option('--id-column <name>', 'with --from: the column of the id');
  if (endpoint.body !== undefined)
    command.option('--all-columns', 'with --from: send columns that are no known fields, too');
  addBulkFlags(command);
}

/** What says nothing without rows. As variables they may be set for all commands of a job. */
const FROM_FLAGS = [
  '--all-columns',
  '--id-column',
  '--concurrency',
  '--rate',
  '--journal',
  '--resume',
  '--retry-failed',
  '--shard',
  '--skip-invalid',
  '--failed-to',
];

/** @throws CliError `usage` for a flag that would do nothing */
function refuseFlagsOfRows(words: readonly string[]): void {
  const alone = FROM_FLAGS.find((flag) => words.some((word) => word === flag || word.startsWith(`${flag}=`)));
  if (alone !== undefined) throw new CliError('usage', `${alone} needs --from`);
}

/** Whether the ids come from rows: known before commander asks for them as words. */
function isFromGiven(command: Command, { env }: Context, words: readonly string[] | undefined): boolean {
  if (words === undefined) return false;
  if (words.some((word) => word === '--from' || word.startsWith('--from='))) return true;
  const variable = `CONVIRZA_${command.parent?.name()}_${command.name()}_FROM`;
  return Boolean(env[variable.replaceAll('-', '_').toUpperCase()]);
}

/**
 * Registers the command of an endpoint below its family.
 *
 * @param words of the command line; without them the whole program is described, and nothing is run
 */
export function addEndpointCommand(
  family: Command,
  endpoint: Endpoint,
  ctx: Context,
  run: RunAction,
  words?: readonly string[],
): void {
  const command = family.command(endpoint.verb).description(endpoint.summary);
  // What a manifest holds need not be named as well.
  const isUpload = endpoint.action === 'prompts-upload';
  const fromRows = isUpload || (takesRows(endpoint) && isFromGiven(command, ctx, words));
  for (const { name, description } of endpoint.pathParams ?? [])
    command.argument(fromRows ? `[${name}]` : `<${name}>`, description);
  const bodyFlags: BodyFlag[] = [];
  const query = (endpoint.query ?? []).map((param) =>
    endpoint.list?.paged === true ? listLimit(param) : param,
  );
  for (const param of query) addParam(command, param, ctx.now);
  for (const param of endpoint.body ?? []) {
    const { required: _required, ...optional } = param;
    addParam(command, isUpload ? optional : param, ctx.now, (value) =>
      bodyFlags.push({ kind: 'typed', param, value }),
    );
  }
  addListFlags(command, endpoint);
  if (endpoint.danger !== undefined) command.option('-y, --yes', 'do not ask');
  if (isMutation(endpoint)) command.option('--dry-run', 'show the request and send nothing');
  command.option('--curl', 'print the equal curl line and send nothing');
  command.addHelpText('after', endpointHelp(endpoint));

  switch (endpoint.action) {
    case 'auth-login':
      command
        .option('--email <address>', 'address to sign in with')
        .option('--password-stdin', 'read the password from standard input')
        .option('--token-stdin', 'read an access token from standard input instead; with --voice a JWT')
        .option('--voice', 'sign in to the NextEVI voice service')
        .addOption(
          new Option('--login-key <name>', 'key of the address in the request').default(undefined, 'email'),
        );
      addVoiceLoginFlags(command);
      command.action(
        run(async (invocation, _args, options) => (await import('./auth.ts')).runLogin(invocation, options)),
      );
      return;
    case 'auth-refresh':
      command.action(
        run(async (invocation, _args, options) =>
          (await import('./auth.ts')).runRefresh(invocation, options),
        ),
      );
      return;
    case 'auth-logout':
      command.option('--all', 'every profile');
      command.addOption(
        new Option('--token-key <name>', 'key of the token in the request').default(undefined, 'token'),
      );
      command.action(
        run(async (invocation, _args, options) => (await import('./auth.ts')).runLogout(invocation, options)),
      );
      return;
    case 'prompts-upload':
      addUploadFlags(command);
      command.action(
        run(async (invocation, [files], options) => {
          const fields: Record<string, string> = {};
          for (const flag of bodyFlags)
            if (flag.kind === 'typed' && flag.param.name !== 'name')
              fields[flag.param.name] = String(flag.value);
          const { runUpload } = await import('./prompts-upload.ts');
          await runUpload(invocation, { ...options, files: (files ?? []) as string[], fields });
        }),
      );
      return;
  }

  if (endpoint.body !== undefined || (endpoint.method !== 'GET' && endpoint.danger !== 'delete')) {
    command
      .addOption(
        new Option(
          '-f, --field <name=value>',
          'any field; name:=json for other than text, name=@file for a file',
        ).argParser((text) => bodyFlags.push({ kind: 'field', text })),
      )
      .addOption(
        new Option(
          '-d, --data <json>',
          'fields as JSON: an object, @file, or - for standard input',
        ).argParser((text) => bodyFlags.push({ kind: 'data', text })),
      );
  }
  if (takesRows(endpoint)) addFromFlags(command, endpoint);
  command.action(
    run(async (invocation, args, options) => {
      if (takesRows(endpoint) && options.from === undefined) refuseFlagsOfRows(words ?? []);
      const input: EndpointInput = {
        endpoint,
        path: Object.fromEntries(
          (endpoint.pathParams ?? []).map(({ name }, index) => [name, String(args[index] ?? '')]),
        ),
        query: Object.fromEntries(
          query.map((param) => [param.name, options[optionKey(param)] as string | undefined]),
        ),
        bodyFlags,
        options,
      };
      if (endpoint.action === 'groups-tree')
        return (await import('./groups-tree.ts')).runGroupsTree(invocation, input);
      return (await import('./endpoint.ts')).runEndpoint(invocation, input);
    }, true),
  );
}
