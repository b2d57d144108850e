/** The command of any endpoint that is one request: send, then print what came back. */
import { type Endpoint, isMutation } from '../convirza/catalogue/types.ts';
import { createdId } from '../convirza/envelope.ts';
import { DEFAULT_LIMIT, walk } from '../convirza/paging.ts';
import type { Query } from '../convirza/url.ts';
import { createRowSink, writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { confirm } from './ask.ts';
import { type BodyFlag, buildBody } from './body.ts';
import type { Invocation } from './invocation.ts';

/** What was typed, checked but not yet interpreted. */
export interface EndpointInput {
  endpoint: Endpoint;
  path: Readonly<Record<string, string>>;
  query: Query;
  bodyFlags: readonly BodyFlag[];
  /** Flags of lists and of dangerous commands. */
  options: { limit?: number; all?: boolean; yes?: boolean };
}

export async function runEndpoint(invocation: Invocation, input: EndpointInput): Promise<void> {
  if (input.endpoint.list !== undefined) return runList(invocation, input);
  return runSingle(invocation, input);
}

async function runList(invocation: Invocation, input: EndpointInput): Promise<void> {
  const { endpoint, path, query, options } = input;
  const { signal } = invocation.ctx;
  const sink = createRowSink(invocation.rowsOptions(endpoint.columns));
  const limit = options.all === true ? Number.POSITIVE_INFINITY : (options.limit ?? DEFAULT_LIMIT);
  const client = await invocation.client();
  let count = 0;
  let total: number | undefined;
  for await (const page of walk(client, endpoint, { path, query, limit, signal })) {
    await sink.page(page.rows);
    count += page.rows.length;
    total = page.total ?? total;
  }
  await sink.end();
  const skipped = Number(query['offset'] ?? 0);
  if (count === 0) invocation.say(skipped > 0 ? `Nothing at offset ${skipped}.` : 'Nothing found.');
  else if (total !== undefined && endpoint.list?.paged === true && skipped + count < total)
    invocation.say(`${count} of ${total} rows. All of them: --all; more of them: --limit or --offset.`);
}

/** What the endpoint is about, in the singular, out of its summary: "Create a user" → "user". */
function noun(endpoint: Endpoint): string {
  return /\ban? (.+?)(?: \(.*)?$/.exec(endpoint.summary)?.[1] ?? endpoint.family;
}

/** What a person is about to do: "Delete user 123". */
function describe(input: EndpointInput): string {
  const { endpoint, path, bodyFlags } = input;
  if (endpoint.danger === 'delete') return `Delete ${noun(endpoint)} ${Object.values(path).join(' ')}`;
  const given = bodyFlags.map((flag) =>
    flag.kind === 'typed' ? `${flag.param.name}=${String(flag.value)}` : flag.text,
  );
  const summary = endpoint.summary.replace(/ \(.*\)$/, '');
  return `${summary}${given.length > 0 ? `: ${given.join(', ')}` : ''} (it may cost money or be irreversible)`;
}

async function runSingle(invocation: Invocation, input: EndpointInput): Promise<void> {
  const { endpoint, path, query, bodyFlags, options } = input;
  const takesBody = endpoint.method !== 'GET' && (endpoint.method !== 'DELETE' || endpoint.danger === 'cost');
  const body = await buildBody(invocation, bodyFlags);
  if (body === undefined && takesBody)
    throw new CliError('usage', `convirza ${endpoint.family} ${endpoint.verb} needs something to send`, {
      hint: 'Give fields by their flags, with --field name=value, or as JSON with --data.',
    });
  if (endpoint.danger !== undefined) await confirm(invocation, describe(input), options.yes);
  const client = await invocation.client();
  const answer = await client.call(endpoint, {
    path,
    query,
    body: body === undefined ? undefined : { kind: 'json', value: body },
    signal: invocation.ctx.signal,
  });
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
