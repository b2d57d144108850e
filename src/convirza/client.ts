/** The Convirza client: credentials, retries, one refresh on 401, and answers as data or as one typed error. */

import { retryAfterMs } from '../shared/wait.ts';
import { commandName, type Endpoint, isRepeatable, type Method } from './catalogue/types.ts';
import { type Answer, errorOfAnswer, type RawAnswer, readAnswer } from './envelope.ts';
import type { Override } from './override.ts';
import { mayRetry, type RetryPolicy, retryDelayMs } from './retry.ts';
import type { TokenSource } from './tokens.ts';
import { scrub, secretsOf } from './trace.ts';
import type { Body, HttpRequest, StreamedAnswer, Transport } from './transport.ts';
import { TransportError } from './transport-error.ts';
import { apiPath, buildUrl, fillPath, type Query } from './url.ts';

/** What is worth telling a waiting person. */
export interface RetryNotice {
  reason: string;
  delayMs: number;
  attempt: number;
  retries: number;
}

/** What many requests side by side have in common: how fast they may be sent. */
export interface RequestGate {
  /** Resolves when the next request may be sent; rejects with the reason of the signal. */
  ready(signal?: AbortSignal): Promise<void>;
  /** Told when the service refused a request for being one too many; `holdMs` is what it asked for. */
  refused(holdMs?: number): void;
}

export interface ClientOptions {
  apiUrl: URL;
  oauthUrl: URL;
  transport: Transport;
  /** Without it only the OAuth calls, which carry no token, can be made. */
  tokens?: TokenSource | undefined;
  retry: RetryPolicy;
  now: () => number;
  random: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  onRetry?: (notice: RetryNotice) => void;
  /** Bounds the rate of all requests of this client together. */
  gate?: RequestGate | undefined;
  /** Corrections of single endpoints by the user, by command (`tags update`). */
  overrides?: ReadonlyMap<string, Override> | undefined;
}

/** The parts of one call of an endpoint. */
export interface Call {
  path?: Readonly<Record<string, string>>;
  query?: Query;
  body?: Body | undefined;
  signal?: AbortSignal | undefined;
  /** Overrides whether the request may be sent again after a failure in doubt. */
  repeatable?: boolean;
}

export class ConvirzaClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /** The base URL of the API. */
  get base(): URL {
    return this.#options.apiUrl;
  }

  /** The endpoint as this machine's settings have it. */
  resolve(endpoint: Endpoint): Endpoint {
    const override = this.#options.overrides?.get(commandName(endpoint));
    return override === undefined ? endpoint : { ...endpoint, ...override };
  }

  /** The request that `call` would send, without its credentials. */
  prepare(endpoint: Endpoint, call: Call = {}): HttpRequest {
    const { method, path, service } = this.resolve(endpoint);
    const base = service === 'oauth' ? this.#options.oauthUrl : this.#options.apiUrl;
    return { method, url: buildUrl(base, fillPath(path, call.path ?? {}), call.query), body: call.body };
  }

  /**
   * Calls one endpoint of the catalogue.
   *
   * @throws CliError with status, request id, endpoint and time where the service answered; `network` otherwise
   */
  async call(endpoint: Endpoint, call: Call = {}): Promise<Answer> {
    const actual = this.resolve(endpoint);
    const request = this.prepare(endpoint, call);
    const repeatable = call.repeatable ?? isRepeatable(actual);
    const raw =
      actual.service === 'oauth'
        ? await this.#sendWithRetries(request, repeatable, call.signal)
        : await this.#sendSignedIn(request, repeatable, call.signal);
    if (!isSuccess(raw.status)) {
      const corrected = actual === endpoint ? undefined : `${actual.method} ${actual.path}`;
      throw errorOfAnswer(raw, hintFor(endpoint, raw.status, corrected));
    }
    return readAnswer(raw, actual.list !== undefined);
  }

  /**
   * Sends any request to the API, signed in.
   *
   * @param path below the base URL, with or without a leading slash, and with a query if need be
   * @throws CliError `usage` for a path that leads to another host; otherwise as `call`
   */
  async send(
    method: string,
    path: string,
    call: Pick<Call, 'query' | 'body' | 'signal' | 'repeatable'>,
  ): Promise<Answer> {
    const request = this.prepareRaw(method, path, call);
    const repeatable = call.repeatable ?? isRepeatable({ method: method as Method });
    const raw = await this.#sendSignedIn(request, repeatable, call.signal);
    if (!isSuccess(raw.status)) throw errorOfAnswer(raw);
    return readAnswer(raw, false);
  }

  /** The request that `send` would send, without its credentials. */
  prepareRaw(method: string, path: string, call: Pick<Call, 'query' | 'body'>): HttpRequest {
    return { method, url: apiPath(this.#options.apiUrl, path, call.query), body: call.body };
  }

  /**
   * Reads a file at any address, once. The token goes along to the API's own host alone, and redirects are not
   * followed.
   *
   * @param receive takes the file; called for a success only
   * @param signed whether the token may go along at all
   * @returns what `receive` returns, or the answer that is no file
   * @throws as `Transport.stream`
   */
  async stream<T>(
    url: URL,
    receive: (answer: StreamedAnswer) => Promise<T>,
    { signal, signed }: { signal?: AbortSignal | undefined; signed: boolean },
  ): Promise<{ result: T } | { refused: RawAnswer }> {
    const { tokens, transport, gate, apiUrl, now } = this.#options;
    const once = async (token: string | undefined) => {
      const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
      await gate?.ready(signal);
      const outcome = await transport.stream(
        { method: 'GET', url, headers: { accept: '*/*', ...headers } },
        async (answer) =>
          isSuccess(answer.status)
            ? { result: await receive(answer) }
            : { refused: await refusal(answer, token) },
        signal,
      );
      if ('refused' in outcome && outcome.refused.status === 429)
        gate?.refused(retryAfterMs(outcome.refused.headers['retry-after'], now()));
      return outcome;
    };
    const isOwn = signed && url.origin === apiUrl.origin;
    const token = isOwn ? await tokens?.accessToken(signal) : undefined;
    const first = await once(token);
    if (token === undefined || !('refused' in first) || first.refused.status !== 401) return first;
    const renewed = await tokens?.renew(token, signal);
    return renewed === undefined || renewed === token ? first : once(renewed);
  }

  async #sendSignedIn(request: HttpRequest, repeatable: boolean, signal?: AbortSignal): Promise<RawAnswer> {
    const { tokens } = this.#options;
    if (tokens === undefined) throw new Error('this client was made without credentials');
    const withToken = (token: string): HttpRequest => ({
      ...request,
      headers: { ...request.headers, authorization: `Bearer ${token}` },
    });
    const token = await tokens.accessToken(signal);
    const first = await this.#sendWithRetries(withToken(token), repeatable, signal);
    if (first.status !== 401) return first;
    // A 401 is ambiguous (reference, section 3): one refresh, and what the service says then is the truth.
    const renewed = await tokens.renew(token, signal);
    if (renewed === undefined || renewed === token) return first;
    return this.#sendWithRetries(withToken(renewed), repeatable, signal);
  }

  async #sendWithRetries(
    request: HttpRequest,
    repeatable: boolean,
    signal?: AbortSignal,
  ): Promise<RawAnswer> {
    const { transport, retry, now, random, sleep, onRetry, gate } = this.#options;
    let lostAnswer = false;
    for (let attempt = 0; ; attempt++) {
      await gate?.ready(signal);
      let outcome: RawAnswer | TransportError;
      try {
        outcome = await transport.send(request, signal);
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        outcome = error;
      }
      if (!(outcome instanceof TransportError) && outcome.status === 429)
        gate?.refused(retryAfterMs(outcome.headers['retry-after'], now()));
      if (attempt >= retry.retries || !mayRetry(outcome, repeatable)) {
        if (outcome instanceof TransportError) throw outcome;
        const answer = lostAnswer ? afterLostAnswer(request, outcome) : outcome;
        // What a service complains about ends up on screens and in logs, and some repeat the token in it.
        return isSuccess(answer.status)
          ? answer
          : { ...answer, text: scrub(answer.text, secretsOf(request)) };
      }
      // A gateway (502, 504) may have lost the answer of a service that did its work.
      if (outcome instanceof TransportError ? outcome.sent : [502, 504].includes(outcome.status))
        lostAnswer = true;
      const asked =
        outcome instanceof TransportError ? undefined : retryAfterMs(outcome.headers['retry-after'], now());
      const delayMs = retryDelayMs(attempt, retry, random(), asked);
      const reason = outcome instanceof TransportError ? outcome.message : `HTTP ${outcome.status}`;
      onRetry?.({ reason, delayMs, attempt: attempt + 1, retries: retry.retries });
      await sleep(delayMs, signal);
    }
  }
}

