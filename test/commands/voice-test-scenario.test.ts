import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import {
  ACTIONS,
  DEFAULTS_FIELDS,
  EXPECT_FIELDS,
  SCENARIO_FIELDS,
  scenarioSchema,
} from '../../src/commands/voice-test-format.ts';
import { readScenario, type Scenario } from '../../src/commands/voice-test-scenario.ts';

function good(text: string): Scenario {
  const { scenario, problems } = readScenario(text, 'dir/talk.yaml', '/place/dir/talk.yaml');
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error('no scenario');
  return scenario;
}

/** Problems as `line:column message`. */
function wrong(text: string): string[] {
  const { scenario, problems } = readScenario(text, 'dir/talk.yaml', '/place/dir/talk.yaml');
  expect(scenario).toBeUndefined();
  return problems.map(({ line, column, message }) => `${line}:${column} ${message}`);
}

const WHOLE = `
name: Opening hours
settings: { turn_detection: { silence_threshold: 0.5 } }
defaults: { speed: 2, reply_timeout: 5s }
steps:
  - say: ../audio/question.wav
    name: question
    start: 1.5s
    duration: 2m
    expect:
      transcript: [opening, /hours?/i]
      answer: { any: [nine, { not: /closed/ }] }
      emotion: { name: joy, at_least: 40 }
      first_audio: 1500ms
  - interrupt: stop.wav
    after: 800ms
    reply_timeout: 1s
    speed: 1
  - expect: { stops_within: { at_least: 0ms, at_most: 500ms } }
  - settings: { emotion_detection: { enabled: false } }
  - silence: 2s
  - wait: 500ms
  - say: /abs/bye.mp3
    wait_for_answer: false
    expect: { no_error: true, answered: false, emotion: joy, handshake: 1:30 }
`;

describe('a scenario', () => {
  it('is read with everything in it', () => {
    const { name, file, settings, steps } = good(WHOLE);
    expect({ name, file }).toEqual({ name: 'Opening hours', file: 'dir/talk.yaml' });
    expect(settings).toEqual({ turn_detection: { silence_threshold: 0.5 } });
    expect(steps).toMatchObject([
      {
        kind: 'say',
        line: 6,
        name: 'question',
        audio: { path: '/place/audio/question.wav', start: 1.5, duration: 120, line: 6, column: 5 },
        speed: 2,
        replyTimeoutMs: 5_000,
        until: 'sounding',
        mustBeAnswered: false,
        expect: {
          value: {
            transcript: {
              kind: 'all',
              of: [
                { kind: 'contains', text: 'opening' },
                { kind: 'regex', regex: /hours?/i },
              ],
            },
            answer: {
              kind: 'any',
              of: [
                { kind: 'contains', text: 'nine' },
                { kind: 'not', of: { kind: 'regex', regex: /closed/ } },
              ],
            },
            emotion: { name: 'joy', top: false, atLeast: 40 },
            first_audio: { atMost: 1_500 },
          },
          lines: { transcript: 11, answer: 12, emotion: 13, first_audio: 14 },
        },
      },
      {
        kind: 'interrupt',
        afterMs: 800,
        replyTimeoutMs: 1_000,
        speed: 1,
        until: 'answered',
        mustBeAnswered: true,
      },
      {
        kind: 'expect',
        expect: { value: { stops_within: { atLeast: 0, atMost: 500 } }, lines: { stops_within: 19 } },
      },
      { kind: 'settings', settings: { emotion_detection: { enabled: false } } },
      { kind: 'silence', ms: 2_000 },
      { kind: 'wait', ms: 500 },
      { kind: 'say', audio: { path: '/abs/bye.mp3' }, until: 'said', mustBeAnswered: false },
    ]);
  });

  it('may be JSON, indented by tabs', () => {
    const { name, steps } = good('{\n\t"steps": [\n\t\t{ "say": "a.wav" }\n\t]\n}');
    expect(name).toBe('talk');
    expect(steps).toMatchObject([{ kind: 'say', until: 'answered', mustBeAnswered: true, speed: undefined }]);
  });

  it('may use anchors and aliases', () => {
    const { steps } = good('steps:\n  - say: a\n    expect: &e { turn: 1s }\n  - say: b\n    expect: *e\n');
    expect(steps[1]?.expect?.value).toEqual({ turn: { atMost: 1_000 } });
  });

  it('expects no answer where an error or silence is expected', () => {
    const { steps } = good('steps: [{ say: a }, { wait: 1s }, { expect: { error: SOME_ERROR } }]');
    expect(steps[0]).toMatchObject({ until: 'answered', mustBeAnswered: false });
  });

  it('takes settings as they are, whatever their names', () => {
    const { settings } = good('settings: { __proto__: 1, constructor: [null, true] }\nsteps: [{ say: a }]');
    expect(JSON.stringify(settings)).toBe('{"__proto__":1,"constructor":[null,true]}');
  });
});

