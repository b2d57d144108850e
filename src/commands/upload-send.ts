/** One file of a bulk run on its way to the service. */
import { createReadStream } from 'node:fs';
import type { ItemContext } from '../bulk/run-types.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { uploadPrompt } from '../convirza/prompts.ts';
import { withoutStop } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import type { Invocation } from './invocation.ts';

/** What is sent. */
export interface OutgoingFile {
  path: string;
  bytes: number;
  fileName: string;
  contentType: string;
  /** Form fields beside the file. */
  fields: Readonly<Record<string, string>> & { readonly name: string };
}

/**
 * Uploads a file, and tells the run of its progress and its doubts.
 *
 * @throws CliError as `uploadPrompt`
 */
export function sendPrompt(
  { ctx, retry }: Invocation,
  client: ConvirzaClient,
  { path, bytes, fileName, contentType, fields }: OutgoingFile,
  { progress, retried }: Pick<ItemContext, 'progress' | 'retried'>,
  signal: AbortSignal,
): Promise<JsonObject> {
  return uploadPrompt(
    client,
    { fields, file: { fileName, contentType, bytes, stream: () => createReadStream(path) } },
    {
      retries: retry.retries,
      pauseMs: retry.baseDelayMs,
      sleep: ctx.sleep,
      signal,
      onProgress: (sent) => progress(sent, bytes),
      onDoubt: (error) => retried(`${withoutStop(error.message)}. Looking whether it arrived.`, 0),
    },
  );
}
