import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endError } from '../../src/commands/voice-test.ts';
import { junitReport } from '../../src/commands/voice-test-junit.ts';
import {
  resultsObject,
  type ScenarioResult,
  type StepResult,
} from '../../src/commands/voice-test-results.ts';
import { scenarioText, totalsText } from '../../src/commands/voice-test-text.ts';
import type { TurnReport } from '../../src/nextevi/measurements.ts';
import { displayWidth } from '../../src/output/table.ts';
import { CliError } from '../../src/shared/errors.ts';
import { parseXml } from '../helpers/xml.ts';
import { PLAIN } from '../output/plain.ts';

const TURN: TurnReport = {
  turn: 1,
  name: 'question.wav',
  speechSeconds: 2.4,
  transcript: 'when do you open',
  answer: 'We open at nine.',
  emotions: [{ emotion: 'joy', percentage: 70 }],
  firstTranscriptMs: 320,
  firstTextMs: 600.4,
  firstAudioMs: 812.3,
  turnMs: 2_900,
  stopMs: undefined,
  receivedSeconds: 1.5,
  errors: [],
};

const GOOD = {
  expectation: 'first_audio',
  expected: 'at most 1500 ms',
  got: '812 ms',
  passed: true,
  line: 6,
};
const BAD = {
  expectation: 'answer',
  expected: 'contains "ten"',
  got: '"We open at nine."',
  passed: false,
  line: 7,
};

function stepOf(changes: Partial<StepResult> = {}): StepResult {
  return {
    kind: 'say',
    title: 'say question.wav',
    line: 4,
    done: true,
    turn: TURN,
    checks: [GOOD],
    durationMs: 3_000,
    ...changes,
  };
}

function resultOf(changes: Partial<ScenarioResult> = {}): ScenarioResult {
  return {
    name: 'hours',
    file: 'hours.yaml',
    run: 1,
    runs: 1,
    status: 'passed',
    startedAt: '2026-01-02T03:04:05.678Z',
    durationMs: 4_200,
    connectionIds: ['c-1'],
    handshakeMs: 41.2,
    steps: [stepOf()],
    error: undefined,
    ...changes,
  };
}

const network = new CliError('network', 'Nothing answers at 127.0.0.1:9', { hint: 'Check voice-url.' });
const failed = resultOf({ status: 'failed', steps: [stepOf({ checks: [GOOD, BAD] })] });
const broken = resultOf({
  status: 'error',
  error: network,
  steps: [stepOf({ done: false, turn: undefined, checks: [] })],
});
const interrupted = resultOf({ status: 'interrupted', error: new CliError('interrupted', 'Interrupted') });
const waiting = resultOf({
  status: 'not_run',
  startedAt: undefined,
  steps: [stepOf({ done: false, turn: undefined, checks: [] })],
});

const OPTIONS = { width: 80, colour: PLAIN, unicode: true };

describe('the report for a person', () => {
  it('shows what was expected and what came', () => {
    expect(scenarioText(failed, OPTIONS)).toBe(
      [
        '✗ hours (hours.yaml, 4200 ms)',
        '  ✗ say question.wav: 2.4 s of speech, first audio after 812 ms, 1.5 s of answer',
        '      you: when do you open',
        '      agent: We open at nine.',
        '    ✓ first_audio at most 1500 ms: 812 ms',
        '    ✗ answer: expected contains "ten", got "We open at nine." (line 7)',
        '',
      ].join('\n'),
    );
  });

  it('needs neither colour nor characters beyond ASCII', () => {
    const text = scenarioText(failed, { ...OPTIONS, unicode: false });
    expect(text).toMatch(/^FAILED hours/);
    expect(text).toMatch(/^ {4}ok first_audio/m);
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  it('says why a scenario could not be run, and what was not', () => {
    expect(scenarioText(broken, OPTIONS)).toBe(
      [
        '✗ hours (hours.yaml, 4200 ms): could not be run',
        '  - say question.wav',
        '  Nothing answers at 127.0.0.1:9. Check voice-url.',
        '',
      ].join('\n'),
    );
    expect(scenarioText(waiting, OPTIONS)).toBe('- hours (hours.yaml): not run\n');
    expect(scenarioText(interrupted, OPTIONS)).toMatch(/^- hours \(hours\.yaml, 4200 ms\): interrupted\n/);
  });

  it('ends with the totals', () => {
    expect(totalsText([resultOf(), failed, broken, waiting], 12_345)).toBe(
      '4 scenarios: 1 passed, 1 failed, 1 could not be run, 1 not run. 3 expectations: 2 passed, 1 failed. 12.3 s.',
    );
    expect(totalsText([waiting], 0)).toBe('1 scenario: 1 not run. 0.0 s.');
  });

  it('fits the terminal and moves no cursor, whatever is said', () => {
    const text = fc.string({ unit: 'binary', maxLength: 400 });
    fc.assert(
      fc.property(text, text, text, fc.integer({ min: 40, max: 120 }), (name, answer, got, width) => {
        const result = resultOf({
          name,
          status: 'failed',
          steps: [stepOf({ turn: { ...TURN, answer }, checks: [{ ...BAD, got }] })],
        });
        const lines = scenarioText(result, { ...OPTIONS, width }).split('\n');
        for (const line of lines) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width);
          expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
        }
      }),
    );
  });
});

