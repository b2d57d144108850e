/** Voice services made for one test on a real socket, and speech to send to them. Each ends with its test. */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer, type IncomingMessage } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import type { VoiceEvent } from '../../src/nextevi/messages.ts';
import { type SessionOptions, VoiceSession } from '../../src/nextevi/session.ts';
import { CERTIFICATE, KEY } from '../helpers/certificate.ts';

export const NOW = 1_645_123_456_789;
export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** One message of the client. */
export interface Frame {
  binary: boolean;
  data: Buffer;
}

export interface Script {
  /** Answers the upgrade with this status instead. */
  refuse?: number;
  /** `wss:`, with the certificate of the tests. */
  secure?: boolean;
  /** Sends what `onOpen` sends in one packet with the end of the handshake. */
  samePacket?: boolean;
  onOpen?: (peer: WebSocket) => void;
  onFrame?: (peer: WebSocket, frame: Frame, index: number) => void;
}

export interface Service {
  readonly url: URL;
  /** The upgrade requests and the messages of all connections, in order. */
  readonly requests: IncomingMessage[];
  readonly frames: Frame[];
  /** The newest connection. */
  readonly peer: WebSocket | undefined;
  /** Binary messages put together. */
  readonly audio: Buffer;
  /** Text messages, parsed. */
  readonly messages: Record<string, unknown>[];
  /** How the client ended each connection. */
  readonly closes: { code: number; reason: string }[];
  /** Resolves when the service's side of the newest connection has ended. */
  readonly ended: Promise<void>;
  /** Resolves when both sides have handled all that the other one had sent, or when the connection has ended. */
  settle(): Promise<void>;
  readonly isOpen: boolean;
}

async function listen(server: Server): Promise<URL> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/voice`);
}

export async function startService(script: Script = {}): Promise<Service> {
  const secure = script.secure === true;
  const below = secure ? createSecureServer({ cert: CERTIFICATE, key: KEY }) : createHttpServer();
  const server = new WebSocketServer({
    server: below,
    verifyClient: (_info, accept) => accept(script.refuse === undefined, script.refuse),
  });
  below.listen(0, '127.0.0.1');
  await once(below, 'listening');
  const requests: IncomingMessage[] = [];
  const frames: Frame[] = [];
  const closes: { code: number; reason: string }[] = [];
  let peer: WebSocket | undefined;
  let ended: Promise<void> = Promise.resolve();
  if (script.samePacket === true)
    server.on('headers', (_headers, { socket }) => {
      socket.cork();
      process.nextTick(() => socket.uncork());
    });
  server.on('connection', (ws, request) => {
    peer = ws;
    requests.push(request);
    ws.on('error', () => {});
    ended = new Promise((resolve) => {
      ws.on('close', (code, reason) => {
        closes.push({ code, reason: reason.toString() });
        resolve();
      });
    });
    ws.on('message', (data, binary) => {
      frames.push({ binary, data: data as Buffer });
      script.onFrame?.(ws, { binary, data: data as Buffer }, frames.length - 1);
    });
    script.onOpen?.(ws);
  });
  onTestFinished(async () => {
    for (const ws of server.clients) ws.terminate();
    server.close();
    await new Promise((resolve) => below.close(resolve));
  });

  const roundTrip = async (): Promise<void> => {
    if (peer === undefined || peer.readyState !== WebSocket.OPEN) return;
    const answered = once(peer, 'pong');
    peer.ping();
    await Promise.race([answered, ended]);
  };
  return {
    url: new URL(`ws${secure ? 's' : ''}://127.0.0.1:${(below.address() as AddressInfo).port}/ws/voice`),
    requests,
    frames,
    closes,
    get peer() {
      return peer;
    },
    get audio() {
      return Buffer.concat(frames.filter(({ binary }) => binary).map(({ data }) => data));
    },
    get messages() {
      return frames.filter(({ binary }) => !binary).map(({ data }) => JSON.parse(data.toString('utf8')));
    },
    get ended() {
      return ended;
    },
    get isOpen() {
      return peer?.readyState === WebSocket.OPEN;
    },
    settle: async () => {
      await roundTrip();
      await roundTrip();
    },
  };
}

/** A frame as a server sends it; payloads of up to 65,535 bytes. */
export function frameOf(opcode: 'text' | 'binary' | 'close', payload: Buffer | string): Buffer {
  const body = Buffer.from(payload);
  const first = 0x80 | { text: 1, binary: 2, close: 8 }[opcode];
  const head =
    body.length < 126
      ? Buffer.of(first, body.length)
      : Buffer.of(first, 126, body.length >> 8, body.length & 0xff);
  return Buffer.concat([head, body]);
}

export function messageFrame(type: string, data: object = {}): Buffer {
  return frameOf('text', JSON.stringify({ type, data }));
}

/** A close frame with any code, legal or not. */
export function closeFrame(code: number, reason = ''): Buffer {
  return frameOf('close', Buffer.concat([Buffer.of(code >> 8, code & 0xff), Buffer.from(reason)]));
}

/**
 * A peer without manners: agrees to the upgrade, sends `greeting` in the same packet, and then does only what
 * `misbehave` does.
 */
export async function startRawPeer(
  greeting: Buffer,
  misbehave: (socket: Socket) => void = () => {},
): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    let request = '';
    const onData = (data: Buffer) => {
      request += data.toString('latin1');
      const key = /sec-websocket-key: *(\S+)/i.exec(request)?.[1];
      if (key === undefined || !request.includes('\r\n\r\n')) return;
      socket.off('data', onData);
      const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
      const head = `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
      socket.write(Buffer.concat([Buffer.from(head), greeting]));
      misbehave(socket);
    };
    socket.on('data', onData);
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return listen(server);
}

/** A listener that takes connections and never says a word. */
export async function startSilentListener(): Promise<URL> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return listen(server);
}

/** An address on this machine at which nobody listens. */
export async function unusedAddress(): Promise<URL> {
  const server = createServer();
  const url = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return url;
}

/** What a session needs beside its address. */
export function sessionOptions(url: URL, more: Partial<SessionOptions> = {}): SessionOptions {
  return {
    url,
    credentials: { apiKey: 'oak_test', configId: 'config-1' },
    transport: 'binary',
    handshakeMs: 5_000,
    userAgent: 'convirza-cli/test',
    now: () => NOW,
    clock: () => NOW,
    onEvent: () => {},
    ...more,
  };
}

/** An open session and the events that it tells of; broken off when the test ends. */
export async function connect(
  url: URL,
  more: Partial<SessionOptions> = {},
): Promise<{ session: VoiceSession; events: VoiceEvent[] }> {
  const events: VoiceEvent[] = [];
  const session = await VoiceSession.connect(
    sessionOptions(url, { onEvent: (event) => void events.push(event), ...more }),
  );
  onTestFinished(async () => void (await session.close(1)));
  return { session, events };
}
