/** What `prompts upload` is about to do, checked in full before the first byte is sent. */
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { type AudioInput, identifyFile, NotDecodedError, openAudio } from '../audio/index.ts';
import { MAX_PROMPT_BYTES, PROMPT_TYPES } from '../convirza/catalogue/index.ts';
import { CliError } from '../shared/errors.ts';
import { AUDIO_SUFFIX } from './audio-files.ts';
import { fileError } from './input.ts';

/** One file that passed its checks. */
export interface PlannedUpload {
  /** As the user named it, for messages. */
  shown: string;
  path: string;
  name: string;
  bytes: number;
  contentType: string;
  fileName: string;
}

export interface PlanOptions {
  cwd: string;
  /** Name of the prompt; only with a single file. */
  name?: string | undefined;
  /** Whether the file is decoded and sent as WAV. */
  convert: boolean;
  allowTruncated: boolean;
  /** Skip the check of the size, for a service whose limit has changed. */
  anySize: boolean;
}

export interface Plan {
  uploads: PlannedUpload[];
  problems: CliError[];
  /** Files in folders that are no audio by name or content, left out. */
  skipped: string[];
}

interface Candidate {
  shown: string;
  path: string;
  /** Found in a folder rather than named. */
  found: boolean;
}

/** Files as named, and those directly inside folders, in order of their names. */
async function expand(paths: readonly string[], cwd: string): Promise<Candidate[]> {
  const candidates: Candidate[] = [];
  for (const shown of paths) {
    const path = resolve(cwd, shown);
    const folder = await stat(path).then(
      (entry) => entry.isDirectory(),
      () => false,
    );
    if (!folder) {
      candidates.push({ shown, path, found: false });
      continue;
    }
    const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
      throw fileError(shown, error);
    });
    const files = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.'));
    for (const { name } of files.sort((a, b) => (a.name < b.name ? -1 : 1)))
      candidates.push({ shown: join(shown, name), path: join(path, name), found: true });
  }
  return candidates;
}

function tooLarge(shown: string, bytes: number, convert: boolean): CliError | undefined {
  if (bytes <= MAX_PROMPT_BYTES) return undefined;
  const megabytes = (size: number) => (size / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 });
  return new CliError(
    'usage',
    `"${shown}" ${convert ? 'would have' : 'has'} ${megabytes(bytes)} MB, and the service takes ${megabytes(MAX_PROMPT_BYTES)} MB at most`,
    {
      hint: convert
        ? 'Cut it into parts, or upload it as it is.'
        : 'Cut it into parts, use a lower sample rate, or upload it as MP3; --any-size sends it all the same.',
    },
  );
}

/** Opens a file to see whether it is whole. @throws AudioError */
async function inspect(path: string, options: PlanOptions): Promise<AudioInput['info']> {
  const input = await openAudio(path, { allowTruncated: options.allowTruncated });
  await input.close();
  return input.info;
}

const MAX_NAME = 255;

/** @throws CliError `usage` for a name that is no name. @param whose what it is the name of, for the message */
function checkName(name: string, whose: string): string {
  const trimmed = name.trim();
  if (trimmed === '')
    throw new CliError('usage', `The name of the prompt ${whose} is empty`, {
      hint: 'Give a name that says what is heard, such as --name "Main menu".',
    });
  const { length } = [...trimmed];
  if (length > MAX_NAME)
    throw new CliError(
      'usage',
      `The name of the prompt ${whose} has ${length} characters, and ${MAX_NAME} are the most`,
      { hint: 'Choose a shorter one with --name.' },
    );
  return trimmed;
}

/** Checks one file. @returns undefined for a file in a folder that is no audio */
async function planOne(candidate: Candidate, options: PlanOptions): Promise<PlannedUpload | undefined> {
  const { shown, path, found } = candidate;
  const identity = await identifyFile(path);
  if (identity.type === undefined) {
    if (found && !AUDIO_SUFFIX.test(path)) return undefined;
    // Says what the file holds instead, or where its header breaks off.
    await inspect(path, options);
    throw new CliError('usage', `"${shown}" holds ${identity.content}, not audio`);
  }
  const { container, name: typeName, mimeType } = identity.type;
  if (!options.convert && !(PROMPT_TYPES as readonly string[]).includes(container))
    throw new CliError('usage', `"${shown}" is ${typeName} audio, which the service does not take`, {
      hint: `It takes ${PROMPT_TYPES.join(', ')}.`,
    });
  let bytes = identity.size;
  try {
    const info = await inspect(path, options);
    if (options.convert && info.frames !== undefined) bytes = 44 + info.frames * info.channels * 2;
  } catch (error) {
    // The service may know codecs that nothing here does.
    if (options.convert || !(error instanceof NotDecodedError)) throw error;
  }
  const large = options.anySize ? undefined : tooLarge(shown, bytes, options.convert);
  if (large !== undefined) throw large;
  const file = basename(path);
  const stem = file.slice(0, file.length - extname(file).length) || file;
  return {
    shown,
    path,
    name: options.name ?? checkName(stem, `from "${shown}"`),
    bytes: identity.size,
    contentType: options.convert ? 'audio/wav' : mimeType,
    fileName: options.convert ? `${stem}.wav` : file,
  };
}

/** Two files of one run with one name: the service would reject the second. */
function doubleNames(uploads: readonly PlannedUpload[]): CliError[] {
  const first = new Map<string, PlannedUpload>();
  const problems: CliError[] = [];
  for (const upload of uploads) {
    const other = first.get(upload.name);
    if (other === undefined) first.set(upload.name, upload);
    else
      problems.push(
        new CliError(
          'usage',
          `"${upload.shown}" and "${other.shown}" would both be named ${JSON.stringify(upload.name)}`,
          {
            hint: 'Names are unique: rename one of the files, or upload it by itself with --name.',
          },
        ),
      );
  }
  return problems;
}

/**
 * Checks every file: that it is there, whole, audio of a kind that the service takes, not too large, and that no
 * two of them would share a name.
 *
 * @throws CliError only for what concerns no single file; the problems of files are collected in the plan
 */
export async function planUploads(paths: readonly string[], given: PlanOptions): Promise<Plan> {
  const name = given.name === undefined ? undefined : checkName(given.name, '(--name)');
  const options = { ...given, name };
  const candidates = await expand(paths, options.cwd);
  const plan: Plan = { uploads: [], problems: [], skipped: [] };
  if (options.name !== undefined && candidates.length > 1)
    throw new CliError('usage', `--name names one prompt, but there are ${candidates.length} files`, {
      hint: 'Leave it out: each prompt is then named after its file.',
    });
  for (const candidate of candidates) {
    try {
      const planned = await planOne(candidate, options);
      if (planned === undefined) plan.skipped.push(candidate.shown);
      else plan.uploads.push(planned);
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      plan.problems.push(error);
    }
  }
  plan.problems.push(...doubleNames(plan.uploads));
  if (plan.uploads.length === 0 && plan.problems.length === 0)
    throw new CliError('usage', `There is no audio file in ${paths.join(', ')}`);
  return plan;
}
