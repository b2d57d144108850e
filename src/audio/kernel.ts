import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A WebAssembly module with no other effect than a function of vectors: valid where SIMD is there. */
const SIMD_PROBE = Uint8Array.of(
  ...[
    0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98,
  ],
  ...[11],
);

const PAGE_BYTES = 65_536;
const modules = new Map<string, WebAssembly.Module>();
let isSimdThere: boolean | undefined;

/** Whether kernels can run: there is WebAssembly (not under `node --jitless`) with 128-bit vectors. */
export function hasKernels(): boolean {
  isSimdThere ??= typeof WebAssembly === 'object' && WebAssembly.validate(SIMD_PROBE);
  return isSimdThere;
}

/**
 * A compiled kernel with a memory of its own. The memory never grows, so the arrays stay valid.
 *
 * Every kernel exports `heapBase`, the first byte that its own data leave free.
 */
export class Kernel<Exports> {
  readonly exports: Exports;
  readonly memory: WebAssembly.Memory;
  #free: number;

  /**
   * Starts `src/audio/kernels/<name>.ts` with room for `bytes` in the arrays that are allocated; each takes up to
   * 15 bytes more. Only where `hasKernels`.
   */
  constructor(name: string, bytes: number) {
    this.memory = new WebAssembly.Memory({ initial: 1 + Math.ceil(bytes / PAGE_BYTES) });
    const instance = new WebAssembly.Instance(compiled(name), {
      env: { memory: this.memory, abort: () => undefined },
    });
    this.exports = instance.exports as Exports;
    this.#free = (instance.exports as { heapBase: () => number }).heapBase();
  }

  /** An array in the kernel's memory; its `byteOffset` is the address for the kernel. Zero at first. */
  f32(length: number): Float32Array {
    return new Float32Array(this.memory.buffer, this.#allocate(length * 4), length);
  }

  /** As `f32`. */
  i32(length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.#allocate(length * 4), length);
  }

  /** As `f32`. */
  u8(length: number): Uint8Array {
    return new Uint8Array(this.memory.buffer, this.#allocate(length), length);
  }

  #allocate(bytes: number): number {
    const at = (this.#free + 15) & ~15;
    if (at + bytes > this.memory.buffer.byteLength) throw new Error('the memory of a kernel is too small');
    this.#free = at + bytes;
    return at;
  }
}

/** The module of a kernel, to be started by other means than `Kernel`. Only where there is WebAssembly. */
export function kernelModule(name: string): WebAssembly.Module {
  return compiled(name);
}

function compiled(name: string): WebAssembly.Module {
  let module = modules.get(name);
  if (module === undefined) {
    module = new WebAssembly.Module(readFileSync(kernelFile(name)));
    modules.set(name, module);
  }
  return module;
}

/** Beside the built program, or in its `dist` when the sources themselves run (in tests). */
function kernelFile(name: string): string {
  const places = ['./kernels/', '../kernels/', '../../dist/kernels/'];
  const files = places.map((place) => fileURLToPath(new URL(`${place}${name}.wasm`, import.meta.url)));
  const found = files.find((file) => existsSync(file));
  if (found === undefined) throw new Error(`the kernel ${name} is missing from this installation`);
  return found;
}
