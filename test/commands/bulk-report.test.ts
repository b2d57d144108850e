import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/bulk/manifest.ts';
import type { RunSummary } from '../../src/bulk/run.ts';
import { BulkGate } from '../../src/commands/bulk-gate.ts';
import { fittingLine, namesInFlight, progressBar, progressLine } from '../../src/commands/bulk-progress.ts';
import {
  countsText,
  endError,
  outcomeRow,
  reasonLines,
  summaryObject,
  writeFailed,
} from '../../src/commands/bulk-report.ts';
import { doubtsPath, journalPathOf, stopsAll } from '../../src/commands/bulk-run.ts';
import { CliError } from '../../src/shared/errors.ts';

const taken = (name: string) => new CliError('rejected', `the name "${name}" is taken`);

function summaryOf(changes: Partial<RunSummary<string>> = {}): RunSummary<string> {
  return { total: 5, done: 5, failed: 0, inDoubt: 0, skipped: 0, notStarted: 0, failures: [], ...changes };
}

const failing = summaryOf({
  done: 2,
  failed: 2,
  inDoubt: 1,
  failures: [
    { item: 'a', key: 'a', index: 0, error: taken('a'), inDoubt: false },
    { item: 'b', key: 'b', index: 1, error: taken('b'), inDoubt: false },
    { item: 'c', key: 'c', index: 2, error: new CliError('network', 'no answer'), inDoubt: true },
  ],
});

const facts = { verb: 'created', reasons: [], failedTo: undefined, doubtsTo: undefined, journal: undefined };

describe('the end of a run', () => {
  it('is no error when nothing failed', () => {
    expect(endError(summaryOf(), facts)).toBeUndefined();
  });

  it('is the own error of the one item there was', () => {
    const error = taken('a');
    const failures = [{ item: 'a', key: 'a', index: 0, error, inDoubt: false }];
    expect(endError(summaryOf({ total: 1, done: 0, failed: 1, failures }), facts)).toBe(error);
  });

  it('is partial, and says where everything stands', () => {
    const error = endError(failing, {
      ...facts,
      failedTo: 'u.csv.failed.csv',
      doubtsTo: 'u.csv.in-doubt.csv',
      journal: 'u.csv.journal',
    }) as CliError;
    expect(error).toMatchObject({
      type: 'partial',
      message: '3 of 5 failed: 2 created, 2 failed, 1 in doubt',
    });
    expect(error.hint).toContain('u.csv.failed.csv');
    expect(error.hint).toContain('u.csv.in-doubt.csv');
    expect(error.hint).toContain('--retry-failed');
  });

  it('keeps the type of what stopped the run, and says how to go on', () => {
    const stopped = { why: 'aborted' as const, error: new CliError('interrupted', 'Interrupted') };
    const error = endError(summaryOf({ done: 3, notStarted: 2, stopped }), { ...facts, journal: 'j' });
    expect(error).toMatchObject({
      type: 'interrupted',
      message: 'Interrupted; 3 created, 2 not begun of 5',
      hint: 'The same command with --resume goes on.',
    });
  });

  it('passes on what is no error of ours', () => {
    const reason = new Error('gone');
    expect(endError(summaryOf({ stopped: { why: 'aborted', error: reason } }), facts)).toBe(reason);
  });

  it('groups the reasons', () => {
    expect(reasonLines(failing, (item) => `${item}.wav`)).toEqual([
      '2 × the name "…" is taken (a.wav, b.wav)',
      '1 × no answer (c.wav, in doubt)',
    ]);
  });
});

describe('what scripts get', () => {
  it('is a row for each outcome, its own fields between what became of it', () => {
    const of = { item: 'a', key: 'a', index: 0 };
    expect(outcomeRow({ ...of, state: 'done', result: 1, settled: false }, { id: 7 })).toEqual({
      outcome: 'done',
      id: 7,
      error_type: null,
      error: null,
    });
    expect(outcomeRow({ ...of, state: 'failed', error: taken('a') }, { id: 7 })).toMatchObject({
      outcome: 'failed',
      error_type: 'rejected',
      error: 'the name "a" is taken',
    });
  });

  it('is a summary whose counts add up', () => {
    expect(summaryObject(failing, { journal: 'j' })).toEqual({
      total: 5,
      done: 2,
      failed: 2,
      in_doubt: 1,
      skipped: 0,
      not_started: 0,
      stopped: null,
      failed_to: null,
      in_doubt_to: null,
      journal: 'j',
    });
    expect(countsText(failing, 'created')).toBe('2 created, 2 failed, 1 in doubt');
  });
});

