/** What `prompts sync` is about to do: from the files, the prompts on the service, and what is known of them. */
import type { ListedPrompt } from './prompt-rows.ts';
import type { SyncState, Uploaded } from './prompts-sync-state.ts';

/** A file of the folder. */
export interface LocalPrompt {
  name: string;
  /** As the user would name it. */
  shown: string;
  sha256: string;
}

export type SyncAction = 'upload' | 'replace' | 'delete' | 'tidy';

/** One thing to do, or one that is left alone. */
export interface SyncStep<File extends LocalPrompt> {
  action: SyncAction | 'leave';
  name: string;
  file: File | undefined;
  /** The prompt that goes. */
  oldId: string | undefined;
  /** Prompts under temporary names, of runs that were interrupted; they go last. */
  temporary: readonly ListedPrompt[];
  why: string;
}

export interface SyncPlan<File extends LocalPrompt> {
  /** What to do, deletions last. */
  steps: SyncStep<File>[];
  /** What needs a decision of a person. */
  left: SyncStep<File>[];
  unchanged: number;
}

export interface SyncScope {
  orgUnitId: string;
  messageType: string;
  /** Whether prompts without a file are deleted. */
  deletes: boolean;
  /** Whether prompts of unknown content are replaced. */
  replaces: boolean;
  /** Names of files that have problems: their prompts are neither uploaded nor deleted. */
  invalid: ReadonlySet<string>;
}

const MARK = / \(convirza-sync ([0-9a-f]{16})\)$/;
/** Names have 255 characters at most. */
const MAX_STEM = 220;

/** Under which a new content is uploaded before the old one goes; says which content it is. */
export function temporaryPromptName(name: string, sha256: string): string {
  return `${[...name].slice(0, MAX_STEM).join('')} (convirza-sync ${sha256.slice(0, 16)})`;
}

/** The name that a temporary one stands for, as far as it is kept in it; undefined for other names. */
function baseOf(temporary: string): string | undefined {
  return MARK.test(temporary) ? temporary.replace(MARK, '') : undefined;
}

/**
 * Brings what is known into line with what is there: an upload that was under way when a run ended is ours when the
 * name has another prompt now than before.
 */
export function settlePending(state: SyncState, listed: readonly ListedPrompt[]): void {
  const byName = new Map(listed.map((prompt) => [prompt.name, prompt]));
  for (const [name, { sha256, oldId }] of state.pending) {
    const there = byName.get(name);
    // It may yet arrive.
    if (there === undefined) continue;
    if (there.id !== oldId) state.uploaded.set(name, { sha256, mediaPromptId: there.id });
    state.pending.delete(name);
  }
}

export function planSync<File extends LocalPrompt>(
  files: readonly File[],
  listed: readonly ListedPrompt[],
  state: SyncState,
  scope: SyncScope,
): SyncPlan<File> {
  return new SyncPlanner(files, listed, state, scope).plan();
}

class SyncPlanner<File extends LocalPrompt> {
  readonly #files: readonly File[];
  readonly #listed: readonly ListedPrompt[];
  readonly #state: SyncState;
  readonly #scope: SyncScope;
  readonly #byName = new Map<string, ListedPrompt>();
  readonly #temporary = new Map<string, ListedPrompt[]>();

  constructor(files: readonly File[], listed: readonly ListedPrompt[], state: SyncState, scope: SyncScope) {
    this.#files = files;
    this.#listed = listed;
    this.#state = state;
    this.#scope = scope;
    const names = new Set(files.map(({ name }) => name));
    for (const prompt of listed) {
      const base = names.has(prompt.name) ? undefined : baseOf(prompt.name);
      if (base === undefined) this.#byName.set(prompt.name, prompt);
      else this.#temporary.set(base, [...(this.#temporary.get(base) ?? []), prompt]);
    }
  }

  plan(): SyncPlan<File> {
    const plan: SyncPlan<File> = { steps: [], left: [], unchanged: 0 };
    for (const file of this.#files) {
      const step = this.#stepFor(file);
      if (step === undefined) plan.unchanged++;
      else (step.action === 'leave' ? plan.left : plan.steps).push(step);
    }
    if (this.#scope.deletes) this.#addDeletions(plan);
    return plan;
  }

  #temporaryOf(name: string): ListedPrompt[] {
    const found = this.#temporary.get([...name].slice(0, MAX_STEM).join('')) ?? [];
    return found.filter((prompt) => this.#isInScope(prompt, undefined));
  }

  /** @returns undefined for a file whose prompt is there as it is */
  #stepFor(file: File): SyncStep<File> | undefined {
    const { name, sha256 } = file;
    const there = this.#byName.get(name);
    const known = this.#state.uploaded.get(name);
    const temporary = this.#temporaryOf(name);
    const step = (action: SyncStep<File>['action'], why: string): SyncStep<File> => ({
      action,
      name,
      file,
      oldId: there?.id,
      temporary,
      why,
    });
    if (there === undefined)
      return step('upload', known === undefined ? 'new' : 'it is no longer on the service');
    const { messageType } = this.#scope;
    if (there.messageType !== undefined && there.messageType !== messageType)
      return step('leave', `the name is taken by a prompt of the type ${there.messageType}`);
    if (known?.mediaPromptId === there.id) {
      if (known.sha256 !== sha256) return step('replace', 'the file has changed');
      return temporary.length === 0 ? undefined : step('tidy', 'left of a run that was interrupted');
    }
    const why =
      known === undefined
        ? 'cannot tell: it was not uploaded from here'
        : 'cannot tell: somebody else replaced it on the service';
    return step(this.#scope.replaces ? 'replace' : 'leave', why);
  }

  #addDeletions(plan: SyncPlan<File>): void {
    const kept = new Set(this.#files.map(({ name }) => name));
    for (const name of this.#scope.invalid) kept.add(name);
    const bases = new Set([...kept].map((name) => [...name].slice(0, MAX_STEM).join('')));
    for (const prompt of this.#listed) {
      const base = baseOf(prompt.name);
      if (kept.has(prompt.name) || (base !== undefined && bases.has(base))) continue;
      const known = this.#state.uploaded.get(prompt.name);
      const { name, id } = prompt;
      const step = { name, file: undefined, oldId: id, temporary: [] };
      if (this.#isInScope(prompt, known))
        plan.steps.push({
          ...step,
          action: 'delete',
          why: base === undefined ? 'there is no such file' : 'left of a run that was interrupted',
        });
      else if (this.#mayBeInScope(prompt))
        plan.left.push({ ...step, action: 'leave', why: 'the service does not say its group and type' });
    }
  }

  /** Only what says that it is of this group and type, or was uploaded from here and does not say otherwise. */
  #isInScope(prompt: ListedPrompt, known: Uploaded | undefined): boolean {
    if (known?.mediaPromptId === prompt.id) return this.#mayBeInScope(prompt);
    const { orgUnitId, messageType } = this.#scope;
    return prompt.orgUnitId === orgUnitId && prompt.messageType === messageType;
  }

  #mayBeInScope(prompt: ListedPrompt): boolean {
    const { orgUnitId, messageType } = this.#scope;
    return (
      (prompt.orgUnitId ?? orgUnitId) === orgUnitId && (prompt.messageType ?? messageType) === messageType
    );
  }
}
