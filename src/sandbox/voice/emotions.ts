import type { Turn } from './turns.ts';

/** One line of `emotion_update.top_emotions` (§4). */
export interface Emotion {
  emotion: string;
  /** Whole percent; those of one update add to 100. */
  percentage: number;
  /** The same as a fraction, for readers of that form. */
  confidence: number;
}

/**
 * Three of the documented labels, the strongest first. The sandbox hears no emotions: the same loudness, liveliness
 * and length always give the same answer, so that tests can rely on it.
 */
export function emotionsOf(turn: Turn): Emotion[] {
  const loud = within((turn.level + 30) / 25);
  const lively = within(turn.variation / 10);
  const long = within(turn.speech / 10);
  const scores: [emotion: string, score: number][] = [
    ['neutral', 5],
    ['joy', 1 + 3 * lively + 2 * loud],
    ['sadness', 1 + 4 * (1 - loud) * (1 - lively)],
    ['anger', 6 * loud * (1 - lively)],
    ['surprise', 4 * (1 - long) * lively],
    ['confusion', 3 * long],
  ];
  const top = scores.sort((a, b) => b[1] - a[1]).slice(0, 3);
  const total = top.reduce((sum, [, score]) => sum + score, 0);
  const percentages = top.map(([, score]) => Math.floor((100 * score) / total));
  const rest = 100 - percentages.reduce((sum, percentage) => sum + percentage, 0);
  return top.map(([emotion], i) => {
    const percentage = (percentages[i] ?? 0) + (i === 0 ? rest : 0);
    return { emotion, percentage, confidence: percentage / 100 };
  });
}

function within(value: number): number {
  return Math.min(1, Math.max(0, value));
}
