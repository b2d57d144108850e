/** Script files of `sandbox start --script`: YAML or JSON. */
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Document, LineCounter } from 'yaml';
import { readFailure } from '../../audio/errors.ts';
import { CliError, withoutStop } from '../../shared/errors.ts';
import { AudioFile, problemText, readDocument } from './document.ts';
import type { VoiceOptions } from './options.ts';
import { type DecodeFile, decodeFile } from './replies.ts';
import type { Path } from './schema.ts';

/** Larger files are no scripts. */
const MAX_BYTES = 5_000_000;
/** Of so many problems a person is told. */
const SHOWN = 20;

interface Finding {
  line: number;
  text: string;
}

/**
 * The voice options of a script file, its audio files decoded. Paths in it count from its own folder.
 * @param path as messages shall name it
 * @param cwd what a relative `path` counts from
 * @throws CliError `usage` that tells of every problem, with its line and field
 */
export async function loadVoiceScript(
  path: string,
  cwd: string,
  decode: DecodeFile = decodeFile,
): Promise<VoiceOptions> {
  const full = resolve(cwd, path);
  const { LineCounter, parseDocument, visit } = await import('yaml');
  const lines = new LineCounter();
  const document = parseDocument(await readText(full, path), { lineCounter: lines, prettyErrors: false });
  const at = (offset = 0): number => lines.linePos(offset).line;
  const broken = document.errors.map(({ message, pos }) => ({ line: at(pos[0]), text: message }));
  visit(document, {
    Alias: (_, alias) => {
      if (alias.resolve(document) === undefined)
        broken.push({ line: at(alias.range?.[0]), text: `there is no anchor &${alias.source}` });
    },
  });
  if (broken.length > 0) throw scriptError(path, broken);

  const { options, problems } = readDocument(plainData(document, path), true);
  if (problems.length > 0)
    throw scriptError(
      path,
      problems.map((problem) => ({
        line: lineOf(document, lines, problem.path),
        text: problemText(problem),
      })),
    );
  return await withAudio(options, path, dirname(full), decode, (place) => lineOf(document, lines, place));
}

async function readText(full: string, path: string): Promise<string> {
  try {
    const { size } = await stat(full);
    if (size > MAX_BYTES)
      throw new CliError('usage', `"${path}" is too large for a script: ${size} bytes.`, {
        hint: `A script has at most ${MAX_BYTES} bytes.`,
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

/** The options with the sound of the files that they name. */
async function withAudio(
  options: VoiceOptions,
  path: string,
  folder: string,
  decode: DecodeFile,
  line: (at: Path) => number,
): Promise<VoiceOptions> {
  const { script } = options;
  if (script === undefined) return options;
  const findings: Finding[] = [];
  const sounds = new Map<string, Buffer>();
  const turns = [];
  for (const [i, turn] of script.turns.entries()) {
    const audio: unknown = turn.audio;
    if (!(audio instanceof AudioFile)) {
      turns.push(turn);
      continue;
    }
    const at = ['turns', i, 'audio'];
    try {
      const pcm = sounds.get(audio.name) ?? (await decode(resolve(folder, audio.name)));
      sounds.set(audio.name, pcm);
      turns.push({ ...turn, audio: pcm });
    } catch (error) {
      const why = error instanceof Error ? withoutStop(error.message) : String(error);
      findings.push({ line: line(at), text: `turns[${i}].audio: ${why}` });
    }
  }
  if (findings.length > 0) throw scriptError(path, findings);
  return { ...options, script: { ...script, turns } };
}

/** The line of a value, or of the nearest thing around it that is there. */
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

function scriptError(path: string, findings: readonly Finding[]): CliError {
  const sorted = [...findings].sort((a, b) => a.line - b.line);
  const said = sorted.map(({ line, text }) => `line ${line}: ${withoutStop(text)}`);
  if (said.length === 1) return new CliError('usage', `"${path}", ${said[0]}.`);
  const rest = said.length > SHOWN ? `; and ${said.length - SHOWN} more` : '';
  return new CliError('usage', `"${path}" has ${said.length} problems.`, {
    hint: `${said.slice(0, SHOWN).join('; ')}${rest}.`,
  });
}
