/** Ids for completion: out of the cache, else one page of the family's list. */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { commandName, type Endpoint, FAMILIES } from '../convirza/catalogue/index.ts';
import { createdId, findRows } from '../convirza/envelope.ts';
import { parseOverride } from '../convirza/override.ts';
import { buildUrl } from '../convirza/url.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { isObject, type JsonObject, nonEmptyString, parseJson } from '../shared/json.ts';
import { isLoopback } from '../shared/network.ts';
import type { Candidate } from './complete.ts';
import { get } from './complete-request.ts';
import { environmentToken, hosts } from './credentials.ts';
import { type GlobalFlags, Invocation } from './invocation.ts';

const CACHE_MS = 60_000;

const VALUE_FLAGS: Readonly<
  Record<string, 'profile' | 'apiUrl' | 'oauthUrl' | 'proxy' | 'caFile' | undefined>
> = {
  '--profile': 'profile',
  '--api-url': 'apiUrl',
  '--oauth-url': 'oauthUrl',
  '--proxy': 'proxy',
  '--ca-file': 'caFile',
};

/** The global flags on the typed line that decide who is asked; shells hand words over as they were typed. */
function globalFlags(typed: readonly string[], ctx: Context): GlobalFlags & { sandbox: boolean } {
  const words = typed.map((word) => word.replace(/^(["'])(.*)\1$/s, '$2'));
  const said = (flag: string, variable: string) =>
    words.includes(flag) || /^(1|true|yes|on)$/i.test(ctx.env[variable] ?? '');
  const values: GlobalFlags = {};
  words.forEach((word, index) => {
    const [name = '', value = words[index + 1]] = word.split(/=(.*)/s);
    const key = VALUE_FLAGS[name];
    if (key !== undefined && value !== undefined) values[key] = value;
  });
  return {
    ...values,
    quiet: true,
    input: false,
    insecureHttp: said('--insecure-http', 'CONVIRZA_INSECURE_HTTP'),
    sandbox: said('--sandbox', 'CONVIRZA_SANDBOX'),
  };
}

/** The token there is: nothing is refreshed, nobody signs in, and no lock is taken. */
async function presentToken(invocation: Invocation): Promise<string | undefined> {
  const given = environmentToken(invocation);
  if (given !== undefined) return given;
  // The key file alone: a keychain or a passphrase takes longer than somebody waits for a completion.
  const { CredentialStore } = await import('../credentials/index.ts');
  const session = (await new CredentialStore(invocation.settings.folder).read(invocation.profile))?.convirza;
  const { apiUrl, oauthUrl } = hosts(invocation);
  const ours = session?.apiUrl === apiUrl && session.oauthUrl === oauthUrl;
  const alive = (session?.accessExpiresAt ?? Number.POSITIVE_INFINITY) > invocation.ctx.now();
  return ours && alive ? session.accessToken : undefined;
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? nonEmptyString(value.trim()) : undefined;
}

/** What a person knows a row by: a name, else the first texts of its table. */
function nameOf(row: JsonObject, list: Endpoint): string | undefined {
  const person = [text(row['first_name']), text(row['last_name'])].filter((part) => part !== undefined);
  if (person.length > 0) return person.join(' ');
  const columns = (list.columns ?? Object.keys(row)).filter((key) => key !== list.idKey);
  const names = [...columns, ...Object.keys(row)].filter((key) => /(^|_|file)(name|title|label)$/i.test(key));
  const name = names.map((key) => text(row[key])).find((found) => found !== undefined);
  if (name !== undefined) return name;
  const texts = columns.map((key) => text(row[key])).filter((part) => part !== undefined);
  return texts.length > 0 ? texts.slice(0, 3).join(' ') : undefined;
}

function toCandidates(rows: readonly unknown[], list: Endpoint): Candidate[] {
  const found = new Map<string, string | undefined>();
  for (const row of rows) {
    if (!isObject(row)) continue;
    const id = (list.idKey === undefined ? undefined : row[list.idKey]) ?? row['id'] ?? createdId(row);
    if (typeof id === 'string' || typeof id === 'number') found.set(String(id), nameOf(row, list));
  }
  return [...found].map(([word, note]) => ({ word, note }));
}

/** The list as this machine's settings have it. */
function corrected(invocation: Invocation, list: Endpoint): Endpoint {
  const override = invocation.settings.endpointOverrides().get(commandName(list));
  return override === undefined ? list : { ...list, ...parseOverride(override, list) };
}

async function fetchIds(invocation: Invocation, list: Endpoint, signal: AbortSignal): Promise<Candidate[]> {
  const { method, path } = corrected(invocation, list);
  const base = invocation.url('api-url');
  // The user's own settings may make a change of it. A proxy takes longer than anybody waits at a prompt.
  if (method !== 'GET' || (invocation.proxy !== undefined && !isLoopback(base))) return [];
  const token = await presentToken(invocation);
  if (token === undefined) return [];
  const ca = invocation.settings.get('ca-file');
  const body = await get({
    url: buildUrl(base, path, list.list?.paged === true ? { limit: list.list.maxLimit, offset: 0 } : {}),
    headers: {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      'user-agent': invocation.userAgent,
    },
    ca: ca === '' ? undefined : await readFile(ca, 'utf8'),
    signal,
  });
  const answer = parseJson(body)?.value;
  const data = isObject(answer) && 'data' in answer ? answer['data'] : answer;
  return toCandidates(findRows(data, list.list?.key)?.rows ?? [], list);
}

interface Cached {
  savedAt: number;
  candidates: Candidate[];
}

async function readCache(path: string, now: number): Promise<Candidate[] | undefined> {
  const content = parseJson(await readFile(path, 'utf8').catch(() => ''))?.value as Cached | undefined;
  const age = now - Number(content?.savedAt);
  return age >= 0 && age < CACHE_MS ? content?.candidates : undefined;
}

/** Keeps names no longer than they are of use, those of other families included. */
async function writeCache(path: string, candidates: Candidate[], now: number): Promise<void> {
  const folder = join(path, '..');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(path, JSON.stringify({ savedAt: now, candidates } satisfies Cached), 0o600);
  for (const file of await readdir(folder)) {
    const other = join(folder, file);
    if (/^ids-.*\.json$/.test(file) && (await readCache(other, now)) === undefined) await unlink(other);
  }
}

/**
 * The ids of a family with the names of what they stand for.
 *
 * @param typed the words of the command line so far, of which some global flags count
 * @throws whatever keeps them from being had in time
 */
export async function ids(
  ctx: Context,
  family: string,
  typed: readonly string[],
  signal: AbortSignal,
): Promise<Candidate[]> {
  const list = FAMILIES.find(({ name }) => name === family)?.endpoints.find(
    (endpoint) => endpoint.verb === 'list' && endpoint.list !== undefined,
  );
  const { sandbox, ...flags } = globalFlags(typed, ctx);
  if (list === undefined || sandbox) return [];
  const invocation = await Invocation.create(ctx, flags);
  // A token of the environment may be that of another account.
  const source = [invocation.url('api-url').href, invocation.profile, environmentToken(invocation) ?? ''];
  const hash = createHash('sha256').update(source.join('\n')).digest('hex').slice(0, 16);
  const path = join(invocation.settings.folder, 'cache', `ids-${family}-${hash}.json`);
  const cached = await readCache(path, ctx.now());
  if (cached !== undefined) return cached;
  const found = await fetchIds(invocation, list, signal);
  // Not waited for: what was found is shown first, and a cache that cannot be written is none.
  writeCache(path, found, ctx.now()).catch(() => {});
  return found;
}
