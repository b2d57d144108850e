/** What `audio inspect` found out, for a person and for a script. */

import { drawWaveform } from '../audio/dsp/waveform.ts';
import { cleanLine } from '../output/clean.ts';
import type { TableOptions } from '../output/table.ts';
import type { JsonObject } from '../shared/json.ts';
import { type Remark, remarksOn } from './audio-advice.ts';
import type { Analysis } from './audio-analysis.ts';
import type { AudioFile } from './audio-files.ts';
import type { PromptFitness, VoiceFitness } from './audio-fitness.ts';
import { formatBytes, formatRate, formatTime } from './audio-values.ts';
import { wrap } from './help.ts';

/** All that is known of one file. */
export interface Inspection {
  file: AudioFile;
  /** What a person calls the format: `WAV`. */
  format: string;
  mimeType: string | null;
  bytes: number;
  analysis: Analysis;
  remarks: Remark[];
  prompt: PromptFitness | null;
  voice: VoiceFitness;
}

export function inspectionOf(parts: Omit<Inspection, 'remarks'>): Inspection {
  return { ...parts, remarks: remarksOn(parts.analysis) };
}

/** To two decimals; null for silence and for what is not known. */
function level(value: number | undefined): number | null {
  return value === undefined || !Number.isFinite(value) ? null : Math.round(value * 100) / 100;
}

function fixed(value: number, decimals: number): number {
  return Number(value.toFixed(decimals));
}

function cleanTags(tags: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags ?? {}).map(([name, value]) => [cleanLine(name), cleanLine(value)]),
  );
}

/** The object that scripts get. Levels are in the unit that their names end with, null for silence. */
export function inspectionObject(inspection: Inspection): JsonObject {
  const { file, format, mimeType, bytes, analysis, remarks, prompt, voice } = inspection;
  const { info, levels, loudness, truePeak, frames, seconds, notes } = analysis;
  return {
    file: file.shown,
    format,
    mime_type: mimeType,
    container: info.container,
    codec: info.codec,
    profile: info.profile ?? null,
    sample_rate: info.sampleRate,
    channels: info.channels,
    layout: info.layout,
    bits_per_sample: info.bitsPerSample === 0 ? null : info.bitsPerSample,
    frames,
    seconds: fixed(seconds, 6),
    bytes,
    bit_rate: bitRate(inspection),
    tags: cleanTags(info.tags),
    loudness: {
      integrated_lufs: level(loudness.integrated),
      range_lu: level(loudness.range),
      max_momentary_lufs: level(loudness.maxMomentary),
      max_short_term_lufs: level(loudness.maxShortTerm),
      true_peak_dbtp: level(truePeak),
    },
    levels: {
      peak_dbfs: level(levels.overall.peak),
      rms_dbfs: level(levels.overall.rms),
      crest_db: level(levels.overall.crest),
      dc_offset: fixed(levels.overall.dcOffset, 6),
      clipped_runs: levels.overall.clipped.runs,
      clipped_samples: levels.overall.clipped.samples,
      channels: levels.channels.map((channel) => ({
        peak_dbfs: level(channel.peak),
        rms_dbfs: level(channel.rms),
        dc_offset: fixed(channel.dcOffset, 6),
        clipped_samples: channel.clipped.samples,
      })),
    },
    silence: {
      is_silent: levels.sound === undefined,
      before_seconds: fixed(levels.silenceBefore, 3),
      after_seconds: fixed(levels.silenceAfter, 3),
    },
    stereo:
      levels.stereo === undefined
        ? null
        : {
            correlation: level(levels.stereo.correlation),
            is_dual_mono: levels.stereo.isDualMono,
            is_inverted: levels.stereo.isInverted,
          },
    prompt_upload: prompt,
    voice_stream: voice,
    remarks,
    notes: notes.map((note) => ({ level: note.level, text: cleanLine(note.text) })),
    error: null,
  };
}

function bitRate({ bytes, analysis }: Inspection): number | null {
  return analysis.seconds === 0 ? null : Math.round((bytes * 8) / analysis.seconds);
}

/** One line of the summary; the columns that it is shown by are `SUMMARY_COLUMNS`. */
export function summaryRow(inspection: Inspection): JsonObject {
  const { analysis, format } = inspection;
  const { info, loudness, truePeak, levels, seconds } = analysis;
  const decibels = (value: number) => (Number.isFinite(value) ? value.toFixed(1) : 'silence');
  const ends =
    levels.sound === undefined
      ? ''
      : `${levels.silenceBefore.toFixed(1)} / ${levels.silenceAfter.toFixed(1)}`;
  return {
    ...inspectionObject(inspection),
    type: shortType(format, info.codec),
    length: formatTime(seconds, 1),
    rate: formatRate(info.sampleRate),
    ch: info.channels,
    lufs: decibels(loudness.integrated),
    peak: decibels(truePeak),
    silence_s: ends,
    remark: inspection.remarks.map(({ code }) => code.replaceAll('_', ' ')).join(', '),
  };
}

export const SUMMARY_COLUMNS = [
  'file',
  'type',
  'length',
  'rate',
  'ch',
  'lufs',
  'peak',
  'silence_s',
  'remark',
];

/** `WAV s16le`, `MP3`, `M4A aac`. */
function shortType(format: string, codec: string): string {
  const short = codec.replace(/^pcm_/, '');
  return short === format.toLowerCase() ? format : `${format} ${short}`;
}

export interface ReportStyle {
  /** Columns of the terminal; undefined: no waveform is drawn, and lines are as long as they are. */
  width: number | undefined;
  waveform: boolean;
  colour: TableOptions['colour'];
}

