/** What holds the requests of a bulk run back: its rate, the pauses that the service asks for, and its places. */
import { Gate, parseRate } from '../bulk/gate.ts';
import type { Context } from '../context.ts';
import { DEFAULT_RETRY } from '../convirza/retry.ts';
import { type BulkFlags, DEFAULT_CONCURRENCY } from './bulk-flags.ts';

/**
 * One for all workers of a run. An item is let in by `enter`, which pays for its first request as well: what waits
 * there has sent nothing, and an interruption leaves it undone rather than in doubt.
 */
export class BulkGate {
  readonly #requests: Gate;
  readonly #places: Gate;
  #paid = 0;

  /** @throws CliError `usage` for a rate that is none */
  constructor({ clock, sleep }: Pick<Context, 'clock' | 'sleep'>, flags: BulkFlags) {
    const { concurrency = DEFAULT_CONCURRENCY, rate } = flags;
    this.#requests = new Gate({
      now: clock,
      sleep,
      rate: rate === undefined ? undefined : parseRate(rate),
    });
    this.#places = new Gate({ now: clock, sleep, concurrency });
  }

  /** Milliseconds for which the service still wants no request. */
  get heldMs(): number {
    return this.#requests.limits.heldMs;
  }

  /** Lets an item in. @returns gives its place back @throws the signal's reason */
  async enter(signal: AbortSignal): Promise<() => void> {
    const leave = await this.#places.enter(signal);
    try {
      await this.#requests.ready(signal);
    } catch (error) {
      leave();
      throw error;
    }
    this.#paid++;
    return leave;
  }

  /** Resolves when a request may start. @throws the signal's reason */
  async ready(signal?: AbortSignal): Promise<void> {
    if (this.#paid > 0 && this.heldMs === 0) this.#paid--;
    else await this.#requests.ready(signal);
  }

  /** The service answered 429; `ms` is the pause that it asks for, honoured up to the longest of any retry. */
  refused(ms = 0): void {
    const pause = Math.min(ms, DEFAULT_RETRY.maxDelayMs);
    this.#requests.refused(pause);
    this.#places.refused(pause);
  }
}
