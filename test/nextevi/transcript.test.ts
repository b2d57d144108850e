import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import { TranscriptBuilder } from '../../src/nextevi/transcript.ts';
import {
  answered,
  audio,
  connected,
  ended,
  heard,
  interrupted,
  lost,
  pcm,
  received,
  sent,
  speaking,
  turn,
} from './call-helpers.ts';

function build(events: readonly CallEvent[], { whole = true, speed = 1 } = {}) {
  const told: string[] = [];
  const builder = new TranscriptBuilder({
    speed,
    onLine: ({ speaker, text }) => told.push(`${speaker}: ${text}`),
    onInterim: (speaker, text) => told.push(`(${speaker}: ${text})`),
  });
  for (const event of [...events].sort((a, b) => a.at - b.at)) builder.observe(event);
  builder.finish(whole);
  return { builder, told, entries: builder.entries };
}

/** Speech of so many milliseconds in chunks of 100. */
const speech = (at: number, ms: number): CallEvent[] =>
  Array.from({ length: ms / 100 }, (_, i) => sent(at + i * 100, pcm(100, 1)));

const silence = (at: number, ms: number): CallEvent[] =>
  speech(at, ms).map((event) => ({ ...event, speech: false }) as CallEvent);

describe('a turn and its answer', () => {
  const events = [
    connected(50),
    speaking(200, 1, 'hello.wav'),
    ...speech(200, 500),
    heard(500, 'he', false),
    ...silence(700, 300),
    heard(900, ' hello ', true, { confidence: 0.9, words: [{ word: 'hello' }] }),
    turn(950, 'hello'),
    received(960, { kind: 'emotion', emotions: [{ emotion: 'joy', percentage: 80 }] }),
    answered(1000, 'Good ', false, 'g'),
    answered(1010, 'day.', true, 'g'),
    audio(1100, pcm(1000, 1)),
    audio(1200, pcm(1000, 1), true),
    ended(1500),
  ];

  it('have the times at which they are heard', () => {
    const { entries, told, builder } = build(events);
    expect(entries).toEqual([
      {
        speaker: 'caller',
        text: 'hello',
        start: 200,
        end: 700,
        turn: 1,
        final: true,
        confidence: 0.9,
        words: [{ word: 'hello' }],
        emotions: [{ emotion: 'joy', percentage: 80 }],
      },
      { speaker: 'agent', text: 'Good day.', start: 1100, end: 3100, turn: 1, final: true },
    ]);
    expect(told).toEqual(['(caller: he)', 'caller: hello', '(agent: Good)', 'agent: Good day.']);
    expect(builder.durationMs).toBe(3100);
    expect(builder.connectionIds).toEqual(['c0']);
  });

  it('a call that broke off ends with what was heard', () => {
    const { entries, builder } = build(events, { whole: false });
    expect(entries[1]).toMatchObject({ end: 1500, interrupted: true });
    expect(builder.durationMs).toBe(1500);
  });
});

describe('lines of the caller', () => {
  const lines = (events: CallEvent[]) =>
    build(events).entries.map((entry) =>
      'text' in entry ? [entry.text, entry.start, entry.end, entry.final] : [],
    );

  it('several finals are several lines, and empty ones are none', () => {
    const events = [
      ...speech(0, 1000),
      heard(900, 'one', true),
      heard(950, '', true, { event: 'utterance_end' }),
      heard(960, '  ', true),
      ...speech(1000, 500),
      heard(1500, 'two', true),
    ];
    expect(lines(events)).toEqual([
      ['one', 0, 900, true],
      ['two', 1000, 1500, true],
    ]);
  });

  it('begin with their first sign where an open microphone has been listening for long', () => {
    const events = [
      ...speech(0, 5000),
      heard(4000, '', false, { event: 'speech_started' }),
      heard(4300, 'hm', false),
      heard(4900, 'hm', true),
    ];
    expect(lines(events)).toEqual([['hm', 4000, 4900, true]]);
  });

  it('without any audio lie at the time of their text', () => {
    expect(lines([heard(100, 'a', true), heard(100, 'b', true)])).toEqual([
      ['a', 100, 100, true],
      ['b', 100, 100, true],
    ]);
  });

  it('that never became final end with the next turn or the call', () => {
    const events = [
      heard(100, 'a', false),
      heard(200, 'a b', false),
      speaking(300, 2),
      heard(400, 'c', false),
      ended(500),
    ];
    expect(lines(events)).toEqual([
      ['a b', 100, 300, false],
      ['c', 400, 500, false],
    ]);
  });

  it('a turn stands in for a final text that has not come, and only for that', () => {
    expect(lines([heard(100, 'hell', false), turn(200, 'hello'), heard(300, 'hello', true)])).toEqual([
      ['hello', 100, 200, true],
    ]);
    expect(lines([turn(200, 'hello')])).toEqual([['hello', 200, 200, true]]);
    expect(lines([heard(100, 'hello', true), turn(200, 'Hello!'), turn(300)])).toEqual([
      ['hello', 100, 100, true],
    ]);
    expect(lines([turn(200, 'hello', false), turn(250)])).toEqual([]);
  });

  it('emotions go to the newest utterance', () => {
    const joy = received(150, { kind: 'emotion', emotions: [{ emotion: 'joy', percentage: undefined }] });
    const fear = received(350, { kind: 'emotion', emotions: [{ emotion: 'fear', percentage: 1 }] });
    const { entries } = build([
      joy,
      heard(100, 'a', true),
      joy,
      heard(300, 'b', false),
      fear,
      heard(400, 'b', true),
    ]);
    expect(entries).toMatchObject([
      { text: 'a', emotions: [{ emotion: 'joy' }] },
      { text: 'b', emotions: [{ emotion: 'fear' }] },
    ]);
  });
});

