/** Streaming to a service of a test, in a time that is made up. */
import { setImmediate } from 'node:timers/promises';
import { expect } from 'vitest';
import type { WebSocket } from 'ws';
import { type CallOptions, type SayOptions, VoiceCall } from '../../src/nextevi/call.ts';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import type { CallSummary } from '../../src/nextevi/measurements.ts';
import type { VoiceEvent } from '../../src/nextevi/messages.ts';
import type { VoiceSession } from '../../src/nextevi/session.ts';
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

export interface TalkOptions extends Partial<CallOptions> {
  audio: AsyncIterable<Buffer>;
  /** What is said after it, a turn each. */
  more: readonly AsyncIterable<Buffer>[];
  /** How each of them is said, in order. */
  how: readonly SayOptions[];
  lockstep: boolean;
  onEvent: (event: VoiceEvent) => void;
}

export interface Talk {
  summary: CallSummary | undefined;
  error: unknown;
  events: VoiceEvent[];
  /** All that happened in the call. */
  happened: CallEvent[];
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
  options: Partial<TalkOptions> = {},
): Promise<Talk> {
  const { lockstep = true, audio = piecesOf(speech(0.5)), more = [], how = [], onEvent, ...given } = options;
  const events: VoiceEvent[] = [];
  const happened: CallEvent[] = [];
  let now = 1_000;
  let session: VoiceSession | undefined;
  let call: VoiceCall | undefined;
  const result: Talk = { summary: undefined, error: undefined, events, happened, ms: 0 };
  try {
    call = await VoiceCall.open({
      ...sessionOptions(service.url),
      speed: 1,
      timing: DEFAULT_TIMING,
      reconnect: { attempts: 0, pace: 1 },
      random: () => 1,
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
      onSession: (open) => {
        session = open;
      },
      ...given,
      observe: (event) => {
        happened.push(event);
        if (event.kind === 'received') {
          events.push(event.event);
          onEvent?.(event.event);
        }
        return given.observe?.(event);
      },
    });
    for (const [index, piece] of [audio, ...more].entries()) await call.ask(piece, how[index]);
    result.summary = call.summary;
  } catch (error) {
    result.error = error;
  } finally {
    await call?.hangUp();
  }
  result.ms = now - 1_000;
  // Whatever came of it, nothing is left open.
  if (session !== undefined) expect(session.isOpen).toBe(false);
  return result;
}

/** The same, for what must go well. */
export async function goodTalk(
  service: Service,
  more: Partial<TalkOptions> = {},
): Promise<Talk & { summary: CallSummary }> {
  const { summary, ...rest } = await talk(service, more);
  if (summary === undefined) throw rest.error;
  return { ...rest, summary };
}

/** Streams to a service that does what `script` says. */
export async function hear(script: Script, more: Partial<TalkOptions> = {}): Promise<Talk> {
  return talk(await startService(script), more);
}
