import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Admission } from './admission.ts';
import { closeConnection } from './closing.ts';
import { Conversation } from './conversation.ts';
import { FaultPlan, type Moment, momentOf, timesOf } from './fault-plan.ts';
import { IdleWatch, idleOf } from './idle.ts';
import { Intake } from './intake.ts';
import { limitsOf } from './limits.ts';
import type { LimitName, SessionRecord } from './log.ts';
import type { VoiceFault, VoiceOptions } from './options.ts';
import { Outlet } from './outlet.ts';
import { errorText, type Fields, SAMPLE_RATE } from './protocol.ts';
import type { Reply } from './replies.ts';
import { applySettings } from './settings.ts';
import { Timers } from './timers.ts';

/** A WebSocket frame of opcode 3, which is reserved. */
const INVALID_FRAME = Buffer.of(0x83, 0);

/** What a session is made of and whom it tells. */
export interface SessionOptions {
  ws: WebSocket;
  /** The connection below `ws`. */
  socket: Duplex;
  admission: Admission;
  voice: VoiceOptions;
  record: SessionRecord;
  /** Milliseconds since 1970. */
  now: () => number;
  replies: () => Promise<readonly Reply[]>;
  /** Must not throw. */
  event: (kind: string, detail?: unknown) => void;
  /** Told when a limit was exceeded. */
  exceeded: (limit: LimitName) => void;
}

/** One open connection of the service, from `connection_metadata` to the close (§2). */
export class Session {
  readonly #options: SessionOptions;
  readonly #sessionMs: number;
  readonly #openedAt: number;
  readonly #out: Outlet;
  readonly #conversation: Conversation;
  readonly #faults: FaultPlan;
  readonly #idle: IdleWatch;
  readonly #intake: Intake;
  readonly #timers = new Timers();
  #ended = false;

  constructor(options: SessionOptions) {
    const { voice, now, record, ws, event } = options;
    this.#options = options;
    this.#openedAt = now();
    this.#sessionMs = limitsOf(voice.limits).sessionMs;
    this.#faults = new FaultPlan(voice, record.connection);
    this.#idle = new IdleWatch(voice.idle ?? {}, this.#openedAt);
    this.#out = new Outlet({ ws, shape: voice.shape, record, now, event });
    this.#conversation = this.#converse();
    this.#intake = this.#takeIn();
    record.usage = () => this.#intake.usage(now());
  }

