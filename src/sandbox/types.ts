/** What the rooms of the sandbox tell one another. */

/**
 * A wrong behaviour on demand, for requests that match. The first rule that matches and has turns left acts. In files
 * and over the network the names are `like_this`.
 */
export interface FaultRule {
  /** HTTP method; any when absent. */
  method?: string;
  /**
   * Path below the root of the sandbox (`/v3/media-prompts`); a `*` stands for any run of characters. Either this or
   * `endpoint` must be there.
   */
  path?: string;
  /** The command of an endpoint (`users list`), instead of its method and path. */
  endpoint?: string;
  /** How many matching requests are let through before the rule acts; default 0. */
  after?: number;
  /** How many requests it acts on; default: all. */
  times?: number;
  /** With what probability it acts on a request that it could act on, 0 to 1; the seed decides which. Default 1. */
  chance?: number;
  /** Answer with this status instead of the real answer. */
  status?: number;
  /** Answer with this body: a text as it is, anything else as JSON. */
  body?: unknown;
  headers?: Record<string, string>;
  /** Header `Retry-After`: seconds, or a text as it is. */
  retryAfter?: number | string;
  /** How seconds of `retryAfter` are written: as they are (the default), or as the date that they lead to. */
  retryAfterForm?: 'seconds' | 'date';
  /**
   * Whether the request takes effect although `status` or `body` replaces its answer (an upload that is stored
   * and answers 504); default false.
   */
  takesEffect?: boolean;
  /** Wait so long before the answer, in milliseconds. */
  delayMs?: number;
  /** Send the body of the answer so slowly. */
  bytesPerSecond?: number;
  /** Send the body of the answer in pieces of so many bytes; with `bytesPerSecond` ten a second are the default. */
  pieceBytes?: number;
  /** Send only so many bytes of the answer, then break the connection. */
  cutAfterBytes?: number;
  /** Break the connection: before the request takes effect, or after it took effect and before the answer. */
  reset?: 'before' | 'after';
  /** After the answer the port is closed for so long: new connections are refused. In milliseconds. */
  refuseMs?: number;
  /** After the answer so many new connections are broken as soon as they are made. */
  refuseConnections?: number;
  /** Before the request is looked at, every access token ends, or every session is revoked with all its tokens. */
  tokens?: 'expire' | 'revoke';
  /** For `auth refresh`: whether a spent refresh token revokes its session; default as the sandbox was started. */
  detectReuse?: boolean;
}

/** A rule in force, as it is listed. */
export interface FaultCount {
  /** Its fields are named `like_this`. */
  rule: Record<string, unknown>;
  /** Requests that matched, those that `after` and `chance` let through included. */
  seen: number;
  /** Requests that it acted on. */
  acted: number;
}

export type { VoiceOptions } from './voice/options.ts';
