/** Manifests in JSON and NDJSON. */
import { isObject, type JsonObject, parseJson } from '../shared/json.ts';
import {
  emptyValues,
  isNote,
  type Manifest,
  type ManifestProblem,
  type ManifestValues,
  wrongName,
} from './manifest-row.ts';

/** How Node.js quotes the ten characters on both sides of what it does not expect. */
const QUOTED = /, \.\.\."([\s\S]{11,})"(?:\.\.\.)? is not valid JSON$/;

/** Where the text stops being JSON, where the message tells it. */
function syntaxPosition(text: string, message: string): number | undefined {
  if (message.startsWith('Unexpected end')) return text.trimEnd().length;
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position !== undefined) return Number(position);
  const snippet = QUOTED.exec(message)?.[1];
  if (snippet === undefined) return undefined;
  const at = text.indexOf(snippet);
  return at >= 0 && text.indexOf(snippet, at + 1) < 0 ? at + 10 : undefined;
}

function syntaxProblem(text: string): ManifestProblem {
  let position: number | undefined;
  try {
    JSON.parse(text);
  } catch (error) {
    position = syntaxPosition(text, (error as Error).message);
  }
  if (position === undefined) return { number: 0, message: 'it is no JSON' };
  const line = text.slice(0, position).split(/\r\n|\r|\n/).length;
  return { number: 0, message: `it is no JSON, from line ${line} on` };
}

/** The list that an object holds, such as the `data` of an answer; a list of anything but objects is none. */
function listIn(object: JsonObject): unknown[] | string {
  const lists = Object.values(object).filter(
    (value): value is unknown[] => Array.isArray(value) && (value.length === 0 || value.some(isObject)),
  );
  const filled = lists.filter((list) => list.length > 0);
  const [list] = filled.length > 0 ? filled : lists;
  if (list === undefined) return 'it holds no list of objects';
  return filled.length > 1 || (filled.length === 0 && lists.length > 1)
    ? 'it holds more than one list, and nothing says which is meant'
    : list;
}

/** The fields of one object, or what is wrong with it. */
function readObject(value: unknown, columns: Set<string>): ManifestValues | string {
  if (!isObject(value)) return 'it is no object such as {"name":"value"}';
  const values = emptyValues();
  for (const [name, field] of Object.entries(value)) {
    const wrong = wrongName(name);
    if (wrong !== undefined) return wrong;
    if (isNote(name)) continue;
    values[name] = field;
    columns.add(name);
  }
  return values;
}

export function readJson(text: string, column: string): Manifest {
  const manifest: Manifest = { format: 'json', unit: 'entry', columns: [], rows: [], problems: [] };
  if (text.trim() === '') return manifest;
  const parsed = parseJson(text);
  if (parsed === undefined) return { ...manifest, problems: [syntaxProblem(text)] };
  const { value } = parsed;
  const found = Array.isArray(value) ? value : isObject(value) ? listIn(value) : 'it is no list of objects';
  if (typeof found === 'string') return { ...manifest, problems: [{ number: 0, message: found }] };
  const columns = new Set<string>();
  const plain = found.every((entry) => typeof entry === 'string' || typeof entry === 'number');
  for (const [index, entry] of found.entries())
    addRow(manifest, index + 1, readObject(plain ? { [column]: entry } : entry, columns));
  manifest.columns = [...columns];
  return manifest;
}

export function readNdjson(text: string): Manifest {
  const manifest: Manifest = { format: 'ndjson', unit: 'line', columns: [], rows: [], problems: [] };
  const columns = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const parsed = parseJson(line);
    const read = parsed === undefined ? 'it is no JSON' : readObject(parsed.value, columns);
    addRow(manifest, index + 1, read);
  }
  manifest.columns = [...columns];
  return manifest;
}

function addRow(manifest: Manifest, number: number, read: ManifestValues | string): void {
  if (typeof read === 'string') manifest.problems.push({ number, message: read });
  else manifest.rows.push({ number, values: read });
}
