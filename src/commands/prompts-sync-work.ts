/** The requests of one step of `prompts sync`, in an order in which no prompt gets lost. */
import type { ItemContext } from '../bulk/run-types.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { findPromptByName, promptsEndpoint } from '../convirza/prompts.ts';
import { cleanLine } from '../output/clean.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { graceSignal } from './bulk-run.ts';
import type { Invocation } from './invocation.ts';
import { idValue, listPrompts } from './prompt-rows.ts';
import { type LocalPrompt, type SyncStep, temporaryPromptName } from './prompts-sync-plan.ts';
import type { PlannedUpload } from './upload-plan.ts';
import { sendPrompt } from './upload-send.ts';

export type SyncFile = PlannedUpload & LocalPrompt;

export class SyncWork {
  readonly #invocation: Invocation;
  readonly #client: ConvirzaClient;
  readonly #orgUnitId: string;
  readonly #signal: AbortSignal;

  constructor(invocation: Invocation, client: ConvirzaClient, orgUnitId: string) {
    this.#invocation = invocation;
    this.#client = client;
    this.#orgUnitId = orgUnitId;
    this.#signal = graceSignal(invocation);
  }

  /** @returns what the service answered, with its `media_prompt_id` under that name */
  async run(step: SyncStep<SyncFile>, context: ItemContext): Promise<JsonObject> {
    const { action, file, oldId } = step;
    if (file !== undefined && (action === 'upload' || action === 'replace'))
      return this.#put(step, file, context);
    if (action === 'tidy') await this.#tidy(step.temporary.map(({ id }) => id));
    else if (oldId !== undefined) await this.#remove(oldId);
    return {};
  }

  /**
   * Names are unique and nothing renames a prompt. So a new content is uploaded under a temporary name first, which
   * shows that the service takes it; then the old prompt goes, the new one comes under its name, and the temporary one
   * goes: at every moment one of them is there, and a run that is killed at any step can be gone on with.
   */
  async #put(step: SyncStep<SyncFile>, file: SyncFile, context: ItemContext): Promise<JsonObject> {
    const { oldId } = step;
    const extra = step.temporary.map(({ id }) => id);
    if (oldId !== undefined) {
      const name = temporaryPromptName(file.name, file.sha256);
      if (!step.temporary.some((prompt) => prompt.name === name))
        extra.push(...idsOf(await this.#upload(file, name, context)));
      await this.#remove(oldId);
    }
    const answer = await this.#upload(file, file.name, context);
    await this.#tidy(extra).catch((error: unknown) => {
      // It is done; the next run finds what is left.
      if (this.#signal.aborted || !(error instanceof CliError)) return;
      this.#invocation.warn(
        `The temporary prompt of ${JSON.stringify(cleanLine(file.name))} could not be deleted (${cleanLine(error.message)}); the next run does it.`,
      );
    });
    const [id] = idsOf(answer);
    return id === undefined ? answer : { ...answer, media_prompt_id: idValue(id) };
  }

  async #upload(file: SyncFile, name: string, context: ItemContext): Promise<JsonObject> {
    const outgoing = { ...file, fields: { ...file.fields, name } };
    const answer = await sendPrompt(this.#invocation, this.#client, outgoing, context, this.#signal);
    if (idsOf(answer).length > 0) return answer;
    return (await findPromptByName(this.#client, name, this.#orgUnitId, this.#signal)) ?? answer;
  }

  async #tidy(ids: readonly string[]): Promise<void> {
    for (const id of ids) await this.#remove(id);
  }

  /** @throws CliError; `not_found` only when the prompt is still there, and so the path must be wrong */
  async #remove(id: string): Promise<void> {
    try {
      await this.#client.call(promptsEndpoint('delete'), { path: { id }, signal: this.#signal });
    } catch (error) {
      if (!(error instanceof CliError) || error.type !== 'not_found') throw error;
      const listed = await listPrompts(this.#client, this.#orgUnitId, this.#signal);
      if (listed.some((prompt) => prompt.id === id)) throw error;
    }
  }
}

function idsOf(answer: JsonObject): string[] {
  const id = answer['media_prompt_id'] ?? answer['id'];
  return typeof id === 'number' || (typeof id === 'string' && id !== '') ? [String(id)] : [];
}
