import type { ScriptCondition, ScriptedTurn, VoiceScript } from './options.ts';
import type { Reply } from './replies.ts';
import { speechLikeSound } from './synthetic.ts';
import type { Turn } from './turns.ts';

/** Longest made-up sound, in seconds. */
export const MAX_SOUND_SECONDS = 600;
/** How fast a made-up sound says a text. */
const CHARACTERS_PER_SECOND = 15;
const LEAST_SECONDS = 0.3;

/** What the script says of a turn. */
export interface Scripted {
  entry: ScriptedTurn;
  /** The session ends, before or after what the entry says. */
  hangUp: 'no' | 'before' | 'after';
}

/** What the script says of turn `number` (from 1), once it is known how the user spoke. */
export function scriptedTurn(script: VoiceScript, number: number, turn: Turn): Scripted {
  if (script.match === 'when') {
    const entry = script.turns.find(({ when }) => when === undefined || fits(when, number, turn));
    return { entry: entry ?? {}, hangUp: 'no' };
  }
  return inOrder(script, number);
}

/** What the script says of turn `number` before it has ended: nothing, when it goes by how the user speaks. */
export function expectedTurn(script: VoiceScript | undefined, number: number): ScriptedTurn | undefined {
  return script === undefined || script.match === 'when' ? undefined : inOrder(script, number).entry;
}

/** The answer of an entry; undefined when the agent says nothing. */
export function scriptedReply({ answer, audio }: ScriptedTurn): Reply | undefined {
  if (answer === undefined && (audio === undefined || audio === 'none')) return undefined;
  return { text: answer ?? '', pcm: pcmOf(answer ?? '', audio) };
}

function inOrder(script: VoiceScript, number: number): Scripted {
  const { turns, then = 'repeat' } = script;
  const last = number === turns.length && then === 'hangup';
  const entry = turns[number - 1];
  if (entry !== undefined) return { entry, hangUp: last ? 'after' : 'no' };
  if (then === 'repeat') return { entry: turns[(number - 1) % turns.length] ?? {}, hangUp: 'no' };
  if (then === 'last') return { entry: turns.at(-1) ?? {}, hangUp: 'no' };
  return { entry: {}, hangUp: then === 'hangup' ? 'before' : 'no' };
}

function fits(when: ScriptCondition, number: number, turn: Turn): boolean {
  return (
    turn.speech > (when.speechLongerThan ?? Number.NEGATIVE_INFINITY) &&
    turn.speech < (when.speechShorterThan ?? Number.POSITIVE_INFINITY) &&
    turn.level > (when.louderThan ?? Number.NEGATIVE_INFINITY) &&
    (when.turn ?? number) === number
  );
}

function pcmOf(text: string, audio: ScriptedTurn['audio']): Buffer {
  if (audio === 'none') return Buffer.alloc(0);
  if (typeof audio === 'number') return speechLikeSound(audio);
  if (audio === undefined)
    return speechLikeSound(Math.max(LEAST_SECONDS, text.length / CHARACTERS_PER_SECOND));
  return Buffer.from(audio.buffer, audio.byteOffset, audio.byteLength);
}
