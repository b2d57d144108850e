/** What `audio convert` is about to write, checked in full before the first file is read. */
import { stat } from 'node:fs/promises';
import { basename, dirname, extname, isAbsolute, join, relative, resolve } from 'node:path';
import { CliError } from '../shared/errors.ts';
import { type AudioFile, STREAM } from './audio-files.ts';

/** One file to read and where its conversion goes. */
export interface PlannedConversion {
  file: AudioFile;
  /** As the user would name it. */
  shown: string;
  /** Absolute; `-` for standard output. */
  path: string;
  /** Whether a file is there already. */
  replaces: boolean;
  /** Whether its folder is made when it is missing. */
  makesFolder: boolean;
}

export interface PlanOptions {
  cwd: string;
  platform: string;
  /** `-o` as given. */
  out: string | undefined;
  /** Whether a folder was among what was named. */
  hasFolder: boolean;
  /** `.wav` or `.raw`. */
  suffix: string;
  force: boolean;
}

type Place =
  | { kind: 'stdout' }
  | { kind: 'beside' }
  | { kind: 'file'; shown: string }
  | { kind: 'folder'; shown: string };

const OUTPUT_SUFFIX = /\.(wav|wave|raw|pcm)$/i;
/** Endings of formats that people would expect to get, and that nothing here writes. */
const FOREIGN_SUFFIX = /\.(mp[1234]|m4a|og[ga]|opus|webm|mka|aac|flac|aiff?|aifc|au|caf|wma|amr|w64)$/i;

/**
 * Where every conversion goes.
 *
 * @throws CliError `usage` when two would have the same name, when one would replace a file that is read, or, without
 * `force`, any file at all
 */
export async function planConversions(
  files: readonly AudioFile[],
  options: PlanOptions,
): Promise<PlannedConversion[]> {
  const place = await choosePlace(files, options);
  const plan = files.map((file) => ({ file, replaces: false, ...nameOutput(file, place, options) }));
  refuseDoubles(plan, options);
  await checkExisting(plan, options);
  return plan;
}

async function choosePlace(files: readonly AudioFile[], options: PlanOptions): Promise<Place> {
  const { out, cwd, hasFolder } = options;
  const alone = files.length === 1 && !hasFolder;
  if (out === STREAM && !alone)
    throw new CliError('usage', 'Standard output (-o -) takes one file, and there are more', {
      hint: 'Name a folder with -o.',
    });
  if (out === STREAM || (out === undefined && files[0]?.path === STREAM && alone)) return { kind: 'stdout' };
  if (out === undefined) return { kind: 'beside' };
  if (out.trim() === '') throw new CliError('usage', '-o names no file');
  const existing = await stat(resolve(cwd, out)).catch(() => undefined);
  if (existing?.isDirectory() === true || /[\\/]$/.test(out)) return { kind: 'folder', shown: out };
  if (FOREIGN_SUFFIX.test(out))
    throw new CliError('usage', `-o ${out}: only WAV and raw samples are written, not ${extname(out)}`, {
      hint: 'Let the name end with .wav or .raw.',
    });
  if (alone) return { kind: 'file', shown: out };
  if (existing !== undefined || OUTPUT_SUFFIX.test(out))
    throw new CliError(
      'usage',
      `-o ${out} names one file, but ${countOfFiles(files.length)} to be converted`,
      {
        hint:
          existing === undefined ? `If a folder is meant, end it with a slash: ${out}/` : 'Name a folder.',
      },
    );
  return { kind: 'folder', shown: out };
}

function countOfFiles(count: number): string {
  return count === 1 ? 'a folder is' : `${count} files are`;
}

function nameOutput(file: AudioFile, place: Place, { cwd, suffix }: PlanOptions) {
  if (place.kind === 'stdout') return { shown: STREAM, path: STREAM, makesFolder: false };
  const shown = shownOutput(file, place, suffix);
  const path = resolve(cwd, shown);
  if (place.kind === 'folder') refuseOutside(path, resolve(cwd, place.shown), file);
  return { shown, path, makesFolder: place.kind === 'folder' };
}

