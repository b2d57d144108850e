/** Timed text as SubRip and WebVTT subtitles. */
import measure from 'fast-string-truncated-width';
import { cleanLine } from './clean.ts';

/** Something that is said, or told, at a time; milliseconds. */
export interface Cue {
  start: number;
  end: number;
  /** Empty for what nobody says. */
  speaker: string;
  text: string;
}

/** What a viewer can take in at once, in cells: two lines of it make a cue. */
const LINE_WIDTH = 42;
const CUE_LINES = 2;
/** Shorter cues cannot be read, and some players leave them out. */
const MIN_CUE_MS = 500;

/** A cue as it is shown. */
interface Shown {
  start: number;
  end: number;
  speaker: string;
  lines: string[];
}

/**
 * SubRip. Its players show one cue at a time, so none overlaps another: where both speak at once, the earlier one gives
 * way. The speaker stands before the text. SubRip knows no escapes; a zero-width space keeps `-->`, `<` and `{` from
 * being read as anything but text.
 */
export function toSrt(cues: readonly Cue[]): string {
  const shown = lay(cues.flatMap((cue) => split(cue, cue.speaker === '' ? 0 : cue.speaker.length + 2)));
  const blocks = shown.map(({ start, end, speaker, lines }, i) => {
    const text = lines.map(srtText).join('\n');
    const said = speaker === '' ? text : `${srtText(speaker)}: ${text}`;
    return `${i + 1}\n${clock(start, ',')} --> ${clock(end, ',')}\n${said}\n`;
  });
  return blocks.join('\n');
}

/**
 * WebVTT, with a voice for each speaker. Cues of one speaker never overlap; those of two do where both speak at once.
 *
 * Source: W3C, WebVTT: The Web Video Text Tracks Format, sections 4.1 to 4.3.
 */
export function toVtt(cues: readonly Cue[]): string {
  const speakers = [...new Set(cues.map(({ speaker }) => speaker))];
  const shown = speakers
    .flatMap((name) => lay(cues.filter(({ speaker }) => speaker === name).flatMap((cue) => split(cue, 0))))
    .sort((a, b) => a.start - b.start);
  const blocks = shown.map(({ start, end, speaker, lines }) => {
    const text = lines.map(vttText).join('\n');
    const said = speaker === '' ? text : `<v ${vttText(speaker)}>${text}</v>`;
    return `${clock(start, '.')} --> ${clock(end, '.')}\n${said}\n`;
  });
  return ['WEBVTT\n', ...blocks].join('\n');
}

/** `01:02:03` of so many milliseconds. */
export function clockTime(ms: number): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const seconds = Math.floor(ms / 1000);
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** `01:02:03,456` */
function clock(ms: number, point: ',' | '.'): string {
  return `${clockTime(ms)}${point}${String(ms % 1000).padStart(3, '0')}`;
}

const ZERO_WIDTH = '\u200b';

function srtText(text: string): string {
  return text
    .replaceAll(ZERO_WIDTH, '')
    .replaceAll('-->', `--${ZERO_WIDTH}>`)
    .replace(/[<{]/g, `$&${ZERO_WIDTH}`);
}

function vttText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** A cue as many that can be read, with a share of its time for each by the length of its text. */
function split({ start, end, speaker, text }: Cue, indent: number): Shown[] {
  const lines = wrapCells(cleanLine(text), Math.max(LINE_WIDTH - indent, LINE_WIDTH / 2));
  const total = lines.reduce((sum, line) => sum + line.length, 0);
  const shown: Shown[] = [];
  let said = 0;
  for (let i = 0; i < lines.length; i += CUE_LINES) {
    const some = lines.slice(i, i + CUE_LINES);
    const from = start + ((end - start) * said) / total;
    said += some.reduce((sum, line) => sum + line.length, 0);
    const to = start + ((end - start) * said) / total;
    shown.push({ start: from, end: to, speaker: cleanLine(speaker), lines: some });
  }
  return shown;
}

/** Puts cues one after the other, in whole milliseconds; where there is too little time they move back. */
function lay(cues: readonly Shown[]): Shown[] {
  const sorted = [...cues].sort((a, b) => a.start - b.start);
  let free = 0;
  return sorted.map((cue, i) => {
    const start = Math.max(Math.round(cue.start), free);
    const next = sorted[i + 1];
    const until = next === undefined ? cue.end : Math.min(cue.end, next.start);
    free = Math.max(Math.round(until), start + MIN_CUE_MS);
    return { ...cue, start, end: free };
  });
}

/** Breaks a text at its spaces into lines of at most `width` cells; a word that is longer is broken as well. */
function wrapCells(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/u).filter((part) => part !== '')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (cells(joined) <= width) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    const parts = cells(word) <= width ? [word] : breakWord(word, width);
    lines.push(...parts.slice(0, -1));
    line = parts.at(-1) ?? '';
  }
  if (line !== '') lines.push(line);
  return lines;
}

const cells = (text: string): number => measure(text).width;

function breakWord(word: string, width: number): string[] {
  const parts: string[] = [];
  let part = '';
  let used = 0;
  for (const { segment } of new Intl.Segmenter().segment(word)) {
    const size = cells(segment);
    if (part !== '' && used + size > width) {
      parts.push(part);
      part = '';
      used = 0;
    }
    part += segment;
    used += size;
  }
  parts.push(part);
  return parts;
}
