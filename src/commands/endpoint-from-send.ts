/** Sends the requests of `--from`, and finds out about those that nobody knows the end of. */
import type { ItemContext } from '../bulk/run-types.ts';
import { isRepeatable } from '../convirza/catalogue/types.ts';
import type { Call, ConvirzaClient } from '../convirza/client.ts';
import { isInDoubt } from '../convirza/retry.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { graceSignal } from './bulk-places.ts';
import type { EndpointInput } from './endpoint.ts';
import { canLookUp, lookUp } from './endpoint-from-lookup.ts';
import type { PlannedRequest } from './endpoint-from-plan.ts';
import type { Invocation } from './invocation.ts';

/** The call that a row stands for. */
export function callOf({ query }: EndpointInput, { path, body }: PlannedRequest, signal?: AbortSignal): Call {
  return { path, query, body: body === undefined ? undefined : { kind: 'json', value: body }, signal };
}

/** The work of one run. */
export class FromWork {
  readonly #invocation: Invocation;
  readonly #client: ConvirzaClient;
  readonly #input: EndpointInput;
  readonly #repeatable: boolean;
  readonly #signal: AbortSignal;

  constructor(invocation: Invocation, client: ConvirzaClient, input: EndpointInput) {
    this.#invocation = invocation;
    this.#client = client;
    this.#input = input;
    this.#repeatable = isRepeatable(client.resolve(input.endpoint));
    this.#signal = graceSignal(invocation);
  }

  /** @returns what the service answered, or its record where the answer got lost; null without either */
  async send(request: PlannedRequest, { known, signal }: ItemContext): Promise<unknown> {
    const { endpoint } = this.#input;
    const { settings, ctx } = this.#invocation;
    let doubted = false;
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.#client.call(endpoint, callOf(this.#input, request, this.#signal));
        return answer.data ?? null;
      } catch (error) {
        if (this.#isGone(error, known.state === 'in_doubt')) return null;
        // After a doubt, "it is there" may mean: by the attempt whose answer got lost.
        const takenByUs = doubted && error instanceof CliError && error.type === 'rejected';
        if (!takenByUs && !isInDoubt(error)) throw error;
        if (this.#repeatable || !canLookUp(endpoint, request.body)) throw withAdvice(error, this.#repeatable);
        doubted = true;
        const found = await this.#lookUp(request, error);
        if (found !== undefined) return found;
        if (takenByUs || attempt >= settings.number('retries')) throw error;
      }
      await ctx.sleep(settings.number('retry-delay') * 2 ** attempt, signal);
    }
  }

  /** Whether what an earlier run sent took effect; undefined to send it. @throws CliError when nobody can tell */
  async settle(request: PlannedRequest, _context: ItemContext): Promise<unknown> {
    if (this.#repeatable) return undefined;
    const { endpoint } = this.#input;
    if (canLookUp(endpoint, request.body)) return this.#lookUp(request, undefined);
    const error = new CliError('partial', 'an earlier run sent it, and whether it took effect is not known');
    throw withAdvice(error, false);
  }

  /** A deletion that an earlier run sent finds nothing left to delete. */
  #isGone(error: unknown, wasInDoubt: boolean): boolean {
    return (
      wasInDoubt &&
      this.#client.resolve(this.#input.endpoint).method === 'DELETE' &&
      error instanceof CliError &&
      error.type === 'not_found'
    );
  }

  async #lookUp({ body }: PlannedRequest, failure: unknown): Promise<JsonObject | undefined> {
    try {
      return await lookUp(this.#client, this.#input.endpoint, body ?? {}, this.#signal);
    } catch (error) {
      if (!(failure instanceof CliError)) throw error;
      throw new StillInDoubt(failure, '; whether it took effect could not be found out');
    }
  }
}

/** A request whose end nobody knows, and which must not be sent again before somebody looked. */
export class StillInDoubt extends CliError {
  constructor(failure: CliError, more = '') {
    super(failure.type, `${failure.message}${more}`, {
      ...failure,
      hint: 'Look whether it took effect before you send it again.',
      cause: failure,
    });
  }
}

function withAdvice(error: unknown, repeatable: boolean): unknown {
  return repeatable || !(error instanceof CliError) ? error : new StillInDoubt(error);
}
