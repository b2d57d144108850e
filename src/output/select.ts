/** What of the rows is shown, and in which order: `--columns`, `--json id,name`, `--sort`. */
import { isObject, type JsonObject } from '../shared/json.ts';

/** The value at a name, or at a path such as `recording_details.expires_at` where no field has that name. */
export function valueAt(row: unknown, path: string): unknown {
  if (!isObject(row)) return row;
  if (Object.hasOwn(row, path)) return row[path];
  let at: unknown = row;
  for (const name of path.split('.')) {
    if (!isObject(at) || !Object.hasOwn(at, name)) return undefined;
    at = at[name];
  }
  return at;
}

/** A row with the chosen fields alone, in the order chosen; a field that it lacks is null. */
export function pickFields(row: unknown, fields: readonly string[]): JsonObject {
  return Object.fromEntries(fields.map((field) => [field, valueAt(row, field) ?? null]));
}

export interface SortOrder {
  path: string;
  descending: boolean;
}

/** `name`, or `-name` for descending. */
export function parseSort(text: string): SortOrder {
  return text.startsWith('-') ? { path: text.slice(1), descending: true } : { path: text, descending: false };
}

/** `id, name` as a list of names. */
export function parseNames(text: string): string[] {
  return text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

let collator: Intl.Collator | undefined;

function compare(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  const text = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value));
  collator ??= new Intl.Collator('en', { numeric: true, sensitivity: 'base' });
  return collator.compare(text(left), text(right));
}

/** Sorted by one field, stable; rows without it come last, whichever the direction. */
export function sortRows(rows: readonly unknown[], { path, descending }: SortOrder): unknown[] {
  return [...rows].sort((a, b) => {
    const [left, right] = [valueAt(a, path), valueAt(b, path)];
    const missing = (value: unknown) => value === undefined || value === null;
    if (missing(left) || missing(right)) return Number(missing(left)) - Number(missing(right));
    return descending ? compare(right, left) : compare(left, right);
  });
}
