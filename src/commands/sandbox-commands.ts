/** The commands of `sandbox`. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { SHELLS } from '../output/shells.ts';
import { wholeBetween } from './flag-values.ts';
import { helpPage } from './help.ts';
import type { RunAction } from './run.ts';

/** What a command to a running sandbox may end with. */
const CONTROL_CODES = [0, 2, 5, 6, 9, 10, 130];

/** Flags of every command that starts a sandbox (`ServerFlags`). */
function serverFlags(command: Command, port: number): Command {
  return command
    .addOption(
      new Option('--port <number>', 'port; 0 for any free one')
        .argParser(wholeBetween(0, 65_535))
        .default(port),
    )
    .option('--host <name>', 'address to listen on', '127.0.0.1')
    .addOption(
      new Option('--seed <number>', 'another seed, other sample data').argParser(wholeBetween(0, 2 ** 31)),
    )
    .addOption(
      new Option('--rows <number>', 'so many calls in the generated year, and texts in proportion').argParser(
        wholeBetween(0, 10_000_000),
      ),
    )
    .option('--strict', 'refuse whatever the documentation does not name')
    .option('--data <file>', 'JSON or YAML: rows to begin with, such as {"users": [...]}')
    .option('--state <file>', 'keep what is stored here, and go on with it at the next start')
    .option('--faults <file>', 'JSON or YAML: rules of what goes wrong')
    .option('--latency <time>', 'every answer waits so long: 50ms, or 50ms+-20 with a spread')
    .option('--tls', 'https: and wss:, with a certificate made at the start')
    .option('--tls-cert <file>', 'with --tls: where to put the certificate that clients must trust')
    .option('--log <file>', 'append every request and voice session, a line of JSON each, without secrets')
    .option('--script <file>', 'YAML or JSON: what the voice agent says turn by turn, and its faults');
}

/** Which sandbox a command means (`RemoteFlags`). */
function remote(command: Command): Command {
  return command.option('--url <url>', 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)');
}

/** @param words of the command line; the commands are left out where none of them is `sandbox` */
export function addSandbox(program: Command, run: RunAction, words?: readonly string[]): void {
  const sandbox = program
    .command('sandbox')
    .description('A local stand-in for both services, for trying things out and for tests')
    .helpCommand(false);
  if (words !== undefined && !words.includes('sandbox')) return;
  addStart(sandbox, run);
  addExec(sandbox, run);
  addEnv(sandbox, run);
  addReset(sandbox, run);
  addRequests(sandbox, run);
  addFaults(sandbox, run);
  addSandboxVoice(sandbox, run);
}

function addStart(sandbox: Command, run: RunAction): void {
  const start = sandbox
    .command('start')
    .description('Start it on this machine; it ends with Ctrl-C and forgets everything');
  serverFlags(start, 4010)
    .option('--with-parent', 'end when standard input closes, as it does when the program that holds it dies')
    .addHelpText(
      'after',
      helpPage(
        [
          'sandbox start',
          'sandbox start --port 0 --state sandbox.json > ready.json &',
          'sandbox start --data fixtures.json --faults faults.yaml --latency 50ms+-20',
          'sandbox start --tls --tls-cert ca.pem --script agent.yaml',
        ],
        [
          'When it is ready it prints the environment variables that point this program at it: at a terminal as lines to paste, anywhere else, and with --json, as one line of JSON on standard output (url, voice_url, port, account, env).',
          'Everything is in docs/sandbox.md; what --script can say is in docs/sandbox-voice.md. It recognises no speech: a script goes by the order of turns, or by how long and loud they were.',
          '--latency leaves voice messages out. --data is about the start and sandbox reset; a --state file that is there wins over it.',
          'Reachable by this machine alone unless --host says otherwise.',
        ],
        [0, 2, 143],
      ),
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./sandbox-start.ts')).runSandboxStart(invocation, options),
      ),
    );
}

function addExec(sandbox: Command, run: RunAction): void {
  const exec = sandbox
    .command('exec')
    .description('Run a command with a fresh sandbox of its own, and end with its exit code')
    .argument('<command...>', 'the command and its words; put -- in front');
  serverFlags(exec, 0)
    .addHelpText(
      'after',
      helpPage(
        [
          'sandbox exec -- npm test',
          'sandbox exec --data fixtures.json --log requests.ndjson -- ./nightly.sh',
          "sandbox exec -- sh -c 'convirza users list --jq length'",
        ],
        [
          'The command gets the variables of sandbox env, CONVIRZA_SANDBOX_URL, and a CONVIRZA_CONFIG_DIR of its own in a temporary folder: nothing of yours is read or changed.',
          'Its input, output and exit code are passed through; after a signal the code is 128 and its number. A command that cannot be started ends with 2.',
          'Signals are passed on to it; Ctrl-C at a terminal reaches it by itself. The sandbox ends with it in any case.',
        ],
        [0, 2],
      ),
    )
    .action(
      run(async (invocation, [words], options) =>
        (await import('./sandbox-exec.ts')).runSandboxExec(invocation, words as string[], options),
      ),
    );
}

