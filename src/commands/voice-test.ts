/** `voice test`: conversations from scenario files, and whether the agent did as expected. */
import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { writeFailure } from '../audio/errors.ts';
import type { CallObserver } from '../nextevi/call-events.ts';
import { cleanLine } from '../output/clean.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { writeRecord } from '../output/rows.ts';
import { truncate } from '../output/table.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import { fitsPattern, isPattern } from './file-patterns.ts';
import type { Invocation } from './invocation.ts';
import { type CallFlags, callOptions } from './voice-call.ts';
import { AudioShelf } from './voice-test-audio.ts';
import { findScenarios, loadScenarios, problemText } from './voice-test-files.ts';
import { fullName, type Job, notRun, resultsObject, type ScenarioResult } from './voice-test-results.ts';
import { type RunSurroundings, runScenario } from './voice-test-run.ts';
import type { Problem, Scenario } from './voice-test-scenario.ts';
import { scenarioText, totalsText } from './voice-test-text.ts';

export interface VoiceTestOptions extends CallFlags {
  schema?: boolean;
  concurrency: number;
  repeat: number;
  failFast?: boolean;
  only?: string;
  junit?: string;
  saveDir?: string;
}

/** What is kept of one scenario's call. */
export interface ScenarioKeeping {
  observe: CallObserver;
  /** Called when the call has ended, however it did. */
  finish(result: ScenarioResult): Promise<void>;
}

/** Makes what keeps the call of a scenario, before it begins. */
export type KeepScenario = (job: Job) => Promise<ScenarioKeeping>;

/** What all scenarios of a run have in common. */
type CommonSurroundings = Omit<RunSurroundings, 'onStep' | 'onLost' | 'observe'>;

const FALLBACK_WIDTH = 80;
const LEAST_WIDTH = 40;
/** A wall of text helps nobody. */
const MOST_PROBLEMS = 50;
/** What will not be otherwise for the next scenario. */
const FATAL: readonly string[] = ['auth', 'not_found'];

export async function runVoiceTest(
  invocation: Invocation,
  names: readonly string[],
  options: VoiceTestOptions,
): Promise<void> {
  if (options.schema === true) {
    const { scenarioSchema } = await import('./voice-test-format.ts');
    return invocation.write(`${JSON.stringify(scenarioSchema(), null, 2)}\n`);
  }
  if (names.length === 0)
    throw new CliError('usage', 'Which scenarios? No file is named', {
      hint: 'Name scenario files, folders or patterns; --schema prints what may stand in one.',
    });
  const { ctx } = invocation;
  const audio = new AudioShelf(ctx.signal);
  const loaded = await loadScenarios(await findScenarios(names, ctx.cwd), audio);
  refuse(invocation, loaded.problems);
  const scenarios = chosen(loaded.scenarios, options.only);
  const junit = options.junit === undefined ? undefined : resolve(ctx.cwd, options.junit);
  if (junit !== undefined) await checkWritable(junit);
  const { settings: _none, timing, speed, ...call } = await callOptions(invocation, { ...options });
  const around: CommonSurroundings = {
    call,
    defaults: { speed, replyTimeoutMs: timing.replyTimeoutMs },
    audio,
  };
  const jobs = scenarios.flatMap((scenario) =>
    Array.from({ length: options.repeat }, (_, at): Job => ({ scenario, run: at + 1, runs: options.repeat })),
  );
  const keep = await keeperOf(invocation, jobs, around, options);
  const begun = ctx.clock();
  const results = await new TestRun(invocation, jobs, around, options, keep).run();
  const durationMs = ctx.clock() - begun;
  if (junit !== undefined) {
    const { junitReport } = await import('./voice-test-junit.ts');
    await writeFileAtomic(junit, junitReport(results, durationMs)).catch((error: unknown) => {
      throw writeFailure(junit, dirname(junit), error);
    });
  }
  if (invocation.format === 'table') await invocation.write(`${totalsText(results, durationMs)}\n`);
  else await writeRecord(resultsObject(results, durationMs), invocation.rowsOptions());
  ctx.signal.throwIfAborted();
  const problem = endError(results);
  if (problem !== undefined) throw problem;
}