/** More of an answer that is no file is not needed to say why. */
const MAX_REFUSAL_BYTES = 65_536;

async function refusal({ body, ...head }: StreamedAnswer, token: string | undefined): Promise<RawAnswer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of body) {
    parts.push(part);
    bytes += part.length;
    if (bytes >= MAX_REFUSAL_BYTES) break;
  }
  const text = Buffer.concat(parts).toString('utf8');
  return { ...head, text: token === undefined ? text : scrub(text, [token]) };
}

/** A deletion that was repeated after its answer got lost finds nothing left to delete: it did succeed. */
function afterLostAnswer(request: HttpRequest, answer: RawAnswer): RawAnswer {
  const gone = request.method === 'DELETE' && (answer.status === 404 || answer.status === 410);
  return gone ? { ...answer, status: 200, text: '' } : answer;
}

function isSuccess(status: number): boolean {
  return status >= 200 && status <= 299;
}

/**
 * What to do about a status of this endpoint, where more is known than the status says.
 *
 * @param corrected method and path by the user's own settings
 */
function hintFor(endpoint: Endpoint, status: number, corrected?: string): string | undefined {
  if (corrected !== undefined && (status === 404 || status === 405))
    return `The settings of this machine send it to ${corrected}: see convirza config list.`;
  switch (status) {
    case 401:
      if (endpoint.service === 'oauth') return undefined;
      return endpoint.path.startsWith('/groups/org-list')
        ? 'The service answers 401 also for a group outside your account; otherwise sign in again: convirza auth login.'
        : 'Sign in again: convirza auth login.';
    case 403:
      return 'Ask an administrator of the account for the right, or choose another group.';
    case 404:
    case 405:
      return missingHint(endpoint, status);
    case 429:
      return 'Wait a minute, then try again.';
    default:
      return undefined;
  }
}

/** Either the id is wrong, or, where nobody documented the path, the path is. */
function missingHint(endpoint: Endpoint, status: number): string | undefined {
  const hints: string[] = [];
  if (status === 404 && endpoint.path.includes('{'))
    hints.push(`Check the id: convirza ${endpoint.family} list shows them.`);
  if (endpoint.evidence === 'inferred') {
    const { family, verb, method, path } = endpoint;
    hints.push(
      `The path of this command is inferred, not documented, and may be wrong: convirza config set endpoints.${family}.${verb} "${method} ${path}" corrects it.`,
    );
    const alternative = endpoint.notes?.find((note) => note.startsWith('Documented alternative'));
    if (alternative !== undefined) hints.push(/[.]$/.test(alternative) ? alternative : `${alternative}.`);
  }
  return hints.length === 0 ? undefined : hints.join(' ');
}
