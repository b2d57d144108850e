/** What the voice side can be told to do. Times in milliseconds unless a name says seconds; `Infinity`: no limit. */
import type { Emotion } from './emotions.ts';

/** Connections by number, from 1, counted since the options came into force; both ends included. */
export interface ConnectionRange {
  /** Default 1. */
  from?: number;
  /** Default: no end. */
  to?: number;
}

/** How connections are refused. The first refusal of a list that applies to a connection acts. */
export type VoiceRefusal = {
  /** Only the connections of these numbers; default: all. */
  connections?: ConnectionRange;
  /** Only so many connections in all. */
  times?: number;
} & (
  | {
      /** HTTP status instead of the upgrade, such as 401, 403, 404, 429, 503. */
      status: number;
      /** `Retry-After`, in seconds. */
      retryAfter?: number;
    }
  | {
      /** Opens the socket and closes it at once with this code, which need not be a legal one. */
      close: number;
      reason?: string;
      /** Name of an `error` message before the close. */
      errorCode?: string;
    }
);

/** An `error` message of reference §7, or one in a form that only vendor clients show (§4). */
export interface VoiceErrorMessage {
  /** Such as `RATE_LIMITED`; any name at all. */
  name: string;
  message?: string;
  /** `message`: as documented (the default); `plain`: a plain string in the field `error`. */
  form?: 'message' | 'plain';
}

/**
 * Something that goes wrong at a given moment. The moments: `at: 'start'` (after the greeting), `afterBytes`,
 * `afterMs`, `turn`, `afterAnswerChunks`, `afterAnswerBytes`; exactly one of them, except that `turn` may name the
 * turn whose answer the last two mean. What happens, in this order: `error`, `disconnect`, `invalidFrame`, then one of
 * `close`, `drop`, `freeze`.
 */
export interface VoiceFault {
  /** After the greeting. */
  at?: 'start';
  /** With the chunk that brings the received audio to so many bytes. */
  afterBytes?: number;
  /** So long after the opening, in real time. */
  afterMs?: number;
  /** When turn number `turn` (from 1) of the user has ended, before its answer. */
  turn?: number;
  /** When so many chunks of an answer were sent; 0: after its text. */
  afterAnswerChunks?: number;
  /** When so many bytes of an answer were sent. */
  afterAnswerBytes?: number;
  /**
   * How many times in one session; default 1. The next times come with the next chunks (`afterBytes`), after as
   * long again (`afterMs`), with the next turns or the next answers.
   */
  times?: number;
  /** Only in the connections of these numbers; default: all. */
  connections?: ConnectionRange;
  error?: VoiceErrorMessage;
  /** A `websocket.disconnect` message (§4). */
  disconnect?: { code: number; reason?: string };
  /** A WebSocket frame that is not allowed (opcode 3): the client must end the connection (RFC 6455 §5.2). */
  invalidFrame?: boolean;
  /** Closes with this code; one that is not legal (5004) is put on the wire all the same. */
  close?: number;
  /** Default: the name of the error. */
  closeReason?: string;
  /** Destroys the TCP connection. */
  drop?: boolean;
  /** Stops reading and answering, pings too, and leaves the connection open. */
  freeze?: boolean;
}

/** Limits (§6). What counts, and by which clock, is said at each. */
export interface VoiceLimits {
  /** New connections in a minute with one API key; default 100. Those that are refused count too. */
  connectionsPerMinute?: number;
  /** Messages in a minute on one connection, audio included; default 1,000. */
  messagesPerMinute?: number;
  /** Chunks of audio in a second on one connection; default 100. */
  chunksPerSecond?: number;
  /** Largest chunk of audio in bytes, decoded; default 1 MB, which is also the most. */
  chunkBytes?: number;
  /** Length of a session in milliseconds; default 60 minutes. */
  sessionMs?: number;
  /** Sessions at once; default: no limit, since it depends on the plan. */
  concurrentSessions?: number;
}

/**
 * What happens when the user says nothing while no answer is sent. The reference names no times, so by default
 * nothing does; `idle_timeout` in the client's settings takes the place of these.
 */
export interface VoiceIdle {
  /** `idle_warning` and a `system_message` after so much idleness. */
  warningMs?: number;
  /** `idle_warning` with `final_warning`. */
  finalWarningMs?: number;
  /** `system_message` with `hangup`, CONNECTION_TIMEOUT, and a close with 1001. */
  hangupMs?: number;
}

/**
 * A message between the chunks of an answer that a client has to bear: a type that nobody knows, text that is no JSON,
 * JSON that is no object, a message without type, a `status` message, an error that is a plain string, an empty chunk
 * of audio.
 */
export type Oddity =
  | 'unknown_type'
  | 'not_json'
  | 'json_list'
  | 'no_type'
  | 'status'
  | 'plain_error'
  | 'empty_chunk';

