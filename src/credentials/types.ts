/** What the store holds for one profile. */
import type { TokenPair } from '../convirza/tokens.ts';

/** A signed-in session of the Convirza platform, bound to the hosts that it was made with. */
export interface StoredSession extends TokenPair {
  /** The API and the sign-in service that these tokens belong to; they are sent nowhere else. */
  apiUrl: string;
  oauthUrl: string;
  /** When the pair was stored, Unix milliseconds. */
  savedAt: number;
}

/** Everything that one profile keeps; further services get a key of their own. */
export interface ProfileRecord {
  convirza?: StoredSession;
}
