import { describe, expect, it } from 'vitest';
import { cellText, chooseColumns, heading } from '../../src/output/cell.ts';
import { dateZone } from '../../src/shared/dates.ts';

describe('a date in another zone than UTC', () => {
  const zone = dateZone('Europe/Berlin');

  it.each([
    ['2026-01-31T09:30:00Z', '2026-01-31 10:30+01:00'],
    ['2026-07-31T22:30:59.123Z', '2026-08-01 00:30+02:00'],
    ['2026-01-31T09:30:00-07:00', '2026-01-31 17:30+01:00'],
    ['2026-13-31T09:30:00Z', '2026-13-31 09:30Z'],
    ['2026-01-31', '2026-01-31'],
  ])('%s: %s', (value, shown) => {
    expect(cellText(value, zone)).toBe(shown);
  });

  it('stays as it came where UTC is shown', () => {
    expect(cellText('2026-01-31T09:30:00-07:00', dateZone('utc'))).toBe('2026-01-31T09:30:00-07:00');
    expect(cellText('2026-01-31T09:30:00Z', dateZone('utc'))).toBe('2026-01-31 09:30Z');
  });
});

describe('a cell', () => {
  it.each([
    [null, ''],
    [undefined, ''],
    ['', ''],
    [0, '0'],
    [-1.5, '-1.5'],
    [true, 'yes'],
    [false, 'no'],
    ['text', 'text'],
    ['2026-01-31T09:30:00Z', '2026-01-31 09:30Z'],
    ['2026-01-31T09:30:59.123Z', '2026-01-31 09:30Z'],
    ['2026-01-31T09:30Z', '2026-01-31 09:30Z'],
    ['2026-01-31T09:30:00+02:00', '2026-01-31T09:30:00+02:00'],
    ['2026-01-31', '2026-01-31'],
    ['at 2026-01-31T09:30:00Z', 'at 2026-01-31T09:30:00Z'],
    [[], '[]'],
    [[1, 'a'], '[1,"a"]'],
    [{ a: { b: null } }, '{"a":{"b":null}}'],
    ['two\nlines', 'two lines'],
    ['\u001b[31mred', 'red'],
    [{ a: '\u009b31m\u202e' }, '{"a":""}'],
  ])('shows %j as %j', (value, text) => {
    expect(cellText(value)).toBe(text);
  });
});

describe('a heading', () => {
  it.each([
    ['org_unit_id', 'ORG UNIT ID'],
    ['orgUnitId', 'ORG UNIT ID'],
    ['id', 'ID'],
    ['a\u001b[31m_b', 'A B'],
  ])('of %j is %j', (key, text) => {
    expect(heading(key)).toBe(text);
  });
});

describe('columns that nobody chose', () => {
  it('are the id, the name, numbers, dates, the rest, and nested values last', () => {
    const row = {
      extra: 1,
      details: { a: 1 },
      created_on: '2026-01-01',
      phone_number: '+1',
      name: 'x',
      parent_id: 2,
      user_id: 1,
    };
    expect(chooseColumns([row])).toEqual([
      'user_id',
      'name',
      'phone_number',
      'created_on',
      'extra',
      'parent_id',
      'details',
    ]);
  });

  it('are seven at most, of all rows, those with nested values in any row last', () => {
    const rows = [
      { a: 1, b: 1, c: 1, d: 1, e: 1 },
      { a: { x: 1 }, f: 1, g: 1, h: 1, id: 1 },
    ];
    expect(chooseColumns(rows)).toEqual(['id', 'b', 'c', 'd', 'e', 'f', 'g']);
  });

  it('are none where no row has any', () => {
    expect(chooseColumns([])).toEqual([]);
    expect(chooseColumns([1, null, 'x', [], {}])).toEqual([]);
  });

  it('survive hostile names', () => {
    const row = JSON.parse('{"__proto__":1,"constructor":2,"toString":3}');
    expect(chooseColumns([row]).sort()).toEqual(['__proto__', 'constructor', 'toString']);
  });
});
