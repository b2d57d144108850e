/** `prompts sync`: the prompts of a group become what a folder holds. */
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { JournalOwner } from '../bulk/journal.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { isInDoubt } from '../convirza/retry.ts';
import { cleanLine } from '../output/clean.ts';
import { createRowSink } from '../output/rows.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import { sha256OfFile } from '../shared/file-hash.ts';
import type { JsonObject } from '../shared/json.ts';
import { takeLock } from '../shared/lock.ts';
import { confirm } from './ask.ts';
import { leftOut } from './audio-files.ts';
import type { BulkFlags } from './bulk-flags.ts';
import { BulkGate, type BulkJob, runBulkCommand } from './bulk-run.ts';
import { fileError } from './input.ts';
import type { Invocation } from './invocation.ts';
import { stemOf } from './prompt-names.ts';
import { idValue, listPrompts } from './prompt-rows.ts';
import { planSync, type SyncPlan, type SyncStep, settlePending } from './prompts-sync-plan.ts';
import { keyText, type SyncKey, SyncStateFile } from './prompts-sync-state.ts';
import { type SyncFile, SyncWork } from './prompts-sync-work.ts';
import { planUploads, withoutDoubles } from './upload-plan.ts';
import { sourcesOfFiles } from './upload-sources.ts';

export interface SyncFlags extends Pick<BulkFlags, 'concurrency' | 'rate' | 'skipInvalid'> {
  messageType: string;
  orgUnitId: string;
  recursive?: boolean;
  delete?: boolean;
  replace?: boolean;
  state?: string;
  dryRun?: boolean;
  yes?: boolean;
}

type Step = SyncStep<SyncFile>;

const STATE_FILE = '.convirza-prompts-sync.json';
/** So many files are hashed at once. */
const HASHERS = 4;
const MOST_SHOWN = 60;
const COLUMNS = ['action', 'name', 'media_prompt_id', 'file', 'why'];

export async function runSync(invocation: Invocation, folder: string, flags: SyncFlags): Promise<void> {
  const { ctx } = invocation;
  const status = await stat(resolve(ctx.cwd, folder)).catch((error: unknown) => {
    throw fileError(folder, error);
  });
  if (!status.isDirectory()) throw new CliError('usage', `${folder} is no folder`);
  const statePath = resolve(ctx.cwd, flags.state ?? join(folder, STATE_FILE));
  if (flags.dryRun === true) return new Sync(invocation, folder, flags, statePath).run();
  const lock = await takeLock(`${statePath}.lock`, {
    signal: ctx.signal,
    waitMs: 1_500,
    staleMs: 60_000,
    guards: `the record ${statePath}`,
    placeHint: 'The record of what was uploaded is kept there; --state names another place.',
    busy: () =>
      new CliError('usage', `Another run works on ${folder}`, {
        hint: `Wait until it has ended. If there is none, delete the folder ${statePath}.lock.`,
      }),
  });
  try {
    await new Sync(invocation, folder, flags, statePath).run();
  } finally {
    await lock.release();
  }
}

class Sync {
  readonly #invocation: Invocation;
  readonly #folder: string;
  readonly #flags: SyncFlags;
  readonly #statePath: string;
  readonly #owner: JournalOwner;
  readonly #journalPath: string;

  constructor(invocation: Invocation, folder: string, flags: SyncFlags, statePath: string) {
    const service = invocation.url('api-url').href;
    const group = flags.orgUnitId;
    this.#invocation = invocation;
    this.#folder = folder;
    this.#flags = flags;
    this.#statePath = statePath;
    this.#owner = { command: 'prompts sync', fingerprint: { service, group } };
    const target = createHash('sha256').update(`${service} ${group}`).digest('hex').slice(0, 8);
    this.#journalPath = `${statePath}.${target}.journal`;
  }

