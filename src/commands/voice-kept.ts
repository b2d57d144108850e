/** What the voice commands have in common about what is kept of a call: flags, its end, what is told of it. */
import type { CallObserver } from '../nextevi/call-events.ts';
import type { TranscriptLine } from '../nextevi/transcript-lines.ts';
import { cleanLine } from '../output/clean.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Invocation } from './invocation.ts';
import { eventLine } from './voice-event-log.ts';
import { type CallKeeping, KeepingError, type KeepingOptions, type Kept } from './voice-keeping.ts';
import { redactor } from './voice-redact.ts';
import { toMilli } from './voice-report.ts';

/** What a person knows the two speakers by. */
export const SPEAKER_NAMES = { caller: 'you', agent: 'agent' } as const;

/** Flags of what is kept of a conversation. */
export interface KeepingFlags {
  save?: string;
  saveConversation?: string;
  transcript?: string;
  events?: string;
  eventAudio?: boolean;
}

/** The files that the flags name. */
export function keptFiles({
  save,
  saveConversation,
  transcript,
  events,
  eventAudio,
}: KeepingFlags): Pick<KeepingOptions, keyof KeepingFlags> {
  return { save, saveConversation, transcript, events, eventAudio };
}

/**
 * Keeps what has arrived, however the call ended.
 *
 * @param problem what the call ended of; undefined when it went well
 * @returns what was kept, and the error to end with
 */
export async function finishKeeping(
  invocation: Invocation,
  keeping: CallKeeping,
  problem: unknown,
): Promise<{ kept: Kept; problem: unknown }> {
  try {
    return { kept: await keeping.finish(problem === undefined), problem };
  } catch (error) {
    const kept = error instanceof KeepingError ? error.kept : {};
    if (problem === undefined) return { kept, problem: error };
    invocation.warn(cleanLine(`Not everything could be kept: ${(error as Error).message}`));
    return { kept, problem };
  }
}

/** What happens as lines, for `--output ndjson`. */
export function eventPrinter(
  invocation: Invocation,
  keeping: CallKeeping,
  secrets: readonly (string | undefined)[],
): CallObserver {
  const redact = redactor(secrets);
  // Audio that was sent says nothing; a dozen lines of it come every second.
  return (event) =>
    invocation.format === 'ndjson' && event.kind !== 'sent'
      ? invocation.write(eventLine(event, { startedMs: keeping.startedMs, redact }))
      : undefined;
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
      speaker: SPEAKER_NAMES[speaker],
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
