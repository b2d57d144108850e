/** What happens in a call, as its observers hear of it: recordings, transcripts, logs, measurements. */
import type { VoiceEvent } from './messages.ts';

/**
 * One happening. `at` is milliseconds since the call began, on a clock that never goes back; events come in the order
 * of `at`.
 */
export type CallEvent = { at: number } & (
  | {
      kind: 'connected';
      /** The id of this connection; a new one after every loss. */
      connectionId: string;
      handshakeMs: number;
      /** 0 for the first connection, 1 for the first one after a loss … */
      number: number;
    }
  /** The connection is gone (`label`: what it is counted by; undefined when it was replaced by choice); another one is tried in `retryMs`. Until the next `connected` nothing flows. */
  | { kind: 'lost'; why: string; retryMs: number; label?: string | undefined }
  /** `say` began: everything until the next one belongs to this turn. */
  | { kind: 'speaking'; turn: number; name: string }
  /** The last chunk of a turn's speech has been sent. */
  | { kind: 'spoken'; turn: number }
  | {
      kind: 'sent';
      /** 24 kHz mono 16-bit little-endian PCM, whole samples. Valid for as long as the caller keeps it. */
      pcm: Buffer;
      /** False for the silence of a microphone that nobody speaks into. */
      speech: boolean;
      /** Audio that was sent before, on a connection that was lost. */
      again: boolean;
    }
  /** A message of the service. */
  | { kind: 'received'; event: VoiceEvent }
  /** The call is over, in whatever way. */
  | { kind: 'ended' }
);

/**
 * Hears of everything, in order. What it throws ends the call. A promise holds back what the service sends next until it resolves:
 * an observer that writes to a slow disk keeps memory bounded by it.
 */
export type CallObserver = (event: CallEvent) => void | Promise<void>;