  async run(): Promise<void> {
    const invocation = this.#invocation;
    const flags = this.#flags;
    const { ctx } = invocation;
    const { files, invalid } = await this.#readFolder();
    const { service, group } = this.#owner.fingerprint;
    const record = await SyncStateFile.read(this.#statePath, `${service} ${group}`);
    await this.#absorb(record, flags.dryRun === true);
    const gate = new BulkGate(ctx, flags);
    const client = await invocation.client(gate);
    const listed = await listPrompts(client, flags.orgUnitId, ctx.signal);
    settlePending(record.state, listed);
    const plan = planSync(files, listed, record.state, {
      orgUnitId: flags.orgUnitId,
      messageType: flags.messageType,
      deletes: flags.delete === true,
      replaces: flags.replace === true,
      invalid,
    });
    if (flags.dryRun === true) return this.#showPlan(plan);
    await record.save();
    this.#tellPlan(plan);
    if (plan.steps.length === 0) {
      await createRowSink(invocation.rowsOptions(COLUMNS)).end();
      return;
    }
    await confirm(invocation, describePlan(plan, flags), flags.yes);
    try {
      await runBulkCommand(invocation, this.#job(client, gate, plan.steps), {
        concurrency: flags.concurrency,
        rate: flags.rate,
      } as BulkFlags);
    } finally {
      // Without a signal: what was done is to be known however the run ended.
      await record.absorb(this.#journalPath, this.#owner, { now: ctx.now });
    }
  }

  /** What a run that was killed had done. */
  async #absorb(record: SyncStateFile, isDry: boolean): Promise<void> {
    const there = await stat(this.#journalPath).catch(() => undefined);
    if (there === undefined) return;
    if (isDry) {
      this.#invocation.warn('An earlier run did not end well; what it did is not looked at in a --dry-run.');
      return;
    }
    const { now, signal } = this.#invocation.ctx;
    await record.absorb(this.#journalPath, this.#owner, { now, signal });
    this.#invocation.say('An earlier run did not end well; what it had done is taken into account.');
  }

  /** @throws CliError `usage` with the problems of all files, unless those are to be left out */
  async #readFolder(): Promise<{ files: SyncFile[]; invalid: Set<string> }> {
    const { ctx, say, warn } = this.#invocation;
    const { messageType, orgUnitId, recursive, skipInvalid } = this.#flags;
    const fields = { message_type: messageType, org_unit_id: orgUnitId };
    const found = await sourcesOfFiles([this.#folder], fields, {
      cwd: ctx.cwd,
      recursive: recursive === true,
    });
    if (found.skipped.length > 0) say(cleanLine(leftOut(found.skipped)));
    const plan = await planUploads(found.sources, { allowTruncated: false, anySize: false });
    const problems = plan.problems.map(({ message }) => cleanLine(withoutStop(message)));
    if (problems.length > 0 && skipInvalid !== true) {
      const [first] = plan.problems;
      if (problems.length === 1 && first !== undefined) throw first;
      throw new CliError('usage', `${problems.length} files have problems, so nothing was done`, {
        hint: `${problems.slice(0, 20).join('. ')}. --skip-invalid leaves them and their prompts alone.`,
      });
    }
    for (const problem of problems) warn(`left alone: ${problem}`);
    const uploads = withoutDoubles(plan.uploads);
    const valid = new Set(uploads.map(({ path }) => path));
    const invalid = new Set(
      found.sources.filter(({ path }) => !valid.has(path)).map(({ path }) => stemOf(path).trim()),
    );
    const files: SyncFile[] = [];
    const queue = uploads.entries();
    const hash = async () => {
      for (const [index, upload] of queue)
        files[index] = {
          ...upload,
          sha256: await sha256OfFile(upload.path, ctx.signal, (error) => fileError(upload.path, error)),
        };
    };
    await Promise.all(Array.from({ length: HASHERS }, hash));
    return { files, invalid };
  }

  #job(client: ConvirzaClient, gate: BulkGate, steps: readonly Step[]): BulkJob<Step, undefined, JsonObject> {
    const work = new SyncWork(this.#invocation, client, this.#flags.orgUnitId);
    return {
      ...this.#owner,
      journalPath: this.#journalPath,
      // The next run finds out by itself what is left to do.
      failedPath: false,
      gate,
      items: steps,
      key: (step) => keyText(keyOf(step)),
      hash: ({ file }) => file?.sha256 ?? '',
      label: ({ action, name }) => `${action} ${name}`,
      values: (step) => Object.assign(Object.create(null), rowOf(step)),
      work: (step, _prepared, context) => work.run(step, context),
      isInDoubt,
      keep: ({ media_prompt_id: id }) => (id === undefined ? null : { media_prompt_id: String(id) }),
      row: (step, result) => ({ ...rowOf(step), ...result }),
      columns: COLUMNS,
      verb: 'done',
      heading: 'Syncing',
    };
  }

  async #showPlan(plan: SyncPlan<SyncFile>): Promise<void> {
    const sink = createRowSink(this.#invocation.rowsOptions(COLUMNS));
    await sink.page([...plan.steps, ...plan.left].map(rowOf));
    await sink.end();
    this.#tellReplacements(plan);
    this.#invocation.say(`${unchangedText(plan)} Nothing was done (--dry-run).`);
  }

  /** For a person: scripts get a row for each thing that was done. */
  #tellPlan(plan: SyncPlan<SyncFile>): void {
    const { say, format } = this.#invocation;
    const all = [...plan.steps, ...plan.left];
    const shown = format === 'table' ? all : plan.left;
    for (const { action, name, oldId, why } of shown.slice(0, MOST_SHOWN))
      say(
        `  ${action.padEnd(7)} ${cleanLine(name)}${oldId === undefined ? '' : ` (${cleanLine(oldId)})`}: ${why}`,
      );
    if (shown.length > MOST_SHOWN)
      say(`  and ${shown.length - MOST_SHOWN} more; --dry-run shows all of them`);
    if (plan.left.length > 0)
      say(
        `${plan.left.length} ${plan.left.length === 1 ? 'prompt is' : 'prompts are'} left alone. --replace replaces those of which nobody can tell.`,
      );
    this.#tellReplacements(plan);
    say(unchangedText(plan));
  }

