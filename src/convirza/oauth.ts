/** The three OAuth calls (reference, section 4). They answer flat and carry no bearer header. */
import { CliError } from '../shared/errors.ts';
import { isInteger, isObject, nonEmptyString } from '../shared/json.ts';
import { auth } from './catalogue/auth.ts';
import type { Endpoint } from './catalogue/types.ts';
import type { ConvirzaClient } from './client.ts';
import type { Account, TokenPair } from './tokens.ts';

/** The catalogue entry of `auth login`, `auth refresh` or `auth logout`. */
export function oauthEndpoint(verb: string): Endpoint {
  const found = auth.find((entry) => entry.verb === verb);
  if (found === undefined) throw new Error(`no endpoint auth ${verb}`);
  return found;
}

/**
 * Reads an expiry: an absolute ISO timestamp as documented, or a number of seconds from now, which the name
 * `expires_in` suggests. Numbers too large for a duration are read as Unix time.
 *
 * @returns Unix milliseconds, or undefined when it cannot be understood
 */
export function parseExpiry(value: unknown, now: number): number | undefined {
  if (typeof value === 'number' && Number.isFinite(value)) {
    if (value > 1e11) return value;
    return value > 1e9 ? value * 1000 : now + value * 1000;
  }
  if (typeof value !== 'string' || value.trim() === '') return undefined;
  if (/^\d+$/.test(value.trim())) return parseExpiry(Number(value), now);
  // The times of the service are UTC; Date.parse would read one without a zone as local.
  const local = /\d{2}:\d{2}(:\d{2}(\.\d+)?)?$/.test(value) && !/[+-]\d{2}:\d{2}$/.test(value);
  const parsed = Date.parse(local ? `${value}Z` : value);
  return Number.isNaN(parsed) ? undefined : parsed;
}

function parseAccount(value: unknown): Account | undefined {
  if (!isObject(value)) return undefined;
  const integer = (key: string) => (isInteger(value[key]) ? (value[key] as number) : undefined);
  return {
    userId: integer('user_id'),
    email: nonEmptyString(value['email']),
    roleId: integer('role_id'),
    orgUnitId: integer('org_unit_id'),
  };
}

/**
 * Reads the answer of a login or a refresh.
 *
 * @throws CliError `server` when it holds no access token
 */
export function parseTokenPair(data: unknown, now: number): TokenPair {
  const source = isObject(data) ? data : {};
  const accessToken = nonEmptyString(source['access_token']);
  if (accessToken === undefined)
    throw new CliError('server', 'The sign-in service answered without an access token', {
      hint: 'Check oauth-url; another server may be answering there.',
    });
  return {
    accessToken,
    refreshToken: nonEmptyString(source['refresh_token']),
    accessExpiresAt: parseExpiry(source['expires_in'], now),
    refreshExpiresAt: parseExpiry(source['refresh_expires_in'], now),
    account: parseAccount(source['user']),
  };
}

/**
 * Signs in with email and password.
 *
 * @param loginKey the key of the address in the request; `email` is inferred, `username` is V2's
 * @throws CliError `auth` for wrong credentials, `rate_limited` after 10 logins in a minute
 */
export async function login(
  client: ConvirzaClient,
  credentials: { email: string; password: string; loginKey?: string | undefined },
  now: number,
  signal?: AbortSignal,
): Promise<TokenPair> {
  const body = { [credentials.loginKey ?? 'email']: credentials.email, password: credentials.password };
  try {
    const answer = await client.call(oauthEndpoint('login'), { body: { kind: 'json', value: body }, signal });
    return parseTokenPair(answer.data, now);
  } catch (error) {
    if (!(error instanceof CliError) || (error.status !== 401 && error.status !== 400)) throw error;
    throw new CliError('auth', `Sign-in failed: ${error.message}`, {
      ...error,
      hint: 'Check the address and the password.',
    });
  }
}

/** What the service says of a dead refresh token; anything else comes from elsewhere and says nothing of it. */
const SESSION_ENDED = new Set([400, 401, 403]);

/**
 * Exchanges a refresh token, which is dead afterwards, for a new pair.
 *
 * @throws CliError `auth` when it was spent, revoked or has expired; `network` or `server` when nobody knows
 */
export async function refresh(
  client: ConvirzaClient,
  refreshToken: string,
  now: number,
  signal?: AbortSignal,
): Promise<TokenPair> {
  try {
    const answer = await client.call(oauthEndpoint('refresh'), {
      body: { kind: 'json', value: { refresh_token: refreshToken } },
      signal,
    });
    return parseTokenPair(answer.data, now);
  } catch (error) {
    if (!(error instanceof CliError) || !SESSION_ENDED.has(error.status ?? 0)) throw error;
    throw new CliError(
      'auth',
      'The session has ended: its refresh token has expired, was used or was revoked',
      {
        ...error,
        hint: 'Sign in again: convirza auth login.',
      },
    );
  }
}

/**
 * Revokes one token; a token that is dead already is no failure.
 *
 * @param tokenKey the key of the token in the request; `token` is inferred
 */
export async function revoke(
  client: ConvirzaClient,
  token: string,
  kind: 'access' | 'refresh',
  options: { tokenKey?: string | undefined; signal?: AbortSignal } = {},
): Promise<void> {
  await client.call(oauthEndpoint('logout'), {
    body: { kind: 'json', value: { [options.tokenKey ?? 'token']: token, token_type: kind } },
    signal: options.signal,
  });
}