function shownOutput(file: AudioFile, place: Exclude<Place, { kind: 'stdout' }>, suffix: string): string {
  switch (place.kind) {
    case 'file':
      return place.shown;
    case 'folder':
      return join(place.shown, withSuffix(file.relative, suffix));
    case 'beside':
      return file.path === STREAM ? `stdin${suffix}` : withSuffix(file.shown, suffix);
  }
}

function withSuffix(path: string, suffix: string): string {
  const name = basename(path);
  const stem = name.slice(0, name.length - extname(name).length);
  return join(dirname(path), `${stem}${suffix}`);
}

/** Names of files come from whoever made them; none leads out of the folder that was chosen. */
function refuseOutside(path: string, folder: string, file: AudioFile): void {
  const inside = relative(folder, path);
  if (inside === '' || inside === '..' || /^\.\.[\\/]/.test(inside) || isAbsolute(inside))
    throw new CliError('usage', `"${file.shown}" would be written outside of the folder that -o names`);
}

/** Names that the file system holds for one. */
function sameName(path: string, platform: string): string {
  const folds = platform === 'darwin' || platform === 'win32';
  return folds ? path.normalize('NFC').toLowerCase() : path;
}

function refuseDoubles(plan: readonly PlannedConversion[], { platform }: PlanOptions): void {
  const first = new Map<string, PlannedConversion>();
  for (const entry of plan) {
    const key = sameName(entry.path, platform);
    const other = first.get(key);
    if (other !== undefined)
      throw new CliError(
        'usage',
        `"${other.file.shown}" and "${entry.file.shown}" would both be written to "${entry.shown}"; nothing was converted`,
        { hint: 'Convert them one by one and choose the names with -o, or into different folders.' },
      );
    first.set(key, entry);
  }
}

async function identityOf(path: string) {
  const entry = path === STREAM ? undefined : await stat(path, { bigint: true }).catch(() => undefined);
  if (entry === undefined) return undefined;
  // Some file systems number nothing.
  return { entry, key: entry.ino === 0n ? path : `${entry.dev}:${entry.ino}` };
}

async function checkExisting(plan: readonly PlannedConversion[], options: PlanOptions): Promise<void> {
  const inputs = new Map<string, PlannedConversion>();
  for (const entry of plan) {
    const identity = await identityOf(entry.file.path);
    if (identity !== undefined) inputs.set(identity.key, entry);
  }
  const taken: string[] = [];
  for (const entry of plan) {
    const identity = await identityOf(entry.path);
    if (identity === undefined) continue;
    const source = inputs.get(identity.key);
    if (source !== undefined) throw replacesInput(entry, source, options.out);
    if (identity.entry.isDirectory())
      throw new CliError('usage', `"${entry.shown}" cannot be written: there is a folder of that name`);
    if (!identity.entry.isFile())
      throw new CliError('usage', `"${entry.shown}" cannot be written: it is a pipe, a socket or a device`, {
        hint: 'Write to standard output with -o -, and redirect that.',
      });
    entry.replaces = true;
    taken.push(entry.shown);
  }
  if (taken.length > 0 && !options.force) throw alreadyThere(taken, plan.length);
}

function replacesInput(
  entry: PlannedConversion,
  source: PlannedConversion,
  out: string | undefined,
): CliError {
  const what =
    entry === source
      ? `"${entry.file.shown}" would be replaced by its own conversion`
      : `"${source.file.shown}" would be replaced by the conversion of "${entry.file.shown}"`;
  return new CliError('usage', what, {
    hint:
      out === undefined
        ? 'Choose another name or a folder with -o.'
        : 'Choose another name or folder for -o.',
  });
}

const MOST_NAMED = 3;

function alreadyThere(taken: readonly string[], count: number): CliError {
  if (count === 1 || taken.length === 1)
    return new CliError('usage', `"${taken[0]}" is there already`, {
      hint: '--force replaces it; -o chooses another name.',
    });
  const more = taken.length > MOST_NAMED ? ` and ${taken.length - MOST_NAMED} more` : '';
  const named = taken.slice(0, MOST_NAMED).map((name) => `"${name}"`);
  return new CliError(
    'usage',
    `${taken.length} of ${count} outputs are there already: ${named.join(', ')}${more}`,
    {
      hint: 'Nothing was converted. --force replaces them; -o chooses another folder.',
    },
  );
}
