/** `--from`: one request for each row of a manifest, by the command of any endpoint. */
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { decodeManifest, type Manifest, problemsError, readManifest } from '../bulk/manifest.ts';
import { commandName, type Endpoint } from '../convirza/catalogue/types.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { createdId } from '../convirza/envelope.ts';
import { isInDoubt } from '../convirza/retry.ts';
import { curlLine, REDACTED } from '../convirza/trace.ts';
import { createRowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import { confirm } from './ask.ts';
import { buildBody } from './body.ts';
import { BulkGate, itemsOfShard, runBulkCommand } from './bulk-run.ts';
import type { EndpointInput } from './endpoint.ts';
import { naturalKeyOf } from './endpoint-from-lookup.ts';
import {
  idColumns,
  knownColumns,
  type PlannedRequest,
  planRequests,
  takesBody,
} from './endpoint-from-plan.ts';
import { callOf, FromWork, StillInDoubt } from './endpoint-from-send.ts';
import { fileError, readStdin } from './input.ts';
import type { Invocation } from './invocation.ts';
import { previewObject } from './request-preview.ts';

/** What happened, for the summary, and what is happening. */
const WORDS: Readonly<Record<string, readonly [done: string, doing: string]>> = {
  create: ['created', 'Creating'],
  update: ['replaced', 'Replacing'],
  patch: ['changed', 'Changing'],
  delete: ['deleted', 'Deleting'],
  order: ['ordered', 'Ordering'],
  release: ['released', 'Releasing'],
};

const MAX_NAMED = 8;

export async function runFrom(invocation: Invocation, input: EndpointInput, from: string): Promise<void> {
  const { endpoint, options } = input;
  refuseMixture(invocation, input, from);
  const manifest = await read(invocation, endpoint, from, options.idColumn);
  const requests = await plan(invocation, input, manifest, from);
  if (requests.length === 0) {
    invocation.say(`${nameOf(from)} has no rows: there is nothing to do.`);
    if (options.curl !== true) await createRowSink(invocation.rowsOptions()).end();
    return;
  }
  const gate = new BulkGate(invocation.ctx, options);
  const client = await invocation.client(gate);
  const part = itemsOfShard(requests, ({ key }) => key, options);
  if (options.curl === true) return printCurl(invocation, client, input, part);
  if (options.dryRun === true) return printRequests(invocation, client, input, part);
  const { ctx, profile } = invocation;
  const [verb, heading] = WORDS[endpoint.verb] ?? ['done', 'Working'];
  const work = new FromWork(invocation, client, input);
  const hasTypes = manifest.format === 'json' || manifest.format === 'ndjson';
  await runBulkCommand(
    invocation,
    {
      command: commandName(endpoint),
      fingerprint: { service: client.base.href, profile, manifest: nameOf(from) },
      journalPath: from === '-' ? undefined : `${from}.journal`,
      failedPath:
        from === '-' && options.journal === undefined ? failedPath(endpoint, ctx.now(), hasTypes) : undefined,
      failedFormat: hasTypes ? 'ndjson' : 'csv',
      gate,
      items: requests,
      key: ({ key }) => key,
      hash: ({ hash }) => hash,
      label: ({ label }) => label,
      values: ({ values }) => values,
      work: (request, _prepared: undefined, context) => work.send(request, context),
      isInDoubt: (error) => error instanceof StillInDoubt || isInDoubt(error),
      settle: (request, context) => work.settle(request, context),
      // What was created is there; another content does not make it another record.
      changed: endpoint.method === 'POST' ? 'skip' : 'again',
      keep: (answer) => createdId(answer) ?? null,
      row: ({ number, path, body }, answer) => ({
        line: number,
        id: endpoint.method === 'POST' ? (createdId(answer) ?? null) : null,
        ...path,
        ...body,
        ...(isObject(answer) ? answer : {}),
      }),
      columns: ['line', 'id', ...(endpoint.body ?? []).map(({ name }) => name).slice(0, 4)],
      verb,
      heading,
      confirm:
        endpoint.danger === undefined
          ? undefined
          : (count) => confirm(invocation, describePlan(endpoint, count), options.yes),
    },
    options,
  );
}

function nameOf(from: string): string {
  return from === '-' ? 'standard input' : basename(from);
}

/** The rows say what the command line cannot say as well. */
function refuseMixture(
  { ctx, flags }: Invocation,
  { path, bodyFlags, options }: EndpointInput,
  from: string,
): void {
  if (Object.values(path).some((value) => value !== ''))
    throw new CliError('usage', 'With --from the ids come from the rows, not from the command line', {
      hint: 'Leave one of them out.',
    });
  if (from === '-' && bodyFlags.some((flag) => flag.kind === 'data' && flag.text === '-'))
    throw new CliError('usage', '--from - and --data - would both read standard input');
  if (options.failedTo !== undefined && resolve(ctx.cwd, options.failedTo) === resolve(ctx.cwd, from))
    throw new CliError('usage', '--failed-to would write over what --from reads', {
      hint: 'Give another file.',
    });
  if (flags.raw === true)
    throw new CliError('usage', '--raw shows one answer, and --from has many', { hint: 'Use --json.' });
}

async function read(
  invocation: Invocation,
  endpoint: Endpoint,
  from: string,
  idColumn: string | undefined,
): Promise<Manifest> {
  const [column] = idColumns(endpoint, idColumn);
  const known = knownColumns(endpoint, idColumn);
  if (from === '-') {
    const text = await readStdin(invocation, '--from');
    return checkLines(readManifest(text, { column, known }), column, from);
  }
  let bytes: Uint8Array;
  try {
    bytes = await readFile(resolve(invocation.ctx.cwd, from));
  } catch (error) {
    throw fileError(from, error);
  }
  return checkLines(readManifest(decodeManifest(bytes, from), { name: from, column, known }), column, from);
}

/** @throws CliError `usage` for a list of ids where none are taken */
function checkLines(manifest: Manifest, column: string | undefined, from: string): Manifest {
  if (manifest.format === 'lines' && column === undefined && manifest.rows.length > 0)
    throw new CliError(
      'usage',
      `${nameOf(from)} has one value a line, and nothing says which field that is`,
      {
        hint: 'Give CSV whose first line names the fields, JSON, or NDJSON.',
      },
    );
  return manifest;
}

/** @throws CliError `usage` with all problems, unless the rows that have some are to be left out */
async function plan(
  invocation: Invocation,
  { endpoint, bodyFlags, options }: EndpointInput,
  manifest: Manifest,
  from: string,
): Promise<PlannedRequest[]> {
  const planned = planRequests(endpoint, manifest, {
    defaults: takesBody(endpoint) ? await buildBody(invocation, bodyFlags) : undefined,
    allColumns: options.allColumns === true,
    idColumn: options.idColumn,
    naturalKey: naturalKeyOf(endpoint),
    now: invocation.ctx.now(),
  });
  const { leftOut } = planned;
  if (leftOut.length > 0) {
    const names = leftOut.slice(0, MAX_NAMED).join(', ');
    const more = leftOut.length > MAX_NAMED ? ` and ${leftOut.length - MAX_NAMED} more` : '';
    const all = takesBody(endpoint) ? ' --all-columns sends them.' : '';
    invocation.say(`Not sent, since ${commandName(endpoint)} has no such fields: ${names}${more}.${all}`);
  }
  const error = problemsError(manifest, planned.problems, nameOf(from));
  if (error === undefined) return planned.requests;
  if (options.skipInvalid !== true || planned.problems.some(({ number }) => number === 0)) throw error;
  const count = new Set(planned.problems.map(({ number }) => number)).size;
  invocation.warn(
    `${count} of ${manifest.rows.length} rows are left out (--skip-invalid). ${error.hint ?? error.message}`,
  );
  return planned.requests;
}

function failedPath({ family, verb }: Endpoint, now: number, hasTypes: boolean): string {
  const time = new Date(now).toISOString().replace(/[-:]|\..*$/g, '');
  return `${family}-${verb}-${time}.failed.${hasTypes ? 'ndjson' : 'csv'}`;
}

function describePlan({ family, verb, danger }: Endpoint, count: number): string {
  const what = `${verb.charAt(0).toUpperCase()}${verb.slice(1)} ${count} ${count === 1 ? `of ${family}` : family}`;
  return danger === 'cost' ? `${what} (it may cost money or be irreversible)` : what;
}

async function printCurl(
  invocation: Invocation,
  client: ConvirzaClient,
  input: EndpointInput,
  requests: readonly PlannedRequest[],
): Promise<void> {
  let hidden = false;
  for (const request of requests) {
    const line = curlLine(client.prepare(input.endpoint, callOf(input, request)), { signedIn: true });
    hidden ||= line.includes(REDACTED);
    await invocation.write(`${line}\n`);
  }
  if (hidden) invocation.warn(`Replace ${REDACTED} before you run it.`);
}

async function printRequests(
  invocation: Invocation,
  client: ConvirzaClient,
  input: EndpointInput,
  requests: readonly PlannedRequest[],
): Promise<void> {
  const sink = createRowSink(invocation.rowsOptions(['line', 'method', 'path', 'body']));
  for (const request of requests) {
    const shown = previewObject(client.prepare(input.endpoint, callOf(input, request))) as JsonObject;
    const { pathname, search } = new URL(String(shown['url']));
    const { method, body } = shown;
    await sink.page([{ line: request.number, method, path: `${pathname}${search}`, body }]);
  }
  await sink.end();
  invocation.say(
    `Nothing was sent (--dry-run): ${requests.length} ${requests.length === 1 ? 'request' : 'requests'}.`,
  );
}
