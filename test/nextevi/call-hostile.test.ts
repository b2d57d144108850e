import { getEventListeners, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { type CallOptions, VoiceCall } from '../../src/nextevi/call.ts';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import { MAX_SPEED } from '../../src/nextevi/limits.ts';
import type { VoiceSession } from '../../src/nextevi/session.ts';
import { UnfinishedTurn } from '../../src/nextevi/unfinished.ts';
import {
  closeFrame,
  messageFrame,
  type Script,
  type Service,
  sessionOptions,
  startRawPeer,
  startService,
} from './peers.ts';
import { answer, piecesOf, send, speech } from './talk.ts';

interface Conversation {
  call: VoiceCall;
  happened: CallEvent[];
  sessions: VoiceSession[];
  /** Lets time pass in which nobody does anything. */
  advance(ms: number): void;
}

const TIMING = { quietMs: 3_000, graceMs: 250, replyTimeoutMs: 2_000 };

/** A call in a made-up time, which passes only while the client sleeps and both sides have handled all. */
async function open(
  service: Pick<Service, 'url' | 'settle' | 'isOpen'>,
  options: Partial<CallOptions> = {},
): Promise<Conversation> {
  const happened: CallEvent[] = [];
  const sessions: VoiceSession[] = [];
  let now = 1_000;
  const call = await VoiceCall.open({
    ...sessionOptions(service.url),
    speed: 1,
    timing: TIMING,
    reconnect: { attempts: 2, pace: 1 },
    random: () => 1,
    clock: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      await service.settle();
      if (!service.isOpen) await sessions.at(-1)?.closed;
      signal?.throwIfAborted();
      now += ms;
    },
    onSession: (session) => sessions.push(session),
    ...options,
    observe: (event) => {
      happened.push(event);
      return options.observe?.(event);
    },
  });
  onTestFinished(async () => {
    await call.hangUp();
    for (const session of sessions) expect(session.isOpen).toBe(false);
  });
  const advance = (ms: number): void => {
    now += ms;
  };
  return { call, happened, sessions, advance };
}

interface LineScript {
  onOpen?: (peer: WebSocket) => void;
  /** The chunk number `index` of audio, from 1. */
  onChunk?: (peer: WebSocket, index: number, pcm: Buffer) => void;
  /** Silence after speech. */
  onSilence?: (peer: WebSocket) => void;
}

/** A service that hears each of its connections apart; `script` says what connection `number` does. */
async function startLines(
  script: (number: number) => LineScript,
  more: Script = {},
): Promise<Service & { heard: Buffer[]; peers: WebSocket[] }> {
  const peers: WebSocket[] = [];
  const frames: Buffer[][] = [];
  const service = await startService({
    ...more,
    onOpen: (peer) => {
      peers.push(peer);
      frames.push([]);
      script(peers.length - 1).onOpen?.(peer);
    },
    onFrame: (peer, frame) => {
      if (!frame.binary) return;
      const number = peers.indexOf(peer);
      const own = frames[number] ?? [];
      const wasSpeech = own.at(-1)?.[0] !== 0 && own.length > 0;
      own.push(frame.data);
      const { onChunk, onSilence } = script(number);
      onChunk?.(peer, own.length, frame.data);
      if (wasSpeech && frame.data[0] === 0) onSilence?.(peer);
    },
  });
  const heard = { get: () => frames.map((own) => Buffer.concat(own)) };
  return Object.defineProperties(service, { peers: { value: peers }, heard }) as Service & {
    heard: Buffer[];
    peers: WebSocket[];
  };
}

const longAnswer = (peer: WebSocket) =>
  send(peer, 'tts_chunk', { content: Buffer.alloc(4_800).toString('base64') });
const kinds = (happened: readonly CallEvent[]) => happened.map(({ kind }) => kind);
const count = (happened: readonly CallEvent[], kind: CallEvent['kind']) =>
  happened.filter((event) => event.kind === kind).length;
const SPEECH = speech(1);

