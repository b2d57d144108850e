/** The work of `prompts upload` on one file: convert it where asked, send it, or find out whether it arrived. */
import type { JournalOwner } from '../bulk/journal.ts';
import type { ItemContext } from '../bulk/run-types.ts';
import { MAX_PROMPT_BYTES } from '../convirza/catalogue/index.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { findPromptByName } from '../convirza/prompts.ts';
import { cleanLine } from '../output/clean.ts';
import { CliError } from '../shared/errors.ts';
import { sha256OfFile } from '../shared/file-hash.ts';
import type { JsonObject } from '../shared/json.ts';
import { textAbout, warnings } from './audio-files.ts';
import { formatBytes } from './audio-values.ts';
import { type BulkGate, type BulkJob, graceSignal } from './bulk-run.ts';
import type { Invocation } from './invocation.ts';
import { type Conversion, type ConvertedFile, Converter, converterCount } from './upload-convert.ts';
import type { UploadInput } from './upload-input.ts';
import { keyOf, type PlannedUpload } from './upload-plan.ts';
import { sendPrompt } from './upload-send.ts';
import { orgUnitOf, ServicePrompts } from './upload-taken.ts';

const COMMAND = 'prompts upload';

function goneFile(path: string, cause: unknown): CliError {
  return new CliError('usage', `"${path}" can no longer be read`, { cause });
}

type Prepared = ConvertedFile | undefined;

const MOST_REMARKS = 20;

/** The work on one file, for the run of all. */
export class UploadJob {
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
    context: ItemContext,
    signal: AbortSignal,
  ): Promise<JsonObject> {
    const { known } = context;
    if (known.state === 'done')
      throw new CliError(
        'rejected',
        `"${upload.shown}" has changed since it was uploaded, and its name is taken`,
        {
          hint: 'convirza prompts sync replaces prompts whose files have changed.',
        },
      );
    const { path, bytes } = made ?? upload;
    const outgoing = { ...upload, path, bytes, fields: { ...upload.fields, name: upload.name } };
    try {
      return await sendPrompt(this.#invocation, this.#client, outgoing, context, signal);
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
