import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RawAnswer } from '../../src/convirza/envelope.ts';
import {
  DEFAULT_RETRY,
  isInDoubt,
  mayRetry,
  type RetryPolicy,
  retryDelayMs,
} from '../../src/convirza/retry.ts';
import { TransportError } from '../../src/convirza/transport-error.ts';
import { CliError, type ErrorType, EXIT_CODES } from '../../src/shared/errors.ts';
import { retryAfterMs } from '../../src/shared/wait.ts';

const NOW = Date.UTC(2026, 4, 15, 12);
const SEED = 17;

const answer = (status: number): RawAnswer => ({
  status,
  headers: {},
  text: '',
  endpoint: '',
  timestamp: '',
});
const lost = (sent: boolean, passing = true) =>
  new TransportError('x', { sent, passing, endpoint: '', timestamp: '', cause: undefined });

describe('mayRetry', () => {
  it('decides by every status and whether the request may be repeated', () => {
    const passing = [502, 503, 504];
    for (let status = 200; status < 600; status++) {
      expect(mayRetry(answer(status), true), `${status} repeatable`).toBe(
        status === 429 || passing.includes(status),
      );
      expect(mayRetry(answer(status), false), `${status} not repeatable`).toBe(status === 429);
    }
  });

  it.each([
    // sent, passing, repeatable, may be sent again
    [false, true, false, true],
    [false, true, true, true],
    [true, true, true, true],
    [true, true, false, false],
    [false, false, true, false],
    [false, false, false, false],
    [true, false, true, false],
    [true, false, false, false],
  ])(
    'after a failure on the way (sent %s, passing %s, repeatable %s): %s',
    (sent, passing, repeatable, may) => {
      expect(mayRetry(lost(sent, passing), repeatable)).toBe(may);
    },
  );
});

describe('isInDoubt', () => {
  it('is a request that was sent and not answered', () => {
    expect(isInDoubt(lost(true))).toBe(true);
    expect(isInDoubt(lost(false))).toBe(false);
  });

  it('is a failure inside the service, and no other error type', () => {
    for (const type of Object.keys(EXIT_CODES) as ErrorType[])
      expect(isInDoubt(new CliError(type, 'x')), type).toBe(type === 'server');
  });

  it('is an answer of 200 or 500 that cannot be read, but not a redirect, which took no effect', () => {
    for (const status of [200, 201, 500, 502, 503, 504])
      expect(isInDoubt(new CliError('server', 'x', { status })), String(status)).toBe(true);
    for (const status of [301, 302, 303, 307, 308])
      expect(isInDoubt(new CliError('server', 'x', { status })), String(status)).toBe(false);
  });

  it('is what an error says more about: a look-up that failed as well', () => {
    expect(isInDoubt(new CliError('network', 'x', { cause: lost(true) }))).toBe(true);
    expect(isInDoubt(new CliError('network', 'x', { cause: lost(false) }))).toBe(false);
    expect(isInDoubt(new CliError('rejected', 'x', { cause: lost(true) }))).toBe(false);
  });

  it('is no bug of ours', () => {
    for (const thrown of [new Error('x'), 'x', undefined, { type: 'server' }])
      expect(isInDoubt(thrown)).toBe(false);
  });
});

describe('retryAfterMs', () => {
  it.each([
    ['0', 0],
    ['7', 7_000],
    [' 120 ', 120_000],
    ['Fri, 15 May 2026 12:00:30 GMT', 30_000],
    ['Fri, 15 May 2026 11:00:00 GMT', 0],
    ['99999999999999999999', 1e23],
  ])('reads %j as %j ms', (header, expected) => {
    expect(retryAfterMs(header, NOW)).toBe(expected);
  });

  it.each([
    undefined,
    '',
    ' ',
    'soon',
    'NaN',
    '7s',
    '0x10',
    'in 2099',
    '120, 120',
    'Sun Nov  6 08:49:37 2094',
    '1.5',
    '-7',
  ])('ignores %j', (header) => {
    expect(retryAfterMs(header, NOW)).toBeUndefined();
  });

  it('makes of any header no pause or one that can be waited for', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const ms = retryAfterMs(header, NOW);
        if (ms !== undefined) expect(ms).toBeGreaterThanOrEqual(0);
        const delay = retryDelayMs(0, DEFAULT_RETRY, 0.5, ms);
        expect(delay).toBeLessThanOrEqual(DEFAULT_RETRY.maxDelayMs);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });
});

describe('retryDelayMs', () => {
  const policy: RetryPolicy = { retries: 5, baseDelayMs: 500, maxDelayMs: 60_000 };

  it('doubles, with jitter between half and whole, up to the cap', () => {
    expect([0, 1, 2, 6, 7, 50].map((attempt) => retryDelayMs(attempt, policy, 0))).toEqual([
      250, 500, 1000, 16_000, 30_000, 30_000,
    ]);
    expect(retryDelayMs(0, policy, 0.5)).toBe(375);
    expect(retryDelayMs(1, policy, 0.999_999)).toBeCloseTo(1000, 2);
  });

  it('waits as long as the service asks, if that is more, and never longer than the cap', () => {
    expect(retryDelayMs(0, policy, 0, 7_000)).toBe(7_000);
    expect(retryDelayMs(0, policy, 0, 1)).toBe(250);
    expect(retryDelayMs(0, policy, 0, 3_600_000)).toBe(60_000);
    expect(retryDelayMs(0, policy, 0, Number.POSITIVE_INFINITY)).toBe(60_000);
  });

  it('stays within its bounds for every policy, attempt and chance', () => {
    const policies = fc.record({
      retries: fc.nat(20),
      baseDelayMs: fc.integer({ min: 0, max: 60_000 }),
      maxDelayMs: fc.integer({ min: 0, max: 120_000 }),
    });
    const asked = fc.option(fc.double({ min: 0, noNaN: true }), { nil: undefined });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(policies, fc.nat(100), chance, asked, (given, attempt, random, askedMs) => {
        const delay = retryDelayMs(attempt, given, random, askedMs);
        const step = Math.min(given.baseDelayMs * 2 ** attempt, given.maxDelayMs);
        expect(delay).toBeGreaterThanOrEqual(Math.min(Math.max(step / 2, askedMs ?? 0), given.maxDelayMs));
        expect(delay).toBeLessThanOrEqual(given.maxDelayMs);
        if (askedMs === undefined) expect(delay).toBeLessThanOrEqual(step);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('the policy that ships gives up after three and a half seconds of pauses', () => {
    const longest = Array.from({ length: DEFAULT_RETRY.retries }, (_, attempt) =>
      retryDelayMs(attempt, DEFAULT_RETRY, 1),
    );
    expect(longest).toEqual([500, 1000, 2000]);
  });
});
