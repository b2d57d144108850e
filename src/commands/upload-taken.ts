/** The names that the service has already: listed once, and looked up again where an upload is in doubt. */
import type { ConvirzaClient } from '../convirza/client.ts';
import { walk } from '../convirza/paging.ts';
import { findPromptByName, promptsEndpoint } from '../convirza/prompts.ts';
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import type { Invocation } from './invocation.ts';
import type { PlannedUpload } from './upload-plan.ts';

export interface Taken {
  upload: PlannedUpload;
  error: CliError;
}

export function orgUnitOf({ fields }: Pick<PlannedUpload, 'fields'>): string | undefined {
  return fields['org_unit_id'];
}

export class ServicePrompts {
  readonly #invocation: Invocation;
  readonly #client: ConvirzaClient;
  /** By group; `''` for those whose group nobody named. */
  readonly #listed = new Map<string, Promise<Map<unknown, JsonObject>>>();

  constructor(invocation: Invocation, client: ConvirzaClient) {
    this.#invocation = invocation;
    this.#client = client;
  }

  /** Those of the uploads whose names are taken. */
  async taken(uploads: readonly PlannedUpload[]): Promise<Taken[]> {
    const taken: Taken[] = [];
    for (const upload of uploads) {
      const rows = await this.#list(orgUnitOf(upload));
      if (!rows.has(upload.name)) continue;
      const place = upload.place === undefined ? '' : `${upload.place}: `;
      const error = new CliError(
        'rejected',
        `${place}"${upload.shown}": the name ${JSON.stringify(upload.name)} is taken on the service`,
        { hint: 'Choose another with --name, or delete the old prompt first.' },
      );
      taken.push({ upload, error });
    }
    return taken;
  }

  /** The prompt of an upload that is in doubt. @returns undefined when the service has none of its name */
  async find(upload: PlannedUpload, signal: AbortSignal): Promise<JsonObject | undefined> {
    // A list that came before this upload was sent may lack it, but has nothing that is not there.
    const listed = await this.#listed.get(orgUnitOf(upload) ?? '');
    return (
      listed?.get(upload.name) ??
      (await findPromptByName(this.#client, upload.name, orgUnitOf(upload), signal))
    );
  }

  #list(orgUnitId: string | undefined): Promise<Map<unknown, JsonObject>> {
    const key = orgUnitId ?? '';
    let rows = this.#listed.get(key);
    if (rows === undefined) {
      rows = this.#read(orgUnitId);
      this.#listed.set(key, rows);
    }
    return rows;
  }

  async #read(orgUnitId: string | undefined): Promise<Map<unknown, JsonObject>> {
    const names = new Map<unknown, JsonObject>();
    const query = orgUnitId === undefined ? {} : { org_unit_id: orgUnitId };
    const { signal } = this.#invocation.ctx;
    try {
      const limit = Number.POSITIVE_INFINITY;
      for await (const page of walk(this.#client, promptsEndpoint('list'), { limit, query, signal }))
        for (const row of page.rows) {
          if (
            !isObject(row) ||
            (orgUnitId !== undefined && String(row['org_unit_id'] ?? orgUnitId) !== orgUnitId)
          )
            continue;
          names.set(row['name'] ?? row['filename'], row).set(row['filename'], row);
        }
    } catch (error) {
      // The path of the list is inferred; without it the service itself says when a name is taken.
      if (!(error instanceof CliError) || (error.type !== 'not_found' && error.status !== 405)) throw error;
      this.#invocation.warn(
        'The prompts on the service could not be listed, so names were not checked beforehand.',
      );
    }
    names.delete(undefined);
    return names;
  }
}
