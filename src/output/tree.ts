/** Hierarchies drawn with lines. */

export interface TreeNode {
  label: string;
  children: TreeNode[];
}

/** Draws a forest, one node a line. */
export function formatTree(roots: readonly TreeNode[]): string {
  const lines: string[] = [];
  const draw = (nodes: readonly TreeNode[], prefix: string) => {
    nodes.forEach((node, index) => {
      const last = index === nodes.length - 1;
      lines.push(`${prefix}${last ? '└── ' : '├── '}${node.label}`);
      draw(node.children, `${prefix}${last ? '    ' : '│   '}`);
    });
  };
  for (const root of roots) {
    lines.push(root.label);
    draw(root.children, '');
  }
  return lines.map((line) => `${line}\n`).join('');
}
