/** The sockets of the sandbox: one port for HTTP and WebSocket. */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerOptions,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { CliError, errorCode } from '../shared/errors.ts';
import { sleep } from '../shared/wait.ts';
import type { App } from './app.ts';
import { CONTROL_PATH, type Controls, controlAnswer } from './control.ts';
import { faultyAnswer, letsTakeEffect, refusesConnections } from './faults.ts';
import { type Answer, textAnswer } from './http/answer.ts';
import { ClientGone, Exchange } from './http/exchange.ts';
import { hasOwnHost, isForeignOrigin } from './http/guard.ts';
import type { RequestLog } from './request-log.ts';
import { send } from './send.ts';
import type { FaultRule } from './types.ts';

/** Longer than any pause of a client: an idle connection that we closed would look like a fault. */
const KEEP_ALIVE_MS = 600_000;

/** Between two attempts to take a port back that was given up for a fault. */
const RELISTEN_MS = 20;

/** Methods that change nothing. */
const READS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** What the sockets lead to. */
export interface ServerParts {
  readonly host: string;
  readonly app: App;
  readonly controls: Controls;
  readonly log: RequestLog;
  readonly now: () => number;
  /** How long the next answer waits, in milliseconds. */
  readonly wait: () => number;
  /** Told after each request that may have changed something. */
  readonly changed: () => void;
  /** Makes the server; default: plain HTTP. */
  readonly create?: ((options: ServerOptions, serve: RequestListener) => Server) | undefined;
  /** Gets every WebSocket upgrade below `/ws/voice/`. */
  readonly upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
}

/** Listens, guards, lets faults act, and sends. */
export class SandboxServer {
  readonly #parts: ServerParts;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #closing = new AbortController();
  #closed: Promise<void> | undefined;
  #port = 0;
  /** How many of the next connections are broken at once. */
  #refusals = 0;

