/** One HTTP exchange on undici: time limits, size limits, and failures told apart by whether anything was sent. */
import type { Readable } from 'node:stream';
import { setFlagsFromString } from 'node:v8';
import type { Dispatcher } from 'undici';
// By its files: its index touches a global that makes Node.js load the undici inside it as well, which doubles the
// time that a command takes.
import requestOn from 'undici/lib/api/api-request.js';
import Agent from 'undici/lib/dispatcher/agent.js';
import { CliError, errorCode } from '../shared/errors.ts';
import { isTlsError, type ProxySettings, usesProxy, withUsualCertificates } from '../shared/network.ts';
import type { RawAnswer } from './envelope.ts';
import { scrub, secretsOf, traceAnswer, traceRequest } from './trace.ts';
import { TransportError } from './transport-error.ts';

/** A body that can be sent again: `stream` is called anew for every attempt. */
export type Body =
  | { kind: 'json'; value: unknown }
  | { kind: 'stream'; contentType: string; bytes: number; stream: () => AsyncIterable<Uint8Array> };

export interface HttpRequest {
  method: string;
  url: URL;
  headers?: Readonly<Record<string, string>>;
  body?: Body | undefined;
}

/** An answer whose body is still on its way. */
export interface StreamedAnswer extends Omit<RawAnswer, 'text'> {
  body: AsyncIterable<Uint8Array>;
}

export interface TransportOptions {
  /** Longest silence in milliseconds: for the connection, for the first answer, between two pieces of it. */
  timeoutMs: number;
  userAgent: string;
  now: () => number;
  proxy?: ProxySettings | undefined;
  /** Certificates to trust beside the usual ones, PEM. */
  ca?: string | undefined;
  /** Told of every request and answer, without their secrets. */
  trace?: ((text: string) => void) | undefined;
}

/** An answer larger than this is not a page of rows, whatever it is. */
const MAX_ANSWER_BYTES = 256 * 1024 * 1024;