/** What keeps the calls, where that was asked for. */
async function keeperOf(
  invocation: Invocation,
  jobs: readonly Job[],
  { call, defaults }: CommonSurroundings,
  { saveDir }: VoiceTestOptions,
): Promise<KeepScenario | undefined> {
  if (saveDir === undefined) return undefined;
  const { keepScenarios } = await import('./voice-test-keeping.ts');
  const secrets = [call.credentials.apiKey, call.credentials.accessToken];
  return keepScenarios(invocation, jobs, { folder: saveDir, speed: defaults.speed, secrets });
}

/** @throws CliError `usage` when there are problems, after all of them have been told */
function refuse(invocation: Invocation, problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const advice = 'convirza voice test --schema prints what may stand in a scenario.';
  if (problems.length === 1) throw new CliError('usage', problemText(first), { hint: advice });
  const lines = problems.slice(0, MOST_PROBLEMS).map((problem) => cleanLine(problemText(problem)));
  if (problems.length > MOST_PROBLEMS) lines.push(`And ${problems.length - MOST_PROBLEMS} more.`);
  const isTable = invocation.format === 'table';
  // They are the error, and no talk that --quiet silences.
  if (isTable) invocation.ctx.stderr.write(lines.map((line) => `${line}\n`).join(''));
  const files = new Set(problems.map(({ file }) => file)).size;
  throw new CliError(
    'usage',
    `There are ${problems.length} problems in ${files} scenario file${files === 1 ? '' : 's'}, so nothing was run`,
    { hint: isTable ? advice : lines.join('; ') },
  );
}

/** @throws CliError `usage` when the pattern fits no name */
function chosen(scenarios: readonly Scenario[], only: string | undefined): readonly Scenario[] {
  if (only === undefined) return scenarios;
  const wanted = only.toLowerCase();
  const fitting = scenarios.filter(({ name }) =>
    isPattern(wanted) ? fitsPattern(name.toLowerCase(), wanted) : name.toLowerCase().includes(wanted),
  );
  if (fitting.length > 0) return fitting;
  const names = scenarios.slice(0, 20).map(({ name }) => name);
  throw new CliError('usage', `No scenario has a name like ${JSON.stringify(only)}`, {
    hint: `There are: ${names.join(', ')}${scenarios.length > names.length ? ' …' : ''}.`,
  });
}

/** A report that could not be written is better known before the talks than after. @throws CliError `usage` */
async function checkWritable(path: string): Promise<void> {
  const folder = dirname(path);
  try {
    await access(folder, constants.W_OK);
    if ((await stat(path).catch(() => undefined))?.isDirectory() === true)
      throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  } catch (error) {
    throw writeFailure(path, folder, error);
  }
}

/** The error to end with; undefined when all went as expected. */
export function endError(results: readonly ScenarioResult[]): CliError | undefined {
  const ran = results.filter(({ status }) => status !== 'not_run');
  const wrong = ran.filter(({ status }) => status !== 'passed');
  const [first] = wrong;
  if (first === undefined) return undefined;
  if (ran.every(({ error }) => error !== undefined)) return first.error;
  return new CliError('threshold', `${wrong.length} of ${ran.length} scenarios did not pass`);
}

function nameOf({ scenario, run, runs }: Job) {
  return { name: scenario.name, run, runs };
}

/** All scenarios, some at a time; each is told of as soon as those before it were. */
class TestRun {
  readonly #invocation: Invocation;
  readonly #jobs: readonly Job[];
  readonly #around: CommonSurroundings;
  readonly #options: Pick<VoiceTestOptions, 'concurrency' | 'failFast'>;
  readonly #keep: KeepScenario | undefined;
  readonly #results: (ScenarioResult | undefined)[];
  #next = 0;
  #told = 0;
  #stopped = false;
  #progress: Progress | undefined;
  #telling: Promise<void> = Promise.resolve();

