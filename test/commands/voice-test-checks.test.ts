import { describe, expect, it } from 'vitest';
import { checksOf, type Facts, fits } from '../../src/commands/voice-test-checks.ts';
import { readScenario } from '../../src/commands/voice-test-scenario.ts';
import type { TurnReport } from '../../src/nextevi/measurements.ts';

const TURN: TurnReport = {
  turn: 1,
  name: 'q',
  speechSeconds: 2.4,
  transcript: 'When do  you\nopen?',
  answer: 'We open at Nine. Café Zoë.',
  emotions: [
    { emotion: 'neutral', percentage: 20 },
    { emotion: 'Joy', percentage: 70.25 },
  ],
  firstTranscriptMs: 320,
  firstTextMs: -40,
  firstAudioMs: 812.3,
  turnMs: 2_900,
  stopMs: undefined,
  receivedSeconds: 1.5,
  errors: [{ code: 'AUDIO_PROCESSING_FAILED', message: 'bad chunk', details: undefined }],
};
const FACTS: Facts = { turn: TURN, handshakeMs: 41, answered: true, replyTimeoutMs: 20_000 };
const NOTHING: TurnReport = {
  ...TURN,
  transcript: '',
  answer: '',
  emotions: [],
  firstAudioMs: undefined,
  firstTextMs: undefined,
  errors: [],
};

/** What came of one expectation, written as in a scenario. */
function check(expectation: string, facts: Partial<Facts> = {}) {
  const { scenario, problems } = readScenario(`steps: [{ say: a, expect: { ${expectation} } }]`, 'a', '/a');
  expect(problems).toEqual([]);
  const expected = scenario?.steps[0]?.expect;
  if (expected === undefined) throw new Error('nothing is expected');
  return checksOf(expected, { ...FACTS, ...facts });
}

describe('an expectation', () => {
  it.each([
    ['transcript: "when do you OPEN"', true],
    ['transcript: "when do you close"', false],
    ['transcript: { equals: "when do you open?" }', true],
    ['transcript: { equals: "when do you open" }', false],
    ['transcript: /OPEN/', false],
    ['transcript: /open\\?$/', true],
    ['transcript: { contains: "/open/" }', false],
    ['answer: "cafe\u0301 zoe\u0308"', true],
    ['answer: { not: /nine/i }', false],
    ['answer: { any: [ten, nine] }', true],
    ['answer: { not: { any: [ten, eight] } }', true],
    ['answer: { all: [open, ten] }', false],
    ['emotion: joy', true],
    ['emotion: neutral', false],
    ['emotion: { name: neutral }', true],
    ['emotion: { name: joy, at_least: 70 }', true],
    ['emotion: { name: joy, at_least: 71 }', false],
    ['emotion: { name: anger, at_most: 10 }', true],
    ['emotion: { name: anger, at_least: 10 }', false],
    ['first_audio: 813ms', true],
    ['first_audio: 812ms', false],
    ['first_audio: { at_least: 1s }', false],
    ['first_audio: { at_least: 500ms, at_most: 1s }', true],
    ['first_text: 0s', true],
    ['first_transcript: 320ms', true],
    ['turn: 3s', true],
    ['stops_within: 10s', false],
    ['handshake: 41ms', true],
    ['handshake: 40ms', false],
    ['speech_duration: { at_least: 2.4s, at_most: 2.4s }', true],
    ['answer_duration: 1s', false],
    ['error: AUDIO_PROCESSING_FAILED', true],
    ['error: RATE_LIMITED', false],
    ['no_error: true', false],
    ['answered: true', true],
    ['answered: false', false],
  ])('%s: %s', (expectation, passed) => {
    expect(check(expectation).every((one) => one.passed)).toBe(passed);
  });

  it('of several texts is a check for each', () => {
    expect(check('answer: [open, ten]')).toEqual([
      {
        expectation: 'answer',
        expected: 'contains "open"',
        got: JSON.stringify(TURN.answer),
        passed: true,
        line: 1,
      },
      {
        expectation: 'answer',
        expected: 'contains "ten"',
        got: JSON.stringify(TURN.answer),
        passed: false,
        line: 1,
      },
    ]);
  });

  it('is told in words, with what came', () => {
    const words = (expectation: string, facts?: Partial<Facts>) =>
      check(expectation, facts).map(({ expected, got }) => `${expected} | ${got}`);
    expect(words('answer: { not: { any: [a, /b/i] } }')).toEqual([
      `not (contains "a" or matches /b/i) | ${JSON.stringify(TURN.answer)}`,
    ]);
    expect(words('emotion: { name: joy, at_least: 40, at_most: 60 }')).toEqual([
      'joy 40 % to 60 % | neutral 20 %, Joy 70.3 %',
    ]);
    expect(words('emotion: joy', { turn: NOTHING })).toEqual(['joy above all | no emotion']);
    expect(words('first_audio: 15s, answer: a', { turn: NOTHING })).toEqual([
      'at most 15.0 s | no sound came',
      'contains "a" | nothing',
    ]);
    expect(words('stops_within: 1s')).toEqual(['at most 1000 ms | the service told of no interruption']);
    expect(words('answered: true', { answered: false, turn: NOTHING })).toEqual([
      'true | none within 20.0 s',
    ]);
    expect(words('no_error: true')).toEqual(['true | AUDIO_PROCESSING_FAILED']);
  });

  it('of a turn without emotions is not met by their absence', () => {
    expect(check('emotion: { name: anger, at_most: 10 }', { turn: NOTHING })[0]?.passed).toBe(false);
  });
});

describe('a regular expression', () => {
  it('gives the same answer every time', () => {
    const match = { kind: 'regex' as const, regex: /open/i };
    expect([fits(match, 'open'), fits(match, 'open'), fits(match, 'closed')]).toEqual([true, true, false]);
  });
});
