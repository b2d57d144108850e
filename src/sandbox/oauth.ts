/** The three OAuth calls. They answer flat, without the envelope of `/v3` (reference §3 and §4). */
import { type Answer, HttpError, jsonAnswer } from './http/answer.ts';
import type { Exchange } from './http/exchange.ts';
import type { Sessions, TokenKind } from './sessions.ts';

const MINUTE = 60_000;

/** Counts logins by address in a sliding minute (reference: documented, 10 a minute per IP address). */
export class LoginLimit {
  readonly #perMinute: number;
  readonly #now: () => number;
  readonly #attempts = new Map<string, number[]>();

  constructor(perMinute: number, now: () => number) {
    this.#perMinute = perMinute;
    this.#now = now;
  }

  /** Throws HttpError 429 with `Retry-After` in seconds when the address has no login left. */
  count(address: string): void {
    const now = this.#now();
    const recent = (this.#attempts.get(address) ?? []).filter((time) => time > now - MINUTE);
    this.#attempts.set(address, recent);
    if (recent.length >= this.#perMinute) {
      const wait = Math.max(1, Math.ceil(((recent[0] ?? now) + MINUTE - now) / 1000));
      throw new HttpError(429, 'Too many logins. Try again later.', { 'retry-after': String(wait) });
    }
    recent.push(now);
  }

  /** Forgets all logins. */
  clear(): void {
    this.#attempts.clear();
  }
}

/** What the OAuth calls need of the sandbox. */
export interface OAuthParts {
  readonly sessions: Sessions;
  readonly logins: LoginLimit;
  /** Whether a spent refresh token revokes its session; undefined: as the sandbox was started. */
  readonly detectReuse: boolean | undefined;
  /** The id of the user who may sign in with these, or undefined. */
  readonly findUser: (email: string, password: string) => number | undefined;
}

function requiredText(body: Readonly<Record<string, unknown>>, ...names: [string, ...string[]]): string {
  const value = names.map((name) => body[name]).find((candidate) => candidate !== undefined);
  if (typeof value !== 'string' || value === '') throw new HttpError(400, `${names[0]} is required.`);
  return value;
}

/** `auth login`: the address is named `email` or `username`, since neither is documented (reference §4.1). */
async function login(exchange: Exchange, { sessions, logins, findUser }: OAuthParts): Promise<Answer> {
  logins.count(exchange.request.socket.remoteAddress ?? '');
  const body = await exchange.jsonObject();
  const email = requiredText(body, 'email', 'username');
  const user = findUser(email, requiredText(body, 'password'));
  if (user === undefined) throw new HttpError(401, 'The email or the password is wrong.');
  return jsonAnswer(200, sessions.open(user));
}

async function refresh(exchange: Exchange, { sessions, detectReuse }: OAuthParts): Promise<Answer> {
  const body = await exchange.jsonObject();
  return jsonAnswer(200, sessions.refresh(requiredText(body, 'refresh_token'), detectReuse));
}

/** `auth logout`: the key of the token is not documented; all three plausible ones are read (reference §4.3). */
async function revoke(exchange: Exchange, { sessions }: OAuthParts): Promise<Answer> {
  const body = await exchange.jsonObject();
  const kind = body['token_type'];
  if (kind !== 'access' && kind !== 'refresh') {
    throw new HttpError(400, 'token_type must be access or refresh.');
  }
  const token = requiredText(body, 'token', `${kind satisfies TokenKind}_token`);
  sessions.revoke(token, kind);
  return jsonAnswer(200, { message: 'Token revoked successfully' });
}

/** The OAuth calls by the verb of their catalogue entry. */
export const OAUTH_CALLS: Readonly<
  Record<string, (exchange: Exchange, parts: OAuthParts) => Promise<Answer>>
> = { login, refresh, logout: revoke };
