/** `prompts upload`: plan, check, convert where asked, send, and say what became of every file. */
import { constants, createReadStream } from 'node:fs';
import { access, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { ItemState, Journal, JournalOwner } from '../bulk/journal.ts';
import { peekJournal } from '../bulk/journal-peek.ts';
import type { ItemContext } from '../bulk/run-types.ts';
import { isInShard, parseShard } from '../bulk/shard.ts';
import { MAX_PROMPT_BYTES } from '../convirza/catalogue/index.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { findPromptByName, uploadPrompt } from '../convirza/prompts.ts';
import { cleanLine } from '../output/clean.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import { sha256OfFile } from '../shared/file-hash.ts';
import type { JsonObject } from '../shared/json.ts';
import { leftOut, textAbout, warnings } from './audio-files.ts';
import { formatBytes } from './audio-values.ts';
import type { BulkFlags } from './bulk-flags.ts';
import {
  BulkGate,
  type BulkJob,
  graceSignal,
  journalPathOf,
  runBulkCommand,
  withJournal,
} from './bulk-run.ts';
import { readStdin } from './input.ts';
import type { Invocation } from './invocation.ts';
import { nameRule } from './prompt-names.ts';
import type { PreviewFlags } from './request-preview.ts';
import {
  type Conversion,
  type ConvertedFile,
  Converter,
  type ConvertFlags,
  converterCount,
  readConversion,
} from './upload-convert.ts';
import { keyOf, type Plan, type PlannedUpload, planUploads, withoutDoubles } from './upload-plan.ts';
import { type Action, previewUploads } from './upload-preview.ts';
import { type FoundSources, manifestFile, sourcesOfFiles, sourcesOfManifest } from './upload-sources.ts';
import { orgUnitOf, ServicePrompts, type Taken } from './upload-taken.ts';

export interface UploadInput extends PreviewFlags, ConvertFlags, Omit<BulkFlags, 'rate'> {
  files: readonly string[];
  /** Form fields beside the file and the name, by the names of the API. */
  fields: Readonly<Record<string, string>>;
  from?: string | undefined;
  recursive?: boolean | undefined;
  name?: string | undefined;
  nameTemplate?: string | undefined;
  allowTruncated?: boolean | undefined;
  anySize?: boolean | undefined;
  /** The limit of requests; `rate` is that of samples. */
  rateLimit?: string | undefined;
}

const COMMAND = 'prompts upload';

export async function runUpload(invocation: Invocation, input: UploadInput): Promise<void> {
  const flags = bulkFlags(input);
  const conversion = readConversion(input);
  const found = await findSources(invocation, input);
  const plan = await checkedPlan(invocation, input, found, conversion);
  const journalPath = await defaultJournal(invocation, input, found.isBulk, plan.uploads.length);
  const gate = new BulkGate(invocation.ctx, flags);
  const client = await invocation.client(gate);
  const upload = new UploadJob(invocation, input, client, conversion, plan.uploads.length);
  const shown = { input, isBulk: found.isBulk, conversion };
  // A single request is shown without asking the service anything.
  if (input.curl === true || (input.dryRun === true && !found.isBulk)) {
    await previewUploads(invocation, client, plan.uploads, shown);
    return;
  }
  const send = async (journal: Journal | undefined) => {
    const chosen = await chooseUploads(invocation, input, plan.uploads, upload.service, journalPath, journal);
    if (input.dryRun === true)
      await previewUploads(invocation, client, plan.uploads, { ...shown, action: chosen.action });
    refuse(invocation, chosen.problems, input);
    if (input.dryRun === true) return;
    const job = upload.job(chosen.uploads, journalPath, gate);
    try {
      await runBulkCommand(invocation, job, flags, journal);
    } finally {
      await upload.close();
    }
  };
  // What another process is just storing would look like names that somebody else has taken.
  if (goesOn(input) && input.dryRun !== true)
    await withJournal(invocation, upload.owner(journalPath), flags, send);
  else await send(undefined);
  if (input.dryRun === true) return;
  // Everything is there: nobody will go on with it.
  const written = journalPathOf(journalPath, flags);
  if (input.journal === undefined && written !== undefined) await rm(written, { force: true });
}

function goesOn({ resume, retryFailed }: UploadInput): boolean {
  return resume === true || retryFailed === true;
}

function bulkFlags({
  rateLimit,
  concurrency,
  journal,
  resume,
  retryFailed,
  shard,
  skipInvalid,
  failedTo,
}: UploadInput): BulkFlags {
  const flags = { rate: rateLimit, concurrency, journal, resume, retryFailed, shard, skipInvalid, failedTo };
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined)) as BulkFlags;
}