describe('lines of the agent', () => {
  const agent = (events: CallEvent[], whole = true) =>
    build(events, { whole }).entries.map((entry) =>
      'text' in entry ? [entry.text, entry.start, entry.end, entry.final, entry.interrupted ?? false] : [],
    );

  it('are put together of cumulative texts too', () => {
    const events = [
      answered(1, 'Good', false),
      answered(2, 'Good day', false),
      answered(3, 'Good day.', true),
      ended(9),
    ];
    expect(agent(events)).toEqual([['Good day.', 1, 3, true, false]]);
  });

  it('are two for two generations, and one when the end repeats the whole', () => {
    const events = [
      answered(1, 'One', false, 'a'),
      answered(2, 'Two', true, 'b'),
      answered(3, 'Two', true, 'b'),
      answered(4, 'Three', true, 'c'),
    ];
    expect(agent(events)).toEqual([
      ['One', 1, 2, false, false],
      ['Two', 2, 2, true, false],
      ['Three', 4, 4, true, false],
    ]);
  });

  it('may have their audio before their text, or no text at all', () => {
    expect(agent([audio(10, pcm(100, 1)), answered(20, 'late', true), ended(200)])).toEqual([
      ['late', 10, 110, true, false],
    ]);
    expect(agent([audio(10, pcm(100, 1), true), answered(20, 'later', true), ended(200)])).toEqual([
      ['later', 10, 110, true, false],
    ]);
    expect(agent([audio(10, pcm(100, 1), true), ended(200)])).toEqual([]);
  });

  it('without an end mark end with the next turn', () => {
    const events = [
      answered(1, 'a', false),
      audio(2, pcm(100, 1)),
      turn(500),
      answered(600, 'b', false),
      ended(700),
    ];
    expect(agent(events)).toEqual([
      ['a', 2, 102, false, false],
      ['b', 600, 700, false, false],
    ]);
  });

  it('break off at an interruption, also where all had come long before', () => {
    const events = [
      answered(0, 'long', true, 'a'),
      audio(0, pcm(3000, 1), true),
      answered(10, 'never heard', true, 'b'),
      audio(10, pcm(3000, 1), true),
      interrupted(1000),
      answered(1100, 'new', true, 'c'),
      audio(1100, pcm(100, 1), true),
      ended(9000),
    ];
    expect(agent(events)).toEqual([
      ['long', 0, 1000, true, true],
      ['never heard', 1000, 1000, true, true],
      ['new', 1100, 1200, true, false],
    ]);
  });

  it('are not interrupted by what comes after their end', () => {
    const events = [answered(0, 'a', true), audio(0, pcm(100, 1), true), interrupted(1000), ended(2000)];
    expect(agent(events)).toEqual([['a', 0, 100, true, false]]);
  });

  it('break off when the text does', () => {
    expect(agent([answered(0, 'half of', false), interrupted(50), ended(100)])).toEqual([
      ['half of', 0, 50, false, true],
    ]);
  });
});

describe('a lost connection', () => {
  it('is a gap, and breaks off what is being said', () => {
    const { entries, builder } = build([
      connected(0),
      answered(10, 'a', true),
      audio(10, pcm(5000, 1)),
      lost(1000, 'close code 1006'),
      lost(1500, 'refused'),
      connected(4200, 1),
      answered(5000, 'b', true),
      ended(6000),
    ]);
    expect(entries).toMatchObject([
      { text: 'a', start: 10, end: 1000, interrupted: true },
      { gap: true, start: 1000, end: 4200, why: 'close code 1006' },
      { text: 'b', start: 5000 },
    ]);
    expect(builder.connectionIds).toEqual(['c0', 'c1']);
  });

  it('that never comes back lasts until the end', () => {
    expect(build([connected(0), lost(1000), ended(3000)], { whole: false }).entries).toEqual([
      { gap: true, start: 1000, end: 3000, why: 'close code 1006' },
    ]);
  });
});

it('times are those of the audio at another speed', () => {
  const events = [
    speaking(100, 1),
    sent(100, pcm(2000, 1)),
    sent(200, pcm(2000, 1)),
    heard(300, 'fast', true),
    answered(310, 'yes', true),
    audio(320, pcm(500, 1), true),
    ended(1000),
  ];
  expect(build(events, { speed: 20 }).entries).toMatchObject([
    { text: 'fast', start: 2000, end: 6000 },
    { text: 'yes', start: 6400, end: 6900 },
  ]);
});
