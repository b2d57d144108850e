/** Sessions and their tokens (reference §4). A token is random, without any meaning in itself. */
import { randomBytes } from 'node:crypto';
import { HttpError } from './http/answer.ts';

/** The flat answer of a login and of a refresh (reference: documented, §4.1). */
export interface TokenPair {
  access_token: string;
  refresh_token: string;
  /** 32 characters, for the vendor's web application. */
  frontend_token: string;
  token_type: 'Bearer';
  /** When the access token ends: a point in time, ISO 8601 UTC, in spite of its name. */
  expires_in: string;
  refresh_expires_in: string;
  user: { user_id: number; email: string; role_id: number; org_unit_id: number };
}

export type TokenKind = 'access' | 'refresh';

interface Token {
  readonly kind: TokenKind;
  readonly session: Session;
  expiresAt: number;
  state: 'live' | 'spent' | 'revoked';
}

interface Session {
  readonly userId: number;
  readonly tokens: Token[];
}

/** All tokens as data. */
export interface SessionsSnapshot {
  /** The user of each session. */
  users: number[];
  tokens: [value: string, kind: TokenKind, session: number, expiresAt: number, state: Token['state']][];
}

/** How long tokens live and whom they belong to. */
export interface SessionRules {
  readonly accessSeconds: number;
  readonly refreshSeconds: number;
  /** Whether a spent refresh token that comes back revokes its session. */
  readonly detectReuse: boolean;
  readonly now: () => number;
  /** What an answer says of a user; undefined when the user may not sign in (any more). */
  readonly describe: (userId: number) => TokenPair['user'] | undefined;
}

function unauthorized(message: string): HttpError {
  return new HttpError(401, message);
}

/** All sessions since the start; ended tokens are kept, so that a refusal can say why. */
export class Sessions {
  readonly #rules: SessionRules;
  readonly #tokens = new Map<string, Token>();

  constructor(rules: SessionRules) {
    this.#rules = rules;
  }

  /** Every token there is, as data. */
  snapshot(): SessionsSnapshot {
    const sessions = [...new Set([...this.#tokens.values()].map(({ session }) => session))];
    const number = new Map(sessions.map((session, index) => [session, index]));
    return {
      users: sessions.map(({ userId }) => userId),
      tokens: [...this.#tokens].map(([value, { kind, session, expiresAt, state }]) => [
        value,
        kind,
        number.get(session) ?? 0,
        expiresAt,
        state,
      ]),
    };
  }

  /** Puts other tokens in the place of all. */
  restore({ users, tokens }: SessionsSnapshot): void {
    const sessions = users.map((userId): Session => ({ userId, tokens: [] }));
    this.#tokens.clear();
    for (const [value, kind, number, expiresAt, state] of tokens) {
      const session = sessions[number];
      if (session === undefined) continue;
      const token: Token = { kind, session, expiresAt, state };
      session.tokens.push(token);
      this.#tokens.set(value, token);
    }
  }

  /** A new session of a user. Throws HttpError 401 when the user may not sign in. */
  open(userId: number): TokenPair {
    return this.#issue({ userId, tokens: [] });
  }

  /** The user of an `Authorization` header. Throws HttpError 401, with the cause in its message. */
  authenticate(header: string | undefined): number {
    if (header === undefined) throw unauthorized('The Authorization header is missing.');
    const value = /^Bearer (\S+)$/.exec(header)?.[1];
    if (value === undefined) throw unauthorized('The Authorization header must be: Bearer <token>.');
    const token = this.#tokens.get(value);
    if (token?.kind !== 'access') throw unauthorized('The token is not valid.');
    this.#requireLive(token);
    return token.session.userId;
  }

  /**
   * A new pair for a refresh token, which is dead from then on. Throws HttpError 401.
   * @param detectReuse instead of what the rules say
   */
  refresh(value: string, detectReuse = this.#rules.detectReuse): TokenPair {
    const token = this.#tokens.get(value);
    if (token?.kind !== 'refresh') throw unauthorized('The refresh token is not valid.');
    if (token.state === 'spent') {
      if (detectReuse) revokeAll(token.session);
      throw unauthorized('The refresh token was already used.');
    }
    this.#requireLive(token);
    const pair = this.#issue(token.session);
    // Whether the old access token dies with it is not stated. It stays good until it ends, which is what a
    // request under way in another process hopes for.
    token.state = 'spent';
    return pair;
  }

  /**
   * Revokes one token at once; one that is unknown or already dead is no error (reference: documented, Revoke
   * Token). Throws HttpError 400 when the token is of the other kind.
   */
  revoke(value: string, kind: TokenKind): void {
    const token = this.#tokens.get(value);
    if (token === undefined) return;
    if (token.kind !== kind) throw new HttpError(400, `The token is not of the type ${kind}.`);
    token.state = 'revoked';
  }

  /** Lets every access token end now. */
  expireAccessTokens(): void {
    const now = this.#rules.now();
    for (const token of this.#tokens.values()) {
      if (token.kind === 'access') token.expiresAt = Math.min(token.expiresAt, now);
    }
  }

  /** Revokes every token there is. */
  revokeSessions(): void {
    for (const token of this.#tokens.values()) token.state = 'revoked';
  }

  #requireLive(token: Token): void {
    if (token.state === 'revoked') throw unauthorized('The token was revoked.');
    if (token.expiresAt <= this.#rules.now()) throw unauthorized('The token has expired.');
  }

  #issue(session: Session): TokenPair {
    const { accessSeconds, refreshSeconds, now, describe } = this.#rules;
    const user = describe(session.userId);
    if (user === undefined) throw unauthorized('The user may not sign in.');
    const accessEnd = now() + accessSeconds * 1000;
    const refreshEnd = now() + refreshSeconds * 1000;
    return {
      access_token: this.#add(session, 'access', accessEnd),
      refresh_token: this.#add(session, 'refresh', refreshEnd),
      frontend_token: randomBytes(16).toString('hex'),
      token_type: 'Bearer',
      expires_in: new Date(accessEnd).toISOString(),
      refresh_expires_in: new Date(refreshEnd).toISOString(),
      user,
    };
  }

  #add(session: Session, kind: TokenKind, expiresAt: number): string {
    // Base64 with its `+`, `/` and `=`: a client that mangles a token in transit is found out here.
    const value = randomBytes(97).toString('base64');
    const token: Token = { kind, session, expiresAt, state: 'live' };
    session.tokens.push(token);
    this.#tokens.set(value, token);
    return value;
  }
}

function revokeAll(session: Session): void {
  for (const token of session.tokens) token.state = 'revoked';
}
