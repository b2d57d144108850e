/** `voice stream`: speak files to an agent, show what is said, keep what is asked for. */
import { AudioError, type AudioNote } from '../audio/index.ts';
import type { VoiceCall } from '../nextevi/call.ts';
import type { CallEvent } from '../nextevi/call-events.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import type { TranscriptLine } from '../nextevi/transcript-lines.ts';
import { cleanLine } from '../output/clean.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { writeRecord } from '../output/rows.ts';
import { withoutStop } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { asNamed, textAbout, warnings } from './audio-files.ts';
import { parseTime } from './audio-values.ts';
import type { Invocation } from './invocation.ts';
import { type CallFlags, callOptions, openCall, together } from './voice-call.ts';
import { readSpeeches, type Speech, type SpeechFlags } from './voice-input.ts';
import { CallKeeping, type Kept } from './voice-keeping.ts';
import {
  eventPrinter,
  finishKeeping,
  type KeepingFlags,
  keptFiles,
  keptObject,
  SPEAKER_NAMES,
  sayKept,
} from './voice-kept.ts';
import type { NamedInput } from './voice-kept-file.ts';
import { summaryLine, summaryObject } from './voice-report.ts';
import type { SettingsFlags } from './voice-settings-read.ts';

export interface VoiceStreamOptions extends CallFlags, SpeechFlags, KeepingFlags {
  pause?: string;
}

/** A session of the service ends after an hour. */
const SESSION_SECONDS = 3_600;

export async function runVoiceStream(
  invocation: Invocation,
  files: readonly string[],
  flags: VoiceStreamOptions & SettingsFlags,
): Promise<void> {
  const { ctx } = invocation;
  const options = await callOptions(invocation, flags);
  const pauseMs = flags.pause === undefined ? 0 : parseTime('--pause', flags.pause) * 1000;
  const speeches = await readSpeeches(invocation, files, flags);
  tellOfLength(invocation, speeches, options.speed);
  const secrets = [options.credentials.apiKey, options.credentials.accessToken];
  const progress = await openProgress(invocation);
  const screen = new Conversation(invocation, progress);
  const keeping = await CallKeeping.open(invocation, {
    ...keptFiles(flags),
    speed: options.speed,
    inputs: inputsOf(speeches, flags),
    secrets,
    onLine: (line) => screen.line(line),
    onInterim: (speaker, text) => progress.update(`${SPEAKER_NAMES[speaker]}: ${cleanLine(text)}`),
  });
  const spare = ctx.onKill(() => keeping.finishNow());
  let call: VoiceCall | undefined;
  let problem: unknown;
  try {
    const observe = together(keeping.observer, eventPrinter(invocation, keeping, secrets), screen.observe);
    call = await openCall(invocation, { ...options, observe });
    for (const [index, speech] of speeches.entries()) {
      // Nobody goes on before the answer has been heard.
      if (index > 0) await call.played();
      if (index > 0 && pauseMs > 0) await call.wait(pauseMs);
      await sayFile(invocation, call, speech);
    }
  } catch (error) {
    problem = error;
  }
  await call?.hangUp();
  progress.stop();
  // What has arrived is kept, however the call ended.
  const ended = await finishKeeping(invocation, keeping, problem);
  spare();
  await screen.flush();
  sayKept(invocation, ended.kept, flags);
  if (call !== undefined && call.summary.turns.length > 0 && invocation.format === 'table')
    invocation.say(summaryLine(call.summary));
  if (ended.problem !== undefined) throw ended.problem;
  // The conversation itself is what a table and ndjson show, line by line.
  if (call !== undefined && invocation.format !== 'table' && invocation.format !== 'ndjson')
    await writeRecord(result(call, keeping, ended.kept), invocation.rowsOptions());
}

