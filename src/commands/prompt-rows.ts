/** Rows of `prompts list`, whose fields nobody documented: read as the answer of an upload is (reference, section 8). */
import type { ConvirzaClient } from '../convirza/client.ts';
import { walk } from '../convirza/paging.ts';
import { promptsEndpoint } from '../convirza/prompts.ts';
import { isObject, type JsonObject } from '../shared/json.ts';

/** A prompt on the service. What a row does not say is undefined. */
export interface ListedPrompt {
  id: string;
  name: string;
  url: string | undefined;
  messageType: string | undefined;
  orgUnitId: string | undefined;
}

/** An id as the service answers it: a number where it is one. */
export function idValue(id: string | undefined): string | number | null {
  return id === undefined ? null : /^[1-9]\d{0,14}$/.test(id) ? Number(id) : id;
}

function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function promptOf(row: JsonObject): ListedPrompt | undefined {
  const id = text(row['media_prompt_id']) ?? text(row['id']);
  if (id === undefined) return undefined;
  return {
    id,
    name: text(row['name']) ?? text(row['filename']) ?? text(row['recording_name']) ?? id,
    url: text(row['url']),
    messageType: text(row['message_type']),
    orgUnitId: text(row['org_unit_id']),
  };
}

/**
 * All prompts that the service lists, in its order; rows without an id are left out.
 *
 * @param orgUnitId rows that say that they are another group's are left out
 */
export async function listPrompts(
  client: ConvirzaClient,
  orgUnitId: string | undefined,
  signal: AbortSignal,
): Promise<ListedPrompt[]> {
  const query = orgUnitId === undefined ? {} : { org_unit_id: orgUnitId };
  const found = new Map<string, ListedPrompt>();
  const limit = Number.POSITIVE_INFINITY;
  for await (const { rows } of walk(client, promptsEndpoint('list'), { limit, query, signal }))
    for (const row of rows) {
      const prompt = isObject(row) ? promptOf(row) : undefined;
      if (prompt === undefined) continue;
      if (orgUnitId === undefined || (prompt.orgUnitId ?? orgUnitId) === orgUnitId)
        found.set(prompt.id, prompt);
    }
  return [...found.values()];
}
