/** Rows to standard output in one of four shapes. All but the table are written page by page. */
import type { ChalkInstance } from 'chalk';
import type { DateZone } from '../shared/dates.ts';
import { CliError } from '../shared/errors.ts';
import { isObject } from '../shared/json.ts';
import { cellText, chooseColumns, heading } from './cell.ts';
import { cleanLine } from './clean.ts';
import { csvLine } from './csv.ts';
import type { Format } from './formats.ts';
import { pickFields, type SortOrder, sortRows, valueAt } from './select.ts';
import { formatRecord, formatTable } from './table.ts';

export interface RowsOptions {
  format: Format;
  write: (text: string) => Promise<void>;
  /** Preferred columns of the table; those that no row has are left out. */
  columns?: readonly string[] | undefined;
  width: number | undefined;
  colour: ChalkInstance;
  /** The columns that somebody asked for, of a table and of CSV. */
  chosen?: readonly string[] | undefined;
  /** The fields that somebody asked for, in any shape. */
  fields?: readonly string[] | undefined;
  sort?: SortOrder | undefined;
  noHeader?: boolean | undefined;
  /** A jq program over what `json` would print. */
  jq?: string | undefined;
  /** Whether a person reads it as it is: what would move a cursor or reorder text is then kept from the terminal. */
  terminal?: boolean | undefined;
  /** Tables as records for a screen reader; see `TableOptions`. */
  plain?: boolean | undefined;
  /** The zone of dates in tables. */
  zone?: DateZone | undefined;
  /** Told once of what was asked for and is not there, or is there and not shown. */
  warn?: ((text: string) => void) | undefined;
}

export interface RowSink {
  page(rows: readonly unknown[]): Promise<void>;
  /** Must be called: a table and the end of a JSON array are written here. */
  end(): Promise<void>;
}

function usableColumns(rows: readonly unknown[], preferred: readonly string[] | undefined): string[] {
  const objects = rows.filter(isObject);
  if (objects.length === 0) return [preferred?.[0] ?? 'value'];
  const present = (preferred ?? []).filter((column) => objects.some((row) => column in row));
  // Where the service answers other fields than expected, its own are worth more than one lonely column.
  if (present.length >= Math.min(3, preferred?.length ?? 1)) return present;
  return [...new Set([...present, ...chooseColumns(rows)])].slice(0, 7);
}

/** @throws CliError `usage` when no row has a column that somebody asked for */
function checkColumns(rows: readonly unknown[], chosen: readonly string[]): void {
  const objects = rows.filter(isObject);
  const unknown = chosen.filter((column) => objects.every((row) => valueAt(row, column) === undefined));
  if (objects.length === 0 || unknown.length === 0) return;
  const known = new Set(objects.slice(0, 50).flatMap((row) => Object.keys(row)));
  throw new CliError('usage', `No row has ${unknown.join(', ')}`, {
    hint: `There are: ${[...known].join(', ')}.`,
  });
}

/** Where rows go, in the shape that was asked for. Tables, sorting and jq need them all; other shapes stream. */
export function createRowSink(options: RowsOptions): RowSink {
  const { fields, sort, jq } = options;
  let sink = jq === undefined ? plainSink(options) : jqSink(options, jq);
  if (fields !== undefined) sink = mapped(sink, (rows) => rows.map((row) => pickFields(row, fields)));
  if (sort !== undefined) sink = collected((rows) => sortRows(rows, sort), sink);
  const names = [...(fields ?? []), ...(sort === undefined ? [] : [sort.path])];
  if (options.format !== 'table') names.push(...(options.chosen ?? []));
  if (names.length > 0) sink = checked(sink, names, options.warn);
  return sink;
}

/** Warns of names that no row of the first page has: a misspelt one would give nothing without a word. */
function checked(sink: RowSink, names: readonly string[], warn: RowsOptions['warn']): RowSink {
  let done = false;
  return {
    page: async (rows) => {
      const objects = done ? [] : rows.filter(isObject);
      const missing = names.filter((name) => objects.every((row) => valueAt(row, name) === undefined));
      if (objects.length > 0 && missing.length > 0)
        warn?.(
          `No row has ${[...new Set(missing)].join(', ')}. There are: ${Object.keys(objects[0] ?? {}).join(', ')}.`,
        );
      done ||= objects.length > 0;
      await sink.page(rows);
    },
    end: () => sink.end(),
  };
}

function mapped(sink: RowSink, map: (rows: readonly unknown[]) => readonly unknown[]): RowSink {
  return { page: (rows) => sink.page(map(rows)), end: () => sink.end() };
}

/** Keeps all rows and passes them on at the end. */
function collected(finish: (rows: unknown[]) => readonly unknown[], sink: RowSink): RowSink {
  const all: unknown[] = [];
  return {
    page: async (rows) => {
      for (const row of rows) all.push(row);
    },
    end: async () => {
      await sink.page(finish(all));
      await sink.end();
    },
  };
}

