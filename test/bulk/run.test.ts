import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ItemState, JournalEvent, Known } from '../../src/bulk/journal.ts';
import {
  type Outcome,
  type RunEvent,
  type RunJournal,
  type RunOptions,
  runBulk,
} from '../../src/bulk/run.ts';
import { CliError } from '../../src/shared/errors.ts';
import { failureOf } from '../shared/folder.ts';
import { FakeClock, settled } from './clock.ts';

/** A journal in memory, that takes a moment for each record. */
class MemoryJournal implements RunJournal {
  readonly events: JournalEvent[] = [];
  readonly #states = new Map<string, { state: ItemState; hash: string }>();
  failAfter = Number.POSITIVE_INFINITY;

  set(key: string, state: ItemState, hash = ''): this {
    this.#states.set(key, { state, hash });
    return this;
  }
  lookup(key: string, hash: string): Known {
    const known = this.#states.get(key);
    return known === undefined
      ? { state: 'new', changed: false }
      : { state: known.state, changed: known.hash !== hash };
  }
  async record(event: JournalEvent): Promise<void> {
    await settled();
    if (this.events.length >= this.failAfter) throw new CliError('usage', 'the disk is full');
    this.events.push(event);
    const doubt = event.event === 'sent' || (event.event === 'failed' && event.inDoubt);
    this.set(event.key, doubt ? 'in_doubt' : event.event === 'done' ? 'done' : 'failed', event.hash);
  }
  of(key: string): string[] {
    return this.events.filter((event) => event.key === key).map(({ event }) => event);
  }
}

const letters = (text: string) => [...text];
type Options = RunOptions<string, undefined, string>;
const run = (text: string, options: Partial<Options>) =>
  runBulk<string, string>(letters(text), {
    key: (item) => item,
    concurrency: 2,
    work: async (item) => item,
    ...options,
  });

