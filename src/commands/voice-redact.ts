/** Secrets that the service may repeat, kept out of what is written of a call. */

/** The documented beginning of an API key. */
const API_KEY = /\boak_[\w-]{6,}/g;

/** Replaces the secrets and all API keys in a text, be it plain, JSON or an address. */
export function redactor(secrets: readonly (string | undefined)[]): (text: string) => string {
  const given = secrets.filter((secret) => secret !== undefined && secret !== '') as string[];
  const forms = new Set(
    given.flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]),
  );
  return (text) =>
    [...forms].reduce((line, form) => line.replaceAll(form, 'REDACTED'), text).replace(API_KEY, 'REDACTED');
}
