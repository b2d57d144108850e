/** Values that came out of JSON, before anything is known about them. */

export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isInteger(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value);
}

/** The value when it is a string that is not empty. */
export function nonEmptyString(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Whole numbers that may be too large for a double; strings are passed over. */
const BIG_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;

/** Puts whole numbers that a double cannot hold in quotes, so that an id of 20 digits keeps every one of them. */
function keepBigNumbers(text: string): string {
  if (!/[:[,\s]-?\d{16}/.test(text)) return text;
  return text.replace(BIG_NUMBER, (match) =>
    match.startsWith('"') || Number.isSafeInteger(Number(match)) ? match : `"${match}"`,
  );
}

/** Parses JSON, with or without a byte order mark; undefined when it is none. Numbers beyond 2^53 become text. */
export function parseJson(text: string): { value: unknown } | undefined {
  try {
    return { value: JSON.parse(keepBigNumbers(text.replace(/^\ufeff/, ''))) as unknown };
  } catch {
    return undefined;
  }
}
