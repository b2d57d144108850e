/** Where the files of an upload come from: names, patterns, folders, and the rows of a manifest. */
import { stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { decodeManifest, type ManifestValues, placeOf, readManifest } from '../bulk/manifest.ts';
import { prompts } from '../convirza/catalogue/prompts.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import { findAudioFiles } from './audio-files.ts';
import { expandPattern, isPattern } from './file-patterns.ts';
import { fileError } from './input.ts';
import { parseParam } from './params.ts';
import type { NamedFile } from './prompt-names.ts';

/** One file that is meant, and what is said of it. */
export interface UploadSource extends NamedFile {
  /** As the user named it, for messages. */
  shown: string;
  /** Found in a folder rather than named. */
  found: boolean;
  /** `line 7`, for messages about a row of a manifest. */
  place?: string;
  name?: string;
  /** Form fields beside the file and the name, those of flags among them. */
  fields: Readonly<Record<string, string>>;
  /** The row, for a manifest of those that failed. */
  values: ManifestValues;
}

export interface FoundSources {
  sources: UploadSource[];
  skipped: string[];
  problems: CliError[];
  /** Whether files were looked for rather than named one by one. */
  isBulk: boolean;
}

const FIELDS = (prompts.find(({ verb }) => verb === 'upload')?.body ?? []).filter(
  ({ name }) => name !== 'name',
);

/**
 * Files as named, those that fit patterns, and those in folders.
 *
 * @param fields form fields that all of them have
 * @throws CliError `usage` when a folder cannot be read, a pattern fits nothing, or no file is left
 */
export async function sourcesOfFiles(
  names: readonly string[],
  fields: Readonly<Record<string, string>>,
  { cwd, recursive }: { cwd: string; recursive: boolean },
): Promise<FoundSources> {
  const expanded: string[] = [];
  let patterns = 0;
  for (const name of names) {
    const fitting = await filesFitting(name, cwd);
    if (fitting === undefined) expanded.push(name);
    else {
      patterns++;
      for (const file of fitting) expanded.push(file);
    }
  }
  const { files, skipped } = await findAudioFiles(expanded, { cwd, recursive });
  const seen = new Set<string>();
  const sources: UploadSource[] = [];
  for (const { shown, path, relative: below, found } of files) {
    // Folders may hold a file that is named as well; it is meant once.
    if (found && seen.has(path)) continue;
    seen.add(path);
    sources.push({ shown, path, relative: found ? below : shown, found, fields, values: { file: shown } });
  }
  const isBulk = patterns > 0 || files.length > 1 || files.some(({ found }) => found) || skipped.length > 0;
  return { sources, skipped, problems: [], isBulk };
}

/** @returns undefined for the name of a file. @throws CliError `usage` for a pattern that fits nothing */
async function filesFitting(name: string, cwd: string): Promise<string[] | undefined> {
  if (!isPattern(name)) return undefined;
  const isThere = await stat(resolve(cwd, name)).then(
    () => true,
    () => false,
  );
  if (isThere) return undefined;
  const found = await expandPattern(name, cwd);
  if (found.length === 0) throw new CliError('usage', `No file fits ${JSON.stringify(name)}`);
  return found;
}

export interface ManifestSource {
  bytes: Uint8Array;
  /** For messages; decides the format. */
  name: string;
  /** What paths of files in it are relative to. */
  folder: string;
}

/**
 * The rows of a manifest. Its fields go before those of flags; what is wrong with any of them stands in `problems`.
 *
 * @throws CliError `usage` when it is no text
 */
export function sourcesOfManifest(
  { bytes, name, folder }: ManifestSource,
  fields: Readonly<Record<string, string>>,
  { cwd, now }: { cwd: string; now: number },
): FoundSources {
  const known = ['file', 'name', ...FIELDS.map((field) => field.name)];
  const manifest = readManifest(decodeManifest(bytes, name), { name, column: 'file', known });
  const found: FoundSources = { sources: [], skipped: [], problems: [], isBulk: true };
  for (const { number, message } of manifest.problems)
    found.problems.push(new CliError('usage', `${name}: ${placeOf(manifest, number)}: ${message}`));
  if (found.problems.length === 0 && !manifest.columns.includes('file'))
    throw new CliError('usage', `${name} has no column "file"`, {
      hint: 'Its first line names the columns: file,name,message_type,org_unit_id. convirza prompts manifest writes one.',
    });
  for (const { number, values } of manifest.rows) {
    const place = `${name}: ${placeOf(manifest, number)}`;
    const source = sourceOfRow(values, place, folder, fields, { cwd, now }, found.problems);
    if (source !== undefined) found.sources.push(source);
  }
  if (found.sources.length === 0 && found.problems.length === 0)
    throw new CliError('usage', `There is no file in ${name}`);
  return found;
}

function sourceOfRow(
  values: ManifestValues,
  place: string,
  folder: string,
  flags: Readonly<Record<string, string>>,
  { cwd, now }: { cwd: string; now: number },
  problems: CliError[],
): UploadSource | undefined {
  const wrong: string[] = [];
  const fields: Record<string, string> = { ...flags };
  for (const [column, value] of Object.entries(values)) {
    if (column === 'file' || column === 'name' || value === null || value === undefined) continue;
    if (typeof value === 'object') {
      wrong.push(`${column} is no text`);
      continue;
    }
    const text = String(value).trim();
    if (text === '') continue;
    const param = FIELDS.find((field) => field.name === column);
    try {
      fields[column] = param === undefined ? text : String(parseParam(param, text, now));
    } catch (error) {
      wrong.push(`${column} ${JSON.stringify(text)}: ${(error as Error).message}`);
    }
  }
  const { file, name } = values;
  if (typeof file !== 'string' || file === '') wrong.push('it names no file');
  if (name !== undefined && name !== null && !['string', 'number'].includes(typeof name))
    wrong.push('name is no text');
  for (const message of wrong) problems.push(new CliError('usage', `${place}: ${withoutStop(message)}`));
  if (wrong.length > 0) return undefined;
  const path = resolve(folder, String(file));
  const shown = isAbsolute(String(file)) ? String(file) : join(relative(cwd, folder), String(file));
  const source: UploadSource = {
    shown,
    path,
    relative: String(file),
    found: false,
    place,
    fields,
    // A manifest of those that failed may lie elsewhere.
    values: Object.assign(Object.create(null), values, { file: path }) as ManifestValues,
  };
  if (name !== undefined && name !== null) source.name = String(name);
  return source;
}

/** Reads a manifest from a file. @throws CliError `usage` when it cannot be read */
export async function manifestFile(path: string, cwd: string): Promise<ManifestSource> {
  const { readFile } = await import('node:fs/promises');
  const full = resolve(cwd, path);
  try {
    return { bytes: await readFile(full), name: basename(path), folder: dirname(full) };
  } catch (error) {
    throw fileError(path, error);
  }
}