  constructor(parts: ServerParts) {
    this.#parts = parts;
    const create = parts.create ?? createServer;
    this.#server = create({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
      this.#serve(request, response).catch(() => response.destroy());
    });
    this.#server.on('connection', (socket) => {
      if (this.#refusals > 0) {
        this.#refusals -= 1;
        socket.resetAndDestroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    // A connection that could not be taken, for want of open files, is no reason to end.
    this.#server.on('error', () => undefined);
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** The port, once it listens. */
  get port(): number {
    return this.#port;
  }

  /** Listens on the port, 0 for a free one. Throws CliError `usage` when that cannot be. */
  async listen(port: number): Promise<void> {
    await this.#listenOnce(port).catch((error: unknown) => {
      throw listenFailure(error, this.#parts.host, port);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #listenOnce(port: number): Promise<void> {
    const server = this.#server;
    return new Promise<void>((resolve, reject) => {
      const fail = (error: Error): void => {
        server.off('listening', succeed);
        reject(error);
      };
      const succeed = (): void => {
        server.off('error', fail);
        resolve();
      };
      server.once('error', fail).once('listening', succeed).listen(port, this.#parts.host);
    });
  }

  /** Closes the port and breaks every connection, those of WebSockets too. */
  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#closing.abort();
      this.#server.close(() => resolve());
      for (const socket of this.#sockets) socket.destroy();
    });
    return this.#closed;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { host, controls, now } = this.#parts;
    // Without a listener an aborted upload would end the process.
    request.on('error', () => undefined);
    const exchange = new Exchange(request, now());
    if (!hasOwnHost(request, host) || isForeignOrigin(request)) {
      send(exchange, response, textAnswer(403, 'The sandbox answers local programs only.\n'));
    } else if (exchange.path.startsWith(CONTROL_PATH)) {
      send(exchange, response, await controlAnswer(exchange, controls, now()));
      if (!READS.has(exchange.method)) this.#parts.changed();
    } else {
      await this.#answer(exchange, response, controls.faults.take(exchange.method, exchange.path));
    }
  }

  async #answer(exchange: Exchange, response: ServerResponse, rule: FaultRule | undefined): Promise<void> {
    const { app, log, now, wait, changed } = this.#parts;
    let answer: Answer | undefined;
    if (rule?.tokens === 'expire') app.sessions.expireAccessTokens();
    if (rule?.tokens === 'revoke') app.sessions.revokeSessions();
    try {
      if (rule === undefined || letsTakeEffect(rule)) {
        answer = await app.answer(exchange, rule?.detectReuse);
        if (!READS.has(exchange.method)) changed();
      } else if (rule.reset === undefined) await drain(exchange.request);
    } catch (error) {
      if (!(error instanceof ClientGone)) throw error;
      log.add(exchange, 'aborted');
      return;
    }
    const delay = wait() + (rule?.delayMs ?? 0);
    if (delay > 0) await this.#delay(delay, response);
    if (rule !== undefined && refusesConnections(rule)) this.#refuse(rule);
    if (rule?.reset !== undefined) {
      log.add(exchange, 'reset');
      this.#reset(exchange.request.socket);
      return;
    }
    if (rule !== undefined) answer = faultyAnswer(rule, answer, now());
    if (answer === undefined) return;
    log.add(exchange, answer.status);
    send(exchange, response, answer, rule, this.#closing.signal);
  }

  /** Connections that are idle end too: a client would go on with them and notice nothing. */
  #refuse({ refuseMs, refuseConnections }: FaultRule): void {
    this.#refusals = refuseConnections ?? 0;
    if (refuseMs === undefined) this.#server.closeIdleConnections();
    else if (this.#server.listening) {
      this.#server.close();
      this.#listenAgain(refuseMs).catch(() => undefined);
    }
  }

  /** Rejects when the sandbox closes meanwhile. */
  async #listenAgain(ms: number): Promise<void> {
    const { signal } = this.#closing;
    await sleep(ms, signal);
    // Meanwhile the port may have served an outgoing connection of another program.
    while (
      !(await this.#listenOnce(this.#port).then(
        () => true,
        () => false,
      ))
    )
      await sleep(RELISTEN_MS, signal);
    // Closed between the last attempt and its success.
    if (signal.aborted) this.#server.close();
  }

  /** Breaks a connection with a TCP reset; below TLS that takes the socket under it. */
  #reset(socket: Socket): void {
    const { remotePort, remoteAddress } = socket;
    const raw = [...this.#sockets].find(
      (one) => one.remotePort === remotePort && one.remoteAddress === remoteAddress,
    );
    (raw ?? socket).resetAndDestroy();
  }

  /** Ends early when the client goes or the sandbox closes. */
  async #delay(ms: number, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.on('close', () => gone.abort());
    await sleep(ms, AbortSignal.any([gone.signal, this.#closing.signal])).catch(() => undefined);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Before the voice side has taken over nobody else listens.
    socket.on('error', () => undefined);
    const path = (request.url ?? '').split('?', 1)[0]?.replace(/\/{2,}/g, '/') ?? '';
    if (!hasOwnHost(request, this.#parts.host)) refuseUpgrade(socket, '403 Forbidden');
    else if (/^\/ws\/voice\/[^/]+$/.test(path)) this.#parts.upgrade(request, socket, head);
    else refuseUpgrade(socket, '404 Not Found');
  }
}

/** Refuses a WebSocket with a status line such as `404 Not Found`. */
export function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function listenFailure(error: unknown, host: string, port: number): CliError {
  const elsewhere = { hint: 'Choose another --port, or --port 0 for any free one.', cause: error };
  switch (errorCode(error)) {
    case 'EADDRINUSE':
      return new CliError('usage', `Port ${port} on ${host} is already in use.`, elsewhere);
    case 'EACCES':
      return new CliError('usage', `Port ${port} on ${host} needs more rights than you have.`, elsewhere);
    case 'ERR_SOCKET_BAD_PORT':
      return new CliError('usage', `${port} is not a port: 0 to 65535.`, elsewhere);
    default:
      return new CliError('usage', `Cannot listen on ${host}: ${(error as Error).message}`, {
        hint: 'Choose a --host that is an address of this machine.',
        cause: error,
      });
  }
}

/** Lets the whole body pass unseen. Throws ClientGone. */
async function drain(request: IncomingMessage): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    request.on('end', resolve);
    request.on('close', () => reject(new ClientGone()));
    request.resume();
  });
}