/** @throws CliError `usage` when nothing is named, or too much */
async function findSources(invocation: Invocation, input: UploadInput): Promise<FoundSources> {
  const { ctx } = invocation;
  const { files, from, fields, recursive } = input;
  if (input.name !== undefined && input.nameTemplate !== undefined)
    throw new CliError('usage', '--name and --name-template contradict each other');
  if (from === undefined) {
    if (files.length === 0)
      throw new CliError('usage', "Missing required argument 'file'", {
        hint: 'Name files or folders, or a manifest with --from.',
      });
    if (fields['message_type'] === undefined) throw noMessageType();
    return sourcesOfFiles(files, fields, { cwd: ctx.cwd, recursive: recursive === true });
  }
  if (files.length > 0)
    throw new CliError('usage', 'Files stand in the manifest of --from, or are named, not both');
  const manifest =
    from === '-'
      ? {
          bytes: Buffer.from(await readStdin(invocation, 'The manifest')),
          name: 'The manifest',
          folder: ctx.cwd,
        }
      : await manifestFile(from, ctx.cwd);
  const found = sourcesOfManifest(manifest, fields, { cwd: ctx.cwd, now: ctx.now() });
  for (const { place, fields: given } of found.sources)
    if (given['message_type'] === undefined)
      found.problems.push(
        new CliError('usage', `${place}: there is no message_type`, { hint: noMessageType().hint }),
      );
  return found;
}

function noMessageType(): CliError {
  return new CliError('usage', "Required option '--message-type <value>' not specified", {
    hint: 'One of prompt, whisper, voicemail, survey; a manifest may have a column message_type.',
  });
}

/** @throws CliError for what is wrong with files, all at once, unless they are to be left out */
async function checkedPlan(
  invocation: Invocation,
  input: UploadInput,
  found: FoundSources,
  conversion: Conversion | undefined,
): Promise<Plan> {
  const { name, nameTemplate, allowTruncated, anySize, files } = input;
  // Rows without a type cannot be sent, whatever their files are.
  const sources = found.sources.filter(({ fields }) => fields['message_type'] !== undefined);
  const plan = await planUploads(sources, {
    name,
    nameRule: nameTemplate === undefined ? undefined : nameRule(nameTemplate),
    conversion,
    allowTruncated: allowTruncated === true,
    anySize: anySize === true,
    signal: invocation.ctx.signal,
  });
  if (found.skipped.length > 0) invocation.say(leftOut(found.skipped));
  const problems = [...found.problems, ...plan.problems];
  refuse(invocation, problems, input);
  const uploads = withoutDoubles(plan.uploads);
  if (uploads.length > 0) return { ...plan, uploads };
  if (problems.length > 0) throw new CliError('usage', 'No file is left that could be uploaded');
  throw new CliError('usage', `There is no audio file in ${files.join(', ')}`);
}

const MOST_TOLD = 100;

/**
 * @throws CliError the one problem, or an error that lists them all; nothing has been sent. With `--skip-invalid` they
 *   are told, and the rest goes on
 */
function refuse(invocation: Invocation, problems: readonly CliError[], { skipInvalid }: UploadInput): void {
  const [first] = problems;
  if (first === undefined) return;
  const isTable = invocation.format === 'table';
  const lines = problems.slice(0, MOST_TOLD).map(({ message }) => `${withoutStop(message)}.`);
  if (problems.length > MOST_TOLD) lines.push(`And ${problems.length - MOST_TOLD} more.`);
  if (skipInvalid === true) {
    for (const line of lines) invocation.warn(`left out: ${line}`);
    return;
  }
  if (problems.length === 1) throw first;
  if (isTable) for (const line of lines) invocation.say(`  ${line}`);
  const hints = [...new Set(problems.map(({ hint }) => hint))].filter((hint) => hint !== undefined);
  const hint = isTable ? hints.slice(0, 3).join(' ') : lines.join(' ');
  throw new CliError(first.type, `${problems.length} files cannot be uploaded, so none was`, {
    hint: `${hint} --skip-invalid goes on with the rest.`.trim(),
  });
}

/** Of fewer files nobody misses a journal. */
const WORTH_TELLING = 20;

/**
 * Where the journal is without `--journal`: beside the manifest, else in the working folder, by the name of the folder
 * that is uploaded. One file has none, and none is kept where nothing may be written.
 */
async function defaultJournal(
  invocation: Invocation,
  input: UploadInput,
  isBulk: boolean,
  count: number,
): Promise<string | undefined> {
  if (!isBulk || input.journal !== undefined) return undefined;
  const { cwd } = invocation.ctx;
  const path = await journalOf(input, cwd);
  const folder = dirname(resolve(cwd, path));
  const writable = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  if (writable) return path;
  if (count >= WORTH_TELLING)
    invocation.warn(`No journal is kept, as ${folder} may not be written to (--journal names a place).`);
  return undefined;
}

