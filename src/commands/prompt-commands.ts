/** What is typed for prompts beside what the catalogue has. */
import { type Command, Option } from 'commander';
import { EXIT_CODES } from '../shared/errors.ts';
import { addBulkFlags } from './bulk-flags.ts';
import { rememberValues } from './describe.ts';
import { exitCodesHelp, wrap } from './help.ts';
import type { RunAction } from './run.ts';

function choice(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description);
  rememberValues(option, values);
  return option;
}

const TEMPLATE = 'name of each prompt by a rule: {dir}, {parent}, {stem}, {ext}, {index}';

/** The flags of `prompts upload` that are no fields of its form. */
export function addUploadFlags(command: Command): void {
  command
    .option('--from <file>', 'manifest of files and fields: CSV, JSON or NDJSON; - for standard input')
    .option('--recursive', 'look into folders inside folders')
    .option('--name-template <text>', TEMPLATE)
    .addOption(choice('--convert [wav]', 'decode and upload as 16-bit PCM WAV', ['wav']))
    .option('--rate <hz>', 'convert to this sample rate, such as 8k, 24000')
    .addOption(choice('--channels <count>', 'convert to 1, 2 or source', ['1', '2', 'source']))
    .option('--normalize <lufs>', 'convert to a loudness, such as -16; peaks stay below -1 dBTP')
    .option('--trim-silence [db]', 'convert, and cut silence at both ends (default: below -50 dBFS)')
    .addOption(
      choice('--encoding <name>', 'convert to pcm, float, alaw or mulaw', ['pcm', 'float', 'alaw', 'mulaw']),
    )
    .option('--allow-truncated', 'take what there is of a file that is shorter than it says')
    .option('--any-size', 'send files over 50 MB all the same');
  addBulkFlags(command, '--rate-limit');
}

/** The commands of `prompts` that are no endpoint. */
export function addPromptCommands(family: Command, run: RunAction): void {
  family
    .command('manifest')
    .description('Write a manifest of audio files, to be edited and given to prompts upload --from')
    .argument('<file...>', 'audio files, patterns, or folders of them')
    .option('-o, --out <file>', 'where it is written (default: standard output)')
    .option('--force', 'replace a file that is there')
    .option('--recursive', 'look into folders inside folders')
    .option('--name-template <text>', TEMPLATE)
    .option('--message-type <value>', 'purpose of all of them: prompt, whisper, voicemail, survey')
    .option('--org-unit-id <integer>', 'group that owns all of them')
    .addHelpText(
      'after',
      [
        '',
        'Examples:',
        '  $ convirza prompts manifest recordings --recursive -o prompts.csv',
        '  $ convirza prompts manifest "menus/**/*.wav" --message-type prompt --output ndjson',
        '',
        'Notes:',
        wrap('It is CSV unless --output or the ending of the file says json or ndjson.', '  '),
        wrap(
          'Columns beginning with # are notes, which the upload passes over. Paths are relative to the place of the manifest.',
          '  ',
        ),
        '',
        exitCodesHelp([0, EXIT_CODES.usage, EXIT_CODES.interrupted]),
      ].join('\n'),
    )
    .action(
      run(async (invocation, [files], options) =>
        (await import('./prompts-manifest.ts')).runManifest(invocation, files as string[], options),
      ),
    );
}
