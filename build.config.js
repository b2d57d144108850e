/**
 * Builds the program: `src/main.ts` and everything it reaches go to `dist/`. The libraries are bundled, and what every
 * command needs lies in few files; what only some commands need is split off and loaded by them. The output is
 * CommonJS, since Node.js loads that several milliseconds faster than ES modules, at every start of the program.
 */
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants } from 'node:zlib';
import { rolldown } from 'rolldown';
import { buildKernels } from './build.kernels.config.js';
import { writeManual } from './build.manual.config.js';
import { buildOpus } from './build.opus.config.js';

const root = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));

/** What every command line needs, `--help` too. */
const CORE = [
  /\/src\/program\.ts$/,
  /\/src\/shared\/(dates|json|shell)\.ts$/,
  /\/src\/settings\//,
  /\/src\/nextevi\/(limits|setting-specs)\.ts$/,
  /\/src\/commands\/(audio-commands|auth-commands|describe|flag-values|endpoint-command|environment|help|local-commands|params|run|sandbox-commands|voice-commands|voice-settings)\.ts$/,
  /\/src\/output\/(formats|shells)\.ts$/,
  /\/src\/convirza\/catalogue\//,
  /\/node_modules\/commander\//,
  /^\0(lazy:|rolldown)/,
];

/** What a command needs beside that to run and to print. */
const RUN = [
  /\/src\/commands\/(ask|body|credentials|endpoint|global-flags|input|invocation|request-preview|update-notice)\.ts$/,
  /\/src\/output\/(cell|clean|csv|report|rows|select|table|terminal)\.ts$/,
  /\/src\/convirza\/(client|envelope|paging|retry|trace|transport-error|url)\.ts$/,
  /\/src\/shared\/network\.ts$/,
  /\/node_modules\/(chalk|fast-string-truncated-width)\//,
];

/** What a request needs beside that. */
const HTTP = [
  /\/node_modules\/undici\/(?!lib\/(core\/socks|dispatcher\/(\w+-)*(socks5|proxy)))/,
  /\/src\/convirza\/transport\.ts$/,
];

/** For libraries without a licence text in their package: opus-decoder is MIT, and libopus is compiled into it. */
const KEPT_LICENCES = {
  'opus-decoder': [
    `${root}src/audio/codecs/opus/licenses/opus-decoder.txt`,
    `${root}src/audio/codecs/opus/licenses/libopus.txt`,
    `${root}src/audio/codecs/opus/licenses/opusfile.txt`,
  ],
  '@wasm-audio-decoders/common': [`${root}src/audio/codecs/opus/licenses/opus-decoder.txt`],
};

const matches = (patterns) => (id) => patterns.some((pattern) => pattern.test(id));

/**
 * Parts of libraries that this program never uses, and that cost time at every start: commander's way of running other
 * programs as subcommands, undici's HTTP/2, which is off, its bodies of the kinds that fetch knows, and Node's own HTTP,
 * of which it uses two constants. And those that cost size alone: inquirer's way to the editor with the character sets
 * of the world, and the checks by JSON Schema that conf makes where one is given.
 */
const leaveOut = {
  name: 'leave-out',
  resolveId(id, importer) {
    const from = (library) => importer?.includes(`/node_modules/${library}/`);
    if (id === '@inquirer/external-editor') return '\0left-out:editor';
    if (/^ajv(-formats)?(\/|$)/.test(id) && from('conf')) return '\0left-out:schemas';
    if (!id.startsWith('node:')) return null;
    if (id === 'node:child_process' && from('commander')) return '\0lazy:child_process';
    if (id === 'node:http' && from('undici')) return '\0lazy:http';
    return { id, external: true };
  },
  load(id) {
    if (id === '\0lazy:child_process')
      return {
        code: "module.exports = { get spawn() { return require('node:child_process').spawn; } };",
        moduleType: 'js',
      };
    if (id === '\0left-out:editor')
      return {
        code: "const none = () => { throw new Error('The editor is not in this build'); }; export { none as edit, none as editAsync, none as ExternalEditor };",
        moduleType: 'js',
      };
    if (id === '\0left-out:schemas')
      return {
        code: "export class Ajv2020 { constructor() { throw new Error('JSON Schema is not in this build'); } }; export default { default() {} };",
        moduleType: 'js',
      };
    // undici takes two things from it: the default size of headers, and a class that it never meets here.
    if (id === '\0lazy:http')
      return {
        code: 'module.exports = { maxHeaderSize: 16384, IncomingMessage: class {} };',
        moduleType: 'js',
      };
    if (/\/undici\/lib\/web\/fetch\/body\.js$/.test(id))
      return {
        code: "module.exports = { extractBody() { throw new Error('FormData is not in this build'); } };",
        moduleType: 'js',
      };
    if (/\/undici\/lib\/dispatcher\/client-h2\.js$/.test(id))
      return {
        code: "module.exports = () => { throw new Error('HTTP/2 is not in this build'); };",
        moduleType: 'js',
      };
    return null;
  },
};

