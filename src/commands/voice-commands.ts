/** The commands of `voice`, with the flags that they share. */
import { type Command, Option } from 'commander';
import { addVoiceLogin } from './auth-commands.ts';
import { numberBetween, wholeBetween } from './flag-values.ts';
import { wrap } from './help.ts';
import type { RunAction } from './run.ts';

/** Flags of every command that opens a session (`ConnectionFlags`). */
function connectionFlags(command: Command): Command {
  return command
    .addOption(
      new Option('--transport <kind>', 'how audio is sent: binary frames, or JSON audio_input messages')
        .choices(['binary', 'json'])
        .default('binary'),
    )
    .option('--config-id <id>', 'voice configuration (default: NEXTEVI_CONFIG_ID)')
    .option('--project-id <id>', 'project; found from the configuration when left out')
    .option('--no-pings', 'do not give up a service that answers no WebSocket pings');
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
  connectionFlags(bench)
    .addOption(
      new Option('--speed <factor>', 'times real time').argParser(numberBetween(0.1, 150)).default(1),
    )
    .addOption(
      new Option('--reply-timeout <seconds>', 'how long to wait for an answer')
        .argParser(numberBetween(0.1, 3600))
        .default(20),
    )
    .option('-y, --yes', 'do not ask: sessions with the real service cost money')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ convirza voice bench --sessions 20 --duration 30s --sandbox',
        '  $ convirza voice bench question.wav --sessions 10 --duration 2m --yes \\',
        '      --threshold first_audio.p99=1500ms --threshold errors=0 --json',
        '',
        'Notes:',
        wrap(
          'Thresholds are limits of handshake, first_transcript, first_audio, turn and lateness (.p50, .p90, .p99, .p99.9, .max), and of the numbers errors, failed_sessions, unanswered and reconnects.',
          '  ',
        ),
        wrap(
          'Percentiles are of all turns of all sessions by nearest rank, never averages of percentiles; of lateness to a quarter of a millisecond below 250 ms, above that it counts as the latest.',
          '  ',
        ),
        wrap(
          'first_audio runs from the last chunk of speech, so it holds the silence by which the service notices the end of a turn. lateness is of this machine: where it is high, the other figures are not of the service alone.',
          '  ',
        ),
        wrap(
          'The service allows 100 new connections a minute for one key and, by plan, 1 (free) or 10 (pro) sessions at once.',
          '  ',
        ),
        wrap('Ctrl-C once ends all sessions well and reports what there is.', '  '),
      ].join('\n'),
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

export function addVoice(program: Command, run: RunAction): void {
  const voice = program.command('voice').description('Talk to a NextEVI voice agent').helpCommand(false);
  addVoiceLogin(voice, run);
  const stream = voice
    .command('stream')
    .description('Speak an audio file to an agent in real time and show its answer')
    .argument('<file>', 'audio file of any common format, or - for standard input; sent as 24 kHz mono')
    .option('--save <file>', 'keep the spoken answer as a WAV file');
  connectionFlags(stream)
    .addOption(
      new Option('--speed <factor>', 'times real time').argParser(numberBetween(0.1, 150)).default(1),
    )
    .addOption(
      new Option('--reply-timeout <seconds>', 'how long to wait for an answer')
        .argParser(numberBetween(0.1, 3600))
        .default(20),
    )
    .option('--allow-truncated', 'take what there is of a file that is shorter than it says')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ convirza voice stream question.m4a --save answer.wav',
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
        (await import('./voice-stream.ts')).runVoiceStream(invocation, String(file), options),
      ),
    );
  addBench(voice, run);
}
