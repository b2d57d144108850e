/** A store with one session, and a service that refreshes it. */
import type { TokenPair } from '../../src/convirza/tokens.ts';
import {
  CredentialStore,
  type StoredSession,
  StoredTokens,
  type StoredTokensOptions,
} from '../../src/credentials/index.ts';
import { CliError } from '../../src/shared/errors.ts';
import { testFolder } from '../shared/folder.ts';

export const NOW = Date.UTC(2026, 4, 15, 12);
export const HOUR = 3_600_000;
export const HOSTS = { apiUrl: 'https://api.example.com/v3', oauthUrl: 'https://oauth.example.com/' };
export const ENDED = new CliError('auth', 'The session has ended', { status: 401 });

export const session = (changes: Partial<StoredSession> = {}): StoredSession => ({
  accessToken: 'access-1',
  refreshToken: 'refresh-1',
  accessExpiresAt: NOW + HOUR,
  refreshExpiresAt: NOW + 24 * HOUR,
  account: { email: 'ann@example.com', userId: 1 },
  ...HOSTS,
  savedAt: NOW - HOUR,
  ...changes,
});

export interface Bench {
  store: CredentialStore;
  /** The refresh tokens that were sent, in order; each is spent by it. */
  spent: string[];
  /** Another process of the same profile. */
  tokens(changes?: Partial<StoredTokensOptions>): StoredTokens;
  saved(): Promise<StoredSession | undefined>;
}

/** A store with a session, and a service that takes each refresh token once: refresh-1 gives access-2 and refresh-2. */
export async function startBench(stored: StoredSession | undefined = session()): Promise<Bench> {
  const folder = await testFolder();
  const store = new CredentialStore(folder);
  if (stored !== undefined) await store.write('default', { convirza: stored });
  const spent: string[] = [];
  const exchange = async (refreshToken: string): Promise<TokenPair> => {
    await new Promise(setImmediate);
    if (spent.includes(refreshToken)) throw ENDED;
    const next = spent.push(refreshToken) + 1;
    return {
      accessToken: `access-${next}`,
      refreshToken: `refresh-${next}`,
      accessExpiresAt: NOW + 168 * HOUR,
    };
  };
  return {
    store,
    spent,
    tokens: (changes = {}) =>
      new StoredTokens({
        store: new CredentialStore(folder),
        profile: 'default',
        ...HOSTS,
        now: () => NOW,
        refresh: exchange,
        ...changes,
      }),
    saved: async () => (await store.read('default'))?.convirza,
  };
}
