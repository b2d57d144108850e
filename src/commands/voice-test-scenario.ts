/** Reads a scenario, with all that is wrong in it. */
import { basename, dirname, extname, resolve } from 'node:path';
import type { JsonObject } from '../shared/json.ts';
import { type Expect, type ExpectKey, SCENARIO_SHAPE } from './voice-test-format.ts';
import { type Report, readSource, type Source } from './voice-test-source.ts';

/** Something wrong in a scenario file. */
export interface Problem {
  file: string;
  /** From 1; undefined for the file as a whole. */
  line: number | undefined;
  column: number | undefined;
  message: string;
}

/** A part of an audio file. */
export interface AudioPart {
  /** As the scenario names it. */
  shown: string;
  /** Absolute. */
  path: string;
  /** In seconds. */
  start: number | undefined;
  duration: number | undefined;
  /** Where the scenario names it. */
  line: number;
  column: number;
}

/** What must be true, with the line of every key. */
export type Expectations = Pick<Expect, 'value'> & { lines: { [K in ExpectKey]?: number } };

interface StepBase {
  line: number;
  expect: Expectations | undefined;
}

/** A step that begins a turn. */
export interface SpokenStep extends StepBase {
  kind: 'say' | 'interrupt';
  name: string;
  audio: AudioPart;
  speed: number | undefined;
  replyTimeoutMs: number | undefined;
  /** For `interrupt`: how long after the begin of the answer, in milliseconds. */
  afterMs: number;
  /** What it waits for when all was said: the end of the answer, its begin, or nothing. */
  until: 'answered' | 'sounding' | 'said';
  /** Whether nothing else says whether there must be an answer. */
  mustBeAnswered: boolean;
}

export type Step =
  | SpokenStep
  | (StepBase & { kind: 'silence' | 'wait'; ms: number })
  | (StepBase & { kind: 'settings'; settings: JsonObject })
  | (StepBase & { kind: 'expect' });

export interface Scenario {
  /** As the user named it. */
  file: string;
  name: string;
  settings: JsonObject | undefined;
  steps: Step[];
}

/** For steps and scenarios that do not say. */
export interface ScenarioDefaults {
  speed: number;
  replyTimeoutMs: number;
}

export interface ReadScenario {
  /** Undefined when there are problems. */
  scenario: Scenario | undefined;
  problems: Problem[];
}

type ReadStep = NonNullable<ReturnType<typeof SCENARIO_SHAPE.read>>['value']['steps'] extends
  | readonly (infer S)[]
  | undefined
  ? S
  : never;

/**
 * @param file as the user named it
 * @param path absolute
 */
export function readScenario(text: string, file: string, path: string): ReadScenario {
  const found: { at: number; message: string }[] = [];
  const report: Report = (at, message) => found.push({ at, message });
  const { root, place } = readSource(text, report);
  let scenario: Scenario | undefined;
  if (root?.kind === 'scalar' && root.value === null) report(0, 'the file is empty');
  else if (root !== undefined) {
    const read = SCENARIO_SHAPE.read(root, report);
    const { value = {} } = read ?? {};
    const { defaults } = value;
    // Of steps that could not be read nothing is known: whoever comes after them is not blamed.
    const given = root.kind === 'map' ? root.entries.find(({ key }) => key === 'steps')?.value : undefined;
    const whole = given?.kind === 'list' && given.items.length === value.steps?.length;
    const reader = new StepReader(dirname(path), defaults?.value ?? {}, place, whole ? report : () => {});
    const steps = reader.read(value.steps ?? []);
    const name = value.name ?? basename(file, extname(file));
    scenario = { file, name, settings: value.settings, steps };
  }
  const problems = found
    .sort((a, b) => a.at - b.at)
    .map(({ at, message }) => ({ file, ...place(at), message }));
  return { scenario: problems.length === 0 ? scenario : undefined, problems };
}

/** What only the step's place among the others tells. */
class StepReader {
  readonly #folder: string;
  readonly #defaults: { speed?: number; reply_timeout?: number };
  readonly #place: Source['place'];
  readonly #report: Report;

  constructor(
    folder: string,
    defaults: { speed?: number; reply_timeout?: number },
    place: Source['place'],
    report: Report,
  ) {
    this.#folder = folder;
    this.#defaults = defaults;
    this.#place = place;
    this.#report = report;
  }

