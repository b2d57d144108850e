/** Aligned tables that fit a width, whatever the script. */
import type { ChalkInstance } from 'chalk';
import measure from 'fast-string-truncated-width';

const GAP = 2;
const MIN_WIDTH = 6;
const ASCII = /^[\x20-\x7e]*$/;
/** Marks that `isolate` adds; they take no column. */
const ISOLATES = /[\u2066-\u2069]/g;

/** Columns of a terminal that `text` takes; wide and combining characters counted as they are shown. */
export function displayWidth(text: string): number {
  return ASCII.test(text) ? text.length : measure(text.replace(ISOLATES, '')).width;
}

let segmenter: Intl.Segmenter | undefined;

/** Cuts to `width` columns, between whole characters, and marks the cut. */
export function truncate(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  if (ASCII.test(text)) return `${text.slice(0, width - 1)}…`;
  segmenter ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  let cut = '';
  let used = 0;
  for (const { segment } of segmenter.segment(text)) {
    const columns = displayWidth(segment);
    if (used + columns > width - 1) break;
    cut += segment;
    used += columns;
  }
  return `${cut}…`;
}

/** What is missing behind a text to fill `width` columns. */
function space(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - displayWidth(text)));
}

/**
 * Widths of the columns. The widest are narrowed first; columns that do not fit even narrow are dropped from the
 * right.
 */
export function fitWidths(natural: readonly number[], total: number | undefined): number[] {
  const widths = [...natural];
  if (total === undefined) return widths;
  const needed = () => widths.reduce((sum, width) => sum + width, 0) + GAP * (widths.length - 1);
  const least = (width: number) => Math.min(width, MIN_WIDTH);
  while (widths.length > 1 && widths.reduce((sum, width) => sum + least(width) + GAP, -GAP) > total)
    widths.pop();
  while (needed() > total) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest];
    if (width === undefined || width <= MIN_WIDTH) break;
    const second = Math.max(...widths.filter((_, index) => index !== widest), MIN_WIDTH);
    widths[widest] = Math.max(second < width ? second : width - 1, width - (needed() - total), MIN_WIDTH);
  }
  return widths;
}

export interface TableOptions {
  /** Columns of the terminal; undefined: no limit. */
  width: number | undefined;
  colour: ChalkInstance;
  /** Leave out the line of headings. */
  noHeader?: boolean;
  /** For a screen reader: no columns, but a line `name: value` for each cell, and an empty line between rows. */
  plain?: boolean | undefined;
}

/** A character of a script that is written from right to left. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/**
 * Keeps a text from reordering what stands beside it: a cell of Hebrew would otherwise pull the numbers of the next
 * one to its other side. The marks take no column. Source: Unicode Standard Annex #9, FSI and PDI.
 */
function isolate(text: string): string {
  return RIGHT_TO_LEFT.test(text) ? `\u2068${text}\u2069` : text;
}

/** Rows as records: cells that are empty are left out, and nothing is cut. */
function formatPlain(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  noHeader: boolean,
): string {
  const filled = (row: readonly string[]) =>
    headings.flatMap((name, column) => (row[column] ? [[name.toLowerCase(), row[column]] as const] : []));
  if (noHeader)
    return rows
      .map(
        (row) =>
          `${filled(row)
            .map(([, cell]) => cell)
            .join(', ')}\n`,
      )
      .join('');
  return rows
    .map((row) =>
      filled(row)
        .map(([name, cell]) => `${name}: ${cell}\n`)
        .join(''),
    )
    .join('\n');
}

/** A table as text, every line ended; numbers are aligned like text, since most of them are ids. */
export function formatTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  options: TableOptions,
): string {
  if (options.plain === true) return formatPlain(headings, rows, options.noHeader === true);
  const natural = headings.map(displayWidth);
  for (const row of rows)
    for (const [column, widest] of natural.entries())
      natural[column] = Math.max(widest, displayWidth(row[column] ?? ''));
  const widths = fitWidths(natural, options.width);
  const line = (cells: readonly string[]) =>
    widths
      .map((width, column) => {
        const cell = truncate(cells[column] ?? '', width);
        const shown = options.width === undefined ? cell : isolate(cell);
        return column === widths.length - 1 ? shown : shown + space(cell, width);
      })
      .join(' '.repeat(GAP))
      .trimEnd();
  const lines = rows.map(line);
  if (options.noHeader !== true) lines.unshift(options.colour.bold(line(headings)));
  return lines.map((text) => `${text}\n`).join('');
}

/** One record as `name  value` lines. */
export function formatRecord(entries: readonly (readonly [string, string])[], options: TableOptions): string {
  if (options.plain === true)
    return entries
      .map(([name, value]) => `${name}: ${value}`.trimEnd())
      .map((line) => `${line}\n`)
      .join('');
  const left = Math.max(0, ...entries.map(([name]) => displayWidth(name)));
  const right = options.width === undefined ? undefined : Math.max(MIN_WIDTH, options.width - left - GAP);
  return entries
    .map(([name, value]) => {
      const shown = right === undefined ? value : isolate(truncate(value, right));
      return `${options.colour.bold(name + space(name, left))}${' '.repeat(GAP)}${shown}`.trimEnd();
    })
    .map((text) => `${text}\n`)
    .join('');
}
