/** Assembles the command tree. Whatever is heavy is loaded inside an action, not here. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { addAuthCommands, addVoiceLogin } from './commands/auth-commands.ts';
import { addEndpointCommand } from './commands/endpoint-command.ts';
import { exitCodesHelp, globalFlagsHelp, HELP, wrap } from './commands/help.ts';
import { makeRun, type RunAction } from './commands/run.ts';
import type { Context } from './context.ts';
import { auth } from './convirza/catalogue/auth.ts';
import { FAMILIES } from './convirza/catalogue/index.ts';
import { FORMATS } from './output/formats.ts';
import { SHELLS, type Shell } from './output/shells.ts';
import { CliError } from './shared/errors.ts';
import { VERSION } from './shared/version.ts';

function numberBetween(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max)
      throw new InvalidArgumentError(`It must be a number from ${min} to ${max}.`);
    return value;
  };
}

function addGlobalFlags(program: Command): void {
  program
    .option('--json [fields]', 'print JSON: all fields, or those named (id,name)')
    .addOption(new Option('--output <format>', 'shape of the output').choices(FORMATS))
    .option('--jq <program>', 'print what jq makes of the JSON')
    .option('--raw', 'print the answer of the service as it came')
    .option('--columns <names>', 'columns of a table or of CSV')
    .option('--sort <name>', 'order rows by a field; -name for descending')
    .option('--no-header', 'no line of headings')
    .option('--profile <name>', 'account to use')
    .option('--sandbox', 'run against a sandbox inside this process: no account, no network, nothing kept')
    .option('--timeout <seconds>', 'longest silence of a server (default: 30)')
    .option('--retries <count>', 'how often a failed request is sent again (default: 3)')
    .option('--api-url <url>', 'base URL of the Convirza API')
    .option('--oauth-url <url>', 'base URL of the sign-in service')
    .option('--voice-url <url>', 'address of the voice service')
    .option('--proxy <url>', 'HTTP proxy (default: HTTPS_PROXY)')
    .option('--ca-file <file>', 'certificates to trust beside the usual ones (PEM)')
    .option('--insecure-http', 'accept http: and ws: beyond this machine')
    .option('--debug', 'show every request and answer on standard error, without secrets')
    .option('-q, --quiet', 'say nothing but results, warnings and errors')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask');
}

const EXIT_NOTE =
  '0 done, 2 wrong usage, 3 not confirmed, 4 not signed in or refused, 5 not found, 6 rejected, 7 rate limited, 8 some items failed, 9 network, 10 server failure, 11 threshold missed, 130 interrupted';

/** The exit codes of commands that are no endpoint; those of endpoints come from the catalogue. */
const EXIT_CODES_OF: readonly [string, readonly number[]][] = [
  ['auth status', [0, 2, 4]],
  ['voice stream', [0, 2, 4, 5, 6, 7, 9, 10, 130, 143]],
  ['sandbox start', [0, 2, 143]],
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

function addVoice(program: Command, run: RunAction): void {
  const voice = program.command('voice').description('Talk to a NextEVI voice agent').helpCommand(false);
  addVoiceLogin(voice, run);
  voice
    .command('stream')
    .description('Speak an audio file to an agent in real time and show its answer')
    .argument('<file>', 'WAV file; it is converted to 24 kHz mono on the way')
    .option('--save <file>', 'keep the spoken answer as a WAV file')
    .addOption(
      new Option('--transport <kind>', 'how audio is sent: binary frames, or JSON audio_input messages')
        .choices(['binary', 'json'])
        .default('binary'),
    )
    .option('--config-id <id>', 'voice configuration (default: NEXTEVI_CONFIG_ID)')
    .option('--project-id <id>', 'project; found from the configuration when left out')
    .addOption(new Option('--speed <factor>', 'times real time').argParser(numberBetween(0.1, 20)).default(1))
    .addOption(
      new Option('--reply-timeout <seconds>', 'how long to wait for an answer')
        .argParser(numberBetween(0.1, 3600))
        .default(20),
    )
    .option('--allow-truncated', 'take a WAV file that is shorter than its header says')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ convirza voice stream question.wav --save answer.wav',
        '  $ convirza voice stream question.wav --json --sandbox',
        '',
        'Notes:',
        wrap(
          'Credentials come from NEXTEVI_API_KEY or NEXTEVI_ACCESS_TOKEN, else from convirza voice login, never from a flag.',
          '  ',
        ),
        wrap('A turn ends by silence, so silence follows the file until the answer begins.', '  '),
        wrap(
          'It ends by itself when the answer is complete; how the service marks that is only partly documented: a marked last chunk, or three quiet seconds.',
          '  ',
        ),
      ].join('\n'),
    )
    .action(
      run(async (invocation, [file], options) =>
        (await import('./commands/voice-stream.ts')).runVoiceStream(invocation, String(file), options),
      ),
    );
}

