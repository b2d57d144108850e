/** Limits of `voice bench`: `first_audio.p99=1500ms`, `errors=0`. */
import { CliError } from '../shared/errors.ts';
import { parseTime } from './audio-values.ts';
import { COUNTS, type Count, MEASURES, type Measure, type Tally } from './voice-bench-tally.ts';

/** At most `limit`: milliseconds of a measure, or a number of something. */
export type Threshold = { name: string; limit: number } & (
  | { count: Count }
  | { measure: Measure; share: number }
);

/** What came of a limit; `value` is undefined where nothing was measured, which is a miss. */
export interface Verdict {
  name: string;
  unit: 'ms' | '';
  limit: number;
  value: number | undefined;
  met: boolean;
}

const HINT = `Give name=limit: ${MEASURES.join(', ')} with .p50, .p90, .p99, .max and a time (first_audio.p99=1500ms), or ${COUNTS.join(', ')} with a number (errors=0).`;

/** @throws CliError `usage` */
export function parseThreshold(text: string): Threshold {
  const wrong = (what: string) =>
    new CliError('usage', `--threshold: ${JSON.stringify(text)} ${what}`, { hint: HINT });
  const [, name = '', value = ''] = /^([^=]*)=(.*)$/.exec(text.trim()) ?? [];
  if (name === '' || value === '') throw wrong('is no limit');
  const count = COUNTS.find((known) => known === name);
  if (count !== undefined) {
    if (!/^\d{1,15}$/.test(value)) throw wrong('needs a whole number');
    return { name, count, limit: Number(value) };
  }
  const [of = '', statistic = ''] = name.split(/\.(.*)/s);
  const measure = MEASURES.find((known) => known === of);
  if (measure === undefined) throw wrong(`names nothing that is measured`);
  const percent = Number(/^p(\d{1,2}(?:\.\d{1,3})?)$/.exec(statistic)?.[1]);
  const share = statistic === 'max' ? 1 : Math.round(percent * 1_000) / 100_000;
  if (!(share > 0)) throw wrong(`needs a percentile, such as ${measure}.p99, or ${measure}.max`);
  // A bare number is seconds elsewhere and could be taken for milliseconds here.
  if (!/[a-z]$/i.test(value)) throw wrong('needs a unit: ms or s');
  return { name, measure, share, limit: parseTime('--threshold', value) * 1000 };
}

export function judge(thresholds: readonly Threshold[], tally: Tally): Verdict[] {
  return thresholds.map((threshold) => {
    const { name, limit } = threshold;
    const isCount = 'count' in threshold;
    const value = isCount
      ? tally.countOf(threshold.count)
      : tally.measure(threshold.measure).quantile(threshold.share);
    return { name, unit: isCount ? '' : 'ms', limit, value, met: value !== undefined && value <= limit };
  });
}

/** @throws CliError `threshold` that says which limits were missed, and by how much */
export function refuseMissed(verdicts: readonly Verdict[]): void {
  const missed = verdicts.filter(({ met }) => !met);
  if (missed.length === 0) return;
  const words = missed.map(({ name, unit, limit, value }) => {
    const show = (number: number) => `${unit === '' ? number : number.toFixed(1)}${unit && ` ${unit}`}`;
    if (value === undefined) return `${name} was never measured (limit ${show(limit)})`;
    return `${name} is ${show(value)}, ${show(value - limit)} over the limit of ${show(limit)}`;
  });
  throw new CliError(
    'threshold',
    `${missed.length} of ${verdicts.length} thresholds missed: ${words.join('; ')}`,
  );
}