describe('what is wrong in a scenario', () => {
  it('is told all at once, each with its place', () => {
    const text = `
nam: x
settings: 3
steps:
  - say: a.wav
    speeed: 2
    expect:
      anwser: x
      first_audio: fast
      emotion: { name: joy, at_least: 400 }
      turn: {}
  - wait: 3
  - say: a.wav
    silence: 2s
  - expect: {}
  - banana
  - waitt: 3s
  - banana: 3
  - name: x
  - interrupt: [a]
    after: -1s
`;
    expect(wrong(text)).toEqual([
      '2:1 the key "nam" is not known here; did you mean name?',
      '3:11 a map is wanted here, not 3',
      '6:5 the key "speeed" is not known here; did you mean speed?',
      '8:7 the key "anwser" is not known here; did you mean answer?',
      '9:20 a time with its unit, such as 500ms or 2s, is wanted here, not "fast"',
      '10:39 a number from 0 to 100 is wanted here, not 400',
      '11:13 at_most or at_least is wanted here',
      '12:11 3 has no unit: write 3s or 3ms',
      '13:5 say and silence are two steps: begin each with a dash of its own',
      '15:13 nothing is expected here',
      '16:5 a step is wanted here: a map with one of say, interrupt, silence, wait, settings, expect',
      '17:5 the key "waitt" is not known here; did you mean wait?',
      '18:5 the key "banana" is not known here; there are: say, interrupt, silence, wait, settings, expect',
      '19:5 the step does nothing: it needs one of say, interrupt, silence, wait, settings, expect',
      '20:16 the path of an audio file is wanted here, not a list',
      '21:12 a time with its unit, such as 500ms or 2s, is wanted here, not "-1s"',
    ]);
  });

  it.each([
    ['nothing', '', '1:1 the file is empty'],
    ['comments alone', '# a\n', '1:1 the file is empty'],
    ['a list', '- say: a', '1:1 a scenario (a map with the key steps) is wanted here, not a list'],
    ['a text', 'hello', '1:1 a scenario (a map with the key steps) is wanted here, not "hello"'],
    ['no steps', 'name: x', '1:1 the key steps is missing'],
    ['empty steps', 'steps: []', '1:8 the list is empty'],
    ['steps that are none', 'steps:', '1:7 a list is wanted here, not nothing'],
    ['a key twice', 'steps: [{ say: a }]\nsteps: []', '2:1 this key stands here twice'],
    [
      'two documents',
      'steps: [{ say: a }]\n---\nsteps: []',
      '2:1 a file holds one scenario: there is a second document here',
    ],
    ['a bracket too few', 'steps: [{ say: a }', /^1:\d+ no valid YAML: /],
    ['a tag', 'steps: [{ say: !secret a }]', /^1:\d+ no valid YAML: Unresolved tag: !secret$/],
    ['an alias of nothing', 'steps: [{ say: *a }]', /^1:\d+ there is no anchor &a before the alias \*a$/],
    ['a list as a key', '? [a]\n: 1\nsteps: [{ say: a }]', '1:3 a key must be a plain word'],
    ['an empty path', 'steps: [{ say: "" }]', /the path of an audio file is wanted here, not ""/],
    [
      'a bad expression',
      'steps: [{ say: a, expect: { answer: /(/ } }]',
      /no regular expression: .*Unterminated group/,
    ],
    [
      'a bad flag',
      'steps: [{ say: a, expect: { answer: /a/g } }]',
      /the flags of a regular expression are i, m, s and u/,
    ],
    ['a flag twice', 'steps: [{ say: a, expect: { answer: /a/ii } }]', /each once, not ii/],
    [
      'two ways to match',
      'steps: [{ say: a, expect: { answer: { not: a, equals: b } } }]',
      /one of contains, equals, not, any, all/,
    ],
    [
      'bounds the wrong way',
      'steps: [{ say: a, expect: { turn: { at_least: 2s, at_most: 1s } } }]',
      /at_least is more than at_most/,
    ],
    [
      'a denial of no_error',
      'steps: [{ say: a, expect: { no_error: false } }]',
      /true is wanted here, not false/,
    ],
    ['a time of hours', 'steps: [{ wait: 2h }]', /2h is longer than 60 minutes/],
    ['a speed of 100', 'steps: [{ say: a, speed: 100 }]', /a number from 0.1 to 20 is wanted here/],
    [
      'an interruption at first',
      'steps: [{ interrupt: a }]',
      /there is no answer to interrupt yet: begin with say/,
    ],
    [
      'an expectation at first',
      'steps: [{ expect: { answer: a } }, { say: a }]',
      /answer is about a turn, and nothing was said before it/,
    ],
    [
      'the end of an interrupted answer',
      'steps: [{ say: a, expect: { turn: 1s } }, { interrupt: b }]',
      /turn cannot be known: a later step interrupts the answer/,
    ],
    [
      'silence that is interrupted',
      'steps: [{ say: a, expect: { answered: false } }, { interrupt: b }]',
      /so there must be one/,
    ],
    [
      'waiting for an interrupted answer',
      'steps: [{ say: a, wait_for_answer: true }, { interrupt: b }]',
      /so it cannot be waited for/,
    ],
  ])('%s', (_what, text, message) => {
    const problems = wrong(text);
    expect(problems).toHaveLength(1);
    if (typeof message === 'string') expect(problems).toEqual([message]);
    else expect(problems[0]).toMatch(message);
  });

  it('is never blamed on the steps that follow', () => {
    expect(wrong('steps: [{ sayy: a }, { interrupt: b }, { expect: { turn: 1s } }]')).toEqual([
      '1:11 the key "sayy" is not known here; did you mean say?',
    ]);
  });

  it.each([
    ['an alias of itself', 'steps: &a [{ expect: { answer: *a } }]'],
    ['an anchor that holds itself', 'settings: &a { b: *a }\nsteps: [{ say: a }]'],
    [
      'a few lines that stand for millions of values',
      `settings:\n  a0: &a0 [1]\n${Array.from({ length: 12 }, (_, n) => `  a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}]\n`).join('')}steps: [{ say: a }]`,
    ],
    ['deep nesting', `settings: { a: ${'['.repeat(60)}${']'.repeat(60)} }\nsteps: [{ say: a }]`],
  ])('%s is refused', (_what, text) => {
    expect(wrong(text).join('\n')).toMatch(/nested too deep|more than 20000 values/);
  });
});

