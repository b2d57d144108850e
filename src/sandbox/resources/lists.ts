/** What lists and single records of all resources share. */
import type { ApiCall, ApiResult } from '../context.ts';
import { HttpError } from '../http/answer.ts';

/**
 * A page of the rows under the key that the catalogue names, else under the family's own name, beside `total`:
 * the number of rows before paging (reference §3). `limit` is `defaultLimit` when the request has none.
 */
export function listResult<T>(
  call: ApiCall,
  rows: readonly T[],
  show: (row: T) => unknown,
  defaultLimit = 100,
): ApiResult {
  const page = rowsOfPage(call, rows.length, defaultLimit);
  return pageResult(call, rows.slice(page.from, page.to).map(show), rows.length);
}

/** Which rows the request asks for, of so many: from `from` to before `to`. */
export function rowsOfPage(
  { endpoint, query }: ApiCall,
  total: number,
  defaultLimit = 100,
): { from: number; to: number } {
  const limit = endpoint.list?.paged ? (query.integer('limit') ?? defaultLimit) : total;
  const from = Math.min(query.integer('offset') ?? 0, total);
  return { from, to: Math.min(from + limit, total) };
}

/** A page of `total` rows in its place. */
export function pageResult({ endpoint }: ApiCall, rows: readonly unknown[], total: number): ApiResult {
  const key = endpoint.list?.key ?? endpoint.family.replaceAll('-', '_');
  return { data: { [key]: rows, total } };
}

/** The `{id}` of the path. Throws HttpError 404 when it cannot be one. */
export function pathId(call: ApiCall): number {
  const text = call.params['id'] ?? '';
  if (!/^\d{1,15}$/.test(text)) throw notFound(call);
  return Number(text);
}

/** The refusal of a record that is not there or not visible to the caller. */
export function notFound(call: ApiCall): HttpError {
  return new HttpError(404, `${call.endpoint.family}: no record with the id ${call.params['id']}.`);
}

/** Case-insensitive search for a part. */
export function contains(text: string, part: string | undefined): boolean {
  return part === undefined || text.toLowerCase().includes(part.toLowerCase());
}

/** What is left of a body without the fields that have a place of their own. */
export function unknownFields(
  body: Readonly<Record<string, unknown>>,
  known: ReadonlySet<string>,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !known.has(name)));
}
