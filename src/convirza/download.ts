/**
 * Fetching files by the addresses that the service names (reference, section 8: the `url` of a prompt is relative, and
 * its host is not documented).
 */
import { CliError } from '../shared/errors.ts';
import { isLoopback } from '../shared/network.ts';
import { retryAfterMs } from '../shared/wait.ts';
import type { ConvirzaClient } from './client.ts';
import { errorOfAnswer, type RawAnswer } from './envelope.ts';
import { mayRetry, type RetryPolicy, retryDelayMs } from './retry.ts';
import type { StreamedAnswer } from './transport.ts';
import { TransportError } from './transport-error.ts';

const MAX_REDIRECTS = 5;
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/** A file whose bytes are still on their way. */
export interface IncomingFile {
  /** Where it came from in the end. */
  url: URL;
  contentType: string | undefined;
  /** Length of the whole, where the server says it. */
  bytes: number | undefined;
  /** Fails with a TransportError when it ends before the stated length. */
  body: AsyncIterable<Uint8Array>;
}

export interface DownloadOptions {
  retry: RetryPolicy;
  now: () => number;
  random: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  signal?: AbortSignal | undefined;
  onRetry?: (reason: string, delayMs: number) => void;
  /** Whether plain `http:` is accepted beyond this machine. */
  allowInsecure: boolean;
}

/** Where relative addresses begin when nobody says otherwise: at the root of the API's host (inferred). */
export function defaultUrlBase(apiUrl: URL): URL {
  return new URL('/', apiUrl);
}

/**
 * The address of a file as the service names it.
 *
 * @param base what a relative one is put behind
 * @returns undefined when it is no address at all
 */
export function fileAddress(text: string, base: URL): URL | undefined {
  const named = text.trim();
  const isWhole = /^[a-z][a-z0-9+.-]*:/i.test(named) || named.startsWith('//');
  const full = isWhole ? named : `${base.href.replace(/\/+$/, '')}/${named.replace(/^[\\/]+/, '')}`;
  return named !== '' && URL.canParse(full, base.href) ? new URL(full, base.href) : undefined;
}

/**
 * Fetches one file, over redirects, and again when it breaks off. The token goes to the API's own host alone, and to
 * nobody once a redirect has left it.
 *
 * @param receive takes the file; called anew for every attempt. What it throws as CliError ends the download
 * @throws CliError of the status that the server answered; TransportError
 */
export async function download<T>(
  client: ConvirzaClient,
  address: URL,
  receive: (file: IncomingFile) => Promise<T>,
  options: DownloadOptions,
): Promise<T> {
  const { retry, now, random, sleep, signal, onRetry } = options;
  for (let attempt = 0; ; attempt++) {
    let outcome: { result: T } | { refused: RawAnswer } | TransportError;
    try {
      outcome = await follow(client, address, receive, options);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      outcome = error;
    }
    if ('result' in outcome) return outcome.result;
    const failure = outcome instanceof TransportError ? outcome : outcome.refused;
    if (attempt >= retry.retries || !mayRetry(failure, true)) throw failureOf(failure);
    const asked =
      failure instanceof TransportError ? undefined : retryAfterMs(failure.headers['retry-after'], now());
    const delayMs = retryDelayMs(attempt, retry, random(), asked);
    onRetry?.(failure instanceof TransportError ? failure.message : `HTTP ${failure.status}`, delayMs);
    await sleep(delayMs, signal);
  }
}

function failureOf(failure: RawAnswer | TransportError): CliError {
  return failure instanceof TransportError ? failure : errorOfAnswer(failure);
}

async function follow<T>(
  client: ConvirzaClient,
  address: URL,
  receive: (file: IncomingFile) => Promise<T>,
  { signal, allowInsecure }: DownloadOptions,
): Promise<{ result: T } | { refused: RawAnswer }> {
  let url = address;
  let signed = true;
  for (let hops = 0; ; hops++) {
    checkAddress(url, client.base, allowInsecure);
    signed &&= url.origin === client.base.origin;
    const from = url;
    const outcome = await client.stream(url, (answer) => receive(incoming(from, answer)), { signal, signed });
    if ('result' in outcome || !REDIRECTS.has(outcome.refused.status)) return outcome;
    const location = outcome.refused.headers['location'] ?? '';
    if (location === '' || !URL.canParse(location, url.href)) return outcome;
    if (hops >= MAX_REDIRECTS)
      throw new CliError('server', `${address.host} redirects more than ${MAX_REDIRECTS} times`);
    url = new URL(location, url.href);
  }
}

/** @throws CliError for an address that no file is fetched from */
function checkAddress(url: URL, api: URL, allowInsecure: boolean): void {
  const refuse = (why: string, hint?: string) =>
    new CliError('server', `The service names the address ${url.origin}${url.pathname}, ${why}`, { hint });
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refuse('which is no web address');
  if (url.username !== '' || url.password !== '') throw refuse('which holds a user name or a password');
  if (isLoopback(url)) {
    if (!isLoopback(api)) throw refuse('which is on this machine');
  } else if (url.protocol === 'http:' && !allowInsecure)
    throw refuse('which is not encrypted', 'Say --insecure-http if you mean it.');
}

function incoming(url: URL, answer: StreamedAnswer): IncomingFile {
  const { headers, body, endpoint, timestamp } = answer;
  const coding = headers['content-encoding']?.trim().toLowerCase() ?? '';
  const length = headers['content-length']?.trim() ?? '';
  const isPlain = coding === '' || coding === 'identity';
  const bytes = isPlain && /^\d{1,15}$/.test(length) ? Number(length) : undefined;
  return {
    url,
    contentType: headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase(),
    bytes,
    body: bytes === undefined ? body : counted(body, bytes, { endpoint, timestamp }),
  };
}

async function* counted(
  body: AsyncIterable<Uint8Array>,
  bytes: number,
  where: { endpoint: string; timestamp: string },
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const part of body) {
    seen += part.length;
    yield part;
  }
  if (seen === bytes) return;
  throw new TransportError(`The file ended after ${seen} of ${bytes} bytes`, {
    ...where,
    sent: true,
    passing: true,
    cause: undefined,
  });
}
