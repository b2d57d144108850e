/** The imitated service without its sockets: what is stored, who is signed in, and the answer to a request. */
import { isMutation } from '../convirza/catalogue/index.ts';
import { ADMIN_EMAIL, PASSWORD } from './accounts.ts';
import { fileAnswer, RecordingLinks } from './files.ts';
import { applyFixtures, type Fixtures } from './fixtures.ts';
import { type Answer, failure, HttpError, success, textAnswer } from './http/answer.ts';
import { ClientGone, type Exchange } from './http/exchange.ts';
import { type Match, ROUTES, Router } from './http/router.ts';
import { checkBody, checkPath, checkRequest } from './http/strict.ts';
import { Query, queryParams } from './http/values.ts';
import { LoginLimit, OAUTH_CALLS } from './oauth.ts';
import type { SandboxOptions } from './options.ts';
import { handlerOf } from './resources/index.ts';
import { OrgTree } from './resources/org.ts';
import { READ_ONLY_ROLE } from './resources/users.ts';
import { seededStore } from './seed/index.ts';
import { Sessions, type TokenPair } from './sessions.ts';
import { restoreRows, rowsIn, type SandboxSnapshot } from './snapshot.ts';
import type { Store, User } from './store.ts';

const ABOUT = `This is the convirza sandbox: a local stand-in for the Convirza V3 API and NextEVI voice.
OAuth: /oauth/…   API: /v3/…   Voice: /ws/voice/{connection_id}   Control: /_sandbox/…
`;

/** The parts of the options that this half needs; `origin` answers `http://host:port`, once it is known. */
export type AppOptions = Pick<
  SandboxOptions,
  | 'seed'
  | 'rows'
  | 'strict'
  | 'accessTokenSeconds'
  | 'refreshTokenSeconds'
  | 'loginsPerMinute'
  | 'detectReuse'
  | 'fixtures'
  | 'snapshot'
> & { readonly now: () => number; readonly origin: () => string };

/** The service; every method leaves sockets alone. */
export class App {
  readonly sessions: Sessions;
  #store: Store;
  /** When the sample data was made, to which its dates are relative. */
  #seededAt: number;
  readonly #fixtures: Fixtures | undefined;
  readonly #now: () => number;
  readonly #seed: number;
  readonly #rows: number | undefined;
  readonly #strict: boolean;
  readonly #router = new Router(ROUTES);
  readonly #logins: LoginLimit;
  readonly #recordings: RecordingLinks;

