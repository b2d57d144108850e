/**
 * What `prompts sync` has uploaded: the service names no checksum, so a record beside the files says which content
 * each prompt has.
 */
import { readFile } from 'node:fs/promises';
import { type JournalEvent, type JournalOwner, openJournal } from '../bulk/journal.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import { isObject, type JsonObject, parseJson } from '../shared/json.ts';
import { fileError } from './input.ts';

const VERSION = 1;

/** A prompt whose content is known. */
export interface Uploaded {
  sha256: string;
  mediaPromptId: string;
}

/** An upload that was begun, and nobody has seen its end. */
export interface Pending {
  sha256: string;
  /** Id of the prompt that had the name before; undefined when none had. */
  oldId: string | undefined;
}

/** What is known of one group on one service, by the names of prompts. */
export interface SyncState {
  uploaded: Map<string, Uploaded>;
  pending: Map<string, Pending>;
}

/** What a key in the journal stands for. */
export type SyncKey =
  | { kind: 'put'; name: string; oldId: string | undefined }
  | { kind: 'delete'; name: string; id: string }
  | { kind: 'tidy'; name: string };

export function keyText(key: SyncKey): string {
  switch (key.kind) {
    case 'put':
      return `put ${key.oldId ?? '-'} ${key.name}`;
    case 'delete':
      return `delete ${key.id} ${key.name}`;
    case 'tidy':
      return `tidy - ${key.name}`;
  }
}

export function parseKey(text: string): SyncKey | undefined {
  const [, kind, id = '-', name = ''] = /^(put|delete|tidy) (\S+) (.*)$/s.exec(text) ?? [];
  switch (kind) {
    case 'put':
      return { kind, name, oldId: id === '-' ? undefined : id };
    case 'delete':
      return { kind, name, id };
    case 'tidy':
      return { kind, name };
    default:
      return undefined;
  }
}

/** The file of the record, which holds several targets: a folder may be synced with more than one group. */
export class SyncStateFile {
  readonly path: string;
  readonly #target: string;
  readonly #others: JsonObject;
  readonly state: SyncState;

  private constructor(path: string, target: string, others: JsonObject, state: SyncState) {
    this.path = path;
    this.#target = target;
    this.#others = others;
    this.state = state;
  }

  /**
   * @param target service and group
   * @throws CliError `usage` when it cannot be read, or is no such file
   */
  static async read(path: string, target: string): Promise<SyncStateFile> {
    let text: string;
    try {
      text = await readFile(path, 'utf8');
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw fileError(path, error);
      return new SyncStateFile(path, target, {}, { uploaded: new Map(), pending: new Map() });
    }
    const value = parseJson(text)?.value;
    const targets =
      isObject(value) && value['convirza_prompts_sync'] === VERSION ? value['targets'] : undefined;
    if (!isObject(targets))
      throw new CliError('usage', `${path} is no record of prompts sync, or one of another version`, {
        hint: 'Name another place with --state. Without its record, sync cannot tell what has changed.',
      });
    const { [target]: own, ...others } = targets;
    return new SyncStateFile(path, target, others, stateOf(own));
  }

  /** @throws CliError `usage` when it cannot be written */
  async save(): Promise<void> {
    const { uploaded, pending } = this.state;
    const prompts = sorted(uploaded).map(([name, { sha256, mediaPromptId }]) => ({
      name,
      sha256,
      media_prompt_id: mediaPromptId,
    }));
    const open = sorted(pending).map(([name, { sha256, oldId }]) => ({
      name,
      sha256,
      old_id: oldId ?? null,
    }));
    const target = { prompts, ...(open.length === 0 ? {} : { pending: open }) };
    const value = {
      convirza_prompts_sync: VERSION,
      targets: { ...this.#others, [this.#target]: target },
    };
    try {
      await writeFileAtomic(this.path, `${JSON.stringify(value, null, 1)}\n`);
    } catch (error) {
      throw new CliError('usage', `${this.path} cannot be written (${errorCode(error) ?? 'unknown error'})`, {
        hint: 'Name another place with --state.',
        cause: error,
      });
    }
  }

  /**
   * Takes over what the journal of a run has, also of one that was killed, and removes the journal.
   *
   * @throws CliError as `openJournal`
   */
  async absorb(
    journalPath: string,
    owner: JournalOwner,
    options: { now: () => number; signal?: AbortSignal },
  ): Promise<void> {
    const journal = await openJournal(journalPath, { ...owner, ...options, mode: 'either' });
    try {
      for (const key of journal.keys()) {
        const event = await journal.last(key);
        const parsed = parseKey(key);
        if (event !== undefined && parsed !== undefined) applyEvent(this.state, parsed, event);
      }
      await this.save();
    } catch (error) {
      await journal.close();
      throw error;
    }
    await journal.remove();
  }
}

/** Failures after which nothing was stored. Of the others, a later step of a replacement may be what failed. */
const CERTAIN = new Set(['rejected', 'usage', 'cancelled']);

function applyEvent(state: SyncState, key: SyncKey, event: JournalEvent): void {
  const { uploaded, pending } = state;
  if (key.kind === 'tidy') return;
  if (key.kind === 'delete') {
    if (event.event === 'done' && uploaded.get(key.name)?.mediaPromptId === key.id) uploaded.delete(key.name);
    return;
  }
  if (event.event === 'done') {
    const id = isObject(event.result) ? event.result['media_prompt_id'] : undefined;
    if (typeof id === 'string') uploaded.set(key.name, { sha256: event.hash, mediaPromptId: id });
    pending.delete(key.name);
    // A service that says no id: the next run finds the prompt by its name.
    if (typeof id === 'string') return;
  } else if (event.event === 'failed' && !event.inDoubt && CERTAIN.has(event.error.type)) return;
  pending.set(key.name, { sha256: event.hash, oldId: key.oldId });
}

function sorted<T>(map: ReadonlyMap<string, T>): [string, T][] {
  return [...map].sort(([a], [b]) => (a < b ? -1 : 1));
}

function stateOf(own: unknown): SyncState {
  const state: SyncState = { uploaded: new Map(), pending: new Map() };
  if (!isObject(own)) return state;
  for (const entry of rowsOf(own['prompts'])) {
    const { name, sha256, media_prompt_id: id } = entry;
    if (typeof name === 'string' && typeof sha256 === 'string' && typeof id === 'string')
      state.uploaded.set(name, { sha256, mediaPromptId: id });
  }
  for (const entry of rowsOf(own['pending'])) {
    const { name, sha256, old_id: oldId } = entry;
    if (typeof name === 'string' && typeof sha256 === 'string')
      state.pending.set(name, { sha256, oldId: typeof oldId === 'string' ? oldId : undefined });
  }
  return state;
}

function rowsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}
