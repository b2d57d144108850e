/** The commands of `audio`: what is typed. Their work is loaded when one of them runs. */
import { type Command, Option } from 'commander';
import { FORMATS } from '../output/formats.ts';
import { EXIT_CODES } from '../shared/errors.ts';
import { rememberValues } from './describe.ts';
import { helpPage, markPaired } from './help.ts';
import type { RunAction } from './run.ts';

const { usage, partial, interrupted, terminated } = EXIT_CODES;
const CODES = [0, usage, partial, interrupted, terminated];

/** As `PRESETS`. */
const PRESET_NAMES = ['voice', 'telephone', 'telephone-alaw', 'speech', 'cd'];
/** The usual ones of `RAW_ENCODINGS`. */
const RAW_NAMES = ['u8', 's16', 's24', 's32', 'f32', 'f64', 'alaw', 'mulaw'];

/** An option with a few values, which completions offer; whether one fits is checked when the command runs. */
function choice(flags: string, description: string, values: readonly string[]): Option {
  const option = new Option(flags, description);
  rememberValues(option, values);
  return option;
}

function addInputFlags(command: Command): Command {
  return command
    .option('--allow-truncated', 'take what there is of a file that is shorter than it says')
    .option('--input-rate <hz>', 'sample rate of input without a header, which is then raw samples')
    .option('--input-channels <count>', 'its channels (default: 1)')
    .addOption(
      choice(
        '--input-encoding <name>',
        `its samples: ${RAW_NAMES.join(', ')}; s16be for big-endian (default: s16)`,
        RAW_NAMES,
      ),
    );
}

function addConvert(audio: Command, run: RunAction): void {
  const convert = audio
    .command('convert')
    .description('Convert audio files of any common format to WAV or raw samples')
    .argument('<file...>', 'audio files, folders of them, or - for standard input')
    .option('-o, --out <file>', 'file, folder, or - for standard output (default: .wav beside the input)')
    .option('--recursive', 'look into folders inside folders')
    .option('--force', 'replace files that are there')
    .option('--dry-run', 'show what would be written and write nothing')
    .option('--jobs <count>', 'files converted at once (default: one for each core)')
    .addOption(choice('--preset <name>', `${PRESET_NAMES.join(', ')}; see below`, PRESET_NAMES))
    .option('--rate <hz>', 'sample rate, such as 24000, 8k, 44.1k')
    .addOption(choice('--channels <count>', '1, 2 or source', ['1', '2', 'source']))
    .option('--channel <number>', 'this channel of the source alone, counted from 1, instead of a mix')
    .addOption(choice('--bits <count>', '16, 24 or 32', ['16', '24', '32']))
    .addOption(choice('--encoding <name>', 'pcm, float, alaw or mulaw', ['pcm', 'float', 'alaw', 'mulaw']))
    .addOption(choice('--format <name>', 'wav or raw', ['wav', 'raw']))
    .option('--dither', 'add noise below the last bit, which hides what rounding does')
    .option('--gain <db>', 'louder or softer by so many dB')
    .option('--normalize <lufs>', 'bring to a loudness, such as -16; peaks stay below -1 dBTP')
    .option('--trim-silence [db]', 'cut silence at both ends (default: below -50 dBFS)')
    .option('--start <time>', 'begin here: 2.5, 1:30, 500ms')
    .option('--duration <time>', 'this much of it');
  addInputFlags(convert)
    .addHelpText(
      'after',
      helpPage(
        [
          'audio convert greeting.m4a',
          'audio convert recordings -o wav/ --preset telephone --recursive',
          'audio convert call.wav -o agent.wav --channel 2 --normalize -16',
          'audio convert - -o - --rate 24k --channels 1 < in.mp3 | other-program',
        ],
        [
          'Without other words the result is a 16-bit WAV file of the same rate and channels.',
          'Presets: voice is 24 kHz mono 16-bit, telephone 8 kHz mono mu-law, telephone-alaw the same in A-law, speech 16 kHz mono 16-bit, cd 44.1 kHz stereo 16-bit. Flags beside it win.',
          'No file is replaced without --force, and never one that is read. Everything is checked before the first file is converted, and a file appears only when it is complete.',
          'Read are WAV, RF64, AIFF, AU, CAF, FLAC, MP3 (and MP1, MP2), AAC, M4A, MP4, MOV, 3GP, Ogg, Opus, WebM and Matroska: PCM, A-law, mu-law, ADPCM of IMA and Microsoft, FLAC, ALAC, AAC-LC, HE-AAC, MP3, Vorbis and Opus in them. What a file is, is judged by its content, not by its name.',
          '--output <file> is understood as --out, unless it is a format of reports (json, csv ...).',
        ],
        CODES,
      ),
    )
    .action(
      run(async (invocation, [files], options) =>
        (await import('./audio-convert.ts')).runAudioConvert(invocation, files as string[], options),
      ),
    );
}

