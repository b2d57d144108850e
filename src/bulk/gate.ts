/**
 * One gate for all workers of a run: so many requests at once, so many in a time, and none while the service asks for
 * a pause. Being refused (429) halves what may pass; every quiet while gives a part of it back (additive increase,
 * multiplicative decrease).
 */
import { CliError } from '../shared/errors.ts';
import { TurnQueue } from './turn-queue.ts';

export interface Rate {
  requests: number;
  perMs: number;
}

export interface GateOptions {
  /** Milliseconds of a clock of the caller's choice. */
  now: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** The rate while nothing was refused; without it only holds slow requests down. */
  rate?: Rate | undefined;
  /** How many requests may start at once after a quiet time. 1 without it: they are spaced evenly. */
  burst?: number | undefined;
  /** How many may be under way at once between `enter` and leaving; unlimited without it. */
  concurrency?: number | undefined;
  /** Neither goes below this part of its greatest value, and the concurrency not below 1. */
  floor?: number | undefined;
  /** The quiet time, in milliseconds, after which a tenth of the greatest value (1 place at least) comes back. */
  recoverMs?: number | undefined;
  /** Further refusals within so many milliseconds of a decrease are of the same wave, and decrease nothing. */
  waveMs?: number | undefined;
}

const UNITS: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000 };

/** `10/s`, `600/min`, `2000/h`. @throws CliError `usage` */
export function parseRate(text: string): Rate {
  const match = /^\s*(\d{1,6}(?:\.\d{1,3})?)\s*\/\s*(s|sec|second|m|min|minute|h|hour)\s*$/i.exec(text);
  const requests = Number(match?.[1]);
  const perMs = UNITS[match?.[2]?.[0]?.toLowerCase() ?? ''];
  if (perMs !== undefined && requests > 0) return { requests, perMs };
  throw new CliError('usage', `${JSON.stringify(text)} is no rate`, {
    hint: 'Give requests in a time: 10/s, 600/min, or 2000/h.',
  });
}

export class Gate {
  readonly #now: () => number;
  readonly #recoverMs: number;
  readonly #waveMs: number;
  readonly #floor: number;
  readonly #burst: number;
  /** Requests in a millisecond. */
  readonly #maxRate: number;
  readonly #maxPlaces: number;
  readonly #starts: TurnQueue;
  readonly #entries: TurnQueue;
  #heldUntil = Number.NEGATIVE_INFINITY;
  #rate: number;
  #places: number;
  #tokens: number;
  #filledAt: number;
  #decreasedAt = Number.NEGATIVE_INFINITY;
  /** From when the next quiet time counts. */
  #quietSince: number;
  #inside = 0;

  constructor(options: GateOptions) {
    const { now, sleep, rate, burst = 1, concurrency = Number.POSITIVE_INFINITY } = options;
    this.#now = now;
    this.#recoverMs = options.recoverMs ?? 10_000;
    this.#waveMs = options.waveMs ?? 1_000;
    this.#floor = options.floor ?? 0.05;
    this.#burst = Math.max(1, burst);
    this.#maxRate = rate === undefined ? Number.POSITIVE_INFINITY : rate.requests / rate.perMs;
    this.#maxPlaces = Math.max(1, concurrency);
    this.#rate = this.#maxRate;
    this.#places = this.#maxPlaces;
    this.#tokens = this.#burst;
    this.#filledAt = now();
    this.#quietSince = this.#filledAt;
    this.#starts = new TurnQueue(() => this.#takeToken(), sleep);
    this.#entries = new TurnQueue(() => this.#takePlace(), sleep);
  }

  /** What may be under way at once, and start in a second, right now. */
  get limits(): { concurrency: number; perSecond: number; heldMs: number } {
    this.#recover();
    return {
      concurrency: Math.floor(this.#places),
      perSecond: this.#rate * 1_000,
      heldMs: Math.max(0, this.#heldUntil - this.#now()),
    };
  }

  /** Resolves when one request may start, in the order of the calls. @throws the signal's reason */
  ready(signal?: AbortSignal): Promise<void> {
    return this.#starts.turn(signal);
  }

  /**
   * As `ready`, and takes one of the places for requests that are under way.
   *
   * @returns gives the place back; a second call does nothing
   */
  async enter(signal?: AbortSignal): Promise<() => void> {
    await this.#entries.turn(signal);
    let inside = true;
    const leave = () => {
      if (!inside) return;
      inside = false;
      this.#inside--;
      this.#entries.wake();
    };
    try {
      await this.ready(signal);
    } catch (error) {
      leave();
      throw error;
    }
    return leave;
  }

  /** Nothing starts for so many milliseconds; of several holds the one that ends last counts. */
  hold(ms: number): void {
    if (ms > 0) this.#heldUntil = Math.max(this.#heldUntil, this.#now() + ms);
  }

  /** The service refused a request for being one too many; `ms` is the pause that it asks for, if it does. */
  refused(ms = 0): void {
    this.#recover();
    this.hold(ms);
    const now = this.#now();
    this.#quietSince = Math.max(now, this.#heldUntil);
    if (now - this.#decreasedAt < this.#waveMs) return;
    this.#decreasedAt = now;
    this.#fill();
    this.#rate = Math.max(this.#rate / 2, this.#maxRate * this.#floor);
    if (Number.isFinite(this.#maxPlaces))
      this.#places = Math.max(1, this.#maxPlaces * this.#floor, Math.floor(this.#places / 2));
  }

  #recover(): void {
    const steps = Math.floor((this.#now() - this.#quietSince) / this.#recoverMs);
    if (steps < 1) return;
    this.#quietSince += steps * this.#recoverMs;
    if (Number.isFinite(this.#maxRate)) {
      this.#fill();
      this.#rate = Math.min(this.#maxRate, this.#rate + (steps * this.#maxRate) / 10);
    }
    if (Number.isFinite(this.#maxPlaces))
      this.#places = Math.min(this.#maxPlaces, this.#places + steps * Math.max(1, this.#maxPlaces / 10));
  }

  #fill(): void {
    const now = this.#now();
    const passed = Math.max(0, now - this.#filledAt);
    this.#filledAt = now;
    if (Number.isFinite(this.#rate)) this.#tokens = Math.min(this.#burst, this.#tokens + passed * this.#rate);
  }

  /** Takes the right to start; else milliseconds after which to ask again. */
  #takeToken(): number {
    this.#recover();
    const held = this.#heldUntil - this.#now();
    if (held > 0) return held;
    if (!Number.isFinite(this.#rate)) return 0;
    this.#fill();
    // What a sum of fractions may lack of one.
    if (this.#tokens < 1 - 1e-9) return Math.max(1, Math.ceil((1 - this.#tokens) / this.#rate));
    this.#tokens = Math.max(0, this.#tokens - 1);
    return 0;
  }

  /** Takes a place; else waits until one is given back. */
  #takePlace(): number {
    this.#recover();
    if (this.#inside >= Math.floor(this.#places)) return Number.POSITIVE_INFINITY;
    this.#inside++;
    return 0;
  }
}
