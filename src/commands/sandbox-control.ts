/** Commands to a sandbox that runs: its control endpoints, `/_sandbox/…`. */
import { parseBaseUrl } from '../convirza/url.ts';
import { exportLines } from '../output/exports.ts';
import { createRowSink, writeRecord } from '../output/rows.ts';
import type { Shell } from '../output/shells.ts';
import { CliError } from '../shared/errors.ts';
import { isObject, parseJson } from '../shared/json.ts';
import type { Invocation } from './invocation.ts';

/** Which sandbox is meant. */
export interface RemoteFlags {
  url?: string;
}

const DEFAULT_URL = 'http://127.0.0.1:4010';

function addressOf(invocation: Invocation, { url }: RemoteFlags): URL {
  const variable = invocation.ctx.env['CONVIRZA_SANDBOX_URL'];
  const named = url ?? (variable === '' ? undefined : variable);
  const origin = url === undefined && named !== undefined ? 'CONVIRZA_SANDBOX_URL' : '--url';
  return parseBaseUrl(named ?? DEFAULT_URL, origin, 'http', invocation.flags.insecureHttp === true);
}

/**
 * Sends one control request.
 *
 * @returns the document that it answers
 * @throws CliError `network` when nothing answers, `rejected` for what the sandbox does not take, `not_found` when
 * something else than a sandbox answers
 */
export async function control(
  invocation: Invocation,
  flags: RemoteFlags,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  name: string,
  value?: unknown,
): Promise<unknown> {
  const base = addressOf(invocation, flags);
  const [path = '', query = ''] = name.split('?');
  const url = new URL(base.href);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}/_sandbox/${path}`;
  url.search = query;
  const transport = await invocation.makeTransport();
  const body = value === undefined ? undefined : ({ kind: 'json', value } as const);
  const answer = await transport
    .send({ method, url, body }, invocation.ctx.signal)
    .catch((error: unknown) => {
      if (!(error instanceof CliError) || error.type !== 'network') throw error;
      throw new CliError('network', error.message, {
        hint: 'Start one with convirza sandbox start, or name its address with --url.',
        endpoint: error.endpoint,
        cause: error,
      });
    });
  const document = parseJson(answer.text)?.value;
  if (answer.status === 200 && document !== undefined) return document;
  const message = isObject(document) ? document['message'] : undefined;
  // Its own refusals have the envelope of the service; anybody else's 404 says something else.
  if ([400, 413].includes(answer.status) && typeof message === 'string')
    throw new CliError('rejected', message, { status: answer.status, endpoint: answer.endpoint });
  throw new CliError(
    'not_found',
    `${base.origin} is no sandbox, or one of another version (HTTP ${answer.status})`,
    {
      hint: 'Name its address with --url.',
      status: answer.status,
      endpoint: answer.endpoint,
    },
  );
}

/** @throws CliError `not_found` for an answer of another shape */
function asRows(document: unknown): Record<string, unknown>[] {
  if (Array.isArray(document) && document.every(isObject)) return document;
  throw new CliError('not_found', 'The sandbox answered something else than a list', {
    hint: 'It may be of another version.',
  });
}

/** Rows of a control endpoint. */
export async function controlRows(
  invocation: Invocation,
  flags: RemoteFlags,
  name: string,
): Promise<Record<string, unknown>[]> {
  return asRows(await control(invocation, flags, 'GET', name));
}

export async function runSandboxEnv(
  invocation: Invocation,
  flags: RemoteFlags & { shell?: Shell },
): Promise<void> {
  const info = await control(invocation, flags, 'GET', 'info');
  const { url, env } = isObject(info) ? info : {};
  const isText = (value: unknown): value is string => typeof value === 'string';
  if (!isText(url) || !isObject(env) || !Object.entries(env).every(isVariable))
    throw new CliError('not_found', 'The sandbox did not say how it is reached', {
      hint: 'It may be of another version.',
    });
  const variables = { ...(env as Record<string, string>), CONVIRZA_SANDBOX_URL: url };
  if (invocation.format !== 'table') return writeRecord(variables, invocation.rowsOptions());
  const shell = flags.shell ?? (invocation.ctx.platform === 'win32' ? 'powershell' : 'bash');
  await invocation.write(exportLines(shell, variables));
}

/** A shell will run it: nothing but plain names and texts without control characters. */
function isVariable([name, value]: [string, unknown]): boolean {
  return /^[A-Z][A-Z0-9_]*$/.test(name) && typeof value === 'string' && !/\p{Cc}/u.test(value);
}

export async function runSandboxReset(invocation: Invocation, flags: RemoteFlags): Promise<void> {
  await control(invocation, flags, 'POST', 'reset');
  invocation.say('The sandbox is as it was at its start.');
}

export async function runFaultsList(invocation: Invocation, flags: RemoteFlags): Promise<void> {
  const { snakeCased } = await import('../sandbox/voice/names.ts');
  const found = await controlRows(invocation, flags, 'faults?counts=1');
  const rows = found.map(({ rule, acted, seen }) => {
    const { headers, ...plain } = isObject(rule) ? rule : {};
    const fields = snakeCased(plain) as object;
    return { ...fields, ...(headers === undefined ? {} : { headers }), acted, seen };
  });
  const sink = createRowSink(
    invocation.rowsOptions(['method', 'path', 'status', 'reset', 'delay_ms', 'times', 'acted']),
  );
  await sink.page(rows);
  await sink.end();
  if (rows.length === 0) invocation.say('No fault rules are in force.');
}

export async function runFaultsSet(invocation: Invocation, file: string, flags: RemoteFlags): Promise<void> {
  const { readFaultRules } = await import('./sandbox-rules.ts');
  const rules = await readFaultRules(invocation, file);
  await control(invocation, flags, 'PUT', 'faults', rules);
  invocation.say(`In force: ${rules.length} fault ${rules.length === 1 ? 'rule' : 'rules'}.`);
}

export async function runFaultsClear(invocation: Invocation, flags: RemoteFlags): Promise<void> {
  await control(invocation, flags, 'DELETE', 'faults');
  invocation.say('No fault rules are in force.');
}

export async function runVoiceSet(invocation: Invocation, file: string, flags: RemoteFlags): Promise<void> {
  const { loadVoiceDocument } = await import('../sandbox/voice/script-file.ts');
  const document = await loadVoiceDocument(file, invocation.ctx.cwd);
  await control(invocation, flags, 'POST', 'voice', sendable(document));
  invocation.say('The script holds for the connections that come from now on.');
}

/** JSON has no word for `.inf`, which YAML has; the document knows `unlimited`. */
function sendable(value: unknown): unknown {
  if (value === Number.POSITIVE_INFINITY) return 'unlimited';
  if (Array.isArray(value)) return value.map(sendable);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, sendable(field)]));
}

export async function runVoiceSessions(invocation: Invocation, flags: RemoteFlags): Promise<void> {
  const report = await control(invocation, flags, 'GET', 'voice');
  const rows = asRows(isObject(report) ? report['sessions'] : undefined);
  const columns = ['connection', 'opened_at', 'closed_at', 'close_code', 'turns', 'audio_bytes_in', 'errors'];
  const sink = createRowSink(invocation.rowsOptions(columns));
  await sink.page(rows);
  await sink.end();
  if (rows.length === 0) invocation.say('There was no voice session yet.');
}
