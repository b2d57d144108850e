/** Files that are either the old or the new one, never half of one. */
import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { errorCode } from './errors.ts';
import { sleep } from './wait.ts';

/** A name beside `path` that nobody else uses; in the same folder, so that a rename stays on one file system. */
export function temporaryName(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
}

/**
 * Renames over `target`. On Windows a virus scanner or a reader can hold the target for a moment and the
 * rename fails with EPERM, EACCES or EBUSY: it is tried again for about a second.
 */
export async function renameOver(source: string, target: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await rename(source, target);
      return;
    } catch (error) {
      const passing = ['EPERM', 'EACCES', 'EBUSY'].includes(errorCode(error) ?? '');
      if (!passing || process.platform !== 'win32' || attempt >= 7) throw error;
      await sleep(2 ** attempt * 5);
    }
  }
}

/** Makes a finished rename survive a power cut; not every platform can. */
export async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } catch {
    // Windows and some network file systems refuse to sync a folder.
  } finally {
    await folder?.close();
  }
}

/**
 * Writes a whole file: temporary file, fsync, rename, fsync of the folder.
 *
 * @param mode permission bits of the new file (0o600 for secrets)
 * @throws the Node.js system error; the target is then untouched and the temporary file gone
 */
export async function writeFileAtomic(path: string, data: string | Uint8Array, mode = 0o666): Promise<void> {
  const temporary = temporaryName(path);
  const handle = await open(temporary, 'wx', mode);
  try {
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await renameOver(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await syncFolder(dirname(path));
}
