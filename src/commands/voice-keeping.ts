/** All that is kept of a voice call: recordings, transcript, event log. */
import { resolve } from 'node:path';
import type { AudioError } from '../audio/errors.ts';
import type { CallEvent, CallObserver } from '../nextevi/call-events.ts';
import { TranscriptBuilder } from '../nextevi/transcript.ts';
import type { TranscriptListener } from '../nextevi/transcript-lines.ts';
import { cleanLine } from '../output/clean.ts';
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';
import { ConversationRecording } from './voice-conversation.ts';
import { EventLog, eventLine } from './voice-event-log.ts';
import { type KeptFile, type NamedInput, type NamedOutput, refuseSharedFiles } from './voice-kept-file.ts';
import { type KeptRecording, type ProblemListener, RecordingCutError } from './voice-recording.ts';
import { redactor } from './voice-redact.ts';
import { Reply } from './voice-reply.ts';
import { TranscriptFile, type TranscriptFormat } from './voice-transcript-file.ts';

export interface KeepingOptions extends TranscriptListener {
  /** Paths as they were given; nothing is written where there is none. */
  save?: string | undefined;
  saveConversation?: string | undefined;
  transcript?: string | undefined;
  events?: string | undefined;
  /** Without it the ending of the path says it. */
  transcriptFormat?: TranscriptFormat | undefined;
  /** Whether the event log holds the audio itself. */
  eventAudio?: boolean | undefined;
  /** Times real time at which the caller's audio is sent. */
  speed?: number | undefined;
  /** Files that are read for the call, which none of those above may be. */
  inputs?: readonly NamedInput[] | undefined;
  /** What the service must not get into a file even where it repeats it. */
  secrets?: readonly (string | undefined)[] | undefined;
}

/** What was kept; nothing of what was not asked for, and of what turned out to be empty. */
export interface Kept {
  reply?: KeptRecording;
  conversation?: KeptRecording;
  transcript?: KeptFile;
  events?: KeptFile;
}

/** A disk that took not everything. `kept` is what there is all the same. */
export class KeepingError extends CliError {
  readonly kept: Kept;

  constructor(problem: CliError, kept: Kept) {
    super(problem.type, problem.message, { hint: problem.hint, cause: problem });
    this.name = 'KeepingError';
    this.kept = kept;
  }
}

/** One of the four, under the name it has in `Kept`. */
interface Keeper {
  name: keyof Kept;
  observe(event: CallEvent): Promise<void> | undefined;
  finish(whole: boolean): Promise<KeptFile | undefined>;
  finishNow(): void;
  /** A failure that nobody has foreseen. */
  bug?: { error: unknown };
}

/** What `open` needs of an invocation. */
export type KeepingInvocation = Pick<Invocation, 'warn' | 'onClose'> & {
  readonly ctx: Pick<Invocation['ctx'], 'cwd' | 'now'>;
};

/** Observes one call. Ends with `finish`, or with `finishNow` when there is no time for it. */
export class CallKeeping {
  /** What has been said so far, whether it is written or not. */
  readonly lines: TranscriptBuilder;
  readonly #now: () => number;
  readonly #warn: (text: string) => void;
  #keepers: Keeper[] = [];
  #startedMs: number | undefined;
  #ended = false;

  private constructor({ ctx, warn }: KeepingInvocation, lines: TranscriptBuilder) {
    this.lines = lines;
    this.#now = ctx.now;
    this.#warn = warn;
  }

  /**
   * Checks all paths before the call, and begins to write.
   *
   * @throws CliError `usage` when one cannot be written, is an input, or is the same file as another; nothing is left
   *   behind then
   */
  static async open(invocation: KeepingInvocation, options: KeepingOptions): Promise<CallKeeping> {
    const { speed, onLine, onInterim } = options;
    const keeping = new CallKeeping(invocation, new TranscriptBuilder({ speed, onLine, onInterim }));
    try {
      await keeping.#open(options, invocation.ctx.cwd);
    } catch (error) {
      await keeping.finish(false).catch(() => {});
      throw error;
    }
    // What has arrived is kept, however the command ended.
    invocation.onClose(async () => {
      await keeping.finish(false).catch(() => {});
    });
    return keeping;
  }

  /** Unix milliseconds at which the clock of the events stood at 0; now, as long as none has come. */
  get startedMs(): number {
    return this.#startedMs ?? this.#now();
  }

