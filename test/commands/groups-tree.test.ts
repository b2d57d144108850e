import { describe, expect, it } from 'vitest';
import { treeOf } from '../../src/commands/groups-tree.ts';
import { formatTree } from '../../src/output/tree.ts';

const drawn = (data: unknown) => {
  const tree = treeOf(data);
  return tree === undefined ? undefined : formatTree(tree).trimEnd().split('\n');
};

const FLAT = [
  { org_unit_id: 1, org_unit_name: 'All', code: '1' },
  { org_unit_id: 2, org_unit_name: 'North', code: '1.1' },
  { org_unit_id: 3, org_unit_name: 'Oslo', code: '1.1.1' },
  { org_unit_id: 4, org_unit_name: 'South', code: '1.2' },
];
const NESTED = {
  id: 1,
  text: 'All',
  children: [
    { id: 2, text: 'North', children: [{ id: 3, text: 'Oslo', children: [] }] },
    { id: 4, text: 'South' },
  ],
};
const LINES = ['All (1)', '├── North (2)', '│   └── Oslo (3)', '└── South (4)'];

describe('the tree of groups', () => {
  it.each([
    ['a flat list with codes', FLAT],
    ['a list in an object', { total: 4, groups: FLAT }],
    ['a flat list with coded_level', FLAT.map(({ code, ...row }) => ({ ...row, coded_level: code }))],
    [
      'a flat list with levels',
      FLAT.map(({ code, ...row }) => ({ ...row, group_level: code.split('.').length })),
    ],
    [
      'a flat list with levels in words',
      FLAT.map(({ code, ...row }) => ({ ...row, group_level: String(code.length) })),
    ],
    ['one nested object', NESTED],
    ['a list of nested objects', [NESTED]],
    ['nested objects in an object', { groups: [NESTED] }],
  ])('is drawn from %s', (_, data) => {
    expect(drawn(data)).toEqual(LINES);
  });

  it('may have several roots', () => {
    expect(
      drawn([
        { name: 'A', code: '1' },
        { name: 'B', code: '2' },
      ]),
    ).toEqual(['A', 'B']);
    expect(drawn([{ name: 'A', children: [{ name: 'x' }] }, { name: 'B' }])).toEqual(['A', '└── x', 'B']);
  });

  it('hangs a group whose parent is missing under the nearest one above it', () => {
    expect(
      drawn([
        { name: 'A', code: '1' },
        { name: 'deep', code: '1.1.1.1' },
        { name: 'B', code: '1.2' },
      ]),
    ).toEqual(['A', '├── deep', '└── B']);
  });

  it('shows a group of which little is known, and one record alone', () => {
    expect(drawn([{}, { id: 7 }, { name: 'x' }])).toEqual(['(unnamed)', '(7)', 'x']);
    expect(drawn({ id: 7, name: 'only' })).toEqual(['only (7)']);
  });

  it('holds nothing that a terminal would execute', () => {
    expect(drawn([{ name: 'a\u001b[2J\r\nb\u202e', id: '\u009b31m7' }])).toEqual(['a b (7)']);
  });

  it('is empty for an empty list and none for what holds no groups', () => {
    expect(treeOf([])).toEqual([]);
    expect(treeOf([1, null, 'x'])).toEqual([]);
    for (const data of [undefined, null, 7, 'text']) expect(treeOf(data)).toBeUndefined();
  });

  it('survives children and levels of wrong types', () => {
    expect(drawn([{ name: 'A', children: [null, 7, 'x', { name: 'B', children: 'no' }] }])).toEqual([
      'A',
      '└── B',
    ]);
    expect(
      drawn([
        { name: 'A', group_level: 'x' },
        { name: 'B', group_level: null },
        { name: 'C', code: 7 },
      ]),
    ).toEqual(['A', 'B', 'C']);
  });

  it('is cut where nested objects go on for ever', () => {
    let node: Record<string, unknown> = { name: 'deepest' };
    for (let depth = 0; depth < 5_000; depth++) node = { name: String(depth), children: [node] };
    const lines = drawn(node) ?? [];
    expect(lines.length).toBeGreaterThan(60);
    expect(lines.length).toBeLessThan(70);
  });

  it('is drawn where the levels of a flat list go on for ever', () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => ({ name: `g${index}`, group_level: index }));
    const lines = drawn(rows) ?? [];
    expect(lines).toHaveLength(20_000);
    expect(lines.at(-1)).toMatch(/└── g19999$/);
  });
});
