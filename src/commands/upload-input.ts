/** What `prompts upload` is asked for. */
import type { BulkFlags } from './bulk-flags.ts';
import type { PreviewFlags } from './request-preview.ts';
import type { ConvertFlags } from './upload-convert.ts';

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

/** Whether an earlier run is gone on with. */
export function goesOn({ resume, retryFailed }: UploadInput): boolean {
  return resume === true || retryFailed === true;
}

/** The flags of every run of many, those alone that were given. */
export function bulkFlags({
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
