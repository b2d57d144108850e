/** The commands that are no endpoint of the catalogue. */
import { Argument, type Command, Option } from 'commander';
import { auth } from '../convirza/catalogue/auth.ts';
import { SHELLS, type Shell } from '../output/shells.ts';
import { addAudio } from './audio-commands.ts';
import { addEndpointCommand } from './endpoint-command.ts';
import { numberBetween } from './flag-values.ts';
import { exitCodesHelp, wrap } from './help.ts';
import type { RunAction } from './run.ts';
import { addSandbox } from './sandbox-commands.ts';
import { addVoice } from './voice-commands.ts';

/** The exit codes of commands that are no endpoint; those of endpoints come from the catalogue. */
const EXIT_CODES_OF: readonly [string, readonly number[]][] = [
  ['auth status', [0, 2, 4]],
  ['config list', [0, 2]],
  ['config get', [0, 2]],
  ['config set', [0, 2]],
  ['config unset', [0, 2]],
  ['api', [0, 2, 4, 5, 6, 7, 9, 10, 130]],
  ['schema', [0, 2]],
  ['open', [0, 5]],
  ['completion', [0, 2]],
  ['demo', [0, 1, 2, 130]],
  ['auth list', [0]],
  ['auth switch', [0, 2]],
  ['auth token', [0, 2, 4, 9, 10]],
  ['auth migrate', [0, 2, 4]],
  ['voice login', [0, 2, 4]],
  ['doctor', [0, 1, 2, 4, 9, 10]],
];

function addConfig(program: Command, run: RunAction): void {
  const load = () => import('./config.ts');
  const config = program.command('config').description('Settings of this machine').helpCommand(false);
  config
    .command('list')
    .description('Show all settings')
    .option('--origin', 'also where each value comes from')
    .action(
      run(async (invocation, _args, options) =>
        (await load()).runConfigList(invocation, options.origin === true),
      ),
    );
  config
    .command('get')
    .argument('<name>', 'setting')
    .description('Print one setting')
    .action(run(async (invocation, [name]) => (await load()).runConfigGet(invocation, String(name))));
  config
    .command('set')
    .argument('<name>', 'setting')
    .argument('<value>', 'its new value')
    .description('Keep a setting')
    .action(
      run(async (invocation, [name, value]) =>
        (await load()).runConfigSet(invocation, String(name), String(value)),
      ),
    );
  config
    .command('unset')
    .argument('<name>', 'setting')
    .description('Go back to the default')
    .action(run(async (invocation, [name]) => (await load()).runConfigUnset(invocation, String(name))));
}

function addApi(program: Command, run: RunAction): void {
  const fields: string[] = [];
  program
    .command('api')
    .description('Send any request to the API, signed in')
    .argument('<method>', 'GET, POST, PUT, PATCH or DELETE')
    .argument('<path>', 'path below the API, such as users/list?name=ann')
    .addOption(
      new Option('-f, --field <name=value>', 'field of the body, or of the query of a GET').argParser(
        (text) => fields.push(text),
      ),
    )
    .option('--input <file>', 'body from a file, or - for standard input')
    .option('--all', 'all rows of a list, page by page')
    .addOption(
      new Option('--limit <count>', 'rows wanted, over several pages').argParser(numberBetween(1, 1e9)),
    )
    .option('--dry-run', 'show the request and send nothing')
    .option('--curl', 'print the equal curl line and send nothing')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ convirza api GET users/list --field limit=5 --jq ".[].email"',
        '  $ convirza api POST tag --field name=VIP',
        '',
        'Notes:',
        wrap('The token goes to the API of your settings and to no other place.', '  '),
        wrap('A POST or PATCH that may have taken effect is never sent twice.', '  '),
      ].join('\n'),
    )
    .action(
      run(async (invocation, [method, path], options) =>
        (await import('./api.ts')).runApi(invocation, String(method), String(path), {
          ...options,
          fields,
        }),
      ),
    );
}

function addReference(program: Command, run: RunAction, whole: () => Command): void {
  const profile = auth.find((endpoint) => endpoint.verb === 'profile');
  if (profile !== undefined)
    addEndpointCommand(
      program,
      { ...profile, verb: 'whoami', examples: ['whoami', 'whoami --json email'] },
      run.ctx,
      run,
    );
  program
    .command('schema')
    .argument('[command...]', 'one command or family; all of them when left out')
    .description('Describe commands, flags, endpoints, evidence and exit codes for machines')
    .addHelpText(
      'after',
      '\nExamples:\n  $ convirza schema users list --json\n  $ convirza schema --jq ".commands[].command"',
    )
    .action(
      run(async (invocation, [words]) =>
        (await import('./schema.ts')).runSchema(invocation, (words ?? []) as string[], whole()),
      ),
    );
  program
    .command('open')
    .argument('[title...]', 'title of a page of the documentation, or a part of it')
    .description("Open the vendor's documentation in a browser")
    .addHelpText('after', '\nExamples:\n  $ convirza open\n  $ convirza open upload prompt')
    .action(
      run(async (invocation, [words]) =>
        (await import('./open.ts')).runOpen(invocation, ((words ?? []) as string[]).join(' ')),
      ),
    );
}

/** Their names at the top of the tree. */
export const LOCAL_COMMANDS: readonly string[] = [
  'audio',
  'voice',
  'sandbox',
  'config',
  'api',
  'whoami',
  'schema',
  'open',
  'completion',
  'doctor',
  'demo',
];

/**
 * @param whole makes the whole command tree, for commands that describe it
 * @param words of the command line, as for `buildProgram`
 */
export function addLocalCommands(
  program: Command,
  run: RunAction,
  whole: () => Command,
  words?: readonly string[],
): void {
  addAudio(program, run, words);
  addVoice(program, run, words);
  addSandbox(program, run, words);
  addConfig(program, run);
  addApi(program, run);
  addReference(program, run, whole);
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that it is for').choices(SHELLS))
    .description('Print the completion script for a shell')
    .action(
      run(async (invocation, [shell]) =>
        (await import('./completion.ts')).runCompletion(invocation, shell as Shell, whole()),
      ),
    );
  program
    .command('doctor')
    .description('Check this machine: settings, credentials, keychain, proxy, both services, terminal')
    .addHelpText(
      'after',
      '\nExamples:\n  $ convirza doctor\n  $ convirza doctor --bundle support.json --error error.json\n\nNothing is signed in, refreshed or changed.\nEach failure ends it with the code of its kind.',
    )
    .option('--bundle <file>', 'also write a file for support, without secrets')
    .option('--error <file>', 'with --bundle: an error that --json wrote, to go along')
    .action(
      run(async (invocation, _args, options) => (await import('./doctor.ts')).runDoctor(invocation, options)),
    );
  program
    .command('demo')
    .description('The main job against a local sandbox, step by step: no account, no network')
    .action(run(async (invocation) => (await import('./demo.ts')).runDemo(invocation)));
  for (const [words, codes] of EXIT_CODES_OF) {
    const command = words
      .split(' ')
      .reduce<Command | undefined>(
        (at, word) => at?.commands.find((child) => child.name() === word),
        program,
      );
    command?.addHelpText('after', `\n${exitCodesHelp(codes)}`);
  }
}
