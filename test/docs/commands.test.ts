import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ROOT } from './page.ts';
import { commandReference } from './reference.ts';

it('docs/commands.md is what the catalogue and the command tree say (npm run docs writes it)', async () => {
  await expect(commandReference()).toMatchFileSnapshot(join(ROOT, 'docs/commands.md'));
});
