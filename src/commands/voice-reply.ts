/** The file of `voice stream --save`: a whole answer at its name, a partial one never over an older file. */
import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, realpath, stat, unlink } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { AudioError, writeFailure } from '../audio/errors.ts';
import { WavFileWriter } from '../audio/index.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import { renameOver } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';

/** What was kept of an answer. */
export interface KeptReply {
  path: string;
  seconds: number;
  partial: boolean;
  /** Whether an older file stands at the name that was asked for. */
  beside: boolean;
}

/** @throws CliError `usage` when both paths lead to one file, be it by symbolic or by hard links */
export async function refuseSameFile(input: string, save: string): Promise<void> {
  const [from, to] = await Promise.all(
    [input, save].map(async (path) => {
      const entry = await stat(path, { bigint: true }).catch(() => undefined);
      return entry === undefined ? undefined : { entry, path: await realpath(path).catch(() => path) };
    }),
  );
  if (from === undefined || to === undefined) return;
  const sameNode =
    from.entry.ino !== 0n && from.entry.ino === to.entry.ino && from.entry.dev === to.entry.dev;
  if (!sameNode && from.path !== to.path) return;
  throw new CliError(
    'usage',
    `--save names the file that is to be spoken, "${input}": the answer would replace it`,
    {
      hint: 'Give --save another name.',
    },
  );
}

/** The file of an answer: tried before the session, so that a path that cannot be written is known at once. */
export class Reply {
  readonly #path: string;
  readonly #target: string;
  readonly #staging: string;
  readonly #writer: WavFileWriter;
  #queue: Promise<void> = Promise.resolve();
  #odd: Buffer = Buffer.alloc(0);
  #bytes = 0;

  private constructor(path: string, target: string, staging: string, writer: WavFileWriter) {
    this.#path = path;
    this.#target = target;
    this.#staging = staging;
    this.#writer = writer;
  }

  /** @throws AudioError when nothing can be written at the path */
  static async create(path: string): Promise<Reply> {
    const { sampleRate, channels } = VOICE_AUDIO;
    const attempt = await WavFileWriter.create(path, { sampleRate, channels });
    await attempt.abort();
    const target = await realpath(path).catch(async () =>
      join(await realpath(dirname(path)), basename(path)),
    );
    // Where the answer belongs is known only when the session has ended, so it waits under a name of its own.
    const staging = join(dirname(target), `.convirza-${randomBytes(6).toString('hex')}.wav`);
    return new Reply(path, target, staging, await WavFileWriter.create(staging, { sampleRate, channels }));
  }

  /** Adds audio in order; a chunk that ends in mid-sample is completed by the next one. */
  add(pcm: Buffer): void {
    const all = this.#odd.length === 0 ? pcm : Buffer.concat([this.#odd, pcm]);
    const whole = all.length - (all.length % 2);
    this.#odd = Buffer.from(all.subarray(whole));
    if (whole === 0) return;
    this.#bytes += whole;
    this.#queue = this.#queue.then(() => this.#writer.write(all.subarray(0, whole)));
    this.#queue.catch(() => {});
  }

  /**
   * Puts the answer at its name, replacing an older file only when the answer is whole.
   *
   * @returns undefined when there was nothing to keep: no empty file is left
   */
  async finish(whole: boolean): Promise<KeptReply | undefined> {
    try {
      await this.#queue;
      if (this.#bytes === 0) {
        await this.#writer.abort();
        return undefined;
      }
      const { seconds } = await this.#writer.finish();
      if (whole) {
        await renameOver(this.#staging, this.#target);
        return { path: this.#path, seconds, partial: false, beside: false };
      }
      const place = await this.#placeBeside();
      const beside = place !== this.#target;
      return { path: beside ? place : this.#path, seconds, partial: true, beside };
    } catch (error) {
      await this.#writer.abort();
      await unlink(this.#staging).catch(() => {});
      throw this.#explain(error);
    }
  }

  /** @returns the first free one of `keep.wav`, `keep.partial.wav`, `keep.partial-2.wav` … */
  async #placeBeside(): Promise<string> {
    const suffix = extname(this.#target);
    const stem = this.#target.slice(0, this.#target.length - suffix.length);
    for (let number = 0; ; number++) {
      const mark = number === 0 ? '' : number === 1 ? '.partial' : `.partial-${number}`;
      const place = `${stem}${mark}${suffix}`;
      if (await moveToFree(this.#staging, place)) return place;
    }
  }

  /** The error by the name that the user gave, not by the one the answer waits under. */
  #explain(error: unknown): unknown {
    const cause = error instanceof AudioError ? error.cause : error;
    return errorCode(cause) === undefined ? error : writeFailure(this.#path, dirname(this.#path), cause);
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
