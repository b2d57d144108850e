/** Runs one scenario: a call, step by step, with its expectations. */
import { type CallOptions, VoiceCall } from '../nextevi/call.ts';
import type { CallObserver } from '../nextevi/call-events.ts';
import { DEFAULT_TIMING } from '../nextevi/turns.ts';
import { CliError } from '../shared/errors.ts';
import type { AudioShelf } from './voice-test-audio.ts';
import { type Check, checkAnswered, checksOf, type Facts } from './voice-test-checks.ts';
import { emptyStep, type Job, notRun, type ScenarioResult, type StepResult } from './voice-test-results.ts';
import type { ScenarioDefaults, SpokenStep, Step } from './voice-test-scenario.ts';

export interface RunSurroundings {
  /** Of every call; the scenario brings its settings. */
  call: Omit<CallOptions, 'settings' | 'timing' | 'speed' | 'observe'>;
  defaults: ScenarioDefaults;
  audio: Pick<AudioShelf, 'prepare' | 'say'>;
  /** Told when a step begins. */
  onStep: (title: string, index: number) => void;
  /** Told of a connection that is gone, or could not be made, when another one is tried in `retryMs`. */
  onLost: (why: string, retryMs: number) => void;
  /** Hears of everything in the call, for recordings and transcripts. */
  observe?: CallObserver | undefined;
}

/** Never throws: what ends the scenario early stands in the result. */
export async function runScenario(job: Job, surroundings: RunSurroundings): Promise<ScenarioResult> {
  return new ScenarioRun(job, surroundings).run();
}

class ScenarioRun {
  readonly #job: Job;
  readonly #around: RunSurroundings;
  readonly #result: ScenarioResult;
  #call: VoiceCall | undefined;
  /** The step that began the newest turn. */
  #turnStep: SpokenStep | undefined;
  #answered: boolean | undefined;
  /** When the newest turn's answer began to sound, in milliseconds of the call. */
  #soundAt: number | undefined;

  constructor(job: Job, around: RunSurroundings) {
    this.#job = job;
    this.#around = around;
    this.#result = notRun(job);
  }