/** One turn. @throws as `VoiceCall.ask`; AudioError by the name of the file */
async function sayFile(invocation: Invocation, call: VoiceCall, speech: Speech): Promise<void> {
  let notes: readonly AudioNote[] = [];
  try {
    const open = await speech.open();
    try {
      await call.ask(open.audio, { name: speech.shown });
    } finally {
      notes = open.notes();
      await open.close();
    }
  } catch (error) {
    throw error instanceof AudioError ? asNamed(error, speech) : error;
  } finally {
    for (const text of warnings(notes)) invocation.warn(cleanLine(textAbout(text, speech)));
  }
}

function tellOfLength(invocation: Invocation, speeches: readonly Speech[], speed: number): void {
  const seconds = speeches.reduce((sum, speech) => sum + (speech.seconds ?? 0), 0) / speed;
  if (seconds > SESSION_SECONDS)
    invocation.say(
      `This takes ${Math.round(seconds / 60)} minutes, and the service ends a session after 60: another one is opened on the way.`,
    );
}

/** What is read, which nothing may be written over. */
function inputsOf(speeches: readonly Speech[], { settings }: SettingsFlags): NamedInput[] {
  const spoken = speeches.map(({ path }) => ({ path, role: 'the file that is to be spoken' }));
  return typeof settings === 'string'
    ? [...spoken, { path: settings, role: 'the file of the settings' }]
    : spoken;
}

/** The lines of `--debug` and a line that is redrawn would run into one another. */
function openProgress(invocation: Invocation): Promise<Progress> {
  const text = 'Connecting';
  if (invocation.flags.debug !== true) return invocation.progress(text);
  const { ctx, say } = invocation;
  return startProgress(text, { redraw: false, stream: ctx.stderr, colour: false, notes: say });
}

/** Shows the conversation while it goes on. */
class Conversation {
  readonly #invocation: Invocation;
  readonly #progress: Progress;
  #sent = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(invocation: Invocation, progress: Progress) {
    this.#invocation = invocation;
    this.#progress = progress;
  }

  readonly observe = (event: CallEvent): void => {
    switch (event.kind) {
      case 'connected':
        this.#progress.update('Connected');
        if (event.number > 0) this.#progress.note('Connected again.');
        return;
      case 'speaking':
        this.#sent = 0;
        return;
      case 'sent':
        if (!event.speech) return;
        this.#sent += event.pcm.length / VOICE_AUDIO.bytesPerSecond;
        this.#progress.update(`speaking, ${this.#sent.toFixed(1)} s`);
        return;
      case 'lost': {
        const soon = event.retryMs < 100 ? '' : ` in ${(event.retryMs / 1000).toFixed(1)} s`;
        this.#progress.note(`${cleanLine(withoutStop(event.why))}. Connecting again${soon}.`);
        return;
      }
      case 'received':
        if (event.event.kind === 'system') this.#progress.note(`service: ${cleanLine(event.event.content)}`);
        else if (event.event.kind === 'idle') this.#progress.note('service: idle warning');
        else if (event.event.kind === 'error')
          this.#progress.note(
            cleanLine(`service error: ${event.event.error.code} ${event.event.error.message}`.trimEnd()),
          );
    }
  };

  line({ speaker, text, interrupted }: TranscriptLine): void {
    // What was shown while it grew is said now.
    this.#progress.update(speaker === 'agent' ? 'listening' : 'waiting for the answer');
    if (this.#invocation.format !== 'table') return;
    const name = this.#invocation.colourOut.bold(`${SPEAKER_NAMES[speaker]}:`.padEnd(6));
    this.#print(`${name} ${cleanLine(text)}${interrupted === true ? ' …' : ''}\n`);
  }

  #print(text: string): void {
    this.#queue = this.#queue.then(() => this.#invocation.write(text));
    // A reader that went away ends the command by its signal.
    this.#queue.catch(() => {});
  }

  /** Resolves when everything has been printed. */
  async flush(): Promise<void> {
    await this.#queue.catch(() => {});
  }
}

function result(call: VoiceCall, keeping: CallKeeping, kept: Kept): JsonObject {
  const { summary, pace } = call;
  return {
    ...summaryObject(summary, pace),
    emotions: summary.turns.findLast(({ emotions }) => emotions.length > 0)?.emotions ?? [],
    ...keptObject(keeping, kept),
  };
}
