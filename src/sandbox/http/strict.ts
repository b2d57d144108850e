/**
 * What `strict` refuses beside what is wrong anyway: everything that the documentation does not name. Where it is
 * silent on the whole of something, as on the bodies of webhooks, there is nothing to check against.
 */
import { commandName, type Endpoint, isMutation, type Param } from '../../convirza/catalogue/index.ts';
import { isObject } from '../../shared/json.ts';
import { HttpError } from './answer.ts';
import type { Exchange } from './exchange.ts';

/** Fields of bodies that the documentation names beside those of the catalogue (reference §5 and §6). */
const MORE_FIELDS: Readonly<Record<string, readonly string[]>> = {
  users: ['aliases'],
  groups: ['parent_org_unit_id'],
};

/** Bodies of the OAuth calls: of each inner list exactly one field (reference §4; some keys are not documented). */
const OAUTH_FIELDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  login: [['email', 'username'], ['password']],
  refresh: [['refresh_token']],
  logout: [['token', 'access_token', 'refresh_token'], ['token_type']],
};

/** Fields of V2's login, which many programs still send (reference §4.1). */
const OF_V2: ReadonlySet<string> = new Set(['grant_type', 'client_id', 'client_secret']);

/** Fields that only a comment makes required (reference §8: "in practice yes"). */
const ALSO_REQUIRED: Readonly<Record<string, readonly string[]>> = { 'prompts upload': ['name'] };

/** Filters of `calls list` that are documented as E.164 (reference §3 and §9). */
const E164_FILTERS: ReadonlySet<string> = new Set(['caller_id', 'phone_number']);

/** `2026-01-01T00:00:00Z`, the one form that the documentation shows for requests (reference §3). */
const DOCUMENTED_TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new HttpError(400, `Strict: ${problems.join('; ')}.`);
}

/** Throws HttpError 400 for a slash at the end of a path, which no documented path has. */
export function checkPath(path: string): void {
  if (path.length > 1 && path.endsWith('/')) refuse([`the path must not end with a slash: ${path}`]);
}

/** Throws HttpError 400 for query, headers and presence of a body, with every problem at once. */
export function checkRequest(endpoint: Endpoint, exchange: Exchange): void {
  const { headers } = exchange.request;
  const problems = queryProblems(endpoint, exchange.search);
  if (endpoint.service === 'oauth' && headers.authorization !== undefined) {
    problems.push('the OAuth calls take no Authorization header');
  }
  const hasBody = Number(headers['content-length'] ?? 0) > 0 || headers['transfer-encoding'] !== undefined;
  const deletesById = endpoint.method === 'DELETE' && endpoint.pathParams !== undefined;
  if (hasBody && (!isMutation(endpoint) || deletesById)) {
    problems.push(`${commandName(endpoint)} takes no body`);
  }
  refuse(problems);
}

function queryProblems(endpoint: Endpoint, search: URLSearchParams): string[] {
  const params = endpoint.query ?? [];
  const problems: string[] = [];
  for (const name of new Set(search.keys())) {
    const param = params.find((candidate) => candidate.name === name);
    const values = search.getAll(name);
    if (param === undefined) {
      const known = params.map((candidate) => candidate.name).join(', ') || 'none';
      problems.push(`${name} is not a documented query parameter of ${commandName(endpoint)} (${known})`);
    } else if (values.length > 1 && !param.multiple) problems.push(`${name} is given ${values.length} times`);
    else problems.push(...values.flatMap((value) => valueProblems(param, value)));
  }
  const { window } = endpoint.list ?? {};
  if (window !== undefined && !search.has(window.unless ?? '')) {
    const [missing, ...more] = [window.start, window.end].filter((name) => !search.has(name));
    if (missing !== undefined && more.length === 0) {
      problems.push(`${missing} is missing: only a period with both ends, or with none, is documented`);
    }
  }
  return problems;
}

