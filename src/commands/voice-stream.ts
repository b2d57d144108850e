/** `voice stream`: speak files to an agent, show what is said, keep what is asked for. */
import { AudioError, type AudioNote } from '../audio/index.ts';
import type { VoiceCall } from '../nextevi/call.ts';
import type { CallEvent, CallObserver } from '../nextevi/call-events.ts';
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
import { eventLine } from './voice-event-log.ts';
import { readSpeeches, type Speech, type SpeechFlags } from './voice-input.ts';
import { CallKeeping, KeepingError, type Kept } from './voice-keeping.ts';
import type { NamedInput } from './voice-kept-file.ts';
import { redactor } from './voice-redact.ts';
import { summaryLine, summaryObject, toMilli } from './voice-report.ts';
import type { SettingsFlags } from './voice-settings-read.ts';

/** Flags of what is kept of a conversation. */
export interface KeepingFlags {
  save?: string;
  saveConversation?: string;
  transcript?: string;
  events?: string;
  eventAudio?: boolean;
}

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
  const screen = new Conversation(invocation, progress, secrets);
  const keeping = await CallKeeping.open(invocation, {
    save: flags.save,
    saveConversation: flags.saveConversation,
    transcript: flags.transcript,
    events: flags.events,
    eventAudio: flags.eventAudio,
    speed: options.speed,
    inputs: inputsOf(speeches, flags),
    secrets,
    onLine: (line) => screen.line(line),
    onInterim: (speaker, text) => progress.update(`${NAMES[speaker]}: ${cleanLine(text)}`),
  });
  const spare = ctx.onKill(() => keeping.finishNow());
  let call: VoiceCall | undefined;
  let problem: unknown;
  try {
    const observe = together(
      keeping.observer,
      screen.observer(() => keeping.startedMs),
    );
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
  const kept = await keeping.finish(problem === undefined).catch((error: unknown) => {
    const what = error instanceof KeepingError ? error.kept : {};
    if (problem === undefined) problem = error;
    else invocation.warn(cleanLine(`Not everything could be kept: ${(error as Error).message}`));
    return what;
  });
  spare();
  await screen.flush();
  sayKept(invocation, kept, flags);
  if (call !== undefined && call.summary.turns.length > 0 && invocation.format === 'table')
    invocation.say(summaryLine(call.summary));
  if (problem !== undefined) throw problem;
  // The conversation itself is what a table and ndjson show, line by line.
  if (call !== undefined && invocation.format !== 'table' && invocation.format !== 'ndjson')
    await writeRecord(result(call, keeping, kept), invocation.rowsOptions());
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

const NAMES = { caller: 'you', agent: 'agent' } as const;

/** Shows the conversation while it goes on. */
class Conversation {
  readonly #invocation: Invocation;
  readonly #progress: Progress;
  readonly #redact: (line: string) => string;
  #sent = 0;
  #queue: Promise<void> = Promise.resolve();

  constructor(invocation: Invocation, progress: Progress, secrets: readonly (string | undefined)[]) {
    this.#invocation = invocation;
    this.#progress = progress;
    this.#redact = redactor(secrets);
  }

  /** @param startedMs Unix milliseconds at which the call began */
  observer(startedMs: () => number): CallObserver {
    return (event) => {
      // Audio that was sent says nothing; ten lines of it come every second.
      if (this.#invocation.format === 'ndjson' && event.kind !== 'sent')
        this.#print(eventLine(event, { startedMs: startedMs(), redact: this.#redact }));
      this.#note(event);
    };
  }

  #note(event: CallEvent): void {
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
        this.#sent += event.pcm.length / 48_000;
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
  }

  line({ speaker, text, interrupted }: TranscriptLine): void {
    // What was shown while it grew is said now.
    this.#progress.update(speaker === 'agent' ? 'listening' : 'waiting for the answer');
    if (this.#invocation.format !== 'table') return;
    const name = this.#invocation.colourOut.bold(`${NAMES[speaker]}:`.padEnd(6));
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

/** Says where everything is that was kept. */
export function sayKept(invocation: Invocation, kept: Kept, flags: KeepingFlags): void {
  const files = [
    ['Reply', kept.reply, flags.save],
    ['Conversation', kept.conversation, flags.saveConversation],
    ['Transcript', kept.transcript, flags.transcript],
    ['Events', kept.events, flags.events],
  ] as const;
  for (const [name, file, asked] of files) {
    if (file === undefined) {
      if (asked !== undefined && name === 'Reply') invocation.say('No reply came, so no file was written.');
      continue;
    }
    const length = 'seconds' in file ? ` (${file.seconds.toFixed(1)} s)` : '';
    const place = `${cleanLine(file.path)}${length}`;
    if (!file.partial) {
      invocation.say(`${name}: ${place}.`);
      continue;
    }
    const old = file.beside ? ` The file at ${cleanLine(asked ?? '')} is as it was.` : '';
    invocation.warn(`The call did not end well, so the ${name.toLowerCase()} is partial: ${place}.${old}`);
  }
}

/** What was said and kept, for `--json`. */
export function keptObject(keeping: CallKeeping, kept: Kept): JsonObject {
  const lines = keeping.lines.entries.filter((entry): entry is TranscriptLine => !('gap' in entry));
  const file = (of: Kept[keyof Kept]) =>
    of === undefined ? null : { path: of.path, ...('seconds' in of ? { seconds: toMilli(of.seconds) } : {}) };
  return {
    conversation: lines.map(({ speaker, text, start, end, interrupted }) => ({
      speaker: NAMES[speaker],
      text,
      start_ms: Math.round(start),
      end_ms: Math.round(end),
      ...(interrupted === true ? { interrupted } : {}),
    })),
    reply: file(kept.reply),
    files: {
      conversation: file(kept.conversation),
      transcript: file(kept.transcript),
      events: file(kept.events),
    },
  };
}

function result(call: VoiceCall, keeping: CallKeeping, kept: Kept): JsonObject {
  const { summary, pace } = call;
  return {
    ...summaryObject(summary, pace),
    emotions: summary.turns.findLast(({ emotions }) => emotions.length > 0)?.emotions ?? [],
    ...keptObject(keeping, kept),
  };
}
