/** Answers as bytes, and the envelopes of the service around them. */
import { randomUUID } from 'node:crypto';

/** A whole answer, ready to be sent. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A request that is refused; it becomes an error envelope with this status and message. */
export class HttpError extends Error {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HttpError';
    this.status = status;
    this.headers = headers;
  }
}

/** An answer with these bytes; `Content-Length` is added when it is sent. */
export function bytesAnswer(
  status: number,
  type: string,
  body: Buffer,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return { status, headers: { 'content-type': type, ...headers }, body };
}

/** Plain text, UTF-8. */
export function textAnswer(status: number, text: string): Answer {
  return bytesAnswer(status, 'text/plain; charset=utf-8', Buffer.from(text));
}

/** A JSON document without any envelope, as the OAuth calls answer (reference §3). */
export function jsonAnswer(
  status: number,
  document: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  return bytesAnswer(
    status,
    'application/json; charset=utf-8',
    Buffer.from(JSON.stringify(document)),
    headers,
  );
}

/** The success envelope; `code` is 200 whatever the status is (reference §3). `now` in milliseconds. */
export function success(status: number, data: unknown, now: number): Answer {
  const timestamp = new Date(now).toISOString();
  return jsonAnswer(status, { code: 200, message: 'Success', data, request_id: randomUUID(), timestamp });
}

/**
 * The error body. Only the camelCase `requestId` and a message are known (reference §3); `code` and
 * `timestamp` follow the success envelope. `now` in milliseconds.
 */
export function failure(
  status: number,
  message: string,
  now: number,
  headers: Readonly<Record<string, string>> = {},
): Answer {
  const timestamp = new Date(now).toISOString();
  return jsonAnswer(status, { code: status, message, requestId: randomUUID(), timestamp }, headers);
}
