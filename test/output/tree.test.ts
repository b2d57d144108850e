import { describe, expect, it } from 'vitest';
import { formatTree, type TreeNode } from '../../src/output/tree.ts';

const node = (label: string, ...children: TreeNode[]): TreeNode => ({ label, children });

describe('a tree', () => {
  it('is drawn with lines', () => {
    const forest = [
      node('All', node('North', node('Oslo'), node('Bergen')), node('South', node('Rome', node('Centre')))),
      node('Other'),
    ];
    expect(formatTree(forest)).toBe(
      [
        'All',
        '├── North',
        '│   ├── Oslo',
        '│   └── Bergen',
        '└── South',
        '    └── Rome',
        '        └── Centre',
        'Other',
        '',
      ].join('\n'),
    );
  });

  it('says the levels in words for a screen reader', () => {
    const forest = [node('All', node('North', node('Oslo')), node('South')), node('Other')];
    expect(formatTree(forest, true)).toBe(
      'level 1: All\nlevel 2: North\nlevel 3: Oslo\nlevel 2: South\nlevel 1: Other\n',
    );
    expect(formatTree([], true)).toBe('');
  });

  it('is nothing without nodes', () => {
    expect(formatTree([])).toBe('');
  });

  it('is drawn at any depth, and at no cost that grows with the square of it', () => {
    const root = node('0');
    let at = root;
    for (let depth = 1; depth <= 50_000; depth++) {
      const child = node(String(depth));
      at.children.push(child);
      at = child;
    }
    const lines = formatTree([root]).split('\n');
    expect(lines).toHaveLength(50_002);
    expect(lines[3]).toBe('        └── 3');
    expect(lines[50_000]).toMatch(/└── 50000$/);
    expect(lines[50_000]?.length).toBeLessThan(300);
  });

  it('is drawn at any breadth, in order', () => {
    const children = Array.from({ length: 20_000 }, (_, index) => node(String(index)));
    const lines = formatTree([node('root', ...children)]).split('\n');
    expect(lines[1]).toBe('├── 0');
    expect(lines[19_999]).toBe('├── 19998');
    expect(lines[20_000]).toBe('└── 19999');
  });
});
