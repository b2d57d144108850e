/** The report of a run for a person. */
import { cleanLine } from '../output/clean.ts';
import { truncate } from '../output/table.ts';
import { wrap } from './help.ts';
import type { Invocation } from './invocation.ts';
import { type Check, formatMs } from './voice-test-checks.ts';
import {
  conversation,
  fullName,
  type ScenarioResult,
  type Status,
  type StepResult,
  totalsOf,
} from './voice-test-results.ts';

export interface TextOptions {
  width: number;
  colour: Invocation['colourOut'];
  unicode: boolean;
}

/** Longer texts of people and agents are cut: `--json` has them whole. */
const MOST_TEXT = 300;

const WORDS: Record<Status, string> = {
  passed: 'passed',
  failed: 'failed',
  error: 'could not be run',
  interrupted: 'interrupted',
  not_run: 'not run',
};

function markOf(status: Status, { colour, unicode }: TextOptions): string {
  if (status === 'passed') return unicode ? colour.green('✓') : 'ok';
  if (status === 'failed' || status === 'error') return unicode ? colour.red('✗') : 'FAILED';
  return colour.magenta('-');
}

/** A text behind a mark, over as many lines as it takes; no line is wider than the terminal. */
function marked(mark: string, text: string, depth: number, { width }: TextOptions): string[] {
  const indent = ' '.repeat(depth);
  const plain = mark.replace(/[\u001b]\[\d+m/g, '');
  const behind = `${indent}${' '.repeat(plain.length === 0 ? 0 : plain.length + 1)}`;
  const lines = wrap(cleanLine(text), behind, width).split('\n');
  return lines.map((line, at) => {
    const fitting = truncate(line, width);
    return at === 0 && plain !== '' ? `${indent}${mark} ${fitting.slice(behind.length)}` : fitting;
  });
}

function cut(text: string): string {
  return text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT - 1)}…`;
}

function checkLines(check: Check, options: TextOptions): string[] {
  const { expectation, expected, got, passed, line } = check;
  const text = passed
    ? `${expectation} ${cut(expected)}: ${cut(got)}`
    : `${expectation}: expected ${cut(expected)}, got ${cut(got)} (line ${line})`;
  return marked(markOf(passed ? 'passed' : 'failed', options), text, 4, options);
}

/** What was measured of a turn, in one line. */
function measured({ turn }: StepResult): string {
  if (turn === undefined) return '';
  const facts = [
    `${turn.speechSeconds.toFixed(1)} s of speech`,
    turn.stopMs === undefined ? undefined : `stopped the answer after ${formatMs(turn.stopMs)}`,
    turn.firstAudioMs === undefined ? undefined : `first audio after ${formatMs(turn.firstAudioMs)}`,
    turn.receivedSeconds === 0 ? undefined : `${turn.receivedSeconds.toFixed(1)} s of answer`,
  ];
  return `: ${facts.filter((fact) => fact !== undefined).join(', ')}`;
}

function stepLines(step: StepResult, options: TextOptions): string[] {
  const failed = step.checks.some(({ passed }) => !passed);
  const status = failed ? 'failed' : step.done ? 'passed' : 'not_run';
  // What is expected in a step of its own belongs to the step before.
  const head =
    step.kind === 'expect' && step.done
      ? []
      : marked(markOf(status, options), `${step.title}${measured(step)}`, 2, options);
  const said = failed ? conversation([step]).flatMap((line) => marked('', cut(line), 6, options)) : [];
  return [...head, ...said, ...step.checks.flatMap((check) => checkLines(check, options))];
}

/** One scenario: its name, its steps, what was expected of them. */
export function scenarioText(result: ScenarioResult, options: TextOptions): string {
  const { status, file, durationMs, error } = result;
  const time = status === 'not_run' ? '' : `, ${formatMs(durationMs)}`;
  const word = status === 'passed' || status === 'failed' ? '' : `: ${WORDS[status]}`;
  const lines = marked(markOf(status, options), `${fullName(result)} (${file}${time})${word}`, 0, options);
  if (status !== 'not_run') lines.push(...result.steps.flatMap((step) => stepLines(step, options)));
  if (error !== undefined && status === 'error') {
    const { message, hint } = error;
    lines.push(...marked('', hint === undefined ? message : `${message}. ${hint}`, 2, options));
  }
  return `${lines.join('\n')}\n`;
}

/** `2 scenarios: 1 passed, 1 failed. 7 expectations: 6 passed, 1 failed. 9.4 s.` */
export function totalsText(results: readonly ScenarioResult[], durationMs: number): string {
  const { scenarios, passed, failed } = totalsOf(results);
  const counts = (Object.keys(WORDS) as Status[])
    .filter((status) => scenarios[status] > 0)
    .map((status) => `${scenarios[status]} ${WORDS[status]}`);
  const expectations = [`${passed} passed`, ...(failed > 0 ? [`${failed} failed`] : [])];
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  return [
    `${count(results.length, 'scenario')}: ${counts.join(', ')}.`,
    ...(passed + failed === 0
      ? []
      : [`${count(passed + failed, 'expectation')}: ${expectations.join(', ')}.`]),
    `${(durationMs / 1000).toFixed(1)} s.`,
  ].join(' ');
}
