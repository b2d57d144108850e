/** Whether a record that was sent and never confirmed is there, where the service documents what to look for. */
import { ENDPOINTS, type Endpoint } from '../convirza/catalogue/index.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { walk } from '../convirza/paging.ts';
import type { Query } from '../convirza/url.ts';
import { isObject, type JsonObject } from '../shared/json.ts';

interface Lookup {
  /** The field of the request that names the record. */
  field: string;
  list: string;
  /** Undefined where this record cannot be looked for. */
  query(body: JsonObject): Query | undefined;
  matches(row: JsonObject, body: JsonObject): boolean;
}

const same = (left: unknown, right: unknown) => String(left).toLowerCase() === String(right).toLowerCase();

/**
 * Only what is documented: the address of a user, which the list filters by and answers (reference, section 5), and the
 * name of a group, which is unique among its siblings (section 6).
 */
const LOOKUPS: Readonly<Record<string, Lookup>> = {
  'users create': {
    field: 'username',
    list: 'users list',
    query: ({ username }) => (typeof username === 'string' ? { email: username } : undefined),
    // A deleted user stays listed, and is not the one that was to be created.
    matches: (row, { username }) => same(row['email'], username) && row['status'] !== 'deleted',
  },
  'groups create': {
    field: 'org_unit_name',
    list: 'groups children',
    query: ({ org_unit_name: name, org_unit_parent_id: parent }) =>
      typeof name === 'string' && (typeof parent === 'number' || typeof parent === 'string')
        ? { group_name: name, org_unit_id: parent }
        : undefined,
    matches: (row, { org_unit_name: name }) => same(row['org_unit_name'], name),
  },
};

function lookupOf({ family, verb }: Pick<Endpoint, 'family' | 'verb'>): Lookup | undefined {
  const name = `${family} ${verb}`;
  return Object.hasOwn(LOOKUPS, name) ? LOOKUPS[name] : undefined;
}

/** The field that names a user among all others; of groups only the siblings differ in their names. */
export function naturalKeyOf(endpoint: Pick<Endpoint, 'family' | 'verb'>): string | undefined {
  const lookup = lookupOf(endpoint);
  return endpoint.family === 'users' ? lookup?.field : undefined;
}

/** Whether it can be found out if such a request took effect. */
export function canLookUp(endpoint: Endpoint, body: JsonObject | undefined): boolean {
  return body !== undefined && lookupOf(endpoint)?.query(body) !== undefined;
}

/** The record as its list has it, or undefined when it is not there. @throws CliError as a list does */
export async function lookUp(
  client: ConvirzaClient,
  endpoint: Endpoint,
  body: JsonObject,
  signal: AbortSignal,
): Promise<JsonObject | undefined> {
  const lookup = lookupOf(endpoint);
  const query = lookup?.query(body);
  const list = ENDPOINTS.find(({ family, verb }) => `${family} ${verb}` === lookup?.list);
  if (lookup === undefined || query === undefined || list === undefined) return undefined;
  for await (const page of walk(client, list, { limit: Number.POSITIVE_INFINITY, query, signal }))
    for (const row of page.rows) if (isObject(row) && lookup.matches(row, body)) return row;
  return undefined;
}
