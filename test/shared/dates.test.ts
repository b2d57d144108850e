import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { dateZone, parseDate } from '../../src/shared/dates.ts';
import { CliError } from '../../src/shared/errors.ts';

const NOW = Date.UTC(2026, 4, 15, 13, 45, 30, 500);
const SEED = 20260515;

function refusal(text: string): CliError {
  try {
    parseDate(text, NOW);
  } catch (error) {
    if (error instanceof CliError) return error;
    throw error;
  }
  throw new Error(`${JSON.stringify(text)} was accepted`);
}

/** A point in time of the years 1 to 9998, so that no zone leads out of four-digit years. */
const moment = fc.integer({ min: Date.UTC(2000, 0, 1) - 63e12, max: Date.UTC(9998, 11, 31) });

describe('words and times ago', () => {
  it.each([
    ['now', '2026-05-15T13:45:30Z'],
    ['today', '2026-05-15T00:00:00Z'],
    ['yesterday', '2026-05-14T00:00:00Z'],
    ['  today\n', '2026-05-15T00:00:00Z'],
    ['0m', '2026-05-15T13:45:30Z'],
    ['30m', '2026-05-15T13:15:30Z'],
    ['12h', '2026-05-15T01:45:30Z'],
    ['7d', '2026-05-08T13:45:30Z'],
    ['2w', '2026-05-01T13:45:30Z'],
  ])('understands %j', (text, expected) => {
    expect(parseDate(text, NOW)).toBe(expected);
  });

  it('counts every unit from the moment given', () => {
    const units = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
    const unit = fc.constantFrom<keyof typeof units>('m', 'h', 'd', 'w');
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 5000 }), unit, (count, name) => {
        expect(Date.parse(parseDate(`${count}${name}`, NOW))).toBe(
          Math.floor((NOW - count * units[name]) / 1000) * 1000,
        );
      }),
      { seed: SEED },
    );
  });
});

