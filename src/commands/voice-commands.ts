/** The commands of `voice` that hold a conversation, with the flags that they share. */
import { type Command, Option } from 'commander';
import { MAX_SPEED } from '../nextevi/limits.ts';
import { addVoiceLogin } from './auth-commands.ts';
import { numberBetween, wholeBetween } from './flag-values.ts';
import { helpPage } from './help.ts';
import type { RunAction } from './run.ts';
import { settingsFlags } from './voice-settings.ts';

/** What a conversation may end with. */
const CODES = [0, 2, 4, 5, 6, 7, 9, 10, 130, 143];

/** Which agent to talk to. */
function agentFlags(command: Command): Command {
  return command
    .option('--config-id <id>', 'voice configuration (default: NEXTEVI_CONFIG_ID)')
    .option('--project-id <id>', 'project; found from the configuration when left out');
}

/** Flags of every command that speaks to an agent (`ConnectionFlags`). */
function connectionFlags(command: Command): Command {
  command.addOption(
    new Option('--transport <kind>', 'how audio is sent: binary frames, or JSON audio_input messages')
      .choices(['binary', 'json'])
      .default('binary'),
  );
  return agentFlags(command).option('--no-pings', 'do not give up a service that answers no WebSocket pings');
}

/** @param words of the command line; the commands are left out where none of them is `voice` */
export function addVoice(program: Command, run: RunAction, words?: readonly string[]): void {
  const voice = program.command('voice').description('Talk to a NextEVI voice agent').helpCommand(false);
  if (words !== undefined && !words.includes('voice')) return;
  addVoiceLogin(voice, run);
  addStream(voice, run);
  addTalk(voice, run);
  addDevices(voice, run);
  addCheck(voice, run);
  addTest(voice, run);
  addBench(voice, run);
}

/** Flags of every command that holds a conversation (`CallFlags`). */
function callFlags(command: Command): Command {
  return connectionFlags(command).addOption(
    new Option('--reply-timeout <seconds>', 'how long to wait for an answer')
      .argParser(numberBetween(0.1, 3600))
      .default(20),
  );
}

function speedFlag(command: Command): Command {
  return command.addOption(
    new Option('--speed <factor>', 'times real time').argParser(numberBetween(0.1, MAX_SPEED)).default(1),
  );
}

/** Flags of what is kept of a conversation (`KeepingOptions`). */
function keepingFlags(command: Command): Command {
  return command
    .option('--save <file>', 'keep the spoken answers as a WAV file')
    .option('--save-conversation <file>', 'keep both sides as a stereo WAV file: caller left, agent right')
    .option('--transcript <file>', 'keep what was said: .txt, .srt, .vtt or .json')
    .option('--events <file>', 'keep everything that happened, a line of JSON each')
    .option('--event-audio', 'with --events: the audio too, as base64');
}

function addStream(voice: Command, run: RunAction): void {
  const stream = voice
    .command('stream')
    .description('Speak audio files to an agent in real time and show its answers')
    .argument('<file...>', 'audio files of any common format, a turn each; - for standard input');
  speedFlag(stream)
    .option('--pause <time>', 'wait so long between two files, such as 1s or 500ms')
    .option('--allow-truncated', 'take what there is of a file that is shorter than it says')
    .option('--raw', 'the input is bare samples; standard input is then spoken as it comes')
    .option('--rate <hz>', 'with --raw: sample rate (default: 24000)')
    .option('--channels <count>', 'with --raw: channels (default: 1)')
    .option('--encoding <name>', 'with --raw: samples, as audio convert --input-encoding (default: s16)');
  keepingFlags(stream);
  settingsFlags(callFlags(stream))
    .addHelpText(
      'after',
      helpPage(
        [
          'voice stream question.m4a --save answer.wav',
          'voice stream hello.wav order.wav --save-conversation call.wav --transcript call.srt',
          'voice stream question.wav --json --sandbox',
          'voice stream - --raw < question.raw',
        ],
        [
          'Credentials come from NEXTEVI_API_KEY or NEXTEVI_ACCESS_TOKEN, else from convirza voice login, never from a flag.',
          'A turn ends by silence, so silence follows each file until the answer begins; the next file waits until the answer has been heard.',
          'A connection that is lost is made again (--retries), and the turn that has no answer yet is said again; recordings and transcripts go on, with the gap marked.',
          'It ends by itself when the answer is complete; how the service marks that is only partly documented: a marked last chunk, or three quiet seconds.',
          'Ctrl-C ends the session and the files well; a second one ends at once, and the files are whole all the same.',
        ],
        CODES,
      ),
    )
    .action(
      run(async (invocation, [files], options) =>
        (await import('./voice-stream.ts')).runVoiceStream(invocation, files as string[], options),
      ),
    );
}

