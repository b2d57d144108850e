/** The public shapes of the sandbox: what it is started with and what it gives back. */
import type { Fixtures } from './fixtures.ts';
import type { Latency } from './latency.ts';
import type { TokenPair } from './sessions.ts';
import type { SandboxSnapshot } from './snapshot.ts';
import type { Row } from './store.ts';
import type { FaultCount, FaultRule, VoiceOptions } from './types.ts';
import type { VoiceSessionRecord } from './voice/log.ts';
import type { VoiceEvent } from './voice/server.ts';

export interface SandboxOptions {
  /** Name or address to listen on; default 127.0.0.1. */
  host?: string | undefined;
  /** Port to listen on; 0, the default, takes a free one. */
  port?: number | undefined;
  /** Other seeds give other sample data; the same seed gives the same. Default 1. */
  seed?: number | undefined;
  /**
   * So many calls in the year before the start, up to 10 million, and a fifth as many SMS conversations; they are made
   * when they are asked for. Default 1564, which is 30 calls a week.
   */
  rows?: number | undefined;
  /**
   * Whether whatever the documentation does not name is refused with 400: unknown fields and parameters, other forms
   * of a time, files that are none of the documented kinds by their content. Default false.
   */
  strict?: boolean | undefined;
  /** Life of an access token in seconds; default 604,800 (reference §4). */
  accessTokenSeconds?: number | undefined;
  /** Life of a refresh token in seconds; default 15,552,000 (reference §4). */
  refreshTokenSeconds?: number | undefined;
  /** Logins that one address may try in a minute; default 10 (reference §3). */
  loginsPerMinute?: number | undefined;
  /** Whether a spent refresh token that comes back revokes its whole session; default true. */
  detectReuse?: boolean | undefined;
  /** The fault rules at the start, and again after a reset. */
  faults?: readonly FaultRule[] | undefined;
  /** The behaviour of the voice side at the start, and again after a reset. */
  voice?: VoiceOptions | undefined;
  /** The rows to begin with, and again after a reset, in the place of the sample rows of their families. */
  fixtures?: Fixtures | undefined;
  /** What a sandbox held that has ended: this one goes on with it. Its seed wins over `seed`. */
  snapshot?: SandboxSnapshot | undefined;
  /** How long every answer waits; default not at all. Not of `/_sandbox/`, and not of voice messages. */
  latency?: Latency | undefined;
  /** Speaks `https:` and `wss:` with this key and these certificates (PEM); `caFile` is where clients find what to trust. */
  tls?: { key: string; cert: string; caFile?: string } | undefined;
  /** The clock, in milliseconds since 1970; default `Date.now`. Delays of faults run on real time. */
  now?: (() => number) | undefined;
  /** Told of every request as soon as its outcome is certain, before the answer is sent. */
  onRequest?: ((record: RequestRecord) => void) | undefined;
  /** Told of every voice session when it opened and when it ended, and of those that were refused. */
  onVoice?: ((event: VoiceEvent, session: VoiceSessionRecord | undefined) => void) | undefined;
  /** Told after everything that may have changed what `Sandbox.snapshot` answers. */
  onChange?: (() => void) | undefined;
}

/** One request that came. Those to `/_sandbox/` and those refused for their Host are not recorded. */
export interface RequestRecord {
  method: string;
  /** The path as it came, without the query. */
  path: string;
  /** Query parameters; values that came more than once are joined by commas. */
  query: Record<string, string>;
  /** Headers as they came, credentials included, names in lower case. */
  headers: Record<string, string>;
  /** The status answered; `reset`: a fault broke the connection; `aborted`: the client did. */
  status: number | 'reset' | 'aborted';
  /** When the request came, ISO 8601 UTC. */
  at: string;
  /** The parsed JSON body. Never the bytes of a file. */
  body?: unknown;
}

/** Read access to what is stored; rows are copies in the shape that the list of the family answers. */
export interface SandboxState {
  /** All rows of a catalogue family (`users`, `prompts`, `ad-sources` …), soft-deleted ones included. */
  rows(family: string): Row[];
}

/** A running sandbox. */
export interface Sandbox {
  /** `http://host:port` (or `https:`), without a slash at the end. */
  readonly url: string;
  /** `url` + `/v3`. */
  readonly apiUrl: string;
  readonly oauthUrl: string;
  /** `ws://host:port/ws/voice` (or `wss:`). */
  readonly voiceUrl: string;
  readonly port: number;
  /** The administrator. */
  readonly account: { email: string; password: string };
  /** The voice API key, `oak_…`. */
  readonly voiceKey: string;
  /** A bearer token that the voice side accepts instead of the key. */
  readonly voiceToken: string;
  /** The environment that points the command-line tool at this sandbox. */
  readonly env: Record<string, string>;
  /** The newest 10,000 requests, oldest first, in the order of their answers. */
  readonly requests: readonly RequestRecord[];
  readonly state: SandboxState;
  /** Replaces all fault rules and starts their counts anew. Throws CliError `usage` for a malformed rule. */
  setFaults(rules: readonly FaultRule[]): void;
  /** The fault rules in force, and how often each has matched and acted. */
  faultCounts(): readonly FaultCount[];
  /** The newest 1,000 voice sessions, oldest first; the list and the counts in it are live. */
  readonly voiceSessions: readonly VoiceSessionRecord[];
  /**
   * Replaces all voice options, for the connections that come from now on; connections are counted from 1 again.
   * Options that came from a file or the network are checked by `parseVoiceDocument`.
   */
  setVoice(options: VoiceOptions): void;
  /** Signs in as the administrator without a request; does not count as a login. */
  issueTokens(): TokenPair;
  /** Lets every access token end now; refresh tokens stay good. */
  expireAccessTokens(): void;
  /** Revokes every session with all of its tokens. */
  revokeSessions(): void;
  /** The bytes of an uploaded prompt. */
  promptBytes(id: number): Buffer | undefined;
  /** Puts everything back to what it was started with, but for sessions. */
  reset(): void;
  /** All that is stored and all tokens, for another sandbox to go on with. Rows in it are live. */
  snapshot(): SandboxSnapshot;
  /** Closes the port and every connection at once. May be called again. */
  close(): Promise<void>;
}
