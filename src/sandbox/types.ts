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

export type { VoiceOptions } from './voice/options.ts';
