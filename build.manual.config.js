/**
 * Writes the manual pages. They come from the command tree, which is TypeScript: it is bundled into one file of its
 * own, asked, and thrown away, so that nothing of this reaches the program.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const ENTRY = '\0manual';
const SOURCE = `
import { describeCommand } from './src/commands/describe.ts';
import { manualPages } from './src/output/manual.ts';
import { buildProgram } from './src/program.ts';
import { SETTINGS } from './src/settings/settings.ts';
export const pages = (ctx, version) =>
  manualPages(describeCommand(buildProgram(ctx)), { version, settings: SETTINGS });
`;

/** The entry; and what a command loads when it runs stays outside, since none is run. */
const plugin = {
  name: 'manual',
  resolveId: (id) => (id === ENTRY ? id : null),
  load: (id) => (id === ENTRY ? { code: SOURCE, moduleType: 'js' } : null),
  resolveDynamicImport: (id) => ({ id: String(id), external: true }),
};

/**
 * @param {string} root folder of the project
 * @param {string} folder where the pages go; it is made
 * @param {string} version of the program
 */
export async function writeManual(root, folder, version) {
  mkdirSync(folder, { recursive: true });
  const bundle = await rolldown({
    cwd: root,
    input: { manual: ENTRY },
    platform: 'node',
    external: /^node:/,
    plugins: [plugin],
    transform: { define: { __CONVIRZA_VERSION__: JSON.stringify(version) } },
  });
  const file = `${folder}/manual.mjs`;
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  const { pages } = await import(pathToFileURL(file).href);
  rmSync(file);
  // Nothing of a context is used until a command runs.
  for (const { file: name, text } of pages({}, version)) writeFileSync(`${folder}/${name}`, text);
}
