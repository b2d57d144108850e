/** One value of a row, as a person reads it in a table. */
import type { DateZone } from '../shared/dates.ts';
import { isObject } from '../shared/json.ts';
import { cleanLine } from './clean.ts';

const ISO_DATE = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/;

/**
 * Dates lose their seconds, booleans become yes and no, nothing is an empty cell, anything nested is JSON.
 *
 * @param zone that dates are shown in; those that come with an offset keep it where that is UTC or not given
 */
export function cellText(value: unknown, zone?: DateZone): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') {
    const date = ISO_DATE.exec(value);
    if (date === null) return cleanLine(value);
    const ms = zone === undefined || zone.isUtc ? Number.NaN : Date.parse(value);
    if (!Number.isNaN(ms)) return (zone as DateZone).format(ms);
    return date[3] === 'Z' ? `${date[1]} ${date[2]}Z` : cleanLine(value);
  }
  if (typeof value === 'object') return cleanLine(JSON.stringify(value));
  return String(value);
}

/** `org_unit_id` and `orgUnitId` as a heading. */
export function heading(key: string): string {
  return cleanLine(key)
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toUpperCase();
}

/** How early a column of this name stands when nobody chose the columns. */
function rank(key: string): number {
  if (/^(id|.*_id)$/.test(key) && !/parent|owner|ext|account|org_unit|group/.test(key)) return 0;
  if (/^(name|.*_name|title|text|filename)$/.test(key)) return 1;
  if (/number|email|phone|url|type|status|disposition/.test(key)) return 2;
  if (/date|time|created|updated|modified|start/.test(key)) return 3;
  return 4;
}

const MAX_CHOSEN = 7;

/** The columns for rows of which nothing is known: ids, names, numbers and dates first, nested values last. */
export function chooseColumns(rows: readonly unknown[]): string[] {
  const keys = new Map<string, number>();
  for (const row of rows.slice(0, 50)) {
    if (!isObject(row)) continue;
    for (const [key, value] of Object.entries(row)) {
      const weight = rank(key) + (typeof value === 'object' && value !== null ? 10 : 0);
      keys.set(key, Math.max(keys.get(key) ?? 0, weight));
    }
  }
  const sorted = [...keys].sort((a, b) => a[1] - b[1]).map(([key]) => key);
  return sorted.slice(0, MAX_CHOSEN);
}
