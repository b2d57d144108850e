import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/**
 * SHA-256 of a file's content in hexadecimal digits. It is read in pieces, so that memory does not grow with it.
 *
 * @param failure makes the error to throw of what the system reports
 * @throws the reason of `signal` when that is aborted; what `failure` returns when the file cannot be read
 */
export async function sha256OfFile(
  path: string,
  signal: AbortSignal,
  failure: (error: unknown) => Error,
): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path, { signal, highWaterMark: 1 << 18 })) hash.update(piece);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw failure(error);
  }
  return hash.digest('hex');
}