  read(steps: readonly ReadStep[]): Step[] {
    let spoken = false;
    for (const step of steps) {
      if (step.action === 'interrupt' && !spoken)
        this.#report(step.at, 'there is no answer to interrupt yet: begin with say');
      spoken ||= step.action === 'say' || step.action === 'interrupt';
      if (!spoken) this.#checkBeforeSpeech(step.value.expect);
    }
    return steps.map((step, index) => this.#step(step, steps.slice(index + 1)));
  }

  #step(step: ReadStep, later: readonly ReadStep[]): Step {
    const base = { line: this.#place(step.at).line, expect: this.#expectations(step.value.expect) };
    switch (step.action) {
      case 'say':
      case 'interrupt':
        return this.#spoken(step, base, later);
      case 'silence':
        return { ...base, kind: 'silence', ms: step.value.silence ?? 0 };
      case 'wait':
        return { ...base, kind: 'wait', ms: step.value.wait ?? 0 };
      case 'settings':
        return { ...base, kind: 'settings', settings: step.value.settings ?? {} };
      case 'expect':
        return { ...base, kind: 'expect' };
    }
  }

  #spoken(
    step: Extract<ReadStep, { action: 'say' | 'interrupt' }>,
    base: StepBase,
    later: readonly ReadStep[],
  ): SpokenStep {
    const { value, action } = step;
    const shown = (step.action === 'say' ? step.value.say : step.value.interrupt) ?? '';
    const next = later.findIndex((other) => other.action === 'say' || other.action === 'interrupt');
    const own = [step, ...(next < 0 ? later : later.slice(0, next))];
    const interrupted = next >= 0 && later[next]?.action === 'interrupt';
    const expected = own.flatMap(({ value: { expect } }) => (expect === undefined ? [] : [expect]));
    if (interrupted) this.#checkInterrupted(step, expected);
    const until = value.wait_for_answer === false ? 'said' : interrupted ? 'sounding' : 'answered';
    const speaksOfAnswer = expected.some(
      ({ where }) => where.answered !== undefined || where.error !== undefined,
    );
    return {
      ...base,
      kind: action,
      name: value.name ?? shown,
      audio: {
        shown,
        path: resolve(this.#folder, shown),
        start: seconds(value.start),
        duration: seconds(value.duration),
        ...this.#place((step.action === 'say' ? step.where.say : step.where.interrupt) ?? step.at),
      },
      speed: value.speed ?? this.#defaults.speed,
      replyTimeoutMs: value.reply_timeout ?? this.#defaults.reply_timeout,
      afterMs: step.action === 'interrupt' ? (step.value.after ?? 0) : 0,
      until,
      mustBeAnswered: until === 'answered' && !speaksOfAnswer,
    };
  }

  #expectations(expect: Expect | undefined): Expectations | undefined {
    if (expect === undefined) return undefined;
    const lines = Object.entries(expect.where).map(([key, at]) => [key, this.#place(at as number).line]);
    return { value: expect.value, lines: Object.fromEntries(lines) };
  }

  /** Before the first turn only the connection is known. */
  #checkBeforeSpeech(expect: Expect | undefined): void {
    for (const [key, at] of Object.entries(expect?.where ?? {}))
      if (key !== 'handshake')
        this.#report(at as number, `${key} is about a turn, and nothing was said before it`);
  }

  /** An answer that the next turn interrupts has no end of its own. */
  #checkInterrupted(
    step: Extract<ReadStep, { action: 'say' | 'interrupt' }>,
    expected: readonly Expect[],
  ): void {
    const { wait_for_answer: at } = step.where;
    if (step.value.wait_for_answer === true && at !== undefined)
      this.#report(at, 'a later step interrupts this answer, so it cannot be waited for');
    for (const { where, value } of expected) {
      for (const key of ['turn', 'answer_duration'] as const) {
        const place = where[key];
        if (place !== undefined)
          this.#report(place, `${key} cannot be known: a later step interrupts the answer`);
      }
      if (value.answered === false && where.answered !== undefined)
        this.#report(where.answered, 'a later step interrupts the answer, so there must be one');
    }
  }
}

function seconds(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1000;
}
