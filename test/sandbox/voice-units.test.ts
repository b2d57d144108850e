import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTarget } from '../../src/sandbox/voice/admission.ts';
import { Answer, type AnswerPort } from '../../src/sandbox/voice/answer.ts';
import { HeardAudio } from '../../src/sandbox/voice/echo.ts';
import { emotionsOf } from '../../src/sandbox/voice/emotions.ts';
import { IdleWatch } from '../../src/sandbox/voice/idle.ts';
import { base64Bytes, decodeBase64, SampleReader } from '../../src/sandbox/voice/inbound.ts';
import { SlidingWindow } from '../../src/sandbox/voice/limits.ts';
import { encodeMessage, type MessageFault } from '../../src/sandbox/voice/protocol.ts';
import { applySettings, DEFAULT_SETTINGS, type Settings } from '../../src/sandbox/voice/settings.ts';
import { type Heard, type Turn, TurnDetector } from '../../src/sandbox/voice/turns.ts';

/** Samples of a tone at `level` (0–1), or silence when it is 0. */
function sound(seconds: number, level = 0.3): Int16Array {
  return Int16Array.from({ length: Math.round(seconds * 24_000) }, (_, i) =>
    Math.round(level * 32_767 * Math.sin((2 * Math.PI * 220 * i) / 24_000)),
  );
}

function hear(pieces: Int16Array[], settings: Partial<Settings> = {}): { heard: Heard[]; turns: Turn[] } {
  const detector = new TurnDetector(() => ({ ...DEFAULT_SETTINGS, ...settings }));
  const heard = pieces.flatMap((piece) => detector.push(piece));
  return { heard, turns: heard.flatMap((item) => (item.kind === 'turn' ? [item.turn] : [])) };
}

describe('TurnDetector', () => {
  it('finds a turn and its length in the time of the audio', () => {
    const { turns } = hear([sound(0.5, 0), sound(3.2), sound(0.7, 0)]);
    expect(turns).toHaveLength(1);
    expect(turns[0]).toMatchObject({ speech: 3.2, from: 0.5, to: 3.7, endedBy: 'silence' });
    expect(turns[0]?.level).toBeCloseTo(20 * Math.log10(0.3 / Math.SQRT2), 1);
  });

  it('ends a turn with the silence that was asked for and not before', () => {
    expect(hear([sound(1), sound(0.68, 0)]).turns).toHaveLength(0);
    expect(hear([sound(1), sound(0.7, 0)]).turns).toHaveLength(1);
    expect(hear([sound(1), sound(0.7, 0)], { silenceThreshold: 0.8 }).turns).toHaveLength(0);
    expect(hear([sound(1), sound(0.2, 0)], { silenceThreshold: 0.2 }).turns).toHaveLength(1);
    expect(hear([sound(1), sound(9, 0)], { turnDetection: false }).turns).toHaveLength(0);
  });

  it('leaves pauses inside a turn out of its speech, but not the shortest ones', () => {
    const { turns } = hear([sound(1), sound(0.5, 0), sound(1), sound(0.1, 0), sound(1), sound(1, 0)]);
    expect(turns).toHaveLength(1);
    expect(turns[0]).toMatchObject({ speech: 3.1, from: 0, to: 3.6 });
  });

  it('ignores short sounds, quiet sounds and an offset', () => {
    expect(hear([sound(0.08), sound(1, 0)]).heard).toEqual([]);
    expect(hear([sound(0.1), sound(1, 0)]).turns).toHaveLength(1);
    expect(hear([sound(1, 0.005), sound(1, 0)]).heard).toEqual([]);
    expect(hear([new Int16Array(48_000).fill(9_000)]).heard).toEqual([]);
    expect(hear([sound(1), sound(1, 0)], { minSpeakingTime: 2 }).heard).toEqual([]);
  });

  it('cuts a turn at its greatest length', () => {
    const { turns } = hear([sound(5)], { maxTurnDuration: 2 });
    expect(turns.map((turn) => [turn.speech, turn.endedBy])).toEqual([
      [2, 'max_duration'],
      [2, 'max_duration'],
    ]);
  });

  it('does not care how the audio is cut', () => {
    const all = Int16Array.from([...sound(0.3, 0), ...sound(1.23), ...sound(1, 0)]);
    const pieces = Array.from({ length: Math.ceil(all.length / 777) }, (_, i) =>
      all.subarray(i * 777, (i + 1) * 777),
    );
    expect(hear(pieces)).toEqual(hear([all]));
  });
});

