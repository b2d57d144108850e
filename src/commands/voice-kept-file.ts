/** Where a file of a call ends up: at its name when the call went well, else never over an older file. */
import { randomBytes } from 'node:crypto';
import { constants, copyFileSync, linkSync, unlinkSync } from 'node:fs';
import { copyFile, link, realpath, stat, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { AudioError, writeFailure } from '../audio/errors.ts';
import { StagedFile } from '../audio/write/staged-file.ts';
import { renameOver } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';

/** What was kept, and where. */
export interface KeptFile {
  path: string;
  /** The call did not end well, or the disk took no more. */
  partial: boolean;
  /** Whether an older file stands at the name that was asked for. */
  beside: boolean;
}

/** A name that a file is asked for, and the hidden one under which it waits in the same folder until then. */
export class KeptPlace {
  /** As it was asked for. */
  readonly path: string;
  /** With links resolved. */
  readonly target: string;
  readonly staging: string;

  private constructor(path: string, target: string) {
    this.path = path;
    this.target = target;
    // Where the file belongs is known only when the call has ended, so it waits under a name of its own.
    this.staging = this.hidden(extname(target));
  }

  /** @throws AudioError when nothing can be written at the path */
  static async at(path: string): Promise<KeptPlace> {
    await (await StagedFile.create(path)).abort();
    const target = await realpath(path).catch(async () =>
      join(await realpath(dirname(path)), basename(path)),
    );
    return new KeptPlace(path, target);
  }

  /** A hidden name in the same folder that nobody has. */
  hidden(suffix: string): string {
    return join(dirname(this.target), `.convirza-${randomBytes(6).toString('hex')}${suffix}`);
  }

  /**
   * Moves the waiting file to its name, replacing an older one only when it is whole; else to the first free one of
   * `keep.wav`, `keep.partial.wav`, `keep.partial-2.wav` …
   *
   * @throws AudioError when that fails; the waiting file is then gone
   */
  async put(whole: boolean): Promise<KeptFile> {
    try {
      if (!whole) {
        for (const place of this.#places())
          if (await moveToFree(this.staging, place)) return this.#partial(place);
      }
      await renameOver(this.staging, this.target);
      return { path: this.path, partial: false, beside: false };
    } catch (error) {
      await unlink(this.staging).catch(() => {});
      throw this.explain(error);
    }
  }

  /** As `put` of a partial file, with synchronous calls. When it fails, the file stays under its hidden name. */
  putNow(): KeptFile {
    for (const place of this.#places()) if (moveToFreeNow(this.staging, place)) return this.#partial(place);
    throw new Error('there is always another name');
  }

  /** A system error by the name that the user gave, not by the one the file waits under. */
  explain(error: unknown): unknown {
    const cause = error instanceof AudioError ? error.cause : error;
    return errorCode(cause) === undefined ? error : writeFailure(this.path, dirname(this.path), cause);
  }

  *#places(): Generator<string, void, undefined> {
    const suffix = extname(this.target);
    const stem = this.target.slice(0, this.target.length - suffix.length);
    for (let number = 0; ; number++) {
      const mark = number === 0 ? '' : number === 1 ? '.partial' : `.partial-${number}`;
      yield `${stem}${mark}${suffix}`;
    }
  }

  #partial(place: string): KeptFile {
    const beside = place !== this.target;
    return { path: beside ? place : this.path, partial: true, beside };
  }
}

/** Moves a file to a name that nobody has, without a moment in which another file could be replaced. */
async function moveToFree(source: string, target: string): Promise<boolean> {
  try {
    // Some file systems know no hard links.
    await link(source, target).catch((error: unknown) => {
      if (errorCode(error) === 'EEXIST') throw error;
      return copyFile(source, target, constants.COPYFILE_EXCL);
    });
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  await unlink(source);
  return true;
}

function moveToFreeNow(source: string, target: string): boolean {
  try {
    try {
      linkSync(source, target);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      copyFileSync(source, target, constants.COPYFILE_EXCL);
    }
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  }
  unlinkSync(source);
  return true;
}

/** A file that is to be written, by the flag that names it. */
export interface NamedOutput {
  flag: string;
  path: string;
}

/** What tells whether two paths lead to one file: symbolic and hard links count, and files that are not there yet. */
async function identityOf(path: string): Promise<{ node: string | undefined; place: string }> {
  const entry = await stat(path, { bigint: true }).catch(() => undefined);
  const place = await realpath(path).catch(async () =>
    join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path)),
  );
  const node = entry === undefined || entry.ino === 0n ? undefined : `${entry.dev}:${entry.ino}`;
  return { node, place };
}

async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([identityOf(a), identityOf(b)]);
  return one.place === other.place || (one.node !== undefined && one.node === other.node);
}

/** A file that is read, and what it is for: `the file that is to be spoken`. */
export interface NamedInput {
  path: string;
  role: string;
}

/** @throws CliError `usage` when an output is one of the files that are read, or the same as another output */
export async function refuseSharedFiles(
  outputs: readonly NamedOutput[],
  inputs: readonly NamedInput[],
): Promise<void> {
  for (const [i, { flag, path }] of outputs.entries()) {
    for (const input of inputs) {
      if (!(await isSameFile(input.path, path))) continue;
      throw new CliError('usage', `${flag} names ${input.role}, "${input.path}", which must stay as it is`, {
        hint: `Give ${flag} another name.`,
      });
    }
    for (const before of outputs.slice(0, i)) {
      if (!(await isSameFile(before.path, path))) continue;
      throw new CliError('usage', `${before.flag} and ${flag} name one file, "${path}"`, {
        hint: 'Give each of them a name of its own.',
      });
    }
  }
}