function valueProblems(param: Param, value: string): string[] {
  const { name } = param;
  const items = param.multiple ? value.split(',') : [value];
  if (items.some((item) => item === '')) return [`${name} is empty`];
  if (param.type === 'date' && !DOCUMENTED_TIME.test(value)) {
    return [`${name} must be a time such as 2026-01-01T00:00:00Z: UTC, with seconds and without fractions`];
  }
  if (param.type === 'boolean' && value !== 'true' && value !== 'false') {
    return [`${name} must be true or false`];
  }
  if (E164_FILTERS.has(name) && !/^\+[1-9]\d{6,14}$/.test(value)) {
    return [`${name} must be E.164 such as +15551234567 (in a URL %2B15551234567)`];
  }
  return [];
}

/** Throws HttpError 400 for a JSON body, with every problem at once. */
export function checkBody(endpoint: Endpoint, body: Readonly<Record<string, unknown>>): void {
  if (endpoint.service === 'oauth') refuse(oauthProblems(endpoint, body));
  // Its page or a sibling's says what it takes, or nobody does.
  else if (endpoint.body !== undefined) refuse(bodyProblems(endpoint, endpoint.body, body));
}

function bodyProblems(
  endpoint: Endpoint,
  params: readonly Param[],
  body: Readonly<Record<string, unknown>>,
): string[] {
  const problems = unknownProblems(endpoint, params, Object.keys(body));
  for (const param of params) {
    const value = body[param.name];
    if (value !== undefined) problems.push(...fieldProblems(param, value, endpoint.method === 'POST'));
  }
  return problems;
}

/** As `checkBody`, for the fields of a form beside its file. */
export function checkForm(endpoint: Endpoint, fields: Readonly<Record<string, unknown>>): void {
  const problems = unknownProblems(endpoint, endpoint.body ?? [], Object.keys(fields));
  for (const name of ALSO_REQUIRED[commandName(endpoint)] ?? []) {
    if ((fields[name] ?? '') === '') problems.push(`${name} is required`);
  }
  for (const [name, value] of Object.entries(fields)) {
    if (value === '' && name !== 'name') problems.push(`${name} is empty`);
  }
  refuse(problems);
}

function unknownProblems(endpoint: Endpoint, params: readonly Param[], names: readonly string[]): string[] {
  const known = [...params.map((param) => param.name), ...(MORE_FIELDS[endpoint.family] ?? [])];
  return names
    .filter((name) => !known.includes(name))
    .map((name) => `${name} is not a documented field of ${commandName(endpoint)}`);
}

/** The text of a number is no number in JSON. `null` clears a field, which only a change can mean. */
function fieldProblems({ name, type }: Param, value: unknown, isNew: boolean): string[] {
  if (value === null) return isNew ? [`${name} must not be null`] : [];
  if (isObject(value) || Array.isArray(value)) return [`${name} must not be an object or a list`];
  const wanted = type === 'integer' ? 'number' : type === 'boolean' ? 'boolean' : 'string';
  if (typeof value === wanted) return [];
  return [`${name} must be a JSON ${wanted}, not a ${typeof value}`];
}

function oauthProblems(endpoint: Endpoint, body: Readonly<Record<string, unknown>>): string[] {
  const groups = OAUTH_FIELDS[endpoint.verb] ?? [];
  const known = new Set(groups.flat());
  const problems = Object.keys(body)
    .filter((name) => !known.has(name))
    .map((name) =>
      OF_V2.has(name)
        ? `${name} belongs to V2`
        : `${name} is not a documented field of ${commandName(endpoint)}`,
    );
  for (const names of groups) {
    const given = names.filter((name) => body[name] !== undefined);
    if (given.length === 0) problems.push(`${names.join(' or ')} is required`);
    if (given.length > 1) problems.push(`${given.join(' and ')} are given together`);
    for (const name of given)
      if (typeof body[name] !== 'string') problems.push(`${name} must be a JSON string`);
  }
  return problems;
}