describe('the report as JUnit XML', () => {
  it('has a suite for each scenario and a case for each expectation', () => {
    const root = parseXml(junitReport([failed, broken, interrupted, waiting], 9_876));
    expect(root).toMatchObject({
      name: 'testsuites',
      attributes: { tests: '7', failures: '1', errors: '1', skipped: '3', time: '9.876' },
    });
    const [first, second, third, fourth] = root.children;
    expect(first?.attributes).toEqual({
      name: 'hours',
      file: 'hours.yaml',
      tests: '2',
      failures: '1',
      errors: '0',
      skipped: '0',
      time: '4.200',
      timestamp: '2026-01-02T03:04:05',
    });
    const cases = first?.children.filter(({ name }) => name === 'testcase') ?? [];
    expect(cases.map(({ attributes }) => attributes)).toEqual([
      {
        name: '1. say question.wav: first_audio at most 1500 ms',
        classname: 'hours',
        file: 'hours.yaml',
        line: '6',
        time: '3.000',
      },
      {
        name: '1. say question.wav: answer contains "ten"',
        classname: 'hours',
        file: 'hours.yaml',
        line: '7',
        time: '0.000',
      },
    ]);
    expect(cases[0]?.children).toEqual([]);
    expect(cases[1]?.children).toEqual([
      {
        name: 'failure',
        attributes: { message: 'answer: expected contains "ten", got "We open at nine."', type: 'answer' },
        children: [],
        text: 'hours.yaml:7\nexpected: contains "ten"\ngot: "We open at nine."',
      },
    ]);
    expect(first?.children.find(({ name }) => name === 'system-out')?.text).toBe(
      'you: when do you open\nagent: We open at nine.',
    );
    expect(second?.attributes).toMatchObject({ tests: '2', errors: '1', skipped: '1' });
    expect(second?.children.at(-1)?.children[0]).toMatchObject({
      name: 'error',
      attributes: { type: 'network', message: 'Nothing answers at 127.0.0.1:9. Check voice-url.' },
    });
    expect(third?.attributes).toMatchObject({ tests: '2', errors: '0', skipped: '1' });
    expect(fourth?.attributes).toMatchObject({ tests: '1', skipped: '1' });
    expect(fourth?.attributes).not.toHaveProperty('timestamp');
  });

  it('is well-formed whatever is said', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(']]>', '<a b="', '&amp;', '\u0000\u001b[31m', '\ud800', '\ufffe', '"\'<>&', '\r\n\t'),
    );
    fc.assert(
      fc.property(text, text, text, text, (name, answer, expected, message) => {
        const xml = junitReport(
          [
            resultOf({
              name,
              file: message,
              error: new CliError('network', message),
              steps: [stepOf({ title: name, turn: { ...TURN, answer }, checks: [{ ...BAD, expected }] })],
            }),
          ],
          1,
        );
        const suite = parseXml(xml).children[0];
        expect(suite?.name).toBe('testsuite');
        expect(suite?.children.filter((child) => child.name === 'testcase')).toHaveLength(2);
      }),
    );
  });

  it('keeps every word that XML can hold', () => {
    const words = 'a < b & "c" > \'d\' — ü 🎧 ]]>';
    const xml = junitReport(
      [resultOf({ name: words, steps: [stepOf({ turn: { ...TURN, answer: words } })] })],
      1,
    );
    const suite = parseXml(xml).children[0];
    expect(suite?.attributes['name']).toBe(words);
    expect(suite?.children.at(-1)?.text).toBe(`you: when do you open\nagent: ${words}`);
  });
});

describe('the report as JSON', () => {
  it('has all that was measured', () => {
    const report = JSON.parse(JSON.stringify(resultsObject([failed, broken], 9_876.4)));
    expect(report).toMatchObject({
      passed: false,
      duration_ms: 9_876,
      totals: {
        scenarios: { passed: 0, failed: 1, error: 1, interrupted: 0, not_run: 0 },
        expectations: { passed: 1, failed: 1 },
      },
      scenarios: [
        {
          name: 'hours',
          status: 'failed',
          handshake_ms: 41,
          error: null,
          steps: [
            {
              step: 'say question.wav',
              turn: {
                transcript: 'when do you open',
                first_audio_ms: 812,
                stop_ms: null,
                answer_seconds: 1.5,
              },
              expectations: [GOOD, BAD],
            },
          ],
        },
        {
          status: 'error',
          error: { type: 'network', hint: 'Check voice-url.' },
          steps: [{ done: false, turn: null }],
        },
      ],
    });
  });
});

describe('the error to end with', () => {
  it('is none when all passed, or nothing else was run', () => {
    expect(endError([resultOf(), waiting])).toBeUndefined();
  });

  it('is a missed threshold when anything was not as expected', () => {
    expect(endError([resultOf(), failed])).toMatchObject({
      exitCode: 11,
      message: '1 of 2 scenarios did not pass',
    });
    expect(endError([failed, broken])).toMatchObject({ exitCode: 11 });
    expect(endError([resultOf(), broken])).toMatchObject({ exitCode: 11 });
  });

  it('is its own error when nothing could be run', () => {
    expect(endError([broken, broken, waiting])).toBe(network);
  });
});