describe('a run', () => {
  it('works on all items, so many at once, with every step in the journal', async () => {
    const journal = new MemoryJournal();
    let inside = 0;
    let most = 0;
    const work = async (item: string) => {
      expect(journal.of(item)).toEqual(['sent']);
      most = Math.max(most, ++inside);
      await settled();
      inside--;
      return item.toUpperCase();
    };
    const outcomes: string[] = [];
    const summary = await run('abcdefg', {
      concurrency: 3,
      journal,
      work,
      onOutcome: (outcome) => void outcomes.push(outcome.state === 'done' ? outcome.result : outcome.state),
    });
    expect(summary).toEqual({
      total: 7,
      done: 7,
      failed: 0,
      inDoubt: 0,
      skipped: 0,
      notStarted: 0,
      failures: [],
    });
    expect(most).toBe(3);
    expect(outcomes.sort()).toEqual(letters('ABCDEFG'));
    expect(journal.of('c')).toEqual(['sent', 'done']);
  });

  it('reads the fingerprint of an item at its turn, and not again', async () => {
    const journal = new MemoryJournal().set('a', 'done', 'hash of a').set('b', 'done', 'of another b');
    const asked: string[] = [];
    const states: string[] = [];
    const hash = async (item: string) => {
      await settled();
      asked.push(item);
      if (item === 'c') throw new CliError('usage', 'c is gone');
      return `hash of ${item}`;
    };
    const summary = await run('abcd', {
      concurrency: 1,
      journal,
      hash,
      onOutcome: ({ key, state }) => void states.push(`${key} ${state} after ${asked.length}`),
    });
    expect(states).toEqual(['a skipped after 1', 'b done after 2', 'c failed after 3', 'd done after 4']);
    expect(summary.failures).toMatchObject([{ key: 'c', error: { message: 'c is gone' } }]);
    expect(journal.of('c')).toEqual([]);
    expect(journal.events.at(-1)).toMatchObject({ key: 'd', hash: 'hash of d' });
  });

  it('of nothing ends at once, with preparation too', async () => {
    expect((await run('', {})).total).toBe(0);
    const prepare = { run: async () => undefined, concurrency: 2, ahead: 2 };
    expect((await run('', { prepare })).total).toBe(0);
  });

  it('refuses two items of one key', async () => {
    expect(await failureOf(() => run('aba', {}))).toMatchObject({
      type: 'usage',
      message: '"a" is there more than once',
    });
  });

  it('goes on after failures, and tells which are in doubt', async () => {
    const journal = new MemoryJournal();
    const error = new CliError('server', 'HTTP 500');
    const summary = await run('abcd', {
      journal,
      work: async (item) => {
        if (item === 'b') throw error;
        if (item === 'c') throw new CliError('rejected', 'taken');
        return item;
      },
      isInDoubt: (thrown) => thrown === error,
    });
    expect(summary).toMatchObject({ done: 2, failed: 1, inDoubt: 1 });
    expect(summary.failures.map(({ key, inDoubt }) => [key, inDoubt])).toEqual([
      ['b', true],
      ['c', false],
    ]);
    expect(summary.stopped).toBeUndefined();
    expect(journal.events).toContainEqual({
      key: 'b',
      hash: '',
      event: 'failed',
      error: { type: 'server', message: 'HTTP 500' },
      inDoubt: true,
    });
  });

  it('gives outcomes in order when asked to, one at a time', async () => {
    const clock = new FakeClock();
    const seen: string[] = [];
    let inside = 0;
    const ended = run('abcdef', {
      concurrency: 6,
      ordered: true,
      work: async (item) => {
        await clock.sleep(item === 'a' ? 100 : 10);
        return item;
      },
      onOutcome: async ({ key }) => {
        expect(++inside).toBe(1);
        await settled();
        inside--;
        seen.push(key);
      },
    });
    await clock.runAll();
    await ended;
    expect(seen).toEqual(letters('abcdef'));
  });

  it('tells of progress', async () => {
    const events: string[] = [];
    await run('ab', {
      concurrency: 1,
      work: async (item, _, context) => {
        context.progress(5, 10);
        context.retried('HTTP 503', 200);
        if (item === 'b') throw new Error('odd');
        return item;
      },
      onEvent: (event: RunEvent<string>) => void events.push(`${event.key} ${event.type}`),
    });
    expect(events).toEqual(
      ['a', 'b'].flatMap((key) => [
        `${key} started`,
        `${key} progress`,
        `${key} retried`,
        `${key} ${key === 'a' ? 'finished' : 'failed'}`,
      ]),
    );
  });
});

