/** `voice test --save-dir`: the recording and the transcript of every scenario. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { writeFailure } from '../audio/errors.ts';
import { cleanLine } from '../output/clean.ts';
import type { Invocation } from './invocation.ts';
import { stemsOf } from './prompt-file-names.ts';
import { CallKeeping, KeepingError } from './voice-keeping.ts';
import type { KeepScenario } from './voice-test.ts';
import { fullName, type Job } from './voice-test-results.ts';

/**
 * Makes the folder. Each scenario gets `name.wav` (caller left, agent right) and `name.json` in it, whatever came of
 * it; older ones are replaced.
 *
 * @throws CliError `usage` when the folder cannot be made
 */
export async function keepScenarios(
  invocation: Invocation,
  jobs: readonly Job[],
  { folder, speed, secrets }: { folder: string; speed: number; secrets: readonly (string | undefined)[] },
): Promise<KeepScenario> {
  const place = resolve(invocation.ctx.cwd, folder);
  await mkdir(place, { recursive: true }).catch((error: unknown) => {
    throw writeFailure(place, place, error);
  });
  const named = jobs.map((job, index) => ({ id: String(index + 1), name: nameOf(job), job }));
  const stems = stemsOf(named);
  const stemOf = new Map(named.map((entry) => [entry.job, stems.get(entry) ?? entry.id]));
  return async (job) => {
    const stem = join(place, stemOf.get(job) ?? 'scenario');
    const keeping = await CallKeeping.open(invocation, {
      saveConversation: `${stem}.wav`,
      transcript: `${stem}.json`,
      speed,
      secrets,
    });
    const spare = invocation.ctx.onKill(() => keeping.finishNow());
    return {
      observe: keeping.observer,
      finish: async () => {
        spare();
        // Of a scenario that failed the recording is wanted most.
        await keeping.finish(true).catch((error: unknown) => {
          if (!(error instanceof KeepingError)) throw error;
          invocation.warn(cleanLine(`${nameOf(job)}: ${error.message}`));
        });
      },
    };
  };
}

function nameOf({ scenario, run, runs }: Job): string {
  return fullName({ name: scenario.name, run, runs });
}
