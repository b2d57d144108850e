import { readdirSync, readFileSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { CallKeeping, KeepingError } from '../../src/commands/voice-keeping.ts';
import { tracks } from '../helpers/stereo.ts';
import { checkWav } from '../helpers/wav.ts';
import { audio, connected, ended, pcm, sent } from '../nextevi/call-helpers.ts';
import { failureOf, testFolder } from '../shared/folder.ts';

/** How many bytes each file may still grow; files by their descriptors. */
const disk = vi.hoisted(() => ({ limit: Number.POSITIVE_INFINITY }));

// A disk cannot be filled in a test; the calls beneath everything that is kept are the smallest thing to replace.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const full = () => Object.assign(new Error('no space'), { code: 'ENOSPC' });
  type Done = (error: Error | null, written: number) => void;
  return {
    ...fs,
    write: (file: number, bytes: Uint8Array, from: number, length: number, at: number | null, done: Done) => {
      const end = (at ?? fs.fstatSync(file).size) + length;
      if (end > disk.limit) setImmediate(done, full(), 0);
      else fs.write(file, bytes, from, length, at, done);
    },
    writeSync: (file: number, bytes: Uint8Array, from: number, length: number, at: number | null) => {
      if ((at ?? fs.fstatSync(file).size) + length > disk.limit) throw full();
      return fs.writeSync(file, bytes, from, length, at);
    },
  };
});

beforeEach(() => {
  disk.limit = Number.POSITIVE_INFINITY;
});

async function open(options: object) {
  const folder = await testFolder();
  const warnings: string[] = [];
  const invocation = {
    ctx: { cwd: folder, now: () => 0 },
    warn: (text: string) => void warnings.push(text),
    onClose: () => {},
  };
  return { folder, warnings, keeping: await CallKeeping.open(invocation, options) };
}

describe('a disk that gets full in the middle of a call', () => {
  it('is told once for each file; what was written stays valid, and the end says so', async () => {
    const { folder, warnings, keeping } = await open({
      save: 'reply.wav',
      saveConversation: 'both.wav',
      transcript: 't.json',
      events: 'e.ndjson',
    });
    await keeping.observer(connected(0));
    disk.limit = 100_000;
    for (let i = 0; i < 40; i++) {
      await keeping.observer(sent(i * 100, pcm(100, 1)));
      await keeping.observer(audio(i * 100, pcm(100, 2)));
      await new Promise(setImmediate);
    }
    await keeping.observer(ended(4000));
    const failure = await failureOf(() => keeping.finish(true));
    expect(failure).toBeInstanceOf(KeepingError);
    expect(failure.exitCode).toBe(2);
    expect(failure.message).toMatch(
      /Cannot write ".*reply\.wav": no space is left on the disk; what came before is in ".*reply\.wav" \(\d\.\d s\)\.$/,
    );
    expect(warnings).toHaveLength(2);
    expect(warnings.join('\n')).toMatch(
      /both\.wav": no space is left on the disk\. The call goes on without it/,
    );
    const { kept } = failure as KeepingError;
    expect(kept).toMatchObject({ reply: { partial: true }, conversation: { partial: true }, events: {} });
    expect(await readdir(folder)).toEqual(['both.wav', 'e.ndjson', 'reply.wav']);
    const reply = readFileSync(join(folder, 'reply.wav'));
    expect(checkWav(reply)).toBeGreaterThan(1.5);
    expect(checkWav(reply)).toBe(kept.reply?.seconds);
    const { left, right } = tracks(readFileSync(join(folder, 'both.wav')));
    expect(left).toEqual([[1, (kept.conversation?.seconds ?? 0) * 1000]]);
    expect(right).toEqual([[2, (kept.conversation?.seconds ?? 0) * 1000]]);
  });

  it('that was full from the start leaves no empty file', async () => {
    const { folder, warnings, keeping } = await open({ save: 'reply.wav' });
    disk.limit = 44;
    await keeping.observer(audio(0, pcm(100, 2)));
    const failure = await failureOf(() => keeping.finish(true));
    expect(failure.message).toMatch(/Cannot write ".*reply\.wav": no space is left on the disk\.$/);
    expect(warnings).toHaveLength(1);
    expect(await readdir(folder)).toEqual([]);
  });

  it('that refuses even the sizes leaves those of the last second', async () => {
    const { folder, keeping } = await open({ save: 'reply.wav' });
    for (let i = 0; i < 21; i++) await keeping.observer(audio(0, pcm(100, 2)));
    const size = () => statSync(join(folder, readdirSync(folder)[0] ?? '')).size;
    while (size() < 44 + 2.1 * 48_000) await new Promise(setImmediate);
    disk.limit = 0;
    expect((await failureOf(() => keeping.finish(true))).message).toMatch(/reply\.wav" \(2\.0 s\)/);
    expect(readFileSync(join(folder, 'reply.wav')).readUInt32LE(40)).toBe(96_000);
  });

  it('keeps what it can at once', async () => {
    const { folder, keeping } = await open({ save: 'reply.wav', events: 'e.ndjson' });
    await keeping.observer(audio(0, pcm(1000, 2)));
    disk.limit = 60_000;
    await keeping.observer(audio(0, pcm(1000, 2)));
    keeping.finishNow();
    expect(checkWav(readFileSync(join(folder, 'reply.wav')))).toBeGreaterThanOrEqual(1);
    expect(await readdir(folder)).toEqual(['e.ndjson', 'reply.wav']);
  });

  it('ends the recording where audio that waits for its time has no place', async () => {
    const { warnings, keeping } = await open({ saveConversation: 'both.wav' });
    await keeping.observer(sent(0, pcm(100, 1)));
    disk.limit = 1_000_000;
    for (let i = 0; i < 200; i++) await keeping.observer(audio(1, pcm(1000, 2)));
    expect(warnings).toHaveLength(1);
    expect((await failureOf(() => keeping.finish(true))).message).toMatch(/both\.wav": no space is left/);
  });
});
