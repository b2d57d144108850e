/** `voice bench`: many paced sessions at once, and what the service makes of them. */
import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { toPcm16 } from '../audio/index.ts';
import { type CallOptions, VoiceCall } from '../nextevi/call.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import { CliError } from '../shared/errors.ts';
import { isLoopback } from '../shared/network.ts';
import { confirm } from './ask.ts';
import { openBytes, openInput } from './audio-engine.ts';
import { STREAM, stdinOf } from './audio-files.ts';
import { parseTime } from './audio-values.ts';
import type { Invocation } from './invocation.ts';
import { writeBench } from './voice-bench-report.ts';
import { Tally } from './voice-bench-tally.ts';
import { judge, parseThreshold, refuseMissed } from './voice-bench-thresholds.ts';
import { type CallFlags, callOptions } from './voice-call.ts';

export interface VoiceBenchOptions extends CallFlags {
  sessions: number;
  duration: string;
  ramp: string;
  threshold?: string[];
  yes?: boolean;
}

/** New connections a minute that the service allows for one key. */
const CONNECTION_LIMIT = 100;
const MAX_DURATION_S = 3_600;
/** All sessions share one copy of what they say. */
const MAX_SPEECH_S = 300;
const REDRAW_MS = 250;
const LINE_MS = 5_000;

/** Connections a second: `90/min`, `5/s`. @throws CliError `usage` */
function parseRamp(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\/(s|sec|m|min)$/.exec(text.trim());
  const rate = Number(match?.[1]) / (match?.[2]?.startsWith('m') === true ? 60 : 1);
  if (!(rate > 0 && rate <= 1_000))
    throw new CliError('usage', `--ramp: ${JSON.stringify(text)} is no rate`, {
      hint: 'Give new connections a minute or a second: 90/min, 5/s.',
    });
  return rate;
}

function parseDuration(text: string): number {
  const seconds = parseTime('--duration', text);
  if (seconds > 0 && seconds <= MAX_DURATION_S) return seconds;
  throw new CliError('usage', `--duration must be up to ${MAX_DURATION_S / 60} minutes, not ${text}`);
}

/** What every session says: 24 kHz mono PCM. */
async function speechOf(invocation: Invocation, file: string | undefined): Promise<Buffer> {
  if (file === undefined) {
    const { recordedReplies } = await import('../sandbox/voice/replies.ts');
    return (await recordedReplies()).replies[0]?.pcm ?? Buffer.alloc(0);
  }
  const { signal, cwd } = invocation.ctx;
  const { sampleRate, channels, bytesPerSecond } = VOICE_AUDIO;
  const path = file === STREAM ? STREAM : resolve(cwd, file);
  const bytes = await openBytes(path, { stdin: stdinOf(invocation, [{ path }]), signal });
  const input = await openInput(bytes, { allowTruncated: false, raw: undefined }, { sampleRate, channels });
  const pieces: Buffer[] = [];
  let size = 0;
  try {
    for await (const piece of toPcm16(input, { sampleRate, channels, signal })) {
      pieces.push(piece);
      size += piece.length;
      if (size > MAX_SPEECH_S * bytesPerSecond)
        throw new CliError('usage', `The file is longer than ${MAX_SPEECH_S / 60} minutes`, {
          hint: 'Each session says it again and again: a question of some seconds is enough.',
        });
    }
  } finally {
    await input.close();
  }
  if (size === 0) throw new CliError('usage', 'The file holds no audio');
  return Buffer.concat(pieces);
}

async function* once(pcm: Buffer): AsyncGenerator<Buffer> {
  yield pcm;
}

/** What no other session will fare better with. */
const SAME_FOR_ALL = new Set(['auth', 'not_found', 'usage']);

/** The sessions of one run. */
class Bench {
  readonly tally = new Tally();
  started = 0;
  readonly #invocation: Invocation;
  readonly #options: VoiceBenchOptions;
  readonly #call: Omit<CallOptions, 'observe'>;
  readonly #speech: Buffer;
  readonly #perSecond: number;
  readonly #holdMs: number;
  readonly #begunAt: number;
  /** Ends the waiting of sessions that have not begun. */
  readonly #hopeless = new AbortController();

  constructor(
    invocation: Invocation,
    options: VoiceBenchOptions,
    plan: { call: Omit<CallOptions, 'observe'>; speech: Buffer; perSecond: number; holdMs: number },
  ) {
    this.#invocation = invocation;
    this.#options = options;
    this.#call = plan.call;
    this.#speech = plan.speech;
    this.#perSecond = plan.perSecond;
    this.#holdMs = plan.holdMs;
    this.#begunAt = invocation.ctx.clock();
  }

  get seconds(): number {
    return (this.#invocation.ctx.clock() - this.#begunAt) / 1000;
  }

  #startOf(index: number): number {
    return this.#begunAt + (index / this.#perSecond) * 1000;
  }

