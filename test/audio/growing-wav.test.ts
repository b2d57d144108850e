import { readFileSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wavHeader } from '../../src/audio/index.ts';
import { GrowingWav } from '../../src/audio/write/growing-wav.ts';
import { WaitingAudio } from '../../src/audio/write/waiting-audio.ts';
import { cueChunks } from '../../src/audio/write/wav-cues.ts';
import { tone } from '../helpers/wav.ts';
import { decode, int16, SEED, useFolder } from './fixtures.ts';

const folder = useFolder();
const MONO = { sampleRate: 24_000, channels: 1 };

function start(name: string, channels = 1) {
  const failures: unknown[] = [];
  const path = folder.path(name);
  const options = {
    sampleRate: 24_000,
    channels,
    name: 'given.wav',
    onFailure: (e: unknown) => failures.push(e),
  };
  return GrowingWav.create(path, options).then((wav) => ({ wav, path, failures }));
}

describe('marks', () => {
  test('are the chunks that the standard describes', () => {
    const bytes = cueChunks([
      { frame: 5, label: 'ab' },
      { frame: 7, frames: 9, label: 'abc' },
    ]);
    const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');
    const point = (id: string, at: string) =>
      `${id}000000${at}000000${hex('data')}0000000000000000${at}000000`;
    const cue = `${hex('cue ')}3400000002000000${point('01', '05')}${point('02', '07')}`;
    const first = `${hex('labl')}0700000001000000${hex('ab')}0000`;
    const second = `${hex('labl')}0800000002000000${hex('abc')}00`;
    const region = `${hex('ltxt')}140000000200000009000000${hex('rgn ')}0000000000000000`;
    const list = `${hex('LIST')}40000000${hex('adtl')}${first}${second}${region}`;
    expect(bytes.toString('hex')).toBe(cue + list);
  });

  test('long labels are cut between characters', () => {
    const bytes = cueChunks([{ frame: 0, label: 'ü'.repeat(300) }]);
    const label = bytes.subarray(bytes.indexOf('labl') + 12);
    expect(label.subarray(0, label.indexOf(0)).toString('utf8')).toBe('ü'.repeat(100));
  });

  test('none make no chunk', () => expect(cueChunks([])).toHaveLength(0));
});

describe('a file that grows', () => {
  test('holds all up to the last half second within its sizes, at any moment', async () => {
    const { wav, path } = await start('grow.wav');
    const second = tone(1);
    for (let i = 1; i <= 5; i++) {
      wav.write(second.subarray(0, 20_000));
      wav.write(second.subarray(20_000));
      while ((statSync(path).size - 44) / 48_000 < i) await new Promise(setImmediate);
      const file = readFileSync(path);
      const [riff, data] = [file.readUInt32LE(4), file.readUInt32LE(40)];
      expect(riff).toBe(data + 36);
      expect(data).toBeGreaterThan((i - 1) * 48_000);
      expect(file.length - 44 - data).toBeLessThan(48_000);
    }
    expect(await wav.finish()).toBe(5 * 24_000);
    const whole = Buffer.concat([
      wavHeader({ ...MONO, dataBytes: 240_000 }),
      ...Array<Buffer>(5).fill(second),
    ]);
    expect((await readFile(path)).equals(whole)).toBe(true);
  });

  test('what a killed process leaves is read as far as its sizes go', async () => {
    const { wav, path } = await start('killed.wav');
    wav.write(tone(1.25));
    while (statSync(path).size < 44 + 60_000) await new Promise(setImmediate);
    const copy = await folder.file('killed-copy.wav', await readFile(path));
    const { info, samples } = await decode(copy);
    expect(info.frames).toBe(24_000);
    expect(samples[0]).toHaveLength(24_000);
    await wav.abort();
  });

  test('ends with its marks, which the sizes count', async () => {
    const { wav, path } = await start('marks.wav', 2);
    wav.write(int16(1, 2, 3, 4));
    const marks = [
      { frame: 1, label: 'here' },
      { frame: 3, label: 'behind the end' },
    ];
    expect(await wav.finish(marks)).toBe(2);
    const file = await readFile(path);
    const tail = cueChunks(marks.slice(0, 1));
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
    expect(file.readUInt32LE(40)).toBe(8);
    expect(file.subarray(44)).toEqual(Buffer.concat([int16(1, 2, 3, 4), tail]));
    expect((await decode(path)).info).toMatchObject({ channels: 2, frames: 2 });
  });

  test('can be finished in one go, whatever is under way', async () => {
    const { wav, path } = await start('now.wav');
    const audio = tone(3);
    wav.write(audio);
    expect(wav.finishNow([{ frame: 0, label: 'x' }])).toBe(72_000);
    const file = readFileSync(path);
    expect(file.readUInt32LE(40)).toBe(audio.length);
    expect(file.subarray(44, 44 + audio.length).equals(audio)).toBe(true);
    expect(file.readUInt32LE(4)).toBe(file.length - 8);
  });

  test('never takes the place of another file, and leaves nothing when it is given up', async () => {
    await writeFile(folder.path('old.wav'), 'old');
    await expect(start('old.wav')).rejects.toMatchObject({ code: 'EEXIST' });
    const { wav } = await start('gone.wav');
    wav.write(tone(2));
    await wav.abort();
    const { wav: other } = await start('gone-now.wav');
    other.abortNow();
    expect((await readdir(folder.path('.'))).filter((name) => name.startsWith('gone'))).toEqual([]);
  });

  test('beyond 4 GiB nothing is added, and what is there stays valid', async () => {
    const { wav, path, failures } = await start('long.wav');
    wav.write(int16(1, 2));
    const huge = { length: 2 ** 32, subarray: () => ({ length: 2 ** 32 }) } as unknown as Uint8Array;
    wav.write(huge);
    wav.write(int16(3));
    expect(failures).toMatchObject([{ message: expect.stringMatching(/"given.wav".*at most 4 GiB/) }]);
    expect(await wav.finish()).toBe(2);
    expect(await readFile(path)).toEqual(Buffer.concat([wavHeader({ ...MONO, dataBytes: 4 }), int16(1, 2)]));
  });
});

