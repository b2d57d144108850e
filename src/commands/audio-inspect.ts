/** `audio inspect`: decode to the end, measure, and say what a file is fit for. */
import { identifySource } from '../audio/probe/identify-file.ts';
import { cleanLine } from '../output/clean.ts';
import type { Progress } from '../output/progress.ts';
import { createRowSink, type RowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { analyse } from './audio-analysis.ts';
import { type InputSettings, openBytes, openInput } from './audio-engine.ts';
import { type AudioFile, asNamed, findAudioFiles, leftOut, notesAsNamed, stdinOf } from './audio-files.ts';
import { promptFitness, voiceFitness } from './audio-fitness.ts';
import {
  type Inspection,
  inspectionObject,
  inspectionOf,
  SUMMARY_COLUMNS,
  summaryRow,
} from './audio-inspection.ts';
import { reportOf } from './audio-report.ts';
import { type InputFlags, readInput } from './audio-settings.ts';
import type { Invocation } from './invocation.ts';

export interface InspectFlags extends InputFlags {
  recursive?: boolean;
  /** Undefined: it depends on how many there are. */
  summary?: boolean;
  waveform?: boolean;
}

/** More than this, and reports are too long to compare. */
const MOST_REPORTS = 3;

export async function runAudioInspect(
  invocation: Invocation,
  names: readonly string[],
  flags: InspectFlags,
): Promise<void> {
  const { ctx } = invocation;
  const settings = readInput(flags);
  const recursive = flags.recursive === true;
  const { files, skipped } = await findAudioFiles(names, { cwd: ctx.cwd, recursive });
  if (skipped.length > 0) invocation.say(cleanLine(leftOut(skipped)));
  await new InspectRun(invocation, settings, flags, files.length).run(files);
}

class InspectRun {
  readonly #invocation: Invocation;
  readonly #settings: InputSettings;
  readonly #flags: InspectFlags;
  readonly #count: number;
  /** Undefined: reports are written instead of rows. */
  readonly #sink: RowSink | undefined;
  #failed = 0;
  #reports = 0;

  constructor(invocation: Invocation, settings: InputSettings, flags: InspectFlags, count: number) {
    this.#invocation = invocation;
    this.#settings = settings;
    this.#flags = flags;
    this.#count = count;
    const asRows =
      invocation.format !== 'table' ||
      invocation.flags.columns !== undefined ||
      (flags.summary ?? count > MOST_REPORTS);
    this.#sink = asRows ? createRowSink(invocation.rowsOptions(SUMMARY_COLUMNS)) : undefined;
  }

  async run(files: readonly AudioFile[]): Promise<void> {
    const { ctx } = this.#invocation;
    const progress = await this.#invocation.progress('Inspecting');
    try {
      for (const [index, file] of files.entries()) {
        const label = `${files.length === 1 ? '' : `${index + 1} of ${files.length}: `}${cleanLine(file.shown)}`;
        await this.#one(file, label, progress);
      }
    } catch (error) {
      progress.stop();
      if (ctx.signal.aborted && files.length > 1) await this.#sink?.end();
      throw error;
    } finally {
      progress.stop();
    }
    await this.#sink?.end();
    if (this.#failed > 0)
      throw new CliError('partial', `${this.#failed} of ${this.#count} files could not be inspected`, {
        hint: this.#invocation.format === 'table' ? 'Why stands above.' : 'Each row says why in "error".',
      });
  }

  async #one(file: AudioFile, label: string, progress: Progress): Promise<void> {
    const { ctx } = this.#invocation;
    progress.update(label);
    let inspection: Inspection;
    try {
      inspection = await this.#inspect(file, (done) =>
        progress.update(`${label} ${Math.floor(done * 100)} %`),
      );
    } catch (caught) {
      if (ctx.signal.aborted) throw ctx.signal.reason;
      const error = asNamed(caught, file);
      if (this.#count === 1 || !(error instanceof CliError)) throw error;
      await this.#fail(file, error, progress);
      return;
    }
    await this.#show(inspection, progress);
  }

  async #inspect(file: AudioFile, onProgress: (done: number) => void): Promise<Inspection> {
    const { ctx } = this.#invocation;
    const stdin = stdinOf(this.#invocation, [file]);
    const bytes = await openBytes(file.path, { stdin, signal: ctx.signal });
    const { type, size } = await identifySource(bytes);
    const opened = await openInput(bytes, this.#settings);
    try {
      const analysis = await analyse(opened, ctx.signal, onProgress);
      const { info } = opened;
      const isRaw = this.#settings.raw !== undefined;
      return inspectionOf({
        file,
        format: isRaw ? 'raw samples' : (type?.name ?? info.container),
        mimeType: isRaw ? null : (type?.mimeType ?? null),
        bytes: size,
        analysis: { ...analysis, notes: notesAsNamed(analysis.notes, file) },
        prompt: await promptFitness(file),
        voice: voiceFitness(info),
      });
    } finally {
      await opened.close();
    }
  }

  async #fail(file: AudioFile, error: CliError, progress: Progress): Promise<void> {
    this.#failed++;
    if (this.#invocation.format === 'table') {
      progress.stop();
      this.#invocation.ctx.stderr.write(
        `${this.#invocation.colourErr.red('failed:')} ${cleanLine(error.message)}\n`,
      );
    } else await this.#sink?.page([{ file: file.shown, error: error.message }]);
  }

  async #show(inspection: Inspection, progress: Progress): Promise<void> {
    const { format, terminal, colourOut } = this.#invocation;
    if (this.#sink !== undefined) {
      await this.#sink.page([format === 'table' ? summaryRow(inspection) : inspectionObject(inspection)]);
      return;
    }
    progress.stop();
    const { width, drawsUnicode: unicode, plain } = terminal;
    const waveform = this.#flags.waveform !== false && !plain;
    const report = reportOf(inspection, { width, waveform, unicode, plain, colour: colourOut });
    await this.#invocation.write(`${this.#reports++ === 0 ? '' : '\n'}${report}`);
  }
}
