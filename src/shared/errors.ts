/**
 * The one kind of failure that every room throws on purpose, and the exit codes it maps to.
 * Whatever else is thrown is a bug of ours and ends with code 1.
 */

/** Exit code of each error type; the table is the contract with scripts. */
export const EXIT_CODES = {
  internal: 1,
  usage: 2,
  cancelled: 3,
  auth: 4,
  not_found: 5,
  rejected: 6,
  rate_limited: 7,
  partial: 8,
  network: 9,
  server: 10,
  threshold: 11,
  interrupted: 130,
  terminated: 143,
} as const;

export type ErrorType = keyof typeof EXIT_CODES;

/** What an error report holds beside its message; `endpoint` is "METHOD url", `timestamp` ISO 8601 UTC. */
export interface ErrorDetails {
  hint?: string | undefined;
  status?: number | undefined;
  requestId?: string | undefined;
  endpoint?: string | undefined;
  timestamp?: string | undefined;
  cause?: unknown;
}

/**
 * A failure with a message for a person: `message` says what went wrong and why, `hint` what to do.
 * Neither may hold a secret.
 */
export class CliError extends Error {
  readonly type: ErrorType;
  readonly hint: string | undefined;
  readonly status: number | undefined;
  readonly requestId: string | undefined;
  readonly endpoint: string | undefined;
  readonly timestamp: string | undefined;

  constructor(type: ErrorType, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'CliError';
    this.type = type;
    this.hint = details.hint;
    this.status = details.status;
    this.requestId = details.requestId;
    this.endpoint = details.endpoint;
    this.timestamp = details.timestamp;
  }

  get exitCode(): number {
    return EXIT_CODES[this.type];
  }
}

/** Ends the program with this exit code and without a word: that of another program, which has said what it had to say. */
export class ExitWith extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.name = 'ExitWith';
    this.exitCode = exitCode;
  }
}

/** The `code` of a Node.js system error (`ENOENT`, `EPIPE` …), or undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** A message without the full stop at its end, for the middle of a sentence. */
export function withoutStop(message: string): string {
  return message.replace(/\.$/, '');
}
