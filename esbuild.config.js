/**
 * Builds the program: `src/main.ts` and everything it reaches become split ES modules in `dist/`, so that a
 * command loads only the chunks it uses. The libraries are bundled: one file read instead of hundreds is what
 * keeps `--help` close to the start time of Node itself.
 */
import { cpSync, readFileSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

rmSync(`${root}dist`, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: { main: 'src/main.ts' },
  outdir: 'dist',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  define: { __CONVIRZA_VERSION__: JSON.stringify(version) },
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  chunkNames: 'chunks/[name]-[hash]',
  // Bundled CommonJS libraries call require() for Node's own modules.
  banner: { js: "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);" },
  logLevel: 'warning',
});
for (const assets of ['demo/prompts', 'sandbox/replies'])
  cpSync(`${root}src/${assets}`, `${root}dist/assets/${assets}`, { recursive: true });
