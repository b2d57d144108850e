/** A voice server of a test's own, and clients of it. Everything ends with the test. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { VoiceOptions } from '../../src/sandbox/types.ts';
import type { Reply } from '../../src/sandbox/voice/replies.ts';
import { createVoiceServer, type VoiceEvent, type VoiceServer } from '../../src/sandbox/voice/server.ts';

const KEYS = {
  apiKeys: new Set(['oak_good']),
  tokens: new Set(['jwt.good']),
  configIds: new Set(['config-1']),
  projectIds: new Set(['project-1', 'project-2']),
};
/** A query that is let in. */
export const GOOD = 'api_key=oak_good&config_id=config-1';
export const AT_ONCE = { replySpeed: Number.POSITIVE_INFINITY };
/** 100 ms. */
export const SILENCE = Buffer.alloc(4_800);

/** PCM of noise at `level` (0–1, the same at each call), or silence when it is 0. */
export function sound(seconds: number, level = 0.3): Buffer {
  const pcm = Buffer.alloc(Math.round(seconds * 24_000) * 2);
  let seed = 7;
  for (let at = 0; at < pcm.length; at += 2) {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    pcm.writeInt16LE(Math.round(level * 32_767 * (seed / 2 ** 30 - 1)), at);
  }
  return pcm;
}

/** A turn of the user: 1.2 s of speech, and the silence that ends it. */
export const TURN = Buffer.concat([sound(1.24), sound(0.7, 0)]);

export interface Running {
  voice: VoiceServer;
  events: VoiceEvent[];
  port: number;
  /** The server's time; `fail` breaks it. */
  clock: { now: number; fail: boolean };
}

export interface ServeOptions {
  replies?: readonly Reply[] | undefined;
  onEvent?: ((event: VoiceEvent) => void) | undefined;
}

export async function serve(voiceOptions: VoiceOptions = {}, options: ServeOptions = {}): Promise<Running> {
  const events: VoiceEvent[] = [];
  const clock = { now: 1_645_123_456_789, fail: false };
  const { replies, onEvent } = options;
  const voice = createVoiceServer({
    voice: voiceOptions,
    keys: KEYS,
    now: () => {
      if (clock.fail) throw new Error('the clock is broken');
      return clock.now;
    },
    onEvent: (event) => {
      events.push(event);
      onEvent?.(event);
    },
    ...(replies === undefined ? {} : { replies: async () => ({ replies }) }),
  });
  const http = createServer().on('upgrade', (...args) => voice.handleUpgrade(...args));
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  onTestFinished(async () => {
    await voice.close();
    http.close();
  });
  return { voice, events, port: (http.address() as AddressInfo).port, clock };
}

// biome-ignore lint/suspicious/noExplicitAny: messages as they come, judged by the tests
export type Message = any;

export interface Client {
  ws: WebSocket;
  /** Messages that were not yet taken; a binary frame is `{ type: 'binary', content }`, as is text that is no JSON. */
  messages: Message[];
  /** The code of the close, once there is one. */
  closed: Promise<number>;
  /** Takes the next message. */
  next: () => Promise<Message>;
  /** Takes everything up to and with the first message that fits. */
  until: (fits: (message: Message) => boolean) => Promise<Message[]>;
  /** Sends a message in the documented envelope. */
  say: (type: string, data?: object) => void;
  settings: (data: object) => void;
  /** Everything that was sent so far has been handled when this resolves. */
  settled: () => Promise<void>;
}

/** Connects to `url`, and takes nothing of what comes. */
export async function dial(url: string): Promise<Client> {
  const ws = new WebSocket(url);
  onTestFinished(() => ws.terminate());
  const messages: Message[] = [];
  let wake = (): void => {};
  ws.on('message', (data: Buffer, isBinary) => {
    messages.push(isBinary ? { type: 'binary', content: data } : parsed(String(data)));
    wake();
  });
  const closed = new Promise<number>((done) => ws.on('close', (code) => done(code)));
  ws.on('error', () => {});
  const until: Client['until'] = async (fits) => {
    for (let seen = 0; ; ) {
      for (; seen < messages.length; seen++) if (fits(messages[seen])) return messages.splice(0, seen + 1);
      await new Promise<void>((done) => {
        wake = done;
      });
    }
  };
  const say: Client['say'] = (type, data) =>
    ws.send(JSON.stringify({ type, timestamp: 1, message_id: crypto.randomUUID(), data }));
  return {
    ws,
    messages,
    closed,
    until,
    say,
    next: async () => (await until(() => true))[0],
    settings: (data) => say('session_settings', data),
    settled: async () => {
      ws.ping();
      await once(ws, 'pong');
    },
  };
}

/** Another client of a server, which takes the metadata. */
export async function join(server: Running, query = GOOD): Promise<Client> {
  const client = await dial(`ws://127.0.0.1:${server.port}/ws/voice/x?${query}`);
  expect((await client.next()).type).toBe('connection_metadata');
  return client;
}

/** A client of a fresh server. */
export async function connect(
  voice: VoiceOptions = {},
  options: ServeOptions = {},
): Promise<Client & { server: Running; clock: Running['clock'] }> {
  const server = await serve(voice, options);
  return { ...(await join(server)), server, clock: server.clock };
}

export interface Visit {
  status?: number;
  /** `Retry-After` of a status. */
  retryAfter?: string;
  messages: Message[];
  code?: number;
  reason?: string;
  error?: string;
}

/** Connects and stays until it is thrown out, or leaves after the first message if that is the metadata. */
export async function visit(
  { port }: Pick<Running, 'port'>,
  path = `/ws/voice/x?${GOOD}`,
  headers: Record<string, string> = {},
): Promise<Visit> {
  const ws = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers });
  const seen: Visit = { messages: [] };
  ws.on('message', (data) => {
    const message = JSON.parse(String(data));
    seen.messages.push(message);
    if (message.type === 'connection_metadata') ws.close(1000, 'seen enough');
  });
  ws.on('error', (error) => {
    seen.error = error.message;
  });
  ws.on('unexpected-response', (_, response) => {
    seen.status = response.statusCode ?? 0;
    const retryAfter = response.headers['retry-after'];
    if (retryAfter !== undefined) seen.retryAfter = retryAfter;
    ws.terminate();
  });
  return await new Promise((done) => {
    ws.on('close', (code, reason) => done({ ...seen, code, reason: String(reason) }));
  });
}

/** The messages of one type. */
export function of(messages: readonly Message[], type: string): Message[] {
  return messages.filter((message) => message.type === type);
}

export const isLast = (message: Message): boolean => message.is_last === true;

/** The audio in messages, put together. */
export function audioOf(messages: readonly Message[]): Buffer {
  return Buffer.concat(of(messages, 'tts_chunk').map(({ content }) => Buffer.from(content, 'base64')));
}

function parsed(text: string): Message {
  try {
    return JSON.parse(text);
  } catch {
    return { type: 'binary', content: text };
  }
}
