/** The command of any endpoint that is one request: send, then print what came back. */
import { type Endpoint, isMutation } from '../convirza/catalogue/types.ts';
import type { Call } from '../convirza/client.ts';
import { createdId } from '../convirza/envelope.ts';
import { DEFAULT_LIMIT, type Page, walk } from '../convirza/paging.ts';
import type { Query } from '../convirza/url.ts';
import type { Period } from '../convirza/windows.ts';
import { createRowSink, writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { confirm } from './ask.ts';
import { type BodyFlag, buildBody } from './body.ts';
import type { BulkFlags } from './bulk-flags.ts';
import type { Invocation } from './invocation.ts';
import { type PreviewFlags, preview } from './request-preview.ts';

/** What was typed, checked but not yet interpreted. */
export interface EndpointInput {
  endpoint: Endpoint;
  path: Readonly<Record<string, string>>;
  query: Query;
  bodyFlags: readonly BodyFlag[];
  options: EndpointOptions;
}

/** Flags of lists, of changes and of dangerous commands. */
export interface EndpointOptions extends PreviewFlags, BulkFlags {
  /** A manifest, or `-` for standard input. */
  from?: string;
  allColumns?: boolean;
  idColumn?: string;
  limit?: number;
  all?: boolean;
  yes?: boolean;
  watch?: number | true;
}

export async function runEndpoint(invocation: Invocation, input: EndpointInput): Promise<void> {
  if (input.options.from !== undefined)
    return (await import('./endpoint-from.ts')).runFrom(invocation, input, input.options.from);
  if (input.endpoint.list === undefined) return runSingle(invocation, input);
  if (input.options.watch === undefined || input.options.curl === true) return runList(invocation, input);
  if (invocation.flags.raw === true || invocation.flags.jq !== undefined)
    throw new CliError('usage', '--watch shows tables and the shapes of --output, not --raw or --jq');
  const { watchList } = await import('./watch.ts');
  await watchList(invocation, input);
}

/** The pages of a list as the flags ask for them. */
export async function* listPages(invocation: Invocation, input: EndpointInput): AsyncGenerator<Page> {
  const { endpoint, path, query, options } = input;
  const client = await invocation.client();
  const limit = options.all === true ? Number.POSITIVE_INFINITY : (options.limit ?? DEFAULT_LIMIT);
  const window = endpoint.list?.window;
  const windows = await periods(invocation, input);
  const walkOptions = { path, query, limit, signal: invocation.ctx.signal };
  const [first, second] = windows ?? [];
  if (window === undefined || windows === undefined || first === undefined)
    yield* walk(client, endpoint, walkOptions);
  else if (second === undefined) {
    // An end that nobody typed is sent all the same: "now" is later by the time the service looks at it.
    const whole = { ...query, [window.start]: first.start, [window.end]: first.end };
    yield* walk(client, endpoint, { ...walkOptions, query: whole });
  } else {
    const { walkWindows } = await import('../convirza/windows.ts');
    yield* walkWindows(client, endpoint, walkOptions, windows, window);
  }
}

/** The windows of a period; undefined where no period was asked for. */
async function periods(
  invocation: Invocation,
  { endpoint, query }: EndpointInput,
): Promise<Period[] | undefined> {
  const window = endpoint.list?.window;
  const start = window === undefined ? undefined : query[window.start];
  if (window === undefined || typeof start !== 'string') return undefined;
  if (window.unless !== undefined && query[window.unless] !== undefined) return undefined;
  const given = query[window.end];
  const end = given ?? new Date(invocation.ctx.now()).toISOString();
  if (Date.parse(String(end)) <= Date.parse(start))
    throw new CliError(
      'usage',
      given === undefined
        ? `--${window.start} (${start}) lies in the future`
        : `--${window.end} (${String(end)}) must be later than --${window.start} (${start})`,
    );
  const { splitPeriod } = await import('../convirza/windows.ts');
  return splitPeriod({ start, end: String(end) }, window.days);
}

async function runList(invocation: Invocation, input: EndpointInput): Promise<void> {
  const { endpoint, path, query, options } = input;
  const client = await invocation.client();
  const wanted = options.limit ?? DEFAULT_LIMIT;
  const first =
    endpoint.list?.paged === true ? { ...query, limit: Math.min(wanted, endpoint.list.maxLimit) } : query;
  if (options.curl === true) {
    // What the service would refuse as a whole is shown as it is sent: in parts.
    const [part, ...others] = (await periods(invocation, input)) ?? [];
    const window = endpoint.list?.window;
    const inParts = part !== undefined && others.length > 0 && window !== undefined;
    const shown = inParts ? { ...first, [window.start]: part.start, [window.end]: part.end } : first;
    await preview(invocation, options, client.prepare(endpoint, { path, query: shown }), { signedIn: true });
    if (inParts)
      invocation.say(
        `This is the first of ${others.length + 1} parts: the service answers at most ${window.days} days at once.`,
      );
    return;
  }
  const sink = createRowSink(invocation.rowsOptions(endpoint.columns));
  let count = 0;
  let total: number | undefined;
  for await (const page of listPages(invocation, input)) {
    if (invocation.flags.raw === true) await invocation.write(`${page.text}\n`);
    else await sink.page(page.rows);
    count += page.rows.length;
    total = page.total ?? total;
  }
  if (invocation.flags.raw === true) return;
  await sink.end();
  const skipped = Number(query['offset'] ?? 0);
  if (count === 0) invocation.say(skipped > 0 ? `Nothing at offset ${skipped}.` : 'Nothing found.');
  else if (total !== undefined && endpoint.list?.paged === true && skipped + count < total)
    invocation.say(`${count} of ${total} rows. All of them: --all; more of them: --limit or --offset.`);
  else if (total === undefined && options.all !== true && count === wanted)
    invocation.say(`The first ${count} rows; there may be more: --all or --limit.`);
}

/** What the endpoint is about, in the singular, out of its summary: "Create a user" → "user". */
function noun(endpoint: Endpoint): string {
  return /\ban? (.+?)(?: \(.*)?$/.exec(endpoint.summary)?.[1] ?? endpoint.family;
}

/** What a person is about to do: "Delete user 123". */
function describe({ endpoint, path }: EndpointInput, body: JsonObject | undefined): string {
  if (endpoint.danger === 'delete') return `Delete ${noun(endpoint)} ${Object.values(path).join(' ')}`;
  const summary = endpoint.summary.replace(/ \(.*\)$/, '');
  const given = body === undefined ? '' : ` ${JSON.stringify(body)}`;
  return `${summary}${given} (it may cost money or be irreversible)`;
}

async function readBody(
  invocation: Invocation,
  { endpoint, bodyFlags }: EndpointInput,
): Promise<JsonObject | undefined> {
  const body = await buildBody(invocation, bodyFlags);
  const takesBody = endpoint.method !== 'GET' && (endpoint.method !== 'DELETE' || endpoint.danger === 'cost');
  if (body !== undefined || !takesBody) return body;
  if (invocation.terminal.canAsk) {
    const { askFields } = await import('./form.ts');
    return askFields(invocation, endpoint);
  }
  throw new CliError('usage', `convirza ${endpoint.family} ${endpoint.verb} needs something to send`, {
    hint: 'Give fields by their flags, with --field name=value, or as JSON with --data.',
  });
}

async function runSingle(invocation: Invocation, input: EndpointInput): Promise<void> {
  const { endpoint, path, query, options } = input;
  const body = await readBody(invocation, input);
  const client = await invocation.client();
  const call: Call = {
    path,
    query,
    body: body === undefined ? undefined : { kind: 'json', value: body },
    signal: invocation.ctx.signal,
  };
  if (await preview(invocation, options, client.prepare(endpoint, call), { signedIn: true })) return;
  if (endpoint.danger !== undefined) await confirm(invocation, describe(input, body), options.yes);
  const answer = await client.call(endpoint, call);
  if (invocation.flags.raw === true) return invocation.write(`${answer.text}\n`);
  await writeRecord(answer.data, invocation.rowsOptions(endpoint.columns));
  if (isMutation(endpoint)) invocation.say(done(input, answer.data));
}

const DONE: Readonly<Record<string, string>> = {
  create: 'Created',
  update: 'Updated',
  patch: 'Changed',
  delete: 'Deleted',
  order: 'Ordered',
  release: 'Released',
};

function done({ endpoint, path }: EndpointInput, data: unknown): string {
  const verb = DONE[endpoint.verb] ?? 'Done';
  if (endpoint.danger === 'cost') return `${verb}.`;
  const id = Object.values(path).join(' ') || (endpoint.verb === 'create' ? createdId(data) : undefined);
  return `${verb} ${noun(endpoint)}${id === undefined || id === '' ? '' : ` ${id}`}.`;
}
