/** Reading answers whose shape is only partly documented (reference, section 3). */
import { CliError, type ErrorDetails, type ErrorType } from '../shared/errors.ts';
import { isInteger, isObject, type JsonObject, nonEmptyString, parseJson } from '../shared/json.ts';

/** What came back, before it is interpreted. Header names are in lower case. */
export interface RawAnswer {
  status: number;
  headers: Readonly<Record<string, string>>;
  text: string;
  /** "METHOD url" of the request. */
  endpoint: string;
  /** ISO 8601 UTC, when the answer came. */
  timestamp: string;
}

/** A successful answer: `data` out of the envelope, or the whole body where there is no envelope. */
export interface Answer {
  status: number;
  data: unknown;
  body: unknown;
  message: string | undefined;
  requestId: string | undefined;
  /** The body as it came. */
  text: string;
}

/** The id under which support finds a request: either spelling, in the body or in a header. */
export function requestIdOf(
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): string | undefined {
  const inBody = isObject(body)
    ? (nonEmptyString(body['request_id']) ?? nonEmptyString(body['requestId']))
    : undefined;
  return inBody ?? headers['x-request-id'];
}

/** The error type that a status stands for. */
export function typeOfStatus(status: number): ErrorType {
  if (status === 401 || status === 403) return 'auth';
  if (status === 404 || status === 410) return 'not_found';
  if (status === 429) return 'rate_limited';
  if (status >= 400 && status < 500) return 'rejected';
  return 'server';
}

/** What kind of text stands where JSON should. */
function describeText(text: string): string {
  const start = text.slice(0, 512).trimStart().toLowerCase();
  if (start === '') return 'nothing';
  if (start.startsWith('<!doctype html') || start.startsWith('<html') || start.includes('<body'))
    return 'HTML';
  if (start.startsWith('<')) return 'XML';
  if (start.startsWith('{') || start.startsWith('[')) return 'broken JSON';
  return 'text that is not JSON';
}

/** How deep a body is searched: no service nests further, and a hostile body must not exhaust the stack. */
const MAX_DEPTH = 16;

