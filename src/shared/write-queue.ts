/** Writes to one open file, in order, that can be brought to their end at once when the process has no more time. */
import { closeSync, write, writeSync } from 'node:fs';

/** The system calls of a queue; a test gives its own. */
export interface DiskCalls {
  write(
    file: number,
    bytes: Uint8Array,
    position: number | null,
    done: (error: Error | null, written: number) => void,
  ): void;
  writeSync(file: number, bytes: Uint8Array, position: number | null): number;
}

const DISK: DiskCalls = {
  write: (file, bytes, position, done) => write(file, bytes, 0, bytes.length, position, done),
  writeSync: (file, bytes, position) => writeSync(file, bytes, 0, bytes.length, position),
};

interface Entry {
  bytes: Uint8Array;
  /** Null: at the end of a file that is open for appending. */
  position: number | null;
  /** Done by a synchronous call, so that it can never reach the file after a later patch of the same place. */
  patch: boolean;
}

/** While more than this waits, `busy` asks for patience. */
const PATIENCE_BYTES = 1024 * 1024;
/** While more than this would wait, `write` does the work itself: memory stays bounded whatever the disk does. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * A write that names its position can be done again by `flushNow` without harm when it is under way; one that appends
 * is then left to the system. After a failure all later writes are dropped; what is in the file stays.
 */
export class WriteQueue {
  readonly #file: number;
  readonly #onFailure: (error: unknown) => void;
  readonly #disk: DiskCalls;
  #waiting: Entry[] = [];
  #running: Entry | undefined;
  #bytes = 0;
  #end: number;
  #failure: { error: unknown } | undefined;
  #idle: (() => void)[] = [];
  #closed = false;

  /**
   * @param file descriptor; unless it appends, nobody else writes to the file
   * @param start how many bytes are in it
   * @param onFailure hears of the first failure, once
   */
  constructor(file: number, start: number, onFailure: (error: unknown) => void, disk = DISK) {
    this.#file = file;
    this.#end = start;
    this.#onFailure = onFailure;
    this.#disk = disk;
  }

  /** Where the bytes end that are in the file for certain, provided that writes followed one another without gaps. */
  get end(): number {
    return this.#end;
  }

  /** What made a write fail. */
  get failure(): { error: unknown } | undefined {
    return this.#failure;
  }

  /** Resolves when the disk has caught up; undefined while it keeps up. Never rejects. */
  get busy(): Promise<void> | undefined {
    return this.#bytes > PATIENCE_BYTES ? this.drained() : undefined;
  }

  /** Writes in the order of the calls. The bytes must not change afterwards. */
  write(bytes: Uint8Array, position: number): void {
    this.#add({ bytes, position, patch: false });
  }

  /** Appends to a file that was opened for it, in the order of the calls. The bytes must not change afterwards. */
  append(bytes: Uint8Array): void {
    this.#add({ bytes, position: null, patch: false });
  }

  /**
   * Replaces a few bytes of a place that only patches write to, when all writes before it have reached the file.
   */
  patch(bytes: Uint8Array, position: number): void {
    this.#add({ bytes, position, patch: true });
  }

  /** Resolves when nothing waits any more, be it because of a failure. */
  drained(): Promise<void> {
    if (this.#running === undefined) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  /** Does all that waits with synchronous calls, also what is under way unless it appends. */
  flushNow(): void {
    const again = this.#running?.position == null ? [] : [this.#running];
    const entries = [...again, ...this.#waiting];
    this.#waiting = [];
    for (const entry of entries) this.#doNow(entry);
    this.#bytes = this.#running?.bytes.length ?? 0;
  }

  /**
   * Closes the file as soon as no call uses it: its number may then belong to another file. Nothing must be written
   * afterwards; does nothing the second time.
   */
  closeNow(): void {
    if (this.#closed) return;
    this.#closed = true;
    const close = () => {
      try {
        closeSync(this.#file);
      } catch {
        // What had to be written has been written.
      }
    };
    if (this.#running === undefined) close();
    else void this.drained().then(close);
  }

  #add(entry: Entry): void {
    if (this.#failure !== undefined) return;
    this.#waiting.push(entry);
    this.#bytes += entry.bytes.length;
    if (this.#running === undefined) this.#next();
    else if (this.#bytes > MAX_BYTES) this.flushNow();
  }

  #next(): void {
    for (let entry = this.#waiting.shift(); entry !== undefined; entry = this.#waiting.shift()) {
      if (!entry.patch) {
        this.#running = entry.position === null ? this.#joined(entry) : entry;
        this.#write(this.#running, 0);
        return;
      }
      this.#bytes -= entry.bytes.length;
      this.#doNow(entry);
    }
    for (const resolve of this.#idle.splice(0)) resolve();
  }

  /** What is appended next, in one call. */
  #joined(first: Entry): Entry {
    const rest = this.#waiting.findIndex(({ position }) => position !== null);
    const more = this.#waiting.splice(0, rest === -1 ? this.#waiting.length : rest);
    if (more.length === 0) return first;
    return { ...first, bytes: Buffer.concat([first, ...more].map(({ bytes }) => bytes)) };
  }

  #write(entry: Entry, done: number): void {
    const rest = done === 0 ? entry.bytes : entry.bytes.subarray(done);
    this.#disk.write(this.#file, rest, behind(entry.position, done), (error, written) => {
      if (error === null && written > 0 && done + written < entry.bytes.length) {
        this.#write(entry, done + written);
        return;
      }
      this.#running = undefined;
      this.#bytes -= entry.bytes.length;
      if (error !== null || written === 0) this.#fail(error ?? nothingWritten());
      else this.#reached(entry);
      this.#next();
    });
  }

  #doNow(entry: Entry): void {
    if (this.#failure !== undefined) return;
    try {
      for (let done = 0; done < entry.bytes.length; ) {
        const position = behind(entry.position, done);
        const written = this.#disk.writeSync(this.#file, entry.bytes.subarray(done), position);
        if (written === 0) throw nothingWritten();
        done += written;
      }
      this.#reached(entry);
    } catch (error) {
      this.#fail(error);
    }
  }

  #reached(entry: Entry): void {
    this.#end = Math.max(this.#end, (entry.position ?? this.#end) + entry.bytes.length);
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return;
    this.#failure = { error };
    this.#waiting = [];
    this.#bytes = this.#running?.bytes.length ?? 0;
    this.#onFailure(error);
  }
}

const behind = (position: number | null, bytes: number): number | null =>
  position === null ? null : position + bytes;

/** No system should do this; going round for ever would be worse than to say so. */
function nothingWritten(): Error {
  return Object.assign(new Error('the system wrote nothing'), { code: 'EIO' });
}
