/** Rows to standard output in one of four shapes. All but the table are written page by page. */
import type { ChalkInstance } from 'chalk';
import { isObject } from '../shared/json.ts';
import { cellText, chooseColumns, heading } from './cell.ts';
import { csvLine } from './csv.ts';
import type { Format } from './formats.ts';
import { formatRecord, formatTable } from './table.ts';

export interface RowsOptions {
  format: Format;
  write: (text: string) => Promise<void>;
  /** Preferred columns of the table; those that no row has are left out. */
  columns?: readonly string[] | undefined;
  width: number | undefined;
  colour: ChalkInstance;
}

export interface RowSink {
  page(rows: readonly unknown[]): Promise<void>;
  /** Must be called: a table and the end of a JSON array are written here. */
  end(): Promise<void>;
}

/** A row that is no object (a bare id, say) stands under the first column's name. */
function field(row: unknown, column: string): unknown {
  return isObject(row) ? row[column] : row;
}

function usableColumns(rows: readonly unknown[], preferred: readonly string[] | undefined): string[] {
  const objects = rows.filter(isObject);
  if (objects.length === 0) return [preferred?.[0] ?? 'value'];
  const present = (preferred ?? []).filter((column) => objects.some((row) => column in row));
  // Where the service answers other fields than expected, its own are worth more than one lonely column.
  if (present.length >= Math.min(3, preferred?.length ?? 1)) return present;
  return [...new Set([...present, ...chooseColumns(rows)])].slice(0, 7);
}

export function createRowSink(options: RowsOptions): RowSink {
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
    case 'table':
      return tableSink(options);
  }
}

function jsonSink({ write }: RowsOptions): RowSink {
  let begun = false;
  return {
    page: async (rows) => {
      if (rows.length === 0) return;
      const text = rows.map((row) => JSON.stringify(row, null, 2).replace(/^/gm, '  ')).join(',\n');
      await write(`${begun ? ',\n' : '[\n'}${text}`);
      begun = true;
    },
    end: () => write(begun ? '\n]\n' : '[]\n'),
  };
}

function csvSink({ write, columns: preferred }: RowsOptions): RowSink {
  let columns: string[] | undefined;
  return {
    page: async (rows) => {
      if (rows.length === 0) return;
      let text = '';
      if (columns === undefined) {
        // Every key of the first page: a script should not lose columns that a person's table leaves out.
        const keys = new Set<string>();
        for (const row of rows) if (isObject(row)) for (const key of Object.keys(row)) keys.add(key);
        columns = keys.size > 0 ? [...keys] : [preferred?.[0] ?? 'value'];
        text += csvLine(columns);
      }
      const names = columns;
      for (const row of rows) text += csvLine(names.map((name) => field(row, name)));
      await write(text);
    },
    end: async () => {},
  };
}

function tableSink({ write, columns: preferred, width, colour }: RowsOptions): RowSink {
  const rows: unknown[] = [];
  return {
    page: async (more) => {
      for (const row of more) rows.push(row);
    },
    end: async () => {
      if (rows.length === 0) return;
      const columns = usableColumns(rows, preferred);
      const cells = rows.map((row) => columns.map((column) => cellText(field(row, column))));
      await write(formatTable(columns.map(heading), cells, { width, colour }));
    },
  };
}

/** One record, in the shape that was asked for. */
export async function writeRecord(record: unknown, options: RowsOptions): Promise<void> {
  const { format, write, width, colour } = options;
  if (format === 'json') return write(`${JSON.stringify(record ?? null, null, 2)}\n`);
  if (format !== 'table') {
    const sink = createRowSink(options);
    if (record !== undefined && record !== null) await sink.page([record]);
    return sink.end();
  }
  if (record === undefined || record === null) return;
  if (!isObject(record)) return write(`${cellText(record)}\n`);
  const entries = Object.entries(record).map(
    ([key, value]) => [heading(key).toLowerCase(), cellText(value)] as const,
  );
  return write(formatRecord(entries, { width, colour }));
}
