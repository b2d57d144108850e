/** What a journal looks like on disk: a line of JSON for its beginning, then one for each event. */
import type { FileHandle } from 'node:fs/promises';
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject, parseJson } from '../shared/json.ts';

const JOURNAL_VERSION = 1;

/** What a journal belongs to: another run's must not be gone on with. */
export interface JournalOwner {
  /** The command, `prompts upload`. */
  command: string;
  /** What else must be the same, by what it is called: service, profile, manifest. */
  fingerprint: Readonly<Record<string, string>>;
}

export interface JournalHeader extends JournalOwner {
  /** ISO 8601 UTC. */
  created: string;
}

/** What happened to an item. `sent` is written before anything is sent. */
export type JournalEvent = { key: string; hash: string } & (
  | { event: 'sent' }
  | { event: 'done'; result?: unknown }
  | { event: 'failed'; error: { type: string; message: string }; inDoubt: boolean }
);

export function headerLine({ command, fingerprint, created }: JournalHeader): string {
  return `${JSON.stringify({ convirza_journal: JOURNAL_VERSION, command, fingerprint, created })}\n`;
}

/** @param at ISO 8601 UTC */
export function eventLine(event: JournalEvent, at: string): string {
  const { event: name, key, hash } = event;
  const line: JsonObject = { event: name, key, hash, at };
  if (event.event === 'done' && event.result !== undefined) line['result'] = event.result;
  if (event.event === 'failed') {
    line['error'] = { type: event.error.type, message: event.error.message };
    line['in_doubt'] = event.inDoubt;
  }
  return `${JSON.stringify(line)}\n`;
}

/** @throws CliError `usage` when the line does not begin a journal that this version reads */
export function parseHeader(line: string, path: string): JournalHeader {
  const value = parseJson(line)?.value;
  if (!isObject(value) || !('convirza_journal' in value))
    throw new CliError('usage', `${path} is no journal of this program`, { hint: 'Give another file name.' });
  const { convirza_journal: version, command, fingerprint, created } = value;
  if (version !== JOURNAL_VERSION)
    throw new CliError('usage', `${path} was written by another version of this program`, {
      hint: 'Go on with that version, or begin a journal in another file.',
    });
  if (typeof command !== 'string' || !isObject(fingerprint) || typeof created !== 'string')
    throw new CliError('usage', `${path} is damaged on line 1`, { hint: 'Begin a journal in another file.' });
  const texts = Object.entries(fingerprint).map(([name, text]) => [name, String(text)]);
  return { command, fingerprint: Object.fromEntries(texts) as Record<string, string>, created };
}

/** The event of a line; undefined when the line is damaged. */
export function parseEvent(line: string): JournalEvent | undefined {
  const value = parseJson(line)?.value;
  if (!isObject(value)) return undefined;
  const { event, key, hash, error } = value;
  if (typeof key !== 'string' || typeof hash !== 'string') return undefined;
  if (event === 'sent') return { event, key, hash };
  if (event === 'done') return { event, key, hash, result: value['result'] };
  if (event !== 'failed' || !isObject(error)) return undefined;
  const { type, message } = error;
  if (typeof type !== 'string' || typeof message !== 'string') return undefined;
  return { event, key, hash, error: { type, message }, inDoubt: value['in_doubt'] === true };
}

/** @throws CliError `usage` that says in what two runs differ */
export function compareOwners(path: string, there: JournalOwner, here: JournalOwner): void {
  const differences: string[] = [];
  const compare = (name: string, left: string | undefined, right: string | undefined) => {
    if (left !== right)
      differences.push(`${name} ${left ?? '(none)'} in the journal, ${right ?? '(none)'} here`);
  };
  compare('command', there.command, here.command);
  const names = new Set([...Object.keys(there.fingerprint), ...Object.keys(here.fingerprint)]);
  for (const name of names) compare(name, there.fingerprint[name], here.fingerprint[name]);
  if (differences.length === 0) return;
  throw new CliError('usage', `${path} is the journal of another run: ${differences.join('; ')}`, {
    hint: 'Run the command as it was run then, or begin a journal in another file.',
  });
}

/** One line of a file as bytes: where it begins, and how long it is without its line break. */
export interface Line {
  number: number;
  offset: number;
  bytes: Buffer;
  /** Whether its line break is there. */
  whole: boolean;
}

const CHUNK = 1 << 20;
const LINE_FEED = 10;

/** The lines of a file in turn, in memory that does not grow with it. */
export async function* linesOf(file: FileHandle): AsyncGenerator<Line> {
  let rest: Buffer = Buffer.alloc(0);
  let offset = 0;
  let number = 1;
  for (;;) {
    const chunk = Buffer.allocUnsafe(CHUNK);
    const { bytesRead } = await file.read(chunk, 0, CHUNK, offset + rest.length);
    if (bytesRead === 0) break;
    const data = rest.length === 0 ? chunk.subarray(0, bytesRead) : joined(rest, chunk, bytesRead);
    let start = 0;
    for (let end = data.indexOf(LINE_FEED); end >= 0; end = data.indexOf(LINE_FEED, start)) {
      yield { number: number++, offset: offset + start, bytes: data.subarray(start, end), whole: true };
      start = end + 1;
    }
    offset += start;
    rest = data.subarray(start);
  }
  if (rest.length > 0) yield { number, offset, bytes: rest, whole: false };
}

function joined(rest: Buffer, chunk: Buffer, length: number): Buffer {
  return Buffer.concat([rest, chunk.subarray(0, length)]);
}
