/** The loudspeaker of `voice talk`: audio goes out as it is heard, so that an interruption silences it at once. */
import { VOICE_AUDIO } from '../nextevi/messages.ts';

/** Where samples go: a player program, or standard output. */
export interface SoundOutput {
  write(pcm: Buffer): void;
  /** Bytes that it has not taken yet. */
  readonly waiting: number;
  /** Forgets what it was given, as far as it can. */
  cut(): void;
  /** No more comes; resolves when it has ended. */
  end(): Promise<void>;
}

export interface LoudspeakerOptions {
  /** A clock that never goes back, in milliseconds. */
  clock: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Told once when so much waits to be heard that more is dropped. */
  onFull?: (() => void) | undefined;
}

/** The output is given so much before its time: enough for a busy machine, and soon over. */
const AHEAD_MS = 160;
const SLICE_MS = 20;
/** Output that does not take so much is stopped, and the clock waits for it. */
const MAX_WAITING_MS = 100;
/** Players take whole buffers: without this the end of an answer would wait in them for the next one. */
const TAIL_MS = 100;
/** Audio that is late by less than this may still follow without silence between. */
const LATE_MS = 60;
/** A service sends faster than it speaks; more than this waits for no answer, and is an error of somebody. */
const MAX_QUEUE_MS = 10 * 60_000;

const bytesOf = (ms: number): number => 2 * Math.round((ms * VOICE_AUDIO.bytesPerSecond) / 2000);
const msOf = (bytes: number): number => (bytes * 1000) / VOICE_AUDIO.bytesPerSecond;

/** What goes out without a gap: since when, how much, and how much of it is speech. Bytes. */
interface Run {
  start: number;
  written: number;
  speech: number;
  tailed: boolean;
}

/**
 * Plays 24 kHz mono 16-bit little-endian PCM in real time, by the clock. The output never holds more than about 160 ms
 * that are still to be heard, beside what its own devices hold.
 */
export class Loudspeaker {
  readonly #output: SoundOutput;
  readonly #options: LoudspeakerOptions;
  #queue: Buffer[] = [];
  #queued = 0;
  #odd: Buffer = Buffer.alloc(0);
  #run: Run | undefined;
  /** Milliseconds that were heard in earlier runs. */
  #heard = 0;
  #dropped = 0;
  #feeding: Promise<void> | undefined;
  readonly #closed = new AbortController();

  constructor(output: SoundOutput, options: LoudspeakerOptions) {
    this.#output = output;
    this.#options = options;
  }

  /** Milliseconds of audio that have been heard, by the clock. */
  get position(): number {
    return this.#heard + this.#heardOfRun();
  }

  /** Whether there is something to hear now. */
  get playing(): boolean {
    return this.#queued > 0 || this.#leftOfRun() > 0;
  }

  /** Milliseconds of audio that came while there was no room for it. */
  get droppedMs(): number {
    return msOf(this.#dropped);
  }

  #elapsed(run: Run): number {
    return Math.max(0, this.#options.clock() - run.start);
  }

  #heardOfRun(): number {
    return this.#run === undefined ? 0 : Math.min(this.#elapsed(this.#run), msOf(this.#run.speech));
  }

  #leftOfRun(): number {
    return this.#run === undefined ? 0 : msOf(this.#run.speech) - this.#heardOfRun();
  }

  /** Adds audio after all that is to be heard; a chunk that ends in mid-sample is completed by the next one. */
  play(pcm: Buffer): void {
    if (this.#closed.signal.aborted) return;
    const all = this.#odd.length === 0 ? pcm : Buffer.concat([this.#odd, pcm]);
    const whole = all.length - (all.length % 2);
    this.#odd = Buffer.from(all.subarray(whole));
    if (whole === 0) return;
    if (msOf(this.#queued + whole) > MAX_QUEUE_MS) {
      if (this.#dropped === 0) this.#options.onFull?.();
      this.#dropped += whole;
      return;
    }
    this.#queue.push(all.subarray(0, whole));
    this.#queued += whole;
    this.#start();
  }

  #start(): void {
    this.#feeding ??= this.#feed().finally(() => {
      this.#feeding = undefined;
      if (this.#queued > 0 && !this.#closed.signal.aborted) this.#start();
    });
  }

  /**
   * Silence, at once: drops what waits and what the output still holds.
   *
   * @returns milliseconds of audio that will not be heard
   */
  stopNow(): number {
    const lost = msOf(this.#queued) + this.#leftOfRun();
    this.#queue = [];
    this.#queued = 0;
    this.#odd = Buffer.alloc(0);
    const run = this.#run;
    if (run !== undefined) {
      this.#endRun();
      if (this.#elapsed(run) < msOf(run.written)) this.#output.cut();
    }
    return lost;
  }

  /** Resolves when all has been heard, or was stopped. */
  async drain(): Promise<void> {
    while (this.#feeding !== undefined) await this.#feeding;
  }

  /** Stops and ends the output. */
  async close(): Promise<void> {
    this.stopNow();
    this.#closed.abort();
    await this.drain();
    await this.#output.end();
  }

  #endRun(): void {
    this.#heard += this.#heardOfRun();
    this.#run = undefined;
  }

  /** Feeds the output until there is nothing more to hear. */
  async #feed(): Promise<void> {
    const { clock, sleep } = this.#options;
    const { signal } = this.#closed;
    while (!signal.aborted) {
      if (this.#run === undefined) {
        if (this.#queued === 0) return;
        this.#run = { start: clock(), written: 0, speech: 0, tailed: false };
      }
      const run = this.#run;
      const before = clock();
      const blocked = msOf(this.#output.waiting) > MAX_WAITING_MS;
      if (!blocked) {
        this.#fill(run);
        if (run.tailed && this.#elapsed(run) >= msOf(run.written)) this.#endRun();
        if (this.#run === undefined) continue;
      }
      await sleep(SLICE_MS, signal).catch(() => {});
      // What the output does not take is not heard in that time.
      if (blocked) run.start += clock() - before;
    }
  }

  /** Writes what is due. */
  #fill(run: Run): void {
    const ahead = () => run.start + msOf(run.written) - this.#options.clock();
    if (this.#queued > 0 && run.tailed) {
      // Speech after silence: what was heard is counted anew from here.
      this.#heard += msOf(run.speech);
      Object.assign(run, { start: run.start + msOf(run.written), written: 0, speech: 0, tailed: false });
    }
    if (this.#queued > 0 && ahead() < 0) run.start -= ahead();
    while (this.#queued > 0 && ahead() < AHEAD_MS) {
      const slice = this.#shift(bytesOf(SLICE_MS));
      this.#output.write(slice);
      run.written += slice.length;
      run.speech += slice.length;
    }
    if (this.#queued === 0 && !run.tailed && ahead() <= -LATE_MS) {
      run.start -= ahead();
      const tail = bytesOf(TAIL_MS);
      this.#output.write(Buffer.alloc(tail));
      run.written += tail;
      run.tailed = true;
    }
  }

  #shift(bytes: number): Buffer {
    const [first = Buffer.alloc(0)] = this.#queue;
    const slice = first.subarray(0, bytes);
    if (slice.length === first.length) this.#queue.shift();
    else this.#queue[0] = first.subarray(slice.length);
    this.#queued -= slice.length;
    return slice;
  }
}