/** How answers are sent. */
export interface VoiceAnswers {
  /** Wait before the text. */
  textDelayMs?: number;
  /** Wait between the text and the audio. */
  audioDelayMs?: number;
  /** One pause in the audio. */
  pause?: { afterChunks: number; ms: number };
  /** Bytes of a chunk of audio; default 4,800 (100 ms). An odd number cuts samples in two. */
  chunkBytes?: number;
  /** The last chunk is followed by an empty one that also says `is_last`. */
  duplicateLast?: boolean;
  /** One after each chunk of audio, until the list is used up; with each answer. */
  between?: readonly Oddity[];
}

/** What happens to an answer when the user speaks over it. */
export interface VoiceInterruption {
  /** The message that tells of it; default `tts_interruption`. */
  message?: 'tts_interruption' | 'user_interruption';
  /** The answer goes on to its end, and the next one waits for that. */
  ignore?: boolean;
  /** The audio goes on for so long after the message. */
  lingerMs?: number;
}

/** What is really known of a turn: how long and how loud it was, and its number. All that is given must fit. */
export interface ScriptCondition {
  /** Seconds of speech. */
  speechLongerThan?: number;
  speechShorterThan?: number;
  /** Mean level of the speech in dB below full scale, such as -20. */
  louderThan?: number;
  /** Number of the turn, from 1. */
  turn?: number;
}

/** One turn of a script: what the user is said to have said, and what the agent does. */
export interface ScriptedTurn {
  /** Only with `match: 'when'`. */
  when?: ScriptCondition;
  /** Default: how many seconds of speech there were. */
  transcript?: string;
  /** Interim transcriptions, one for each half second of speech; the rest come before the final one. */
  interim?: readonly string[];
  /** Of the final transcription, 0–1; default 1. */
  confidence?: number;
  emotions?: readonly Pick<Emotion, 'emotion' | 'percentage'>[];
  /** The agent's text. Without `answer` and `audio` the agent says nothing. */
  answer?: string;
  /**
   * PCM (signed 16-bit little-endian, 24 kHz, mono), or seconds of a made-up sound, or nothing. Default: a made-up
   * sound as long as the text would take.
   */
  audio?: Uint8Array | number | 'none';
  /** Wait before the answer. */
  delayMs?: number;
  /** Sent before the answer, if there is one. */
  error?: VoiceErrorMessage & { close?: number };
  /** Destroys the TCP connection instead of an answer. */
  drop?: boolean;
  /** Default true. */
  interruptible?: boolean;
}

/** What the agent does, turn by turn. */
export interface VoiceScript {
  /** At least one. */
  turns: readonly ScriptedTurn[];
  /** `order`: one after the other (the default); `when`: the first whose `when` fits, else the agent says nothing. */
  match?: 'order' | 'when';
  /** After the last turn: from the beginning (the default), the last one again, no more answers, or the end. */
  then?: 'repeat' | 'last' | 'silence' | 'hangup';
}

/** Behaviour of the voice side. */
export interface VoiceOptions {
  /**
   * Where the fields of a message stand: at top level and inside `data` (`hybrid`, what every known reader
   * understands), inside `data` alone (`documented`), or at top level alone (`flat`).
   */
  shape?: 'hybrid' | 'documented' | 'flat';
  /**
   * Refuses what the documentation does not allow: messages without `timestamp` or `message_id` (a UUID), fields
   * outside of `data`, unknown fields of settings, chunks with an odd number of bytes. Any connection id stays good.
   */
  strict?: boolean;
  /** Refuse connections. */
  refuse?: VoiceRefusal | readonly VoiceRefusal[];
  /**
   * How connections are refused that have a fault of their own (bad credentials, a limit): by an open socket that
   * closes (the default) or by an HTTP status (§2).
   */
  refuseBy?: 'close' | 'status';
  faults?: readonly VoiceFault[];
  limits?: VoiceLimits;
  idle?: VoiceIdle;
  answers?: VoiceAnswers;
  interruption?: VoiceInterruption;
  /** Text of a `system_message` with `initial` after the metadata. */
  greeting?: string;
  /**
   * The answer's audio is what was heard: the bytes from the first to the last sound of the turn, to 20 ms (`true`,
   * `speech`), or every byte since the turn before, in order (`all`).
   */
  echo?: boolean | 'speech' | 'all';
  /** Takes the place of the recorded replies. */
  script?: VoiceScript;
  /** Send an `error` message after so many bytes of audio, and close with `close` if given; also one of `faults`. */
  failAfterBytes?: { bytes: number; errorCode: string; close?: number };
  /** Destroy the TCP connection after so many bytes of audio; also one of `faults`. */
  dropAfterBytes?: number;
  /** Say nothing after the audio (to test time-outs). */
  mute?: boolean;
  /** Leave out `is_last` in audio and `is_final` in text chunks. */
  noEndMarks?: boolean;
  /** Send the answer's text cumulatively instead of in pieces. */
  cumulative?: boolean;
  /** Send audio as binary frames instead of `tts_chunk` messages. */
  binaryAudio?: boolean;
  /** Times real time at which the answer's audio is sent; default 4; Infinity: at once. */
  replySpeed?: number;
}