  /** No turn is begun after this moment. */
  get endAt(): number {
    return this.#startOf(this.#options.sessions - 1) + this.#holdMs;
  }

  /** Resolves when all sessions have ended; never rejects. */
  async run(): Promise<void> {
    const { signal } = this.#invocation.ctx;
    const stop = () => this.#hopeless.abort(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    // Every session listens to both, in several places: that is no leak.
    setMaxListeners(0, signal, this.#hopeless.signal);
    await Promise.all(Array.from({ length: this.#options.sessions }, (_, index) => this.#session(index)));
    signal.removeEventListener('abort', stop);
  }

  async #session(index: number): Promise<void> {
    const { ctx } = this.#invocation;
    const { tally } = this;
    try {
      await ctx.sleep(Math.max(0, this.#startOf(index) - ctx.clock()), this.#hopeless.signal);
    } catch {
      return;
    }
    this.started++;
    let call: VoiceCall | undefined;
    try {
      call = await VoiceCall.open({
        ...this.#call,
        observe: tally.observer(),
        keepTurns: 1,
      });
      tally.connected++;
      do {
        await call.say(once(this.#speech));
        const answered = await call.answered();
        if (call.current !== undefined) tally.turn(call.current, answered);
      } while (ctx.clock() < this.endAt);
    } catch (error) {
      if (!ctx.signal.aborted) tally.failed(error);
      if (tally.connected === 0 && error instanceof CliError && SAME_FOR_ALL.has(error.type))
        this.#hopeless.abort(error);
    }
    await call?.hangUp();
    if (call !== undefined) tally.ended(call.summary, call.lateness, call.pace.realTimeRatio);
  }

  /** The line that is shown while it runs. */
  get status(): string {
    const { tally } = this;
    const left = Math.max(0, this.endAt - this.#invocation.ctx.clock()) / 1000;
    const errors = tally.countOf('errors');
    return `${tally.up} of ${this.#options.sessions} sessions up, ${tally.turns} turns, ${errors} errors, ${left.toFixed(0)} s left`;
  }
}

/** Says how it goes until it is told to stop. */
async function follow(invocation: Invocation, bench: Bench, stop: AbortSignal): Promise<void> {
  const { ctx, terminal, flags } = invocation;
  const redraws = terminal.canRedraw && flags.quiet !== true && flags.debug !== true;
  const progress = redraws ? await invocation.progress(bench.status) : undefined;
  try {
    for (;;) {
      await ctx.sleep(redraws ? REDRAW_MS : LINE_MS, stop);
      if (progress === undefined) invocation.say(bench.status);
      else progress.update(bench.status);
    }
  } catch {
    progress?.stop();
  }
}

export async function runVoiceBench(
  invocation: Invocation,
  file: string | undefined,
  options: VoiceBenchOptions,
): Promise<void> {
  const { ctx } = invocation;
  const { sessions } = options;
  const holdMs = parseDuration(options.duration) * 1000;
  const perSecond = parseRamp(options.ramp);
  const thresholds = (options.threshold ?? []).map(parseThreshold);
  const call = await callOptions(invocation, { ...options });
  const { url } = call;
  const speech = await speechOf(invocation, file);
  const minutes = (sessions * (holdMs / 1000 + (sessions - 1) / perSecond / 2)) / 60;
  const plan = `${sessions} session${sessions === 1 ? '' : 's'} to ${url.host} for ${options.duration} (${minutes.toFixed(1)} minutes in all)`;
  const isLocal = isLoopback(url);
  if (!isLocal) await confirm(invocation, `Open ${plan}, which the account pays for`, options.yes);
  else invocation.say(`Opening ${plan}.`);
  const perMinute = Math.round(perSecond * 60);
  if (sessions > 1)
    invocation.say(
      `New connections: ${perMinute} a minute (the service allows ${CONNECTION_LIMIT} for one key; --ramp changes it).`,
    );
  if (!isLocal && perMinute > CONNECTION_LIMIT && sessions > CONNECTION_LIMIT)
    invocation.warn(`More than ${CONNECTION_LIMIT} connections a minute: expect RATE_LIMITED.`);
  const bench = new Bench(invocation, options, { call, speech, perSecond, holdMs });
  const done = new AbortController();
  const line = follow(invocation, bench, done.signal);
  try {
    await bench.run();
  } finally {
    done.abort();
    await line;
  }
  const { tally, started, seconds } = bench;
  const verdicts = judge(thresholds, tally);
  const interrupted = ctx.signal.aborted;
  await writeBench(invocation, {
    asked: sessions,
    started,
    seconds,
    connectionsPerSecond: perSecond,
    interrupted,
    tally,
    verdicts,
  });
  ctx.signal.throwIfAborted();
  if (tally.failures.length === started) throw tally.failures[0];
  refuseMissed(verdicts);
}