function addSandbox(program: Command, run: RunAction): void {
  const sandbox = program
    .command('sandbox')
    .description('A local stand-in for both services')
    .helpCommand(false);
  sandbox
    .command('start')
    .description('Start it on this machine; it ends with Ctrl-C and forgets everything')
    .addOption(
      new Option('--port <number>', 'port; 0 for any free one')
        .argParser(numberBetween(0, 65_535))
        .default(4010),
    )
    .option('--host <name>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--seed <number>', 'another seed, other sample data').argParser(numberBetween(0, 2 ** 31)),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ convirza sandbox start\n  $ convirza sandbox start --port 0 --json\n\nIt prints the environment variables that point this program at it.',
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./commands/sandbox.ts')).runSandboxStart(invocation, options),
      ),
    );
}

function addConfig(program: Command, run: RunAction): void {
  const load = () => import('./commands/config.ts');
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

function leaves(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? leaves(child) : [child]));
}

/**
 * The whole program.
 *
 * @param wanted whether the commands of a family are needed; families that are not are only named
 */
export function buildProgram(ctx: Context, wanted: (family: string) => boolean = () => true): Command {
  const program = new Command('convirza');
  program
    .description('Convirza V3 call tracking and NextEVI voice agents, from a terminal and from scripts.')
    .version(VERSION, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'help for a command')
    .helpCommand('help [command...]', 'help for a command')
    .configureHelp(HELP)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => ctx.stdout.write(text),
      // A help page that is shown because words were missing is talk; error lines are made by `main`.
      writeErr: (text) => ctx.stderr.write(text),
      outputError: () => {},
      getOutHelpWidth: () => 80,
      getErrHelpWidth: () => 80,
    });
  addGlobalFlags(program);
  const run = makeRun(ctx);
  for (const { name, summary, endpoints } of FAMILIES) {
    const family = program.command(name).description(summary).helpCommand(false);
    if (!wanted(name)) continue;
    for (const endpoint of endpoints) addEndpointCommand(family, endpoint, ctx, run);
    if (name === 'auth') addAuthCommands(family, run);
  }
  addVoice(program, run);
  addSandbox(program, run);
  addConfig(program, run);
  addApi(program, run);
  addReference(program, run);
  program
    .command('completion')
    .addArgument(new Argument('<shell>', 'the shell that it is for').choices(SHELLS))
    .description('Print the completion script for a shell')
    .action(
      run(async (invocation, [shell]) =>
        (await import('./commands/completion.ts')).runCompletion(
          invocation,
          shell as Shell,
          buildProgram(ctx),
        ),
      ),
    );
  program
    .command('doctor')
    .description('Check this machine: settings, credentials, keychain, proxy, both services, terminal')
    .addHelpText(
      'after',
      '\nExamples:\n  $ convirza doctor\n  $ convirza doctor --bundle support.json --error error.json\n\nNothing is signed in, refreshed or changed. Each failure ends it with the code of its kind.',
    )
    .option('--bundle <file>', 'also write a file for support, without secrets')
    .option('--error <file>', 'with --bundle: an error that --json wrote, to go along')
    .action(
      run(async (invocation, _args, options) =>
        (await import('./commands/doctor.ts')).runDoctor(invocation, options),
      ),
    );
  program
    .command('demo')
    .description('The main job against a local sandbox, step by step: no account, no network')
    .action(run(async (invocation) => (await import('./commands/demo.ts')).runDemo(invocation)));
  for (const [words, codes] of EXIT_CODES_OF) {
    const command = words
      .split(' ')
      .reduce<Command | undefined>(
        (at, word) => at?.commands.find((child) => child.name() === word),
        program,
      );
    command?.addHelpText('after', `\n${exitCodesHelp(codes)}`);
  }
  for (const command of leaves(program)) command.addHelpText('after', globalFlagsHelp(program));
  program.addHelpText(
    'after',
    [
      '',
      'Examples:',
      '  $ convirza demo',
      '  $ convirza auth login',
      '  $ convirza users list --json',
      '  $ convirza prompts upload ./prompts --message-type prompt',
      '  $ convirza voice stream question.wav --save answer.wav',
      '',
      'Exit codes:',
      wrap(EXIT_NOTE, '  '),
    ].join('\n'),
  );
  return program;
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
        (await import('./commands/api.ts')).runApi(invocation, String(method), String(path), {
          ...options,
          fields,
        }),
      ),
    );
}

