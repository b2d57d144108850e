/** `audio convert`: plan, check, convert side by side, and say what became of every file. */
import { resolve } from 'node:path';
import type { AudioNote } from '../audio/audio-input.ts';
import { cleanLine } from '../output/clean.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { createRowSink, type RowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { type ConversionJob, type Converted, convertToStream, type StreamJob } from './audio-engine.ts';
import { asNamed, findAudioFiles, leftOut, STREAM } from './audio-files.ts';
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
import { formatTime, parseCount } from './audio-values.ts';
import { type Lane, openLanes } from './audio-workers.ts';
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
    return toStdout(invocation, { ...work, source: first.file.path }, flags.force === true);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const lanes = Math.min(jobs ?? defaultJobs(files.length, bytes), files.length);
  // Standard input belongs to the main thread.
  const count = files.some(({ path }) => path === STREAM) ? 1 : lanes;
  await new ConvertRun(invocation, work, flags.force === true).run(plan, count);
}

type Work = Omit<StreamJob, 'source'>;

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

const ENCODING_NAMES: Readonly<Record<Work['output']['encoding'], string>> = {
  s16: 'pcm_s16le',
  s24: 'pcm_s24le',
  s32: 'pcm_s32le',
  f32: 'pcm_f32le',
  alaw: 'pcm_alaw',
  mulaw: 'pcm_mulaw',
};

function encodingName({ encoding }: Work['output']): string {
  return ENCODING_NAMES[encoding];
}

/** Audio on standard output, and nothing else there. */
async function toStdout(invocation: Invocation, job: StreamJob, force: boolean): Promise<void> {
  const { ctx, terminal } = invocation;
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
      { signal: ctx.signal, stdin: job.source === STREAM ? ctx.stdin : undefined },
      invocation.write,
    );
    progress.stop();
    for (const note of warnings(notes)) invocation.warn(cleanLine(note));
  } finally {
    progress.stop();
  }
}

function warnings(notes: readonly AudioNote[]): string[] {
  return notes.filter(({ level }) => level === 'warning').map(({ text }) => text);
}

interface Failed {
  entry: PlannedConversion;
  error: Error;
}

class ConvertRun {
  readonly #invocation: Invocation;
  readonly #work: Work;
  readonly #force: boolean;
  readonly #failed: Failed[] = [];
  readonly #rows: (JsonObject | undefined)[] = [];
  #done = 0;
  #printed = 0;
  #seconds = 0;

  constructor(invocation: Invocation, work: Work, force: boolean) {
    this.#invocation = invocation;
    this.#work = work;
    this.#force = force;
  }

  async run(plan: readonly PlannedConversion[], count: number): Promise<void> {
    const invocation = this.#invocation;
    const { ctx } = invocation;
    const started = ctx.clock();
    const stdin = plan.some(({ file }) => file.path === STREAM) ? ctx.stdin : undefined;
    const columns = ['file', 'output', 'seconds', 'sample_rate', 'channels', 'encoding'];
    const sink = createRowSink(invocation.rowsOptions(columns));
    const progress = await openProgress(invocation, 'Converting');
    const lanes = openLanes(count, ctx.program.file, { signal: ctx.signal, stdin });
    const status = new Status(plan, progress);
    try {
      const queue = plan.entries();
      const results = await Promise.allSettled(
        lanes.map((lane) => this.#takeJobs(lane, queue, plan.length, status, sink)),
      );
      const stopped = results.find((result) => result.status === 'rejected');
      if (stopped !== undefined) throw stopped.reason;
    } catch (error) {
      progress.stop();
      await sink.end();
      throw this.#interrupted(error, plan.length);
    } finally {
      progress.stop();
      await Promise.all(lanes.map((lane) => lane.close()));
    }
    this.#failAlone(plan.length);
    await sink.end();
    this.#conclude(plan.length, (ctx.clock() - started) / 1000);
  }

  /** One lane takes what is next until nothing is left. */
  async #takeJobs(
    lane: Lane,
    queue: Iterator<[number, PlannedConversion]>,
    count: number,
    status: Status,
    sink: RowSink,
  ): Promise<void> {
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      const [index, entry] = next.value;
      this.#rows[index] = await this.#one(lane, entry, count === 1, status);
      this.#done++;
      status.finished(entry);
      await this.#print(sink);
    }
  }

  /** Rows in the order of the plan, as soon as those before them are there. */
  async #print(sink: RowSink): Promise<void> {
    const ready: JsonObject[] = [];
    for (let row = this.#rows[this.#printed]; row !== undefined; row = this.#rows[++this.#printed])
      ready.push(row);
    // A table has columns for what was written; what failed has been told. Other shapes are for scripts.
    const isTable = this.#invocation.format === 'table';
    const shown = isTable ? ready.filter((row) => row['error'] === null) : ready;
    if (shown.length > 0) await sink.page(shown);
  }

  async #one(
    lane: Lane,
    entry: PlannedConversion,
    alone: boolean,
    status: Status,
  ): Promise<JsonObject | undefined> {
    const { ctx, format } = this.#invocation;
    const job: ConversionJob = {
      ...this.#work,
      source: entry.file.path,
      target: entry.path,
      force: this.#force,
      makeFolder: entry.makesFolder,
    };
    status.started(entry);
    try {
      const converted = await lane.convert(job, (done) => status.moved(entry, done));
      this.#seconds += converted.frames / converted.sampleRate;
      if (format === 'table')
        for (const text of warnings(converted.notes)) status.warn(this.#invocation, entry, text);
      return this.#row(entry, converted);
    } catch (caught) {
      if (ctx.signal.aborted) throw ctx.signal.reason;
      const error = asNamed(caught, entry.file);
      this.#failed.push({ entry, error });
      if (alone) return undefined;
      status.failed(this.#invocation, messageOf(error));
      return { ...this.#row(entry, undefined), error: messageOf(error) };
    }
  }

  #row({ file, shown }: PlannedConversion, converted: Converted | undefined): JsonObject {
    return {
      file: file.shown,
      output: converted === undefined ? null : shown,
      seconds:
        converted === undefined ? null : Math.round((converted.frames / converted.sampleRate) * 1e3) / 1e3,
      sample_rate: converted?.sampleRate ?? null,
      channels: converted?.channels ?? null,
      encoding: converted === undefined ? null : encodingName(this.#work.output),
      frames: converted?.frames ?? null,
      bytes: converted?.bytes ?? null,
      notes: converted?.notes ?? [],
      error: null,
    };
  }

  /** @throws the failure of a file that was the only one: it is the error that the command ends with */
  #failAlone(count: number): void {
    const [first] = this.#failed;
    if (count === 1 && first !== undefined) throw first.error;
  }

  #conclude(count: number, took: number): void {
    const converted = count - this.#failed.length;
    if (this.#failed.length > 0)
      throw new CliError(
        'partial',
        `${this.#failed.length} of ${count} files failed; ${filesWere(converted)}`,
        {
          hint: this.#invocation.format === 'table' ? 'Why stands above.' : 'Each row says why in "error".',
        },
      );
    this.#invocation.say(
      `${capital(filesWere(converted))}: ${formatTime(this.#seconds, 1)} of audio in ${took.toFixed(1)} s.`,
    );
  }

  #interrupted(reason: unknown, count: number): unknown {
    if (!(reason instanceof CliError) || reason !== this.#invocation.ctx.signal.reason) return reason;
    const converted = this.#done - this.#failed.length;
    return new CliError(reason.type, `${reason.message}: ${converted} of ${count} files were converted`, {
      hint: converted === count ? undefined : 'Nothing is left of those that were not.',
    });
  }
}

