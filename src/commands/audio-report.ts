/** What `audio inspect` found out, for a person. */
import { drawWaveform } from '../audio/dsp/waveform.ts';
import { cleanLine } from '../output/clean.ts';
import type { TableOptions } from '../output/table.ts';
import type { Analysis } from './audio-analysis.ts';
import type { PromptFitness, VoiceFitness } from './audio-fitness.ts';
import { bitRate, type Inspection } from './audio-inspection.ts';
import { formatBytes, formatRate, formatTime } from './audio-values.ts';
import { wrap } from './help.ts';

export interface ReportStyle {
  /** Columns of the terminal; undefined: no waveform is drawn, and lines are as long as they are. */
  width: number | undefined;
  waveform: boolean;
  /** Whether the waveform may be drawn in Braille. */
  unicode: boolean;
  /** Words instead of marks, for a screen reader. */
  plain?: boolean;
  colour: TableOptions['colour'];
}

const WAVEFORM_LINES = 4;
const NAME_WIDTH = 10;
const INDENT = '  ';

/** The report that a person reads. */
export function reportOf(
  inspection: Inspection,
  { width, waveform, unicode, plain, colour }: ReportStyle,
): string {
  const lines = [colour.bold(cleanLine(inspection.file.shown))];
  for (const [name, value] of factsOf(inspection))
    lines.push(hanging(colour.dim(name.padEnd(NAME_WIDTH)), NAME_WIDTH, cleanLine(value), width));
  if (waveform && width !== undefined) {
    const drawn = drawWaveform(inspection.analysis.levels.waveform, {
      width: Math.max(10, width - 2 * INDENT.length),
      height: WAVEFORM_LINES,
      channels: 'together',
      style: unicode ? 'braille' : 'ascii',
    });
    const axis = drawn.pop() ?? '';
    lines.push(
      '',
      ...drawn.map((line) => `${INDENT}${colour.magenta(line)}`),
      `${INDENT}${colour.dim(axis)}`,
    );
  }
  const [warning, columns] = plain ? [colour.magenta('warning:'), 8] : [colour.magenta('!'), 1];
  for (const { message, advice } of inspection.remarks)
    lines.push(hanging(warning, columns, `${sentence(message)} ${advice}`, width));
  for (const { level, text } of inspection.analysis.notes) {
    if (level === 'warning') lines.push(hanging(warning, columns, cleanLine(text), width));
    else lines.push(hanging(colour.dim(plain ? 'note:' : '-'), plain ? 5 : 1, cleanLine(text), width));
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
    facts.push(['stereo', `correlation ${levels.stereo.correlation.toFixed(2).replace('-0.00', '0.00')}`]);
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
function cleanTags(tags: Readonly<Record<string, string>> | undefined): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags ?? {}).map(([name, value]) => [cleanLine(name), cleanLine(value)]),
  );
}