function jqSink({ write }: RowsOptions, program: string): RowSink {
  const all: unknown[] = [];
  return {
    page: async (rows) => {
      for (const row of rows) all.push(row);
    },
    end: async () => {
      const { runJq } = await import('./jq.ts');
      await write(await runJq(all, program));
    },
  };
}

function plainSink(options: RowsOptions): RowSink {
  switch (options.format) {
    case 'json':
      return jsonSink(options);
    case 'ndjson':
      return {
        page: (rows) => options.write(rows.map((row) => `${JSON.stringify(row)}\n`).join('')),
        end: async () => {},
      };
    case 'csv':
      return csvSink(options);
    case 'yaml':
      return yamlSink(options);
    case 'table':
      return tableSink(options);
  }
}

function jsonSink({ write }: RowsOptions): RowSink {
  let begun = false;
  return {
    page: async (rows) => {
      if (rows.length === 0) return;
      // By its own line breaks: U+2028 inside of a text would count as one for a regular expression.
      const indented = (row: unknown) => `  ${JSON.stringify(row, null, 2).replaceAll('\n', '\n  ')}`;
      const text = rows.map(indented).join(',\n');
      await write(`${begun ? ',\n' : '[\n'}${text}`);
      begun = true;
    },
    end: () => write(begun ? '\n]\n' : '[]\n'),
  };
}

/** A list in YAML is its items one after another, so pages can be written as they come. */
function yamlSink({ write }: RowsOptions): RowSink {
  let empty = true;
  return {
    page: async (rows) => {
      if (rows.length === 0) return;
      empty = false;
      const { toYaml } = await import('./yaml.ts');
      await write(toYaml(rows));
    },
    end: () => (empty ? write('[]\n') : Promise.resolve()),
  };
}

function cleanCell(value: unknown): unknown {
  return typeof value === 'string' ? cleanLine(value) : value;
}

function csvSink(options: RowsOptions): RowSink {
  const { write, columns: preferred, chosen, fields, noHeader } = options;
  let columns: readonly string[] | undefined;
  let warned = chosen !== undefined || fields !== undefined;
  return {
    page: async (rows) => {
      if (rows.length === 0) return;
      let text = '';
      if (columns === undefined) {
        // Every key of the first page: a script should not lose columns that a person's table leaves out.
        const keys = new Set<string>();
        for (const row of rows) if (isObject(row)) for (const key of Object.keys(row)) keys.add(key);
        columns = chosen ?? fields ?? (keys.size > 0 ? [...keys] : [preferred?.[0] ?? 'value']);
        if (noHeader !== true) text += csvLine(columns);
      }
      const names = columns;
      for (const row of rows) {
        const cells = names.map((name) => valueAt(row, name));
        text += csvLine(options.terminal === true ? cells.map(cleanCell) : cells);
      }
      if (!warned) {
        const late = rows
          .filter(isObject)
          .flatMap((row) => Object.keys(row).filter((key) => !names.includes(key)));
        warned = late.length > 0;
        if (warned)
          options.warn?.(
            `Fields that came after the first page are left out: ${[...new Set(late)].join(', ')} (--columns chooses).`,
          );
      }
      await write(text);
    },
    end: async () => {},
  };
}

function tableSink({
  write,
  columns: preferred,
  chosen,
  fields,
  noHeader,
  width,
  colour,
  plain,
  zone,
}: RowsOptions): RowSink {
  const rows: unknown[] = [];
  return {
    page: async (more) => {
      for (const row of more) rows.push(row);
    },
    end: async () => {
      if (rows.length === 0) return;
      if (chosen !== undefined) checkColumns(rows, chosen);
      const columns = chosen ?? fields ?? usableColumns(rows, preferred);
      const cells = rows.map((row) => columns.map((column) => cellText(valueAt(row, column), zone)));
      await write(
        formatTable(columns.map(heading), cells, { width, colour, plain, noHeader: noHeader === true }),
      );
    },
  };
}

/** One record, in the shape that was asked for. */
export async function writeRecord(record: unknown, options: RowsOptions): Promise<void> {
  const { format, write, width, colour, plain, zone, fields, jq } = options;
  const chosen = fields ?? (format === 'table' ? options.chosen : undefined);
  const value = chosen === undefined || !isObject(record) ? record : pickFields(record, chosen);
  if (jq !== undefined) {
    const { runJq } = await import('./jq.ts');
    return write(await runJq(value, jq));
  }
  if (format === 'json') return write(`${JSON.stringify(value ?? null, null, 2)}\n`);
  if (format === 'yaml') return write((await import('./yaml.ts')).toYaml(value ?? null));
  if (value === undefined || value === null) return;
  if (format !== 'table') {
    const sink = plainSink(options);
    await sink.page([value]);
    return sink.end();
  }
  if (!isObject(value)) return write(`${cellText(value, zone)}\n`);
  const entries = Object.entries(value).map(
    ([key, item]) => [heading(key).toLowerCase(), cellText(item, zone)] as const,
  );
  return write(formatRecord(entries, { width, colour, plain }));
}
