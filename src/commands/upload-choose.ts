/** Which of the planned files are sent: not those that the service has, or that an earlier run has done. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { ItemState, Journal } from '../bulk/journal.ts';
import { peekJournal } from '../bulk/journal-peek.ts';
import { isInShard, parseShard } from '../bulk/shard.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import { journalPathOf } from './bulk-run.ts';
import type { Invocation } from './invocation.ts';
import { bulkFlags, goesOn, type UploadInput } from './upload-input.ts';
import { keyOf, type PlannedUpload } from './upload-plan.ts';
import type { Action } from './upload-preview.ts';
import type { ServicePrompts, Taken } from './upload-taken.ts';

export interface Chosen {
  uploads: PlannedUpload[];
  problems: CliError[];
  action: (upload: PlannedUpload) => Action;
}

/** Leaves out what the service has already under the same name, unless the journal says that this run did it. */
export async function chooseUploads(
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
