/** Assembles the command tree. Whatever is heavy is loaded inside an action, not here. */
import { Command, CommanderError, Option } from 'commander';
import { audioWords } from './commands/audio-commands.ts';
import { addAuthCommands } from './commands/auth-commands.ts';
import { addEndpointCommand } from './commands/endpoint-command.ts';
import { globalFlagsHelp, HELP, wrap } from './commands/help.ts';
import { addLocalCommands, LOCAL_COMMANDS } from './commands/local-commands.ts';
import { addPromptCommands } from './commands/prompt-commands.ts';
import { addPromptFolderCommands } from './commands/prompt-folder-commands.ts';
import { makeRun } from './commands/run.ts';
import type { Context } from './context.ts';
import { FAMILIES } from './convirza/catalogue/index.ts';
import { FORMATS } from './output/formats.ts';
import { CliError } from './shared/errors.ts';
import { VERSION } from './shared/version.ts';

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
    .option('--tz <zone>', 'zone of dates in tables: utc, local, Europe/Berlin (default: utc)')
    .option('--plain', 'words instead of drawings, no redrawn lines (for screen readers)')
    .option('--no-color', 'no colour')
    .option('--no-input', 'never ask');
}

const EXIT_NOTE =
  '0 done, 2 wrong usage, 3 not confirmed, 4 not signed in or refused, 5 not found, 6 rejected, 7 rate limited, 8 some items failed, 9 network, 10 server failure, 11 threshold missed, 130 interrupted';

const PRIVACY_NOTE =
  "No telemetry. Once a day at most, at a terminal, npm's own registry setting is asked whether there is a newer release; without such a setting nobody is. Off: convirza config set update-notice off, or CONVIRZA_NO_UPDATE_NOTICE=1.";

function leaves(command: Command): Command[] {
  return command.commands.flatMap((child) => (child.commands.length > 0 ? leaves(child) : [child]));
}

/**
 * The whole program.
 *
 * @param words of the command line, where only what they name is needed: families and commands that they do not name
 *   are then left out or only named. Without it, everything is there
 */
export function buildProgram(ctx: Context, words?: readonly string[]): Command {
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
    if (words !== undefined && !words.includes(name)) continue;
    // A verb that is none of the family's may be a misspelt one, and then all are needed for the suggestion.
    const named = endpoints.filter(({ verb }) => words?.includes(verb));
    for (const endpoint of named.length > 0 ? named : endpoints)
      addEndpointCommand(family, endpoint, ctx, run, words);
    if (name === 'auth') addAuthCommands(family, run);
    if (name === 'prompts') {
      addPromptCommands(family, run);
      addPromptFolderCommands(family, run);
    }
  }
  const inFamily = words?.some((word) => FAMILIES.some(({ name }) => name === word)) ?? false;
  if (!inFamily || LOCAL_COMMANDS.some((name) => words?.includes(name)))
    addLocalCommands(program, run, () => buildProgram(ctx), words);
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
      '  $ convirza audio inspect greeting.m4a',
      '  $ convirza voice stream question.wav --save answer.wav',
      '',
      'Exit codes:',
      wrap(EXIT_NOTE, '  '),
      '',
      'Privacy:',
      wrap(PRIVACY_NOTE, '  '),
    ].join('\n'),
  );
  return program;
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
export function bindJsonFields(program: Command, words: readonly string[]): string[] {
  const at = words.indexOf('--json');
  // Behind -- stand arguments, or the words of another program.
  const end = words.indexOf('--');
  if (at < 0 || (end >= 0 && end < at)) return [...words];
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
  if (words[0] === '__audio-worker') return (await import('./commands/audio-worker.ts')).runAudioWorker();
  const program = buildProgram(ctx, words);
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
    await program.parseAsync(bindJsonFields(program, audioWords(asked)), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const usage = usageError(error, program, words);
    if (usage !== undefined) throw usage;
  }
}
