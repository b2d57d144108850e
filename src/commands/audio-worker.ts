/** What a worker thread of `audio convert` does: the program itself, started with `__audio-worker`. */
import { parentPort } from 'node:worker_threads';
import { CliError, type ErrorType } from '../shared/errors.ts';
import { type ConversionJob, type Converted, convertToFile } from './audio-engine.ts';

export type ToWorker = { kind: 'job'; job: ConversionJob } | { kind: 'abort' };

/** An error as data. `type` is missing where it was none of ours: a bug. */
export interface Failure {
  type?: ErrorType;
  message: string;
  hint?: string | undefined;
  stack?: string | undefined;
}

export type FromWorker =
  | { kind: 'progress'; done: number }
  | { kind: 'converted'; result: Converted }
  | { kind: 'failed'; failure: Failure };

function failureOf(error: unknown): Failure {
  if (error instanceof CliError) return { type: error.type, message: error.message, hint: error.hint };
  if (error instanceof Error) return { message: error.message, stack: error.stack };
  return { message: String(error) };
}

/** Takes jobs from the main thread, one at a time, until that ends the thread. Does nothing outside of a thread. */
export function runAudioWorker(): void {
  const abort = new AbortController();
  const post = (message: FromWorker) => parentPort?.postMessage(message);
  const run = async (job: ConversionJob) => {
    try {
      const onProgress = (done: number) => post({ kind: 'progress', done });
      post({ kind: 'converted', result: await convertToFile(job, { signal: abort.signal, onProgress }) });
    } catch (error) {
      post({ kind: 'failed', failure: failureOf(error) });
    }
  };
  parentPort?.on('message', (message: ToWorker) => {
    if (message.kind === 'job') void run(message.job);
    else abort.abort(new CliError('interrupted', 'Interrupted'));
  });
}
