/** One HTTP exchange on undici: time limits, size limits, and failures told apart by whether anything was sent. */
import tls from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request as undiciRequest } from 'undici';
import { CliError, errorCode } from '../shared/errors.ts';
import type { RawAnswer } from './envelope.ts';
import { traceAnswer, traceRequest } from './trace.ts';
import { isLoopback } from './url.ts';

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

export interface TransportOptions {
  /** Longest silence in milliseconds: for the connection, for the first answer, between two pieces of it. */
  timeoutMs: number;
  userAgent: string;
  now: () => number;
  /** HTTP proxy for everything beyond this machine, and the hosts that are reached without it. */
  proxy?: { url: string; except: string } | undefined;
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

/** A failed exchange. `sent` says whether the service may have seen the request. */
export class TransportError extends CliError {
  readonly sent: boolean;
  /** A certificate or an address that does not exist will not be better a second later. */
  readonly passing: boolean;

  constructor(
    message: string,
    details: {
      sent: boolean;
      passing: boolean;
      endpoint: string;
      hint?: string;
      timestamp: string;
      cause: unknown;
    },
  ) {
    super('network', message, details);
    this.sent = details.sent;
    this.passing = details.passing;
  }
}

function isCertificateError(code: string): boolean {
  return /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|EPROTO)/.test(code);
}

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
  if (isCertificateError(code))
    return {
      message: `The certificate of ${host} is not trusted (${code})`,
      hint: 'If a company proxy signs it, point NODE_EXTRA_CA_CERTS at its certificate.',
    };
  return {
    message: `The connection to ${host} broke off before the answer was complete${code === '' ? '' : ` (${code})`}`,
  };
}

/** What Node.js trusts by itself; newer versions also say what NODE_EXTRA_CA_CERTS added. */
function usualCertificates(): readonly string[] {
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };
  return getCACertificates?.('default') ?? tls.rootCertificates;
}

/** HTTP with one pool of connections. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #direct: Dispatcher;
  readonly #proxied: Dispatcher | undefined;

  constructor(options: TransportOptions) {
    this.#options = options;
    const ca = options.ca === undefined ? {} : { ca: [...usualCertificates(), options.ca] };
    const limits = { headersTimeout: options.timeoutMs, bodyTimeout: options.timeoutMs };
    const connect = { timeout: Math.min(options.timeoutMs, 10_000), ...ca };
    this.#direct = new Agent({ ...limits, connect });
    const { proxy } = options;
    if (proxy !== undefined)
      this.#proxied = new EnvHttpProxyAgent({
        ...limits,
        httpProxy: proxy.url,
        httpsProxy: proxy.url,
        noProxy: proxy.except,
        requestTls: ca,
        connect,
      });
  }

  /**
   * Sends one request, once. Redirects are not followed: the token must not go to another host.
   *
   * @returns the answer, whatever its status
   * @throws TransportError when there is no whole answer; the signal's reason when it aborts
   */
  async send(request: HttpRequest, signal?: AbortSignal): Promise<RawAnswer> {
    const endpoint = `${request.method} ${request.url.origin}${request.url.pathname}`;
    const headers: Record<string, string> = {
      accept: 'application/json',
      'user-agent': this.#options.userAgent,
      ...request.headers,
    };
    let body: string | AsyncIterable<Uint8Array> | undefined;
    if (request.body?.kind === 'json') {
      headers['content-type'] = 'application/json';
      body = JSON.stringify(request.body.value);
    } else if (request.body !== undefined) {
      headers['content-type'] = request.body.contentType;
      headers['content-length'] = String(request.body.bytes);
      body = request.body.stream();
    }
    const { now, trace } = this.#options;
    trace?.(traceRequest({ ...request, headers }));
    const begun = now();
    try {
      const answer = await undiciRequest(request.url, {
        method: request.method as Dispatcher.HttpMethod,
        headers,
        // undici's types name Node's own streams only; it takes any async iterable.
        body: body as string,
        dispatcher: this.#proxied === undefined || isLoopback(request.url) ? this.#direct : this.#proxied,
        ...(signal === undefined ? {} : { signal }),
      });
      const raw = {
        status: answer.statusCode,
        headers: flatHeaders(answer.headers),
        text: await readText(answer.body, endpoint),
        endpoint,
        timestamp: this.#timestamp(),
      };
      trace?.(traceAnswer(raw, now() - begun));
      return raw;
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof CliError) throw error;
      const failure = this.#failure(error, request, endpoint);
      trace?.(`< ${failure.message} after ${Math.round(now() - begun)} ms`);
      throw failure;
    }
  }

  #failure(error: unknown, request: HttpRequest, endpoint: string): TransportError {
    const code = errorCode(error) ?? errorCode((error as { cause?: unknown }).cause) ?? '';
    const { message, hint } = explain(code, request.url, this.#options.timeoutMs);
    const certificate = isCertificateError(code);
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
    await Promise.all([this.#direct.destroy(), this.#proxied?.destroy()]);
  }
}

function flatHeaders(headers: Record<string, string | string[] | undefined>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) flat[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return flat;
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
