/** `prompts upload`: plan, check, convert where asked, send, and say what became of every file. */
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConvirzaClient } from '../convirza/client.ts';
import { walk } from '../convirza/paging.ts';
import { promptsEndpoint, uploadPrompt } from '../convirza/prompts.ts';
import type { FormPart } from '../convirza/trace.ts';
import { cleanLine } from '../output/clean.ts';
import type { Progress } from '../output/progress.ts';
import { createRowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import type { Invocation } from './invocation.ts';
import { type PreviewFlags, preview, previewObject } from './request-preview.ts';
import { type PlannedUpload, planUploads } from './upload-plan.ts';

export interface UploadInput extends PreviewFlags {
  files: readonly string[];
  /** Form fields beside the file and the name, by the names of the API. */
  fields: Readonly<Record<string, string>>;
  name?: string | undefined;
  convert?: boolean | undefined;
  allowTruncated?: boolean | undefined;
  anySize?: boolean | undefined;
}

/** A row of the result; what the service answered follows. */
interface Uploaded extends JsonObject {
  file: string;
  name: string;
}

export async function runUpload(invocation: Invocation, input: UploadInput): Promise<void> {
  const convert = input.convert === true;
  const plan = await planUploads(input.files, {
    cwd: invocation.ctx.cwd,
    name: input.name,
    convert,
    allowTruncated: input.allowTruncated === true,
    anySize: input.anySize === true,
  });
  if (plan.skipped.length > 0) invocation.say(`Left out, no audio: ${plan.skipped.join(', ')}.`);
  refuse(invocation, plan.problems);
  const client = await invocation.client();
  if (await previewUploads(invocation, client, plan.uploads, input)) return;
  refuse(invocation, await takenNames(invocation, client, plan.uploads, input.fields['org_unit_id']));
  await new UploadRun(invocation, client, input).run(plan.uploads);
}

/**
 * One request for each file; a converted file stands there under its name after the conversion.
 *
 * @returns whether requests were shown, and so nothing is to be sent
 */
async function previewUploads(
  invocation: Invocation,
  client: ConvirzaClient,
  uploads: readonly PlannedUpload[],
  input: UploadInput,
): Promise<boolean> {
  const request = client.prepare(promptsEndpoint('upload'), {});
  const forms = uploads.map((upload) => {
    const fields = { ...input.fields, name: upload.name };
    const form: FormPart[] = Object.entries(fields).map(([name, value]) => ({ name, value }));
    const { path, contentType, fileName } = upload;
    form.push({ name: 'file', path, contentType, fileName });
    return form;
  });
  // Several objects in a row would be no JSON.
  if (invocation.format === 'json' && input.dryRun === true && input.curl !== true && forms.length > 1) {
    const sink = createRowSink(invocation.rowsOptions());
    await sink.page(forms.map((form) => previewObject(request, form)));
    await sink.end();
    invocation.say('Nothing was sent (--dry-run).');
    return true;
  }
  let shown = false;
  for (const form of forms) {
    shown = await preview(invocation, input, request, { signedIn: true, form });
    if (!shown) break;
  }
  return shown;
}

/** @throws the one problem, or an error that lists them all; nothing has been sent */
function refuse(invocation: Invocation, problems: readonly CliError[]): void {
  const [first] = problems;
  if (first === undefined) return;
  if (problems.length === 1) throw first;
  if (invocation.format === 'table')
    for (const problem of problems) invocation.say(`  ${problem.message.replace(/\.$/, '')}.`);
  throw new CliError(first.type, `${problems.length} files cannot be uploaded, so none was`, {
    hint: invocation.format === 'table' ? undefined : problems.map((problem) => problem.message).join(' '),
  });
}

/** Names of the plan that the service has already. */
async function takenNames(
  invocation: Invocation,
  client: ConvirzaClient,
  uploads: readonly PlannedUpload[],
  orgUnitId: string | undefined,
): Promise<CliError[]> {
  const list = promptsEndpoint('list');
  const taken = new Set<unknown>();
  try {
    const query = orgUnitId === undefined ? {} : { org_unit_id: orgUnitId };
    const pages = walk(client, list, {
      limit: Number.POSITIVE_INFINITY,
      query,
      signal: invocation.ctx.signal,
    });
    for await (const page of pages)
      for (const row of page.rows)
        if (
          isObject(row) &&
          (orgUnitId === undefined || String(row['org_unit_id'] ?? orgUnitId) === orgUnitId)
        )
          taken.add(row['name'] ?? row['filename']).add(row['filename']);
  } catch (error) {
    // The path of the list is inferred; without it the service itself says when a name is taken.
    if (!(error instanceof CliError) || (error.type !== 'not_found' && error.status !== 405)) throw error;
    invocation.warn('The prompts on the service could not be listed, so names were not checked beforehand.');
  }
  return uploads
    .filter((upload) => taken.has(upload.name))
    .map(
      (upload) =>
        new CliError(
          'rejected',
          `"${upload.shown}": the name ${JSON.stringify(upload.name)} is taken on the service`,
          {
            hint: 'Choose another with --name, or delete the old prompt first.',
          },
        ),
    );
}

class UploadRun {
  readonly #invocation: Invocation;
  readonly #client: ConvirzaClient;
  readonly #input: UploadInput;
  readonly #done: Uploaded[] = [];
  readonly #failed: { upload: PlannedUpload; error: CliError }[] = [];
  #temporary: string | undefined;

  constructor(invocation: Invocation, client: ConvirzaClient, input: UploadInput) {
    this.#invocation = invocation;
    this.#client = client;
    this.#input = input;
  }

  async run(uploads: readonly PlannedUpload[]): Promise<void> {
    const { ctx } = this.#invocation;
    const sink = createRowSink(this.#invocation.rowsOptions(['file', 'media_prompt_id', 'name', 'url']));
    const progress = await this.#invocation.progress('Uploading');
    try {
      for (const [index, upload] of uploads.entries()) {
        const position = `${index + 1} of ${uploads.length}`;
        const row = await this.#one(upload, position, progress, uploads.length === 1);
        if (row !== undefined) await sink.page([row]);
      }
    } catch (error) {
      progress.stop();
      if (!ctx.signal.aborted) throw error;
      await sink.end();
      throw this.#interrupted(uploads, error);
    } finally {
      progress.stop();
      if (this.#temporary !== undefined) await rm(this.#temporary, { recursive: true, force: true });
    }
    await sink.end();
    this.#conclude(uploads.length);
  }

  /** @returns the row of the prompt, or undefined when the upload failed and the next may still succeed */
  async #one(
    upload: PlannedUpload,
    position: string,
    progress: Progress,
    alone: boolean,
  ): Promise<Uploaded | undefined> {
    const { ctx, settings } = this.#invocation;
    const label = `${position}: ${upload.shown}`;
    progress.update(label);
    try {
      const source = this.#input.convert === true ? await this.#convert(upload) : upload;
      const answer = await uploadPrompt(
        this.#client,
        {
          fields: { ...this.#input.fields, name: upload.name },
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
          signal: ctx.signal,
          onProgress: (bytes) =>
            progress.update(`${label} ${Math.floor((100 * bytes) / Math.max(1, source.bytes))} %`),
          onDoubt: (error) =>
            progress.note(
              `${upload.shown}: ${error.message.replace(/\.$/, '')}. Looking whether it arrived.`,
            ),
        },
      );
      const row: Uploaded = { file: upload.shown, name: upload.name, ...answer };
      this.#done.push(row);
      return row;
    } catch (error) {
      if (ctx.signal.aborted || !(error instanceof CliError)) throw error;
      // Without credentials, or against a wall of refusals, the rest cannot do better.
      if (error.type === 'auth' || error.type === 'rate_limited') throw this.#stopped(error);
      this.#failed.push({ upload, error });
      // A single failure is the error that the command ends with.
      if (!alone) progress.note(`${upload.shown}: ${error.message}`);
      return undefined;
    }
  }

  /** Decodes to a 16-bit PCM WAV of the file's own rate and channels, in a folder that goes with the run. */
  async #convert(upload: PlannedUpload): Promise<{ path: string; bytes: number }> {
    const { openAudio, toPcm16, WavFileWriter } = await import('../audio/index.ts');
    const { textAbout, warnings } = await import('./audio-files.ts');
    this.#temporary ??= await mkdtemp(join(tmpdir(), 'convirza-upload-'));
    const path = join(this.#temporary, 'prompt.wav');
    const input = await openAudio(upload.path, { allowTruncated: this.#input.allowTruncated });
    try {
      const { sampleRate, channels } = input.info;
      const writer = await WavFileWriter.create(path, { sampleRate, channels });
      try {
        const pcm = toPcm16(input, { sampleRate, channels: 'source', signal: this.#invocation.ctx.signal });
        for await (const piece of pcm) await writer.write(piece);
        const { bytes } = await writer.finish();
        for (const text of warnings(input.notes ?? []))
          this.#invocation.warn(cleanLine(textAbout(text, upload)));
        return { path, bytes };
      } catch (error) {
        await writer.abort();
        throw error;
      }
    } finally {
      await input.close();
    }
  }

  #conclude(count: number): void {
    const [first] = this.#failed;
    if (first === undefined) {
      this.#invocation.say(`${count === 1 ? '1 prompt is' : `${count} prompts are`} on the service.`);
      return;
    }
    if (count === 1) throw first.error;
    throw new CliError(
      'partial',
      `${this.#failed.length} of ${count} files failed; ${this.#done.length} are on the service`,
      {
        hint: `Failed: ${this.#failed.map(({ upload, error }) => `${upload.shown} (${error.message.replace(/\.$/, '')})`).join('; ')}`,
      },
    );
  }

  #stopped(error: CliError): CliError {
    if (this.#done.length === 0) return error;
    return new CliError(
      error.type,
      `${error.message.replace(/\.$/, '')}; ${this.#done.length} files are on the service, the rest is not`,
      {
        ...error,
      },
    );
  }

  #interrupted(uploads: readonly PlannedUpload[], reason: unknown): unknown {
    if (!(reason instanceof CliError)) return reason;
    const settled = this.#done.length + this.#failed.length;
    const open = uploads[settled];
    return new CliError(
      reason.type,
      `${reason.message}: ${this.#done.length} of ${uploads.length} files are on the service`,
      {
        hint:
          open === undefined
            ? undefined
            : `"${open.shown}" was on its way and may be there too: convirza prompts list shows it under ${JSON.stringify(open.name)}.`,
      },
    );
  }
}
