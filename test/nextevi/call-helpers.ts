/** Made-up events of calls. */
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import type { VoiceEvent } from '../../src/nextevi/messages.ts';

/** So many milliseconds of 24 kHz mono, every sample of the given value. */
export function pcm(ms: number, value: number): Buffer {
  const bytes = Buffer.alloc(ms * 24 * 2);
  for (let at = 0; at < bytes.length; at += 2) bytes.writeInt16LE(value, at);
  return bytes;
}

export const connected = (at: number, number = 0): CallEvent => ({
  at,
  kind: 'connected',
  connectionId: `c${number}`,
  handshakeMs: 20,
  number,
});

export const lost = (at: number, why = 'close code 1006'): CallEvent => ({
  at,
  kind: 'lost',
  why,
  retryMs: 500,
});

export const speaking = (at: number, turn: number, name = ''): CallEvent => ({
  at,
  kind: 'speaking',
  turn,
  name,
});

export const ended = (at: number): CallEvent => ({ at, kind: 'ended' });

export function sent(at: number, audio: Buffer, more: { speech?: boolean; again?: boolean } = {}): CallEvent {
  return { at, kind: 'sent', pcm: audio, speech: true, again: false, ...more };
}

export const received = (at: number, event: VoiceEvent): CallEvent => ({ at, kind: 'received', event });

export const audio = (at: number, bytes: Buffer, last = false): CallEvent =>
  received(at, { kind: 'audio', pcm: bytes, last, chunkId: undefined });

export const interrupted = (at: number): CallEvent => received(at, { kind: 'interruption', by: 'user' });

export function heard(at: number, text: string, final: boolean, more: object = {}): CallEvent {
  return received(at, { kind: 'transcript', text, final, confidence: undefined, event: undefined, ...more });
}

export const answered = (at: number, content: string, final: boolean, generationId?: string): CallEvent =>
  received(at, { kind: 'answer', content, final, generationId });

export const turn = (at: number, transcript?: string, complete = true): CallEvent =>
  received(at, { kind: 'turn', complete, transcript, confidence: undefined });