/** The WebAssembly of jq, as its package holds it: found by `besideTheProgram`. @type {Buffer | undefined} */
let jqWasm;

/**
 * WebAssembly modules that libraries carry inside of their JavaScript as text. They go into files beside the program:
 * that of jq is half as large packed in that form, and that of libopus is there already (build.opus.config.js).
 */
const besideTheProgram = {
  name: 'beside-the-program',
  transform(code, id) {
    if (/\/jq-wasm\/dist\/build\/jq\.js$/.test(id)) {
      return replaceOnce(
        code,
        /(findWasmBinary\(\) \{) var f = "data:[^,"]*;base64,([^"]+)"[^}]*\}/,
        (match) => {
          jqWasm = Buffer.from(match[2], 'base64');
          return `${match[1]} wasmBinary = require('node:zlib').brotliDecompressSync(require('node:fs').readFileSync(__dirname + '/../kernels/jq.wasm.br')); return 'jq.wasm'; }`;
        },
      );
    }
    if (/\/opus-decoder\/src\/EmscriptenWasm\.js$/.test(id))
      return replaceOnce(code, /String\.raw`dynEncode(?:[^`\\]|\\[\s\S])*`/, () => "'in a file'");
    return null;
  },
};

/** @throws when the library is not made as it is expected to be */
function replaceOnce(code, pattern, replacement) {
  const match = pattern.exec(code);
  if (match === null) throw new Error(`${pattern} is not in the library any more`);
  return code.slice(0, match.index) + replacement(match) + code.slice(match.index + match[0].length);
}

// Built aside and moved into place, so that a program that runs meanwhile never misses a module for long.
const fresh = `${root}dist.${process.pid}.tmp`;
const bundle = await rolldown({
  cwd: root,
  input: { main: 'src/main.ts' },
  platform: 'node',
  // Native, and optional: it stays what npm installs beside the program.
  external: ['@napi-rs/keyring'],
  plugins: [leaveOut, besideTheProgram],
  preserveEntrySignatures: 'allow-extension',
  transform: {
    target: 'node20.19',
    define: { __CONVIRZA_VERSION__: JSON.stringify(version) },
  },
  checks: { ineffectiveDynamicImport: false },
});
const { output } = await bundle.write({
  dir: fresh,
  format: 'cjs',
  minify: true,
  comments: false,
  entryFileNames: '[name].cjs',
  chunkFileNames: 'chunks/[name]-[hash].cjs',
  codeSplitting: {
    includeDependenciesRecursively: false,
    groups: [
      { name: 'http', test: matches(HTTP) },
      { name: 'run', test: matches(RUN) },
      { name: 'core', test: matches(CORE) },
    ],
  },
});
await bundle.close();
writeFileSync(
  `${fresh}/THIRD-PARTY-LICENSES.txt`,
  thirdPartyLicenses(output.flatMap((file) => file.moduleIds ?? [])),
);
for (const assets of ['demo/prompts', 'sandbox/replies'])
  cpSync(`${root}src/${assets}`, `${fresh}/assets/${assets}`, { recursive: true });
await buildKernels(root, `${fresh}/kernels`);
await buildOpus(root, `${fresh}/kernels`);
if (jqWasm === undefined) throw new Error('jq-wasm: no WebAssembly was found');
// The best quality would win another tenth, and take twenty times as long at every build.
const packed = { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } };
writeFileSync(`${fresh}/kernels/jq.wasm.br`, brotliCompressSync(jqWasm, packed));
await writeManual(root, `${fresh}/man`, version);

const old = `${root}dist.${process.pid}.old`;
if (existsSync(`${root}dist`)) renameSync(`${root}dist`, old);
renameSync(fresh, `${root}dist`);
rmSync(old, { recursive: true, force: true });

/**
 * The licences of the libraries that were bundled: their terms travel with their code.
 *
 * @throws when a library has a licence that this project does not take, or brings no text of it
 */
function thirdPartyLicenses(modules) {
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
  for (const id of modules) {
    const folder = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id.replaceAll('\\', '/'))?.[1];
    if (folder !== undefined) folders.add(folder);
  }
  const texts = [...folders].sort().map((folder) => {
    const {
      name,
      version: packageVersion,
      license,
    } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
    if (!allowed.has(license)) throw new Error(`${name} is under ${license}, which is not taken`);
    const text = licenceText(name, folder);
    if (text === undefined) throw new Error(`${name} brings no licence text`);
    return `${name} ${packageVersion} (${license})\n\n${text}\n`;
  });
  return texts.join(`\n${'-'.repeat(78)}\n\n`);
}

/** The text that a library brings, or, for one that brings none, its own terms and those of what it holds. */
function licenceText(name, folder) {
  const file = readdirSync(folder).find((entry) => /^(licen[cs]e|copying)(\.\w+)?$/i.test(entry));
  const files = file === undefined ? KEPT_LICENCES[name] : [`${folder}/${file}`];
  return files?.map((path) => readFileSync(path, 'utf8').trim()).join('\n\n');
}
