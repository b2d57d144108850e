/** Walking lists by `limit` and `offset`. */
import { CliError } from '../shared/errors.ts';
import type { Endpoint } from './catalogue/types.ts';
import type { Call, ConvirzaClient } from './client.ts';
import { findRows } from './envelope.ts';
import type { Query } from './url.ts';

export interface Page {
  rows: unknown[];
  /** Rows in all, where the service says so. */
  total: number | undefined;
  /** The body as it came. */
  text: string;
}

export interface WalkOptions extends Call {
  /** The most rows wanted over all pages; Infinity for all of them. */
  limit: number;
}

const DEFAULT_PAGE = 100;

/** Rows that an unlimited list command asks for. */
export const DEFAULT_LIMIT = DEFAULT_PAGE;

async function fetchPage(
  client: ConvirzaClient,
  endpoint: Endpoint,
  call: Call,
  query: Query,
): Promise<Page> {
  const answer = await client.call(endpoint, { ...call, query });
  const found = findRows(answer.data, endpoint.list?.key);
  if (found === undefined)
    throw new CliError('server', `The answer of ${endpoint.method} ${endpoint.path} holds no list`, {
      requestId: answer.requestId,
      status: answer.status,
      hint: 'The service may have changed.',
    });
  return { ...found, text: answer.text };
}

/**
 * Yields the pages of a list, in order, until `limit` rows have come or there are no more. The next page is
 * already on its way while the caller works on the one before.
 *
 * @throws CliError as `ConvirzaClient.call`; `server` when the service repeats a page, as one that ignores `offset` does
 */
export async function* walk(
  client: ConvirzaClient,
  endpoint: Endpoint,
  options: WalkOptions,
): AsyncGenerator<Page> {
  const { limit, ...call } = options;
  const list = endpoint.list;
  if (list === undefined) throw new Error(`${endpoint.path} is no list`);
  if (!list.paged) {
    const page = await fetchPage(client, endpoint, call, call.query ?? {});
    yield { ...page, rows: page.rows.slice(0, limit) };
    return;
  }
  const first = Number(call.query?.['offset'] ?? 0);
  const fetchAt = (done: number) =>
    fetchPage(client, endpoint, call, {
      ...call.query,
      limit: Math.min(list.maxLimit, limit - done),
      offset: first + done,
    });
  let done = 0;
  let asked = Math.min(list.maxLimit, limit);
  let next: Promise<Page> | undefined = fetchAt(0);
  let previous: { row: string | undefined; mayRepeat: boolean } | undefined;
  while (next !== undefined) {
    const page: Page = await next;
    const row = JSON.stringify(page.rows[0]);
    if (row !== undefined && row === previous?.row) {
      // After more or fewer rows than were asked for, a repetition says that there is one page, and that was it.
      if (previous.mayRepeat) return;
      throw new CliError('server', `The service answered the same page twice: it seems to ignore offset`, {
        hint: 'Ask for one page with --limit and --offset.',
      });
    }
    previous = { row, mayRepeat: page.rows.length !== asked };
    const rows = page.rows.slice(0, limit - done);
    done += rows.length;
    // Only a total says that there are no more rows: a short page may be all that the service gives at once, and a
    // total below what has come already is wrong.
    const complete = page.total !== undefined && page.total === first + done;
    const more = rows.length > 0 && done < limit && !complete;
    if (more) asked = Math.min(list.maxLimit, limit - done);
    next = more ? fetchAt(done) : undefined;
    // A failure of the page ahead is reported when its turn comes, not as an unhandled rejection before.
    next?.catch(() => {});
    yield { ...page, rows };
  }
}
