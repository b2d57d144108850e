import { describe, expect, it } from 'vitest';
import { TalkModel } from '../../src/commands/voice-talk-model.ts';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import { parseServerMessage, type VoiceEvent } from '../../src/nextevi/messages.ts';

function bench() {
  let now = 0;
  let playing = false;
  const notes: string[] = [];
  const model = new TalkModel({
    clock: () => now,
    playing: () => playing,
    onNote: (text) => notes.push(text),
  });
  const observe = (event: Record<string, unknown>) => model.observe({ at: now, ...event } as CallEvent);
  const connect = (number = 0) => observe({ kind: 'connected', connectionId: 'c', handshakeMs: 1, number });
  const service = (event: VoiceEvent) => observe({ kind: 'received', event });
  return {
    model,
    notes,
    observe,
    connect,
    service,
    heard: (text: string, final: boolean, event?: string) =>
      service({ kind: 'transcript', text, final, confidence: undefined, event }),
    audio: (ms = 100) =>
      service({ kind: 'audio', pcm: Buffer.alloc(ms * 48), last: false, chunkId: undefined }),
    pass: (ms: number) => {
      now += ms;
    },
    play: (on: boolean) => {
      playing = on;
    },
    phase: () => model.snapshot().phase,
  };
}

describe('a talk', () => {
  it('goes from listening to hearing, waiting, speaking and back', () => {
    const { connect, heard, audio, play, pass, phase } = bench();
    expect(phase()).toBe('connecting');
    connect();
    expect(phase()).toBe('listening');
    heard('', false, 'speech_started');
    expect(phase()).toBe('hearing');
    heard('good mor', false);
    heard('good morning', true);
    expect(phase()).toBe('waiting');
    pass(500);
    audio();
    play(true);
    expect(phase()).toBe('speaking');
    play(false);
    expect(phase()).toBe('listening');
  });

  it('speech of which no more is heard, and an answer that does not come, are not waited for for ever', () => {
    const { connect, heard, pass, phase } = bench();
    connect();
    heard('good mor', false);
    pass(3_000);
    expect(phase()).toBe('listening');
    heard('good morning', true);
    pass(20_000);
    expect(phase()).toBe('listening');
  });

  it('measures from the final transcript to the first audio', () => {
    const { model, connect, heard, service, audio, pass } = bench();
    connect();
    heard('good', false);
    pass(1_000);
    heard('good morning', true);
    pass(50);
    service({ kind: 'turn', complete: true, transcript: 'good morning', confidence: 1 });
    pass(450);
    audio();
    pass(20);
    audio();
    expect(model.latencies).toEqual([500]);
    expect(model.snapshot().latencyMs).toBe(500);
  });

  it('without a transcript it measures from the end of the turn; a late one counts for nothing', () => {
    const { model, connect, service, audio, pass, play } = bench();
    const turn = () => service({ kind: 'turn', complete: true, transcript: undefined, confidence: 1 });
    connect();
    audio();
    expect(model.latencies).toEqual([]);
    turn();
    pass(300);
    audio(0);
    pass(100);
    audio();
    play(true);
    turn();
    pass(50);
    audio();
    expect(model.latencies).toEqual([400]);
  });

  it('shows what is being said until its line is complete', () => {
    const { model } = bench();
    const interim = () => model.snapshot().interim;
    const line = { text: 'x', interrupted: false };
    model.interim('you', ' good\u001b[2J mor ');
    expect(interim()).toEqual({ speaker: 'you', text: 'good mor' });
    model.line({ ...line, speaker: 'agent' });
    expect(interim()).toBeDefined();
    model.line({ ...line, speaker: 'you' });
    expect(interim()).toBeUndefined();
    model.interim('agent', 'Wel');
    model.interim('agent', ' ');
    expect(interim()).toBeUndefined();
  });

  it('an answer that is cut off after its text was complete is told once', () => {
    const { model, notes, connect, service, play } = bench();
    const cut = () => service({ kind: 'interruption', by: 'user' });
    connect();
    play(true);
    model.line({ speaker: 'agent', text: 'We are op', interrupted: true });
    cut();
    expect(notes).toEqual([]);
    model.line({ speaker: 'agent', text: 'We are open.', interrupted: false });
    cut();
    cut();
    expect(notes).toEqual(['(interrupted)']);
    expect(model.interruptions).toBe(3);
  });

  it('an interruption after the last word, or of no answer, marks nothing', () => {
    const { model, notes, connect, service, play } = bench();
    connect();
    model.line({ speaker: 'agent', text: 'We are open.', interrupted: false });
    service({ kind: 'interruption', by: 'user' });
    play(true);
    model.line({ speaker: 'you', text: 'Thanks.', interrupted: false });
    service({ kind: 'interruption', by: 'user' });
    expect(notes).toEqual([]);
  });

  it('a loss is told, and ends what was going on', () => {
    const { model, notes, observe, connect, heard, audio, pass, phase } = bench();
    connect();
    heard('hello', true);
    model.interim('agent', 'Hel');
    observe({ kind: 'lost', why: 'It broke off (code 1006\u0007).', retryMs: 2_500 });
    expect(phase()).toBe('reconnecting');
    expect(model.snapshot().interim).toBeUndefined();
    pass(1_000);
    expect(model.snapshot().retryMs).toBe(1_500);
    pass(5_000);
    expect(model.snapshot().retryMs).toBe(0);
    connect(1);
    audio();
    expect(phase()).toBe('listening');
    expect(notes).toEqual(['It broke off (code 1006). Connecting again in 2.5 s.', 'Connected again.']);
    expect(model.latencies).toEqual([]);
  });

  it('says what the service says beside the conversation, without its control characters', () => {
    const { notes, service } = bench();
    service({ kind: 'system', content: 'hi\u001b]0;x\u0007', level: 'warning' });
    service({ kind: 'idle', secondsLeft: 20 });
    service({ kind: 'idle', secondsLeft: undefined });
    service(parseServerMessage('{"type":"error","error_code":"X","error_message":"bad\\u001b[1m"}'));
    service({ kind: 'unknown', type: 'status', fields: {} });
    expect(notes).toEqual([
      'service: hi',
      'service: idle, 20 s left',
      'service: idle',
      'service error: X bad',
    ]);
  });

  it('the strongest emotion; without figures the first', () => {
    const { model, service } = bench();
    const set = (...list: [string, number | undefined][]) =>
      service({ kind: 'emotion', emotions: list.map(([emotion, percentage]) => ({ emotion, percentage })) });
    set(['joy', 10], ['fear', 60], ['anger', 30]);
    expect(model.snapshot().emotion).toEqual({ emotion: 'fear', percentage: 60 });
    set(['joy', undefined], ['fear', undefined]);
    expect(model.snapshot().emotion?.emotion).toBe('joy');
    set();
    expect(model.snapshot().emotion).toBeUndefined();
  });
});
