/** Folders of single tests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { CliError } from '../../src/shared/errors.ts';

/** A folder that goes when the test has ended. */
export async function testFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'convirza-direct-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The CliError that `work` fails with; a failure of the test when it succeeds or throws anything else. */
export async function failureOf(work: () => unknown): Promise<CliError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof CliError) return error;
    throw new Error('it threw, but no CliError', { cause: error });
  }
  throw new Error('it did not fail');
}