  /** When `check` has something to do, by the session's clock. */
  get dueAt(): number {
    if (this.#ended) return Number.POSITIVE_INFINITY;
    const expiry = this.#openedAt + this.#sessionMs;
    return Math.min(expiry, this.#conversation.dueAt, this.#idle.dueAt);
  }

  /** Listens, and greets the client. */
  start(): void {
    const { ws, admission, event, voice } = this.#options;
    ws.on('message', (data, isBinary) => this.#guard(() => this.#receive(data as Buffer, isBinary)));
    ws.on('ping', (data) => {
      if (!this.#ended) ws.pong(data);
    });
    // `ws` closes the connection itself after an error; it only has to be heard.
    ws.on('error', (error) => event('protocol_error', { message: error.message }));
    ws.on('close', (code, reason) => this.#closed(code, reason.toString()));

    const { connectionId, configId, projectId, credential } = admission;
    event('open', { configId, projectId, credential });
    this.#guard(() => {
      this.#out.send('connection_metadata', {
        connection_id: connectionId,
        status: 'connected',
        config: {
          audio_format: 'pcm_24khz_16bit_mono',
          encoding: 'linear16',
          sample_rate: SAMPLE_RATE,
          channels: 1,
        },
        project_id: projectId,
        config_id: configId,
      });
      if (voice.greeting !== undefined)
        this.#out.send('system_message', { content: voice.greeting, message_type: 'initial' });
      this.#happened({ kind: 'start' });
      for (const fault of this.#faults.timed) this.#actRepeatedly(fault, timesOf(fault));
    });
  }

  /** To be called now and then: does what is due by the clock. */
  check(): void {
    this.#guard(() => {
      const now = this.#options.now();
      if (now < this.dueAt || this.#expired()) return;
      this.#conversation.tick(now);
      if (this.#conversation.answering) this.#idle.active(now);
      for (let mark = this.#idle.take(now); mark !== undefined; mark = this.#idle.take(now)) {
        if (mark.kind === 'hangup') {
          this.#idleOut();
          return;
        }
        const left = mark.secondsLeft === undefined ? {} : { time_remaining: mark.secondsLeft };
        this.#out.send('idle_warning', { ...left, warning_type: mark.kind });
        if (mark.kind === 'warning')
          this.#out.send('system_message', { content: 'Are you still there?', message_type: 'warning' });
      }
    });
  }

  /** Breaks the connection and stops all timers, at once. */
  abort(): void {
    this.#end();
    this.#options.ws.terminate();
  }

  #converse(): Conversation {
    const { ws, voice, replies, event, now, record } = this.#options;
    return new Conversation(
      {
        send: (type, fields) => this.#out.send(type, fields),
        sendAudio: (pcm, fields) => this.#out.sendAudio(pcm, fields),
        sendRaw: (frame) => this.#out.sendRaw(frame),
        backlog: () => ws.bufferedAmount,
        after: (ms, action) => this.#after(ms, action),
        answered: (turn, chunks, bytes) => this.#happened({ kind: 'answer', turn, chunks, bytes }),
        replies,
        event: (kind, detail) => {
          if (kind === 'interruption') record.interruptions++;
          event(kind, detail);
        },
        fail: (error) => this.#fail(error),
        active: () => this.#idle.active(now()),
        turned: (turn) => {
          record.turns = turn;
          this.#happened({ kind: 'turn', turn });
        },
        error: ({ close, ...error }) => {
          this.#out.sendDemanded(error);
          if (close !== undefined) this.#close(close, error.name);
        },
        drop: () => this.abort(),
        hangUp: () => this.#hangUp(),
      },
      voice,
    );
  }

  #takeIn(): Intake {
    const { voice, record, exceeded, event, now } = this.#options;
    return new Intake(
      {
        audio: (bytes, nowMs, details) => {
          this.#happened({ kind: 'heard', bytes: record.audioBytesIn }, details);
          if (!this.#ended && voice.mute !== true) this.#conversation.hear(bytes, nowMs);
        },
        settings: (fields) => {
          const settings = applySettings(this.#conversation.settings, fields, voice.strict);
          this.#conversation.settings = settings;
          if ('idle_timeout' in fields) this.#idle.replace(idleOf(settings), now());
          event('settings', settings);
        },
        fault: ({ errorCode, message, details }) => this.#out.sendError(errorCode, message, details),
        tooMany: (limit, message, details) => {
          exceeded(limit);
          this.#out.sendError('RATE_LIMITED', message, details);
          this.#close(4004, `RATE_LIMITED: ${message}`);
        },
        exceeded,
      },
      voice,
      record,
    );
  }

  #receive(data: Buffer, isBinary: boolean): void {
    if (!this.#ended && !this.#expired()) this.#intake.receive(data, isBinary, this.#options.now());
  }

  /** Lets the faults act that are due now. `details` of their error messages. */
  #happened(moment: Moment, details: Fields = {}): void {
    for (const fault of this.#faults.take(moment)) this.#act(fault, details);
  }

  #act(fault: VoiceFault, details: Fields = {}): void {
    if (this.#ended) return;
    const { ws, socket, event } = this.#options;
    if (fault.error !== undefined) {
      const message = `The sandbox was told to fail ${momentOf(fault)}`;
      this.#out.sendDemanded({ message, ...fault.error }, details);
    }
    if (fault.disconnect !== undefined)
      this.#out.send('websocket.disconnect', { reason: '', ...fault.disconnect });
    if (fault.invalidFrame === true) socket.write(INVALID_FRAME);
    if (fault.close !== undefined) this.#close(fault.close, fault.closeReason ?? fault.error?.name ?? '');
    else if (fault.drop === true) this.abort();
    else if (fault.freeze === true) {
      event('frozen');
      this.#end();
      ws.pause();
    }
  }

  #actRepeatedly(fault: VoiceFault, times: number): void {
    if (times <= 0) return;
    this.#after(fault.afterMs ?? 0, () => {
      this.#act(fault);
      this.#actRepeatedly(fault, times - 1);
    });
  }

  #expired(): boolean {
    const { now, exceeded } = this.#options;
    const sessionMs = this.#sessionMs;
    if (now() - this.#openedAt < sessionMs) return false;
    exceeded('sessionMs');
    const length = sessionMs % 60_000 === 0 ? `${sessionMs / 60_000} minutes` : `${sessionMs} ms`;
    this.#out.sendError('SESSION_EXPIRED', `A session ends after ${length}`);
    this.#close(1000, 'SESSION_EXPIRED');
    return true;
  }

  #idleOut(): void {
    this.#out.send('system_message', { content: 'Nothing was said for too long.', message_type: 'hangup' });
    this.#out.sendError('CONNECTION_TIMEOUT', 'The session was idle for too long');
    this.#close(1001, 'CONNECTION_TIMEOUT');
  }

  #hangUp(): void {
    this.#out.send('system_message', { content: 'Goodbye.', message_type: 'hangup' });
    this.#close(1000, 'hangup');
  }

  #close(code: number, reason: string): void {
    this.#end();
    closeConnection(this.#options.ws, this.#options.socket, code, reason);
  }

  #closed(code: number, reason: string): void {
    const { record, event, now } = this.#options;
    this.#end();
    this.#guard(() => record.close(code, now()));
    const { audioBytesIn: audioBytes, turns, sha256 } = record;
    event('close', { code, reason, audioBytes, sha256, turns });
  }

  #end(): void {
    this.#ended = true;
    this.#out.shut();
    this.#conversation.stop();
    this.#timers.clear();
  }

  #after(ms: number, action: () => void): () => void {
    if (this.#ended) return () => {};
    return this.#timers.after(ms, () => this.#guard(action));
  }

  #guard(action: () => void): void {
    try {
      action();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A bug of the sandbox: told as an event, and to the client as the service tells its own (§7). */
  #fail(error: unknown): void {
    const { ws, event } = this.#options;
    event('failure', { message: errorText(error) });
    if (this.#ended) return;
    try {
      this.#out.sendError('INTERNAL_ERROR', 'The sandbox failed; this is a bug of the sandbox');
      this.#close(1011, 'INTERNAL_ERROR');
    } catch {
      this.#end();
      ws.terminate();
    }
  }
}
