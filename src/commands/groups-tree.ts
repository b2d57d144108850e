/** `groups tree`: drawn from both answers that the documentation gives, a flat list with codes and nested nodes. */
import { findRows } from '../convirza/envelope.ts';
import { cellText } from '../output/cell.ts';
import { createRowSink } from '../output/rows.ts';
import { formatTree, type TreeNode } from '../output/tree.ts';
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import type { EndpointInput } from './endpoint.ts';
import type { Invocation } from './invocation.ts';
import { preview } from './request-preview.ts';

function label(node: JsonObject): string {
  const name = cellText(node['text'] ?? node['org_unit_name'] ?? node['name']);
  const id = cellText(node['org_unit_id'] ?? node['id']);
  return [name, id === '' ? '' : `(${id})`].filter((part) => part !== '').join(' ') || '(unnamed)';
}

function isNested(node: JsonObject): boolean {
  return Array.isArray(node['children']);
}

const MAX_DEPTH = 64;

function fromNested(nodes: readonly JsonObject[], depth = 0): TreeNode[] {
  if (depth > MAX_DEPTH) return [];
  return nodes.map((node) => {
    const children = Array.isArray(node['children']) ? node['children'].filter(isObject) : [];
    return { label: label(node), children: fromNested(children, depth + 1) };
  });
}

/** Depth of a flat row: the parts of its code (`1.1.1`), else its `group_level`. */
function level(node: JsonObject): number {
  const code = node['code'] ?? node['coded_level'];
  if (typeof code === 'string' && code !== '') return code.split('.').length;
  const given = Number(node['group_level'] ?? 1);
  return Number.isFinite(given) ? given : 1;
}

function fromFlat(rows: readonly JsonObject[]): TreeNode[] {
  const roots: TreeNode[] = [];
  const open: { level: number; node: TreeNode }[] = [];
  for (const row of rows) {
    const here = { level: level(row), node: { label: label(row), children: [] } };
    while (open.length > 0 && (open.at(-1)?.level ?? 0) >= here.level) open.pop();
    (open.at(-1)?.node.children ?? roots).push(here.node);
    open.push(here);
  }
  return roots;
}

/** The hierarchy in `data`, whichever of its two shapes it has. */
export function treeOf(data: unknown): TreeNode[] | undefined {
  if (isObject(data) && isNested(data)) return fromNested([data]);
  const rows = findRows(data)?.rows.filter(isObject);
  if (rows === undefined) return isObject(data) ? fromNested([data]) : undefined;
  return rows.some(isNested) ? fromNested(rows) : fromFlat(rows);
}

export async function runGroupsTree(
  invocation: Invocation,
  { endpoint, query, options }: EndpointInput,
): Promise<void> {
  const client = await invocation.client();
  if (await preview(invocation, options, client.prepare(endpoint, { query }), { signedIn: true })) return;
  // Asked for without its list shape: one of the two answers is a single nested object.
  const { list: _list, ...asRecord } = endpoint;
  const answer = await client.call(asRecord, { query, signal: invocation.ctx.signal });
  if (invocation.flags.raw === true) return invocation.write(`${answer.text}\n`);
  const tree = treeOf(answer.data);
  if (tree === undefined)
    throw new CliError('server', 'The answer holds no tree of groups', { requestId: answer.requestId });
  if (invocation.format === 'table') {
    if (tree.length === 0) invocation.say('Nothing found.');
    return invocation.write(formatTree(tree, invocation.terminal.plain));
  }
  const sink = createRowSink(invocation.rowsOptions());
  await sink.page(findRows(answer.data)?.rows ?? [answer.data]);
  await sink.end();
}