describe('ISO 8601', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    ['2026-01-31T09:30', '2026-01-31T09:30:00Z'],
    ['2026-01-31T09:30:15', '2026-01-31T09:30:15Z'],
    ['2026-01-31T09:30:15.999', '2026-01-31T09:30:15Z'],
    ['2026-01-31T09:30:15.123456789Z', '2026-01-31T09:30:15Z'],
    ['2026-01-31T09:30Z', '2026-01-31T09:30:00Z'],
    ['2026-01-31T09:30+05:30', '2026-01-31T04:00:00Z'],
    ['2026-01-31T09:30+0530', '2026-01-31T04:00:00Z'],
    ['2026-01-31T23:30-05:00', '2026-02-01T04:30:00Z'],
    ['2026-01-31T24:00Z', '2026-02-01T00:00:00Z'],
    ['2024-02-29', '2024-02-29T00:00:00Z'],
    ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59Z'],
  ])('reads %s', (text, expected) => {
    expect(parseDate(text, NOW)).toBe(expected);
  });

  it('gives every date back that it made itself, with and without fractions and the Z', () => {
    fc.assert(
      fc.property(moment, (ms) => {
        const iso = new Date(ms).toISOString();
        const whole = `${iso.slice(0, 19)}Z`;
        expect(parseDate(iso, NOW)).toBe(whole);
        expect(parseDate(whole, NOW)).toBe(whole);
        expect(parseDate(iso.slice(0, -1), NOW)).toBe(whole);
        expect(parseDate(iso.slice(0, 10), NOW)).toBe(`${iso.slice(0, 10)}T00:00:00Z`);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('reads one instant in any zone as the same', () => {
    fc.assert(
      fc.property(
        moment,
        fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 }),
        fc.boolean(),
        (ms, minutes, colon) => {
          const digits = (value: number) => String(value).padStart(2, '0');
          const size = Math.abs(minutes);
          const zone = `${minutes < 0 ? '-' : '+'}${digits(Math.floor(size / 60))}${colon ? ':' : ''}${digits(size % 60)}`;
          const local = new Date(ms + minutes * 60_000).toISOString().slice(0, 19);
          expect(parseDate(local + zone, NOW)).toBe(`${new Date(ms).toISOString().slice(0, 19)}Z`);
        },
      ),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('means UTC without a zone, wherever the machine stands', () => {
    vi.stubEnv('TZ', 'America/New_York');
    try {
      expect(new Date(NOW).getTimezoneOffset()).toBe(240);
      expect(parseDate('2026-01-31', NOW)).toBe('2026-01-31T00:00:00Z');
      expect(parseDate('2026-01-31T09:30', NOW)).toBe('2026-01-31T09:30:00Z');
      expect(parseDate('2026-03-08T02:30:00', NOW)).toBe('2026-03-08T02:30:00Z');
      expect(parseDate('today', NOW)).toBe('2026-05-15T00:00:00Z');
    } finally {
      vi.unstubAllEnvs();
    }
  });
});

describe('what is no date', () => {
  it.each([
    '',
    ' ',
    'tomorrow',
    'Now',
    'soon',
    '2026',
    '2026-01',
    '2026-1-31',
    '26-01-31',
    '31.01.2026',
    '01/31/2026',
    '2026-01-31 09:30',
    '2026-01-31T',
    '2026-01-31T9:30Z',
    '2026-01-31T09Z',
    '2026-01-31T09:30z',
    '2026-01-31T09:30:60Z',
    '2026-01-31T09:60Z',
    '2026-01-31T24:01Z',
    '2026-01-31T25:00Z',
    '2026-01-31T25:00+0100',
    '2026-01-31T09:30+24:00',
    '2026-01-31T09:30+9999',
    '2026-01-31T09:30+05',
    '2026-01-31T09:30:15.1234567890Z',
    '2026-01-31Z',
    '2026-00-10',
    '2026-13-01',
    '2026-01-00',
    '2026-01-32',
    '+2026-01-31',
    '-2026-01-31',
    '2026-01-31T09:30Z; rm',
    '7',
    'd',
    '-7d',
    '1.5h',
    '7 d',
    '7D',
    '7y',
    '1234567m',
    '1767225600',
  ])('refuses %j as wrong usage and quotes it', (text) => {
    const error = refusal(text);
    expect(error.type).toBe('usage');
    expect(error.message).toBe(`${JSON.stringify(text)} is no date`);
    expect(error.hint).toContain('2026-01-31T09:30:00Z');
  });

  it('refuses exactly the days that a month does not have', () => {
    for (const year of [1900, 2000, 2024, 2026])
      for (let month = 1; month <= 12; month++) {
        const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
        for (let day = 1; day <= 31; day++) {
          const date = `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
          for (const text of [date, `${date}T12:00:00Z`, `${date}T12:00+0100`]) {
            if (day > last) expect(refusal(text).type, text).toBe('usage');
            else expect(Date.parse(parseDate(text, NOW)), text).not.toBeNaN();
          }
        }
      }
  });

  it.each(['999999w', '0000-01-01T00:00+01:00', '9999-12-31T23:30-05:00'])(
    'refuses %s, which leads out of the years that the service can read',
    (text) => {
      expect(refusal(text).type).toBe('usage');
    },
  );

  it('answers any text with a date of the one form or with a refusal', () => {
    const text = fc.oneof(
      fc.string(),
      fc.stringMatching(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?(Z|[+-]\d{2}:?\d{2})?)?$/),
    );
    fc.assert(
      fc.property(text, (value) => {
        let answer: string;
        try {
          answer = parseDate(value, NOW);
        } catch (error) {
          expect(error).toBeInstanceOf(CliError);
          return;
        }
        expect(answer).toMatch(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });
});

describe('time zones', () => {
  const winter = Date.parse('2026-01-31T23:30:00Z');
  const summer = Date.parse('2026-07-01T23:30:00Z');

  it.each([
    ['utc', '2026-01-31 23:30Z', '2026-07-01 23:30Z'],
    ['UTC', '2026-01-31 23:30Z', '2026-07-01 23:30Z'],
    ['Europe/Berlin', '2026-02-01 00:30+01:00', '2026-07-02 01:30+02:00'],
    ['america/denver', '2026-01-31 16:30-07:00', '2026-07-01 17:30-06:00'],
    ['Asia/Kathmandu', '2026-02-01 05:15+05:45', '2026-07-02 05:15+05:45'],
  ])('%s', (name, inWinter, inSummer) => {
    const zone = dateZone(name);
    expect([zone.format(winter), zone.format(summer)]).toEqual([inWinter, inSummer]);
    expect(zone.isUtc).toBe(/utc/i.test(name));
  });

  it('local is that of this machine', () => {
    const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
    const [local, named] = [dateZone('local').format(summer), dateZone(name).format(summer)];
    expect(local.slice(0, 16)).toBe(named.slice(0, 16));
  });

  it.each(['', 'Nowhere/Land', '+01:00', '1', 'Europe/Berlin; rm', 'local time'])('%j is none', (name) => {
    expect(() => dateZone(name)).toThrow(/There is no time zone/);
  });

  it('shows the ends of time in UTC where a zone would leave four-digit years', () => {
    expect(dateZone('Europe/Berlin').format(Date.parse('9999-12-31T23:59:00Z'))).toBe('9999-12-31 23:59Z');
    expect(dateZone('America/Denver').format(Date.parse('0000-01-01T00:00:00Z'))).toBe('0000-01-01 00:00Z');
  });
});
