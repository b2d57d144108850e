/** Whether what was expected of a turn is true of it. */
import type { TurnReport } from '../nextevi/measurements.ts';
import type { EmotionMatch, Range, TextMatch } from './voice-test-format.ts';
import type { Expectations } from './voice-test-scenario.ts';

/** One expectation and what came of it. */
export interface Check {
  /** The key in the scenario. */
  expectation: string;
  expected: string;
  got: string;
  passed: boolean;
  /** In the scenario. */
  line: number;
}

/** What is known when the expectations are looked at. */
export interface Facts {
  /** Undefined before the first turn. */
  turn: TurnReport | undefined;
  handshakeMs: number;
  /** Whether an answer came in time; undefined when none was waited for. */
  answered: boolean | undefined;
  replyTimeoutMs: number;
}

/** `812 ms`, `12.3 s`. */
export function formatMs(ms: number): string {
  return Math.abs(ms) < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** Text in a form in which case, spacing and ways to write an accent make no difference. */
function plain(text: string): string {
  return text.normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim();
}

export function fits(match: TextMatch, text: string): boolean {
  switch (match.kind) {
    case 'contains':
      return plain(text).includes(plain(match.text));
    case 'equals':
      return plain(text) === plain(match.text);
    case 'regex':
      return match.regex.test(text);
    case 'not':
      return !fits(match.of, text);
    case 'any':
      return match.of.some((one) => fits(one, text));
    case 'all':
      return match.of.every((one) => fits(one, text));
  }
}

/** `contains "hello"`, `matches /hi/i`, `not (matches /hi/i)`. */
function describeMatch(match: TextMatch): string {
  switch (match.kind) {
    case 'contains':
      return `contains ${JSON.stringify(match.text)}`;
    case 'equals':
      return `is ${JSON.stringify(match.text)}`;
    case 'regex':
      return `matches ${match.regex}`;
    case 'not':
      return `not (${describeMatch(match.of)})`;
    case 'any':
      return match.of.map(describeMatch).join(' or ');
    case 'all':
      return match.of.map(describeMatch).join(' and ');
  }
}

function inRange({ atLeast, atMost }: Range, value: number | undefined): boolean {
  return value !== undefined && value >= (atLeast ?? -Infinity) && value <= (atMost ?? Infinity);
}

function describeRange({ atLeast, atMost }: Range, unit: (value: number) => string): string {
  if (atLeast === undefined) return `at most ${unit(atMost ?? 0)}`;
  return atMost === undefined ? `at least ${unit(atLeast)}` : `${unit(atLeast)} to ${unit(atMost)}`;
}

type Outcome = Pick<Check, 'expected' | 'got' | 'passed'>;

function checkText(match: TextMatch, text: string): Outcome[] {
  // One line for each, so that it is seen which one was wrong.
  if (match.kind === 'all') return match.of.flatMap((one) => checkText(one, text));
  const got = text === '' ? 'nothing' : JSON.stringify(text);
  return [{ expected: describeMatch(match), got, passed: fits(match, text) }];
}

function checkTime(range: Range, ms: number | undefined, missing: string): Outcome {
  return {
    expected: describeRange(range, formatMs),
    got: ms === undefined ? missing : formatMs(ms),
    passed: inRange(range, ms),
  };
}

function checkEmotion({ name, top, ...range }: EmotionMatch, turn: TurnReport | undefined): Outcome {
  const emotions = turn?.emotions ?? [];
  const isIt = ({ emotion }: { emotion: string }) => plain(emotion) === plain(name);
  // What gives no figures is in the order of the service.
  const strongest = emotions.reduce<(typeof emotions)[number] | undefined>(
    (best, one) => (best === undefined || (one.percentage ?? -1) > (best.percentage ?? -1) ? one : best),
    undefined,
  );
  const found = top
    ? strongest !== undefined && isIt(strongest)
      ? strongest
      : undefined
    : emotions.find(isIt);
  const bounded = range.atLeast !== undefined || range.atMost !== undefined;
  const percent = (value: number) => `${Math.round(value * 10) / 10} %`;
  const got = emotions.map(({ emotion, percentage }) =>
    percentage === undefined ? emotion : `${emotion} ${percent(percentage)}`,
  );
  return {
    expected: `${name}${top ? ' above all' : ''}${bounded ? ` ${describeRange(range, percent)}` : ''}`,
    got: got.length === 0 ? 'no emotion' : got.join(', '),
    // What is not among them is not above any bound, and below every one.
    passed: bounded
      ? inRange(range, found === undefined ? 0 : found.percentage) && emotions.length > 0
      : found !== undefined,
  };
}

function errorsOf(turn: TurnReport | undefined): string {
  const names = (turn?.errors ?? []).map(({ code, message }) => code || message);
  return names.length === 0 ? 'no error' : names.join(', ');
}

/** Whether there was an answer. */
export function checkAnswered(wanted: boolean, { turn, answered, replyTimeoutMs }: Facts): Outcome {
  const silence = `none within ${formatMs(replyTimeoutMs)}`;
  const first = turn?.firstAudioMs ?? turn?.firstTextMs;
  const heard = first === undefined ? 'an answer' : `an answer after ${formatMs(first)}`;
  return {
    expected: String(wanted),
    got: answered === true ? heard : answered === false ? silence : 'not waited for',
    passed: answered === wanted,
  };
}

/** One check for each expectation, in the order in which they are written. */
export function checksOf({ value, lines }: Expectations, facts: Facts): Check[] {
  const { turn } = facts;
  const outcomes: { [K in keyof typeof value]-?: () => Outcome | Outcome[] } = {
    answered: () => checkAnswered(value.answered ?? true, facts),
    transcript: () => checkText(value.transcript as TextMatch, turn?.transcript ?? ''),
    answer: () => checkText(value.answer as TextMatch, turn?.answer ?? ''),
    emotion: () => checkEmotion(value.emotion as EmotionMatch, turn),
    first_transcript: () =>
      checkTime(value.first_transcript ?? {}, turn?.firstTranscriptMs, 'nothing was understood'),
    first_text: () => checkTime(value.first_text ?? {}, turn?.firstTextMs, 'no text came'),
    first_audio: () => checkTime(value.first_audio ?? {}, turn?.firstAudioMs, 'no sound came'),
    turn: () => checkTime(value.turn ?? {}, turn?.turnMs, 'no answer came'),
    stops_within: () =>
      checkTime(value.stops_within ?? {}, turn?.stopMs, 'the service told of no interruption'),
    handshake: () => checkTime(value.handshake ?? {}, facts.handshakeMs, 'no connection'),
    speech_duration: () => checkTime(value.speech_duration ?? {}, inMs(turn?.speechSeconds), 'no speech'),
    answer_duration: () => checkTime(value.answer_duration ?? {}, inMs(turn?.receivedSeconds), 'no sound'),
    error: () => ({
      expected: value.error ?? '',
      got: errorsOf(turn),
      passed: turn?.errors.some(({ code }) => code === value.error) === true,
    }),
    no_error: () => ({
      expected: 'true',
      got: errorsOf(turn),
      passed: (turn?.errors ?? []).length === 0,
    }),
  };
  return (Object.keys(lines) as (keyof typeof lines)[]).flatMap((expectation) =>
    [outcomes[expectation]()]
      .flat()
      .map((outcome) => ({ expectation, ...outcome, line: lines[expectation] ?? 0 })),
  );
}

function inMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
