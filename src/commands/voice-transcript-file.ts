/** The file of `--transcript`: what was said, as text, subtitles or JSON. */
import { writeFileSync } from 'node:fs';
import { open, unlink } from 'node:fs/promises';
import { extname } from 'node:path';
import type { TranscriptBuilder } from '../nextevi/transcript.ts';
import type { TranscriptEntry, TranscriptLine } from '../nextevi/transcript-lines.ts';
import { cleanLine } from '../output/clean.ts';
import { type Cue, clockTime, toSrt, toVtt } from '../output/subtitles.ts';
import { CliError } from '../shared/errors.ts';
import { type KeptFile, KeptPlace } from './voice-kept-file.ts';

const TRANSCRIPT_FORMATS = ['txt', 'srt', 'vtt', 'json'] as const;
export type TranscriptFormat = (typeof TRANSCRIPT_FORMATS)[number];

/** What stands in a transcript beside its lines; milliseconds of the timeline. */
export interface TranscriptHead {
  connectionIds: readonly string[];
  /** ISO 8601; undefined when the call never began. */
  started: string | undefined;
  durationMs: number;
  /** The call broke off. */
  endedEarly: boolean;
}

/** @throws CliError `usage` when neither the ending of the path nor `chosen` names a format */
export function transcriptFormat(path: string, chosen: TranscriptFormat | undefined): TranscriptFormat {
  if (chosen !== undefined) return chosen;
  const ending = extname(path).slice(1).toLowerCase();
  const format = TRANSCRIPT_FORMATS.find((name) => name === ending);
  if (format !== undefined) return format;
  const known = TRANSCRIPT_FORMATS.map((name) => `.${name}`).join(', ');
  throw new CliError('usage', `The ending of the transcript "${path}" names no format`, {
    hint: `Give it one of ${known}.`,
  });
}

/** The whole file. Text of the service and of files is cleaned, but for JSON, which has escapes. */
function renderTranscript(
  entries: readonly TranscriptEntry[],
  head: TranscriptHead,
  format: TranscriptFormat,
): string {
  if (format === 'json') return renderJson(entries, head);
  const cues = entries.map(cueOf);
  if (head.endedEarly)
    cues.push({ start: head.durationMs, end: head.durationMs, speaker: '', text: '[call ended early]' });
  if (format === 'srt') return toSrt(cues);
  if (format === 'vtt') return toVtt(cues);
  return cues.map(plainLine).join('');
}

const SPEAKERS: Readonly<Record<TranscriptLine['speaker'], string>> = { caller: 'Caller', agent: 'Agent' };

function cueOf(entry: TranscriptEntry): Cue {
  const { start, end } = entry;
  if ('gap' in entry) {
    const why = cleanLine(entry.why);
    const length = ((end - start) / 1000).toFixed(1);
    return {
      start,
      end,
      speaker: '',
      text: `[connection lost for ${length} s${why === '' ? '' : `: ${why}`}]`,
    };
  }
  const mark = entry.interrupted === true ? ' [interrupted]' : '';
  return { start, end, speaker: SPEAKERS[entry.speaker], text: `${cleanLine(entry.text)}${mark}` };
}

/** `[00:01:02] Agent: Good day.` */
function plainLine({ start, speaker, text }: Cue): string {
  return `[${clockTime(start)}] ${speaker === '' ? '' : `${speaker}: `}${text}\n`;
}

function renderJson(entries: readonly TranscriptEntry[], head: TranscriptHead): string {
  const lines = entries.map(({ start, end, ...rest }) => ({
    ...rest,
    start_ms: Math.round(start),
    end_ms: Math.round(end),
  }));
  const whole = {
    connection_ids: head.connectionIds,
    started: head.started ?? null,
    duration_ms: Math.round(head.durationMs),
    ended_early: head.endedEarly,
    lines,
  };
  return `${JSON.stringify(whole, undefined, 2)}\n`;
}

export interface TranscriptFileOptions {
  path: string;
  format?: TranscriptFormat | undefined;
  lines: TranscriptBuilder;
  /** ISO 8601, once the call has begun. */
  started: () => string | undefined;
  /** Takes secrets out of what is written. */
  redact: (text: string) => string;
}

/** Written when the call has ended, in one piece. */
export class TranscriptFile {
  readonly #place: KeptPlace;
  readonly #format: TranscriptFormat;
  readonly #options: TranscriptFileOptions;

  private constructor(place: KeptPlace, format: TranscriptFormat, options: TranscriptFileOptions) {
    this.#place = place;
    this.#format = format;
    this.#options = options;
  }

  /** @throws CliError `usage` when nothing can be written at the path, or its format is not known */
  static async create(options: TranscriptFileOptions): Promise<TranscriptFile> {
    const format = transcriptFormat(options.path, options.format);
    return new TranscriptFile(await KeptPlace.at(options.path), format, options);
  }

  /**
   * Puts the transcript at its name, replacing an older file only when the call is whole.
   *
   * @returns undefined when nothing was said: no empty file is left
   * @throws AudioError when it cannot be written
   */
  async finish(whole: boolean): Promise<KeptFile | undefined> {
    const text = this.#text(whole);
    if (text === undefined) return undefined;
    const { staging } = this.#place;
    try {
      const file = await open(staging, 'wx');
      try {
        await file.writeFile(text);
        await file.sync();
      } finally {
        await file.close();
      }
    } catch (error) {
      await unlink(staging).catch(() => {});
      throw this.#place.explain(error);
    }
    return this.#place.put(whole);
  }

  /** As `finish` of a call that broke off, with synchronous calls. */
  finishNow(): void {
    const text = this.#text(false);
    if (text === undefined) return;
    // One that is being written at this moment may be written over.
    writeFileSync(this.#place.staging, text);
    this.#place.putNow();
  }

  #text(whole: boolean): string | undefined {
    const { lines, started, redact } = this.#options;
    const { entries, connectionIds, durationMs } = lines;
    if (entries.length === 0) return undefined;
    const head = { connectionIds, started: started(), durationMs, endedEarly: !whole };
    return redact(renderTranscript(entries, head, this.#format));
  }
}
