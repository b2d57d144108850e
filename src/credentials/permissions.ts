/** Whether others may read what is kept secret. */
import { stat } from 'node:fs/promises';

/** What to tell of those paths that group or others have any right to; nothing of paths that are not there. */
export async function looseFiles(paths: readonly string[]): Promise<string[]> {
  // Windows has access lists; the bits that Node.js shows there mean nothing.
  if (process.platform === 'win32') return [];
  const found = await Promise.all(
    paths.map(async (path) => {
      const info = await stat(path).catch(() => undefined);
      if (info === undefined || (info.mode & 0o077) === 0) return undefined;
      const mode = (info.mode & 0o777).toString(8).padStart(4, '0');
      return `${path} is open to others (mode ${mode}): chmod ${info.isDirectory() ? '700' : '600'} it, and sign in anew if others use this machine.`;
    }),
  );
  return found.filter((text) => text !== undefined);
}
