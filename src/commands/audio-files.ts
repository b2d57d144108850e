/** Which files a command is about: those that were named, and those in folders. */
import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type AudioNote, identifyFile } from '../audio/index.ts';
import { CliError } from '../shared/errors.ts';
import { fileError } from './input.ts';
import type { Invocation } from './invocation.ts';

/** The name of standard input and standard output. */
export const STREAM = '-';

/** One file to read. */
export interface AudioFile {
  /** As the user would name it. */
  shown: string;
  /** Absolute; `-` for standard input. */
  path: string;
  /** Below the folder that was named; for a file that was named itself, its name. */
  relative: string;
  /** Whether it was found in a folder rather than named. */
  found: boolean;
  /** 0 where it is not known. */
  bytes: number;
}

export interface FoundFiles {
  files: AudioFile[];
  /** Files in folders that are no audio by name or content. */
  skipped: string[];
}

export interface FindOptions {
  cwd: string;
  recursive: boolean;
  /** A folder that is not looked into: where the results go. */
  except?: string | undefined;
}

/** Names that promise audio: in a folder such a file is meant, whatever it holds. */
const AUDIO_SUFFIX =
  /\.(wav|wave|rf64|bwf|w64|mp[1234]|m4[abv]|mov|3gp|og[gax]|opus|spx|webm|mk[av]|aac|adts|flac|alac|aiff?|aifc|au|snd|caf|wma|amr|awb|wv|ape|ac3)$/i;

/**
 * Files as named, and audio files in folders, by order of their names; hidden ones are left out. Links to folders are
 * not followed, so that a circle of them does no harm. `-` is standard input, once.
 *
 * @throws CliError `usage` when a folder cannot be read, or no file is left. A named file that is missing is in the
 * list all the same
 */
export async function findAudioFiles(names: readonly string[], options: FindOptions): Promise<FoundFiles> {
  const found: FoundFiles = { files: [], skipped: [] };
  let folders = 0;
  for (const shown of names) {
    const path = shown === STREAM ? STREAM : resolve(options.cwd, shown);
    const entry = shown === STREAM ? undefined : await stat(path).catch(() => undefined);
    if (entry?.isDirectory() === true) {
      folders++;
      await walk({ shown, path, relative: '' }, options, found);
    } else {
      const relative = shown === STREAM ? 'stdin' : (path.split(/[\\/]/).at(-1) ?? shown);
      found.files.push({ shown, path, relative, found: false, bytes: entry?.size ?? 0 });
    }
  }
  if (found.files.filter(({ path }) => path === STREAM).length > 1)
    throw new CliError('usage', 'Standard input (-) can be read once only');
  if (found.files.length === 0)
    throw new CliError('usage', `There is no audio file in ${names.join(', ')}`, {
      hint: folders > 0 && !options.recursive ? '--recursive looks into the folders inside too.' : undefined,
    });
  return found;
}

interface Folder {
  shown: string;
  path: string;
  relative: string;
}

async function walk(folder: Folder, options: FindOptions, found: FoundFiles): Promise<void> {
  const entries = await readdir(folder.path, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(folder.shown, error);
  });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  for (const entry of visible.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const here = {
      shown: join(folder.shown, entry.name),
      path: join(folder.path, entry.name),
      relative: join(folder.relative, entry.name),
    };
    if (entry.isDirectory()) {
      if (options.recursive && here.path !== options.except) await walk(here, options, found);
    } else await addFile(here, entry, found);
  }
}

async function addFile(file: Folder, entry: Dirent, found: FoundFiles): Promise<void> {
  const status = await stat(file.path).catch(() => undefined);
  // A link to a folder, a pipe or a device that lies about is not meant; a broken link by an audio name is told.
  if (status !== undefined && !status.isFile()) return;
  if (!AUDIO_SUFFIX.test(entry.name) && !(await holdsAudio(file.path))) found.skipped.push(file.shown);
  else found.files.push({ ...file, found: true, bytes: status?.size ?? 0 });
}

async function holdsAudio(path: string): Promise<boolean> {
  try {
    return (await identifyFile(path)).type !== undefined;
  } catch {
    return false;
  }
}

const MOST_NAMED = 5;

/** `Left out, no audio: a.txt, b.txt and 7 more.` */
export function leftOut(skipped: readonly string[]): string {
  const rest = skipped.length - MOST_NAMED;
  const more = rest > 0 ? ` and ${rest} more` : '';
  return `Left out, no audio: ${skipped.slice(0, MOST_NAMED).join(', ')}${more}.`;
}

/** Standard input where the files say so. @throws CliError `usage` when nobody pipes anything in */
export function stdinOf(
  { ctx }: Invocation,
  files: readonly Pick<AudioFile, 'path'>[],
): NodeJS.ReadStream | undefined {
  if (!files.some(({ path }) => path === STREAM)) return undefined;
  if (ctx.stdinIsTerminal)
    throw new CliError('usage', 'Audio is to be read from standard input, but that is a terminal', {
      hint: 'Pipe it in, or redirect a file with <.',
    });
  return ctx.stdin;
}

type Named = Pick<AudioFile, 'path' | 'shown'>;

/** A text with files named as the user did, rather than by their whole paths. */
function textAsNamed(text: string, ...files: readonly Named[]): string {
  return files.reduce((all, { path, shown }) => all.replaceAll(`"${path}"`, `"${shown}"`), text);
}

/** Notes in words of `textAsNamed`. */
export function notesAsNamed(notes: readonly AudioNote[], file: Named): AudioNote[] {
  return notes.map(({ level, text }) => ({ level, text: textAsNamed(text, file) }));
}

/** As `textAsNamed`, with the first of the files in front where the text names none. */
export function textAbout(text: string, file: Named, ...others: readonly Named[]): string {
  const namesNone = !text.includes('"') && file.path !== STREAM;
  return namesNone ? `"${file.shown}": ${text}` : textAsNamed(text, file, ...others);
}

/** An error in words of `textAbout`. */
export function asNamed(error: unknown, file: Named, ...others: readonly Named[]): Error {
  if (!(error instanceof CliError)) return error instanceof Error ? error : new Error(String(error));
  const { type, message, hint } = error;
  return new CliError(type, textAbout(message, file, ...others), {
    hint: hint === undefined ? undefined : textAsNamed(hint, file, ...others),
    cause: error,
  });
}

/** What was lost on the way. */
export function warnings(notes: readonly AudioNote[]): string[] {
  return notes.filter(({ level }) => level === 'warning').map(({ text }) => text);
}
