/** The one test of a document: its commands print what it shows, and its tables say what the sources say. */
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { startSandbox } from '../../src/sandbox/index.ts';
import { Session } from './session.ts';
import { fillTables } from './tables.ts';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export const readPage = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

export interface PageOptions {
  /** Environment of the commands, beside what `sandbox start` prints. */
  env?: Record<string, string | undefined>;
  /** Whether the sandbox sends its answers at once. */
  hasty?: boolean;
  /** False where the page itself signs in. */
  signedIn?: boolean;
}

/**
 * `npm run docs` writes what commands print now, and the tables, into the document; without it a difference fails.
 *
 * @param path below the project's folder
 */
export function testPage(path: string, { env = {}, signedIn = true, hasty = false }: PageOptions = {}): void {
  it.skipIf(process.platform === 'win32')(
    `${path} shows what its commands print`,
    { timeout: 60_000 },
    async () => {
      const home = await mkdtemp(join(tmpdir(), 'convirza-docs-'));
      onTestFinished(() => rm(home, { recursive: true, force: true }));
      // Each command may sign in anew: nobody who reads types so fast.
      const sandbox = await startSandbox({
        loginsPerMinute: 10_000,
        ...(hasty ? { voice: { replySpeed: Number.POSITIVE_INFINITY } } : {}),
      });
      onTestFinished(() => sandbox.close());
      const session = await Session.open(home, sandbox, {
        ...(signedIn ? { CONVIRZA_TOKEN: sandbox.issueTokens().access_token } : {}),
        // Nobody waits for speech in real time here.
        CONVIRZA_VOICE_STREAM_SPEED: '10',
        // Ids come in the order of the rows.
        CONVIRZA_CONCURRENCY: '1',
        ...env,
      });
      const fresh = await session.refresh(fillTables(readPage(path)));
      await expect(fresh).toMatchFileSnapshot(join(ROOT, path));
    },
  );
}