  #tellReplacements({ steps }: SyncPlan<SyncFile>): void {
    const count = steps.filter(({ action }) => action === 'replace').length;
    if (count === 0) return;
    this.#invocation.warn(
      `${count} ${count === 1 ? 'prompt gets a new id' : 'prompts get new ids'}: routes and agents that point to the old ${count === 1 ? 'one' : 'ones'} must be pointed to the new.`,
    );
  }
}

function keyOf({ action, name, oldId }: Step): SyncKey {
  if (action === 'delete' && oldId !== undefined) return { kind: 'delete', name, id: oldId };
  return action === 'tidy' ? { kind: 'tidy', name } : { kind: 'put', name, oldId };
}

function rowOf({ action, name, file, oldId, why }: Step): JsonObject {
  return { action, name, media_prompt_id: idValue(oldId), file: file?.shown ?? null, why };
}

function unchangedText({ unchanged, steps }: SyncPlan<SyncFile>): string {
  const are = unchanged === 1 ? '1 prompt is' : `${unchanged} prompts are`;
  return `${are} as in the folder${steps.length === 0 ? '; there is nothing to do' : ''}.`;
}

/** `Upload 3, replace 1 and delete 2 prompts of group 1002`. */
function describePlan({ steps }: SyncPlan<SyncFile>, { orgUnitId }: SyncFlags): string {
  const verbs = ['upload', 'replace', 'delete', 'tidy'] as const;
  const parts = verbs
    .map((verb) => [verb, steps.filter(({ action }) => action === verb).length] as const)
    .filter(([, count]) => count > 0)
    .map(([verb, count]) => `${verb === 'tidy' ? 'tidy up after' : verb} ${count}`);
  const text = parts.length > 1 ? `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}` : (parts[0] ?? '');
  const noun = steps.length === 1 ? 'prompt' : 'prompts';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)} ${noun} of group ${orgUnitId}`;
}
