/** The scenario file: every key that there is, with its meaning. The reader and the JSON Schema are both made of this. */
import type { JsonObject } from '../shared/json.ts';
import {
  byKind,
  type Fields,
  field,
  flag,
  list,
  map,
  mapped,
  named,
  number,
  plainMap,
  type Read,
  type Shape,
  text,
  time,
  unknownKey,
  yes,
} from './voice-test-shapes.ts';

/** What a text must be like. */
export type TextMatch =
  | { kind: 'contains' | 'equals'; text: string }
  | { kind: 'regex'; regex: RegExp }
  | { kind: 'all' | 'any'; of: TextMatch[] }
  | { kind: 'not'; of: TextMatch };

/** Bounds of a time in milliseconds, or of a percentage. */
export interface Range {
  atMost?: number | undefined;
  atLeast?: number | undefined;
}

export interface EmotionMatch extends Range {
  name: string;
  /** Whether it must be the strongest one. */
  top: boolean;
}

/** Characters of speech do not come in control characters; nor is a regular expression a whole page. */
const MOST_PATTERN = 2_000;

function textOrRegex(value: string): TextMatch | string {
  const regex = /^\/(.+)\/([a-z]*)$/s.exec(value.trim());
  if (regex === null) return { kind: 'contains', text: value };
  const [, source = '', flags = ''] = regex;
  if (!/^[imsu]*$/.test(flags) || new Set(flags).size < flags.length)
    return `the flags of a regular expression are i, m, s and u, each once, not ${flags}`;
  if (source.length > MOST_PATTERN) return `a regular expression has at most ${MOST_PATTERN} characters`;
  try {
    return { kind: 'regex', regex: new RegExp(source, flags) };
  } catch (error) {
    return (error as Error).message.replace(/^Invalid regular expression: /, 'no regular expression: ');
  }
}

const plainMatch: Shape<TextMatch> = {
  ...mapped(
    text('a text or a /regular expression/', (value) => {
      const match = textOrRegex(value);
      return typeof match === 'string' ? match : undefined;
    }),
    (value) => textOrRegex(value) as TextMatch,
  ),
  wants: 'a text or a /regular expression/',
};

const textMatch: Shape<TextMatch> = named('text', () => anyMatch);

const matchFields = {
  contains: field(text(), 'Holds this text, whatever its case and spacing, even one in slashes.'),
  equals: field(text(), 'Is this text, whatever its case and spacing.'),
  not: field(textMatch, 'Is not like this.'),
  any: field(list(textMatch), 'Is like at least one of these.'),
  all: field(list(textMatch), 'Is like every one of these.'),
} satisfies Fields;

const anyMatch: Shape<TextMatch> = byKind({
  scalar: plainMatch,
  list: mapped(list(textMatch), (of): TextMatch => ({ kind: 'all', of })),
  map: mapped(map(matchFields), ({ value, at, where }, report): TextMatch => {
    const count = Object.keys(where).length;
    if (count !== 1) report(at, `one of ${Object.keys(matchFields).join(', ')} is wanted here`);
    if (value.equals !== undefined) return { kind: 'equals', text: value.equals };
    if (value.contains !== undefined) return { kind: 'contains', text: value.contains };
    if (value.not !== undefined) return { kind: 'not', of: value.not };
    if (value.any !== undefined) return { kind: 'any', of: value.any };
    return { kind: 'all', of: value.all ?? [] };
  }),
});

function rangeOf(shape: Shape<number>, what: string): Shape<Range> {
  const fields = {
    at_most: field(shape, `The greatest ${what} that is right.`),
    at_least: field(shape, `The least ${what} that is right.`),
  } satisfies Fields;
  return byKind({
    scalar: mapped(shape, (atMost): Range => ({ atMost })),
    map: mapped(map(fields), ({ value, where }, report, at): Range => {
      const range = { atMost: value.at_most, atLeast: value.at_least };
      if (Object.keys(where).length === 0) report(at, 'at_most or at_least is wanted here');
      checkRange(range, report, at);
      return range;
    }),
  });
}

function checkRange(
  { atMost, atLeast }: Range,
  report: (at: number, message: string) => void,
  at: number,
): void {
  if (atMost !== undefined && atLeast !== undefined && atLeast > atMost)
    report(at, 'at_least is more than at_most');
}

const timeRange = rangeOf(time(), 'time');
const bounds: Shape<Range> = named('range', () => timeRange);

const percent = number(0, 100);

const emotion: Shape<EmotionMatch> = byKind({
  scalar: mapped(text('the name of an emotion'), (name): EmotionMatch => ({ name, top: true })),
  map: mapped(
    map({
      name: field(text(), 'The emotion, by the name that the service gives it.', true),
      at_least: field(percent, 'The least percentage that is right.'),
      at_most: field(percent, 'The greatest percentage that is right.'),
    }),
    ({ value }, report, at): EmotionMatch => {
      const match = { name: value.name ?? '', top: false, atLeast: value.at_least, atMost: value.at_most };
      checkRange(match, report, at);
      return match;
    },
  ),
});

