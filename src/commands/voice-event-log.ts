/** The events of a call as lines of JSON: `--events`, and `--output ndjson`. */
import { constants, existsSync, fstatSync, open, readSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { type AudioError, writeFailure } from '../audio/errors.ts';
import type { CallEvent } from '../nextevi/call-events.ts';
import type { VoiceEvent } from '../nextevi/messages.ts';
import type { JsonObject } from '../shared/json.ts';
import { WriteQueue } from '../shared/write-queue.ts';
import { type KeptFile, KeptPlace } from './voice-kept-file.ts';
import type { ProblemListener } from './voice-recording.ts';

export interface EventLineOptions {
  /** Unix milliseconds at which the clock of the events stood at 0. */
  startedMs: number;
  /** Takes secrets out of a line. */
  redact?: ((line: string) => string) | undefined;
  /** Audio not as its size alone, but with its content as base64. */
  audio?: boolean | undefined;
}

/**
 * One event as a line of JSON, with its line break. `at` is whole milliseconds since the call began, `time` the same
 * moment in ISO 8601. A message of the service has its own `kind` and its fields at top level.
 */
export function eventLine(event: CallEvent, { startedMs, redact, audio = false }: EventLineOptions): string {
  const at = Math.round(event.at);
  const line = JSON.stringify({
    ...eventFields(event, audio),
    at,
    time: new Date(Math.round(startedMs) + at).toISOString(),
  });
  return `${redact === undefined ? line : redact(line)}\n`;
}

function eventFields(event: CallEvent, audio: boolean): JsonObject {
  switch (event.kind) {
    case 'received':
      return messageFields(event.event, audio);
    case 'sent': {
      const { kind, pcm, speech, again } = event;
      return { kind, bytes: pcm.length, speech, again, ...contentOf(pcm, audio) };
    }
    case 'connected': {
      const { kind, connectionId, handshakeMs, number } = event;
      return { kind, connection_id: connectionId, handshake_ms: Math.round(handshakeMs), number };
    }
    case 'lost':
      return { kind: event.kind, why: event.why, retry_ms: Math.round(event.retryMs) };
    case 'speaking':
      return { kind: event.kind, turn: event.turn, name: event.name };
    case 'spoken':
      return { kind: event.kind, turn: event.turn };
    case 'ended':
      return { kind: event.kind };
  }
}

function messageFields(event: VoiceEvent, audio: boolean): JsonObject {
  if (event.kind !== 'audio') return snakeCased(event);
  const { pcm, last, chunkId } = event;
  return { kind: 'audio', bytes: pcm.length, last, chunk_id: chunkId ?? null, ...contentOf(pcm, audio) };
}

/** Names as they are everywhere in output; what the service sent is left as it came. */
function snakeCased(fields: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value,
    ]),
  );
}

const contentOf = (pcm: Buffer, wanted: boolean): JsonObject =>
  wanted ? { content: pcm.toString('base64') } : {};

/** Appends to a file that can be read while the call lasts: it always ends with a whole line. */
export class EventLog {
  readonly #place: KeptPlace;
  readonly #isNew: boolean;
  readonly #queue: WriteQueue;
  #failure: AudioError | undefined;
  #lines = 0;

  private constructor(place: KeptPlace, isNew: boolean, file: number, onProblem: ProblemListener) {
    this.#place = place;
    this.#isNew = isNew;
    this.#queue = new WriteQueue(file, 0, (error) => {
      this.#failure = writeFailure(place.path, dirname(place.path), error);
      onProblem(this.#failure);
    });
    // A log whose writer was killed may end in the middle of a line.
    if (!endsWithLine(file)) this.#queue.append(Buffer.from('\n'));
  }

  /**
   * Goes on with an older log where there is one.
   *
   * @throws AudioError when nothing can be written at the path
   */
  static async create(path: string, onProblem: ProblemListener): Promise<EventLog> {
    const place = await KeptPlace.at(path);
    const isNew = !existsSync(place.target);
    const { O_APPEND, O_CREAT, O_RDWR } = constants;
    try {
      const file = await promisify(open)(place.target, O_RDWR | O_CREAT | O_APPEND, 0o666);
      return new EventLog(place, isNew, file, onProblem);
    } catch (error) {
      throw place.explain(error);
    }
  }

  /** Adds a line. A promise resolves when the disk has caught up. */
  add(line: string): Promise<void> | undefined {
    this.#lines++;
    this.#queue.append(Buffer.from(line, 'utf8'));
    return this.#queue.busy;
  }

  /**
   * @returns undefined when there was no event: no empty file is left
   * @throws AudioError when the disk took not all lines
   */
  async finish(whole: boolean): Promise<KeptFile | undefined> {
    await this.#queue.drained();
    this.#close();
    if (this.#failure !== undefined) throw this.#failure;
    return this.#lines === 0 ? undefined : { path: this.#place.path, partial: !whole, beside: false };
  }

  /** As `finish`, with synchronous calls. */
  finishNow(): void {
    this.#queue.flushNow();
    this.#close();
  }

  #close(): void {
    this.#queue.closeNow();
    if (this.#lines === 0 && this.#isNew) unlinkSync(this.#place.target);
  }
}

function endsWithLine(file: number): boolean {
  const { size } = fstatSync(file);
  const last = Buffer.alloc(1);
  return size === 0 || readSync(file, last, 0, 1, size - 1) === 0 || last[0] === 0x0a;
}
