import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gate, type GateOptions, parseRate } from '../../src/bulk/gate.ts';
import { failureOf } from '../shared/folder.ts';
import { FakeClock } from './clock.ts';

function gateOf(options: Partial<GateOptions>, clock = new FakeClock()) {
  return { clock, gate: new Gate({ now: clock.now, sleep: clock.sleep, ...options }) };
}

/** The times at which so many requests start, all of them asked for at once. */
async function starts(gate: Gate, clock: FakeClock, count: number): Promise<number[]> {
  const times: number[] = [];
  const all = Array.from({ length: count }, () => gate.ready().then(() => times.push(clock.now())));
  await clock.runAll();
  await Promise.all(all);
  return times;
}

describe('parseRate', () => {
  it('knows seconds, minutes and hours', () => {
    expect(parseRate('10/s')).toEqual({ requests: 10, perMs: 1_000 });
    expect(parseRate(' 600 / min ')).toEqual({ requests: 600, perMs: 60_000 });
    expect(parseRate('0.5/hour')).toEqual({ requests: 0.5, perMs: 3_600_000 });
  });
  it.each(['', '10', '0/s', '-1/s', '10/day', '1e3/s'])('refuses %j', async (text) => {
    expect((await failureOf(() => parseRate(text))).type).toBe('usage');
  });
});

