/** Files of data that people write for the sandbox: YAML or JSON, every problem told with its line. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Document, LineCounter } from 'yaml';
import { readFailure } from '../audio/errors.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import type { Path } from './voice/schema.ts';

/** Larger files are nothing that a person wrote. */
const MAX_BYTES = 5_000_000;
/** Of so many problems a person is told. */
const SHOWN = 20;

/** Something wrong in a file. */
export interface Finding {
  line: number;
  text: string;
}

/** A file that was read and is well-formed; what its data means is the reader's affair. */
export class DocumentFile {
  /** The data; undefined or null for an empty file. */
  readonly value: unknown;
  /** The absolute path. */
  readonly full: string;
  readonly #path: string;
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;

  constructor(path: string, full: string, document: Document.Parsed, lines: LineCounter) {
    this.value = plainData(document, path);
    this.full = full;
    this.#path = path;
    this.#document = document;
    this.#lines = lines;
  }

  /** The line of a value, or of the nearest thing around it that is there. */
  lineOf(path: Path): number {
    const document = this.#document;
    for (let length = path.length; length > 0; length--) {
      const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
      const offset = offsetOf(parent, path[length - 1]);
      if (offset !== undefined) return this.#lines.linePos(offset).line;
    }
    return this.#lines.linePos(document.contents?.range?.[0] ?? 0).line;
  }

  /** The error that tells of all findings in this file. */
  error(findings: readonly Finding[]): CliError {
    return findingsError(this.#path, findings);
  }
}

/**
 * Reads a file of at most 5 MB.
 * @param path as messages shall name it
 * @param cwd what a relative `path` counts from
 * @param kind what such a file is called: `script`
 * @throws CliError `usage` for a file that cannot be read, is too large, or is neither YAML nor JSON
 */
export async function readDocumentFile(path: string, cwd: string, kind: string): Promise<DocumentFile> {
  const full = resolve(cwd, path);
  const { LineCounter, parseDocument, visit } = await import('yaml');
  const lines = new LineCounter();
  const text = await readText(full, path, kind);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset = 0): number => lines.linePos(offset).line;
  const broken = document.errors.map(({ message, pos }) => ({ line: at(pos[0]), text: message }));
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        broken.push({ line: at(alias.range?.[0]), text: `there is no anchor &${alias.source}` });
    },
  });
  if (broken.length > 0) throw findingsError(path, broken);
  return new DocumentFile(path, full, document, lines);
}

async function readText(full: string, path: string, kind: string): Promise<string> {
  try {
    const { size } = await stat(full);
    if (size > MAX_BYTES)
      throw new CliError('usage', `"${path}" is too large for a ${kind}: ${size} bytes.`, {
        hint: `A ${kind} has at most ${MAX_BYTES} bytes.`,
      });
    return (await readFile(full, 'utf8')).replace(/^\ufeff/, '');
  } catch (error) {
    throw error instanceof CliError ? error : readFailure(path, error);
  }
}

/** The document as data. Aliases that multiply beyond all measure are refused by the library. */
function plainData(document: Document.Parsed, path: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    const why = error instanceof Error ? withoutStop(error.message) : String(error);
    throw new CliError('usage', `"${path}" cannot be read: ${why}.`, {
      hint: 'Use fewer aliases inside of others.',
    });
  }
}

/** Where a field's name or an entry begins in the text. */
function offsetOf(parent: unknown, key: string | number | undefined): number | undefined {
  const items = (parent as { items?: unknown[] } | undefined)?.items;
  if (!Array.isArray(items)) return undefined;
  const start = (node: unknown): number | undefined => (node as { range?: number[] } | null)?.range?.[0];
  if (typeof key === 'number') return start(items[key]);
  const pair = items.find((item) => String((item as { key?: { value?: unknown } }).key?.value) === key);
  return start((pair as { key?: unknown } | undefined)?.key);
}

function findingsError(path: string, findings: readonly Finding[]): CliError {
  const sorted = [...findings].sort((a, b) => a.line - b.line);
  const said = sorted.map(({ line, text }) => `line ${line}: ${withoutStop(text)}`);
  if (said.length === 1) return new CliError('usage', `"${path}", ${said[0]}.`);
  const rest = said.length > SHOWN ? `; and ${said.length - SHOWN} more` : '';
  return new CliError('usage', `"${path}" has ${said.length} problems.`, {
    hint: `${said.slice(0, SHOWN).join('; ')}${rest}.`,
  });
}
