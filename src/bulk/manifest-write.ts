/** Manifests as text, the way `readManifest` reads them back. */
import { csvRecord } from './csv.ts';
import type { ManifestFormat, ManifestValues } from './manifest-row.ts';

/** The columns of rows, in the order in which they first come. */
export function columnsOf(rows: readonly ManifestValues[]): string[] {
  const columns = new Set<string>();
  for (const row of rows) for (const name of Object.keys(row)) columns.add(name);
  return [...columns];
}

function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Writes rows. NDJSON and JSON keep every type; a cell of CSV is text, and null and empty text are an empty cell there.
 *
 * @param columns which fields, in which order, for CSV; all of them without it
 */
export function writeManifest(
  rows: readonly ManifestValues[],
  format: Exclude<ManifestFormat, 'lines'>,
  columns: readonly string[] = columnsOf(rows),
): string {
  if (format === 'json') return `${JSON.stringify(rows, null, 2)}\n`;
  if (format === 'ndjson') return rows.map((row) => `${JSON.stringify(row)}\n`).join('');
  if (columns.length === 0) return '';
  const cells = (row: ManifestValues) =>
    columns.map((name) => (Object.hasOwn(row, name) ? cellOf(row[name]) : ''));
  return csvRecord(columns) + rows.map((row) => csvRecord(cells(row))).join('');
}
