/** What `voice bench` tells at its end: a page for a person, one record for everything else. */
import { cleanLine } from '../output/clean.ts';
import { writeRecord } from '../output/rows.ts';
import { formatRecord, formatTable } from '../output/table.ts';
import type { Invocation } from './invocation.ts';
import { MEASURES, type Tally } from './voice-bench-tally.ts';
import type { Verdict } from './voice-bench-thresholds.ts';

const TITLES = {
  handshake: 'handshake',
  first_transcript: 'begin of speech to first words',
  first_audio: 'end of speech to first audio',
  turn: 'end of speech to end of answer',
  lateness: 'lateness of our own chunks',
} as const;
const SHARES = [
  ['p50', 0.5],
  ['p90', 0.9],
  ['p99', 0.99],
  ['max', 1],
] as const;

export interface BenchResult {
  asked: number;
  /** Sessions that were begun, whether or not they ever had a connection. */
  started: number;
  seconds: number;
  connectionsPerSecond: number;
  interrupted: boolean;
  tally: Tally;
  verdicts: readonly Verdict[];
}

const round = (value: number, digits: number) => Number(value.toFixed(digits));
const orNull = (value: number | undefined, digits: number) =>
  value === undefined ? null : round(value, digits);

function record({ asked, started, tally, verdicts, ...result }: BenchResult) {
  return {
    sessions: {
      asked,
      connected: tally.connected,
      failed: tally.countOf('failed_sessions'),
      not_started: asked - started,
    },
    seconds: round(result.seconds, 3),
    connections_per_second: round(result.connectionsPerSecond, 3),
    interrupted: result.interrupted,
    turns: tally.turns,
    unanswered: tally.unanswered,
    reconnects: tally.reconnects,
    errors: tally.countOf('errors'),
    errors_by_name: tally.errors,
    sent_bytes: tally.sentBytes,
    received_bytes: tally.receivedBytes,
    sent_seconds: round(tally.sentSeconds, 3),
    received_seconds: round(tally.receivedSeconds, 3),
    real_time_ratio: { min: orNull(tally.minRatio, 5), max: orNull(tally.maxRatio, 5) },
    milliseconds: Object.fromEntries(
      MEASURES.map((name) => {
        const measure = tally.measure(name);
        const values = SHARES.map(([title, share]) => [title, orNull(measure.quantile(share), 2)]);
        return [name, { count: measure.count, ...Object.fromEntries(values) }];
      }),
    ),
    thresholds: verdicts.map(({ name, unit, limit, value, met }) => ({
      name,
      unit: unit === '' ? null : unit,
      limit,
      value: orNull(value, 2),
      met,
    })),
  };
}

export async function writeBench(invocation: Invocation, result: BenchResult): Promise<void> {
  if (invocation.format !== 'table') return writeRecord(record(result), invocation.rowsOptions());
  const { asked, started, tally, verdicts, seconds } = result;
  const { colourOut: colour, terminal } = invocation;
  const options = { colour, width: terminal.width };
  const failed = tally.countOf('failed_sessions');
  const notStarted = asked - started;
  const notes = [
    `${tally.connected} of ${asked} connected`,
    failed > 0 ? `${failed} failed` : '',
    notStarted > 0 ? `${notStarted} not started` : '',
  ];
  const minutes = (of: number, bytes: number) => `${(of / 60).toFixed(1)} min (${bytes} bytes)`;
  const facts: [string, string][] = [
    ['sessions', notes.filter((note) => note !== '').join(', ')],
    ['time', `${seconds.toFixed(1)} s${result.interrupted ? ', interrupted' : ''}`],
    ['turns', `${tally.turns} answered, ${tally.unanswered} unanswered`],
    ['audio sent', minutes(tally.sentSeconds, tally.sentBytes)],
    ['audio received', minutes(tally.receivedSeconds, tally.receivedBytes)],
    ['reconnects', String(tally.reconnects)],
    ['errors', String(tally.countOf('errors'))],
  ];
  const rows = MEASURES.map((name) => {
    const measure = tally.measure(name);
    return [
      TITLES[name],
      ...SHARES.map(([, share]) => measure.quantile(share)?.toFixed(1) ?? '-'),
      String(measure.count),
    ];
  });
  const headings = ['MILLISECONDS', ...SHARES.map(([title]) => title.toUpperCase()), 'COUNT'];
  let text = `${formatRecord(facts, options)}\n${formatTable(headings, rows, options)}`;
  if (tally.errors.length > 0) {
    const errors = tally.errors.map(({ name, count, message }) => [
      cleanLine(name),
      String(count),
      cleanLine(message),
    ]);
    text += `\n${formatTable(['ERROR', 'COUNT', 'FIRST MESSAGE'], errors, options)}`;
  }
  if (verdicts.length > 0) {
    const lines = verdicts.map(({ name, unit, limit, value, met }) => [
      name,
      value === undefined ? '-' : `${round(value, 1)} ${unit}`.trim(),
      `${limit} ${unit}`.trim(),
      met ? 'met' : 'MISSED',
    ]);
    text += `\n${formatTable(['THRESHOLD', 'VALUE', 'LIMIT', 'RESULT'], lines, options)}`;
  }
  await invocation.write(text);
}
