/** The Convirza client: credentials, retries, one refresh on 401, and answers as data or as one typed error. */
import { type Endpoint, isRepeatable } from './catalogue/types.ts';
import { type Answer, errorOfAnswer, type RawAnswer, readAnswer } from './envelope.ts';
import { mayRetry, type RetryPolicy, retryAfterMs, retryDelayMs } from './retry.ts';
import type { TokenSource } from './tokens.ts';
import { type Body, type HttpRequest, type Transport, TransportError } from './transport.ts';
import { buildUrl, fillPath, type Query } from './url.ts';

/** What is worth telling a waiting person. */
export interface RetryNotice {
  reason: string;
  delayMs: number;
  attempt: number;
  retries: number;
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

  /**
   * Calls one endpoint of the catalogue.
   *
   * @throws CliError with status, request id, endpoint and time where the service answered; `network` otherwise
   */
  async call(endpoint: Endpoint, call: Call = {}): Promise<Answer> {
    const base = endpoint.service === 'oauth' ? this.#options.oauthUrl : this.#options.apiUrl;
    const request: HttpRequest = {
      method: endpoint.method,
      url: buildUrl(base, fillPath(endpoint.path, call.path ?? {}), call.query),
      body: call.body,
    };
    const repeatable = call.repeatable ?? isRepeatable(endpoint);
    const raw =
      endpoint.service === 'oauth'
        ? await this.#sendWithRetries(request, repeatable, call.signal)
        : await this.#sendSignedIn(request, repeatable, call.signal);
    if (raw.status < 200 || raw.status > 299) throw errorOfAnswer(raw, hintFor(endpoint, raw.status));
    return readAnswer(raw, endpoint.list !== undefined);
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
    const { transport, retry, now, random, sleep, onRetry } = this.#options;
    let lostAnswer = false;
    for (let attempt = 0; ; attempt++) {
      let outcome: RawAnswer | TransportError;
      try {
        outcome = await transport.send(request, signal);
      } catch (error) {
        if (!(error instanceof TransportError)) throw error;
        outcome = error;
      }
      if (attempt >= retry.retries || !mayRetry(outcome, repeatable)) {
        if (outcome instanceof TransportError) throw outcome;
        return lostAnswer ? afterLostAnswer(request, outcome) : outcome;
      }
      if (outcome instanceof TransportError && outcome.sent) lostAnswer = true;
      const asked =
        outcome instanceof TransportError ? undefined : retryAfterMs(outcome.headers['retry-after'], now());
      const delayMs = retryDelayMs(attempt, retry, random(), asked);
      const reason = outcome instanceof TransportError ? outcome.message : `HTTP ${outcome.status}`;
      onRetry?.({ reason, delayMs, attempt: attempt + 1, retries: retry.retries });
      await sleep(delayMs, signal);
    }
  }
}

/** A deletion that was repeated after its answer got lost finds nothing left to delete: it did succeed. */
function afterLostAnswer(request: HttpRequest, answer: RawAnswer): RawAnswer {
  const gone = request.method === 'DELETE' && (answer.status === 404 || answer.status === 410);
  return gone ? { ...answer, status: 200, text: '' } : answer;
}

/** What to do about a status of this endpoint, where more is known than the status says. */
function hintFor(endpoint: Endpoint, status: number): string | undefined {
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
    hints.push('The path of this command is inferred, not documented, and may be wrong.');
    const alternative = endpoint.notes?.find((note) => note.startsWith('Documented alternative'));
    if (alternative !== undefined) hints.push(/[.]$/.test(alternative) ? alternative : `${alternative}.`);
  }
  return hints.length === 0 ? undefined : hints.join(' ');
}
