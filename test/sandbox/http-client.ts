/** Requests to a started sandbox, for the tests of its HTTP side. */
import type { Sandbox } from '../../src/sandbox/index.ts';

export type Row = Record<string, unknown>;

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  /** The parsed body; an empty object when it is not JSON. */
  body: Row;
  /** `data` of a success envelope. */
  data: Row;
}

export interface Client {
  get(path: string, query?: Record<string, string | number | boolean>): Promise<Reply>;
  send(method: string, path: string, body?: unknown): Promise<Reply>;
}

/** A whole request to any URL. */
export async function request(url: string, init: RequestInit = {}): Promise<Reply> {
  const response = await fetch(url, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') && text !== '';
  const body = isJson ? (JSON.parse(text) as Row) : {};
  return {
    status: response.status,
    headers: response.headers,
    text,
    body,
    data: (body['data'] ?? {}) as Row,
  };
}

/** A JSON body with its header, and a bearer token when there is one. */
export function jsonInit(method: string, body: unknown, token?: string): RequestInit {
  const headers: Record<string, string> = { 'content-type': 'application/json' };
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  return { method, headers, body: JSON.stringify(body) };
}

/** Query values as they travel. */
export function stringValues(query: Record<string, string | number | boolean>): Record<string, string> {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, String(value)]));
}

/** Calls below `/v3` as the administrator, or with another token. */
export function client(sandbox: Sandbox, token = sandbox.issueTokens().access_token): Client {
  const authorization = `Bearer ${token}`;
  return {
    get: (path, query = {}) => {
      const search = new URLSearchParams(stringValues(query));
      return request(`${sandbox.apiUrl}${path}?${search}`, { headers: { authorization } });
    },
    send: (method, path, body) =>
      request(
        `${sandbox.apiUrl}${path}`,
        body === undefined ? { method, headers: { authorization } } : jsonInit(method, body, token),
      ),
  };
}

/** Signs in over HTTP and answers the access token. */
export async function login(sandbox: Sandbox, email: string): Promise<string> {
  const credentials = { email, password: sandbox.account.password };
  const reply = await request(`${sandbox.oauthUrl}/oauth/token`, jsonInit('POST', credentials));
  return String(reply.body['access_token']);
}

/** The rows of a list under this key. */
export function rows(reply: Reply, key: string): Row[] {
  return reply.data[key] as Row[];
}
