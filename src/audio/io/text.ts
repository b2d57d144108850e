/** Longest text that is taken from a file as a tag, in bytes. */
const MAX_TEXT_BYTES = 4096;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Text of a file that does not say how it is coded: UTF-8 where it is valid, else Latin-1; up to its first zero byte,
 * without blanks around it, not cleaned of control characters.
 */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  const text = bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, MAX_TEXT_BYTES));
  try {
    return utf8.decode(text).trim();
  } catch {
    return Buffer.from(text).toString('latin1').trim();
  }
}
