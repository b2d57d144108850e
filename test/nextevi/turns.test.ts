import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { VoiceEvent } from '../../src/nextevi/messages.ts';
import { DEFAULT_TIMING, type TurnState, TurnTracker } from '../../src/nextevi/turns.ts';

const TIMING = { quietMs: 3_000, graceMs: 250, replyTimeoutMs: 20_000 };

const interim = (text: string): VoiceEvent => ({
  kind: 'transcript',
  text,
  final: false,
  confidence: 0.5,
  event: undefined,
});
const heard = (text: string): VoiceEvent => ({
  kind: 'transcript',
  text,
  final: true,
  confidence: 1,
  event: undefined,
});
const turn: VoiceEvent = { kind: 'turn', complete: true, transcript: undefined, confidence: 1 };
const says = (content: string, final = false): VoiceEvent => ({
  kind: 'answer',
  content,
  final,
  generationId: 'g',
});
const audio: VoiceEvent = { kind: 'audio', pcm: Buffer.alloc(2), last: false, chunkId: undefined };
const lastAudio: VoiceEvent = { ...audio, last: true };
const interruption: VoiceEvent = { kind: 'interruption', by: 'user' };

type Step = VoiceEvent | 'end of input' | TurnState | 'answered' | 'unanswered';

/** Plays steps at their times (ms): events, the end of the input, and what the tracker is expected to say. */
function play(steps: readonly [at: number, step: Step][], timing = TIMING): void {
  const tracker = new TurnTracker(timing);
  for (const [at, step] of steps) {
    if (typeof step === 'object') tracker.observe(step, at);
    else if (step === 'end of input') tracker.inputEnded(at);
    else if (step === 'answered' || step === 'unanswered')
      expect(tracker.answered, `at ${at} ms`).toBe(step === 'answered');
    else expect(tracker.state(at), `at ${at} ms`).toBe(step);
  }
}

describe('an answer is complete', () => {
  it('a moment after its marked end', () => {
    play([
      [500, interim('hel')],
      [1_000, 'end of input'],
      [1_700, heard('hello')],
      [1_710, turn],
      [1_800, 'unanswered'],
      [2_000, says('Hi.', true)],
      [2_001, 'answered'],
      [2_010, audio],
      [2_900, lastAudio],
      [2_901, 'answered'],
      [3_149, 'going'],
      [3_150, 'complete'],
    ]);
  });

  it('after a quiet while where nothing marks its end', () => {
    play([
      [1_000, 'end of input'],
      [1_700, heard('hello')],
      [2_000, says('Hi.')],
      [2_010, audio],
      [4_000, audio],
      [6_999, 'going'],
      [7_000, 'complete'],
    ]);
  });

  it('after a quiet while where a transcript of what it answers is its last sign of life', () => {
    play([
      [1_000, 'end of input'],
      [2_000, audio],
      [2_100, heard('hello')],
      [5_099, 'going'],
      [5_100, 'complete'],
    ]);
  });

  it('after a quiet while when it is text alone', () => {
    play([
      [1_000, 'end of input'],
      [1_700, heard('hello')],
      [2_000, says('Hi.', true)],
      [4_999, 'going'],
      [5_000, 'complete'],
    ]);
  });

  it('not before the input has ended, and then only when nothing more comes of what was said last', () => {
    play([
      [500, heard('hello')],
      [600, lastAudio],
      [900_000, 'going'],
      [1_000_000, 'end of input'],
      [1_000_000, 'unanswered'],
      [1_000_000, 'going'],
      [1_002_999, 'going'],
      [1_003_000, 'complete'],
    ]);
  });

  it('only with the answer to the second utterance', () => {
    play([
      [500, heard('one')],
      [900, lastAudio],
      [2_000, interim('two')],
      [2_100, 'end of input'],
      [2_100, 'unanswered'],
      [4_000, 'going'],
      [4_500, heard('two')],
      [5_000, says('Second.')],
      [5_000, 'answered'],
      [5_100, lastAudio],
      [5_349, 'going'],
      [5_350, 'complete'],
    ]);
  });

  it('with the answer to a second utterance of which nothing had come before the end of the input', () => {
    play([
      [500, heard('one')],
      [900, lastAudio],
      [5_000, 'end of input'],
      [7_000, 'going'],
      [7_001, heard('two')],
      [9_000, 'going'],
      [9_001, lastAudio],
      [9_251, 'complete'],
    ]);
  });

  it('not with an interruption, but with the answer after it', () => {
    play([
      [500, heard('one')],
      [900, says('A long story')],
      [1_000, audio],
      [1_500, interruption],
      [1_501, 'unanswered'],
      [1_600, heard('stop')],
      [2_000, 'end of input'],
      [6_000, 'going'],
      [6_500, says('Well.')],
      [6_600, lastAudio],
      [6_850, 'complete'],
    ]);
  });

  it('in the end even when nobody answers after an interruption', () => {
    play([
      [500, heard('one')],
      [900, audio],
      [1_000, 'end of input'],
      [1_500, interruption],
      [11_499, 'going'],
      [11_500, 'complete'],
    ]);
  });

  it('before long when a transcript comes after its end', () => {
    play([
      [1_000, 'end of input'],
      [1_500, lastAudio],
      [1_600, heard('hello')],
      [1_900, 'going'],
      [11_599, 'going'],
      [11_600, 'complete'],
    ]);
  });

  it('at its marked end when a transcript comes in the middle of it', () => {
    play([
      [1_000, 'end of input'],
      [1_500, audio],
      [1_600, heard('hello')],
      [1_650, turn],
      [1_700, lastAudio],
      [1_950, 'complete'],
    ]);
  });
});