function addInspect(audio: Command, run: RunAction): void {
  const summary = new Option('--summary', 'one line for each file (default: for more than three)');
  markPaired(summary);
  const inspect = audio
    .command('inspect')
    .description('Show what audio files hold, how loud they are, and what they are fit for')
    .argument('<file...>', 'audio files, folders of them, or - for standard input')
    .option('--recursive', 'look into folders inside folders')
    .addOption(summary)
    .addOption(new Option('--no-summary', 'a report for each file, however many').hideHelp())
    .option('--no-waveform', 'do not draw the waveform');
  addInputFlags(inspect)
    .addHelpText(
      'after',
      helpPage(
        [
          'audio inspect greeting.m4a',
          'audio inspect prompts --summary',
          'audio inspect call.wav --jq ".[0].loudness.integrated_lufs"',
        ],
        [
          'Every file is decoded to its end, so lengths are exact and damage shows.',
          'Loudness is that of ITU-R BS.1770-4 and EBU R 128; true peak is measured at four times the rate.',
          'With --json and the other shapes there is one object for each file, always in a list.',
        ],
        CODES,
      ),
    )
    .action(
      run(async (invocation, [files], options) =>
        (await import('./audio-inspect.ts')).runAudioInspect(invocation, files as string[], options),
      ),
    );
}

function addPlay(audio: Command, run: RunAction): void {
  const play = audio
    .command('play')
    .description('Play an audio file through a player of this system')
    .argument('<file>', 'audio file, or - for standard input')
    .option('--player <command>', 'player to use (default: the first of those below that is there)')
    .option('--start <time>', 'begin here: 2.5, 1:30, 500ms')
    .option('--duration <time>', 'this much of it')
    .option('--gain <db>', 'louder or softer by so many dB')
    .option('--normalize <lufs>', 'bring to a loudness, such as -16')
    .option('--channel <number>', 'this channel alone, counted from 1');
  addInputFlags(play)
    .addHelpText(
      'after',
      helpPage(
        [
          'audio play greeting.m4a',
          'audio play call.wav --start 1:30 --duration 10s --channel 2',
          'audio play hold.ogg --player "aplay -D hw:1"',
        ],
        [
          'The file is decoded here; the player gets plain samples, so that it need not know the format.',
          'Players: pacat, pw-play, aplay, play (SoX), afplay, powershell; ffplay and mpv when named. Any other command gets a WAV file on standard input, or its path in place of {}.',
        ],
        [0, usage, interrupted, terminated],
      ),
    )
    .action(
      run(async (invocation, [file], options) =>
        (await import('./audio-play.ts')).runAudioPlay(invocation, String(file), options),
      ),
    );
}

/**
 * @param words of the command line, where only what they name is needed; without it everything is there
 */
export function addAudio(program: Command, run: RunAction, words?: readonly string[]): void {
  const audio = program
    .command('audio')
    .description('Convert, inspect and play audio files')
    .helpCommand(false);
  if (words !== undefined && !words.includes('audio')) return;
  addConvert(audio, run);
  addInspect(audio, run);
  addPlay(audio, run);
}

const LEVEL = /^[+-]?[\d.]+\s*(db|dbfs)?$/i;

/**
 * The words of an audio command, or of `prompts upload`, where one flag may be read in two ways: `--trim-silence` takes
 * the word behind it only when that is a level, `--convert` only when it is a format that is written, and `--output` of
 * `audio convert` names a file unless it names a format.
 */
export function audioWords(words: readonly string[]): readonly string[] {
  const at = words.indexOf('audio');
  const uploads = words.indexOf('upload') > words.indexOf('prompts') && words.includes('prompts');
  if (at < 0 && !uploads) return words;
  const converts = at >= 0 && words.indexOf('convert') > at;
  const result: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] as string;
    const next = words[index + 1];
    if (word === '--') return [...result, ...words.slice(index)];
    if (word === '--trim-silence') {
      const takes = next !== undefined && LEVEL.test(next);
      result.push(takes ? `${word}=${next}` : `${word}=`);
      if (takes) index++;
    } else if (uploads && word === '--convert') {
      const takes = next?.toLowerCase() === 'wav';
      result.push(takes ? `${word}=${next}` : `${word}=`);
      if (takes) index++;
    } else if (converts && word === '--output' && next !== undefined && !isFormat(next)) result.push('--out');
    else if (converts && word.startsWith('--output=') && !isFormat(word.slice(9)))
      result.push(`--out=${word.slice(9)}`);
    else result.push(word);
  }
  return result;
}

function isFormat(word: string): boolean {
  return (FORMATS as readonly string[]).includes(word);
}
