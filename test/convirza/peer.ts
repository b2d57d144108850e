/** Small real servers for the tests of the client, and a client that never waits. */
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import type { Endpoint } from '../../src/convirza/catalogue/types.ts';
import { ConvirzaClient, type RequestGate, type RetryNotice } from '../../src/convirza/client.ts';
import type { Override } from '../../src/convirza/override.ts';
import type { RetryPolicy } from '../../src/convirza/retry.ts';
import type { TokenSource } from '../../src/convirza/tokens.ts';
import { Transport } from '../../src/convirza/transport.ts';

export const NOW = Date.UTC(2026, 4, 15, 12);

/** A request that came whole. */
export interface Received {
  method: string;
  /** Decoded by nobody, without the query. */
  rawPath: string;
  path: string;
  query: Record<string, string>;
  headers: IncomingHttpHeaders;
  /** Names and values in turn, as they came. */
  rawHeaders: string[];
  body: Buffer;
  socket: Socket;
  /** 0 for the first request of this peer. */
  index: number;
}

export interface Peer {
  url: URL;
  port: number;
  /** Requests in the order in which they had come whole. */
  requests: Received[];
}

/** Answers requests on a free port (or the given one) until the test has ended. */
export async function startPeer(
  reply: (request: Received, response: ServerResponse) => unknown,
  port = 0,
): Promise<Peer> {
  const requests: Received[] = [];
  const server = createServer(async (message, response) => {
    const parts: Buffer[] = [];
    try {
      for await (const part of message) parts.push(part as Buffer);
    } catch {
      return;
    }
    const url = new URL(message.url ?? '/', 'http://peer');
    const request: Received = {
      method: message.method ?? '',
      rawPath: (message.url ?? '').split('?', 1)[0] ?? '',
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      headers: message.headers,
      rawHeaders: message.rawHeaders,
      body: Buffer.concat(parts),
      socket: message.socket,
      index: requests.length,
    };
    requests.push(request);
    await reply(request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${address.port}`), port: address.port, requests };
}

/** Bare connections on a free port until the test has ended. */
export async function startTcpPeer(onConnection: (socket: Socket, index: number) => void): Promise<Peer> {
  const sockets: Socket[] = [];
  const server = createTcpServer((socket) => {
    socket.on('error', () => {});
    sockets.push(socket);
    onConnection(socket, sockets.length - 1);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  return { url: new URL(`http://127.0.0.1:${port}`), port, requests: [] };
}

/** A port of this machine that nobody listens on. */
export async function closedPort(): Promise<number> {
  const server = createTcpServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

export function answer(
  response: ServerResponse,
  status: number,
  body: unknown = '',
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, headers);
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

/** A success in the envelope of `/v3`. */
export function ok(response: ServerResponse, data: unknown): void {
  answer(response, 200, { code: 200, message: 'Success', data, request_id: 'r-1', timestamp: 't' });
}

/** The entry of a command: `users list`. */
export function endpointOf(command: string): Endpoint {
  const found = ENDPOINTS.find(({ family, verb }) => `${family} ${verb}` === command);
  if (found === undefined) throw new Error(`no command ${command}`);
  return found;
}

/** Tokens from a list: `accessToken` gives the one in use, `renew` moves on to the next. */
export class TokenRow implements TokenSource {
  readonly rejected: string[] = [];
  readonly #tokens: string[];
  constructor(...tokens: string[]) {
    this.#tokens = tokens;
  }
  async accessToken(): Promise<string> {
    const [token] = this.#tokens;
    if (token === undefined) throw new Error('no token left');
    return token;
  }
  async renew(rejected: string): Promise<string | undefined> {
    this.rejected.push(rejected);
    this.#tokens.shift();
    return this.#tokens[0];
  }
}

export interface TestClient {
  client: ConvirzaClient;
  transport: Transport;
  /** The pauses that were asked for, in milliseconds; none was made. */
  slept: number[];
  notices: RetryNotice[];
}

export interface TestClientOptions {
  gate?: RequestGate;
  tokens?: TokenSource | undefined;
  retry?: Partial<RetryPolicy>;
  timeoutMs?: number;
  /** Runs in place of each pause. */
  onSleep?: () => unknown;
  overrides?: ReadonlyMap<string, Override>;
  trace?: (text: string) => void;
}

export function makeTransport(timeoutMs = 5_000, trace?: (text: string) => void): Transport {
  const transport = new Transport({ timeoutMs, userAgent: 'convirza-test/1', now: () => NOW, trace });
  onTestFinished(() => transport.close());
  return transport;
}

/** A client of the peer at `url` (or `apiUrl` and `oauthUrl` below it), with pauses of 100, 200, 400 ms × 3/4. */
export function makeClient(url: URL | string, options: TestClientOptions = {}): TestClient {
  const slept: number[] = [];
  const notices: RetryNotice[] = [];
  const transport = makeTransport(options.timeoutMs, options.trace);
  const client = new ConvirzaClient({
    apiUrl: new URL('/v3', url),
    oauthUrl: new URL('/', url),
    transport,
    tokens: 'tokens' in options ? options.tokens : new TokenRow('token'),
    retry: { retries: 3, baseDelayMs: 100, maxDelayMs: 60_000, ...options.retry },
    now: () => NOW,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      slept.push(ms);
      await options.onSleep?.();
      signal?.throwIfAborted();
    },
    onRetry: (notice) => notices.push(notice),
    ...(options.overrides && { overrides: options.overrides }),
    gate: options.gate,
  });
  return { client, transport, slept, notices };
}
