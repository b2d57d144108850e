/** Sample data: a fictional company, numbers that are reserved for fiction, addresses at example.com. */
import { Store } from '../store.ts';
import { seedAssets } from './assets.ts';
import { seedCompany } from './company.ts';
import { seedConversations } from './conversations.ts';
import { Random } from './random.ts';

/**
 * A store as it is at the start. The same seed gives the same; dates are relative to `now`, milliseconds. There are
 * `rows` calls in the year before. Throws CliError `usage` for a number of rows that is none.
 */
export function seededStore(seed: number, now: number, rows?: number): Store {
  const store = new Store();
  const random = new Random(seed);
  seedCompany(store, random, now);
  seedAssets(store, now);
  seedConversations(store, seed, now, rows);
  return store;
}
