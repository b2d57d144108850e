/** `audio convert`: plan, check, convert side by side, and say what became of every file. */
import { resolve } from 'node:path';
import { AudioError } from '../audio/index.ts';
import { cleanLine } from '../output/clean.ts';
import { createRowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { ConvertRun, encodingName, type Work } from './audio-convert-run.ts';
import { convertToStream, type StreamJob } from './audio-engine.ts';
import {
  type AudioFile,
  asNamed,
  findAudioFiles,
  leftOut,
  STREAM,
  stdinOf,
  textAbout,
  warnings,
} from './audio-files.ts';
import { type PlannedConversion, planConversions } from './audio-plan.ts';
import {
  defaultJobs,
  type InputFlags,
  type OutputFlags,
  type ProcessingFlags,
  readInput,
  readOutput,
  readPreset,
  readProcessing,
} from './audio-settings.ts';
import { parseCount } from './audio-values.ts';
import type { Invocation } from './invocation.ts';

export interface ConvertFlags extends InputFlags, ProcessingFlags, OutputFlags {
  out?: string;
  recursive?: boolean;
  force?: boolean;
  jobs?: string;
  dryRun?: boolean;
}

const MAX_JOBS = 256;

export async function runAudioConvert(
  invocation: Invocation,
  names: readonly string[],
  flags: ConvertFlags,
): Promise<void> {
  const { ctx } = invocation;
  const preset = readPreset(flags.preset);
  const work = {
    input: readInput(flags),
    processing: readProcessing(flags, preset),
    output: readOutput(flags, preset, flags.out),
  };
  const jobs = flags.jobs === undefined ? undefined : parseCount('--jobs', flags.jobs, 1, MAX_JOBS);
  const { files, skipped } = await findAudioFiles(names, {
    cwd: ctx.cwd,
    recursive: flags.recursive === true,
    except: flags.out === undefined ? undefined : resolve(ctx.cwd, flags.out),
  });
  const plan = await planConversions(files, {
    cwd: ctx.cwd,
    platform: ctx.platform,
    out: flags.out,
    hasFolder: files.some(({ found }) => found),
    suffix: work.output.format === 'wav' ? '.wav' : '.raw',
    force: flags.force === true,
  });
  if (skipped.length > 0) invocation.say(cleanLine(leftOut(skipped)));
  if (flags.dryRun === true) return showPlan(invocation, plan, work);
  const [first] = plan;
  if (first?.path === STREAM)
    return toStdout(invocation, first.file, { ...work, source: first.file.path }, flags.force === true);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const lanes = Math.min(jobs ?? defaultJobs(files.length, bytes), files.length);
  // Standard input belongs to the main thread.
  const count = files.some(({ path }) => path === STREAM) ? 1 : lanes;
  await new ConvertRun(invocation, work, flags.force === true).run(plan, count);
}

async function showPlan(
  invocation: Invocation,
  plan: readonly PlannedConversion[],
  { output }: Work,
): Promise<void> {
  const sink = createRowSink(invocation.rowsOptions(['file', 'output', 'encoding', 'replaces']));
  await sink.page(
    plan.map(({ file, shown, replaces }) => ({
      file: file.shown,
      output: shown,
      encoding: encodingName(output),
      replaces,
    })),
  );
  await sink.end();
  invocation.say('Nothing was converted (--dry-run).');
}

/** Audio on standard output, and nothing else there. */
async function toStdout(
  invocation: Invocation,
  file: AudioFile,
  job: StreamJob,
  force: boolean,
): Promise<void> {
  const { ctx, terminal } = invocation;
  const stdin = stdinOf(invocation, [file]);
  if (invocation.format !== 'table')
    throw new CliError('usage', 'Standard output cannot hold both the audio and a report', {
      hint: 'Write the audio to a file with -o, or leave out --json, --jq and the formats of --output.',
    });
  if (terminal.outIsTerminal && !force)
    throw new CliError('usage', 'Audio is not written to a terminal', {
      hint: 'Redirect it (> file), name a file with -o, or insist with --force.',
    });
  const progress = await invocation.progress('Converting');
  try {
    const { notes } = await convertToStream(
      job,
      {
        signal: ctx.signal,
        stdin,
        onProgress: (done) => progress.update(`Converting ${Math.floor(done * 100)} %`),
      },
      invocation.write,
    );
    progress.stop();
    for (const note of warnings(notes)) invocation.warn(cleanLine(textAbout(note, file)));
  } catch (error) {
    if (ctx.signal.aborted) throw ctx.signal.reason;
    throw error instanceof AudioError ? asNamed(error, file) : error;
  } finally {
    progress.stop();
  }
}
