import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flagName, optionKey, parseParam, valueName } from '../../src/commands/params.ts';
import type { Param } from '../../src/convirza/catalogue/types.ts';

const NOW = Date.parse('2026-03-10T12:34:56.789Z');

const param = (more: Partial<Param> = {}): Param => ({
  name: 'field',
  type: 'string',
  description: 'a field',
  ...more,
});
const parse = (more: Partial<Param>, text: string, previous?: readonly string[]) =>
  parseParam(param(more), text, NOW, previous);

describe('the names of a parameter', () => {
  it.each([
    ['org_unit_id', 'org-unit-id', 'orgUnitId'],
    ['limit', 'limit', 'limit'],
    ['address_2', 'address-2', 'address2'],
    ['sortBy', 'sortBy', 'sortBy'],
  ])('%s is the flag --%s, which commander keeps as %s', (name, flag, key) => {
    expect(flagName({ name })).toBe(flag);
    expect(optionKey({ name })).toBe(key);
  });

  it.each<[Partial<Param>, string]>([
    [{}, 'text'],
    [{ type: 'integer' }, 'integer'],
    [{ type: 'date' }, 'date'],
    [{ values: ['desc', 'asc'] }, 'desc|asc'],
    [{ values: ['Admin', 'Standard', 'ReadOnly'] }, 'value'],
    [{ multiple: true }, 'list'],
    [{ multiple: true, values: ['a', 'b'] }, 'list'],
  ])('%j stands as <%s> in help', (more, name) => {
    expect(valueName(param(more))).toBe(name);
  });
});

describe('a text', () => {
  it('is taken as it is', () => {
    for (const text of ['', ' x ', 'a,b', '{"a":1}', '-', '日本']) expect(parse({}, text)).toBe(text);
  });

  it('may be as long as the service allows, counted in characters', () => {
    expect(parse({ maxLength: 3 }, 'abc')).toBe('abc');
    expect(parse({ maxLength: 3 }, '👍👍👍')).toBe('👍👍👍');
    expect(() => parse({ maxLength: 3 }, 'abcd')).toThrow('It may have at most 3 characters.');
  });
});

describe('a whole number', () => {
  const integer = { type: 'integer', min: -5, max: 100 } as const;

  it.each([
    ['0', 0],
    ['100', 100],
    ['-5', -5],
    ['+7', 7],
    [' 7 ', 7],
    ['007', 7],
  ])('%j is %i', (text, value) => {
    expect(parse(integer, text)).toBe(value);
  });

  it.each(['', ' ', 'x', '1.5', '1e3', '0x10', '1_000', '1,000', 'NaN', 'Infinity', '--1', '٣', '1 2'])(
    '%j is none',
    (text) => {
      expect(() => parse(integer, text)).toThrow('It must be a whole number.');
    },
  );

  it('has limits', () => {
    expect(() => parse(integer, '-6')).toThrow('It must be at least -5.');
    expect(() => parse(integer, '101')).toThrow('It must be at most 100.');
    expect(parse({ type: 'integer' }, '-999999')).toBe(-999_999);
  });

  it('is never one that JavaScript would round', () => {
    expect(parse({ type: 'integer' }, '9007199254740991')).toBe(9_007_199_254_740_991);
    expect(() => parse({ type: 'integer' }, '9007199254740993')).toThrow('whole number');
    expect(() => parse({ type: 'integer' }, '9'.repeat(400))).toThrow('whole number');
  });

  it('comes back for every number in the limits', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(parse({ type: 'integer' }, String(value))).toBe(value);
      }),
      { seed: 91, numRuns: 200 },
    );
  });
});

describe('a date', () => {
  it.each([
    ['2026-01-31', '2026-01-31T00:00:00Z'],
    ['2026-01-31T09:30:00Z', '2026-01-31T09:30:00Z'],
    ['2026-01-31T09:30:00+02:00', '2026-01-31T07:30:00Z'],
    ['today', '2026-03-10T00:00:00Z'],
    ['yesterday', '2026-03-09T00:00:00Z'],
    ['now', '2026-03-10T12:34:56Z'],
    ['12h', '2026-03-10T00:34:56Z'],
    ['7d', '2026-03-03T12:34:56Z'],
  ])('%s is %s', (text, date) => {
    expect(parse({ type: 'date' }, text)).toBe(date);
  });

  it.each(['', 'x', '2026-02-30', '2026-13-01', '31.01.2026', '7', '7y', '-7d'])('%j is none', (text) => {
    expect(() => parse({ type: 'date' }, text)).toThrow(/^Give 2026-01-31/);
  });
});

describe('one of some values', () => {
  const role = { values: ['Admin', 'Standard', 'ReadOnly'] };

  it.each([
    ['Admin', 'Admin'],
    ['admin', 'Admin'],
    ['READONLY', 'ReadOnly'],
    [' standard ', 'Standard'],
  ])('%j is %s', (text, value) => {
    expect(parse(role, text)).toBe(value);
  });

  it.each(['', 'root', 'Admin,Standard', 'constructor'])('%j is none of them', (text) => {
    expect(() => parse(role, text)).toThrow('It must be one of: Admin, Standard, ReadOnly.');
  });
});

describe('a list', () => {
  const list = { multiple: true, values: ['ANSWERED', 'NO ANSWER', 'BUSY'] } as const;

  it.each([
    ['BUSY', ['BUSY']],
    ['busy,answered', ['BUSY', 'ANSWERED']],
    [' busy , no answer ', ['BUSY', 'NO ANSWER']],
    ['busy,,', ['BUSY']],
  ])('%j is %j', (text, values) => {
    expect(parse(list, text)).toEqual(values);
  });

  it('grows with each flag and leaves what was there alone', () => {
    const before = ['BUSY'];
    expect(parse(list, 'answered', before)).toEqual(['BUSY', 'ANSWERED']);
    expect(before).toEqual(['BUSY']);
  });

  it('checks every value', () => {
    expect(() => parse(list, 'busy,gone')).toThrow('It must be one of: ANSWERED, NO ANSWER, BUSY.');
  });

  it('may be of any texts', () => {
    expect(parse({ multiple: true }, 'a, b,c d')).toEqual(['a', 'b', 'c d']);
  });
});