async function journalOf({ from, files }: UploadInput, cwd: string): Promise<string> {
  if (from !== undefined && from !== '-') return `${from}.journal`;
  const [first] = files;
  if (files.length === 1 && first !== undefined) {
    const folder = resolve(cwd, first);
    const isFolder = (await stat(folder).catch(() => undefined))?.isDirectory() === true;
    const name = basename(folder);
    if (isFolder && folder !== resolve(cwd) && name !== '') return `${name}.prompts-upload.journal`;
  }
  return '.convirza-prompts-upload.journal';
}

interface Chosen {
  uploads: PlannedUpload[];
  problems: CliError[];
  action: (upload: PlannedUpload) => Action;
}

/** Leaves out what the service has already under the same name, unless the journal says that this run did it. */
async function chooseUploads(
  invocation: Invocation,
  input: UploadInput,
  uploads: readonly PlannedUpload[],
  service: ServicePrompts,
  defaultPath: string | undefined,
  journal: Journal | undefined,
): Promise<Chosen> {
  const { ctx } = invocation;
  const path = journalPathOf(defaultPath, bulkFlags(input));
  const full = path === undefined ? undefined : resolve(ctx.cwd, path);
  if (full !== undefined && !goesOn(input)) await refuseJournal(full);
  const states: ReadonlyMap<string, ItemState> =
    full !== undefined && journal === undefined && goesOn(input) ? await peekJournal(full) : new Map();
  const stateOf = (upload: PlannedUpload): ItemState =>
    journal?.lookup(keyOf(upload), undefined).state ?? states.get(keyOf(upload)) ?? 'new';
  const shard = input.shard === undefined ? undefined : parseShard(input.shard);
  const open = uploads.filter((upload) => {
    const state = stateOf(upload);
    const isOurs = shard === undefined || isInShard(keyOf(upload), shard);
    const isAsked = input.retryFailed !== true || input.resume === true || state !== 'new';
    return isOurs && isAsked && state !== 'done' && state !== 'in_doubt';
  });
  const taken = await takenOf(invocation, service, open, input);
  const isTaken = new Set(taken.map(({ upload }) => upload));
  const isOpen = new Set(open);
  return {
    uploads: uploads.filter((upload) => !isTaken.has(upload)),
    problems: taken.map(({ error }) => error),
    action: (upload) => {
      if (isTaken.has(upload)) return 'none: the name is taken';
      const state = stateOf(upload);
      if (state === 'in_doubt') return 'look it up';
      if (state === 'done') return 'none: done before';
      return isOpen.has(upload) ? 'upload' : 'none: not of this run';
    },
  };
}

/** A plan that is only looked at needs no account. */
async function takenOf(
  invocation: Invocation,
  service: ServicePrompts,
  uploads: readonly PlannedUpload[],
  { dryRun }: UploadInput,
): Promise<Taken[]> {
  try {
    return await service.taken(uploads);
  } catch (error) {
    const isOffline = error instanceof CliError && ['auth', 'network'].includes(error.type);
    if (dryRun !== true || !isOffline) throw error;
    invocation.warn(`Names were not checked against the service: ${withoutStop(error.message)}.`);
    return [];
  }
}

/** What is left of an earlier run says more than that its names are taken. */
async function refuseJournal(path: string): Promise<void> {
  const size = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (size === 0) return;
  throw new CliError('usage', `The journal ${path} is there already: an earlier run did not end well`, {
    hint: 'Go on with that run by --resume, or remove the file to begin anew.',
  });
}

function goneFile(path: string, cause: unknown): CliError {
  return new CliError('usage', `"${path}" can no longer be read`, { cause });
}

type Prepared = ConvertedFile | undefined;

const MOST_REMARKS = 20;

/** The work on one file, for the run of all. */
class UploadJob {
  readonly service: ServicePrompts;
  readonly #invocation: Invocation;
  readonly #input: UploadInput;
  readonly #client: ConvirzaClient;
  readonly #conversion: Conversion | undefined;
  readonly #converter: Converter | undefined;
  readonly #count: number;
  readonly #remarks: string[] = [];

