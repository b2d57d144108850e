/** What the voice side remembers of its connections, for tests and scripts. */
import { createHash, type Hash } from 'node:crypto';

/** How many sessions are remembered; a sandbox may run for days. */
const KEPT = 1_000;

/** One session, open or closed. Counts go up while it is open. */
export interface VoiceSessionRecord {
  readonly connectionId: string;
  /** Counted from 1 since the options came into force, refused connections included. */
  readonly connection: number;
  /** ISO 8601 UTC. */
  readonly openedAt: string;
  readonly closedAt: string | undefined;
  /** Messages of the client, audio included. */
  readonly messages: number;
  /** Chunks of audio and their bytes, as far as they were accepted. */
  readonly chunks: number;
  readonly audioBytesIn: number;
  /** Bytes of audio that were sent. */
  readonly audioBytesOut: number;
  /** SHA-256 of the accepted audio, in order, in hex; of the audio so far while the session is open. */
  readonly sha256: string;
  readonly turns: number;
  readonly interruptions: number;
  /** Names of the errors that were sent, in order; `''` for one that was a plain string. */
  readonly errors: readonly string[];
  /** 1006 when the connection broke. */
  readonly closeCode: number | undefined;
  /** How much of the limits is used up now. */
  readonly messagesInMinute: number;
  readonly chunksInSecond: number;
}

/** Limits that were exceeded, and how often. */
export type LimitName =
  | 'connectionsPerMinute'
  | 'messagesPerMinute'
  | 'chunksPerSecond'
  | 'chunkBytes'
  | 'sessionMs'
  | 'concurrentSessions';

/** The counters over all sessions. */
export interface VoiceCounters {
  /** Connections that were tried since the options came into force. */
  connections: number;
  /** Of those, how many were refused. */
  refused: number;
  /** Sessions that are open. */
  open: number;
  /** Connections of the last minute with the API key that has the most of them. */
  connectionsInMinute: number;
  /** The limits in force; `null`: none. */
  limits: Record<LimitName, number | null>;
  /** How often each was exceeded since the options came into force. */
  exceeded: Record<LimitName, number>;
}

/** The record of one session, written by it. */
export class SessionRecord implements VoiceSessionRecord {
  readonly connectionId: string;
  readonly connection: number;
  readonly openedAt: string;
  closedAt: string | undefined;
  closeCode: number | undefined;
  messages = 0;
  chunks = 0;
  audioBytesIn = 0;
  audioBytesOut = 0;
  turns = 0;
  interruptions = 0;
  readonly errors: string[] = [];
  /** Asked by `messagesInMinute` and `chunksInSecond` while the session is open. */
  usage: () => { messages: number; chunks: number } = () => ({ messages: 0, chunks: 0 });
  #hash: Hash = createHash('sha256');
  #digest: string | undefined;

  /** @param connection its number; `nowMs` milliseconds since 1970 */
  constructor(connectionId: string, connection: number, nowMs: number) {
    this.connectionId = connectionId;
    this.connection = connection;
    this.openedAt = new Date(nowMs).toISOString();
  }

  get sha256(): string {
    return this.#digest ?? this.#hash.copy().digest('hex');
  }

  get messagesInMinute(): number {
    return this.usage().messages;
  }

  get chunksInSecond(): number {
    return this.usage().chunks;
  }

  /** Counts audio that was accepted. */
  heard(bytes: Buffer): void {
    this.chunks++;
    this.audioBytesIn += bytes.length;
    this.#hash.update(bytes);
  }

  /** Nothing is counted any more. */
  close(code: number, nowMs: number): void {
    this.#digest = this.#hash.digest('hex');
    this.usage = () => ({ messages: 0, chunks: 0 });
    this.closeCode = code;
    this.closedAt = new Date(nowMs).toISOString();
  }
}

/** The newest sessions, oldest first. */
export class VoiceLog {
  readonly #records: VoiceSessionRecord[] = [];

  /** The same list at all times; it grows as sessions open. */
  get records(): readonly VoiceSessionRecord[] {
    return this.#records;
  }

  add(record: VoiceSessionRecord): void {
    this.#records.push(record);
    if (this.#records.length > KEPT) this.#records.shift();
  }

  /** Forgets all sessions. */
  clear(): void {
    this.#records.length = 0;
  }
}

/** A record as plain data. */
export function plainRecord(record: VoiceSessionRecord): VoiceSessionRecord {
  const { connectionId, connection, openedAt, closedAt, messages, chunks, audioBytesIn } = record;
  const { audioBytesOut, sha256, turns, interruptions, errors, closeCode } = record;
  const { messagesInMinute, chunksInSecond } = record;
  return {
    connectionId,
    connection,
    openedAt,
    closedAt,
    messages,
    chunks,
    audioBytesIn,
    audioBytesOut,
    sha256,
    turns,
    interruptions,
    errors,
    closeCode,
    messagesInMinute,
    chunksInSecond,
  };
}
