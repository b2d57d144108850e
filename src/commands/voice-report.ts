/** What a call measured, as data and as lines for a person. */
import type { PaceReport } from '../nextevi/call.ts';
import type { CallSummary, TurnReport } from '../nextevi/measurements.ts';
import type { JsonObject } from '../shared/json.ts';

/** Whole milliseconds; null where there is no figure. */
function wholeMs(ms: number | undefined): number | null {
  return ms === undefined ? null : Math.round(ms);
}

/** To three decimals. */
export function toMilli(value: number): number {
  return Math.round(value * 1000) / 1000;
}

function turnObject(turn: TurnReport): JsonObject {
  return {
    turn: turn.turn,
    name: turn.name,
    transcript: turn.transcript,
    answer: turn.answer,
    emotions: turn.emotions,
    speech_seconds: toMilli(turn.speechSeconds),
    received_seconds: toMilli(turn.receivedSeconds),
    first_transcript_ms: wholeMs(turn.firstTranscriptMs),
    first_text_ms: wholeMs(turn.firstTextMs),
    first_audio_ms: wholeMs(turn.firstAudioMs),
    turn_ms: wholeMs(turn.turnMs),
    stop_ms: wholeMs(turn.stopMs),
    errors: turn.errors.map(({ code, message }) => ({ code, message })),
  };
}

/** All measurements of a call, for `--json`. */
export function summaryObject(summary: CallSummary, pace: PaceReport): JsonObject {
  const { connectionIds, turns } = summary;
  return {
    connection_id: connectionIds[0] ?? null,
    connection_ids: connectionIds,
    turns: turns.map(turnObject),
    interruptions: summary.interruptions,
    reconnects: summary.reconnects,
    gap_ms: Math.round(summary.gapMs),
    sent_seconds: toMilli(summary.sentSeconds),
    received_seconds: toMilli(summary.receivedSeconds),
    sent_bytes: summary.sentBytes,
    received_bytes: summary.receivedBytes,
    duration_ms: Math.round(summary.durationMs),
    handshake_ms: Math.round(summary.handshakeMs),
    first_audio_ms: wholeMs(turns[0]?.firstAudioMs),
    pace: {
      chunks: pace.chunks,
      real_time_ratio: pace.realTimeRatio === undefined ? null : Math.round(pace.realTimeRatio * 1e5) / 1e5,
      late_p50_ms: pace.lateP50Ms === undefined ? null : toMilli(pace.lateP50Ms),
      late_p99_ms: pace.lateP99Ms === undefined ? null : toMilli(pace.lateP99Ms),
      late_max_ms: toMilli(pace.lateMaxMs),
    },
  };
}

function inWords(ms: number): string {
  return ms < 950 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** A line for a person at the end of a call. */
export function summaryLine(summary: CallSummary): string {
  const { handshakeMs, turns, reconnects, gapMs } = summary;
  const parts = [`connected in ${inWords(handshakeMs)}`];
  const first = turns.flatMap(({ firstAudioMs }) => (firstAudioMs === undefined ? [] : [firstAudioMs]));
  if (first.length === 1 && first[0] !== undefined)
    parts.push(
      first[0] < 0 ? 'answered before the speech ended' : `answered ${inWords(first[0])} after the speech`,
    );
  if (first.length > 1) {
    const sorted = [...first].sort((a, b) => a - b);
    const [least = 0, most = 0] = [sorted[0], sorted.at(-1)];
    parts.push(`${first.length} answers, ${inWords(least)} to ${inWords(most)} after the speech`);
  }
  if (reconnects > 0)
    parts.push(
      `${reconnects === 1 ? 'reconnected once' : `reconnected ${reconnects} times`}, ${inWords(gapMs)} lost`,
    );
  const text = parts.join('; ');
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
