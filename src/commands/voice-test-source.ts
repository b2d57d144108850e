/** A scenario's text as a tree of values that know where they stand. JSON is read as the YAML that it is. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A value; `at` is its offset in the text, in UTF-16 units. */
export type Located = { at: number } & (
  | { kind: 'scalar'; value: string | number | boolean | null }
  | { kind: 'list'; items: Located[] }
  | { kind: 'map'; entries: LocatedEntry[] }
  /** What could not be read, and was reported. */
  | { kind: 'broken' }
);

export interface LocatedEntry {
  key: string;
  /** Of the key. */
  at: number;
  value: Located;
}

/** Told of what is wrong at an offset. */
export type Report = (at: number, message: string) => void;

export interface Source {
  /** Undefined where the text is no YAML at all. */
  root: Located | undefined;
  /** The place of an offset; both count from 1. */
  place: (at: number) => { line: number; column: number };
}

/** Aliases are written out: few lines could stand for more values than there is memory. */
const MOST_VALUES = 20_000;
const MOST_DEEP = 50;

/** Reads text. What is no YAML, or no plain data, goes to `report`. */
export function readSource(text: string, report: Report): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const place = (at: number) => {
    const { line, col } = lines.linePos(at);
    return { line: Math.max(1, line), column: Math.max(1, col) };
  };
  for (const { code, message, pos } of [...document.errors, ...document.warnings])
    report(pos[0], wordsOf(code, message));
  if (document.errors.length > 0) return { root: undefined, place };
  let values = 0;
  const locate = (given: unknown, at: number, depth: number): Located => {
    let node = given as Node | null | undefined;
    const start = node?.range?.[0] ?? at;
    if (isAlias(node)) {
      const { source } = node;
      node = node.resolve(document);
      if (node === undefined) {
        report(start, `there is no anchor &${source} before the alias *${source}`);
        return { at: start, kind: 'broken' };
      }
    }
    if (++values === MOST_VALUES) report(start, `there are more than ${MOST_VALUES} values in it`);
    if (depth === MOST_DEEP) report(start, 'it is nested too deep, or an alias refers to itself');
    if (values >= MOST_VALUES || depth >= MOST_DEEP) {
      values = MOST_VALUES;
      return { at: start, kind: 'broken' };
    }
    if (isSeq(node)) {
      return { at: start, kind: 'list', items: node.items.map((item) => locate(item, start, depth + 1)) };
    }
    if (isMap(node)) {
      const entries: LocatedEntry[] = [];
      for (const { key, value } of node.items) {
        const keyAt = (key as Node | null)?.range?.[0] ?? start;
        if (!isScalar(key)) report(keyAt, 'a key must be a plain word');
        else {
          const located = locate(value, key.range?.[1] ?? keyAt, depth + 1);
          entries.push({ key: String(key.value), at: keyAt, value: located });
        }
      }
      return { at: start, kind: 'map', entries };
    }
    const value = isScalar(node) ? node.value : null;
    if (
      typeof value === 'string' ||
      typeof value === 'number' ||
      typeof value === 'boolean' ||
      value === null
    )
      return { at: start, kind: 'scalar', value };
    report(start, 'this kind of value has no meaning here');
    return { at: start, kind: 'broken' };
  };
  return { root: locate(document.contents, 0, 0), place };
}

function wordsOf(code: string, message: string): string {
  if (code === 'MULTIPLE_DOCS') return 'a file holds one scenario: there is a second document here';
  if (code === 'DUPLICATE_KEY') return 'this key stands here twice';
  const text = message.replace(/\s*\n[\s\S]*/, '').replace(/[.:]$/, '');
  return `no valid YAML: ${text}`;
}
