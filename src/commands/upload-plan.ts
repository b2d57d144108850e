/** What `prompts upload` is about to do, checked in full before the first byte is sent. */
import { basename } from 'node:path';
import { type AudioInfo, NotDecodedError } from '../audio/index.ts';
import type { ManifestValues } from '../bulk/manifest.ts';
import { MAX_PROMPT_BYTES, PROMPT_TYPES } from '../convirza/catalogue/index.ts';
import { CliError } from '../shared/errors.ts';
import { asNamed } from './audio-files.ts';
import { formatBytes } from './audio-values.ts';
import { checkName, type NameRule, stemOf } from './prompt-names.ts';
import { type Conversion, convertedBytes, smallEnough } from './upload-convert.ts';
import { probeFile } from './upload-probe.ts';
import type { UploadSource } from './upload-sources.ts';

/** One file that passed its checks. */
export interface PlannedUpload {
  /** As the user named it, for messages. */
  shown: string;
  /** Where a manifest names it. */
  place?: string | undefined;
  path: string;
  name: string;
  /** Of the file as it is. */
  bytes: number;
  contentType: string;
  fileName: string;
  /** What the file is, by its content: `wav`. */
  type: string;
  info: AudioInfo | undefined;
  /** Form fields beside the file and the name. */
  fields: Readonly<Record<string, string>>;
  /** As a row of a manifest. */
  values: ManifestValues;
}

export interface PlanOptions {
  /** Name of the prompt; only with a single file. */
  name?: string | undefined;
  nameRule?: NameRule | undefined;
  /** What files are turned into before they are sent. */
  conversion?: Conversion | undefined;
  allowTruncated: boolean;
  /** Skip the check of the size, for a service whose limit has changed. */
  anySize: boolean;
  signal?: AbortSignal;
}

export interface Plan {
  uploads: PlannedUpload[];
  problems: CliError[];
}

/** So many files are open at once. */
const PROBES = 16;

function tooLarge(
  shown: string,
  bytes: number,
  conversion: Conversion | undefined,
  info: AudioInfo | undefined,
): CliError | undefined {
  if (bytes <= MAX_PROMPT_BYTES) return undefined;
  const megabytes = (size: number) => (size / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 });
  const smaller = info === undefined ? undefined : smallEnough(info, MAX_PROMPT_BYTES);
  const converted =
    smaller === undefined ? undefined : `With ${smaller.flags} it would have ${formatBytes(smaller.bytes)}`;
  const otherwise = conversion === undefined ? '; --any-size sends it all the same.' : '.';
  const hint =
    converted === undefined
      ? conversion === undefined
        ? 'Cut it into parts, use a lower sample rate, or upload it as MP3; --any-size sends it all the same.'
        : 'Cut it into parts, or upload it as it is.'
      : `${converted}${otherwise}`;
  return new CliError(
    'usage',
    `"${shown}" ${conversion === undefined ? 'has' : 'would have'} ${megabytes(bytes)} MB, and the service takes ${megabytes(MAX_PROMPT_BYTES)} MB at most`,
    { hint },
  );
}

function nameOf(source: UploadSource, index: number, { name, nameRule }: PlanOptions): string {
  if (source.name !== undefined) return checkName(source.name, `in ${source.place ?? 'the manifest'}`);
  const whose = `from "${source.shown}"`;
  if (nameRule !== undefined) return checkName(nameRule(source, index), whose);
  return name ?? checkName(stemOf(source.path), whose);
}

