/** A failed exchange, apart from the transport itself: whoever judges failures need not load undici. */
import { CliError } from '../shared/errors.ts';

/** A failed exchange. `sent` says whether the service may have seen the request. */
export class TransportError extends CliError {
  readonly sent: boolean;
  /** A certificate or an address that does not exist will not be better a second later. */
  readonly passing: boolean;

  constructor(
    message: string,
    details: {
      sent: boolean;
      passing: boolean;
      endpoint: string;
      hint?: string;
      timestamp: string;
      cause: unknown;
    },
  ) {
    super('network', message, details);
    this.sent = details.sent;
    this.passing = details.passing;
  }
}
