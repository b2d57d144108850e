/** `voice stream`: speak a file to an agent, show what is said, keep the answer. */
import { resolve } from 'node:path';
import { openAudio, toPcm16, WavFileWriter } from '../audio/index.ts';
import { AnswerText, type Emotion, VOICE_AUDIO, type VoiceEvent } from '../nextevi/messages.ts';
import type { VoiceCredentials } from '../nextevi/session.ts';
import { type StreamSummary, streamSpeech } from '../nextevi/stream.ts';
import { DEFAULT_TIMING } from '../nextevi/turns.ts';
import { cleanLine } from '../output/clean.ts';
import type { Progress } from '../output/progress.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Invocation } from './invocation.ts';

export interface VoiceStreamOptions {
  save?: string;
  transport: 'binary' | 'json';
  configId?: string;
  projectId?: string;
  speed: number;
  replyTimeout: number;
  allowTruncated?: boolean;
}

/** Credentials of the voice service: the environment, then the profile. */
async function voiceCredentials(
  invocation: Invocation,
  options: Pick<VoiceStreamOptions, 'configId' | 'projectId'>,
): Promise<VoiceCredentials> {
  const { environmentVoice } = await import('./credentials.ts');
  const { apiKey, accessToken } =
    environmentVoice(invocation) ?? (await (await import('./auth-voice.ts')).storedVoice(invocation));
  const { settings } = invocation;
  const configId = options.configId ?? settings.get('voice-config-id').trim();
  if (configId === '')
    throw new CliError('usage', 'Which voice configuration? The service needs its id', {
      hint: 'Give --config-id, or set NEXTEVI_CONFIG_ID; the dashboard shows it.',
    });
  const projectId = (options.projectId ?? settings.get('voice-project-id').trim()) || undefined;
  // Both at once from the environment: a JWT in a header is preferred, since addresses end up in logs.
  return { apiKey, accessToken, configId, projectId };
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
  const url = invocation.url('voice-url');
  const credentials = await voiceCredentials(invocation, options);
  const input = await openAudio(resolve(ctx.cwd, file), { allowTruncated: options.allowTruncated });
  invocation.onClose(() => input.close());
  const { sampleRate, channels } = VOICE_AUDIO;
  const saved = options.save === undefined ? undefined : await Reply.create(resolve(ctx.cwd, options.save));
  const progress = await invocation.progress('Connecting');
  const conversation = new Conversation(invocation, progress);
  const total = input.info.seconds;
  let summary: StreamSummary | undefined;
  let problem: unknown;
  try {
    summary = await streamSpeech({
      url,
      credentials,
      transport: options.transport,
      handshakeMs: invocation.timeoutMs,
      userAgent: invocation.userAgent,
      audio: toPcm16(input, { sampleRate, channels, signal: ctx.signal }),
      speed: options.speed,
      timing: { ...DEFAULT_TIMING, replyTimeoutMs: options.replyTimeout * 1000 },
      now: ctx.now,
      clock: ctx.clock,
      sleep: ctx.sleep,
      signal: ctx.signal,
      onConnected: () => progress.update('Connected'),
      onProgress: (seconds) =>
        progress.update(
          `speaking ${seconds.toFixed(1)} s${total === undefined ? '' : ` of ${total.toFixed(1)} s`}`,
        ),
      onEvent: (event) => {
        if (event.kind === 'audio') saved?.add(event.pcm);
        conversation.observe(event);
      },
    });
  } catch (error) {
    problem = error;
  }
  conversation.endAnswer();
  progress.stop();
  // What has arrived is kept, however the session ended.
  const reply = await saved?.finish();
  await conversation.flush().catch(() => {});
  if (reply !== undefined) invocation.say(`Reply: ${reply.path} (${reply.seconds.toFixed(1)} s).`);
  else if (saved !== undefined) invocation.say('No reply came, so no file was written.');
  if (problem !== undefined) throw problem;
  if (invocation.format === 'json' && summary !== undefined)
    await invocation.write(`${JSON.stringify(result(conversation, summary, reply), null, 2)}\n`);
}

/** Seconds to three decimals. */
function toMilli(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}

function result(
  conversation: Conversation,
  summary: StreamSummary,
  reply: { path: string; seconds: number } | undefined,
) {
  const { connectionId, handshakeMs, firstAudioMs, sentSeconds, receivedSeconds } = summary;
  return {
    connection_id: connectionId,
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

/** The reply's file: created before the session, so that a path that cannot be written is known at once. */
class Reply {
  readonly #writer: WavFileWriter;
  #queue: Promise<void> = Promise.resolve();
  #odd: Buffer = Buffer.alloc(0);
  #bytes = 0;

  private constructor(writer: WavFileWriter) {
    this.#writer = writer;
  }

  static async create(path: string): Promise<Reply> {
    const { sampleRate, channels } = VOICE_AUDIO;
    return new Reply(await WavFileWriter.create(path, { sampleRate, channels }));
  }

  /** Adds audio in order; a chunk that ends in mid-sample is completed by the next one. */
  add(pcm: Buffer): void {
    const all = this.#odd.length === 0 ? pcm : Buffer.concat([this.#odd, pcm]);
    const whole = all.length - (all.length % 2);
    this.#odd = Buffer.from(all.subarray(whole));
    if (whole === 0) return;
    this.#bytes += whole;
    this.#queue = this.#queue.then(() => this.#writer.write(all.subarray(0, whole)));
    this.#queue.catch(() => {});
  }

  /** @returns undefined when there was nothing to keep: no empty file is left */
  async finish(): Promise<{ path: string; seconds: number } | undefined> {
    try {
      await this.#queue;
      if (this.#bytes > 0) return await this.#writer.finish();
      await this.#writer.abort();
      return undefined;
    } catch (error) {
      await this.#writer.abort();
      throw error;
    }
  }
}