describe('audio whose time has not come', () => {
  /** A model of it that keeps every sample in an array. */
  test('comes out as it was put in, with its gaps, cuts and what went to the disk', async () => {
    const step = fc.oneof(
      fc.record({ gap: fc.nat(300), length: fc.integer({ min: 1, max: 40_000 }) }),
      fc.record({ take: fc.nat(60_000) }),
      fc.record({ cut: fc.nat(30_000) }),
    );
    let count = 0;
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const waiting = new WaitingAudio(folder.path(`any-${count++}.tmp`));
        const model = new Map<number, number>();
        let [end, read, value] = [0, 0, 1];
        for (const action of steps) {
          if ('length' in action) {
            const at = Math.max(end, read) + action.gap;
            const pcm = Buffer.alloc(action.length * 2);
            for (let i = 0; i < action.length; i++) {
              value = (value % 30_000) + 1;
              pcm.writeInt16LE(value, i * 2);
              model.set(at + i, value);
            }
            waiting.put(at, pcm);
            end = at + action.length;
          } else if ('cut' in action) {
            const at = read + action.cut;
            waiting.cut(at);
            for (let frame = at; frame < end; frame++) model.delete(frame);
            end = Math.min(end, at);
          } else {
            const to = read + action.take;
            const target = Buffer.alloc(action.take * 4);
            waiting.take(read, to, target, 1, 2);
            for (let i = 0; i < action.take; i++) {
              const [left, right] = [target.readInt16LE(i * 4), target.readInt16LE(i * 4 + 2)];
              if (left !== 0 || right !== (model.get(read + i) ?? 0))
                throw new Error(`frame ${read + i} is ${left}, ${right}`);
            }
            read = to;
          }
        }
        waiting.close();
      }),
      { seed: SEED, numRuns: 30 },
    );
    expect((await readdir(folder.path('.'))).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('takes no more than 4 MB of memory, and no name on the disk', async () => {
    const waiting = new WaitingAudio(folder.path('spill.tmp'));
    const seconds = 300;
    for (let i = 0; i < seconds; i++) waiting.put(i * 24_000, Buffer.alloc(48_000, i + 1));
    expect(waiting.memoryBytes).toBeLessThan(4.1 * 1024 * 1024);
    expect(await readdir(folder.path('.'))).not.toContain('spill.tmp');
    waiting.cut(250.5 * 24_000);
    const target = Buffer.alloc(48_000);
    for (let i = 0; i < 252; i++) {
      target.fill(0);
      waiting.take(i * 24_000, (i + 1) * 24_000, target, 0, 1);
      const heard = i < 250 ? 48_000 : i === 250 ? 24_000 : 0;
      expect(target.equals(Buffer.concat([Buffer.alloc(heard, i + 1), Buffer.alloc(48_000 - heard)]))).toBe(
        true,
      );
      expect(waiting.memoryBytes).toBeLessThan(5 * 1024 * 1024);
    }
    waiting.close();
  });
});