  async run(): Promise<ScenarioResult> {
    const { call: options, observe, defaults } = this.#around;
    const { scenario } = this.#job;
    const result = this.#result;
    const begun = options.clock();
    result.startedAt = new Date(options.now()).toISOString();
    try {
      this.#around.onStep('connect', 0);
      for (const step of scenario.steps)
        if (step.kind === 'say' || step.kind === 'interrupt') await this.#around.audio.prepare(step.audio);
      this.#call = await VoiceCall.open({
        ...options,
        ...(scenario.settings === undefined ? {} : { settings: scenario.settings }),
        speed: defaults.speed,
        timing: { ...DEFAULT_TIMING, replyTimeoutMs: defaults.replyTimeoutMs },
        observe: (event) => {
          if (event.kind === 'speaking') this.#soundAt = undefined;
          if (event.kind === 'lost') this.#around.onLost(event.why, event.retryMs);
          const sounds = event.kind === 'received' && event.event.kind === 'audio';
          if (sounds && this.#call?.current?.firstAudioMs !== undefined) this.#soundAt ??= event.at;
          return observe?.(event);
        },
      });
      for (const [index, step] of scenario.steps.entries()) await this.#step(step, index);
    } catch (error) {
      this.#fail(error);
    }
    await this.#call?.hangUp().catch((error: unknown) => this.#fail(error));
    this.#conclude();
    result.durationMs = options.clock() - begun;
    return result;
  }

  #fail(error: unknown): void {
    const known =
      error instanceof CliError
        ? error
        : new CliError('internal', error instanceof Error ? error.message : String(error), { cause: error });
    if (!this.#wasExpected()) this.#result.error ??= known;
  }

  #conclude(): void {
    const result = this.#result;
    const summary = this.#call?.summary;
    const refused = result.error?.requestId;
    result.connectionIds = summary?.connectionIds ?? (refused === undefined ? [] : [refused]);
    result.handshakeMs = summary?.handshakeMs;
    let turn = 0;
    for (const step of result.steps)
      if (step.kind === 'say' || step.kind === 'interrupt') step.turn = summary?.turns[turn++];
    const { error, steps } = result;
    if (error !== undefined)
      result.status = error.type === 'interrupted' || error.type === 'terminated' ? 'interrupted' : 'error';
    else
      result.status = steps.every(({ checks }) => checks.every(({ passed }) => passed)) ? 'passed' : 'failed';
  }

  async #step(step: Step, index: number): Promise<void> {
    const result = this.#resultOf(index);
    const { clock } = this.#around.call;
    const begun = clock();
    this.#around.onStep(result.title, index);
    try {
      await this.#act(step, result);
      if (step.expect !== undefined) {
        if (step.expect.value.answered !== undefined) this.#answered ??= await this.#isAnswered();
        result.checks.push(...checksOf(step.expect, this.#facts));
      }
      result.done = true;
    } finally {
      result.durationMs = clock() - begun;
    }
  }

  async #act(step: Step, result: StepResult): Promise<void> {
    switch (step.kind) {
      case 'say':
        return this.#speak(step, result);
      case 'interrupt':
        await this.#untilSound(step, result);
        return this.#speak(step, result);
      case 'silence':
        return this.#open.silence(step.ms);
      case 'wait':
        return this.#open.wait(step.ms);
      case 'settings':
        return this.#open.applySettings(step.settings);
      case 'expect':
    }
  }

  /** Waits until the answer to the turn before has sounded for as long as the step says. */
  async #untilSound({ afterMs, line }: SpokenStep, { checks }: StepResult): Promise<void> {
    const call = this.#open;
    await call.answerBegun();
    const soundAt = this.#soundAt;
    checks.push({
      expectation: 'interrupt',
      expected: 'an answer',
      got: soundAt === undefined ? 'no sound of one' : 'its sound',
      passed: soundAt !== undefined,
      line,
    });
    if (soundAt !== undefined) await call.wait(Math.max(0, soundAt + afterMs - call.elapsedMs));
  }

  async #speak(step: SpokenStep, { checks }: StepResult): Promise<void> {
    const call = this.#open;
    const { name, speed, replyTimeoutMs } = step;
    this.#turnStep = step;
    this.#answered = undefined;
    await call.say(this.#around.audio.say(step.audio), { name, speed, replyTimeoutMs });
    if (step.until === 'sounding') await call.answerBegun();
    if (step.until !== 'answered') return;
    this.#answered = await call.answered();
    if (step.mustBeAnswered) checks.push(this.#mustBeAnswered(step.line));
  }

  /** Of an answer that is to be interrupted, its begin counts. */
  async #isAnswered(): Promise<boolean> {
    if (this.#turnStep?.until !== 'sounding') return this.#open.answered();
    await this.#open.answerBegun();
    return this.#soundAt !== undefined;
  }

  #mustBeAnswered(line: number): Check {
    return { expectation: 'answered', ...checkAnswered(true, this.#facts), line };
  }

  /**
   * Whether a failure of the call is an error that the scenario expects of the turn, after which nothing more is to
   * be said. What is expected of the turn is then looked at.
   */
  #wasExpected(): boolean {
    const { steps } = this.#job.scenario;
    const { signal } = this.#around.call;
    const from = this.#turnStep === undefined ? -1 : steps.indexOf(this.#turnStep);
    if (from < 0 || signal?.aborted === true) return false;
    const rest = steps.slice(from);
    if (rest.slice(1).some(({ kind }) => kind === 'say' || kind === 'interrupt')) return false;
    const codes = this.#call?.current?.errors.map(({ code }) => code) ?? [];
    if (!rest.some(({ expect }) => expect?.value.error !== undefined && codes.includes(expect.value.error)))
      return false;
    for (const [at, step] of rest.entries()) {
      const result = this.#resultOf(from + at);
      if (!result.done && step.expect !== undefined)
        result.checks.push(...checksOf(step.expect, this.#facts));
      result.done = true;
    }
    return true;
  }

  get #open(): VoiceCall {
    if (this.#call === undefined) throw new Error('no call');
    return this.#call;
  }

  get #facts(): Facts {
    const { defaults } = this.#around;
    return {
      turn: this.#call?.current,
      handshakeMs: this.#call?.summary.handshakeMs ?? 0,
      answered: this.#answered,
      replyTimeoutMs: this.#turnStep?.replyTimeoutMs ?? defaults.replyTimeoutMs,
    };
  }

  #resultOf(index: number): StepResult {
    const { steps } = this.#result;
    const step = this.#job.scenario.steps[index];
    if (step === undefined) throw new Error('no such step');
    const result = steps[index] ?? emptyStep(step);
    steps[index] = result;
    return result;
  }
}
