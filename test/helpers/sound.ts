/** Programs that stand in for those that record and play. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { shellQuote } from '../../src/shared/shell.ts';

const RECORDER = fileURLToPath(new URL('./sound-recorder.cjs', import.meta.url));
const PLAYER = fileURLToPath(new URL('./sound-player.cjs', import.meta.url));

/** Command lines of both; what they note goes to the folder. */
export function soundPrograms(folder: string) {
  const line = (...words: string[]) => [process.execPath, ...words].map(shellQuote).join(' ');
  const recorded = join(folder, 'recorder.pids');
  const played = join(folder, 'player.pids');
  const heard = join(folder, 'heard.raw');
  // The last line may be half written.
  const pids = (path: string) =>
    existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1).map(Number) : [];
  return {
    recorder: (mode: string, ms = 0) => line(RECORDER, mode, recorded, String(ms)),
    player: (mode: string) => line(PLAYER, mode, played, heard),
    /** Process ids of all that were started. */
    recorders: () => pids(recorded),
    players: () => pids(played),
    heard: () => (existsSync(heard) ? readFileSync(heard) : Buffer.alloc(0)),
  };
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until something is so, by looking now and then. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