  constructor(options: AppOptions) {
    this.#now = options.now;
    const { snapshot } = options;
    this.#seed = snapshot?.seed ?? options.seed ?? 1;
    this.#rows = snapshot === undefined ? options.rows : snapshot.calls;
    this.#strict = options.strict ?? false;
    this.#fixtures = options.fixtures;
    this.#seededAt = snapshot?.seeded_at ?? this.#now();
    this.#store = this.#seeded();
    if (snapshot !== undefined) restoreRows(this.#store, snapshot);
    this.#logins = new LoginLimit(options.loginsPerMinute ?? 10, this.#now);
    this.#recordings = new RecordingLinks(options.origin);
    this.sessions = new Sessions({
      accessSeconds: options.accessTokenSeconds ?? 604_800,
      refreshSeconds: options.refreshTokenSeconds ?? 15_552_000,
      detectReuse: options.detectReuse ?? true,
      now: this.#now,
      describe: (id) => this.#describe(id),
    });
    if (snapshot !== undefined) this.sessions.restore(snapshot.sessions);
  }

  /** What is stored now; a reset puts another in its place. */
  get store(): Store {
    return this.#store;
  }

  /** Puts the sample data back and forgets counted logins; sessions stay. */
  reset(): void {
    this.#seededAt = this.#now();
    this.#store = this.#seeded();
    this.#logins.clear();
  }

  /** All that is stored and all tokens. */
  snapshot(): SandboxSnapshot {
    const seed = this.#seed;
    const calls = this.#rows;
    return {
      seed,
      seeded_at: this.#seededAt,
      ...(calls === undefined ? {} : { calls }),
      ...rowsIn(this.#store),
      sessions: this.sessions.snapshot(),
    };
  }

  #seeded(): Store {
    const store = seededStore(this.#seed, this.#seededAt, this.#rows);
    if (this.#fixtures !== undefined) applyFixtures(store, this.#fixtures, this.#seededAt);
    return store;
  }

  /** A session of the administrator. Throws HttpError 401 when a client has deleted that user. */
  issueTokens(): TokenPair {
    return this.sessions.open(this.#findUser(ADMIN_EMAIL)?.ct_user_id ?? 0);
  }

  /**
   * The answer to a request; refusals and our own bugs are error envelopes. Throws ClientGone alone.
   * @param detectReuse for this request alone
   */
  async answer(exchange: Exchange, detectReuse?: boolean): Promise<Answer> {
    try {
      return await this.#route(exchange, detectReuse);
    } catch (error) {
      if (error instanceof ClientGone) throw error;
      if (error instanceof HttpError) {
        return failure(error.status, error.message, this.#now(), error.headers);
      }
      const cause = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return failure(500, `The sandbox failed: ${cause}`, this.#now());
    }
  }

  async #route(exchange: Exchange, detectReuse?: boolean): Promise<Answer> {
    const { method, path } = exchange;
    if (path === '/' && method === 'GET') return textAnswer(200, ABOUT);
    const file = fileAnswer(exchange, this.#store, this.#recordings);
    if (file !== undefined) return file;
    if (this.#strict) checkPath(path);
    const match = this.#router.match(method, path);
    const { endpoint } = match;
    if (this.#strict) exchange.inspect = (body) => checkBody(endpoint, body);
    return endpoint.service === 'oauth'
      ? this.#oauth(exchange, match, detectReuse)
      : this.#api(exchange, match);
  }

  async #oauth(exchange: Exchange, { endpoint }: Match, detectReuse?: boolean): Promise<Answer> {
    if (this.#strict) checkRequest(endpoint, exchange);
    const call = OAUTH_CALLS[endpoint.verb];
    if (call === undefined) throw new HttpError(404, `The sandbox does not imitate ${endpoint.path}.`);
    return call(exchange, {
      sessions: this.sessions,
      logins: this.#logins,
      detectReuse,
      findUser: (email, password) => (password === PASSWORD ? this.#findUser(email)?.ct_user_id : undefined),
    });
  }

  async #api(exchange: Exchange, { endpoint, params }: Match): Promise<Answer> {
    const userId = this.sessions.authenticate(exchange.request.headers.authorization);
    // The role is read at each call (reference §4): a session does not outlive its user.
    const caller = this.#store.users.get(userId);
    if (caller?.user_status !== 'active') throw new HttpError(401, 'The user may not sign in.');
    if (isMutation(endpoint) && caller.role_id === READ_ONLY_ROLE) {
      throw new HttpError(403, 'The role ReadOnly may not change anything.');
    }
    if (this.#strict) checkRequest(endpoint, exchange);
    const result = await handlerOf(endpoint)({
      endpoint,
      params,
      query: new Query(queryParams(endpoint, exchange.search), exchange.search),
      exchange,
      strict: this.#strict,
      caller,
      store: this.#store,
      org: new OrgTree(this.#store),
      recordings: this.#recordings,
      now: this.#now(),
    });
    return success(result.status ?? 200, result.data, this.#now());
  }

  #findUser(email: string): User | undefined {
    const wanted = email.toLowerCase();
    return this.#store.users
      .all()
      .find((user) => user.username.toLowerCase() === wanted && user.user_status === 'active');
  }

  #describe(id: number): TokenPair['user'] | undefined {
    const user = this.#store.users.get(id);
    if (user?.user_status !== 'active') return undefined;
    return {
      user_id: id,
      email: user.username,
      role_id: user.role_id,
      org_unit_id: user.ct_user_ou_id,
    };
  }
}
