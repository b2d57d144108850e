/** Uploading media prompts exactly once (reference, section 8). */
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import { prompts } from './catalogue/prompts.ts';
import type { Endpoint } from './catalogue/types.ts';
import type { ConvirzaClient } from './client.ts';
import { type FilePart, multipartBody } from './multipart.ts';
import { walk } from './paging.ts';
import { isInDoubt } from './retry.ts';

/** The catalogue entry of `prompts list` or `prompts upload`. */
export function promptsEndpoint(verb: string): Endpoint {
  const found = prompts.find((entry) => entry.verb === verb);
  if (found === undefined) throw new Error(`no endpoint prompts ${verb}`);
  return found;
}

export interface PromptUpload {
  /** Fields of the form beside the file, by the names of the API. */
  fields: Readonly<Record<string, string>> & { readonly name: string };
  file: Omit<FilePart, 'field'>;
}

export interface UploadOptions {
  /** How many times an upload in doubt may be sent again after it was looked up. */
  retries: number;
  pauseMs: number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  signal?: AbortSignal | undefined;
  onProgress?: (bytes: number) => void;
  /** Told when an upload ended in doubt and the service is asked whether it has the file. */
  onDoubt?: (error: CliError) => void;
}

/**
 * Looks a prompt up by its name. The fields of a row are not documented; the upload answers the name as
 * `filename`, so both spellings are compared.
 */
export async function findPromptByName(
  client: ConvirzaClient,
  name: string,
  orgUnitId: string | undefined,
  signal?: AbortSignal,
): Promise<JsonObject | undefined> {
  const query = orgUnitId === undefined ? {} : { org_unit_id: orgUnitId };
  for await (const page of walk(client, promptsEndpoint('list'), { limit: Infinity, query, signal })) {
    for (const row of page.rows) {
      if (!isObject(row) || (row['name'] !== name && row['filename'] !== name)) continue;
      const owner = row['org_unit_id'];
      if (orgUnitId === undefined || owner === undefined || String(owner) === orgUnitId) return row;
    }
  }
  return undefined;
}

/**
 * Uploads one prompt. When nobody knows whether an attempt took effect (time-out, reset, 5xx), its unique name is
 * looked up before anything is sent again: the prompt is stored once or not at all.
 *
 * @returns the row of the prompt, with `media_prompt_id` and `url` where the service said them
 * @throws CliError; in doubt to the end, its hint says so
 */
export async function uploadPrompt(
  client: ConvirzaClient,
  upload: PromptUpload,
  options: UploadOptions,
): Promise<JsonObject> {
  const { signal } = options;
  let inDoubt = false;
  for (let attempt = 0; ; attempt++) {
    try {
      const body = multipartBody(upload.fields, { field: 'file', ...upload.file }, options.onProgress);
      const answer = await client.call(promptsEndpoint('upload'), { body, signal });
      return isObject(answer.data) ? answer.data : {};
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      // After a doubt, "the name is taken" may mean: by the attempt whose answer got lost.
      const takenByUs = inDoubt && error.type === 'rejected';
      if (!takenByUs && !isInDoubt(error)) throw error;
      inDoubt = true;
      options.onDoubt?.(error);
      const stored = await lookUp(client, upload, error, signal);
      if (stored !== undefined) return stored;
      if (takenByUs || attempt >= options.retries) throw error;
    }
    await options.sleep(options.pauseMs * 2 ** attempt, signal);
  }
}

async function lookUp(
  client: ConvirzaClient,
  upload: PromptUpload,
  failure: CliError,
  signal: AbortSignal | undefined,
): Promise<JsonObject | undefined> {
  const { name, org_unit_id: orgUnitId } = upload.fields;
  try {
    return await findPromptByName(client, name, orgUnitId, signal);
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new CliError(failure.type, `${failure.message}; whether it was stored could not be found out`, {
      ...failure,
      hint: `Look for ${JSON.stringify(name)} in: convirza prompts list --all. Then upload it again if it is missing.`,
      cause: failure,
    });
  }
}