describe('Answer', () => {
  /** A connection on which time passes by hand: `wait` holds what is to be called later. */
  function port() {
    const state = { sent: [] as string[], backlog: 0, wait: undefined as (() => void) | undefined, ms: 0 };
    const port: AnswerPort = {
      send: (type) => state.sent.push(type),
      sendAudio: (_, fields) => state.sent.push(fields === undefined ? 'binary' : 'tts_chunk'),
      sendRaw: () => state.sent.push('raw'),
      answered: () => {},
      backlog: () => state.backlog,
      after(ms, action) {
        state.ms = ms;
        state.wait = action;
        return () => {
          state.wait = undefined;
        };
      },
    };
    return { state, port };
  }
  const reply = { text: 'Yes.', pcm: Buffer.alloc(9_600) };

  it('waits while the client does not read', () => {
    const { state, port: slow } = port();
    const answer = new Answer(slow, { replySpeed: Number.POSITIVE_INFINITY }, 1);
    state.backlog = 300_000;
    answer.begin(reply);
    state.wait?.();
    expect(state.sent).toEqual(['llm_response_chunk']);
    expect(answer.running).toBe(true);
    state.backlog = 0;
    state.wait?.();
    expect(state.sent).toEqual(['llm_response_chunk', 'tts_chunk', 'tts_chunk']);
    expect(answer.running).toBe(false);
  });

  it('is stopped before it begins or while it waits', () => {
    const { state, port: connection } = port();
    const early = new Answer(connection, {}, 1);
    early.stop();
    early.begin(reply);
    expect(state.sent).toEqual([]);

    const late = new Answer(connection, { replySpeed: 0.01 }, 2);
    late.begin(reply);
    expect(state.sent).toEqual(['llm_response_chunk', 'tts_chunk']);
    expect(state.ms).toBeGreaterThan(9_000);
    late.stop();
    expect([state.wait, late.running]).toEqual([undefined, false]);
  });
});

describe('emotionsOf', () => {
  it('gives three documented labels that add to 100, the same each time', () => {
    const documented = [
      'joy',
      'sadness',
      'anger',
      'fear',
      'surprise',
      'disgust',
      'neutral',
      'empathy',
      'confusion',
    ];
    for (const level of [-60, -30, -17, -3])
      for (const variation of [0, 3, 12])
        for (const speech of [0.1, 3, 60]) {
          const turn: Turn = {
            speech,
            from: 0,
            to: speech,
            until: speech,
            level,
            variation,
            endedBy: 'silence',
          };
          const emotions = emotionsOf(turn);
          expect(emotions).toEqual(emotionsOf(turn));
          expect(emotions).toHaveLength(3);
          expect(new Set(emotions.map(({ emotion }) => emotion)).size).toBe(3);
          for (const { emotion } of emotions) expect(documented).toContain(emotion);
          expect(emotions.reduce((sum, { percentage }) => sum + percentage, 0)).toBe(100);
        }
  });
});