function addTalk(voice: Command, run: RunAction): void {
  const talk = voice
    .command('talk')
    .description('Talk to an agent through microphone and loudspeaker')
    .option(
      '--recorder <command>',
      'what records: a name, name:device, a command line, or - for standard input',
    )
    .option('--player <command>', 'what plays: likewise, or - for standard output');
  keepingFlags(talk);
  settingsFlags(callFlags(talk))
    .addHelpText(
      'after',
      helpPage(
        [
          'voice talk',
          'voice talk --recorder arecord:plughw:1 --player pacat',
          'voice talk --save-conversation talk.wav --transcript talk.txt',
          'voice talk --recorder - --player - < question.raw > answer.raw',
          'voice talk --recorder "ffmpeg -loglevel error -f alsa -i default -ar 24000 -ac 1 -f s16le -"',
        ],
        [
          'Use headphones, or the agent hears itself. Ctrl-C hangs up, with exit code 0.',
          'Samples are 16-bit little-endian PCM at 24,000 Hz, mono, without a header, also of a command line, which is started without a shell. convirza voice devices shows what is here.',
          'When you speak over an answer, it falls silent as soon as the service says so. With --player - the sound is written as it is to be heard, at most 160 ms ahead; what the program behind the pipe holds is beyond reach.',
          'The time of an answer is measured from the word of the service that you had finished (final transcript, or end of turn) to its first audio: how long it took to notice is not in it.',
          'An input that ends, such as a file, is sent in real time; the answer to it is waited for.',
        ],
        CODES,
      ),
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./voice-talk.ts')).runVoiceTalk(invocation, options),
      ),
    );
}

function addDevices(voice: Command, run: RunAction): void {
  voice
    .command('devices')
    .description('Show what voice talk can record and play with on this machine')
    .addHelpText(
      'after',
      helpPage(
        ['voice devices', "voice devices --jq '.[] | select(.used) | .choice'"],
        [
          'CHOICE is what --recorder and --player of voice talk take. Devices are shown where a program can list them (pactl, arecord, aplay).',
        ],
        [0, 2, 130],
      ),
    )
    .action(run(async (invocation) => (await import('./voice-devices.ts')).runVoiceDevices(invocation)));
}

function addCheck(voice: Command, run: RunAction): void {
  const check = voice
    .command('check')
    .description('Connect to the voice service and show each step: name, TLS, credentials, round trip');
  agentFlags(check)
    .addOption(
      new Option('--connections <n>', 'so many, one after the other, for the spread of times')
        .argParser(wholeBetween(1, 10))
        .default(1),
    )
    .addHelpText(
      'after',
      helpPage(
        ['voice check', 'voice check --connections 10 --jq .spread'],
        [
          'It opens a session, sends no audio, and closes it: it counts as a connection.',
          'Through a proxy (setting proxy) the name that is looked up is the proxy\'s, and a step "proxy" follows.',
          'A service that sends no metadata or answers no ping within 3 seconds is a warning, not a failure. A failure ends it with the code of its kind, and the later steps are not tried.',
        ],
        CODES,
      ),
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./voice-check.ts')).runVoiceCheck(invocation, options),
      ),
    );
}