export const EXPECT_FIELDS = {
  answered: field(flag, 'Whether the agent answers within the reply time; false where silence is right.'),
  transcript: field(textMatch, 'What the service understood.'),
  answer: field(textMatch, 'What the agent answered.'),
  emotion: field(emotion, 'The strongest emotion; or a map with name, for any that was reported.'),
  first_transcript: field(bounds, 'From the begin of the speech to the first words that were understood.'),
  first_text: field(bounds, 'From the end of the speech to the first text of the answer.'),
  first_audio: field(bounds, 'From the end of the speech to the first sound of the answer.'),
  turn: field(bounds, 'From the end of the speech to the end of the answer.'),
  stops_within: field(
    bounds,
    'From the begin of the speech to the word of the service that it interrupts the answer before.',
  ),
  handshake: field(bounds, 'How long the first connection took.'),
  speech_duration: field(bounds, 'How much speech was sent.'),
  answer_duration: field(bounds, 'How much sound of the answer came.'),
  error: field(
    text('the name of an error'),
    'The service reports this error in the turn: AUDIO_PROCESSING_FAILED.',
  ),
  no_error: field(yes, 'The service reports no error in the turn.'),
} satisfies Fields;

export type ExpectKey = keyof typeof EXPECT_FIELDS;
export type Expect = Read<typeof EXPECT_FIELDS>;

const expectShape = mapped(map(EXPECT_FIELDS), (read, report, at) => {
  if (Object.keys(read.where).length === 0) report(at, 'nothing is expected here');
  return read;
});

const EXPECT = field(
  named('expect', () => expectShape),
  'What must be true of the turn so far.',
);
const FASTEST = 20;
const speed = number(0.1, FASTEST);
const replyTimeout = time();

const SAID = {
  name: field(text(), 'What the turn is called in reports; the file without it.'),
  speed: field(speed, 'Times real time.'),
  start: field(time(), 'Where in the file the speech begins.'),
  duration: field(time(), 'How much of the file is said.'),
  wait_for_answer: field(flag, 'False: the next step comes at once, or talks over the answer.'),
  reply_timeout: field(replyTimeout, 'How long to wait for the answer to this.'),
  expect: EXPECT,
} satisfies Fields;

const audioFile = text('the path of an audio file');

/** What a step may do, each with the keys that go with it. */
export const ACTIONS = {
  say: { say: field(audioFile, 'Says an audio file; its path counts from the scenario.', true), ...SAID },
  interrupt: {
    interrupt: field(audioFile, 'Talks over the answer to the step before, with an audio file.', true),
    after: field(time(), 'How long after the begin of the answer; at once without it.'),
    ...SAID,
  },
  silence: {
    silence: field(time(), 'Says nothing for so long; the microphone stays open.', true),
    expect: EXPECT,
  },
  wait: {
    wait: field(time(), 'Waits for so long without a sound, as with the microphone off.', true),
    expect: EXPECT,
  },
  settings: {
    settings: field(plainMap, 'Changes settings of the session, by the names of the API.', true),
    expect: EXPECT,
  },
  expect: { expect: { ...EXPECT, required: true } },
} satisfies Record<string, Fields>;

export type ActionName = keyof typeof ACTIONS;
type ReadAction = { [K in ActionName]: { action: K } & Read<(typeof ACTIONS)[K]> }[ActionName];

const ACTION_NAMES = Object.keys(ACTIONS) as ActionName[];
const ACTION_SHAPES = Object.fromEntries(ACTION_NAMES.map((name) => [name, map(ACTIONS[name])])) as {
  [K in ActionName]: Shape<Read<(typeof ACTIONS)[K]>>;
};

const step: Shape<ReadAction> = {
  schema: { anyOf: ACTION_NAMES.map((name) => ACTION_SHAPES[name].schema) },
  wants: 'a step',
  read: (located, report) => {
    if (located.kind !== 'map') {
      report(located.at, `a step is wanted here: a map with one of ${ACTION_NAMES.join(', ')}`);
      return undefined;
    }
    const there = ACTION_NAMES.filter((name) => located.entries.some(({ key }) => key === name));
    // Beside another action, what is expected is expected of that.
    const [action, second] = there.length > 1 ? there.filter((name) => name !== 'expect') : there;
    if (action === undefined) {
      const known = ACTION_NAMES.flatMap((name) => Object.keys(ACTIONS[name]));
      const strange = located.entries.find(({ key }) => !known.includes(key));
      report(
        strange?.at ?? located.at,
        strange === undefined
          ? `the step does nothing: it needs one of ${ACTION_NAMES.join(', ')}`
          : unknownKey(strange.key, [...new Set(known)], ACTION_NAMES),
      );
      return undefined;
    }
    if (second !== undefined) {
      report(located.at, `${action} and ${second} are two steps: begin each with a dash of its own`);
      return undefined;
    }
    const read = ACTION_SHAPES[action].read(located, report);
    return read === undefined ? undefined : ({ action, ...read } as ReadAction);
  },
};

export const DEFAULTS_FIELDS = {
  speed: field(speed, 'Times real time, for every step that does not say.'),
  reply_timeout: field(replyTimeout, 'How long to wait for an answer, for every step that does not say.'),
} satisfies Fields;

export const SCENARIO_FIELDS = {
  $schema: field(text(), 'Where editors find the schema; without meaning here.'),
  name: field(text(), 'What the scenario is called; the name of the file without it.'),
  settings: field(plainMap, 'Settings of the session, by the names of the API.'),
  defaults: field(map(DEFAULTS_FIELDS), 'For every step that does not say.'),
  steps: field(list(step), 'What happens, in this order.', true),
} satisfies Fields;

export const SCENARIO_SHAPE = map(SCENARIO_FIELDS, 'a scenario (a map with the key steps)');

/** JSON Schema (draft 2020-12) of a scenario file, for editors. */
export function scenarioSchema(): JsonObject {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Scenario of convirza voice test',
    ...SCENARIO_SHAPE.schema,
    $defs: { text: anyMatch.schema, range: timeRange.schema, expect: expectShape.schema },
  };
}