/** Checks one file. @throws AudioError, or CliError `usage`, when it cannot be uploaded */
async function planOne(source: UploadSource, index: number, options: PlanOptions): Promise<PlannedUpload> {
  const { shown, path } = source;
  const { conversion } = options;
  const { identity, info, failure } = await probeFile(path, options.allowTruncated);
  if (identity.type === undefined)
    // Says what the file holds instead, or where its header breaks off.
    throw failure ?? new CliError('usage', `"${path}" holds ${identity.content}, not audio`);
  const { container, name: typeName, mimeType } = identity.type;
  if (conversion === undefined && !(PROMPT_TYPES as readonly string[]).includes(container))
    throw new CliError('usage', `"${path}" is ${typeName} audio, which the service does not take`, {
      hint: `It takes ${PROMPT_TYPES.join(', ')}${info === undefined ? '' : '; --convert makes it WAV'}.`,
    });
  // The service may know codecs that nothing here does.
  if (failure !== undefined && (conversion !== undefined || !(failure instanceof NotDecodedError)))
    throw failure;
  const bytes =
    conversion === undefined || info === undefined ? identity.size : convertedBytes(info, conversion);
  const large = options.anySize ? undefined : tooLarge(shown, bytes ?? 0, conversion, info);
  if (large !== undefined) throw large;
  const name = nameOf(source, index, options);
  return {
    shown,
    place: source.place,
    path,
    name,
    bytes: identity.size,
    contentType: conversion === undefined ? mimeType : 'audio/wav',
    fileName: conversion === undefined ? basename(path) : `${stemOf(path)}.wav`,
    type: container,
    info,
    fields: source.fields,
    values: rowOf(source, name),
  };
}

/** Everything that was said of a file, so that a manifest of those that failed needs no flags. */
function rowOf({ path, fields, values }: UploadSource, name: string): ManifestValues {
  return Object.assign(Object.create(null), values, { file: path, name }, fields) as ManifestValues;
}

/** What a prompt is known by: names are unique within a group. */
export function keyOf({ name, fields }: Pick<PlannedUpload, 'name' | 'fields'>): string {
  const group = fields['org_unit_id'];
  return group === undefined ? name : `${group}/${name}`;
}

/** Two files of one run with one name: the service would reject the second. */
function doubleNames(uploads: readonly PlannedUpload[]): CliError[] {
  const first = new Map<string, PlannedUpload>();
  const problems: CliError[] = [];
  for (const upload of uploads) {
    const key = keyOf(upload);
    const other = first.get(key);
    if (other === undefined) first.set(key, upload);
    else problems.push(doubleName(upload, other));
  }
  return problems;
}

function doubleName(upload: PlannedUpload, other: PlannedUpload): CliError {
  const message = `"${upload.shown}" and "${other.shown}" would both be named ${JSON.stringify(upload.name)}`;
  return new CliError('usage', upload.place === undefined ? message : `${upload.place}: ${message}`, {
    hint: 'Names are unique: rename one of the files, or choose names with --name-template or a manifest.',
  });
}

/** Problem of a file, in words of its name and its place in a manifest. */
function problemOf(error: CliError, source: UploadSource): CliError {
  const named = asNamed(error, source) as CliError;
  if (source.place === undefined || named.message.includes(source.place)) return named;
  return new CliError(named.type, `${source.place}: ${named.message}`, { hint: named.hint, cause: named });
}

/**
 * Checks every file: that it is there, whole, audio of a kind that the service takes, not too large, and that no
 * two of them would share a name.
 *
 * @throws CliError only for what concerns no single file; the problems of files are collected in the plan, those of
 *   names that are there twice behind the others
 */
export async function planUploads(sources: readonly UploadSource[], given: PlanOptions): Promise<Plan> {
  const name = given.name === undefined ? undefined : checkName(given.name, '(--name)');
  const options = { ...given, name };
  if (name !== undefined && sources.length > 1)
    throw new CliError('usage', `--name names one prompt, but there are ${sources.length} files`, {
      hint: 'Leave it out: each prompt is then named after its file. --name-template is a rule for many.',
    });
  const planned: (PlannedUpload | CliError | undefined)[] = [];
  const queue = sources.entries();
  const probe = async () => {
    for (const [index, source] of queue) {
      options.signal?.throwIfAborted();
      try {
        planned[index] = await planOne(source, index, options);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        planned[index] = problemOf(error, source);
      }
    }
  };
  await Promise.all(Array.from({ length: PROBES }, probe));
  const plan: Plan = { uploads: [], problems: [] };
  for (const entry of planned) {
    if (entry instanceof CliError) plan.problems.push(entry);
    else if (entry !== undefined) plan.uploads.push(entry);
  }
  const doubles = doubleNames(plan.uploads);
  plan.problems.push(...doubles);
  return plan;
}

/** The uploads without those whose name an earlier one of them has. */
export function withoutDoubles(uploads: readonly PlannedUpload[]): PlannedUpload[] {
  const seen = new Set<string>();
  return uploads.filter((upload) => {
    const key = keyOf(upload);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
