/** Addresses of the services. */
import { CliError } from '../shared/errors.ts';
import { isLoopback } from '../shared/network.ts';

/**
 * Checks a base URL and drops its trailing slash. Plain `http:` and `ws:` carry credentials in the clear and are
 * accepted for loopback addresses only, unless `allowInsecure`.
 *
 * @throws CliError `usage`
 */
export function parseBaseUrl(text: string, setting: string, kind: 'http' | 'ws', allowInsecure = false): URL {
  const secure = kind === 'http' ? 'https:' : 'wss:';
  const plain = kind === 'http' ? 'http:' : 'ws:';
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new CliError('usage', `${setting} is not a URL: ${JSON.stringify(text)}`, {
      hint: `Give it as ${secure}//host/path.`,
    });
  }
  if (url.protocol !== secure && url.protocol !== plain)
    throw new CliError('usage', `${setting} begins with ${url.protocol}//, where ${secure}// is needed`);
  if (url.username !== '' || url.password !== '')
    throw new CliError('usage', `${setting} holds a user name or a password`, {
      hint: 'Take them out: convirza auth login stores credentials.',
    });
  if (url.protocol === plain && !isLoopback(url) && !allowInsecure)
    throw new CliError('usage', `${setting} is ${plain}//${url.host}: credentials would travel unencrypted`, {
      hint: `Use ${secure}//, or say --insecure-http if you mean it.`,
    });
  url.pathname = url.pathname.replace(/\/+$/, '');
  url.search = '';
  url.hash = '';
  return url;
}

/** Query parameters; several values of one name are joined by commas, undefined ones left out. */
export type Query = Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;

/** The address of `path` (beginning with a slash) below `base`. */
export function buildUrl(base: URL, path: string, query: Query = {}): URL {
  const url = new URL(base.href);
  url.pathname = `${base.pathname.replace(/\/+$/, '')}${path}`;
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    url.searchParams.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return url;
}

/**
 * Fills `{name}` in a path. Values are encoded whole: a slash or a dot segment in an id cannot lead elsewhere.
 *
 * @throws CliError `usage` for an empty value, one that is only dots, and one that is no Unicode text
 */
export function fillPath(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name] ?? '';
    if (value.trim() === '' || /^\.+$/.test(value) || /\p{Surrogate}/u.test(value))
      throw new CliError('usage', `${JSON.stringify(value)} is no ${name}`);
    return encodeURIComponent(value);
  });
}

/**
 * A path that somebody typed, below `base` and nowhere else: with or without a leading slash, with a query if need
 * be, and also as the whole address where that begins with the base.
 *
 * @throws CliError `usage` when it leads to another host or out of the base path
 */
export function apiPath(base: URL, typed: string, query: Query = {}): URL {
  const root = `${base.href.replace(/\/+$/, '')}/`;
  const below = typed.startsWith(root) ? typed.slice(root.length) : typed.replace(/^\/+/, '');
  const elsewhere = /^[a-z][a-z0-9+.-]*:/i.test(below) || /^[/\\]/.test(below) || below.includes('\\');
  const url = new URL(elsewhere ? root : `${root}${below}`);
  if (elsewhere || url.origin !== base.origin || !url.href.startsWith(root))
    throw new CliError('usage', `${JSON.stringify(typed)} leads away from ${root}`, {
      hint: 'Give a path below the API, such as users/list. The token goes to no other place.',
    });
  url.hash = '';
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined)
      url.searchParams.set(name, Array.isArray(value) ? value.join(',') : String(value));
  }
  return url;
}