/** The request cannot have reached the service, or not as a whole: these happen before it is complete. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
]);

/** What will not be better a second later; so is anything about certificates. */
const LASTING = new Set(['ENOTFOUND', 'UND_ERR_INVALID_ARG', 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH']);

/** Explains a failure of the connection in words. */
function explain(code: string, url: URL, timeoutMs: number): { message: string; hint?: string } {
  const host = url.host;
  const seconds = timeoutMs / 1000;
  switch (code) {
    case 'ECONNREFUSED':
      return {
        message: `Nothing answers at ${host} (connection refused)`,
        hint: 'Check the address and that the server is running.',
      };
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return {
        message: `The host ${url.hostname} cannot be found`,
        hint: 'Check the spelling, your network and your DNS.',
      };
    case 'UND_ERR_CONNECT_TIMEOUT':
      return {
        message: `No connection to ${host} within ${Math.min(seconds, 10)} seconds`,
        hint: 'Check your network and proxy.',
      };
    case 'UND_ERR_HEADERS_TIMEOUT':
      return {
        message: `${host} did not answer within ${seconds} seconds`,
        hint: 'Try again, or allow more with --timeout.',
      };
    case 'UND_ERR_BODY_TIMEOUT':
      return {
        message: `The answer of ${host} stopped for ${seconds} seconds`,
        hint: 'Try again, or allow more with --timeout.',
      };
    case 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH':
      return {
        message: 'The file changed while it was being sent',
        hint: 'Upload it again when it is complete.',
      };
    case 'UND_ERR_INVALID_ARG':
      return {
        message:
          'The request cannot be made: a part of it, such as the token, holds characters that HTTP forbids',
      };
  }
  if (/^(ERR_SSL_|EPROTO)/.test(code))
    return {
      message: `${host} does not speak TLS as expected (${code})`,
      hint: 'Check the scheme and the port of the address.',
    };
  if (isTlsError(code))
    return {
      message: `The certificate of ${host} is not trusted (${code})`,
      hint: 'If a company proxy signs it, point NODE_EXTRA_CA_CERTS at its certificate.',
    };
  return {
    message: `The connection to ${host} broke off before the answer was complete${code === '' ? '' : ` (${code})`}`,
  };
}

interface Dispatchers {
  direct: Dispatcher;
  proxied: Dispatcher | undefined;
}

async function openDispatchers({ timeoutMs, ca, proxy }: TransportOptions): Promise<Dispatchers> {
  // undici's HTTP parser is one large WebAssembly function. Optimizing it takes longer than most commands run, and
  // the process would wait for it at its end.
  setFlagsFromString('--wasm-tiering-budget=1000000000');
  const limits = { headersTimeout: timeoutMs, bodyTimeout: timeoutMs };
  const connect = {
    timeout: Math.min(timeoutMs, 10_000),
    ...(ca === undefined ? {} : { ca: await withUsualCertificates(ca) }),
  };
  const direct = new Agent({ ...limits, connect });
  if (proxy === undefined) return { direct, proxied: undefined };
  const { proxiedDispatcher } = await import('./proxied.ts');
  return { direct, proxied: proxiedDispatcher({ url: proxy.url, ...limits, connect }) };
}

/** HTTP with one pool of connections. */
export class Transport {
  readonly #options: TransportOptions;
  #dispatchers: Promise<Dispatchers> | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /**
   * Sends one request, once. Redirects are not followed: the token must not go to another host.
   *
   * @returns the answer, whatever its status
   * @throws TransportError when there is no whole answer; the signal's reason when it aborts
   */
  async send(request: HttpRequest, signal?: AbortSignal): Promise<RawAnswer> {
    const { now, trace } = this.#options;
    const whole = { ...request, headers: { accept: 'application/json', ...this.#headers(request) } };
    const begun = now();
    return this.#exchange(whole, signal, async (answer, headers, endpoint) => {
      const text = await readText(await decompress(answer.body, headers['content-encoding']), endpoint);
      const raw = { status: answer.statusCode, headers, text, endpoint, timestamp: this.#timestamp() };
      trace?.(scrub(traceAnswer(raw, now() - begun), secretsOf(whole)));
      return raw;
    });
  }

  /**
   * Sends one request, once, and hands its answer over as it comes, of any size. Redirects are not followed.
   *
   * @param read takes the answer, whatever its status; what it leaves of the body is not waited for. Of what it throws
   * all but CliErrors count as failures of the connection
   * @throws TransportError when the connection breaks off, also while `read` is at it; the signal's reason when it
   * aborts
   */
  async stream<T>(
    request: HttpRequest,
    read: (answer: StreamedAnswer) => Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const { now, trace } = this.#options;
    const whole = { ...request, headers: { 'accept-encoding': 'identity', ...this.#headers(request) } };
    const begun = now();
    return this.#exchange(whole, signal, async (answer, headers, endpoint) => {
      const status = answer.statusCode;
      const head = { status, headers, endpoint, timestamp: this.#timestamp() };
      trace?.(scrub(traceAnswer({ ...head, text: '' }, now() - begun), secretsOf(whole)));
      try {
        return await read({ ...head, body: await decompress(answer.body, headers['content-encoding']) });
      } finally {
        // Whoever wants no more of it has heard all that matters.
        answer.body.on('error', () => {});
        answer.body.destroy();
      }
    });
  }

  #headers({ headers, body }: HttpRequest): Record<string, string> {
    const all: Record<string, string> = { 'user-agent': this.#options.userAgent, ...headers };
    if (body?.kind === 'json') all['content-type'] = 'application/json';
    else if (body !== undefined) {
      all['content-type'] = body.contentType;
      all['content-length'] = String(body.bytes);
    }
    return all;
  }

  async #exchange<T>(
    request: HttpRequest & { headers: Record<string, string> },
    signal: AbortSignal | undefined,
    read: (answer: Dispatcher.ResponseData, headers: Record<string, string>, endpoint: string) => Promise<T>,
  ): Promise<T> {
    const { method, url, headers, body } = request;
    const endpoint = `${method} ${url.origin}${url.pathname}`;
    const { now, trace, proxy } = this.#options;
    trace?.(traceRequest(request));
    const begun = now();
    try {
      this.#dispatchers ??= openDispatchers(this.#options);
      const { direct, proxied } = await this.#dispatchers;
      const dispatcher = usesProxy(url, proxy) ? (proxied ?? direct) : direct;
      const sent = body?.kind === 'json' ? JSON.stringify(body.value) : body?.stream();
      const answer = await requestOn.call(dispatcher, {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: method as Dispatcher.HttpMethod,
        headers,
        // undici's types name Node's own streams only; it takes any async iterable.
        body: sent as string,
        ...(signal === undefined ? {} : { signal }),
      });
      return await read(answer, flatHeaders(answer.headers), endpoint);
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      // A mistake of ours is no failure of the network.
      if (error instanceof CliError || (error instanceof TypeError && errorCode(error) === undefined))
        throw error;
      const failure = this.#failure(error, request, endpoint);
      trace?.(`< ${failure.message} after ${Math.round(now() - begun)} ms`);
      throw failure;
    }
  }

  #failure(error: unknown, request: HttpRequest, endpoint: string): TransportError {
    const code = errorCode(error) ?? errorCode((error as { cause?: unknown }).cause) ?? '';
    const { message, hint } = explain(code, request.url, this.#options.timeoutMs);
    const certificate = isTlsError(code);
    // A route that vanishes under an open connection has the same code as one that was never there.
    const connected = ['read', 'write'].includes((error as { syscall?: string }).syscall ?? '');
    return new TransportError(message, {
      sent: !certificate && (connected || !NOT_SENT.has(code)),
      passing: !certificate && !LASTING.has(code),
      endpoint,
      timestamp: this.#timestamp(),
      cause: error,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  #timestamp(): string {
    return new Date(this.#options.now()).toISOString();
  }

  /** Closes idle connections so that the process can end. */
  async close(): Promise<void> {
    const open = await this.#dispatchers;
    await Promise.all([open?.direct.destroy(), open?.proxied?.destroy()]);
  }
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
}

/** Undoes a compression that was not asked for; some gateways compress all the same. */
async function decompress(body: Readable, encoding: string | undefined): Promise<AsyncIterable<Buffer>> {
  const coding = encoding?.trim().toLowerCase() ?? '';
  if (!/^(x-)?gzip$|^deflate$|^br$/.test(coding)) return body;
  const [zlib, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  const decoder = coding === 'br' ? zlib.createBrotliDecompress() : zlib.createUnzip();
  // The reader of the decoder hears of every failure.
  pipeline(body, decoder, () => {});
  return decoder;
}

async function readText(body: AsyncIterable<Buffer>, endpoint: string): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of body) {
    bytes += part.length;
    if (bytes > MAX_ANSWER_BYTES)
      throw new CliError('server', `The answer is larger than ${MAX_ANSWER_BYTES / 1024 / 1024} MB`, {
        endpoint,
      });
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
