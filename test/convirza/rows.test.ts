import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';
import { findRows } from '../../src/convirza/envelope.ts';

const SEED = 13;
const ROWS = [{ id: 1 }, { id: 2 }];
const KEYS = [...new Set(ENDPOINTS.flatMap(({ list }) => list?.key ?? []))];

describe('findRows by a documented key', () => {
  it('knows the keys that the documentation names', () => {
    expect(KEYS).toEqual(expect.arrayContaining(['users', 'groups', 'orgUnits', 'conversation']));
  });

  it.each(KEYS)('finds the rows under %s beside any other array', (key) => {
    const data = { warnings: ['a', 'b', 'c'], [key]: ROWS, more: [{}, {}, {}, {}], total: 2 };
    expect(findRows(data, key)).toEqual({ rows: ROWS, total: 2 });
    expect(findRows({ others: [{ id: 9 }], [key]: [], total: 0 }, key)).toEqual({ rows: [], total: 0 });
  });

  it.each(KEYS)('looks elsewhere when there is no array under %s', (key) => {
    expect(findRows({ [key]: null, items: ROWS, total: 2 }, key)).toEqual({ rows: ROWS, total: 2 });
    expect(findRows({ rows: ROWS }, key)).toEqual({ rows: ROWS, total: undefined });
    expect(findRows({ page: { [key]: ROWS, others: ['x', 'y', 'z'] } }, key)?.rows).toBe(ROWS);
  });
});

describe('findRows without one', () => {
  it('takes an array as it is', () => {
    expect(findRows(ROWS)).toEqual({ rows: ROWS, total: undefined });
    expect(findRows([])).toEqual({ rows: [], total: undefined });
  });

  it('takes the one array, whatever its key and whatever it holds', () => {
    expect(findRows({ whatever: ROWS, total: 50 })).toEqual({ rows: ROWS, total: 50 });
    expect(findRows({ orgUnits: [1001, 1002] })?.rows).toEqual([1001, 1002]);
    expect(findRows({ calls: [], total: 0 })).toEqual({ rows: [], total: 0 });
  });

  it('prefers records to bare values, and of two lists of records the longer one', () => {
    expect(findRows({ columns: ['a', 'b', 'c'], calls: ROWS })?.rows).toBe(ROWS);
    expect(findRows({ a: [{ x: 1 }], b: ROWS })?.rows).toBe(ROWS);
    expect(findRows({ b: ROWS, a: [{ x: 1 }] })?.rows).toBe(ROWS);
  });

  it('looks into nested objects, and takes the total beside the rows before one above', () => {
    expect(findRows({ result: { calls: ROWS } })).toEqual({ rows: ROWS, total: undefined });
    expect(findRows({ total: 9, result: { calls: ROWS } })).toEqual({ rows: ROWS, total: 9 });
    expect(findRows({ total: 9, result: { calls: ROWS, total: 5 } })).toEqual({ rows: ROWS, total: 5 });
    expect(findRows({ meta: { took: 5 }, a: { b: { c: ROWS } } })?.rows).toBe(ROWS);
  });

  it.each([{}, { total: 3 }, { user: { id: 5 } }, null, undefined, 'text', 5, true])(
    'says that there is no list in %j',
    (data) => {
      expect(findRows(data)).toBeUndefined();
      expect(findRows(data, 'users')).toBeUndefined();
    },
  );
});

describe('the total', () => {
  it.each(['total', 'total_count', 'totalCount'])('may be named %s', (name) => {
    expect(findRows({ [name]: 7, rows: ROWS })?.total).toBe(7);
  });

  it.each(['7', 1.5, null, {}, Number.NaN])('is not %j', (total) => {
    expect(findRows({ total, rows: ROWS })?.total).toBeUndefined();
    expect(findRows({ total, total_count: 7, rows: ROWS })?.total).toBe(7);
  });

  it('is not a count, which elsewhere is that of the rows on this page: a walk would end too early', () => {
    expect(findRows({ count: 2, rows: ROWS })?.total).toBeUndefined();
  });
});

describe('whatever JSON comes', () => {
  it('the answer is rows that were in it, or undefined', () => {
    const key = fc.option(fc.constantFrom('users', 'a', 'toString', '__proto__', ''), { nil: undefined });
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), key, (value, name) => {
        const found = findRows(value, name);
        if (found === undefined) return;
        expect(Array.isArray(found.rows)).toBe(true);
        expect(JSON.stringify(value)).toContain(JSON.stringify(found.rows));
        expect(found.total === undefined || Number.isInteger(found.total)).toBe(true);
      }),
      { seed: SEED, numRuns: 1000 },
    );
  });

  it('rows under any key beside any bare values are found', () => {
    const bare = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const others = fc.dictionary(fc.string(), bare, { maxKeys: 6, noNullPrototype: true });
    const rows = fc.array(fc.record({ id: fc.integer() }), { maxLength: 5 });
    fc.assert(
      fc.property(others, fc.string(), rows, (data, key, expected) => {
        const withRows = { ...data, [key]: expected };
        expect(findRows(withRows)?.rows).toBe(expected);
        expect(findRows(withRows, key)?.rows).toBe(expected);
        expect(findRows(withRows, 'unknown key')?.rows).toBe(expected);
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('a body of 100,000 nested objects holds no list', () => {
    const text = `${'{"a":'.repeat(100_000)}[]${'}'.repeat(100_000)}`;
    expect(findRows(JSON.parse(text))).toBeUndefined();
  });
});