describe('stopping', () => {
  it('after a fatal error nothing starts, and what is under way ends', async () => {
    const clock = new FakeClock();
    const ended = run('abcdef', {
      concurrency: 3,
      work: async (item) => {
        await clock.sleep(item === 'b' ? 10 : 50);
        if (item === 'b') throw new CliError('auth', 'not signed in');
        return item;
      },
      isFatal: (error) => error instanceof CliError && error.type === 'auth',
    });
    await clock.runAll();
    expect(await ended).toMatchObject({
      done: 2,
      failed: 1,
      notStarted: 3,
      stopped: { why: 'fatal', error: { message: 'not signed in' } },
    });
  });

  it('by the signal gives what is under way its time, and then up', async () => {
    const clock = new FakeClock();
    const journal = new MemoryJournal();
    const stop = new AbortController();
    const reason = new CliError('interrupted', 'interrupted');
    const ended = run('abcdef', {
      concurrency: 4,
      journal,
      signal: stop.signal,
      graceMs: 1_000,
      sleep: clock.sleep,
      work: async (item, _, { signal }) => {
        if (item === 'a') await clock.sleep(900);
        else if (item === 'b') await clock.sleep(9_999_999);
        else if (item === 'c') await clock.sleep(500, signal);
        else {
          await clock.sleep(150);
          throw new CliError('rejected', 'taken');
        }
        return item;
      },
    });
    await clock.advance(100);
    stop.abort(reason);
    await clock.advance(2_000);
    const summary = await ended;
    expect(summary).toMatchObject({
      done: 1,
      failed: 1,
      inDoubt: 2,
      notStarted: 2,
      stopped: { why: 'aborted', error: reason },
    });
    expect(summary.failures.map(({ key, inDoubt }) => [key, inDoubt])).toEqual([
      ['b', true],
      ['c', true],
      ['d', false],
    ]);
    for (const key of ['a', 'b', 'c', 'd']) expect(journal.of(key)).toHaveLength(2);
    expect(journal.lookup('b', '').state).toBe('in_doubt');
    expect(journal.of('e')).toEqual([]);
    await clock.runAll();
  });

  it('before the beginning starts nothing', async () => {
    const journal = new MemoryJournal();
    expect(await run('abc', { journal, signal: AbortSignal.abort() })).toMatchObject({
      notStarted: 3,
      done: 0,
    });
    expect(journal.events).toEqual([]);
    const known = new MemoryJournal().set('a', 'done').set('b', 'in_doubt').set('c', 'failed');
    const summary = await run('abcd', { journal: known, signal: AbortSignal.abort() });
    expect(summary).toMatchObject({ skipped: 1, inDoubt: 1, notStarted: 2 });
  });

  it('between the journal and the request says that nothing was sent', async () => {
    const stop = new AbortController();
    const journal = new MemoryJournal();
    const record = journal.record.bind(journal);
    journal.record = async (event) => {
      await record(event);
      stop.abort();
    };
    const ended = run('a', { journal, signal: stop.signal, work: () => Promise.reject(new Error('worked')) });
    expect(await ended).toMatchObject({ notStarted: 1, failed: 0 });
    expect(journal.of('a')).toEqual(['sent', 'failed']);
    expect(journal.lookup('a', '').state).toBe('failed');
  });

  it('when the journal cannot be written sends nothing more', async () => {
    const journal = new MemoryJournal();
    journal.failAfter = 4;
    const worked: string[] = [];
    const summary = await run('abcdef', {
      concurrency: 1,
      journal,
      work: async (item) => {
        worked.push(item);
        return item;
      },
    });
    expect(summary).toMatchObject({
      done: 2,
      notStarted: 4,
      stopped: { why: 'journal', error: { message: 'the disk is full' } },
    });
    expect(worked).toEqual(['a', 'b']);
  });

  it.each<[string, Partial<Options>]>([
    ['onOutcome', { onOutcome: () => Promise.reject(new Error('EPIPE')) }],
    [
      'onEvent',
      {
        onEvent: () => {
          throw new Error('EPIPE');
        },
      },
    ],
    [
      'keep',
      {
        keep: () => {
          throw new Error('EPIPE');
        },
      },
    ],
    [
      'isFatal',
      {
        work: () => Promise.reject(new Error('no')),
        isFatal: () => {
          throw new Error('EPIPE');
        },
      },
    ],
  ])('when %s throws loses no item', async (_, options) => {
    const summary = await run('abcdefgh', { concurrency: 1, ...options });
    expect(summary.stopped).toMatchObject({ why: 'output', error: { message: 'EPIPE' } });
    expect(summary.done + summary.failed).toBe(1);
    expect(summary.notStarted).toBe(7);
  });
});