const WAVEFORM_LINES = 4;
const NAME_WIDTH = 10;
const INDENT = '  ';

/** The report that a person reads. */
export function reportOf(inspection: Inspection, { width, waveform, colour }: ReportStyle): string {
  const lines = [colour.bold(cleanLine(inspection.file.shown))];
  for (const [name, value] of factsOf(inspection))
    lines.push(hanging(colour.dim(name.padEnd(NAME_WIDTH)), NAME_WIDTH, cleanLine(value), width));
  if (waveform && width !== undefined) {
    const drawn = drawWaveform(inspection.analysis.levels.waveform, {
      width: Math.max(10, width - 2 * INDENT.length),
      height: WAVEFORM_LINES,
      channels: 'together',
    });
    const axis = drawn.pop() ?? '';
    lines.push('', ...drawn.map((line) => `${INDENT}${colour.cyan(line)}`), `${INDENT}${colour.dim(axis)}`);
  }
  for (const { message, advice } of inspection.remarks)
    lines.push(hanging(colour.yellow('!'), 1, `${sentence(message)} ${advice}`, width));
  for (const { level, text } of inspection.analysis.notes) {
    const mark = level === 'warning' ? colour.yellow('!') : colour.dim('-');
    lines.push(hanging(mark, 1, cleanLine(text), width));
  }
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** A text behind a mark of `columns` columns; where it is broken, it goes on below its beginning. */
function hanging(mark: string, columns: number, text: string, width: number | undefined): string {
  const gap = columns === 1 ? 1 : 2;
  const lead = INDENT.length + columns + gap;
  const body = width === undefined ? text : wrap(text, ' '.repeat(lead), Math.max(width, 40)).trimStart();
  return `${INDENT}${mark}${' '.repeat(gap)}${body}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

function factsOf(inspection: Inspection): [string, string][] {
  const { format, bytes, analysis, prompt, voice } = inspection;
  const { info, frames, seconds, levels } = analysis;
  const rate = bitRate(inspection);
  const facts: [string, string][] = [
    ['format', formatText(format, analysis)],
    ['sound', `${formatRate(info.sampleRate)}, ${layoutText(analysis)}`],
    ['length', `${formatTime(seconds)} (${frames.toLocaleString('en-US')} frames)`],
    [
      'size',
      `${formatBytes(bytes)}${rate === null ? '' : `, ${Math.round(rate / 1000).toLocaleString('en-US')} kbit/s`}`,
    ],
    ['loudness', loudnessText(analysis)],
    ['peak', peakText(analysis)],
  ];
  if (levels.sound !== undefined)
    facts.push([
      'silence',
      `${levels.silenceBefore.toFixed(2)} s before, ${levels.silenceAfter.toFixed(2)} s after`,
    ]);
  if (levels.stereo?.correlation !== undefined)
    facts.push(['stereo', `correlation ${levels.stereo.correlation.toFixed(2)}`]);
  const tags = Object.entries(cleanTags(info.tags)).filter(([, value]) => value !== '');
  if (tags.length > 0) facts.push(['tags', tagsText(tags)]);
  if (prompt !== null) facts.push(['upload', promptText(prompt)]);
  facts.push(['voice', voiceText(voice)]);
  return facts;
}

function formatText(format: string, { info: { codec, profile, bitsPerSample } }: Analysis): string {
  const parts = codec === format.toLowerCase() ? [format] : [format, codec];
  if (profile !== undefined) parts.push(profile);
  if (bitsPerSample > 0) parts.push(`${bitsPerSample} bits`);
  return parts.join(', ');
}

function layoutText({ info: { channels, layout } }: Analysis): string {
  if (channels === 1) return 'mono';
  if (channels === 2 && layout[0] === 'FL' && layout[1] === 'FR') return 'stereo';
  return `${channels} channels (${layout.join(' ')})`;
}

function loudnessText({ loudness }: Analysis): string {
  if (!Number.isFinite(loudness.integrated)) return 'silence';
  const parts = [`${loudness.integrated.toFixed(1)} LUFS`];
  if (loudness.isShort) parts.push('of less than 400 ms');
  if (loudness.range !== undefined) parts.push(`range ${loudness.range.toFixed(1)} LU`);
  return parts.join(', ');
}

function peakText({ truePeak, levels }: Analysis): string {
  if (!Number.isFinite(truePeak)) return 'silence';
  const { runs } = levels.overall.clipped;
  const clipped = runs === 0 ? 'no clipping' : `clipped ${runs === 1 ? 'once' : `${runs} times`}`;
  return `${truePeak.toFixed(1)} dBTP, sample peak ${levels.overall.peak.toFixed(1)} dBFS, ${clipped}`;
}

const MAX_TAG = 60;
const MAX_TAGS = 8;

function tagsText(tags: readonly (readonly [string, string])[]): string {
  const shown = tags.slice(0, MAX_TAGS).map(([name, value]) => {
    const characters = Array.from(value);
    return `${name}: ${characters.length > MAX_TAG ? `${characters.slice(0, MAX_TAG).join('')}…` : value}`;
  });
  const more = tags.length > MAX_TAGS ? `; and ${tags.length - MAX_TAGS} more` : '';
  return shown.join('; ') + more;
}

function promptText({ meets_documented_rules, problem, hint }: PromptFitness): string {
  if (meets_documented_rules) return 'keeps the documented rules for a prompt (type, size, name)';
  return `no prompt as it is: ${problem}.${hint === null ? '' : ` ${hint}`}`;
}

function voiceText({ as_it_is, changes }: VoiceFitness): string {
  return as_it_is ? 'sent to an agent as it is' : `converted on the way to an agent: ${changes.join(', ')}`;
}
