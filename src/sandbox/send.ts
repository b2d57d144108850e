/** Answers on their way out: whole, slowly, in pieces, or cut off. */
import type { ServerResponse } from 'node:http';
import { sleep } from '../shared/wait.ts';
import type { Answer } from './http/answer.ts';
import type { Exchange } from './http/exchange.ts';
import type { FaultRule } from './types.ts';

/** How long the rest of a refused body is thrown away before its connection is broken. */
const LINGER_MS = 10_000;

/** Pieces in a second where a rule names the speed alone. */
const PIECES_PER_SECOND = 10;

/** What a fault rule says of the sending. */
export type Pace = Pick<FaultRule, 'cutAfterBytes' | 'bytesPerSecond' | 'pieceBytes'>;

/**
 * Sends the answer, or its first `cutAfterBytes` bytes of body and then the end of the connection. A slow answer
 * ends early when `closing` aborts.
 */
export function send(
  exchange: Exchange,
  response: ServerResponse,
  answer: Answer,
  pace: Pace = {},
  closing?: AbortSignal,
): void {
  const { request } = exchange;
  const cut = pace.cutAfterBytes;
  const slow = pace.bytesPerSecond !== undefined || pace.pieceBytes !== undefined;
  response.writeHead(answer.status, { 'content-length': String(answer.body.length), ...answer.headers });
  const body = cut === undefined ? answer.body : answer.body.subarray(0, cut);
  const end = (rest?: Buffer): void => {
    if (cut === undefined) response.end(rest);
    else {
      if (rest !== undefined && rest.length > 0) response.write(rest);
      request.socket.destroySoon();
    }
  };
  if (slow || cut !== undefined) response.flushHeaders();
  if (!slow) end(body);
  else {
    sendPieces(response, body, pace, closing).then(
      () => end(),
      () => response.destroy(),
    );
  }
  if (cut !== undefined || request.complete) return;
  // A body that was refused half-way still comes. Closing now would reset the connection, and many clients
  // would never see the answer: the rest is read and thrown away, for a while.
  request.resume();
  const timer = setTimeout(() => request.socket.destroy(), LINGER_MS).unref();
  request.on('close', () => clearTimeout(timer));
}

/** Each piece is a write of its own, and travels as one. Rejects when the client goes or `closing` aborts. */
async function sendPieces(
  response: ServerResponse,
  body: Buffer,
  { bytesPerSecond = Number.POSITIVE_INFINITY, pieceBytes }: Pace,
  closing?: AbortSignal,
): Promise<void> {
  const size = pieceBytes ?? Math.max(1, Math.ceil(bytesPerSecond / PIECES_PER_SECOND));
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const signal = closing === undefined ? gone.signal : AbortSignal.any([gone.signal, closing]);
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    signal.throwIfAborted();
    // Written before the pause: a client that waits for the first byte is not kept from it.
    response.write(piece);
    if (Number.isFinite(bytesPerSecond)) await sleep((piece.length / bytesPerSecond) * 1000, signal);
    else await new Promise(setImmediate);
  }
}
