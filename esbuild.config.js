/**
 * Builds the program: `src/main.ts` and everything it reaches become split ES modules in `dist/`, so that a
 * command loads only the chunks it uses. The libraries are bundled: one file read instead of hundreds is what
 * keeps `--help` close to the start time of Node itself.
 */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

// Built aside and moved into place, so that a program that runs meanwhile never misses a module for long.
const fresh = `${root}dist.${process.pid}.tmp`;
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: fresh,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  // One bundled library (jq) asks where it lies, for files that it has inside it.
  define: { __CONVIRZA_VERSION__: JSON.stringify(version), __dirname: '"."', __filename: '"convirza"' },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  // Bundled CommonJS libraries call require() for Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: 'warning',
  metafile: true,
});
writeFileSync(`${fresh}/THIRD-PARTY-LICENSES.txt`, thirdPartyLicenses(metafile));
for (const assets of ['demo/prompts', 'sandbox/replies'])
  cpSync(`${root}src/${assets}`, `${fresh}/assets/${assets}`, { recursive: true });

const old = `${root}dist.${process.pid}.old`;
if (existsSync(`${root}dist`)) renameSync(`${root}dist`, old);
renameSync(fresh, `${root}dist`);
rmSync(old, { recursive: true, force: true });

/**
 * The licences of the libraries that were bundled: their terms travel with their code.
 *
 * @throws when a library has a licence that this project does not take, or brings no text of it
 */
function thirdPartyLicenses(meta) {
  const allowed = new Set([
    'MIT',
    'ISC',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'Apache-2.0',
    'MPL-2.0',
    '0BSD',
    'CC0-1.0',
  ]);
  const folders = new Set();
  for (const input of Object.keys(meta.inputs)) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1];
    if (folder !== undefined) folders.add(`${root}${folder}`);
  }
  const texts = [...folders].sort().map((folder) => {
    const {
      name,
      version: packageVersion,
      license,
    } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    if (!allowed.has(license)) throw new Error(`${name} is under ${license}, which is not taken`);
    const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(entry));
    if (file === undefined) throw new Error(`${name} brings no licence text`);
    return `${name} ${packageVersion} (${license})\n\n${readFileSync(`${folder}/${file}`, 'utf8').trim()}\n`;
  });
  return texts.join(`\n${'-'.repeat(78)}\n\n`);
}
