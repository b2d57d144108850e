/** The run of `audio convert` over its plan, on several lanes, and what came of it. */
import { createRowSink, type RowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import type { ConversionJob, Converted, StreamJob } from './audio-engine.ts';
import { asNamed, notesAsNamed, stdinOf, warnings } from './audio-files.ts';
import type { PlannedConversion } from './audio-plan.ts';
import { openProgress, Status } from './audio-status.ts';
import { formatTime } from './audio-values.ts';
import { type Lane, openLanes } from './audio-workers.ts';
import type { Invocation } from './invocation.ts';

/** What is done to every file. */
export type Work = Omit<StreamJob, 'source'>;

const ENCODING_NAMES: Readonly<Record<Work['output']['encoding'], string>> = {
  s16: 'pcm_s16le',
  s24: 'pcm_s24le',
  s32: 'pcm_s32le',
  f32: 'pcm_f32le',
  alaw: 'pcm_alaw',
  mulaw: 'pcm_mulaw',
};

/** As ffmpeg names it. */
export function encodingName({ encoding }: Work['output']): string {
  return ENCODING_NAMES[encoding];
}

interface Failed {
  entry: PlannedConversion;
  error: Error;
}

export class ConvertRun {
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
    const stdin = stdinOf(
      invocation,
      plan.map(({ file }) => file),
    );
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
      const error = asNamed(caught, entry.file, entry);
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
      notes: notesAsNamed(converted?.notes ?? [], file),
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
