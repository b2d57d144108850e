/**
 * Compiles the kernels of the audio engine: every `src/audio/kernels/*.ts` is an AssemblyScript program and becomes
 * `kernels/<name>.wasm` in the folder of the build.
 */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import asc from 'assemblyscript/asc';

const OPTIONS = [
  ...['--optimizeLevel', '3', '--shrinkLevel', '0', '--converge', '--noAssert'],
  ...['--runtime', 'stub', '--importMemory', '--initialMemory', '1', '--enable', 'simd'],
];

/**
 * @param {string} root folder of the project, with a slash at its end
 * @param {string} target folder that takes the compiled files
 * @throws when a kernel does not compile
 */
export async function buildKernels(root, target) {
  const sources = `${root}src/audio/kernels/`;
  mkdirSync(target, { recursive: true });
  for (const file of readdirSync(sources).filter((name) => /(?<!\.d)\.ts$/.test(name))) {
    const name = file.replace(/\.ts$/, '');
    const { error, stderr } = await asc.main([file, '--outFile', `${name}.wasm`, ...OPTIONS], {
      readFile: (path, base) => read(`${base}/${path}`) ?? read(`${sources}${path}`),
      writeFile: (path, contents) => writeFileSync(`${target}/${path}`, contents),
      listFiles: () => [],
    });
    if (error !== null) throw new Error(`The kernel ${file} does not compile.\n${stderr.toString()}`);
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
