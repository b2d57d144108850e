/** Streaming to a service of a test, in a time that is made up. */
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import type { WebSocket } from 'ws';
import type { VoiceEvent } from '../../src/nextevi/messages.ts';
import type { VoiceSession } from '../../src/nextevi/session.ts';
import { type StreamOptions, type StreamSummary, streamSpeech } from '../../src/nextevi/stream.ts';
import { DEFAULT_TIMING } from '../../src/nextevi/turns.ts';
import { type Script, type Service, sessionOptions, startService } from './peers.ts';

/** Seconds of audio that is no silence: its bytes count up. */
export function speech(seconds: number): Buffer {
  const pcm = Buffer.alloc(Math.round(seconds * 24_000) * 2);
  for (let at = 0; at < pcm.length; at++) pcm[at] = (at % 251) + 1;
  return pcm;
}

export async function* piecesOf(pcm: Buffer, bytes = 10_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < pcm.length; at += bytes) yield pcm.subarray(at, at + bytes);
}

export function send(peer: WebSocket, type: string, data: object = {}): void {
  peer.send(JSON.stringify({ type, data }));
}

/** An answer of 100 ms. */
export function answer(peer: WebSocket, text = 'Good day.'): void {
  send(peer, 'llm_response_chunk', { content: text, is_final: true, generation_id: text });
  send(peer, 'tts_chunk', { content: Buffer.alloc(4_800).toString('base64'), is_last: true });
}

export interface Talk {
  summary: StreamSummary | undefined;
  error: unknown;
  events: VoiceEvent[];
  /** Made-up milliseconds from the beginning to the end. */
  ms: number;
}

/**
 * Streams to `service`. Time passes only while the client sleeps, and only when both sides have handled all that
 * was sent before: whatever happens, happens in the same order in every run. With `lockstep: false` time passes
 * without a look at the service, for one that does not answer pings.
 */
export async function talk(
  service: Pick<Service, 'url' | 'settle' | 'isOpen'>,
  more: Partial<StreamOptions> & { lockstep?: boolean } = {},
): Promise<Talk> {
  const { lockstep = true, ...options } = more;
  const events: VoiceEvent[] = [];
  let now = 1_000;
  let session: VoiceSession | undefined;
  const result: Talk = { summary: undefined, error: undefined, events, ms: 0 };
  try {
    result.summary = await streamSpeech({
      ...sessionOptions(service.url),
      audio: piecesOf(speech(0.5)),
      speed: 1,
      timing: DEFAULT_TIMING,
      clock: () => now,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        if (!lockstep) await setImmediate();
        else {
          await service.settle();
          if (!service.isOpen) await session?.closed;
        }
        signal?.throwIfAborted();
        now += ms;
      },
      onConnected: (open) => {
        session = open;
      },
      ...options,
      onEvent: (event) => {
        events.push(event);
        options.onEvent?.(event);
      },
    });
  } catch (error) {
    result.error = error;
  }
  result.ms = now - 1_000;
  // Whatever came of it, nothing is left open.
  if (session !== undefined) expect(session.isOpen).toBe(false);
  return result;
}

/** The same, for what must go well. */
export async function goodTalk(
  service: Service,
  more: Partial<StreamOptions> = {},
): Promise<Talk & { summary: StreamSummary }> {
  const { summary, ...rest } = await talk(service, more);
  if (summary === undefined) throw rest.error;
  return { ...rest, summary };
}

/** Streams to a service that does what `script` says. */
export async function hear(script: Script, more: Partial<StreamOptions> = {}): Promise<Talk> {
  return talk(await startService(script), more);
}