describe('applySettings', () => {
  const fault = (fields: Record<string, unknown>) => {
    try {
      return applySettings(DEFAULT_SETTINGS, fields);
    } catch (error) {
      return [(error as MessageFault).errorCode, (error as MessageFault).details['field']];
    }
  };

  it('takes the documented form, one part at a time', () => {
    const first = applySettings(DEFAULT_SETTINGS, {
      audio: { sample_rate: 24_000, channels: 1, encoding: 'linear16' },
      turn_detection: { silence_threshold: 1.5, mode: 'adaptive', context_awareness: { enabled: true } },
    });
    expect(first).toEqual({ ...DEFAULT_SETTINGS, silenceThreshold: 1.5 });
    const second = applySettings(first, { emotion_detection: { enabled: false }, turn_detection: null });
    expect(second).toEqual({ ...first, emotions: false });
  });

  it('refuses what is out of range or of a wrong type', () => {
    const format = 'INVALID_MESSAGE_FORMAT';
    expect(fault({ turn_detection: { silence_threshold: -1 } })).toEqual([
      format,
      'turn_detection.silence_threshold',
    ]);
    expect(fault({ turn_detection: { silence_threshold: '1' } })).toEqual([
      format,
      'turn_detection.silence_threshold',
    ]);
    expect(fault({ turn_detection: { context_awareness: { enabled: 1 } } })).toEqual([
      format,
      'turn_detection.context_awareness.enabled',
    ]);
    expect(fault({ emotion_detection: [] })).toEqual([format, 'emotion_detection']);
    expect(fault({ emotion_detection: { confidence_threshold: 1.1 } })).toEqual([
      format,
      'emotion_detection.confidence_threshold',
    ]);
    expect(fault({ idle_timeout: { hangup_timeout: -1 } })).toEqual([format, 'idle_timeout.hangup_timeout']);
    expect(fault({ audio: 'linear16' })).toEqual([format, 'audio']);
  });

  it('refuses every other audio format, in both forms', () => {
    const format = 'AUDIO_FORMAT_UNSUPPORTED';
    expect(fault({ audio: { sample_rate: 16_000 } })).toEqual([format, 'audio.sample_rate']);
    expect(fault({ audio: { channels: 2 } })).toEqual([format, 'audio.channels']);
    expect(fault({ sample_rate: 48_000 })).toEqual([format, 'sample_rate']);
    expect(fault({ sample_rate: 24_000, encoding: 'mulaw' })).toEqual([format, 'encoding']);
  });
});