describe('the rate', () => {
  it('spaces requests evenly', async () => {
    const { gate, clock } = gateOf({ rate: parseRate('4/s') });
    expect(await starts(gate, clock, 5)).toEqual([0, 250, 500, 750, 1000]);
  });

  it('lets a burst go after a quiet time', async () => {
    const { gate, clock } = gateOf({ rate: parseRate('10/s'), burst: 3 });
    expect(await starts(gate, clock, 5)).toEqual([0, 0, 0, 100, 200]);
    await clock.advance(60_000);
    expect(await starts(gate, clock, 4)).toEqual([60_200, 60_200, 60_200, 60_300]);
  });

  it('is never exceeded in any window, whoever waits and gives up', async () => {
    const callers = fc.array(fc.record({ at: fc.nat(3_000), givesUp: fc.option(fc.nat(500)) }), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(
        callers,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 5 }),
        async (list, perSecond, burst) => {
          const { gate, clock } = gateOf({ rate: { requests: perSecond, perMs: 1_000 }, burst });
          const times: number[] = [];
          let settled = 0;
          for (const { at, givesUp } of list)
            void clock.sleep(at).then(async () => {
              const stop = new AbortController();
              if (givesUp !== null) void clock.sleep(givesUp).then(() => stop.abort());
              await gate.ready(stop.signal).then(
                () => times.push(clock.now()),
                () => {},
              );
              settled++;
            });
          await clock.runAll();
          expect(settled).toBe(list.length);
          for (const [index, from] of times.entries())
            for (const [offset, to] of times.slice(index).entries())
              expect(offset + 1).toBeLessThanOrEqual(burst + ((to - from) * perSecond) / 1_000 + 1e-6);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a hold', () => {
  it('holds all, and the longest wins', async () => {
    const { gate, clock } = gateOf({});
    gate.hold(500);
    gate.hold(2_000);
    gate.hold(100);
    expect(await starts(gate, clock, 3)).toEqual([2_000, 2_000, 2_000]);
  });

  it('that comes while others wait holds them too', async () => {
    const { gate, clock } = gateOf({ rate: parseRate('1/s') });
    void clock.sleep(1_500).then(() => gate.hold(3_000));
    expect(await starts(gate, clock, 4)).toEqual([0, 1_000, 4_500, 5_500]);
  });

  it('longer than a timer can be is waited for in parts', async () => {
    const { gate, clock } = gateOf({});
    gate.hold(5e9);
    expect(await starts(gate, clock, 1)).toEqual([5e9]);
    expect(clock.longest).toBe(2 ** 31 - 1);
  });

  it('is given up with the reason of the signal, and no timer stays', async () => {
    const { gate, clock } = gateOf({});
    gate.hold(60_000);
    const stop = new AbortController();
    const waiting = gate.ready(stop.signal);
    stop.abort(new Error('interrupted'));
    await expect(waiting).rejects.toThrow('interrupted');
    expect(clock.pending).toBe(0);
    const next = gate.ready();
    expect(clock.pending).toBe(1);
    await clock.runAll();
    await next;
    await expect(gate.ready(stop.signal)).rejects.toThrow('interrupted');
  });
});

describe('refusals', () => {
  it('halve the rate, which comes back by tenths of the whole', async () => {
    const { gate, clock } = gateOf({ rate: parseRate('10/s'), recoverMs: 5_000 });
    gate.refused(1_000);
    gate.refused(1_000);
    expect(gate.limits).toEqual({ concurrency: Number.POSITIVE_INFINITY, perSecond: 5, heldMs: 1_000 });
    expect(await starts(gate, clock, 3)).toEqual([1_000, 1_200, 1_400]);
    await clock.advance(4_599);
    expect(gate.limits.perSecond).toBe(5);
    await clock.advance(1);
    expect(gate.limits.perSecond).toBe(6);
    await clock.advance(100_000);
    expect(gate.limits.perSecond).toBe(10);
  });

  it('halve the places, which come back one by one', async () => {
    const { gate, clock } = gateOf({ concurrency: 8, recoverMs: 1_000 });
    const seen: number[] = [];
    for (let round = 0; round < 5; round++) {
      gate.refused();
      gate.refused();
      seen.push(gate.limits.concurrency);
      await clock.advance(1_000 - 1);
      gate.refused();
      await clock.advance(1);
    }
    expect(seen).toEqual([4, 2, 1, 1, 1]);
    await clock.advance(1_000);
    expect(gate.limits.concurrency).toBe(2);
    await clock.advance(60_000);
    expect(gate.limits.concurrency).toBe(8);
  });

  it('never leave the bounds', () => {
    const steps = fc.array(fc.record({ wait: fc.nat(20_000), refused: fc.boolean(), ms: fc.nat(5_000) }), {
      maxLength: 60,
    });
    return fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const { gate, clock } = gateOf({ rate: parseRate('20/s'), concurrency: 6, floor: 0.1 });
        for (const { wait, refused, ms } of list) {
          await clock.advance(wait);
          if (refused) gate.refused(ms);
          const { concurrency, perSecond } = gate.limits;
          expect(concurrency).toBeGreaterThanOrEqual(1);
          expect(concurrency).toBeLessThanOrEqual(6);
          expect(perSecond).toBeGreaterThanOrEqual(2 - 1e-9);
          expect(perSecond).toBeLessThanOrEqual(20 + 1e-9);
        }
      }),
      { numRuns: 50 },
    );
  });
});

describe('enter', () => {
  it('lets only so many in, in turn, and fewer after a refusal', async () => {
    const { gate, clock } = gateOf({ concurrency: 4 });
    let inside = 0;
    let most = 0;
    const order: number[] = [];
    const one = async (id: number) => {
      const leave = await gate.enter();
      order.push(id);
      most = Math.max(most, ++inside);
      await clock.sleep(10);
      inside--;
      leave();
      leave();
    };
    const first = Array.from({ length: 9 }, (_, id) => one(id));
    await clock.runAll();
    await Promise.all(first);
    expect(most).toBe(4);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    gate.refused();
    most = 0;
    const second = Array.from({ length: 5 }, (_, id) => one(id));
    await clock.runAll();
    await Promise.all(second);
    expect(most).toBe(2);
  });

  it('given up while held gives its place back', async () => {
    const { gate, clock } = gateOf({ concurrency: 1 });
    gate.hold(1_000);
    const stop = new AbortController();
    const given = gate.enter(stop.signal);
    const next = gate.enter();
    await Promise.resolve();
    stop.abort(new Error('enough'));
    await expect(given).rejects.toThrow('enough');
    await clock.runAll();
    (await next)();
    expect(clock.now()).toBe(1_000);
  });
});
