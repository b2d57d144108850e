/** Requests and answers as text, for `--debug`, `--dry-run` and `--curl`: complete but for the secrets. */
import { isObject } from '../shared/json.ts';
import { shellQuote } from '../shared/shell.ts';
import type { RawAnswer } from './envelope.ts';
import type { HttpRequest } from './transport.ts';

export const REDACTED = 'REDACTED';

/** The last value may lack its end, where an answer was cut. */
const SECRET_FIELD =
  /"(\w*(?:token|password|passphrase|secret|api_?key|authorization|jwt|bearer)\w*)"(\s*:\s*)(?:"(?:[^"\\]|\\.)*(?:"|\\?$)|-?\d[\d.eE+-]*)/gi;
const SECRET_QUERY = /([?&](?:[\w-]*(?:token|signature|secret|api_?key)|sig)=)[^&\s"']+/gi;
const SECRET_HEADER = /^(authorization|proxy-authorization|cookie|set-cookie)$/i;

/** Text of a body or an address without its secrets; `token_type` says no secret. */
export function redact(text: string): string {
  return text
    .replace(SECRET_FIELD, (whole, name: string, colon: string) =>
      name === 'token_type' ? whole : `"${name}"${colon}"${REDACTED}"`,
    )
    .replace(SECRET_QUERY, `$1${REDACTED}`);
}

const SECRET_NAME = /token(?!_type)|password|passphrase|secret|api_?key|jwt/i;

/** What in a request must not be repeated by an answer: its token, and what its body keeps secret. */
export function secretsOf(request: HttpRequest): string[] {
  const { authorization = '' } = request.headers ?? {};
  const body = request.body?.kind === 'json' ? request.body.value : undefined;
  const fields = isObject(body) ? Object.entries(body).filter(([name]) => SECRET_NAME.test(name)) : [];
  const values = [authorization.replace(/^Bearer /i, ''), ...fields.map(([, value]) => String(value))];
  // A short value would blot out ordinary words.
  return values.filter((value) => value.length >= 6);
}

/** A text without the secrets themselves, wherever somebody put them. */
export function scrub(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);
}

function headerLines(headers: Readonly<Record<string, string>>, mark: string): string[] {
  return Object.entries(headers).map(
    ([name, value]) => `${mark} ${name}: ${SECRET_HEADER.test(name) ? REDACTED : value}`,
  );
}

const MAX_BODY = 4_000;

function clip(text: string): string {
  return text.length > MAX_BODY ? `${text.slice(0, MAX_BODY)}… (${text.length} characters)` : text;
}

function bodyText(request: HttpRequest): string | undefined {
  const { body } = request;
  if (body === undefined) return undefined;
  return body.kind === 'json'
    ? redact(JSON.stringify(body.value))
    : `(${body.contentType.split(';')[0]}, ${body.bytes} bytes)`;
}

/** A request as lines that begin with `>`. */
export function traceRequest(request: HttpRequest): string {
  const body = bodyText(request);
  const lines = [
    `> ${request.method} ${redact(request.url.href)}`,
    ...headerLines(request.headers ?? {}, '>'),
  ];
  if (body !== undefined) lines.push(`> ${clip(body)}`);
  return lines.join('\n');
}

/** An answer as lines that begin with `<`. @param ms since the request was begun */
export function traceAnswer(answer: RawAnswer, ms: number): string {
  const lines = [`< HTTP ${answer.status} after ${Math.round(ms)} ms`, ...headerLines(answer.headers, '<')];
  if (answer.text !== '') lines.push(`< ${clip(redact(answer.text))}`);
  return lines.join('\n');
}

/** One part of a form: a field, or a file. */
export type FormPart =
  | { name: string; value: string }
  | { name: string; path: string; contentType: string; fileName: string };

/** A value inside a `-F` argument as curl reads it back, which gives commas, semicolons and quotes a meaning. */
function curlQuote(value: string): string {
  return `"${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}

function curlPart(part: FormPart): string[] {
  // A field as it is: with -F a value such as "@/etc/passwd" would send that file.
  if ('value' in part) return ['--form-string', shellQuote(`${part.name}=${part.value}`)];
  const file = `@${curlQuote(part.path)};type=${part.contentType};filename=${curlQuote(part.fileName)}`;
  return ['-F', shellQuote(`${part.name}=${file}`)];
}

/**
 * The equal curl line. The token stands as a variable of the shell, so that the line can be run and shown around.
 *
 * @param form fields and files of an upload, in place of its body
 */
export function curlLine(
  request: HttpRequest,
  options: { signedIn: boolean; form?: readonly FormPart[] },
): string {
  const words = ['curl', '-X', request.method];
  // Brackets and braces in an address mean ranges to curl.
  if (/[[\]{}]/.test(request.url.href)) words.push('--globoff');
  if (options.signedIn) words.push('-H', '"Authorization: Bearer $CONVIRZA_TOKEN"');
  for (const [name, value] of Object.entries(request.headers ?? {}))
    if (!SECRET_HEADER.test(name)) words.push('-H', shellQuote(`${name}: ${value}`));
  if (options.form !== undefined) words.push(...options.form.flatMap(curlPart));
  else if (request.body?.kind === 'json')
    words.push(
      '-H',
      shellQuote('content-type: application/json'),
      '--data',
      shellQuote(bodyText(request) ?? ''),
    );
  words.push(shellQuote(redact(request.url.href)));
  return words.join(' ');
}
