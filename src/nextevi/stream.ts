/** Streaming recorded speech to the service and following the conversation until its answer is complete. */
import { CliError } from '../shared/errors.ts';
import { kindOfError } from './error-table.ts';
import { errorOfServer } from './errors.ts';
import { VOICE_AUDIO, type VoiceEvent } from './messages.ts';
import { Pacer, rechunk } from './pacing.ts';
import { type SessionOptions, VoiceSession } from './session.ts';
import { type TurnTiming, TurnTracker } from './turns.ts';

export interface StreamOptions extends Omit<SessionOptions, 'onEvent'> {
  /** The speech: 24 kHz mono 16-bit little-endian PCM, in pieces of any size. */
  audio: AsyncIterable<Buffer>;
  speed: number;
  timing: TurnTiming;
  /** A clock that never goes back, in milliseconds. */
  clock: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Called for every message of the service, in order; audio included. */
  onEvent: (event: VoiceEvent) => void;
  onConnected?: (session: VoiceSession) => void;
  /** Seconds of audio sent so far, silence after the end of the input not counted. */
  onProgress?: (seconds: number) => void;
}

/** What a session measured; milliseconds unless the name says otherwise. */
export interface StreamSummary {
  connectionId: string;
  handshakeMs: number;
  /** From the end of the input to the first audio of the answer; negative when the answer came before the end. */
  firstAudioMs: number | undefined;
  sentSeconds: number;
  receivedSeconds: number;
}

const CHUNK_MS = 100;
/** How long to wait for `connection_metadata` before audio is sent anyway: the vendor's clients do not wait at all. */
const METADATA_MS = 1_000;
/** So many failures of single chunks in one session are a failure of the whole. */
const MAX_CHUNK_FAILURES = 3;

/** The error to end with where the service wants audio of another format than the documented one. */
export function checkFormat(event: Extract<VoiceEvent, { kind: 'metadata' }>): CliError | undefined {
  const { sampleRate, channels, encoding } = event;
  const wrongRate = sampleRate !== undefined && sampleRate !== VOICE_AUDIO.sampleRate;
  const wrongChannels = channels !== undefined && channels !== VOICE_AUDIO.channels;
  const wrongEncoding = encoding !== undefined && !/^(linear16|pcm)/i.test(encoding);
  if (!wrongRate && !wrongChannels && !wrongEncoding) return undefined;
  return new CliError(
    'rejected',
    `The voice configuration wants ${encoding ?? 'linear16'} at ${sampleRate ?? 24_000} Hz with ${channels ?? 1} channels`,
    {
      hint: 'Only the documented format, 16-bit PCM at 24,000 Hz mono, is sent. Choose another configuration.',
    },
  );
}

/**
 * Streams one input as one session and resolves when the service has answered.
 *
 * Silence follows the input until the answer begins, as from an open microphone: a turn ends by silence.
 *
 * @throws CliError when the service refuses, fails, closes early or does not answer; the signal's reason on abort
 */
export async function streamSpeech(options: StreamOptions): Promise<StreamSummary> {
  const { clock, sleep, timing, signal } = options;
  const tracker = new TurnTracker(timing);
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const metadataSeen = new AbortController();
  let chunkFailures = 0;
  let receivedBytes = 0;
  let sentBytes = 0;
  let firstAudioAt: number | undefined;
  let inputEndedAt: number | undefined;

  const onEvent = (event: VoiceEvent, session: VoiceSession) => {
    tracker.observe(event, clock());
    if (event.kind === 'audio' && event.pcm.length > 0) {
      firstAudioAt ??= clock();
      receivedBytes += event.pcm.length;
    }
    try {
      options.onEvent(event);
    } catch (error) {
      failure.abort(error);
    }
    if (event.kind === 'metadata') {
      metadataSeen.abort();
      const wrong = checkFormat(event);
      if (wrong !== undefined) failure.abort(wrong);
    } else if (event.kind === 'error') {
      const { action } = kindOfError(event.error.code);
      if (event.error.code === 'AUDIO_PROCESSING_FAILED') chunkFailures++;
      if (action !== 'continue' || chunkFailures >= MAX_CHUNK_FAILURES)
        failure.abort(errorOfServer(event.error, session.place));
    }
  };

  const open = await VoiceSession.connect({ ...options, onEvent });
  options.onConnected?.(open);
  let finished = false;
  open.closed.then((close) => {
    // A service that hangs up after its answer has done its part.
    const wellDone = close.code === 1000 && tracker.settled;
    if (!finished && !wellDone) failure.abort(open.errorOf(close));
  });
  try {
    await sleep(METADATA_MS, AbortSignal.any([stop, metadataSeen.signal])).catch(() => {});
    stop.throwIfAborted();
    const pacer = new Pacer({
      chunkMs: CHUNK_MS,
      speed: options.speed,
      bytesPerSecond: VOICE_AUDIO.bytesPerSecond,
      clock,
      sleep,
      signal: stop,
    });
    for await (const chunk of rechunk(options.audio, pacer.chunkBytes)) {
      stop.throwIfAborted();
      await pacer.send(open, chunk);
      sentBytes += chunk.length;
      options.onProgress?.(sentBytes / VOICE_AUDIO.bytesPerSecond);
    }
    inputEndedAt = clock();
    tracker.inputEnded(inputEndedAt);
    const silence = Buffer.alloc(pacer.chunkBytes);
    for (let state = tracker.state(clock()); state !== 'complete'; state = tracker.state(clock())) {
      stop.throwIfAborted();
      if (state === 'timed-out')
        throw new CliError(
          'network',
          `The voice service gave no answer within ${timing.replyTimeoutMs / 1000} seconds`,
          {
            ...open.place,
            requestId: open.connectionId,
            hint: 'Check that the file holds speech, or allow more with --reply-timeout.',
          },
        );
      if (tracker.answered) {
        pacer.rest();
        await sleep(CHUNK_MS / 2, stop);
      } else await pacer.send(open, silence);
    }
  } finally {
    finished = true;
    await open.close();
  }
  return {
    connectionId: open.connectionId,
    handshakeMs: open.handshakeMs,
    firstAudioMs: firstAudioAt === undefined ? undefined : firstAudioAt - inputEndedAt,
    sentSeconds: sentBytes / VOICE_AUDIO.bytesPerSecond,
    receivedSeconds: receivedBytes / VOICE_AUDIO.bytesPerSecond,
  };
}
