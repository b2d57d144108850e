/** `voice stream`: speak a file to an agent, show what is said, keep the answer. */
import { resolve } from 'node:path';
import { toPcm16 } from '../audio/index.ts';
import { VoiceCall } from '../nextevi/call.ts';
import type { CallSummary } from '../nextevi/measurements.ts';
import { AnswerText, type Emotion, VOICE_AUDIO, type VoiceEvent } from '../nextevi/messages.ts';
import { DEFAULT_TIMING } from '../nextevi/turns.ts';
import { cleanLine } from '../output/clean.ts';
import { type Progress, startProgress } from '../output/progress.ts';
import { writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { openBytes, openInput } from './audio-engine.ts';
import { STREAM, stdinOf, textAbout, warnings } from './audio-files.ts';
import type { Invocation } from './invocation.ts';
import { type ConnectionFlags, reconnectPolicy, voiceConnection } from './voice-connection.ts';
import { type KeptReply, Reply, refuseSameFile } from './voice-reply.ts';

export interface VoiceStreamOptions extends ConnectionFlags {
  save?: string;
  speed: number;
  replyTimeout: number;
  allowTruncated?: boolean;
}

/** One line of the conversation. */
interface Line {
  speaker: 'you' | 'agent';
  text: string;
}

/** Follows the conversation, prints it, and remembers it for `--json`. */
class Conversation {
  readonly lines: Line[] = [];
  emotions: Emotion[] = [];
  interruptions = 0;
  readonly #invocation: Invocation;
  readonly #progress: Progress;
  readonly #answer = new AnswerText();
  #queue: Promise<void> = Promise.resolve();

  constructor(invocation: Invocation, progress: Progress) {
    this.#invocation = invocation;
    this.#progress = progress;
  }

  observe(event: VoiceEvent): void {
    if (this.#invocation.format === 'ndjson') this.#print(`${JSON.stringify(eventObject(event))}\n`);
    switch (event.kind) {
      case 'transcript':
        if (event.text === '') return;
        if (event.final) this.#add('you', event.text);
        else this.#progress.update(`you: ${cleanLine(event.text)}`);
        return;
      case 'answer':
        this.#answer.add(event.content, event.generationId);
        this.#progress.update(`agent: ${cleanLine(this.#answer.text)}`);
        if (event.final) this.endAnswer();
        return;
      case 'emotion':
        this.emotions = event.emotions;
        return;
      case 'interruption':
        this.interruptions++;
        this.endAnswer();
        return;
      case 'system':
      case 'idle':
        this.#progress.note(
          event.kind === 'system' ? `service: ${cleanLine(event.content)}` : 'service: idle warning',
        );
        return;
      case 'error':
        this.#progress.note(cleanLine(`service error: ${event.error.code} ${event.error.message}`));
        return;
      case 'turn':
        this.endAnswer();
    }
  }

  /** An answer whose end nobody marked ends with the next turn, or with the session. */
  endAnswer(): void {
    if (this.#answer.text !== '') this.#add('agent', this.#answer.text);
    this.#answer.reset();
  }

  #add(speaker: Line['speaker'], text: string): void {
    const line = { speaker, text: text.trim() };
    this.lines.push(line);
    if (this.#invocation.format !== 'table') return;
    const name = this.#invocation.colourOut.bold(`${speaker}:`.padEnd(6));
    this.#print(`${name} ${cleanLine(line.text)}\n`);
  }

  #print(text: string): void {
    this.#queue = this.#queue.then(() => this.#invocation.write(text));
    // A reader that went away ends the command by its signal.
    this.#queue.catch(() => {});
  }

  /** Resolves when everything has been printed. */
  async flush(): Promise<void> {
    await this.#queue;
  }
}

/** An event as `--output ndjson` shows it: audio as its size. */
function eventObject(event: VoiceEvent): JsonObject {
  if (event.kind !== 'audio') return event;
  return { kind: 'audio', bytes: event.pcm.length, last: event.last, chunk_id: event.chunkId ?? null };
}

export async function runVoiceStream(
  invocation: Invocation,
  file: string,
  options: VoiceStreamOptions,
): Promise<void> {
  const { ctx } = invocation;
  const connection = await voiceConnection(invocation, options);
  const path = file === STREAM ? STREAM : resolve(ctx.cwd, file);
  const save = options.save === undefined ? undefined : resolve(ctx.cwd, options.save);
  const { sampleRate, channels } = VOICE_AUDIO;
  const bytes = await openBytes(path, { stdin: stdinOf(invocation, [{ path }]), signal: ctx.signal });
  const settings = { allowTruncated: options.allowTruncated === true, raw: undefined };
  const input = await openInput(bytes, settings, { sampleRate, channels });
  invocation.onClose(() => input.close());
  if (save !== undefined && path !== STREAM) await refuseSameFile(path, save);
  const saved = save === undefined ? undefined : await Reply.create(save);
  const progress = await openProgress(invocation);
  const conversation = new Conversation(invocation, progress);
  let summary: CallSummary | undefined;
  let problem: unknown;
  let call: VoiceCall | undefined;
  try {
    call = await VoiceCall.open({
      ...connection,
      speed: options.speed,
      timing: { ...DEFAULT_TIMING, replyTimeoutMs: options.replyTimeout * 1000 },
      reconnect: reconnectPolicy(invocation),
      random: ctx.random,
      sleep: ctx.sleep,
      observe: (event) => {
        if (event.kind === 'connected') progress.update('Connected');
        if (event.kind !== 'received') return;
        if (event.event.kind === 'audio') saved?.add(event.event.pcm);
        conversation.observe(event.event);
      },
    });
    await call.ask(toPcm16(input, { sampleRate, channels, signal: ctx.signal }));
    summary = call.summary;
  } catch (error) {
    problem = error;
  } finally {
    await call?.hangUp();
  }
  conversation.endAnswer();
  progress.stop();
  for (const text of warnings(input.notes ?? []))
    invocation.warn(cleanLine(textAbout(text, { shown: file, path })));
  // What has arrived is kept, however the session ended.
  const reply = await saved?.finish(problem === undefined).catch((error: unknown) => {
    if (problem === undefined || !(error instanceof CliError)) throw error;
    invocation.warn(`The partial reply could not be kept: ${error.message}`);
    return undefined;
  });
  await conversation.flush().catch(() => {});
  if (reply !== undefined) sayKept(invocation, reply, options.save);
  else if (saved !== undefined) invocation.say('No reply came, so no file was written.');
  if (problem !== undefined) throw problem;
  // The conversation itself is what a table and ndjson show, line by line.
  if (summary !== undefined && invocation.format !== 'table' && invocation.format !== 'ndjson')
    await writeRecord(result(conversation, summary, reply), invocation.rowsOptions());
}

/** The lines of `--debug` and a line that is redrawn would run into one another. */
function openProgress(invocation: Invocation): Promise<Progress> {
  const text = 'Connecting';
  if (invocation.flags.debug !== true) return invocation.progress(text);
  const { ctx, say } = invocation;
  return startProgress(text, { redraw: false, stream: ctx.stderr, colour: false, notes: say });
}

function sayKept(invocation: Invocation, reply: KeptReply, asked: string | undefined): void {
  const place = `${cleanLine(reply.path)} (${reply.seconds.toFixed(1)} s)`;
  if (!reply.partial) {
    invocation.say(`Reply: ${place}.`);
    return;
  }
  const old = reply.beside ? ` The file at ${cleanLine(asked ?? '')} is as it was.` : '';
  invocation.warn(`The session did not end well, so the reply is partial: ${place}.${old}`);
}

/** Seconds to three decimals. */
function toMilli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function result(
  conversation: Conversation,
  summary: CallSummary,
  reply: { path: string; seconds: number } | undefined,
) {
  const { connectionIds, handshakeMs, turns, sentSeconds, receivedSeconds } = summary;
  const firstAudioMs = turns[0]?.firstAudioMs;
  return {
    connection_id: connectionIds[0] ?? null,
    conversation: conversation.lines,
    emotions: conversation.emotions,
    interruptions: conversation.interruptions,
    reply: reply === undefined ? null : { path: reply.path, seconds: toMilli(reply.seconds) },
    sent_seconds: toMilli(sentSeconds),
    received_seconds: toMilli(receivedSeconds),
    handshake_ms: Math.round(handshakeMs),
    first_audio_ms: firstAudioMs === undefined ? null : Math.round(firstAudioMs),
  };
}
