/** `prompts upload`: plan, check, convert where asked, send, and say what became of every file. */
import { constants } from 'node:fs';
import { access, rm, stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Journal } from '../bulk/journal.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import { leftOut } from './audio-files.ts';
import { BulkGate, journalPathOf, runBulkCommand, withJournal } from './bulk-run.ts';
import { readStdin } from './input.ts';
import type { Invocation } from './invocation.ts';
import { nameRule } from './prompt-names.ts';
import { chooseUploads } from './upload-choose.ts';
import { type Conversion, readConversion } from './upload-convert.ts';
import { bulkFlags, goesOn, type UploadInput } from './upload-input.ts';
import { UploadJob } from './upload-job.ts';
import { type Plan, planUploads, withoutDoubles } from './upload-plan.ts';
import { previewUploads } from './upload-preview.ts';
import { type FoundSources, manifestFile, sourcesOfFiles, sourcesOfManifest } from './upload-sources.ts';

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
