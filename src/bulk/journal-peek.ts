/** A look into a journal that is not opened: for plans, which change nothing. */
import { open } from 'node:fs/promises';
import { errorCode } from '../shared/errors.ts';
import { linesOf, parseEvent } from './journal-file.ts';
import { fileFailure, type ItemState, stateAfter } from './journal-record.ts';

/**
 * What a journal says of its items, by their keys; nothing where there is no journal. Damage is left to `openJournal`.
 *
 * @throws CliError `usage` when it is there and cannot be read
 */
export async function peekJournal(path: string): Promise<Map<string, ItemState>> {
  const states = new Map<string, ItemState>();
  try {
    const file = await open(path, 'r');
    try {
      for await (const { number, bytes, whole } of linesOf(file)) {
        const event = number > 1 && whole ? parseEvent(bytes.toString('utf8')) : undefined;
        if (event !== undefined) states.set(event.key, stateAfter(event));
      }
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw fileFailure(path, error);
  }
  return states;
}
