import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CallOptions, VoiceCall } from '../../src/nextevi/call.ts';
import type { CallSummary } from '../../src/nextevi/measurements.ts';
import { AnswerText, type VoiceEvent } from '../../src/nextevi/messages.ts';
import { type Sandbox, startSandbox, type VoiceOptions } from '../../src/sandbox/index.ts';
import { recordedReplies } from '../../src/sandbox/voice/replies.ts';
import { sleep } from '../../src/shared/wait.ts';
import { sessionOptions } from './peers.ts';
import { piecesOf } from './talk.ts';

/** Noise, loud enough to be taken for speech; the same in every run. */
function noise(seconds: number): Buffer {
  const pcm = Buffer.alloc(Math.round(seconds * 24_000) * 2);
  let state = 7;
  for (let at = 0; at < pcm.length; at += 2) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    pcm.writeInt16LE(Math.round(10_000 * (state / 2 ** 30 - 1)), at);
  }
  return pcm;
}

const QUESTION = noise(0.6);
const TWO_QUESTIONS = Buffer.concat([QUESTION, Buffer.alloc(48_000), QUESTION]);

const sandboxes: Sandbox[] = [];
let texts: string[] = [];
beforeAll(async () => {
  texts = (await recordedReplies()).replies.map(({ text }) => text);
});
afterEach(async () => {
  for (const sandbox of sandboxes.splice(0)) await sandbox.close();
});

/** Speaks to a sandbox in real time, at ten times the speed. */
type SpeakOptions = Partial<CallOptions & { audio: AsyncIterable<Buffer> }>;

async function speak(voice: VoiceOptions, { audio = piecesOf(QUESTION), ...more }: SpeakOptions = {}) {
  const sandbox = await startSandbox({ voice: { replySpeed: Number.POSITIVE_INFINITY, ...voice } });
  sandboxes.push(sandbox);
  const events: VoiceEvent[] = [];
  const text = new AnswerText();
  const answers: string[] = [];
  let summary: CallSummary | undefined;
  let call: VoiceCall | undefined;
  let error: unknown;
  try {
    call = await VoiceCall.open({
      ...sessionOptions(new URL(sandbox.voiceUrl)),
      credentials: { apiKey: sandbox.voiceKey, configId: 'config-sandbox' },
      reconnect: { attempts: 0, pace: 1 },
      random: Math.random,
      speed: 10,
      timing: { quietMs: 500, graceMs: 50, replyTimeoutMs: 20_000 },
      clock: () => performance.now(),
      sleep,
      now: Date.now,
      ...more,
      observe: (happened) => {
        if (happened.kind !== 'received') return;
        const { event } = happened;
        events.push(event);
        if (event.kind === 'turn') text.reset();
        if (event.kind !== 'answer') return;
        text.add(event.content, event.generationId);
        if (event.final) answers.push(text.text);
      },
    });
    await call.ask(audio);
    summary = call.summary;
  } catch (caught) {
    error = caught;
  } finally {
    await call?.hangUp();
  }
  return { summary, error, events, answers, text: text.text };
}

const kindsOf = (events: readonly VoiceEvent[]) => [...new Set(events.map(({ kind }) => kind))];
const ORDER = ['metadata', 'transcript', 'turn', 'emotion', 'answer', 'audio'];

describe('a conversation with the sandbox', () => {
  it.each<[string, VoiceOptions, SpeakOptions]>([
    ['in both shapes at once', {}, {}],
    ['in the documented shape', { shape: 'documented' }, {}],
    ['in the flat shape', { shape: 'flat' }, {}],
    ['with text that repeats itself', { cumulative: true }, {}],
    ['with audio sent as JSON', {}, { transport: 'json' }],
  ])('goes well %s', async (_, voice, more) => {
    const { summary, error, events, answers } = await speak(voice, more);
    expect(error).toBeUndefined();
    expect(kindsOf(events)).toEqual(ORDER);
    expect(answers).toEqual(texts.slice(0, 1));
    expect(summary?.sentSeconds).toBeCloseTo(0.6);
    expect(summary?.receivedSeconds).toBeGreaterThan(1);
    expect(summary?.turns[0]?.firstAudioMs).toBeGreaterThan(0);
  });

  it('goes well without end marks and with binary audio', async () => {
    const { summary, error, events, text } = await speak({ noEndMarks: true, binaryAudio: true });
    expect(error).toBeUndefined();
    expect(kindsOf(events)).toEqual(ORDER);
    expect(text).toBe(texts[0]);
    expect(summary?.receivedSeconds).toBeGreaterThan(1);
  });

  it('waits for the answer to each of two questions', async () => {
    const { error, events, answers } = await speak({}, { audio: piecesOf(TWO_QUESTIONS), speed: 5 });
    expect(error).toBeUndefined();
    expect(events.filter(({ kind }) => kind === 'turn')).toHaveLength(2);
    expect(answers).toEqual(texts.slice(0, 2));
  });

  it('accepts an access token instead of the key', async () => {
    const credentials = { accessToken: 'sandbox.voice.token', configId: 'config-sandbox' };
    expect((await speak({}, { credentials })).error).toBeUndefined();
  });
});

describe('a sandbox that was told to fail', () => {
  it.each<[VoiceOptions, object]>([
    [{ refuse: { status: 503 } }, { type: 'server', status: 503 }],
    [{ refuse: { close: 4003 } }, { type: 'auth' }],
    [{ refuse: { close: 4004, errorCode: 'RATE_LIMITED' } }, { type: 'rate_limited' }],
    [{ refuse: { close: 5004, errorCode: 'SESSION_EXPIRED' } }, { type: 'network' }],
    [{ failAfterBytes: { bytes: 9_600, errorCode: 'INTERNAL_ERROR', close: 1011 } }, { type: 'server' }],
    [{ failAfterBytes: { bytes: 9_600, errorCode: 'AUDIO_FORMAT_UNSUPPORTED' } }, { type: 'rejected' }],
    [{ dropAfterBytes: 9_600 }, { type: 'network', message: expect.stringContaining('1006') }],
  ])('fails in the same words: %j', async (voice, expected) => {
    expect((await speak(voice)).error).toMatchObject(expected);
  });

  it('is not waited for when it stays mute', async () => {
    const timing = { quietMs: 50, graceMs: 10, replyTimeoutMs: 300 };
    expect((await speak({ mute: true }, { timing })).error).toMatchObject({
      type: 'network',
      message: expect.stringContaining('no answer within 0.3 seconds'),
    });
  });

  it.each([
    [{ apiKey: 'oak_wrong', configId: 'config-sandbox' }, 'auth'],
    [{ configId: 'config-sandbox' }, 'auth'],
    [{ apiKey: 'oak_sandbox_5f3a9c1e7b2d4860', configId: 'config-x' }, 'not_found'],
    [{ apiKey: 'oak_sandbox_5f3a9c1e7b2d4860', configId: 'config-sandbox', projectId: 'x' }, 'not_found'],
  ])('or was not told to, and got wrong credentials: %j', async (credentials, type) => {
    expect((await speak({}, { credentials })).error).toMatchObject({ type });
  });
});
