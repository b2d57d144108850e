import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

const GRACE_MS = 3_000;

/** Largest close reason in bytes (RFC 6455 §5.5: 125 with the code). */
const MAX_REASON = 123;

/**
 * Closes a connection with any code at all. A code that is not legal on the wire (5004, §7) is put there all the
 * same, as a misbehaving service would: the peer then sees a protocol error. 1006 breaks the connection without a
 * word, 1005 closes it without a code.
 * @param socket the connection below `ws`
 * @param reason cut to the 123 bytes that a close frame has room for
 */
export function closeConnection(ws: WebSocket, socket: Duplex, code: number, reason: string): void {
  const text = cutUtf8(reason, MAX_REASON);
  if (isLegalCode(code)) {
    ws.close(code, text);
  } else if (code === 1005) {
    ws.close();
  } else if (code !== 1006 && Number.isInteger(code) && code >= 0 && code <= 0xffff) {
    const body = Buffer.concat([Buffer.of(code >> 8, code & 0xff), text]);
    socket.end(Buffer.concat([Buffer.of(0x88, body.length), body]));
    const timer = setTimeout(() => ws.terminate(), GRACE_MS);
    ws.once('close', () => clearTimeout(timer));
  } else {
    ws.terminate();
  }
}

/** RFC 6455 §7.4 and the registry of close codes, as `ws` knows them. */
function isLegalCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  return (
    (code >= 1000 && code <= 1014 && ![1004, 1005, 1006].includes(code)) || (code >= 3000 && code <= 4999)
  );
}

/** The beginning of a text in UTF-8, cut between characters. */
function cutUtf8(text: string, most: number): Buffer {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return bytes;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
