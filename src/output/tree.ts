/** Hierarchies drawn with lines. */

export interface TreeNode {
  label: string;
  children: TreeNode[];
}

/** Deeper nodes are not indented any further: a tree from a server may have any depth. */
const MAX_INDENT = 64 * 4;

/**
 * Draws a forest, one node a line.
 *
 * @param plain says the level of a node in words, for a screen reader
 */
export function formatTree(roots: readonly TreeNode[], plain = false): string {
  if (plain) return levels(roots);
  const lines: string[] = [];
  const waiting = roots.map((node) => ({ node, lead: '', below: '' })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, lead, below } = next;
    lines.push(`${lead}${node.label}\n`);
    const deepest = below.length >= MAX_INDENT;
    for (let index = node.children.length - 1; index >= 0; index--) {
      const child = node.children[index];
      if (child === undefined) continue;
      const last = index === node.children.length - 1;
      waiting.push({
        node: child,
        lead: `${below}${last ? '└── ' : '├── '}`,
        below: deepest ? below : `${below}${last ? '    ' : '│   '}`,
      });
    }
  }
  return lines.join('');
}

function levels(roots: readonly TreeNode[]): string {
  const lines: string[] = [];
  const waiting = roots.map((node) => ({ node, level: 1 })).reverse();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, level } = next;
    lines.push(`level ${level}: ${node.label}\n`);
    for (const child of node.children.toReversed()) waiting.push({ node: child, level: level + 1 });
  }
  return lines.join('');
}
