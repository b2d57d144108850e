/** The NextEVI voice service as a local stand-in, in the words of the project's reference of that service. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { VoiceOptions } from '../types.ts';
import {
  type Admission,
  admit,
  parseTarget,
  type Refusal,
  refusedOnDemand,
  refusedStatus,
  type VoiceKeys,
} from './admission.ts';
import { closeConnection } from './closing.ts';
import { encodeMessage, errorText, MAX_MESSAGE_BYTES } from './protocol.ts';
import { type Reply, type ReplySet, recordedReplies } from './replies.ts';
import { Session } from './session.ts';

/** Something that happened, for a log; `kind` is one of the names in `createVoiceServer`. Holds no secrets. */
export interface VoiceEvent {
  /** As the client chose it; empty when the path had none. */
  connectionId: string;
  kind: string;
  detail?: unknown;
}

export interface VoiceServerOptions {
  voice: VoiceOptions;
  keys: VoiceKeys;
  /** Milliseconds since 1970, for timestamps, limits and the end of a session. Default: the machine's clock. */
  now?: () => number;
  onEvent?: (event: VoiceEvent) => void;
  /** Where the answers come from. Default: the recordings that belong to the sandbox. */
  replies?: () => Promise<ReplySet>;
}

export interface VoiceServer {
  /** Takes over the `upgrade` event of an HTTP server, for every path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Breaks all connections at once and refuses new ones (503). */
  close(): Promise<void>;
}

/** A WebSocket that is open, and the connection below it. */
interface Connection {
  connectionId: string;
  ws: WebSocket;
  socket: Duplex;
}

/** How long a client may take to answer a close, in milliseconds. */
const CLOSE_TIMEOUT_MS = 3_000;

/**
 * A server for `/ws/voice/{connection_id}` (§1–§7), to be put on an HTTP server.
 *
 * Events: `open`, `refused`, `settings`, `turn`, `interruption`, `error` (an error message was sent), `close`,
 * `protocol_error` (broken WebSocket frames), `unread` (a client that does not read was thrown out),
 * `replies_missing`, `failure` (a bug of the sandbox).
 */
export function createVoiceServer(options: VoiceServerOptions): VoiceServer {
  const { voice, keys, now = Date.now, replies: loadReplies = recordedReplies } = options;
  const limits = { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false, closeTimeout: CLOSE_TIMEOUT_MS };
  const server = new WebSocketServer({ noServer: true, clientTracking: false, ...limits });
  const sockets = new Set<Duplex>();
  const sessions = new Set<Session>();
  let closed = false;
  let replies: Promise<readonly Reply[]> | undefined;

  const tell = (connectionId: string, kind: string, detail?: unknown): void => {
    try {
      options.onEvent?.(detail === undefined ? { connectionId, kind } : { connectionId, kind, detail });
    } catch {
      // A log that fails must not take the session with it.
    }
  };

  const repliesFor = (connectionId: string): Promise<readonly Reply[]> => {
    replies ??= loadReplies().then((set) => {
      if (set.problem !== undefined) tell(connectionId, 'replies_missing', { problem: set.problem });
      return set.replies;
    });
    return replies;
  };

  const refuse = (connection: Connection, refusal: Refusal): void => {
    const { connectionId, ws, socket } = connection;
    const { errorCode, message, close, reason } = refusal;
    tell(connectionId, 'refused', { errorCode, message, close });
    ws.on('error', () => {});
    if (errorCode !== undefined) {
      const fields = { error_code: errorCode, error_message: message, details: {} };
      ws.send(encodeMessage('error', fields, voice.shape ?? 'hybrid', now()));
    }
    closeConnection(ws, socket, close, reason);
  };

  const open = (connection: Connection, admission: Admission): void => {
    const { connectionId } = connection;
    const event = (kind: string, detail?: unknown) => tell(connectionId, kind, detail);
    const session = new Session({
      ...connection,
      admission,
      voice,
      now,
      event,
      replies: () => repliesFor(connectionId),
    });
    sessions.add(session);
    connection.ws.once('close', () => sessions.delete(session));
    session.start();
  };

  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const target = parseTarget(request.url ?? '');
    const connectionId = target?.connectionId ?? '';
    const status = closed ? 503 : refusedStatus(voice, target);
    if (status !== undefined || target === undefined) {
      tell(connectionId, 'refused', { status });
      answerStatus(socket, status ?? 404);
      return;
    }
    server.handleUpgrade(request, socket, head, (ws) => {
      const connection = { connectionId, ws, socket };
      const verdict = refusedOnDemand(voice) ?? admit(target, request.headers, keys);
      if ('close' in verdict) refuse(connection, verdict);
      else open(connection, verdict);
    });
  };

  return {
    handleUpgrade(request, socket, head) {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      try {
        accept(request, socket, head);
      } catch (error) {
        tell('', 'failure', { message: errorText(error) });
        socket.destroy();
      }
    },
    async close() {
      closed = true;
      const gone = [...sockets].map(
        (socket) => new Promise<void>((done) => socket.once('close', () => done())),
      );
      for (const session of sessions) session.abort();
      for (const socket of sockets) socket.destroy();
      server.close();
      await Promise.all(gone);
    },
  };
}

/** Answers the upgrade with an HTTP status and closes the connection. */
function answerStatus(socket: Duplex, status: number): void {
  const text = STATUS_CODES[status] ?? 'Refused';
  const body = JSON.stringify({ error: text });
  const head = [
    `HTTP/1.1 ${status} ${text}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
