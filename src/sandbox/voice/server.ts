/** The NextEVI voice service as a local stand-in, in the words of the project's reference of that service. */
import { type IncomingMessage, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { type Admission, parseTarget, type Refusal, type VoiceKeys } from './admission.ts';
import { closeConnection } from './closing.ts';
import { Door } from './door.ts';
import { type LimitName, SessionRecord, type VoiceCounters, VoiceLog } from './log.ts';
import type { VoiceOptions } from './options.ts';
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
  /** Where sessions are remembered. Default: a log of its own. */
  log?: VoiceLog;
  /** Where the answers come from. Default: the recordings that belong to the sandbox. */
  replies?: () => Promise<ReplySet>;
}

export interface VoiceServer {
  /** Takes over the `upgrade` event of an HTTP server, for every path. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** The newest sessions, oldest first; the same list at all times. */
  readonly sessions: VoiceLog['records'];
  counters(): VoiceCounters;
  /**
   * Puts other options in force, for the connections that come from now on; connections and exceeded limits are
   * counted from 1 again.
   */
  setVoice(voice: VoiceOptions): void;
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
/** How often the passing of time is looked at while there are sessions, in milliseconds. */
const TICK_MS = 100;

/**
 * A server for `/ws/voice/{connection_id}` (§1–§7), to be put on an HTTP server.
 *
 * Events: `open`, `refused`, `settings`, `turn`, `interruption`, `error` (an error message was sent), `frozen`,
 * `close`, `protocol_error` (broken WebSocket frames), `unread` (a client that does not read was thrown out),
 * `replies_missing`, `failure` (a bug of the sandbox).
 */
export function createVoiceServer(options: VoiceServerOptions): VoiceServer {
  const { keys, now = Date.now, replies: loadReplies = recordedReplies, log = new VoiceLog() } = options;
  const limits = { maxPayload: MAX_MESSAGE_BYTES, perMessageDeflate: false, closeTimeout: CLOSE_TIMEOUT_MS };
  // A session that is frozen on demand must not answer pings: each session answers its own.
  const server = new WebSocketServer({ noServer: true, clientTracking: false, autoPong: false, ...limits });
  const sockets = new Set<Duplex>();
  const sessions = new Set<Session>();
  let { voice } = options;
  let door = new Door(voice, keys);
  let ticker: NodeJS.Timeout | undefined;
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

  const enter = (session: Session, ws: WebSocket): void => {
    sessions.add(session);
    // One look at all sessions is cheap; a timer for each is not, and nothing is due for most of them.
    ticker ??= setInterval(() => {
      for (const one of sessions) one.check();
    }, TICK_MS);
    ws.once('close', () => {
      sessions.delete(session);
      if (sessions.size > 0) return;
      clearInterval(ticker);
      ticker = undefined;
    });
    session.start();
  };

  const open = (connection: Connection, number: number, admission: Admission): void => {
    const { connectionId } = connection;
    const { exceeded } = door;
    const record = new SessionRecord(connectionId, number, now());
    const session = new Session({
      ...connection,
      admission,
      voice,
      record,
      now,
      event: (kind, detail) => tell(connectionId, kind, detail),
      replies: () => repliesFor(connectionId),
      exceeded: (limit) => {
        exceeded[limit]++;
      },
    });
    log.add(record);
    enter(session, connection.ws);
  };

  const accept = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    const target = parseTarget(request.url ?? '');
    const connectionId = target?.connectionId ?? '';
    const verdict = closed ? CLOSED : door.decide(target, request, sessions.size, now());
    if (verdict.kind === 'status') {
      tell(connectionId, 'refused', { status: verdict.status });
      answerStatus(socket, verdict.status, verdict.retryAfter);
      return;
    }
    const number = door.connections;
    server.handleUpgrade(request, socket, head, (ws) => {
      const connection = { connectionId, ws, socket };
      if (verdict.kind === 'refused') refuse(connection, verdict.refusal);
      else open(connection, number, verdict.admission);
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
    sessions: log.records,
    counters: () => ({
      connections: door.connections,
      refused: door.refused,
      open: sessions.size,
      connectionsInMinute: door.connectionsInMinute(now()),
      limits: finite(door.limits),
      exceeded: { ...door.exceeded },
    }),
    setVoice(options) {
      voice = options;
      door = new Door(voice, keys);
    },
    async close() {
      closed = true;
      clearInterval(ticker);
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

const CLOSED = { kind: 'status', status: 503, retryAfter: undefined } as const;

/** Limits as JSON can say them: no limit is `null`. */
function finite(limits: Record<LimitName, number>): VoiceCounters['limits'] {
  const entries = Object.entries(limits).map(([name, limit]) => [
    name,
    Number.isFinite(limit) ? limit : null,
  ]);
  return Object.fromEntries(entries) as VoiceCounters['limits'];
}

/** Answers the upgrade with an HTTP status and closes the connection. `retryAfter` in seconds. */
function answerStatus(socket: Duplex, status: number, retryAfter: number | undefined): void {
  const text = STATUS_CODES[status] ?? 'Refused';
  const body = JSON.stringify({ error: text });
  const head = [
    `HTTP/1.1 ${status} ${text}`,
    'Connection: close',
    'Content-Type: application/json',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...(retryAfter === undefined ? [] : [`Retry-After: ${retryAfter}`]),
  ];
  socket.once('finish', () => socket.destroy());
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
