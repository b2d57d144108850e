/** The tokens that a command uses: out of the store, with refresh and rotation. */
import type { TokenPair, TokenSource } from '../convirza/tokens.ts';
import { CliError } from '../shared/errors.ts';
import type { CredentialStore } from './store.ts';
import type { StoredSession } from './types.ts';

export interface StoredTokensOptions {
  store: CredentialStore;
  profile: string;
  /** Where this command is about to send the token. */
  apiUrl: string;
  oauthUrl: string;
  now: () => number;
  /** Exchanges a refresh token. @throws CliError `auth` when the service refused it */
  refresh: (refreshToken: string, signal?: AbortSignal) => Promise<TokenPair>;
  /** Signs in anew when nothing is stored, where email and password are at hand. */
  login?: ((signal?: AbortSignal) => Promise<TokenPair>) | undefined;
}

/** An access token that ends within this time is refreshed first. */
const EARLY_MS = 60_000;

/**
 * Makes the record of a new pair. A refresh that answers no refresh token or no account keeps the old ones.
 */
export function toStoredSession(
  pair: TokenPair,
  hosts: { apiUrl: string; oauthUrl: string },
  now: number,
  previous?: StoredSession,
): StoredSession {
  return {
    ...pair,
    refreshToken: pair.refreshToken ?? previous?.refreshToken,
    refreshExpiresAt: pair.refreshExpiresAt ?? previous?.refreshExpiresAt,
    account: pair.account ?? previous?.account,
    apiUrl: hosts.apiUrl,
    oauthUrl: hosts.oauthUrl,
    savedAt: now,
  };
}

function notSignedIn(profile: string): CliError {
  return new CliError(
    'auth',
    `You are not signed in${profile === 'default' ? '' : ` (profile ${profile})`}`,
    {
      hint: 'Run convirza auth login, or set CONVIRZA_TOKEN.',
    },
  );
}

/** Tokens out of the store. A refresh token is good for one use, so every refresh happens under the profile's lock. */
export class StoredTokens implements TokenSource {
  readonly #options: StoredTokensOptions;
  #session: StoredSession | undefined;
  /** The access token whose early refresh was refused: it is used to its end, and asked about no more. */
  #refused: string | undefined;

  constructor(options: StoredTokensOptions) {
    this.#options = options;
  }

  async accessToken(signal?: AbortSignal): Promise<string> {
    const session = this.#session ?? (await this.#load()) ?? (await this.#signIn(signal));
    this.#session = session;
    const { accessExpiresAt, refreshToken, accessToken, savedAt } = session;
    const now = this.#options.now();
    const ending = accessExpiresAt !== undefined && accessExpiresAt - now < EARLY_MS;
    // A new pair that lives no longer than that would otherwise be exchanged for every request.
    const fresh = now - savedAt < EARLY_MS;
    if (!ending || fresh || refreshToken === undefined || accessToken === this.#refused) return accessToken;
    try {
      return (await this.#refresh(accessToken, signal)).accessToken;
    } catch (error) {
      if (!(error instanceof CliError) || signal?.aborted) throw error;
      // One page of the documentation says that use prolongs a token: a passed expiry alone is no refusal, and a
      // sign-in service that cannot be reached is none either. What the API says of the token is the truth.
      this.#refused = accessToken;
      return accessToken;
    }
  }

  async renew(rejected: string, signal?: AbortSignal): Promise<string | undefined> {
    const session = await this.#refresh(rejected, signal);
    return session.accessToken;
  }

  async #load(): Promise<StoredSession | undefined> {
    const { store, profile, apiUrl, oauthUrl } = this.#options;
    const session = (await store.read(profile))?.convirza;
    if (session === undefined) return undefined;
    const [theirs, ours] =
      session.apiUrl === apiUrl ? [session.oauthUrl, oauthUrl] : [session.apiUrl, apiUrl];
    if (theirs !== ours)
      throw new CliError('auth', `You are signed in at ${theirs}, but this command goes to ${ours}`, {
        hint: 'The token stays where it belongs: sign in there under another --profile, or correct the address.',
      });
    return session;
  }

  async #signIn(signal?: AbortSignal): Promise<StoredSession> {
    const { store, profile, login, now } = this.#options;
    if (login === undefined) throw notSignedIn(profile);
    return store.locked(
      profile,
      async (lock) => {
        const other = await this.#load();
        if (other !== undefined) return other;
        const pair = await login(signal);
        await lock.assertHeld();
        return this.#save(pair, now());
      },
      signal,
    );
  }

  /** Exchanges the pair whose access token is `rejected`, unless another process has done so already. */
  async #refresh(rejected: string, signal?: AbortSignal): Promise<StoredSession> {
    const { store, profile, refresh, now } = this.#options;
    return store.locked(
      profile,
      async (lock) => {
        const current = await this.#load();
        if (current === undefined) throw notSignedIn(profile);
        if (current.accessToken !== rejected) {
          this.#session = current;
          return current;
        }
        if (current.refreshToken === undefined)
          throw new CliError('auth', 'The session has ended and cannot be refreshed', {
            hint: 'Sign in again: convirza auth login.',
          });
        await lock.assertHeld();
        // Not the caller's signal: once the refresh token is spent, the new pair must reach the disk.
        const pair = await refresh(current.refreshToken);
        return this.#save(pair, now(), current);
      },
      signal,
    );
  }

  async #save(pair: TokenPair, now: number, previous?: StoredSession): Promise<StoredSession> {
    const { store, profile, apiUrl, oauthUrl } = this.#options;
    const session = toStoredSession(pair, { apiUrl, oauthUrl }, now, previous);
    const record = await store.read(profile);
    await store.write(profile, { ...record, convirza: session });
    this.#session = session;
    return session;
  }
}
