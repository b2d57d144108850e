import { timeAxis } from './time-axis.ts';
import type { Outline, Waveform } from './waveform-bins.ts';

/** Braille dots (2 by 4 to a character), half blocks, or plain ASCII. */
export type WaveformStyle = 'braille' | 'blocks' | 'ascii';

export interface DrawOptions {
  /** Characters in a line. */
  width: number;
  /** Lines for each channel that is drawn, without the axis; 3 and more look good. */
  height: number;
  style?: WaveformStyle | undefined;
  /** One below the other, or all in one outline (from the lowest to the highest of all). Default: one outline. */
  channels?: 'each' | 'together' | undefined;
  /** Amplitude at the upper and lower edge; the largest one of the file when left out. */
  top?: number | undefined;
  /** Whether a line with times follows. Default: yes. */
  axis?: boolean | undefined;
}

/** Dots drawn from `from` to `to` (both included), counted from the top, in each column. */
interface Bars {
  from: Int32Array;
  to: Int32Array;
}

/** Dots in one character. */
interface Cell {
  across: number;
  down: number;
  /** The character whose dots are the bits of `dots`, row by row from the top left. */
  character(dots: number): string;
  /** The zero line through the middle of a character, and along its lower edge. */
  line: readonly [middle: string, edge: string];
}

/**
 * Draws a waveform as lines of text, without colours. Every column shows the range of its samples, and the zero
 * line where that is less than a dot. An empty waveform is a zero line.
 */
export function drawWaveform(waveform: Waveform, options: DrawOptions): string[] {
  const width = Math.max(1, Math.floor(options.width));
  const height = Math.max(1, Math.floor(options.height));
  const style = options.style ?? 'braille';
  const outlines = options.channels === 'each' ? waveform.channels : [together(waveform.channels)];
  const top = options.top ?? Math.max(...outlines.map(loudest));
  const lines = outlines.flatMap((outline) =>
    height === 1
      ? [drawLevels(outline, waveform, width, style, top)]
      : drawOutline(outline, waveform, { width, height, cell: CELLS[style], top }),
  );
  if (options.axis === false) return lines;
  return [...lines, timeAxis(waveform.frames / waveform.sampleRate, width, style === 'ascii' ? '|' : '╵')];
}

function together(outlines: readonly Outline[]): Outline {
  const bins = outlines[0]?.min.length ?? 0;
  const min = new Float32Array(bins);
  const max = new Float32Array(bins);
  for (let i = 0; i < bins; i++) {
    min[i] = Math.min(...outlines.map((outline) => outline.min[i] as number));
    max[i] = Math.max(...outlines.map((outline) => outline.max[i] as number));
  }
  return { min, max };
}

function loudest({ min, max }: Outline): number {
  return Math.max(
    max.reduce((most, value) => Math.max(most, value), 0),
    min.reduce((most, value) => Math.max(most, -value), 0),
  );
}

function drawOutline(
  outline: Outline,
  waveform: Waveform,
  { width, height, cell, top }: { width: number; height: number; cell: Cell; top: number },
): string[] {
  const { across, down } = cell;
  const zero = cell.line[height % 2 === 1 ? 0 : 1];
  const zeroRow = Math.floor((height - 1) / 2);
  const { from, to } = barsOf(columnsOf(outline, waveform, width * across), height * down, top);
  return Array.from({ length: height }, (_, row) => {
    let line = '';
    for (let column = 0; column < width; column++) {
      let dots = 0;
      for (let bit = 0; bit < across * down; bit++) {
        const x = column * across + (bit % across);
        const y = row * down + Math.floor(bit / across);
        if (y >= (from[x] as number) && y <= (to[x] as number)) dots |= 1 << bit;
      }
      line += dots === 0 && row === zeroRow ? zero : cell.character(dots);
    }
    return line;
  });
}

/** The outline in another number of columns: of the bins that a column covers, the extremes. */
function columnsOf({ min, max }: Outline, { frames, framesPerBin }: Waveform, count: number): Outline {
  const bins = frames / framesPerBin;
  const columns = { min: new Float32Array(count), max: new Float32Array(count) };
  for (let i = 0; i < count && min.length > 0; i++) {
    const first = Math.min(min.length - 1, Math.floor((i * bins) / count));
    const end = Math.max(first + 1, Math.min(min.length, Math.ceil(((i + 1) * bins) / count)));
    columns.min[i] = min.subarray(first, end).reduce((least, value) => Math.min(least, value));
    columns.max[i] = max.subarray(first, end).reduce((most, value) => Math.max(most, value));
  }
  return columns;
}

/** The zero line lies between the two rows in the middle (they are even in number). */
function barsOf(columns: Outline, rows: number, top: number): Bars {
  const half = rows / 2;
  const toDots = (value: number) => Math.round(Math.max(0, Math.min(1, top > 0 ? value / top : 0)) * half);
  return {
    from: Int32Array.from(columns.max, (value) => half - toDots(value)),
    to: Int32Array.from(columns.min, (value) => half - 1 + toDots(-value)),
  };
}

const LEVELS: Readonly<Record<WaveformStyle, string>> = {
  braille: ' ▁▂▃▄▅▆▇█',
  blocks: ' ▁▂▃▄▅▆▇█',
  ascii: ' .:-=+*#@',
};

/** One line is too flat for an outline: it shows how loud every column is. */
function drawLevels(
  outline: Outline,
  waveform: Waveform,
  width: number,
  style: WaveformStyle,
  top: number,
): string {
  const { min, max } = columnsOf(outline, waveform, width);
  const levels = LEVELS[style];
  return Array.from(max, (value, i) => {
    const amplitude = Math.max(value, -(min[i] as number));
    const level = top > 0 ? Math.ceil(Math.min(1, amplitude / top) * (levels.length - 1) - 0.05) : 0;
    return levels.charAt(Math.max(1, level));
  }).join('');
}

/** Bits of U+2800 for the dots row by row. */
const BRAILLE_BITS = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80];

const CELLS: Readonly<Record<WaveformStyle, Cell>> = {
  braille: {
    across: 2,
    down: 4,
    character(dots) {
      const bits = BRAILLE_BITS.reduce((sum, bit, i) => ((dots & (1 << i)) === 0 ? sum : sum | bit), 0);
      return bits === 0 ? ' ' : String.fromCharCode(0x2800 + bits);
    },
    line: ['⠒', '⣀'],
  },
  blocks: { across: 1, down: 2, character: (dots) => ' ▀▄█'.charAt(dots), line: ['─', '▁'] },
  ascii: { across: 1, down: 2, character: (dots) => " '.#".charAt(dots), line: ['-', '_'] },
};