describe('going on', () => {
  const journal = () =>
    new MemoryJournal()
      .set('a', 'done')
      .set('b', 'failed')
      .set('c', 'in_doubt')
      .set('d', 'done', 'old')
      .set('e', 'in_doubt');

  it('skips what is done, repeats what failed or changed, and lets doubts be', async () => {
    const worked: string[] = [];
    const work = async (item: string) => {
      worked.push(item);
      return item;
    };
    const summary = await run('abcdef', { journal: journal(), work });
    expect(summary).toMatchObject({ skipped: 1, done: 3, inDoubt: 2 });
    expect(worked).toEqual(['b', 'd', 'f']);
    expect(await run('ad', { journal: journal(), changed: 'skip' })).toMatchObject({ skipped: 2 });
  });

  it('settles doubts: done, to be done, or still in doubt', async () => {
    const kept = journal().set('g', 'in_doubt');
    const outcomes: Outcome<string, string>[] = [];
    const worked: string[] = [];
    const summary = await run('ceg', {
      journal: kept,
      settle: async (item) => {
        if (item === 'g') throw new CliError('network', 'no answer');
        return item === 'c' ? 'found' : undefined;
      },
      work: async (item) => {
        worked.push(item);
        return 'made';
      },
      ordered: true,
      onOutcome: (outcome) => void outcomes.push(outcome),
    });
    expect(summary).toMatchObject({ done: 2, inDoubt: 1 });
    expect(worked).toEqual(['e']);
    expect(outcomes).toMatchObject([
      { key: 'c', state: 'done', result: 'found', settled: true },
      { key: 'e', state: 'done', result: 'made', settled: false },
      { key: 'g', state: 'in_doubt', error: { message: 'no answer' } },
    ]);
    expect(kept.of('c')).toEqual(['done']);
    expect(kept.of('e')).toEqual(['sent', 'done']);
    expect(kept.of('g')).toEqual([]);
  });
});

describe('preparing', () => {
  it('goes ahead by so many and no more, and everything prepared is released once', async () => {
    const clock = new FakeClock();
    let waiting = 0;
    let most = 0;
    const released: string[] = [];
    const ended = runBulk<string, string, string>(letters('abcdefghij'), {
      key: (item) => item,
      concurrency: 2,
      prepare: {
        concurrency: 3,
        ahead: 3,
        run: async (item) => {
          if (item === 'c') throw new CliError('usage', 'no audio');
          await clock.sleep(1);
          most = Math.max(most, ++waiting);
          return `${item}.wav`;
        },
        release: (prepared) => {
          released.push(prepared);
          if (prepared === 'a.wav') throw new Error('EBUSY');
        },
      },
      work: async (_, prepared) => {
        waiting--;
        await clock.sleep(100);
        return prepared;
      },
    });
    await clock.runAll();
    const summary = await ended;
    expect(summary).toMatchObject({ done: 9, failed: 1 });
    expect(summary.stopped).toBeUndefined();
    expect(summary.failures).toMatchObject([{ key: 'c', inDoubt: false, error: { message: 'no audio' } }]);
    expect(most).toBeLessThanOrEqual(3);
    expect(released.sort()).toEqual(letters('abdefghij').map((item) => `${item}.wav`));
  });

  it('that is interrupted leaves items that were not started, and nothing unreleased', async () => {
    const clock = new FakeClock();
    const stop = new AbortController();
    const released: string[] = [];
    const ended = runBulk<string, string, string>(letters('abcdef'), {
      key: (item) => item,
      concurrency: 1,
      signal: stop.signal,
      graceMs: 50,
      sleep: clock.sleep,
      prepare: {
        concurrency: 2,
        ahead: 2,
        run: async (item) => {
          await clock.sleep(item === 'c' ? 1_000 : 1);
          return item;
        },
        release: (prepared) => void released.push(prepared),
      },
      work: async (item, _, { signal }) => {
        await clock.sleep(item === 'a' ? 10 : 10_000, signal);
        return item;
      },
    });
    await clock.advance(100);
    stop.abort();
    await clock.advance(60);
    expect(await ended).toMatchObject({ done: 1, inDoubt: 1, notStarted: 4 });
    await clock.runAll();
    expect(released.sort()).toEqual(letters('abcd'));
  });
});