/** The first readable message of an error body: the shape is not documented, so the usual places are tried. */
export function messageOf(body: unknown, depth = 0): string | undefined {
  if (typeof body === 'string') return nonEmptyString(body.trim());
  if (depth > MAX_DEPTH) return undefined;
  if (Array.isArray(body)) {
    const parts = body.map((part) => messageOf(part, depth + 1)).filter((part) => part !== undefined);
    return parts.length > 0 ? parts.join('; ') : undefined;
  }
  if (!isObject(body)) return undefined;
  for (const key of ['message', 'error_description', 'error', 'errors', 'detail', 'msg', 'title', 'data']) {
    const found = messageOf(body[key], depth + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

const STATUS_WORDS: Readonly<Record<number, string>> = {
  400: 'The service rejected the request',
  401: 'The service did not accept the credentials',
  403: 'The account may not do this',
  404: 'Not found',
  405: 'The service does not know this method here',
  409: 'The request conflicts with what the service has',
  410: 'It is gone',
  413: 'The request is too large',
  415: 'The service does not take this kind of content',
  422: 'The service rejected the request',
  429: 'Too many requests',
  503: 'The service is not available',
};

function words(status: number): string {
  const known = STATUS_WORDS[status];
  if (known !== undefined) return known;
  return status >= 500 ? 'The service failed' : 'The service rejected the request';
}

/** The error that an answer with a status outside 200–299 stands for. */
export function errorOfAnswer(answer: RawAnswer, hint?: string): CliError {
  const { status, headers, text, endpoint, timestamp } = answer;
  const parsed = parseJson(text);
  const details: ErrorDetails = {
    status,
    endpoint,
    timestamp,
    requestId: requestIdOf(parsed?.value, headers),
    hint,
  };
  if (status >= 300 && status < 400) {
    return new CliError(
      'server',
      `The service answered with a redirect to ${safeHost(headers['location'])} (HTTP ${status})`,
      {
        ...details,
        hint: 'It is not followed, since the credentials would go along. Check the base URL (api-url, oauth-url).',
      },
    );
  }
  const said = parsed === undefined ? `it answered ${describeText(text)}` : messageOf(parsed.value);
  const message =
    said === undefined ? words(status) : `${words(status)}: ${said.slice(0, 500).replace(/[.\s]+$/, '')}`;
  return new CliError(typeOfStatus(status), `${message} (HTTP ${status})`, details);
}

function safeHost(location: string | undefined): string {
  try {
    return new URL(location ?? '').host || 'another address';
  } catch {
    return 'another address';
  }
}

/**
 * Interprets a successful answer.
 *
 * @param expectBody whether an empty body is a failure (a list must have one, a deletion need not)
 * @throws CliError `server` when the body is not JSON
 */
export function readAnswer(answer: RawAnswer, expectBody: boolean): Answer {
  const { status, headers, text, endpoint, timestamp } = answer;
  const parsed = parseJson(text);
  if (parsed === undefined) {
    if (text.trim() === '' && !expectBody)
      return {
        status,
        data: undefined,
        body: undefined,
        message: undefined,
        requestId: requestIdOf(undefined, headers),
        text,
      };
    throw new CliError(
      'server',
      `The server answered ${describeText(text)} instead of JSON (HTTP ${status})`,
      {
        status,
        endpoint,
        timestamp,
        requestId: requestIdOf(undefined, headers),
        hint: 'Check the base URL; a proxy or a sign-in page may be answering in its place.',
      },
    );
  }
  const body = parsed.value;
  const enveloped = isObject(body) && 'data' in body;
  return {
    status,
    data: enveloped ? body['data'] : body,
    body,
    message: isObject(body) ? nonEmptyString(body['message']) : undefined,
    requestId: requestIdOf(body, headers),
    text,
  };
}

/** Rows of a list, and how many there are in all where the service says so. */
export interface Rows {
  rows: unknown[];
  total: number | undefined;
}

/** Not `count`, which often is that of the rows on this page: the walk would end there. */
const TOTAL_KEYS = ['total', 'total_count', 'totalCount'];

/**
 * Finds the rows of a list: `data` itself, the documented key, or the one array in it. Most keys are not
 * documented (reference, section 3, "Lists"), so with several arrays the longest one of objects is taken.
 *
 * @returns undefined when there is no array at all
 */
export function findRows(data: unknown, key?: string, depth = 0): Rows | undefined {
  if (Array.isArray(data)) return { rows: data, total: undefined };
  if (!isObject(data) || depth > MAX_DEPTH) return undefined;
  const total = TOTAL_KEYS.map((name) => data[name]).find(isInteger);
  const named = key === undefined ? undefined : data[key];
  if (Array.isArray(named)) return { rows: named, total };
  const arrays = Object.values(data).filter(Array.isArray);
  if (arrays.length > 0) return { rows: pickArray(arrays), total };
  for (const inner of Object.values(data)) {
    const found = isObject(inner) ? findRows(inner, key, depth + 1) : undefined;
    if (found !== undefined) return { rows: found.rows, total: found.total ?? total };
  }
  return undefined;
}

function pickArray(arrays: unknown[][]): unknown[] {
  const weight = (array: unknown[]) => (array.length > 0 && isObject(array[0]) ? 1e9 : 0) + array.length;
  return arrays.reduce((best, array) => (weight(array) > weight(best) ? array : best));
}

/** The id that a creation answered: the first key that looks like one (`userId`, `orgUnitId`, `media_prompt_id`, `id`). */
export function createdId(data: unknown): string | number | undefined {
  if (!isObject(data)) return undefined;
  const entry = Object.entries(data as JsonObject).find(
    ([key, value]) => /(^id$|_id$|Id$)/.test(key) && (typeof value === 'string' || typeof value === 'number'),
  );
  return entry?.[1] as string | number | undefined;
}
