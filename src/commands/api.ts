/** `api`: any request with the same credentials, retries and output. */
import { type Endpoint, isRepeatable, type Method } from '../convirza/catalogue/types.ts';
import { findRows } from '../convirza/envelope.ts';
import { walk } from '../convirza/paging.ts';
import type { Body } from '../convirza/transport.ts';
import type { Query } from '../convirza/url.ts';
import { createRowSink, writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { type JsonObject, parseJson } from '../shared/json.ts';
import { buildBody } from './body.ts';
import { readStdin, readTextFile } from './input.ts';
import type { Invocation } from './invocation.ts';
import { type PreviewFlags, preview } from './request-preview.ts';

export interface ApiOptions extends PreviewFlags {
  fields: readonly string[];
  input?: string;
  all?: boolean;
  limit?: number;
}

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

async function readInput(invocation: Invocation, from: string): Promise<unknown> {
  const text = from === '-' ? await readStdin(invocation, '--input') : await readTextFile(invocation, from);
  const parsed = parseJson(text);
  if (parsed === undefined) throw new CliError('usage', `--input ${from} is not JSON`);
  return parsed.value;
}

function asQuery(fields: JsonObject): Query {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

export async function runApi(
  invocation: Invocation,
  typed: string,
  path: string,
  options: ApiOptions,
): Promise<void> {
  const method = typed.toUpperCase();
  if (!METHODS.includes(method))
    throw new CliError('usage', `${JSON.stringify(typed)} is no method`, {
      hint: `There are: ${METHODS.join(', ')}.`,
    });
  const fields = await buildBody(
    invocation,
    options.fields.map((text) => ({ kind: 'field', text })),
  );
  const given = options.input === undefined ? undefined : await readInput(invocation, options.input);
  const isGet = method === 'GET';
  if (given !== undefined && isGet)
    throw new CliError('usage', 'A GET has no body: --input goes with another method');
  // Beside --input the fields travel in the query, as they always do with a GET.
  const query = fields !== undefined && (isGet || given !== undefined) ? asQuery(fields) : {};
  const value = given ?? (isGet ? undefined : fields);
  const body: Body | undefined = value === undefined ? undefined : { kind: 'json', value };
  const client = await invocation.client();
  const request = client.prepareRaw(method, path, { query, body });
  if (await preview(invocation, options, request, { signedIn: true })) return;
  const { signal } = invocation.ctx;
  if (options.all === true || options.limit !== undefined) {
    if (!isGet) throw new CliError('usage', '--all and --limit go with GET');
    const limit = options.all === true ? Number.POSITIVE_INFINITY : (options.limit ?? 1);
    const sink = createRowSink(invocation.rowsOptions());
    for await (const page of walk(client, listAt(request.url, client.base), {
      limit,
      query: queryOf(request.url),
      signal,
    })) {
      if (invocation.flags.raw === true) await invocation.write(`${page.text}\n`);
      else await sink.page(page.rows);
    }
    if (invocation.flags.raw !== true) await sink.end();
    return;
  }
  const answer = await client.send(method, path, {
    query,
    body,
    signal,
    repeatable: isRepeatable({ method: method as Method }),
  });
  if (invocation.flags.raw === true) return invocation.write(`${answer.text}\n`);
  const rows = isGet ? findRows(answer.data)?.rows : undefined;
  if (rows === undefined) return writeRecord(answer.data, invocation.rowsOptions());
  const sink = createRowSink(invocation.rowsOptions());
  await sink.page(rows);
  await sink.end();
}

function queryOf(url: URL): Query {
  return Object.fromEntries(url.searchParams);
}

/** An endpoint that is not in the catalogue, as a paged list. */
function listAt(url: URL, base: URL): Endpoint {
  // As it is, percent signs and all: decoded once more it might mean another place.
  const path = url.pathname.slice(base.pathname.replace(/\/+$/, '').length);
  return {
    family: 'api',
    verb: 'get',
    summary: '',
    service: 'api',
    method: 'GET',
    path,
    title: '',
    evidence: 'documented',
    list: { paged: true, maxLimit: 200 },
    examples: ['api', 'api'],
  };
}
