import { mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { openSource, type SpoolOptions, spool } from '../../src/audio/index.ts';
import { audioErrorOf, int16, samplesOf, useFolder, wav } from './fixtures.ts';

const folder = useFolder();

const PIECES = Array.from({ length: 10 }, (_, i) => Buffer.alloc(100, i + 1));
const WHOLE = Buffer.concat(PIECES);

/** Spools into a folder of its own; `list` says what is in it. */
async function spooled(stream: Readable, options: SpoolOptions = {}) {
  const place = await mkdtemp(join(folder.path('.'), 'spool-'));
  const list = () => readdir(place);
  return { list, result: spool(stream, { folder: place, ...options }) };
}

describe.each([
  ['in memory', {}],
  ['in a file', { memoryBytes: 250 }],
  ['in a file from the first byte', { memoryBytes: 0 }],
])('%s', (_, options) => {
  test('bytes can be read anywhere', async () => {
    const { result } = await spooled(Readable.from(PIECES), options);
    const source = await result;
    expect(source.size).toBe(1000);
    expect(source.path).toBe('standard input');
    expect(Buffer.from(await source.read(0, 1000))).toEqual(WHOLE);
    expect(Buffer.from(await source.read(95, 10))).toEqual(WHOLE.subarray(95, 105));
    expect(await source.read(990, 100)).toHaveLength(10);
    expect(await source.read(1001, 5)).toHaveLength(0);
    const target = new Uint8Array(20);
    expect(await source.readInto(target, 985)).toBe(15);
    expect(target[14]).toBe(10);
    await source.close();
    await source.close();
  });

  test('audio comes of it, and nothing is left', async () => {
    const bytes = wav(int16(...Array.from({ length: 1000 }, (_, i) => i)));
    const { list, result } = await spooled(
      Readable.from([bytes.subarray(0, 20), bytes.subarray(20)]),
      options,
    );
    const input = await openSource(await result);
    expect((await samplesOf(input))[0]?.map((value) => value * 32_768)[999]).toBe(999);
    await input.close();
    expect(await list()).toEqual([]);
  });

  test('an error on the way', async () => {
    const stream = Readable.from(
      (async function* () {
        yield* PIECES;
        throw Object.assign(new Error('no'), { code: 'EISDIR' });
      })(),
    );
    const { list, result } = await spooled(stream, options);
    expect((await audioErrorOf(result)).message).toBe('Cannot read "standard input": it is a folder.');
    expect(await list()).toEqual([]);
  });

  test('too many bytes', async () => {
    const stream = Readable.from(PIECES);
    const { list, result } = await spooled(stream, { ...options, limitBytes: 999 });
    const error = await audioErrorOf(result);
    expect(error.message).toMatch(/from standard input is longer than 999 bytes/);
    expect(error.hint).toMatch(/Save it to a file/);
    expect(stream.destroyed).toBe(true);
    expect(await list()).toEqual([]);
  });

  test('aborted while it waits', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the test');
    const stream = new Readable({ read() {} });
    stream.push(WHOLE);
    const { list, result } = await spooled(stream, { ...options, signal: controller.signal });
    setImmediate(() => controller.abort(reason));
    await expect(result).rejects.toBe(reason);
    expect(stream.destroyed).toBe(true);
    expect(await list()).toEqual([]);
  });
});

test.skipIf(process.platform === 'win32')('a temporary file has no name while it is in use', async () => {
  const { list, result } = await spooled(Readable.from(PIECES), { memoryBytes: 0 });
  const source = await result;
  expect(await list()).toEqual([]);
  expect((await source.read(0, 5)).length).toBe(5);
  await source.close();
});

test('exactly the limit is taken', async () => {
  const { result } = await spooled(Readable.from(PIECES), { limitBytes: 1000, memoryBytes: 500 });
  const source = await result;
  expect(source.size).toBe(1000);
  await source.close();
});

test('text comes as its bytes', async () => {
  const { result } = await spooled(Readable.from(['ä', 'b']));
  expect(Buffer.from(await (await result).read(0, 9)).toString()).toBe('äb');
});

test('nothing at all', async () => {
  const { result } = await spooled(Readable.from([]), { path: 'the pipe' });
  const error = await audioErrorOf(result);
  expect(error.message).toBe('The audio from the pipe is empty (0 bytes).');
  expect(error.hint).toMatch(/Pipe audio into the command/);
});

test('an aborted signal is heard before the first byte', async () => {
  const reason = new Error('stopped by the test');
  const { result } = await spooled(Readable.from(PIECES), { signal: AbortSignal.abort(reason) });
  await expect(result).rejects.toBe(reason);
});

test('a folder that cannot take the temporary file', async () => {
  await writeFile(folder.path('taken'), '');
  const { result } = await spooled(Readable.from(PIECES), { memoryBytes: 0, folder: folder.path('taken') });
  expect((await audioErrorOf(result)).message).toMatch(/^Cannot write .* is not a folder/);
});

test('a great limit is told in GiB', async () => {
  const huge = { length: 2 ** 31 + 1 } as Uint8Array;
  const { result } = await spooled(Readable.from([huge]));
  expect((await audioErrorOf(result)).message).toMatch(/longer than 2 GiB/);
});
