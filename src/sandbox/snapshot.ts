/** What a sandbox holds, as data that another one can go on with. */
import type { SessionsSnapshot } from './sessions.ts';
import type { Group, PhoneNumber, Prompt, Row, Store, TableSnapshot, User } from './store.ts';

/** The rows that requests can change. Calls and messages are made from the seed and the time, so these stand for them. */
export interface RowsSnapshot {
  groups: TableSnapshot<Group>;
  users: TableSnapshot<User>;
  prompts: TableSnapshot<Prompt>;
  numbers: TableSnapshot<PhoneNumber>;
  /** The other families, by name. */
  collections: Record<string, TableSnapshot<Row>>;
}

export interface SandboxSnapshot extends RowsSnapshot {
  seed: number;
  /** How many calls there are, where that was said. */
  calls?: number | undefined;
  /** When the sample data was made, milliseconds since 1970: its dates are relative to that. */
  seeded_at: number;
  sessions: SessionsSnapshot;
}

/** The rows of a store. */
export function rowsIn(store: Store): RowsSnapshot {
  return {
    groups: store.groups.snapshot(),
    users: store.users.snapshot(),
    prompts: store.prompts.snapshot(),
    numbers: store.numbers.snapshot(),
    collections: Object.fromEntries(
      store.collected.map((family) => [family, store.collection(family).snapshot()]),
    ),
  };
}

/** Puts the rows of a snapshot in the place of those of a store. */
export function restoreRows(store: Store, snapshot: RowsSnapshot): void {
  const { groups, users, prompts, numbers, collections } = snapshot;
  store.groups.replace(groups.rows, groups.next_id);
  store.users.replace(users.rows, users.next_id);
  store.prompts.replace(prompts.rows, prompts.next_id);
  store.numbers.replace(numbers.rows, numbers.next_id);
  for (const [family, { rows, next_id: nextId }] of Object.entries(collections))
    store.collection(family).replace(rows, nextId);
}