function addEnv(sandbox: Command, run: RunAction): void {
  const env = sandbox
    .command('env')
    .description('Print the environment variables that lead to a running one, for a shell to run');
  remote(env)
    .addOption(
      new Option(
        '--shell <name>',
        'the shell (default: bash, which is right for sh too; powershell on Windows)',
      ).choices(SHELLS),
    )
    .addHelpText(
      'after',
      helpPage(
        [
          'sandbox env --url http://127.0.0.1:4010',
          'sandbox env --shell fish | source',
          'sandbox env --shell powershell | Out-String | Invoke-Expression',
          'sandbox env --json',
        ],
        ['In a POSIX shell: eval "$(convirza sandbox env)". With --json or --jq they are one object.'],
        CONTROL_CODES,
      ),
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./sandbox-control.ts')).runSandboxEnv(invocation, options),
      ),
    );
}

function addReset(sandbox: Command, run: RunAction): void {
  remote(sandbox.command('reset').description('Put a running one back to what it was started with'))
    .addHelpText(
      'after',
      helpPage(
        ['sandbox reset'],
        [
          'Rows, requests, voice sessions, fault rules, voice script and login counts; who is signed in stays so.',
        ],
        CONTROL_CODES,
      ),
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./sandbox-control.ts')).runSandboxReset(invocation, options),
      ),
    );
}

function statusFlag(text: string): string {
  if (!/^([1-9]\d\d|[1-9]xx|reset|aborted)$/i.test(text))
    throw new InvalidArgumentError('It must be a status such as 404, 4xx, reset or aborted.');
  return text.toLowerCase();
}

function addRequests(sandbox: Command, run: RunAction): void {
  remote(sandbox.command('requests').description('Show the requests that a running one got, without secrets'))
    .option('--method <name>', 'only of this method')
    .option('--path <pattern>', 'only of this path, such as /v3/tag; * stands for any characters')
    .addOption(
      new Option('--status <status>', 'only with this outcome: 404, 4xx, reset, aborted').argParser(
        statusFlag,
      ),
    )
    .option('--since <time>', 'only those that came since: 2026-01-31T09:30:00Z, or 5m ago')
    .option('--count', 'print how many there are, and nothing else')
    .addOption(
      new Option('--expect [count]', 'fail unless there are some, or exactly so many').argParser((text) =>
        text === '' ? true : wholeBetween(0, 10_000)(text),
      ),
    )
    .addHelpText(
      'after',
      helpPage(
        [
          'sandbox requests --status 4xx',
          'sandbox requests --method POST --path "/v3/tag" --expect 1',
          'sandbox requests --path "/v3/*" --jq "map(.body.name)"',
        ],
        [
          'The newest 10,000 are kept, in the order of their answers. Requests to /_sandbox/ are not among them.',
          '--expect without a number ends with 5 when there are none; with a number, with 11 when there are more or fewer. What there is, is printed all the same.',
        ],
        [...CONTROL_CODES.slice(0, -1), 11, 130],
      ),
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./sandbox-requests.ts')).runSandboxRequests(invocation, options),
      ),
    );
}

function addFaults(sandbox: Command, run: RunAction): void {
  const load = () => import('./sandbox-control.ts');
  const faults = sandbox.command('faults').description('What goes wrong in a running one').helpCommand(false);
  remote(faults.command('list').description('Show the rules, and how often each has acted'))
    .addHelpText(
      'after',
      helpPage(
        ['sandbox faults list'],
        ['The first rule that matches and has turns left acts.'],
        CONTROL_CODES,
      ),
    )
    .action(run(async (invocation, _args, options) => (await load()).runFaultsList(invocation, options)));
  remote(
    faults
      .command('set')
      .description('Put rules in the place of all that there are')
      .argument('<file>', 'JSON or YAML: a list of rules; - for standard input'),
  )
    .addHelpText(
      'after',
      helpPage(
        ['sandbox faults set faults.yaml', 'sandbox faults set - < faults.json'],
        ['A rule is such as: {path: /v3/users/*, status: 503, times: 2}. docs/sandbox.md names the keys.'],
        CONTROL_CODES,
      ),
    )
    .action(
      run(async (invocation, [file], options) =>
        (await load()).runFaultsSet(invocation, String(file), options),
      ),
    );
  remote(faults.command('clear').description('Take all rules away'))
    .addHelpText(
      'after',
      helpPage(['sandbox faults clear'], ['Also those that it was started with.'], CONTROL_CODES),
    )
    .action(run(async (invocation, _args, options) => (await load()).runFaultsClear(invocation, options)));
}

function addSandboxVoice(sandbox: Command, run: RunAction): void {
  const load = () => import('./sandbox-control.ts');
  const voice = sandbox.command('voice').description('The voice side of a running one').helpCommand(false);
  remote(
    voice
      .command('set')
      .description('Give the voice agent another script')
      .argument('<file>', 'as for sandbox start --script; it cannot name audio files'),
  )
    .addHelpText(
      'after',
      helpPage(
        ['sandbox voice set agent.yaml'],
        ['For the connections that come from then on. docs/sandbox-voice.md names the keys.'],
        CONTROL_CODES,
      ),
    )
    .action(
      run(async (invocation, [file], options) =>
        (await load()).runVoiceSet(invocation, String(file), options),
      ),
    );
  remote(voice.command('sessions').description('Show the voice sessions that a running one had'))
    .addHelpText(
      'after',
      helpPage(
        ['sandbox voice sessions', 'sandbox voice sessions --jq ".[-1].sha256"'],
        ['The newest 1,000, oldest first.'],
        CONTROL_CODES,
      ),
    )
    .action(run(async (invocation, _args, options) => (await load()).runVoiceSessions(invocation, options)));
}
