/** The commands of `voice`, with the flags that they share. */
import { type Command, Option } from 'commander';
import { addVoiceLogin } from './auth-commands.ts';
import { numberBetween, wholeBetween } from './flag-values.ts';
import { wrap } from './help.ts';
import type { RunAction } from './run.ts';

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
  addVoiceCheck(voice, run);
}

function addVoiceCheck(voice: Command, run: RunAction): void {
  const check = voice
    .command('check')
    .description('Connect to the voice service and show each step: name, TLS, credentials, round trip');
  agentFlags(check)
    .addOption(
      new Option('--count <n>', 'connections, one after the other, for the spread of times')
        .argParser(wholeBetween(1, 10))
        .default(1),
    )
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ convirza voice check',
        '  $ convirza voice check --count 10 --jq .spread',
        '',
        'Notes:',
        wrap('It opens a session, sends no audio, and closes it: it counts as a connection.', '  '),
        wrap(
          'Through a proxy (setting proxy) the name that is looked up is the proxy\'s, and a step "proxy" follows.',
          '  ',
        ),
        wrap(
          'A service that sends no metadata or answers no ping within 3 seconds is a warning, not a failure. A failure ends it with the code of its kind, and the later steps are not tried.',
          '  ',
        ),
      ].join('\n'),
    )
    .action(
      run(async (invocation, _args, options) =>
        (await import('./voice-check.ts')).runVoiceCheck(invocation, options),
      ),
    );
}