describe('no item is ever lost', () => {
  const plan = fc.record({
    before: fc.constantFrom<ItemState>('new', 'done', 'failed', 'in_doubt'),
    prepareMs: fc.nat(30),
    prepareFails: fc.boolean(),
    workMs: fc.oneof(fc.nat(50), fc.constant(5_000)),
    end: fc.constantFrom('ok', 'ok', 'ok', 'fails', 'doubt', 'fatal', 'throws'),
    heedsSignal: fc.boolean(),
  });
  const settings = fc.record({
    concurrency: fc.integer({ min: 1, max: 6 }),
    prepare: fc.option(
      fc.record({ concurrency: fc.integer({ min: 1, max: 4 }), ahead: fc.integer({ min: 1, max: 4 }) }),
    ),
    abortAt: fc.option(fc.nat(200)),
    graceMs: fc.nat(100),
    journalFails: fc.option(fc.nat(30)),
    fatalCounts: fc.boolean(),
    settles: fc.boolean(),
    ordered: fc.boolean(),
  });

  it('whatever fails, and whenever it is interrupted', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown) => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(plan, { maxLength: 14 }), settings, async (plans, setting) => {
          const clock = new FakeClock();
          const journal = new MemoryJournal();
          for (const [index, { before }] of plans.entries())
            if (before !== 'new') journal.set(`${index}`, before);
          journal.failAfter = setting.journalFails ?? Number.POSITIVE_INFINITY;
          const stop = new AbortController();
          if (setting.abortAt !== null)
            void clock.sleep(setting.abortAt).then(() => stop.abort(new Error('stop')));
          const prepared = new Map<number, number>();
          const outcomes: Outcome<number, string>[] = [];
          let working = 0;
          const ended = runBulk<number, string, number>(
            plans.map((_, index) => index),
            {
              key: String,
              concurrency: setting.concurrency,
              journal,
              signal: stop.signal,
              graceMs: setting.graceMs,
              sleep: clock.sleep,
              ordered: setting.ordered,
              isFatal: (error) => setting.fatalCounts && (error as Error).message === 'fatal',
              isInDoubt: (error) => (error as Error).message === 'doubt',
              settle: setting.settles ? async (item) => (item % 2 === 0 ? 'found' : undefined) : undefined,
              prepare:
                setting.prepare === null
                  ? undefined
                  : {
                      ...setting.prepare,
                      run: async (item) => {
                        await clock.sleep(plans[item]?.prepareMs ?? 0);
                        if (plans[item]?.prepareFails) throw new Error('unprepared');
                        prepared.set(item, (prepared.get(item) ?? 0) + 1);
                        return item;
                      },
                      release: (item) => void prepared.set(item, (prepared.get(item) ?? 0) - 1),
                    },
              work: (item, _, { signal }) => {
                const { workMs = 0, end = 'ok', heedsSignal = false } = plans[item] ?? {};
                if (end === 'throws') throw new Error('thrown at once');
                expect(++working).toBeLessThanOrEqual(setting.concurrency);
                return clock
                  .sleep(workMs, heedsSignal ? signal : undefined)
                  .finally(() => working--)
                  .then(() => {
                    if (end !== 'ok') throw new Error(end);
                    return 'made';
                  });
              },
              onOutcome: (outcome) => void outcomes.push(outcome),
            },
          );
          const summary = await clock.drive(ended);
          const { total, done, failed, inDoubt, skipped, notStarted, failures } = summary;
          expect(total).toBe(plans.length);
          expect(done + failed + inDoubt + skipped + notStarted).toBe(total);
          expect(failures).toHaveLength(failed + inDoubt);
          const order = outcomes.map(({ index }) => index);
          const all = plans.map((_, index) => index);
          expect(setting.ordered ? order : order.sort((a, b) => a - b)).toEqual(all);
          expect([...prepared.values()].filter((count) => count !== 0)).toEqual([]);
          if (setting.journalFails === null)
            for (const { key, state } of outcomes) {
              const known = journal.lookup(key, '').state;
              if (state === 'done' || state === 'failed' || state === 'in_doubt') expect(known).toBe(state);
              if (state === 'skipped') expect(known).toBe('done');
              if (state === 'not_started') expect(known).not.toBe('done');
            }
        }),
        { numRuns: 150 },
      );
      await settled();
    } finally {
      process.off('unhandledRejection', onUnhandled);
    }
    expect(unhandled).toEqual([]);
  });
});
