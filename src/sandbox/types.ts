/** What the rooms of the sandbox tell one another. */

/** A wrong behaviour on demand, for requests that match. The first rule that matches and has turns left acts. */
export interface FaultRule {
  /** HTTP method; any when absent. */
  method?: string;
  /** Path below the root of the sandbox (`/v3/media-prompts`); a `*` stands for any run of characters. */
  path: string;
  /** How many matching requests are let through before the rule acts; default 0. */
  after?: number;
  /** How many requests it acts on; default: all. */
  times?: number;
  /** Answer with this status instead of the real answer. */
  status?: number;
  headers?: Record<string, string>;
  /** Answer with this body, as it is. */
  body?: string;
  /**
   * Whether the request takes effect although `status` or `body` replaces its answer (an upload that is stored
   * and answers 504); default false.
   */
  takesEffect?: boolean;
  /** Wait so long before the answer, in milliseconds. */
  delayMs?: number;
  /** Break the connection: before the request takes effect, or after it took effect and before the answer. */
  reset?: 'before' | 'after';
  /** Send only so many bytes of the answer, then break the connection. */
  cutAfterBytes?: number;
}

/** Behaviour of the voice side. */
export interface VoiceOptions {
  /**
   * Where the fields of a message stand: at top level and inside `data` (`hybrid`, what every known reader
   * understands), inside `data` alone (`documented`), or at top level alone (`flat`).
   */
  shape?: 'hybrid' | 'documented' | 'flat';
  /** Refuse every connection in this way. */
  refuse?: { status: number } | { close: number; reason?: string; errorCode?: string };
  /** Send an `error` message after so many bytes of audio, and close with `close` if given. */
  failAfterBytes?: { bytes: number; errorCode: string; close?: number };
  /** Destroy the TCP connection after so many bytes of audio. */
  dropAfterBytes?: number;
  /** Say nothing after the audio (to test time-outs). */
  mute?: boolean;
  /** Leave out `is_last` in audio and `is_final` in text chunks. */
  noEndMarks?: boolean;
  /** Send the answer's text cumulatively instead of in pieces. */
  cumulative?: boolean;
  /** Send audio as binary frames instead of `tts_chunk` messages. */
  binaryAudio?: boolean;
  /** Times real time at which the answer's audio is sent; default 4; Infinity: at once. */
  replySpeed?: number;
}
