/** Lanes on which files are converted side by side: worker threads, or the main thread where one is enough. */
import { Worker } from 'node:worker_threads';
import { CliError } from '../shared/errors.ts';
import { type ConversionHooks, type ConversionJob, type Converted, convertToFile } from './audio-engine.ts';
import type { Failure, FromWorker, ToWorker } from './audio-worker.ts';

/** Takes one job after the other. */
export interface Lane {
  /** Rejects as `convertToFile`, and with the reason of the signal when that is aborted. */
  convert(job: ConversionJob, onProgress: (done: number) => void): Promise<Converted>;
  close(): Promise<void>;
}

/** How long a thread may take to tidy up after an interruption. */
const GRACE_MS = 3_000;

/**
 * @param count of files at once; one needs no thread
 * @param program the file of this program, which the threads run too
 */
export function openLanes(
  count: number,
  program: string,
  hooks: Omit<ConversionHooks, 'onProgress'>,
): Lane[] {
  if (count <= 1)
    return [
      {
        convert: (job, onProgress) => convertToFile(job, { ...hooks, onProgress }),
        close: async () => {},
      },
    ];
  return Array.from({ length: count }, () => new WorkerLane(program, hooks.signal));
}

/** A thread that is started at its first job, and anew after it has broken down. */
class WorkerLane implements Lane {
  readonly #program: string;
  readonly #signal: AbortSignal;
  #worker: Worker | undefined;

  constructor(program: string, signal: AbortSignal) {
    this.#program = program;
    this.#signal = signal;
  }

  async convert(job: ConversionJob, onProgress: (done: number) => void): Promise<Converted> {
    this.#signal.throwIfAborted();
    this.#worker ??= new Worker(this.#program, {
      argv: ['__audio-worker'],
      resourceLimits: { maxYoungGenerationSizeMb: 3 },
    });
    const worker = this.#worker;
    let timer: NodeJS.Timeout | undefined;
    const onAbort = () => {
      this.#post(worker, { kind: 'abort' });
      timer = setTimeout(() => void worker.terminate(), GRACE_MS);
    };
    this.#signal.addEventListener('abort', onAbort, { once: true });
    try {
      return await this.#run(worker, job, onProgress);
    } catch (error) {
      this.#signal.throwIfAborted();
      throw error;
    } finally {
      clearTimeout(timer);
      this.#signal.removeEventListener('abort', onAbort);
    }
  }

  #run(worker: Worker, job: ConversionJob, onProgress: (done: number) => void): Promise<Converted> {
    return new Promise<Converted>((resolve, reject) => {
      const onMessage = (message: FromWorker) => {
        if (message.kind === 'progress') return onProgress(message.done);
        stop();
        if (message.kind === 'converted') resolve(message.result);
        else reject(errorOf(message.failure));
      };
      const onBreakdown = (cause: unknown) => {
        stop();
        this.#worker = undefined;
        reject(cause instanceof Error ? cause : new Error('the thread ended in the middle of its work'));
      };
      const stop = () => {
        worker.off('message', onMessage).off('error', onBreakdown).off('exit', onBreakdown);
      };
      worker.on('message', onMessage).on('error', onBreakdown).on('exit', onBreakdown);
      this.#post(worker, { kind: 'job', job });
    });
  }

  #post(worker: Worker, message: ToWorker): void {
    worker.postMessage(message);
  }

  async close(): Promise<void> {
    await this.#worker?.terminate();
    this.#worker = undefined;
  }
}

/** The error that a thread met, as if it had been met here. */
function errorOf({ type, message, hint, stack }: Failure): Error {
  if (type !== undefined) return new CliError(type, message, { hint });
  const error = new Error(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
