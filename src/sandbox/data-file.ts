/** Files that people write for the sandbox, YAML or JSON: read with the line of everything in them. */
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Document, LineCounter } from 'yaml';
import { readFailure } from '../audio/errors.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import type { Path } from './voice/schema.ts';

/** Of so many problems a person is told. */
const SHOWN = 20;

/** Something wrong in a file. */
export interface Finding {
  line: number;
  text: string;
}

/** What a file holds. */
export interface DataFile {
  value: unknown;
  /** The line of a value, or of the nearest thing around it that is there. */
  lineOf(path: Path): number;
}

export interface DataFileOptions {
  /** What the file is, for messages: `script`. */
  kind: string;
  maxBytes: number;
}

/**
 * Reads a file.
 *
 * @param path as messages shall name it
 * @param cwd what a relative `path` counts from
 * @throws CliError `usage`: it cannot be read, is too large, or is neither YAML nor JSON; tells every place
 */
export async function readDataFile(path: string, cwd: string, options: DataFileOptions): Promise<DataFile> {
  return parseData(await readText(resolve(cwd, path), path, options), path);
}

/** Reads a text that is already there, such as standard input; as `readDataFile`. */
export async function parseData(text: string, path: string): Promise<DataFile> {
  const { LineCounter, parseDocument, visit } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(text.replace(/^\ufeff/, ''), { lineCounter: lines, prettyErrors: false });
  const at = (offset = 0): number => lines.linePos(offset).line;
  const broken = document.errors.map(({ message, pos }) => ({ line: at(pos[0]), text: message }));
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        broken.push({ line: at(alias.range?.[0]), text: `there is no anchor &${alias.source}` });
    },
  });
  if (broken.length > 0) throw dataFileError(path, broken);
  return {
    value: plainData(document, path),
    lineOf: (place) => lineOf(document, lines, place),
  };
}

async function readText(full: string, path: string, { kind, maxBytes }: DataFileOptions): Promise<string> {
  try {
    const { size } = await stat(full);
    if (size > maxBytes)
      throw new CliError('usage', `"${path}" is too large for a ${kind}: ${size} bytes.`, {
        hint: `A ${kind} has at most ${maxBytes} bytes.`,
      });
    return await readFile(full, 'utf8');
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

function lineOf(document: Document.Parsed, lines: LineCounter, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const parent = document.getIn(path.slice(0, length - 1), true) ?? document.contents;
    const key = path[length - 1];
    const offset = offsetOf(parent, key);
    if (offset !== undefined) return lines.linePos(offset).line;
  }
  return lines.linePos(document.contents?.range?.[0] ?? 0).line;
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

/** All that is wrong with a file, as one error of the type `usage`. */
export function dataFileError(path: string, findings: readonly Finding[]): CliError {
  const sorted = [...findings].sort((a, b) => a.line - b.line);
  const said = sorted.map(({ line, text }) => `line ${line}: ${withoutStop(text)}`);
  if (said.length === 1) return new CliError('usage', `"${path}", ${said[0]}.`);
  const rest = said.length > SHOWN ? `; and ${said.length - SHOWN} more` : '';
  return new CliError('usage', `"${path}" has ${said.length} problems.`, {
    hint: `${said.slice(0, SHOWN).join('; ')}${rest}.`,
  });
}