function addReference(program: Command, run: RunAction): void {
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
        (await import('./commands/schema.ts')).runSchema(
          invocation,
          (words ?? []) as string[],
          buildProgram(run.ctx),
        ),
      ),
    );
  program
    .command('open')
    .argument('[title...]', 'title of a page of the documentation, or a part of it')
    .description("Open the vendor's documentation in a browser")
    .addHelpText('after', '\nExamples:\n  $ convirza open\n  $ convirza open upload prompt')
    .action(
      run(async (invocation, [words]) =>
        (await import('./commands/open.ts')).runOpen(invocation, ((words ?? []) as string[]).join(' ')),
      ),
    );
}

/** As much of the command line as names a command. */
function knownWords(program: Command, words: readonly string[]): string[] {
  const known: string[] = [];
  let at: Command | undefined = program;
  for (const word of words) {
    if (word.startsWith('-')) continue;
    at = at?.commands.find((command) => command.name() === word);
    if (at === undefined) break;
    known.push(word);
  }
  return known;
}

/**
 * Decides what `--json` takes: the word behind it names fields only where it cannot be an argument of the command
 * (`users get 1 --json id,email`, but `users get --json 1`). commander itself would always take it.
 */
function bindJsonFields(program: Command, words: readonly string[]): string[] {
  const at = words.indexOf('--json');
  if (at < 0) return [...words];
  const next = words[at + 1];
  const before = words.slice(0, at);
  if (next === undefined || next.startsWith('-')) return [...before, '--json=', ...words.slice(at + 1)];
  let command = program;
  let args = 0;
  let skip = false;
  for (const word of [...before, ...words.slice(at + 2)]) {
    if (skip) {
      skip = false;
      continue;
    }
    if (word.startsWith('-') && word !== '-') {
      const option = findOption(command, word);
      skip = option?.required === true && !word.includes('=');
      continue;
    }
    const child = args === 0 ? command.commands.find((candidate) => candidate.name() === word) : undefined;
    if (child === undefined) args++;
    else command = child;
  }
  const wanted = command.registeredArguments;
  const full =
    wanted.filter((argument) => argument.required).length <= args && !wanted.some(({ variadic }) => variadic);
  if (full && command.commands.length === 0) return [...before, `--json=${next}`, ...words.slice(at + 2)];
  return [...before, '--json=', ...words.slice(at + 1)];
}

function findOption(command: Command, word: string): Option | undefined {
  const name = word.split('=')[0];
  for (let at: Command | null = command; at !== null; at = at.parent) {
    const found = at.options.find((option) => option.long === name || option.short === name);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What commander says went wrong, as an error of ours; undefined when it only printed help or the version. */
function usageError(error: CommanderError, program: Command, words: readonly string[]): CliError | undefined {
  if (error.exitCode === 0) return undefined;
  if (error.code === 'commander.help' || error.code === 'commander.helpDisplayed')
    return new CliError('usage', 'A command is missing', { hint: 'The commands are listed above.' });
  const text = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const message = text.charAt(0).toUpperCase() + text.slice(1);
  return new CliError('usage', message, {
    hint: `See: convirza ${[...knownWords(program, words), '--help'].join(' ')}`,
  });
}

/**
 * Runs one command line.
 *
 * @param words the arguments without the interpreter and the program
 * @throws CliError for everything that went wrong on purpose
 */
export async function runProgram(ctx: Context, words: readonly string[]): Promise<void> {
  // What completion scripts ask for; no command of the tree, so that no page shows it.
  if (words[0] === '__complete')
    return (await import('./commands/complete.ts')).runComplete(ctx, words.slice(1));
  // What the program asks of itself; no command of the tree either.
  if (words[0] === '__keychain') return (await import('./commands/keychain.ts')).runKeychain(ctx);
  const program = buildProgram(ctx, (family) => words.includes(family));
  if (words.length === 0) {
    program.outputHelp();
    return;
  }
  try {
    // `help users list` at any depth; commander's own help command knows one level.
    const topic = words[0] === 'help' ? words.slice(1).filter((word) => !word.startsWith('-')) : [];
    if (knownWords(program, topic).length < topic.length)
      throw new CliError('usage', `There is no command ${topic.join(' ')}`, {
        hint: 'See: convirza --help.',
      });
    const asked = words[0] === 'help' ? [...topic, '--help'] : words;
    await program.parseAsync(bindJsonFields(program, asked), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const usage = usageError(error, program, words);
    if (usage !== undefined) throw usage;
  }
}
