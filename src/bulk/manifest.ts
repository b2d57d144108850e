/** Manifests: rows out of CSV, JSON, NDJSON or plain lines, with every problem of every row. */
import { CliError } from '../shared/errors.ts';
import { isObject, parseJson } from '../shared/json.ts';
import { detectDelimiter, parseCsv, unguard } from './csv.ts';
import { readJson, readNdjson } from './manifest-json.ts';
import {
  emptyValues,
  isNote,
  type Manifest,
  type ManifestFormat,
  type ManifestProblem,
  type ManifestRow,
  wrongName,
} from './manifest-row.ts';

export type {
  Manifest,
  ManifestFormat,
  ManifestProblem,
  ManifestRow,
  ManifestValues,
} from './manifest-row.ts';
export { columnsOf, writeManifest } from './manifest-write.ts';

export interface ManifestOptions {
  /** Name of the file; its ending decides the format. */
  name?: string | undefined;
  /** Decides the format by itself. */
  format?: ManifestFormat | undefined;
  /** Field that plain lines, and text and numbers in a JSON list, are the values of. `id` without it. */
  column?: string | undefined;
  /** Fields that are known: text of one column is CSV when it begins with one of them, else plain lines. */
  known?: readonly string[] | undefined;
}

const MAX_MANIFEST_BYTES = 64 * 1024 * 1024;

/**
 * The text of a manifest's bytes: UTF-8, or UTF-16 with its byte order mark as spreadsheets write it.
 *
 * @throws CliError `usage` when it is neither, or larger than 64 MB
 */
export function decodeManifest(bytes: Uint8Array, name: string): string {
  if (bytes.length > MAX_MANIFEST_BYTES) throw new CliError('usage', `${name} is larger than 64 MB`);
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (error) {
    throw new CliError('usage', `${name} is no text in UTF-8`, {
      hint: 'Save it as UTF-8; a spreadsheet calls that "CSV UTF-8".',
      cause: error,
    });
  }
}

/** The format that the ending of a file name stands for. */
export function formatOfName(name: string): ManifestFormat | undefined {
  const ending = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const formats: Readonly<Record<string, ManifestFormat>> = {
    csv: 'csv',
    tsv: 'csv',
    json: 'json',
    ndjson: 'ndjson',
    jsonl: 'ndjson',
    txt: 'lines',
  };
  return Object.hasOwn(formats, ending) ? formats[ending] : undefined;
}

/** The format that text seems to be in. */
function formatOfText(text: string, known: readonly string[]): ManifestFormat {
  const begin = text.trimStart();
  if (begin.startsWith('[')) return 'json';
  const first = /^[^\r\n]*/.exec(begin)?.[0] ?? '';
  if (begin.startsWith('{')) {
    const object = parseJson(first)?.value;
    if (object === undefined) return 'json';
    const alone = begin.slice(first.length).trim() === '';
    return alone && isObject(object) && Object.values(object).some(Array.isArray) ? 'json' : 'ndjson';
  }
  if (first.startsWith('#')) return 'lines';
  return /[,;\t]/.test(first) || known.includes(first.replace(/^"(.*)"$/, '$1').trim()) ? 'csv' : 'lines';
}

/** Reads a whole manifest. What is wrong with it stands in `problems`: see `refuseProblems`. */
export function readManifest(source: string, options: ManifestOptions = {}): Manifest {
  const text = source.replace(/^\ufeff/, '');
  const { name = '', column = 'id', known = [] } = options;
  const format = options.format ?? formatOfName(name) ?? formatOfText(text, known);
  switch (format) {
    case 'csv':
      return readCsv(text, /\.tsv$/i.test(name));
    case 'json':
      return readJson(text, column);
    case 'ndjson':
      return readNdjson(text);
    case 'lines':
      return readLines(text, column);
  }
}

function readLines(text: string, column: string): Manifest {
  const rows: ManifestRow[] = [];
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const value = line.trim();
    if (value === '' || value.startsWith('#')) continue;
    const values = emptyValues();
    values[column] = value;
    rows.push({ number: index + 1, values });
  }
  return { format: 'lines', unit: 'line', columns: [column], rows, problems: [] };
}

