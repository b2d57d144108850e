/** Many failures as few reasons, and as rows that a next run can begin with. */
import { CliError } from '../shared/errors.ts';
import type { ManifestValues } from './manifest-row.ts';
import { emptyValues } from './manifest-row.ts';

/** A failed item, as a run's summary or a journal has it. */
export interface FailedItem {
  key: string;
  error: unknown;
  inDoubt: boolean;
}

export interface FailureGroup {
  /** Error type of a CliError, else `internal`. */
  type: string;
  /** The message with names in quotes as "…" and numbers as N. */
  reason: string;
  /** The message of the first, as it was. */
  message: string;
  count: number;
  /** How many of them are in doubt. */
  inDoubt: number;
  /** The keys of the first few. */
  examples: string[];
}

const EXAMPLES = 3;

/** A message without what differs from item to item: names in quotes, URLs, ids, dates and numbers. */
export function generalise(message: string): string {
  return (
    message
      .replace(/"(?:[^"\\]|\\.)*"|`[^`]*`|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])|“[^”]*”/gu, '"…"')
      .replace(/\bhttps?:\/\/[^\s"'<>)]+/gi, 'URL')
      .replace(/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, 'N')
      .replace(/\b(?=[a-f]*\d)[0-9a-f]{12,}\b/gi, 'N')
      .replace(/\b\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-][\d:]+)?)?/g, 'N')
      // "N.N MB" and "1,234" are one number.
      .replace(/\d+(?:[.,]\d+)*/g, 'N')
  );
}

/** Type and message of whatever was thrown. */
export function reasonOf(error: unknown): { type: string; message: string } {
  if (error instanceof CliError) return { type: error.type, message: error.message };
  return { type: 'internal', message: error instanceof Error ? error.message : String(error) };
}

/** Groups by type and reason: the most frequent first, then in the order in which they came. */
export function groupFailures(failures: Iterable<FailedItem>): FailureGroup[] {
  const groups = new Map<string, FailureGroup>();
  for (const { key, error, inDoubt } of failures) {
    const { type, message } = reasonOf(error);
    const reason = generalise(message);
    const id = `${type}\n${reason}`;
    let group = groups.get(id);
    if (group === undefined) {
      group = { type, reason, message, count: 0, inDoubt: 0, examples: [] };
      groups.set(id, group);
    }
    group.count++;
    if (inDoubt) group.inDoubt++;
    if (group.examples.length < EXAMPLES) group.examples.push(key);
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

/** Columns that say why a row is here. They are notes, which `readManifest` leaves out when the rows are fed back. */
const FAILURE_COLUMNS = ['#error', '#message', '#in_doubt'] as const;

/** The rows of failed items with the reason in columns of its own; `writeManifest` makes a manifest of them. */
export function failureRows(
  failures: Iterable<FailedItem & { values: Readonly<ManifestValues> }>,
): ManifestValues[] {
  const rows: ManifestValues[] = [];
  for (const { error, inDoubt, values } of failures) {
    const { type, message } = reasonOf(error);
    const [typeColumn, messageColumn, doubtColumn] = FAILURE_COLUMNS;
    const row = Object.assign(emptyValues(), values);
    row[typeColumn] = type;
    row[messageColumn] = message;
    row[doubtColumn] = inDoubt ? 'yes' : 'no';
    rows.push(row);
  }
  return rows;
}