describe('the manifest of what failed', () => {
  it.each(['csv', 'ndjson', 'json'])('is read back as it was, in %s', async (ending) => {
    const folder = await mkdtemp(join(tmpdir(), 'bulk-report-'));
    try {
      const path = join(folder, `failed.${ending}`);
      const values = { email: 'ann@example.com', note: 'a, "b"' };
      await writeFailed(path, [{ key: 'a', error: taken('a'), inDoubt: false, values }]);
      const { rows, problems } = readManifest(await readFile(path, 'utf8'), { name: path });
      expect(problems).toEqual([]);
      expect(rows.map((row) => ({ ...row.values }))).toEqual([values]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('has what is in doubt in a file of its own', () => {
    expect(doubtsPath('in/users.csv.failed.csv')).toBe('in/users.csv.in-doubt.csv');
    expect(doubtsPath('out.ndjson')).toBe('out.in-doubt.ndjson');
  });
});

describe('the journal of a part', () => {
  it('is its own, unless it was named', () => {
    expect(journalPathOf('u.csv.journal', {})).toBe('u.csv.journal');
    expect(journalPathOf('u.csv.journal', { shard: '2/8' })).toBe('u.csv.2-of-8.journal');
    expect(journalPathOf('u.csv.journal', { shard: '2/8', journal: 'j' })).toBe('j');
    expect(journalPathOf(undefined, { shard: '2/8' })).toBeUndefined();
  });
});

describe('progress', () => {
  it('is a bar that is full only at the end', () => {
    expect(progressBar(0.999, false)).toBe('[###################-]');
    expect(progressBar(1, true)).toBe('█'.repeat(20));
    expect(progressBar(-1, false)).toBe(`[${'-'.repeat(20)}]`);
  });

  it('is one line of what is known', () => {
    const none = { failed: 0, skipped: 0, inFlight: 0, retried: 0, heldMs: 0 };
    const pieces = { items: '12 of 340', percent: '3 %', rate: '2.3/s', left: '3 min left' };
    expect(progressLine(pieces, none)).toBe('12 of 340, 3 %, 2.3/s, 3 min left');
    expect(progressLine(pieces, { failed: 2, skipped: 1, inFlight: 4, retried: 3, heldMs: 6_500 })).toBe(
      '12 of 340, 3 %, 4 in flight, 1 left out, 2 failed, 3 sent again, 2.3/s, paused for 7 s by the service',
    );
    expect(namesInFlight(['a', 'b', 'c', 'd', 'e'])).toBe('a, b, c, 2 more');
  });
});

describe('a narrow terminal', () => {
  const none = { failed: 0, skipped: 0, inFlight: 0, retried: 0, heldMs: 0 };
  const pieces = { items: '1 of 2', percent: '5 %', bytes: '1 MB of 2 MB', rate: '2/s', byteRate: '9 kB/s' };

  it.each([
    [80, '1 of 2, 5 %, 1 MB of 2 MB, 2/s, 9 kB/s'],
    [35, '1 of 2, 5 %, 1 MB of 2 MB, 2/s'],
    [20, '1 of 2, 5 %, 2/s'],
    [5, '1 of 2, 5 %, 2/s'],
  ])('of %d columns leaves out what matters least', (columns, line) => {
    expect(fittingLine(pieces, none, columns)).toBe(line);
  });
});

describe('the gate of a run', () => {
  it('counts the first request of an item once', async () => {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const gate = new BulkGate({ clock: () => now, sleep }, { rate: '1/s', concurrency: 2 });
    const signal = new AbortController().signal;
    (await gate.enter(signal))();
    await gate.ready();
    expect(now).toBe(0);
    await gate.ready();
    expect(now).toBe(1_000);
  });

  it('holds everybody for as long as the service asks, and no longer than any retry', async () => {
    let now = 0;
    const sleep = async (ms: number) => {
      now += ms;
    };
    const gate = new BulkGate({ clock: () => now, sleep }, {});
    gate.refused(7_000);
    expect(gate.heldMs).toBe(7_000);
    await Promise.all([gate.ready(), gate.ready()]);
    expect(now).toBe(7_000);
    gate.refused(3_600_000);
    expect(gate.heldMs).toBe(60_000);
  });

  it('knows what stops everything', () => {
    expect(stopsAll(new CliError('auth', 'no'))).toBe(true);
    expect(stopsAll(new CliError('auth', 'no', { status: 403 }))).toBe(false);
    expect(stopsAll(taken('a'))).toBe(false);
  });
});