function readCsv(text: string, tabs: boolean): Manifest {
  // A spreadsheet's own way to say the delimiter.
  const separator = /^sep=([,;\t])(?:\r\n|\r|\n)/i.exec(text);
  const body = separator === null ? text : text.slice(separator[0].length);
  const delimiter = tabs ? '\t' : ((separator?.[1] as ',' | ';' | '\t' | undefined) ?? detectDelimiter(body));
  const [header, ...records] = parseCsv(body, delimiter, separator === null ? 1 : 2);
  const manifest: Manifest = { format: 'csv', unit: 'line', columns: [], rows: [], problems: [] };
  if (header === undefined) return manifest;
  const names = header.cells.map((cell, index) => unguard(header.quoted[index] ? cell : cell.trim()));
  manifest.problems = headerProblems(names, header.line, header.problem);
  // Without trustworthy names the rows say nothing.
  if (manifest.problems.length > 0) return manifest;
  manifest.columns = names.filter((name) => !isNote(name));
  for (const { line, cells, problem } of records) {
    const message =
      problem ??
      (cells.length > names.length
        ? `it has ${cells.length} cells, and the header has ${names.length}`
        : undefined);
    if (message !== undefined) {
      manifest.problems.push({ number: line, message });
      continue;
    }
    // A spreadsheet exports rows that were emptied as nothing but delimiters.
    if (cells.every((cell) => cell === '')) continue;
    const values = emptyValues();
    for (const [index, cell] of cells.entries()) {
      const name = names[index];
      if (name !== undefined && cell !== '' && !isNote(name)) values[name] = unguard(cell);
    }
    manifest.rows.push({ number: line, values });
  }
  return manifest;
}

function headerProblems(
  names: readonly string[],
  number: number,
  problem: string | undefined,
): ManifestProblem[] {
  const messages = problem === undefined ? [] : [problem];
  const seen = new Set<string>();
  const twice = new Set<string>();
  for (const [index, name] of names.entries()) {
    const wrong = name === '' ? `column ${index + 1} has no name` : wrongName(name);
    if (wrong !== undefined) messages.push(wrong);
    else if (seen.has(name)) twice.add(name);
    seen.add(name);
  }
  for (const name of twice) messages.push(`the column ${JSON.stringify(name)} is there more than once`);
  return messages.map((message) => ({ number, message }));
}

/** `line 7`, or `entry 7` of a JSON list. */
export function placeOf(manifest: Pick<Manifest, 'unit'>, number: number): string {
  return `${manifest.unit} ${number}`;
}

const MAX_SHOWN = 20;

/**
 * One error for all problems, those that the caller found in the values among them.
 *
 * @param name of the manifest, for the message
 * @returns undefined when there are none
 */
export function problemsError(
  manifest: Pick<Manifest, 'unit'>,
  problems: readonly ManifestProblem[],
  name: string,
): CliError | undefined {
  const [first] = problems;
  if (first === undefined) return undefined;
  const say = ({ number, message }: ManifestProblem) =>
    number === 0 ? message : `${placeOf(manifest, number)}: ${message}`;
  if (problems.length === 1) return new CliError('usage', `${name}: ${say(first)}`);
  const sorted = [...problems].sort((a, b) => a.number - b.number);
  const shown = sorted.slice(0, MAX_SHOWN).map(say);
  if (sorted.length > MAX_SHOWN) shown.push(`and ${sorted.length - MAX_SHOWN} more`);
  return new CliError('usage', `${name} has ${problems.length} problems, so nothing was done`, {
    hint: `${shown.join('; ')}.`,
  });
}

/** @throws CliError `usage` that lists the problems, if there are any */
export function refuseProblems(manifest: Manifest, name: string): void {
  const error = problemsError(manifest, manifest.problems, name);
  if (error !== undefined) throw error;
}