function messageOf(error: Error): string {
  if (error instanceof CliError) return error.message;
  return `something in this program is wrong: ${error.message}`;
}

function filesWere(count: number): string {
  return count === 1 ? '1 file was converted' : `${count === 0 ? 'no' : count} files were converted`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** As `Invocation.progress`, but its notes are failures and warnings, which `--quiet` does not silence. */
function openProgress({ ctx, terminal, flags }: Invocation, text: string): Promise<Progress> {
  return startProgress(text, {
    redraw: terminal.canRedraw && flags.quiet !== true,
    stream: ctx.stderr,
    colour: terminal.colourErr,
    notes: (line) => ctx.stderr.write(`${line}\n`),
  });
}

/** What is said while files are converted: which one, or how many of how many, and how much of it. */
class Status {
  readonly #progress: Progress;
  readonly #count: number;
  readonly #position = new Map<PlannedConversion, number>();
  readonly #running = new Map<PlannedConversion, number>();
  #done = 0;

  constructor(plan: readonly PlannedConversion[], progress: Progress) {
    this.#progress = progress;
    this.#count = plan.length;
    for (const [index, entry] of plan.entries()) this.#position.set(entry, index + 1);
  }

  started(entry: PlannedConversion): void {
    this.moved(entry, 0);
  }

  moved(entry: PlannedConversion, done: number): void {
    this.#running.set(entry, done);
    this.#update();
  }

  finished(entry: PlannedConversion): void {
    this.#running.delete(entry);
    this.#done++;
    if (this.#running.size > 0) this.#update();
  }

  failed(invocation: Invocation, message: string): void {
    this.#progress.note(`${invocation.colourErr.red('failed:')} ${cleanLine(message)}`);
  }

  warn(invocation: Invocation, { file }: PlannedConversion, text: string): void {
    this.#progress.note(`${invocation.colourErr.yellow('warning:')} ${cleanLine(`${file.shown}: ${text}`)}`);
  }

  #update(): void {
    const [alone] = this.#running;
    if (alone !== undefined && this.#running.size === 1) {
      const [entry, done] = alone;
      const position = this.#count === 1 ? '' : `${this.#position.get(entry)} of ${this.#count}: `;
      const percent = done === 0 ? '' : ` ${Math.floor(done * 100)} %`;
      this.#progress.update(`${position}${cleanLine(entry.file.shown)}${percent}`);
      return;
    }
    const parts = [...this.#running.values()].reduce((sum, done) => sum + done, this.#done);
    const percent = Math.floor((100 * parts) / this.#count);
    this.#progress.update(
      `${this.#done} of ${this.#count} files, ${this.#running.size} at once, ${percent} %`,
    );
  }
}
