import { describe, expect, it } from 'vitest';
import { NOW, startService, UUID } from './peers.ts';
import { answer, goodTalk, piecesOf, send, speech } from './talk.ts';

const METADATA = {
  connection_id: 'c',
  status: 'connected',
  config: {
    audio_format: 'pcm_24khz_16bit_mono',
    encoding: 'linear16',
    sample_rate: 24_000,
    channels: 1,
  },
};
const SILENCE = Buffer.alloc(4_800);

describe('streaming', () => {
  it('sends the settings, the speech in chunks of 100 ms, and silence until the answer', async () => {
    const pcm = speech(0.5);
    let count = 0;
    const service = await startService({
      onOpen: (peer) => send(peer, 'connection_metadata', METADATA),
      onFrame: (peer, { binary }) => {
        if (binary && ++count === 12) answer(peer);
      },
    });
    const { summary, events } = await goodTalk(service, { audio: piecesOf(pcm) });
    expect(service.frames[0]?.binary).toBe(false);
    expect(service.messages.map(({ type }) => type)).toEqual(['session_settings']);
    expect(service.frames.slice(1).every(({ data }) => data.length === 4_800)).toBe(true);
    expect(service.audio.subarray(0, pcm.length).equals(pcm)).toBe(true);
    const silence = service.audio.subarray(pcm.length);
    expect(silence.every((byte) => byte === 0)).toBe(true);
    expect(silence.length).toBeGreaterThanOrEqual(7 * 4_800);
    expect(silence.length).toBeLessThanOrEqual(10 * 4_800);
    expect(summary).toMatchObject({
      connectionIds: [expect.stringMatching(UUID)],
      handshakeMs: 0,
      // Seven chunks of silence had to come before it, 100 ms each.
      turns: [{ turn: 1, speechSeconds: 0.5, firstAudioMs: 700, answer: 'Good day.', errors: [] }],
      sentSeconds: 0.5,
      receivedSeconds: 0.1,
      reconnects: 0,
    });
    expect(events.map(({ kind }) => kind)).toEqual(['metadata', 'answer', 'audio']);
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('sends the same audio as JSON', async () => {
    const pcm = speech(0.25);
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index === 4) answer(peer);
      },
    });
    await goodTalk(service, { audio: piecesOf(pcm), transport: 'json' });
    const inputs = service.messages.filter(({ type }) => type === 'audio_input') as {
      timestamp: number;
      data: { audio: string; chunk_id: string };
    }[];
    const sent = inputs.map(({ data }) => Buffer.from(data.audio, 'base64'));
    expect(sent.slice(0, 4).map(({ length }) => length)).toEqual([4_800, 4_800, 2_400, 4_800]);
    expect(Buffer.concat(sent).subarray(0, pcm.length)).toEqual(pcm);
    expect(inputs[2]).toMatchObject({ timestamp: NOW / 1000, data: { chunk_id: 'chunk-003' } });
    expect(service.frames.every(({ binary }) => !binary)).toBe(true);
  });

  it.each([1, 7, 4_799, 4_800, 4_801, 99_999])('takes audio in pieces of %i bytes', async (bytes) => {
    const pcm = speech(0.33);
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index === 5) answer(peer);
      },
    });
    const { summary } = await goodTalk(service, { audio: piecesOf(pcm, bytes) });
    expect(service.audio.subarray(0, pcm.length).equals(pcm)).toBe(true);
    const sizes = service.frames.filter(({ binary }) => binary).map(({ data }) => data.length);
    expect(sizes.slice(0, 5)).toEqual([4_800, 4_800, 4_800, 1_440, 4_800]);
    expect(summary.sentSeconds).toBeCloseTo(0.33, 10);
  });

  it.each([
    [1, 20, 4_800],
    [4, 5, 19_200],
    [20, 1, 96_000],
  ])('at speed %i takes two seconds in %i chunks of %i bytes', async (speed, chunks, bytes) => {
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index === chunks + 1) answer(peer);
      },
    });
    const { events, ms } = await goodTalk(service, { audio: piecesOf(speech(2)), speed });
    expect(service.audio.subarray(0, 96_000).equals(speech(2))).toBe(true);
    expect(service.frames.slice(1, chunks + 1).map(({ data }) => data.length)).toEqual(
      Array(chunks).fill(bytes),
    );
    expect(events).toHaveLength(2);
    // A second for the metadata that never came, a chunk of silence, and what may follow a marked end.
    expect(ms - 1_000 - chunks * 100).toBeGreaterThanOrEqual(250);
    expect(ms - 1_000 - chunks * 100).toBeLessThan(600);
  });

  it('tells of every chunk', async () => {
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index === 4) answer(peer);
      },
    });
    const { happened } = await goodTalk(service, { audio: piecesOf(speech(0.25)) });
    const told = happened.flatMap((event) => {
      if (event.kind === 'received' || (event.kind === 'sent' && !event.speech)) return [];
      return [event.kind === 'sent' ? event.pcm.length : event.kind];
    });
    expect(told).toEqual(['connected', 'speaking', 4_800, 4_800, 2_400, 'spoken', 'ended']);
    expect(happened.every(({ at }, index) => at >= (happened[index - 1]?.at ?? 0))).toBe(true);
  });

  it('takes audio of the answer as binary frames, of odd sizes too', async () => {
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index !== 7) return;
        send(peer, 'llm_response_chunk', { content: 'Good day.', is_final: true });
        for (const size of [4_801, 4_799, 1, 3]) peer.send(Buffer.alloc(size, 7));
      },
    });
    const { summary, events, ms } = await goodTalk(service);
    const sizes = events.flatMap((event) => (event.kind === 'audio' ? [event.pcm.length] : []));
    expect(sizes).toEqual([4_801, 4_799, 1, 3]);
    expect(summary.receivedSeconds).toBeCloseTo(9_604 / 48_000, 10);
    // Nothing marks the end of such an answer.
    expect(ms).toBeGreaterThan(3_000);
  });

  it('waits for all of an answer without end marks', async () => {
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index === 7)
          for (let i = 0; i < 5; i++) send(peer, 'tts_chunk', { content: SILENCE.toString('base64') });
      },
    });
    const short = await goodTalk(service, {
      timing: { quietMs: 400, graceMs: 50, replyTimeoutMs: 20_000 },
    });
    expect(short.summary.receivedSeconds).toBeCloseTo(0.5, 10);
    expect(short.ms).toBeLessThan(3_000);
  });

  it('takes an answer that comes before the end of the speech for what it is', async () => {
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index === 2) answer(peer);
      },
    });
    const { summary } = await goodTalk(service, { audio: piecesOf(speech(1)) });
    expect(service.audio.subarray(0, 48_000).equals(speech(1))).toBe(true);
    expect(summary.turns[0]?.firstAudioMs).toBeLessThan(0);
  });

  it('lets the service hear the end of a second utterance and waits for its answer', async () => {
    const pcm = speech(1);
    const service = await startService({
      onFrame: (peer, _frame, index) => {
        if (index === 2) answer(peer, 'First.');
        if (index === 9) send(peer, 'transcription', { transcript: 'and', is_final: false });
        // Ten chunks of speech, and 0.7 seconds of silence.
        if (index !== 17) return;
        send(peer, 'transcription', { transcript: 'and two', is_final: true });
        answer(peer, 'Second.');
      },
    });
    const { events, summary } = await goodTalk(service, { audio: piecesOf(pcm) });
    expect(summary.turns[0]?.firstAudioMs).toBeLessThan(0);
    const texts = events.flatMap((event) => (event.kind === 'answer' ? [event.content] : []));
    expect(texts).toEqual(['First.', 'Second.']);
  });

  it('never sends what it kept back in one burst', async () => {
    let now = 0;
    let interrupted = false;
    const sentAt: number[] = [];
    const service = await startService({
      onFrame: (peer, { binary }, index) => {
        if (binary) sentAt.push(now);
        if (index === 7) send(peer, 'tts_chunk', { content: SILENCE.toString('base64') });
        if (index === 20) answer(peer);
      },
    });
    await goodTalk(service, {
      clock: () => now,
      sleep: async (ms, signal) => {
        await service.settle();
        signal?.throwIfAborted();
        now += ms;
        // A long answer, in which no silence is sent; then the user goes on.
        if (now >= 3_000 && !interrupted && service.peer !== undefined) {
          interrupted = true;
          send(service.peer, 'user_interruption');
        }
      },
    });
    const gaps = sentAt.slice(1).map((at, index) => at - (sentAt[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...gaps)).toBeGreaterThan(1_000);
  });

  it('comes to an end with a service that answers every piece of audio', async () => {
    const service = await startService({
      onFrame: (peer, { binary }) => {
        if (binary) answer(peer);
      },
    });
    const { events } = await goodTalk(service);
    expect(events.length).toBeGreaterThanOrEqual(10);
  });

  it('passes the settings of the caller on', async () => {
    const service = await startService({
      onFrame: (peer, { binary }) => {
        if (binary) answer(peer);
      },
    });
    await goodTalk(service, { settings: { turn_detection: { silence_threshold: 0.4 } } });
    expect(service.messages[0]).toMatchObject({
      data: { turn_detection: { silence_threshold: 0.4 }, audio: { sample_rate: 24_000 } },
    });
  });
});