describe('the small parts', () => {
  it('SlidingWindow lets through the limit and not one more, in any window', () => {
    const window = new SlidingWindow(3, 1_000);
    expect([0, 500, 999, 999].map((time) => window.take(time))).toEqual([true, true, true, false]);
    expect([1_000, 1_000, 1_500, 1_998, 1_999].map((time) => window.take(time))).toEqual([
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  it('SlidingWindow counts what it holds, and how long there is no room', () => {
    const window = new SlidingWindow(2, 1_000);
    expect([window.used(0), window.waitMs(0)]).toEqual([0, 0]);
    for (const time of [0, 400]) window.take(time);
    expect([window.used(500), window.waitMs(500)]).toEqual([2, 500]);
    expect([window.used(1_000), window.waitMs(1_000)]).toEqual([1, 0]);
    const [none, endless] = [new SlidingWindow(0, 1_000), new SlidingWindow(Number.POSITIVE_INFINITY, 1_000)];
    expect([none.take(0), endless.take(0), endless.used(0)]).toEqual([false, true, 0]);
  });

  it('HeardAudio gives back every byte, however it comes and is asked for', () => {
    const cuts = fc.array(fc.record({ bytes: fc.uint8Array({ maxLength: 9 }), take: fc.boolean() }));
    fc.assert(
      fc.property(cuts, (steps) => {
        const heard = new HeardAudio();
        const taken: Buffer[] = [];
        let at = 0;
        for (const { bytes, take } of steps) {
          heard.push(Buffer.from(bytes));
          const to = Math.max(at, heard.end - 3);
          if (take) taken.push(heard.take(at, to));
          if (take) at = to;
        }
        taken.push(heard.take(at, heard.end));
        expect(Buffer.concat(taken)).toEqual(Buffer.concat(steps.map(({ bytes }) => bytes)));
      }),
    );
  });

  it('HeardAudio forgets only what is not wanted any more', () => {
    const heard = new HeardAudio();
    for (const text of ['abc', 'def', 'ghi']) heard.push(Buffer.from(text));
    heard.forget(4);
    expect(String(heard.take(4, 7))).toBe('efg');
    expect(String(heard.take(0, 9))).toBe('hi');
  });

  it('IdleWatch passes each mark once, in order, and those alone that make sense', () => {
    const watch = new IdleWatch({ warningMs: 200, finalWarningMs: 100, hangupMs: 300 }, 1_000);
    expect([watch.dueAt, watch.take(1_099)]).toEqual([1_100, undefined]);
    const kinds = [watch.take(1_250), watch.take(1_250), watch.take(1_250)].map((mark) => mark?.kind);
    expect(kinds).toEqual(['final_warning', 'warning', undefined]);
    watch.active(1_250);
    expect(watch.dueAt).toBe(1_350);
    watch.replace({ warningMs: 900, hangupMs: 500 }, 2_000);
    expect(watch.take(9_999)).toEqual({ kind: 'hangup', atMs: 500, secondsLeft: 0 });
    watch.replace({ warningMs: 0 }, 3_000);
    expect(watch.dueAt).toBe(Number.POSITIVE_INFINITY);
  });

  it('SampleReader carries an odd byte over, wherever the bytes lie', () => {
    const bytes = Buffer.from(Int16Array.of(0, 1, -2, 3_000, -30_000).buffer).subarray(1);
    expect([...new SampleReader().read(bytes.subarray(1))]).toEqual([1, -2, 3_000, -30_000]);
    expect([...new SampleReader().read(Buffer.from(bytes.buffer, 2))]).toEqual([1, -2, 3_000, -30_000]);
    expect([...new SampleReader().read(Buffer.concat([bytes]).subarray(1))]).toEqual([1, -2, 3_000, -30_000]);
  });

  it('SampleReader carries an odd byte over', () => {
    const bytes = Buffer.from(Int16Array.of(1, -2, 3_000, -30_000).buffer);
    const reader = new SampleReader();
    const cuts = [0, 1, 2, 5, 5, 8];
    const samples = cuts.slice(1).flatMap((end, i) => [...reader.read(bytes.subarray(cuts[i], end))]);
    expect(samples).toEqual([1, -2, 3_000, -30_000]);
  });

  it('reads base64 strictly', () => {
    for (const length of [0, 1, 2, 3, 4, 5]) {
      const bytes = Buffer.alloc(length, 0xab);
      expect(decodeBase64(bytes.toString('base64'), undefined)).toEqual(bytes);
      expect(decodeBase64(bytes.toString('base64').replaceAll('=', ''), undefined)).toEqual(bytes);
      expect(base64Bytes(bytes.toString('base64'))).toBe(length);
    }
    for (const bad of ['a', '????', 'AA A', 'AA=', 'A===', 'AA==AA', '-_-_'])
      expect(() => decodeBase64(bad, 'c'), bad).toThrow('not valid base64');
  });

  it('parseTarget bears doubled slashes and any id', () => {
    expect(parseTarget('//ws/voice//voice_1_a%20b?config_id=c')?.connectionId).toBe('voice_1_a b');
    for (const bad of ['/', '/ws/voice/', '/ws/voice/a/b', '/ws/other/a', '/ws/voice/%ff', ''])
      expect(parseTarget(bad), bad).toBeUndefined();
  });

  it('encodeMessage puts the fields where the shape says', () => {
    const shape = (name: 'hybrid' | 'documented' | 'flat') =>
      JSON.parse(encodeMessage('t', { a: 1 }, name, 1_645_123_456_789));
    const envelope = { type: 't', timestamp: 1_645_123_456.789, message_id: expect.any(String) };
    expect(shape('hybrid')).toEqual({ ...envelope, a: 1, data: { a: 1 } });
    expect(shape('documented')).toEqual({ ...envelope, data: { a: 1 } });
    expect(shape('flat')).toEqual({ ...envelope, a: 1 });
  });
});
