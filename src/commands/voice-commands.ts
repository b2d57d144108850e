/** The commands of `voice`, with the flags that they share. */
import { type Command, Option } from 'commander';
import { addVoiceLogin } from './auth-commands.ts';
import { numberBetween, wholeNumber } from './flag-values.ts';
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

export function addVoice(program: Command, run: RunAction): void {
  const voice = program.command('voice').description('Talk to a NextEVI voice agent').helpCommand(false);
  addVoiceLogin(voice, run);
  const stream = voice
    .command('stream')
    .description('Speak an audio file to an agent in real time and show its answer')
    .argument('<file>', 'audio file of any common format, or - for standard input; sent as 24 kHz mono')
    .option('--save <file>', 'keep the spoken answer as a WAV file');
  connectionFlags(stream)
    .addOption(new Option('--speed <factor>', 'times real time').argParser(numberBetween(0.1, 20)).default(1))
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
  addTest(voice, run);
}

function addTest(voice: Command, run: RunAction): void {
  const test = voice
    .command('test')
    .description('Hold scripted conversations with an agent and check what it does')
    .argument('[scenario...]', 'scenario files (YAML or JSON), folders of YAML files, or patterns')
    .option('--junit <file>', 'also write a report as JUnit XML')
    .option('--only <name>', 'only scenarios with this in their name; a pattern with * is the whole name')
    .addOption(
      new Option('--concurrency <n>', 'how many at once: an account allows so many sessions')
        .argParser(wholeNumber(1, 64))
        .default(1),
    )
    .addOption(
      new Option('--repeat <n>', 'run each so many times').argParser(wholeNumber(1, 1000)).default(1),
    )
    .option('--fail-fast', 'begin no other scenario after one that did not pass')
    .option('--schema', 'print the JSON Schema of scenario files, for editors');
  connectionFlags(test)
    .addOption(
      new Option('--speed <factor>', 'times real time, for scenarios that do not say')
        .argParser(numberBetween(0.1, 20))
        .default(1),
    )
    .addOption(
      new Option('--reply-timeout <seconds>', 'how long to wait for an answer, likewise')
        .argParser(numberBetween(0.1, 3600))
        .default(20),
    )
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ convirza voice test greeting.yaml',
        '  $ convirza voice test scenarios --junit report.xml --concurrency 4',
        '  $ convirza voice test "scenarios/**/*.yaml" --only "refund*" --repeat 3',
        '  $ convirza voice test --schema > scenario.schema.json',
        '',
        'A scenario:',
        '  steps:',
        '    - say: question.wav',
        '      expect:',
        '        transcript: opening hours',
        '        answer: /nine|9/i',
        '        first_audio: 1500ms',
        '',
        'Notes:',
        wrap(
          'Every problem of every file is told, with its line, before anything is said; audio files count from the scenario.',
          '  ',
        ),
        wrap('Each say waits for the answer; wait_for_answer: false goes on at once.', '  '),
        wrap(
          'A free account allows one session at a time; a scenario that finds no free place tries again a few times.',
          '  ',
        ),
        wrap(
          'With 11 something was not as expected. When no scenario could be run at all, the code says why.',
          '  ',
        ),
      ].join('\n'),
    )
    .action(
      run(async (invocation, [names], options) =>
        (await import('./voice-test.ts')).runVoiceTest(invocation, (names ?? []) as string[], options),
      ),
    );
}