  /** Hears of the call. The promise resolves when the disk has caught up. */
  readonly observer: CallObserver = (event) => {
    if (this.#ended) return undefined;
    this.#startedMs ??= this.#now() - event.at;
    this.lines.observe(event);
    const busy = this.#keepers.flatMap((keeper) => this.#hear(keeper, event) ?? []);
    return busy.length === 0 ? undefined : Promise.all(busy).then(() => {});
  };

  /**
   * Puts all files at their names; those of a call that is not `whole` never over older ones. Does nothing when it
   * was done before.
   *
   * @throws KeepingError when the disk took not everything, after all else has been kept
   */
  async finish(whole: boolean): Promise<Kept> {
    const kept: Kept = {};
    if (this.#ended) return kept;
    this.#ended = true;
    this.lines.finish(whole);
    let problem: unknown;
    for (let keeper = this.#keepers[0]; keeper !== undefined; keeper = this.#keepers[0]) {
      if (keeper.bug !== undefined) problem ??= keeper.bug.error;
      try {
        const file = await keeper.finish(whole && keeper.bug === undefined);
        if (file !== undefined) Object.assign(kept, { [keeper.name]: file });
      } catch (error) {
        problem ??= error;
        if (error instanceof RecordingCutError) Object.assign(kept, { [keeper.name]: error.kept });
      }
      // Until here it is there for `finishNow`.
      this.#keepers.shift();
    }
    if (problem !== undefined) throw problem instanceof CliError ? new KeepingError(problem, kept) : problem;
    return kept;
  }

  /**
   * Keeps what there is at once, with synchronous calls alone; also in the middle of `finish`, which is then of no
   * more use. Never throws.
   */
  finishNow(): void {
    if (!this.#ended) this.lines.finish(false);
    this.#ended = true;
    for (const keeper of this.#keepers.splice(0)) {
      try {
        keeper.finishNow();
      } catch {
        // The others are still to be kept, and nobody is left to be told.
      }
    }
  }

  async #open(options: KeepingOptions, cwd: string): Promise<void> {
    const { speed, inputs = [], secrets = [] } = options;
    const path = (given: string | undefined) => (given === undefined ? undefined : resolve(cwd, given));
    const save = path(options.save);
    const both = path(options.saveConversation);
    const transcript = path(options.transcript);
    const events = path(options.events);
    const named: [string, string | undefined][] = [
      ['--save', save],
      ['--save-conversation', both],
      ['--transcript', transcript],
      ['--events', events],
    ];
    const outputs: NamedOutput[] = named.flatMap(([flag, path]) =>
      path === undefined ? [] : [{ flag, path }],
    );
    await refuseSharedFiles(outputs, inputs);
    const onProblem: ProblemListener = (problem) => this.#tell(problem);
    const redact = redactor(secrets);
    if (save !== undefined) this.#keep('reply', await Reply.create(save, onProblem));
    if (both !== undefined)
      this.#keep('conversation', await ConversationRecording.create(both, { speed, onProblem }));
    if (transcript !== undefined) {
      const file = await TranscriptFile.create({
        path: transcript,
        format: options.transcriptFormat,
        lines: this.lines,
        started: () => (this.#startedMs === undefined ? undefined : new Date(this.#startedMs).toISOString()),
        redact,
      });
      this.#keep('transcript', file);
    }
    if (events === undefined) return;
    const log = await EventLog.create(events, onProblem);
    const audio = options.eventAudio;
    this.#keep('events', log, (event) =>
      log.add(eventLine(event, { startedMs: this.startedMs, redact, audio })),
    );
  }

  #keep(
    name: keyof Kept,
    file: Pick<Keeper, 'finish' | 'finishNow'> & Partial<Pick<Keeper, 'observe'>>,
    observe = (event: CallEvent) => file.observe?.(event),
  ): void {
    this.#keepers.push({
      name,
      observe,
      finish: (whole) => file.finish(whole),
      finishNow: () => file.finishNow(),
    });
  }

  /** A keeper that fails in an unforeseen way is left alone, and never ends the call. */
  #hear(keeper: Keeper, event: CallEvent): Promise<void> | undefined {
    if (keeper.bug !== undefined) return undefined;
    try {
      return keeper.observe(event);
    } catch (error) {
      keeper.bug = { error };
      this.#warn(cleanLine(`The ${keeper.name} is no longer written: ${String(error)}`));
      return undefined;
    }
  }

  #tell(problem: AudioError): void {
    this.#warn(cleanLine(`${problem.message} The call goes on without it.`));
  }
}