/** What a connection heard before silence began. */
function spoken(heard: Buffer | undefined): Buffer {
  const all = heard ?? Buffer.alloc(0);
  let end = all.length;
  while (end > 0 && all[end - 1] === 0) end--;
  return all.subarray(0, end);
}

describe('a connection of a call', () => {
  it('is told before what it brings, even in one packet', async () => {
    const service = await startLines(
      () => ({ onOpen: (peer) => send(peer, 'connection_metadata', { status: 'connected' }) }),
      { samePacket: true },
    );
    const { happened } = await open(service);
    expect(kinds(happened)).toEqual(['connected', 'received']);
  });

  it('is not heard any more when it was given up', async () => {
    const service = await startLines((number) => ({
      onChunk: (peer, index) => {
        if (number === 0 && index === 3) {
          send(peer, 'error', { error_code: 'INTERNAL_ERROR' });
          answer(peer, 'Of the old one.');
        } else if (number === 1 && index === 6) answer(peer, 'Of the new one.');
      },
    }));
    const { call } = await open(service);
    await call.ask(piecesOf(SPEECH));
    expect(call.summary).toMatchObject({ reconnects: 1, turns: [{ answer: 'Of the new one.' }] });
  });

  it('that ends slowly does not take the next one with it', async () => {
    const sessions: VoiceSession[] = [];
    const peers: WebSocket[] = [];
    const server = new WebSocketServer({
      port: 0,
      host: '127.0.0.1',
      // The second connection is let in when the client has seen the end of the first.
      verifyClient: (_info, accept) => {
        if (peers.length !== 1) return accept(true);
        peers[0]?.terminate();
        void sessions[0]?.closed.then(() => accept(true));
      },
    });
    await once(server, 'listening');
    server.on('connection', (peer) => {
      peers.push(peer);
      const isFirst = peers.length === 1;
      peer.on('message', (_data, binary) => {
        if (!binary) return;
        if (isFirst) {
          send(peer, 'error', { error_code: 'INTERNAL_ERROR' });
          peer.pause();
        } else answer(peer);
      });
    });
    onTestFinished(async () => {
      for (const peer of server.clients) peer.terminate();
      await new Promise((resolve) => server.close(resolve));
    });
    const url = new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/voice`);
    const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
    const { call, happened } = await open(
      { url, settle, isOpen: true },
      { onSession: (session) => sessions.push(session) },
    );
    await call.ask(piecesOf(speech(0.1)));
    expect(peers).toHaveLength(2);
    expect(count(happened, 'lost')).toBe(1);
  });

  it('that breaks on the same speech again and again is not made for ever', async () => {
    const service = await startLines(() => ({
      onChunk: (peer, index) => {
        if (index !== 4) return;
        send(peer, 'transcription', { transcript: 'poison', is_final: true });
        send(peer, 'error', { error_code: 'INTERNAL_ERROR' });
      },
    }));
    const { call } = await open(service);
    await expect(call.ask(piecesOf(speech(0.4)))).rejects.toMatchObject({ type: 'server' });
    expect(service.peers).toHaveLength(3);
  });

  it('that brings something new each time is', async () => {
    const service = await startLines((number) => ({
      onChunk: (peer, index) => {
        if (number === 8) return answer(peer);
        if (index !== 6) return;
        send(peer, 'transcription', { transcript: 'some', is_final: true });
        answer(peer);
        peer.terminate();
      },
    }));
    const { call } = await open(service);
    for (let turn = 0; turn < 9; turn++) await call.ask(piecesOf(speech(0.6)));
    expect(call.summary.reconnects).toBe(8);
  });

  it('that is refused by a peer that then leaves it open is not tried again', async () => {
    let connections = 0;
    const greeting = Buffer.concat([messageFrame('connection_metadata'), closeFrame(4001)]);
    const url = await startRawPeer(greeting, () => {
      // A client that went on would go on for ever.
      if (++connections > 20) throw new Error('connected again and again');
    });
    const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
    const told = async () => {
      const { call } = await open({ url, settle, isOpen: true });
      await call.ask(piecesOf(SPEECH));
    };
    await expect(told()).rejects.toMatchObject({ type: 'auth' });
    expect(connections).toBe(1);
  });

  it('waits a minute where the rate limit ended it', async () => {
    const service = await startLines((number) => ({
      onChunk: (peer, index) => {
        if (number === 0 && index === 2) peer.close(4004, 'RATE_LIMITED: too many');
        if (number === 1 && index === 12) answer(peer);
      },
    }));
    const { call, happened } = await open(service);
    await call.ask(piecesOf(SPEECH));
    expect(happened.find(({ kind }) => kind === 'lost')).toMatchObject({ retryMs: 60_000 });
    expect(call.summary.gapMs).toBeGreaterThanOrEqual(60_000);
  });

  it('is replaced before its hour is over, and nothing is said twice', async () => {
    const service = await startLines(() => ({
      onSilence: (peer) => answer(peer),
    }));
    const { call, advance, happened } = await open(service);
    await call.ask(piecesOf(SPEECH));
    advance(59.6 * 60_000);
    await call.ask(piecesOf(speech(0.5)));
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
    expect(spoken(service.heard[1])).toEqual(speech(0.5));
    expect(happened.find(({ kind }) => kind === 'lost')).toMatchObject({ retryMs: 0 });
  });
});

describe('what was said when a connection is lost', () => {
  it('is said again from its beginning, even when the next one breaks in the middle of that', async () => {
    const service = await startLines((number) => ({
      onChunk: (peer, index) => {
        if (number === 0 && index === 8) peer.terminate();
        if (number === 1 && index === 1) peer.terminate();
        if (number === 2 && index === 6) answer(peer);
      },
    }));
    const { call } = await open(service);
    await call.ask(piecesOf(SPEECH));
    expect(spoken(service.heard[2])).toEqual(SPEECH);
  });

  it('is said again once, where a chunk of it had been refused before', async () => {
    const service = await startLines((number) => ({
      onChunk: (peer, index) => {
        if (number === 0 && index === 4) {
          send(peer, 'error', { error_code: 'AUDIO_CHUNK_TOO_LARGE' });
          send(peer, 'error', { error_code: 'INTERNAL_ERROR' });
        }
        if (number === 1 && index === 14) answer(peer);
      },
    }));
    const { call } = await open(service);
    await call.ask(piecesOf(SPEECH));
    expect(spoken(service.heard[1])).toEqual(SPEECH);
  });

  it('is not taken for heard because the answer before goes on', async () => {
    const service = await startLines((number) => ({
      onChunk: (peer, index) => {
        if (number === 0 && index === 16) answer(peer, 'story');
        if (number === 0 && index === 18) peer.terminate();
      },
      onSilence: (peer) => {
        if (number === 1) return answer(peer, 'Yes.');
        send(peer, 'llm_response_chunk', { content: 'Long', generation_id: 'a' });
        longAnswer(peer);
      },
    }));
    const { call } = await open(service);
    await call.say(piecesOf(SPEECH));
    expect(await call.answerBegun()).toBe(true);
    await call.ask(piecesOf(SPEECH));
    expect(spoken(service.heard[1])).toEqual(SPEECH);
    expect(call.current?.answer).toBe('Yes.');
  });

  it('comes in chunks that the service takes, however fast it is', async () => {
    const sizes: number[] = [];
    const service = await startLines((number) => ({
      onChunk: (peer, _index, pcm) => {
        if (number === 1) sizes.push(pcm.length);
        else peer.terminate();
      },
      onSilence: (peer) => answer(peer),
    }));
    const { call } = await open(service, { speed: MAX_SPEED });
    await call.ask(piecesOf(speech(45)));
    expect(spoken(service.heard[1]).equals(speech(45))).toBe(true);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(750_000);
  });

  it('is kept for two minutes and no more', () => {
    const unfinished = new UnfinishedTurn();
    for (let second = 0; second < 600; second++) unfinished.add(Buffer.alloc(48_000, second % 256));
    expect(unfinished.bytes).toBe(120 * 48_000);
    expect(unfinished.total).toBe(600 * 48_000);
    expect(unfinished.chunks[0]?.[0]).toBe(480 % 256);
  });
});

describe('talking over an answer', () => {
  it('does not count what was interrupted as the answer to it', async () => {
    let talking = false;
    const service = await startLines(() => ({
      onSilence: (peer) => {
        if (!talking) longAnswer(peer);
        talking = true;
      },
      onChunk: (peer, index) => {
        if (index === 17) send(peer, 'tts_interruption');
      },
    }));
    const { call } = await open(service);
    await call.say(piecesOf(SPEECH));
    expect(await call.answerBegun()).toBe(true);
    await call.say(piecesOf(SPEECH));
    expect(await call.answered()).toBe(false);
  });

  it('waits for its own answer when the connection is lost before its first word', async () => {
    const service = await startLines((number) => ({
      onSilence: (peer) => (number === 0 ? longAnswer(peer) : answer(peer, 'Mine.')),
    }));
    const { call } = await open(service);
    await call.say(piecesOf(SPEECH));
    expect(await call.answerBegun()).toBe(true);
    service.peers[0]?.terminate();
    await call.ask(piecesOf(SPEECH));
    expect(call.current?.answer).toBe('Mine.');
  });
});

describe('the end of a call', () => {
  it('by an observer that fails while there is no connection', async () => {
    const service = await startLines(() => ({ onChunk: (peer) => peer.terminate() }));
    const { call } = await open(service, {
      observe: ({ kind }) => {
        if (kind === 'lost') throw new Error('disk full');
      },
    });
    await expect(call.ask(piecesOf(SPEECH))).rejects.toThrow('disk full');
    expect(service.peers).toHaveLength(1);
  });

  it('needs no other connection when the answer was whole', async () => {
    const service = await startLines(() => ({
      onSilence: (peer) => {
        answer(peer);
        peer.close(1011);
      },
    }));
    const { call, happened } = await open(service, { reconnect: { attempts: 0, pace: 1 } });
    await call.ask(piecesOf(SPEECH));
    expect(count(happened, 'connected')).toBe(1);
  });

  it('by a service that hangs up leaves time to pass', async () => {
    const service = await startLines(() => ({
      onSilence: (peer) => {
        answer(peer);
        peer.close(1000);
      },
    }));
    const { call } = await open(service);
    await call.ask(piecesOf(SPEECH));
    const before = call.elapsedMs;
    await call.silence(1_000);
    expect(call.elapsedMs - before).toBe(1_000);
    await expect(call.ask(piecesOf(SPEECH))).rejects.toMatchObject({ type: 'network' });
  });

  it('is none where the service hung up because the session was old: the next turn is heard', async () => {
    const service = await startLines((number) => ({
      onSilence: (peer) => {
        answer(peer, `Answer ${number}`);
        if (number === 0) peer.close(1000, 'SESSION_EXPIRED');
      },
    }));
    const { call } = await open(service);
    await call.ask(piecesOf(SPEECH));
    await call.ask(piecesOf(SPEECH));
    expect(call.summary.turns.map(({ answer: text }) => text)).toEqual(['Answer 0', 'Answer 1']);
  });

  it('makes no new connection for speech that is still going on', async () => {
    const service = await startLines(() => ({}));
    const { call } = await open(service);
    let given = 0;
    const endless = async function* () {
      for (;;) {
        if (++given === 5) void call.hangUp();
        yield speech(0.1);
      }
    };
    await expect(call.say(endless())).rejects.toThrow('ended already');
    expect(service.peers).toHaveLength(1);
  });

  it('leaves no listener on the signal of its caller', async () => {
    const { signal } = new AbortController();
    const service = await startLines((number) => ({
      onChunk: (peer) => {
        if (number < 2) peer.terminate();
      },
      onSilence: (peer) => answer(peer),
    }));
    const { call } = await open(service, { signal });
    await call.ask(piecesOf(SPEECH));
    await call.hangUp();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