describe('any text', () => {
  const lines = (text: string) => text.split(/\r\n|\r|\n/).length;

  it('gives a scenario or problems with places in it, and never an exception', () => {
    const yamlish = fc
      .array(
        fc.constantFrom(
          'steps',
          ':',
          ' ',
          '\n',
          '- ',
          'say',
          'expect',
          '{',
          '}',
          '[',
          ']',
          '"',
          "'",
          '&a ',
          '*a',
          '/',
          '1s',
          '|',
          '>',
          '#',
          '\t',
          ',',
          '!!int ',
          '? ',
          '\u0000',
          '\ud800',
          '%',
        ),
        { maxLength: 40 },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), yamlish), (text) => {
        const { scenario, problems } = readScenario(text, 'a.yaml', '/a.yaml');
        expect(scenario === undefined).toBe(problems.length > 0);
        for (const { line, column } of problems) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(lines(text) + 1);
          expect(column).toBeGreaterThanOrEqual(1);
        }
      }),
    );
  });

  it('that is data of the wrong shape is no scenario', () => {
    const value = fc.dictionary(
      fc.constantFrom('steps', 'name', 'settings', 'defaults', 'x'),
      fc.oneof(
        fc.jsonValue(),
        fc.array(fc.dictionary(fc.constantFrom(...Object.keys(ACTIONS)), fc.jsonValue())),
      ),
    );
    fc.assert(
      fc.property(value, fc.boolean(), (data, asYaml) => {
        const text = asYaml ? stringify(data) : JSON.stringify(data);
        const { scenario, problems } = readScenario(text, 'a.yaml', '/a.yaml');
        expect(scenario === undefined).toBe(problems.length > 0);
      }),
    );
  });
});

describe('the schema for editors', () => {
  const schema = scenarioSchema() as {
    properties: Record<string, { items?: { anyOf: { properties: object; required: string[] }[] } }>;
    $defs: Record<string, { properties?: object }>;
  };

  it('has every key of every part, since it is made of the same fields', () => {
    expect(Object.keys(schema.properties)).toEqual(Object.keys(SCENARIO_FIELDS));
    const steps = schema.properties['steps']?.items?.anyOf ?? [];
    expect(steps.map(({ properties }) => Object.keys(properties))).toEqual(
      Object.values(ACTIONS).map(Object.keys),
    );
    expect(steps.map(({ required }) => required)).toEqual(Object.keys(ACTIONS).map((name) => [name]));
    expect(Object.keys(schema.$defs['expect']?.properties ?? {})).toEqual(Object.keys(EXPECT_FIELDS));
    expect(Object.keys((schema.properties['defaults'] as { properties: object }).properties)).toEqual(
      Object.keys(DEFAULTS_FIELDS),
    );
  });

  it('refers to nothing that it does not define, and holds a pattern that is one', () => {
    const text = JSON.stringify(schema);
    for (const [, name] of text.matchAll(/"\$ref":"#\/\$defs\/(\w+)"/g))
      expect(schema.$defs).toHaveProperty(name ?? '');
    const pattern = new RegExp(
      /"pattern":("(?:[^"\\]|\\.)*")/.exec(text)?.[1] === undefined
        ? '(?!)'
        : JSON.parse(/"pattern":("(?:[^"\\]|\\.)*")/.exec(text)?.[1] ?? '""'),
    );
    for (const time of ['500ms', '2s', '1.5 s', '2m', '1:30', '.5S']) expect(time).toMatch(pattern);
    for (const time of ['5', 'fast', '-1s', '1d']) expect(time).not.toMatch(pattern);
  });
});
