/** A cell of a manifest as the value of a documented field. */
import type { Param } from '../convirza/catalogue/types.ts';
import { parseParam } from './params.ts';

const TRUE = new Set(['true', 'yes', '1']);
const FALSE = new Set(['false', 'no', '0']);

function parseBoolean(text: string): boolean {
  const word = text.trim().toLowerCase();
  if (TRUE.has(word)) return true;
  if (FALSE.has(word)) return false;
  throw new Error('It must be true or false.');
}

/** What the service answers where it takes another spelling: rows of a list can be given back. */
function asRequest({ answers }: Param, text: string): string {
  return answers !== undefined && Object.hasOwn(answers, text) ? (answers[text] ?? text) : text;
}

/**
 * Checks a cell as its flag would be checked. JSON may give numbers, true, false and lists as they are; null stays
 * null, as what empties a field.
 *
 * @param now Unix milliseconds, for dates such as `7d`
 * @throws Error whose message says what it must be
 */
export function fieldValue(param: Param, cell: unknown, now: number): unknown {
  if (cell === null) return null;
  if (typeof cell === 'boolean' && param.type === 'boolean') return cell;
  if (Array.isArray(cell) && param.multiple === true)
    return parseParam(param, cell.map(String).join(','), now);
  if (typeof cell === 'object' || typeof cell === 'boolean')
    throw new Error(param.type === 'integer' ? 'It must be a whole number.' : 'It must be text.');
  const text = asRequest(param, String(cell));
  return param.type === 'boolean' ? parseBoolean(text) : parseParam(param, text, now);
}
