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

/** What the voice service is signed in to with: an API key or a JWT. */
export interface StoredVoice {
  apiKey?: string | undefined;
  accessToken?: string | undefined;
  /** The address that it belongs to; it is sent nowhere else. */
  voiceUrl: string;
  /** When the JWT ends, Unix milliseconds, where it says so. */
  expiresAt?: number | undefined;
  /** Unix milliseconds. */
  savedAt: number;
}

/** Everything that one profile keeps. */
export interface ProfileRecord {
  convirza?: StoredSession;
  voice?: StoredVoice;
}