function addTest(voice: Command, run: RunAction): void {
  const test = voice
    .command('test')
    .description('Hold scripted conversations with an agent and check what it does')
    .argument('[scenario...]', 'scenario files (YAML or JSON), folders of YAML files, or patterns')
    .option('--junit <file>', 'also write a report as JUnit XML')
    .option('--save-dir <folder>', 'keep the recording and the transcript of every scenario in it')
    .option('--only <name>', 'only scenarios with this in their name; a pattern with * is the whole name')
    .addOption(
      new Option('--concurrency <n>', 'how many at once: an account allows so many sessions')
        .argParser(wholeBetween(1, 64))
        .default(1),
    )
    .addOption(
      new Option('--repeat <n>', 'run each so many times').argParser(wholeBetween(1, 1000)).default(1),
    )
    .option('--fail-fast', 'begin no other scenario after one that did not pass')
    .option('--schema', 'print the JSON Schema of scenario files, for editors');
  speedFlag(callFlags(test))
    .addHelpText(
      'after',
      helpPage(
        [
          'voice test greeting.yaml',
          'voice test scenarios --junit report.xml --concurrency 4',
          'voice test "scenarios/**/*.yaml" --only "refund*" --repeat 3',
          'voice test --schema > scenario.schema.json',
        ],
        [
          'A scenario is a file such as: {steps: [{say: question.wav, expect: {transcript: opening hours, answer: /nine|9/i, first_audio: 1500ms}}]}. docs/voice-test.md names every key.',
          'Every problem of every file is told, with its line, before anything is said; audio files count from the scenario.',
          'Each say waits for the answer; wait_for_answer: false goes on at once.',
          'A free account allows one session at a time; a scenario that finds no free place tries again a few times.',
          'With 11 something was not as expected. When no scenario could be run at all, the code says why.',
        ],
        [...CODES.slice(0, -2), 11, 130, 143],
      ),
    )
    .action(
      run(async (invocation, [names], options) =>
        (await import('./voice-test.ts')).runVoiceTest(invocation, (names ?? []) as string[], options),
      ),
    );
}

function addBench(voice: Command, run: RunAction): void {
  const bench = voice
    .command('bench')
    .description('Talk to an agent in many sessions at once and measure its answers')
    .argument('[file]', 'what every session says, again and again (default: a recording of the program)')
    .addOption(
      new Option('--sessions <number>', 'how many at once').argParser(wholeBetween(1, 1000)).default(1),
    )
    .option('--duration <time>', 'how long all of them talk at once, such as 30s or 5m', '30s')
    .option('--ramp <rate>', 'new connections a minute or a second, such as 90/min or 5/s', '90/min')
    .option(
      '--threshold <name=limit>',
      'end with code 11 above it: first_audio.p99=1500ms, errors=0 (may be repeated)',
      (text: string, all: string[] = []) => [...all, text],
    );
  speedFlag(callFlags(bench))
    .option('-y, --yes', 'do not ask: sessions with the real service cost money')
    .addHelpText(
      'after',
      helpPage(
        [
          'voice bench --sessions 20 --duration 30s --sandbox',
          'voice bench question.wav --sessions 10 --duration 2m --yes --threshold first_audio.p99=1500ms',
        ],
        [
          'Thresholds are limits of handshake, first_transcript, first_audio, turn and lateness (.p50, .p90, .p99, .p99.9, .max), and of the numbers errors, failed_sessions, unanswered and reconnects.',
          'Percentiles are of all turns of all sessions by nearest rank, never averages of percentiles; of lateness to a quarter of a millisecond below 250 ms, above that it counts as the latest.',
          'first_audio runs from the last chunk of speech, so it holds the silence by which the service notices the end of a turn. lateness is of this machine: where it is high, the other figures are not of the service alone.',
          'The service allows 100 new connections a minute for one key and, by plan, 1 (free) or 10 (pro) sessions at once.',
          'Ctrl-C once ends all sessions well and reports what there is.',
        ],
        [0, 2, 3, ...CODES.slice(2, -2), 11, 130, 143],
      ),
    )
    .action(
      run(async (invocation, [file], options) =>
        (await import('./voice-bench.ts')).runVoiceBench(
          invocation,
          file === undefined ? undefined : String(file),
          options,
        ),
      ),
    );
}
