/** What came of scenarios. */
import type { TurnReport } from '../nextevi/measurements.ts';
import type { CliError } from '../shared/errors.ts';
import type { Check } from './voice-test-checks.ts';
import type { Scenario, Step } from './voice-test-scenario.ts';

/** A scenario to run; with `--repeat` each of them several times. */
export interface Job {
  scenario: Scenario;
  /** The number of this run and how many there are, from 1. */
  run: number;
  runs: number;
}

export interface StepResult {
  kind: Step['kind'];
  /** `say question.wav`, `wait 500 ms`. */
  title: string;
  line: number;
  /** False when the scenario ended before it. */
  done: boolean;
  /** Of a step that begins a turn. */
  turn: TurnReport | undefined;
  checks: Check[];
  durationMs: number;
}

/** `failed`: not all was as expected. `error`: it could not be run to its end. */
export type Status = 'passed' | 'failed' | 'error' | 'interrupted' | 'not_run';

export interface ScenarioResult {
  name: string;
  file: string;
  run: number;
  runs: number;
  status: Status;
  /** ISO 8601 UTC; undefined when it was not run. */
  startedAt: string | undefined;
  durationMs: number;
  connectionIds: string[];
  handshakeMs: number | undefined;
  steps: StepResult[];
  /** Why it could not be run to its end. */
  error: CliError | undefined;
}

/** A scenario that was not run. */
export function notRun({ scenario, run, runs }: Job): ScenarioResult {
  return {
    name: scenario.name,
    file: scenario.file,
    run,
    runs,
    status: 'not_run',
    startedAt: undefined,
    durationMs: 0,
    connectionIds: [],
    handshakeMs: undefined,
    steps: scenario.steps.map((step) => emptyStep(step)),
    error: undefined,
  };
}

export function emptyStep(step: Step): StepResult {
  const { kind, line } = step;
  return { kind, title: titleOf(step), line, done: false, turn: undefined, checks: [], durationMs: 0 };
}

function titleOf(step: Step): string {
  switch (step.kind) {
    case 'say':
    case 'interrupt': {
      const { shown } = step.audio;
      return step.name === shown ? `${step.kind} ${shown}` : `${step.kind} ${shown} (${step.name})`;
    }
    case 'silence':
    case 'wait':
      return `${step.kind} ${step.ms / 1000} s`;
    case 'settings':
      return 'settings';
    case 'expect':
      return 'expect';
  }
}

/** `greeting`, `greeting (run 2 of 3)`. */
export function fullName({ name, run, runs }: Pick<ScenarioResult, 'name' | 'run' | 'runs'>): string {
  return runs === 1 ? name : `${name} (run ${run} of ${runs})`;
}

/** What was said, a line each: `you: …`, `agent: …`. Text of the service, not cleaned. */
export function conversation(steps: readonly StepResult[]): string[] {
  return steps.flatMap(({ turn }) => {
    const lines = [`you: ${turn?.transcript ?? ''}`, `agent: ${turn?.answer ?? ''}`];
    return lines.filter((line) => !line.endsWith(': '));
  });
}

export interface Totals {
  scenarios: Record<Status, number>;
  passed: number;
  failed: number;
}

/** Scenarios by their status, and expectations by theirs. */
export function totalsOf(results: readonly ScenarioResult[]): Totals {
  const scenarios = { passed: 0, failed: 0, error: 0, interrupted: 0, not_run: 0 };
  for (const { status } of results) scenarios[status]++;
  const checks = results.flatMap(({ steps }) => steps.flatMap((step) => step.checks));
  const passed = checks.filter((check) => check.passed).length;
  return { scenarios, passed, failed: checks.length - passed };
}

const rounded = (ms: number | undefined) => (ms === undefined ? null : Math.round(ms));
const toMilli = (seconds: number) => Math.round(seconds * 1000) / 1000;

function turnObject(turn: TurnReport) {
  return {
    turn: turn.turn,
    name: turn.name,
    speech_seconds: toMilli(turn.speechSeconds),
    transcript: turn.transcript,
    answer: turn.answer,
    emotions: turn.emotions,
    first_transcript_ms: rounded(turn.firstTranscriptMs),
    first_text_ms: rounded(turn.firstTextMs),
    first_audio_ms: rounded(turn.firstAudioMs),
    turn_ms: rounded(turn.turnMs),
    stop_ms: rounded(turn.stopMs),
    answer_seconds: toMilli(turn.receivedSeconds),
    errors: turn.errors,
  };
}

function scenarioObject(result: ScenarioResult) {
  const { error } = result;
  return {
    name: result.name,
    file: result.file,
    run: result.run,
    status: result.status,
    started_at: result.startedAt ?? null,
    duration_ms: rounded(result.durationMs),
    connection_ids: result.connectionIds,
    handshake_ms: rounded(result.handshakeMs),
    error:
      error === undefined ? null : { type: error.type, message: error.message, hint: error.hint ?? null },
    steps: result.steps.map(({ title, line, kind, done, durationMs, turn, checks }) => ({
      step: title,
      kind,
      line,
      done,
      duration_ms: rounded(durationMs),
      turn: turn === undefined ? null : turnObject(turn),
      expectations: checks,
    })),
  };
}

/** The whole run for `--json`. */
export function resultsObject(results: readonly ScenarioResult[], durationMs: number) {
  const { scenarios, passed, failed } = totalsOf(results);
  return {
    passed: results.every(({ status }) => status === 'passed'),
    duration_ms: rounded(durationMs),
    totals: { scenarios, expectations: { passed, failed } },
    scenarios: results.map(scenarioObject),
  };
}
