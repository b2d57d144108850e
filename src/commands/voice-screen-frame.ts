/** The live lines of `voice talk`, for any width. Pure. */
import { cleanLine } from '../output/clean.ts';
import { displayWidth, truncate } from '../output/table.ts';
import { formatTime } from './audio-values.ts';
import type { Invocation } from './invocation.ts';
import { drawMeter, type Level } from './voice-meter.ts';
import type { Phase, Speaker, TalkLine, TalkSnapshot } from './voice-talk-model.ts';

export type Colour = Invocation['colourOut'];

export interface FrameStyle {
  unicode: boolean;
  colour: Colour;
}

const PHASES: Readonly<Record<Phase, readonly [string, 'green' | 'magenta' | 'red']>> = {
  connecting: ['connecting', 'magenta'],
  listening: ['listening', 'green'],
  hearing: ['hearing you', 'green'],
  waiting: ['waiting', 'magenta'],
  speaking: ['agent speaking', 'magenta'],
  reconnecting: ['reconnecting', 'red'],
};

const GAP = 2;
const LABEL = Math.max(...Object.values(PHASES).map(([label]) => label.length));
const MIN_METER = 8;
const MAX_METER = 30;
/** Louder than this is likely to be clipped. */
const HOT_DB = -1;
const LOUD_DB = -9;

/** `you:   Good morning`, the name as wide for both. */
export function conversationLine(line: Omit<TalkLine, 'interrupted'>, colour: Colour): string {
  return `${speakerName(line.speaker, colour)} ${line.text}`;
}

/** The text of a line that stays. */
export function spokenText({ text, interrupted }: TalkLine): string {
  return interrupted ? `${text} (interrupted)` : text;
}

function speakerName(speaker: Speaker, colour: Colour): string {
  return colour.bold(`${speaker}:`.padEnd(6));
}

let segmenter: Intl.Segmenter | undefined;

/** The end of a text that fits into `width` columns, with a mark where the beginning was cut off. */
export function tailOf(text: string, width: number, unicode: boolean): string {
  if (displayWidth(text) <= width) return text;
  const mark = unicode ? '…' : '...';
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  const characters = [...segmenter.segment(text)].map(({ segment }) => segment);
  let used = mark.length;
  let from = characters.length;
  while (from > 0) {
    const columns = displayWidth(characters[from - 1] as string);
    if (used + columns > width) break;
    used += columns;
    from--;
  }
  return mark + characters.slice(from).join('');
}

interface Piece {
  text: string;
  shown: string;
}

function piece(text: string, colour?: (text: string) => string): Piece {
  return { text, shown: colour === undefined ? text : colour(text) };
}

function phasePiece({ phase, retryMs }: TalkSnapshot, { unicode, colour }: FrameStyle): Piece {
  const [name, hue] = PHASES[phase];
  const soon = retryMs === undefined ? '' : ` ${Math.ceil(retryMs / 1000)} s`;
  const mark = unicode ? '●' : '*';
  return piece(`${mark} ${(name + soon).padEnd(LABEL)}`, (text) => colour[hue](text));
}

function meterColour(level: Level, colour: Colour): (text: string) => string {
  if (level.peak >= HOT_DB) return colour.red;
  return level.peak >= LOUD_DB ? colour.magenta : colour.green;
}

/** 0.3 dB of noise are no news. */
function decibels({ rms }: Level): string {
  return `${rms < -99 ? '-99' : String(Math.round(rms) + 0)} dB`.padStart(6);
}

function statusLine(snapshot: TalkSnapshot, columns: number, style: FrameStyle): string {
  const { colour, unicode } = style;
  const { level, latencyMs, emotion } = snapshot;
  const first = phasePiece(snapshot, style);
  const time = piece(formatTime(Math.floor(snapshot.elapsedMs / 1000), 0));
  const wide = (some: readonly Piece[]) =>
    some.reduce((sum, { text }) => sum + displayWidth(text) + GAP, -GAP);
  // The last column stays empty: a terminal may wrap when it is written.
  const room = columns - 1;
  if (wide([first, time]) + GAP + MIN_METER > room) return truncate(first.text.trimEnd(), Math.max(1, room));
  const percentage = emotion?.percentage === undefined ? '' : ` ${Math.round(emotion.percentage)} %`;
  // By what matters most; shown in this order too.
  const wanted = [
    latencyMs === undefined ? undefined : piece(`answer in ${(latencyMs / 1000).toFixed(2)} s`),
    emotion === undefined ? undefined : piece(truncate(cleanLine(emotion.emotion), 16) + percentage),
    piece(decibels(level), colour.dim),
  ];
  const extra: Piece[] = [];
  for (const next of wanted)
    if (next !== undefined && wide([first, ...extra, next, time]) + GAP + MIN_METER <= room) extra.push(next);
  const cells = Math.min(MAX_METER, room - wide([first, ...extra, time]) - GAP);
  const meter = piece(drawMeter(level, cells, unicode), meterColour(level, colour));
  return [first, meter, ...extra, time].map(({ shown }) => shown).join(' '.repeat(GAP));
}

function interimLine({ interim }: TalkSnapshot, columns: number, { unicode, colour }: FrameStyle): string {
  if (interim === undefined) return '';
  const room = columns - 1 - 'agent: '.length;
  if (room < 4) return '';
  return colour.dim(`${`${interim.speaker}:`.padEnd(6)} ${tailOf(interim.text, room, unicode)}`);
}

/** What is being said and how things stand: always two lines, each shorter than `columns`. */
export function liveLines(snapshot: TalkSnapshot, columns: number, style: FrameStyle): string[] {
  return [interimLine(snapshot, columns, style), statusLine(snapshot, columns, style)];
}