describe('no answer comes', () => {
  it('when nothing was heard', () => {
    play([
      [1_000, 'going'],
      [50_000, 'end of input'],
      [69_999, 'going'],
      [70_000, 'timed-out'],
    ]);
  });

  it('when what was heard is not answered; the time counts from the last word of the service', () => {
    play([
      [1_000, 'end of input'],
      [5_000, heard('hello')],
      [5_001, turn],
      [25_000, 'going'],
      [25_001, 'timed-out'],
    ]);
  });

  it('when a service that hears silence goes on sending empty transcripts', () => {
    const steps: [number, Step][] = [[1_000, 'end of input']];
    for (let at = 1_500; at < 21_000; at += 500) steps.push([at, interim('')], [at, 'going']);
    play([...steps, [21_000, 'timed-out']]);
  });

  it('when the service only talks about other things', () => {
    play([
      [1_000, 'end of input'],
      [15_000, { kind: 'idle', secondsLeft: 5 }],
      [16_000, { kind: 'system', content: 'Are you there?', level: 'warning' }],
      [17_000, { kind: 'emotion', emotions: [] }],
      [18_000, { kind: 'unknown', type: 'status', fields: {} }],
      [21_000, 'timed-out'],
    ]);
  });
});

describe('the tracker', () => {
  it('counts from the first end of the input', () => {
    play([
      [1_000, 'end of input'],
      [9_000, 'end of input'],
      [21_000, 'timed-out'],
    ]);
  });

  it('has a timing of its own', () => {
    expect(DEFAULT_TIMING).toEqual(TIMING);
    const tracker = new TurnTracker();
    tracker.inputEnded(0);
    expect(tracker.state(19_999)).toBe('going');
    expect(tracker.state(20_000)).toBe('timed-out');
  });

  it('knows when a service that hangs up has done its part', () => {
    const tracker = new TurnTracker(TIMING);
    const settled: boolean[] = [];
    const look = () => settled.push(tracker.settled);
    look();
    tracker.observe(heard('hello'), 0);
    tracker.inputEnded(1_000);
    look();
    tracker.observe(audio, 1_100);
    look();
    tracker.observe(lastAudio, 1_200);
    look();
    tracker.observe(interim('and'), 1_300);
    look();
    expect(settled).toEqual([false, false, false, true, false]);
  });

  const event = fc.constantFrom(
    interim('a'),
    interim(''),
    heard('b'),
    turn,
    says('c'),
    says('d', true),
    audio,
    lastAudio,
    interruption,
    { kind: 'idle', secondsLeft: 1 } as const,
  );
  const timing = fc.record({
    quietMs: fc.integer({ min: 1, max: 5_000 }),
    graceMs: fc.integer({ min: 0, max: 500 }),
    replyTimeoutMs: fc.integer({ min: 1, max: 30_000 }),
  });
  const script = fc.array(fc.tuple(fc.nat(8_000), event), { maxLength: 30 });

  it('is never done before the end of the input, and always soon after the last word', () => {
    fc.assert(
      fc.property(timing, script, fc.nat(30), (times, events, endAfter) => {
        const tracker = new TurnTracker(times);
        let now = 0;
        for (const [index, [pause, step]] of events.entries()) {
          if (index === endAfter) tracker.inputEnded(now);
          now += pause;
          tracker.observe(step, now);
          if (index < endAfter) expect(tracker.state(now)).toBe('going');
        }
        if (events.length <= endAfter) {
          expect(tracker.state(now + 1e9)).toBe('going');
          tracker.inputEnded(now);
        }
        const { quietMs, graceMs, replyTimeoutMs } = times;
        expect(tracker.state(now + Math.max(quietMs, graceMs, replyTimeoutMs))).not.toBe('going');
      }),
      { seed: 31, numRuns: 1_000 },
    );
  });
});
