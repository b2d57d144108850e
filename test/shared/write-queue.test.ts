import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type DiskCalls, WriteQueue } from '../../src/shared/write-queue.ts';
import { testFolder } from './folder.ts';

interface Call {
  bytes: Uint8Array;
  position: number | null;
  done: (error: Error | null, written: number) => void;
}

/** A disk in memory whose asynchronous calls end when the test says so. */
function slowDisk() {
  const content = Buffer.alloc(16 * 1024 * 1024);
  let size = 0;
  const calls: Call[] = [];
  const put = (bytes: Uint8Array, position: number | null) => {
    const at = position ?? size;
    content.set(bytes, at);
    size = Math.max(size, at + bytes.length);
    return bytes.length;
  };
  const disk: DiskCalls = {
    write: (_file, bytes, position, done) => calls.push({ bytes, position, done }),
    writeSync: (_file, bytes, position) => put(bytes, position),
  };
  return {
    disk,
    calls,
    text: () => content.toString('latin1', 0, size),
    /** Ends the oldest call, having written some of its bytes. */
    end: (count?: number, error: Error | null = null) => {
      const call = calls.shift();
      if (call === undefined) throw new Error('nothing is under way');
      const bytes = call.bytes.subarray(0, count);
      if (error === null) put(bytes, call.position);
      call.done(error, error === null ? bytes.length : 0);
    },
  };
}

const bytes = (text: string) => Buffer.from(text, 'latin1');

function queueOn(disk: DiskCalls) {
  const failures: unknown[] = [];
  return { failures, queue: new WriteQueue(-1, 0, (error) => failures.push(error), disk) };
}

describe('writes in order', () => {
  it('one at a time, short ones to their end, patches when all before has arrived', async () => {
    const { disk, calls, end, text } = slowDisk();
    const { queue } = queueOn(disk);
    queue.write(bytes('....abc'), 0);
    queue.patch(bytes('HEAD'), 0);
    queue.write(bytes('def'), 7);
    const drained = queue.drained();
    expect(calls).toHaveLength(1);
    end(5);
    expect(text()).toBe('....a');
    end();
    expect(text()).toBe('HEADabc');
    expect(queue.end).toBe(7);
    end();
    await drained;
    expect(text()).toBe('HEADabcdef');
    expect(queue.end).toBe(10);
  });

  it('appends all that waits in one call', async () => {
    const { disk, calls, end, text } = slowDisk();
    const { queue } = queueOn(disk);
    for (const line of ['a\n', 'b\n', 'c\n']) queue.append(bytes(line));
    end();
    expect(calls).toHaveLength(1);
    end(1);
    end();
    await queue.drained();
    expect(text()).toBe('a\nb\nc\n');
    expect(queue.end).toBe(6);
  });

  it('asks for patience while a megabyte waits', async () => {
    const { disk, end } = slowDisk();
    const { queue } = queueOn(disk);
    queue.write(Buffer.alloc(1024 * 1024), 0);
    expect(queue.busy).toBeUndefined();
    queue.write(Buffer.alloc(2), 1024 * 1024);
    const { busy } = queue;
    expect(busy).toBeInstanceOf(Promise);
    end();
    end();
    await busy;
    expect(queue.busy).toBeUndefined();
  });

  it('does the work itself before more than 4 MB wait', () => {
    const { disk, text } = slowDisk();
    const { queue } = queueOn(disk);
    for (let i = 0; i < 5; i++) queue.write(Buffer.alloc(1024 * 1024, `${i}`), i * 1024 * 1024);
    expect(text()).toHaveLength(5 * 1024 * 1024);
    expect(queue.end).toBe(5 * 1024 * 1024);
  });
});

describe('flushNow', () => {
  it('does all that waits and again what is under way, which does no harm when it arrives', () => {
    const { disk, end, text } = slowDisk();
    const { queue } = queueOn(disk);
    queue.patch(bytes('0'), 0);
    queue.write(bytes('abc'), 1);
    queue.write(bytes('def'), 4);
    queue.patch(bytes('1'), 0);
    queue.flushNow();
    expect(text()).toBe('1abcdef');
    queue.patch(bytes('2'), 0);
    expect(text()).toBe('1abcdef');
    end();
    expect(text()).toBe('2abcdef');
  });

  it('leaves to the system what is being appended', () => {
    const { disk, end, text } = slowDisk();
    const { queue } = queueOn(disk);
    queue.append(bytes('one\n'));
    queue.append(bytes('two\n'));
    queue.flushNow();
    end();
    expect(text().split('\n').sort()).toEqual(['', 'one', 'two']);
  });

  it('works on a real file', async () => {
    const path = join(await testFolder(), 'file');
    const queue = new WriteQueue(openSync(path, 'wx'), 0, () => {});
    for (let i = 0; i < 50; i++) queue.write(Buffer.from([i]), i);
    queue.flushNow();
    expect([...readFileSync(path)]).toEqual(Array.from({ length: 50 }, (_, i) => i));
    await queue.drained();
    queue.closeNow();
    expect(statSync(path).size).toBe(50);
  });
});

describe('a disk that fails', () => {
  const full = Object.assign(new Error('full'), { code: 'ENOSPC' });

  it('is told once; what waits is dropped, what arrived counts', async () => {
    const { disk, calls, end } = slowDisk();
    const { queue, failures } = queueOn(disk);
    queue.write(bytes('abc'), 0);
    queue.write(bytes('def'), 3);
    queue.write(bytes('ghi'), 6);
    end();
    end(0, full);
    await queue.drained();
    queue.write(bytes('jkl'), 9);
    queue.flushNow();
    expect(calls).toEqual([]);
    expect(failures).toEqual([full]);
    expect(queue.failure).toEqual({ error: full });
    expect(queue.end).toBe(3);
    expect(queue.busy).toBeUndefined();
  });

  it('also in synchronous calls, and when nothing is written at all', () => {
    const { disk, end } = slowDisk();
    const { queue, failures } = queueOn({ ...disk, writeSync: () => 0 });
    queue.write(bytes('abc'), 0);
    queue.flushNow();
    expect(failures).toMatchObject([{ code: 'EIO' }]);
    end();
    expect(queue.end).toBe(3);
  });

  it.skipIf(process.platform !== 'linux')('is known from the system', async () => {
    const file = openSync('/dev/full', 'w');
    const failures: unknown[] = [];
    const queue = new WriteQueue(file, 0, (error) => failures.push(error));
    queue.write(bytes('abc'), 0);
    await queue.drained();
    expect(failures).toMatchObject([{ code: 'ENOSPC' }]);
    closeSync(file);
  });
});