  constructor(
    invocation: Invocation,
    input: UploadInput,
    client: ConvirzaClient,
    conversion: Conversion | undefined,
    count: number,
  ) {
    this.#invocation = invocation;
    this.#input = input;
    this.#client = client;
    this.#conversion = conversion;
    this.#count = count;
    this.service = new ServicePrompts(invocation, client);
    const { signal, program } = invocation.ctx;
    if (conversion !== undefined)
      this.#converter = new Converter(conversion, {
        count: converterCount(count),
        program: program.file,
        signal,
        allowTruncated: input.allowTruncated === true,
      });
  }

  /** Whose journal it is. */
  owner(journalPath: string | undefined): JournalOwner & { journalPath: string | undefined } {
    return {
      command: COMMAND,
      fingerprint: {
        service: this.#invocation.url('api-url').href,
        profile: this.#invocation.profile,
        conversion: this.#conversion === undefined ? 'none' : JSON.stringify(this.#conversion),
      },
      journalPath,
    };
  }

  job(
    items: readonly PlannedUpload[],
    journalPath: string | undefined,
    gate: BulkGate,
  ): BulkJob<PlannedUpload, Prepared, JsonObject> {
    const invocation = this.#invocation;
    const converter = this.#converter;
    const late = graceSignal(invocation);
    return {
      ...this.owner(journalPath),
      gate,
      items,
      key: keyOf,
      hash: ({ path }) => sha256OfFile(path, invocation.ctx.signal, (error) => goneFile(path, error)),
      label: ({ shown }) => shown,
      bytes: ({ bytes }) => bytes,
      values: ({ values }) => values,
      row: (upload, result) => ({ file: upload.shown, name: upload.name, ...result }),
      columns: ['file', 'media_prompt_id', 'name', 'url'],
      verb: 'uploaded',
      heading: 'Uploading',
      resendsDoubts: true,
      keep: ({ media_prompt_id, url }) => ({ media_prompt_id, url }),
      ...(converter === undefined
        ? {}
        : {
            prepare: {
              run: (upload: PlannedUpload) => this.#convert(converter, upload),
              concurrency: converterCount(this.#count),
              ahead: converterCount(this.#count) + 2,
              release: async (made: Prepared) => {
                if (made !== undefined) await converter.release(made);
              },
            },
          }),
      work: (upload, made, context) => this.#send(upload, made, context, late),
      settle: (upload) => this.service.find(upload, late),
    };
  }

  /** Tells what there is to know about conversions, behind the progress, and removes what they made. */
  async close(): Promise<void> {
    for (const text of this.#remarks.slice(0, MOST_REMARKS)) this.#invocation.warn(text);
    const rest = this.#remarks.length - MOST_REMARKS;
    if (rest > 0)
      this.#invocation.warn(`And ${rest} more remarks on conversions; audio inspect tells of single files.`);
    await this.#converter?.close();
  }

  async #convert(converter: Converter, upload: PlannedUpload): Promise<ConvertedFile> {
    const made = await converter.convert(upload);
    for (const text of warnings(made.result.notes)) this.#remarks.push(cleanLine(textAbout(text, upload)));
    if (this.#input.anySize === true || made.bytes <= MAX_PROMPT_BYTES) return made;
    await converter.release(made);
    throw new CliError(
      'usage',
      `"${upload.shown}" has ${formatBytes(made.bytes)} converted, and the service takes ${formatBytes(MAX_PROMPT_BYTES)} at most`,
      { hint: 'A lower --rate, or --channels 1, makes it smaller.' },
    );
  }

  /** @throws CliError as `uploadPrompt` */
  async #send(
    upload: PlannedUpload,
    made: Prepared,
    { known, progress, retried }: ItemContext,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    if (known.state === 'done')
      throw new CliError(
        'rejected',
        `"${upload.shown}" has changed since it was uploaded, and its name is taken`,
        {
          hint: 'convirza prompts sync replaces prompts whose files have changed.',
        },
      );
    const { ctx, settings } = this.#invocation;
    const source = made ?? upload;
    try {
      return await uploadPrompt(
        this.#client,
        {
          fields: { ...upload.fields, name: upload.name },
          file: {
            fileName: upload.fileName,
            contentType: upload.contentType,
            bytes: source.bytes,
            stream: () => createReadStream(source.path),
          },
        },
        {
          retries: settings.number('retries'),
          pauseMs: settings.number('retry-delay'),
          sleep: ctx.sleep,
          signal,
          onProgress: (bytes) => progress(bytes, source.bytes),
          onDoubt: (error) => retried(`${withoutStop(error.message)}. Looking whether it arrived.`, 0),
        },
      );
    } catch (error) {
      // An earlier run sent it, and it came to be stored only after this one had looked.
      const isRejected = error instanceof CliError && error.type === 'rejected';
      if (!isRejected || known.state !== 'in_doubt') throw error;
      const stored = await findPromptByName(this.#client, upload.name, orgUnitOf(upload), signal);
      if (stored === undefined) throw error;
      return stored;
    }
  }
}
