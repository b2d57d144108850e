/**
 * Takes libopus, compiled to WebAssembly, out of the package opus-decoder and writes it as `kernels/opus.wasm`: beside
 * the program it need not be unpacked at every start, and it gets a stack of its own size.
 *
 * The package gives it 64 KiB of stack between its constants and its heap. Decoding to stereo at 48 kHz takes up to 46
 * KiB of that before the decoder proper begins, and a stream that goes over from SILK packets of 60 ms to CELT needs
 * more than the rest: it writes into the constants. So the stack begins at the end of the memory, where its 28 MiB
 * leave room for it.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

const GLOBAL_SECTION = 6;
/** A global that is a variable integer, and how its initial value begins. */
const VARIABLE_I32 = [0x7f, 0x01, 0x41];

/**
 * @param {string} root folder of the project, with a slash at its end
 * @param {string} target folder that takes the file
 * @throws when the package is not made as it is expected to be
 */
export async function buildOpus(root, target) {
  const load = async (path) => (await import(pathToFileURL(`${root}node_modules/${path}`).href)).default;
  const Emscripten = await load('opus-decoder/src/EmscriptenWasm.js');
  const Common = await load('@wasm-audio-decoders/common/src/WASMAudioDecoderCommon.js');
  new Common();
  new Emscripten(Common);
  const original = await Common.inflateDynEncodeString(Emscripten.wasm);
  const module = withStackAtEnd(original);
  if (!WebAssembly.validate(module)) throw new Error('opus-decoder: the changed module is not valid');
  writeFileSync(`${target}/opus.wasm`, module);
}

/** The module with another initial value of its first variable global, which is the stack pointer of Emscripten. */
function withStackAtEnd(module) {
  const { memory } = sectionsOf(module);
  const { start, size, sizeAt } = sectionsOf(module).globals;
  const [count, at] = unsigned(module, start);
  const global = [...module.subarray(at, at + VARIABLE_I32.length)];
  if (count < 1 || global.join() !== VARIABLE_I32.join()) throw new Error('opus-decoder: no stack pointer');
  const valueAt = at + VARIABLE_I32.length;
  const valueEnd = module.indexOf(0x0b, valueAt);
  const [before] = unsigned(module, valueAt);
  if (before < 65_536 || before > 1_048_576) throw new Error(`opus-decoder: a stack at ${before}`);

  const value = signedBytes(memory * 65_536);
  const changedSize = unsignedBytes(size + value.length - (valueEnd - valueAt));
  return Buffer.concat([
    module.subarray(0, sizeAt),
    changedSize,
    module.subarray(start, valueAt),
    value,
    module.subarray(valueEnd),
  ]);
}

/** Pages of the memory at the beginning, and where the globals are. Source: WebAssembly Core Specification §5.5. */
function sectionsOf(module) {
  let memory;
  let globals;
  for (let at = 8; at < module.length; ) {
    const id = module[at];
    const [size, start] = unsigned(module, at + 1);
    if (id === GLOBAL_SECTION) globals = { start, size, sizeAt: at + 1 };
    // One memory: its flags, then the pages.
    if (id === 5) memory = unsigned(module, start + 2)[0];
    at = start + size;
  }
  if (memory === undefined || globals === undefined) throw new Error('opus-decoder: no memory or no globals');
  return { memory, globals };
}

/** A number in LEB128, and what follows it. */
function unsigned(bytes, start) {
  let value = 0;
  for (let at = start, factor = 1; ; at++, factor *= 128) {
    value += (bytes[at] & 127) * factor;
    if (bytes[at] < 128) return [value, at + 1];
  }
}

function unsignedBytes(value) {
  return Uint8Array.from(
    value < 128 ? [value] : [(value % 128) + 128, ...unsignedBytes(Math.floor(value / 128))],
  );
}

/** Of a number that is not negative: one bit more, for the sign. */
function signedBytes(value) {
  return Uint8Array.from(
    value < 64 ? [value] : [(value % 128) + 128, ...signedBytes(Math.floor(value / 128))],
  );
}
