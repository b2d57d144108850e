import type { IncomingMessage } from 'node:http';
import {
  type Admission,
  admit,
  type Refusal,
  RefusalPlan,
  refusal,
  refusedOnDemand,
  statusOf,
  type Target,
  type VoiceKeys,
} from './admission.ts';
import { limitsOf, SlidingWindow } from './limits.ts';
import type { LimitName } from './log.ts';
import type { VoiceOptions } from './options.ts';

/** What becomes of a connection: a status instead of the upgrade, or an upgrade that is refused or let in. */
export type Verdict =
  | { kind: 'status'; status: number; retryAfter: number | undefined }
  | { kind: 'refused'; refusal: Refusal }
  | { kind: 'admitted'; admission: Admission };

/** Close code for too many sessions at once: the reference names none that is legal (5005); this is a policy. */
const POLICY_VIOLATION = 1008;

/** Decides on connections, by the options in force: refusals on demand, limits, credentials. */
export class Door {
  readonly limits: ReturnType<typeof limitsOf>;
  readonly exceeded: Record<LimitName, number> = {
    connectionsPerMinute: 0,
    messagesPerMinute: 0,
    chunksPerSecond: 0,
    chunkBytes: 0,
    sessionMs: 0,
    concurrentSessions: 0,
  };
  connections = 0;
  refused = 0;
  readonly #voice: VoiceOptions;
  readonly #keys: VoiceKeys;
  readonly #plan: RefusalPlan;
  readonly #windows = new Map<string, SlidingWindow>();

  constructor(voice: VoiceOptions, keys: VoiceKeys) {
    this.#voice = voice;
    this.#keys = keys;
    this.#plan = new RefusalPlan(voice);
    this.limits = limitsOf(voice.limits);
  }

  /** Decides, and counts. `open`: sessions that are open now. */
  decide(target: Target | undefined, request: IncomingMessage, open: number, nowMs: number): Verdict {
    const verdict = this.#decide(++this.connections, target, request, open, nowMs);
    if (verdict.kind !== 'admitted') this.refused++;
    return verdict;
  }

  /** Connections of the last minute with the key that has the most of them. */
  connectionsInMinute(nowMs: number): number {
    return [...this.#windows.values()].reduce((most, window) => Math.max(most, window.used(nowMs)), 0);
  }

  #decide(
    connection: number,
    target: Target | undefined,
    request: IncomingMessage,
    open: number,
    nowMs: number,
  ): Verdict {
    const demand = this.#plan.take(connection);
    if (demand !== undefined && 'status' in demand)
      return { kind: 'status', status: demand.status, retryAfter: demand.retryAfter };
    if (target === undefined) return { kind: 'status', status: 404, retryAfter: undefined };
    if (demand !== undefined) return { kind: 'refused', refusal: refusedOnDemand(demand) };

    const waitMs = this.#tooOften(target, nowMs);
    if (waitMs > 0) {
      this.exceeded.connectionsPerMinute++;
      const message = `More than ${this.limits.connectionsPerMinute} connections in 60 s`;
      return this.#refuse(refusal('RATE_LIMITED', message, 4004), Math.ceil(waitMs / 1_000));
    }
    const verdict = admit(target, request.headers, this.#keys);
    if ('close' in verdict) return this.#refuse(verdict);
    if (open >= this.limits.concurrentSessions) {
      this.exceeded.concurrentSessions++;
      const message = `More than ${this.limits.concurrentSessions} sessions at once`;
      return this.#refuse(refusal('SESSION_LIMIT_EXCEEDED', message, POLICY_VIOLATION));
    }
    return { kind: 'admitted', admission: verdict };
  }

  /** Milliseconds until another connection with this API key may come; keys that are unknown are not counted. */
  #tooOften({ query }: Target, nowMs: number): number {
    const key = query.get('api_key') ?? '';
    if (!this.#keys.apiKeys.has(key)) return 0;
    let window = this.#windows.get(key);
    if (window === undefined) {
      window = new SlidingWindow(this.limits.connectionsPerMinute, 60_000);
      this.#windows.set(key, window);
    }
    return window.take(nowMs) ? 0 : Math.max(1, window.waitMs(nowMs));
  }

  #refuse(refused: Refusal, retryAfter?: number): Verdict {
    if (this.#voice.refuseBy !== 'status') return { kind: 'refused', refusal: refused };
    return { kind: 'status', status: statusOf(refused.errorCode), retryAfter };
  }
}