  constructor(
    invocation: Invocation,
    jobs: readonly Job[],
    around: CommonSurroundings,
    options: Pick<VoiceTestOptions, 'concurrency' | 'failFast'>,
    keep?: KeepScenario,
  ) {
    this.#invocation = invocation;
    this.#jobs = jobs;
    this.#around = around;
    this.#options = options;
    this.#keep = keep;
    this.#results = jobs.map(() => undefined);
  }

  async run(): Promise<ScenarioResult[]> {
    this.#progress = await this.#openProgress();
    const workers = Math.min(this.#options.concurrency, this.#jobs.length);
    try {
      await Promise.all(Array.from({ length: workers }, () => this.#work()));
    } finally {
      this.#progress.stop();
    }
    const results = this.#jobs.map((job, index) => this.#results[index] ?? notRun(job));
    this.#results.splice(0, results.length, ...results);
    this.#tell();
    try {
      await this.#telling;
    } finally {
      this.#progress.stop();
    }
    return results;
  }

  async #work(): Promise<void> {
    const { signal } = this.#invocation.ctx;
    while (!this.#stopped && !signal.aborted) {
      const index = this.#next++;
      const job = this.#jobs[index];
      if (job === undefined) return;
      const result = await this.#runOne(job);
      this.#results[index] = result;
      const { status, error } = result;
      if (error !== undefined && FATAL.includes(error.type)) this.#stopped = true;
      if (this.#options.failFast === true && status !== 'passed') this.#stopped = true;
      this.#tell();
    }
  }

  async #runOne(job: Job): Promise<ScenarioResult> {
    const keeping = await this.#keep?.(job);
    const result = await runScenario(job, {
      ...this.#around,
      observe: keeping?.observe,
      onStep: (title) => this.#update(job, title),
      onLost: (why, retryMs) => {
        const when = retryMs === 0 ? 'at once' : `in ${(retryMs / 1000).toFixed(1)} s`;
        this.#progress?.note(
          cleanLine(`${fullName(nameOf(job))}: ${withoutStop(why)}. Trying again ${when}.`),
        );
      },
    });
    await keeping?.finish(result);
    return result;
  }

  /** Prints the results of which all earlier ones were printed. */
  #tell(): void {
    if (this.#invocation.format !== 'table') return;
    const texts: string[] = [];
    for (let result = this.#results[this.#told]; result !== undefined; result = this.#results[++this.#told])
      texts.push(scenarioText(result, this.#textOptions));
    if (texts.length === 0) return;
    this.#telling = this.#telling.then(async () => {
      // The line that is redrawn is on the same terminal.
      this.#progress?.stop();
      await this.#invocation.write(texts.join(''));
      if (this.#told < this.#jobs.length && !this.#stopped) this.#progress = await this.#openProgress();
    });
    // A reader that went away ends the command by its signal.
    this.#telling.catch(() => {});
  }

  get #textOptions() {
    const { terminal, colourOut } = this.#invocation;
    const width = Math.max(LEAST_WIDTH, terminal.width ?? FALLBACK_WIDTH);
    return { width, colour: colourOut, unicode: terminal.drawsUnicode };
  }

  #update(job: Job, step: string): void {
    const number = this.#jobs.indexOf(job) + 1;
    const text = `${number} of ${this.#jobs.length}: ${fullName(nameOf(job))}: ${step}`;
    // The spinner and a blank stand before it.
    this.#progress?.update(truncate(cleanLine(text), this.#textOptions.width - 4));
  }

  /** The lines of `--debug` and a line that is redrawn would run into one another. */
  #openProgress(): Promise<Progress> {
    const text = 'Running scenarios';
    if (this.#invocation.flags.debug !== true) return this.#invocation.progress(text);
    const { ctx, say } = this.#invocation;
    return startProgress(text, { redraw: false, stream: ctx.stderr, colour: false, notes: say });
  }
}
