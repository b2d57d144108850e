import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveAudio } from '../../src/commands/voice-live-audio.ts';
import { FakeClock, settled } from '../bulk/clock.ts';

/** Samples that count up, so that a gap shows; `ms` of them. */
function ramp(ms: number, from = 0): Buffer {
  const samples = Int16Array.from({ length: ms * 24 }, (_, index) => from * 24 + index);
  return Buffer.from(samples.buffer);
}

function bench(failure?: Error) {
  const clock = new FakeClock();
  const source = new PassThrough({ highWaterMark: 1_000_000 });
  const abort = new AbortController();
  const dropped: number[] = [];
  let heard = 0;
  const live = new LiveAudio(source, {
    clock: clock.now,
    sleep: clock.sleep,
    signal: abort.signal,
    onAudio: (pcm) => {
      heard += pcm.length;
    },
    onDropped: (ms) => dropped.push(ms),
    verdict: async () => failure,
  });
  return { clock, source, abort, dropped, live, heard: () => heard };
}

/** Takes all that there is, as it comes. */
async function collect(live: LiveAudio, pieces: Buffer[]): Promise<void> {
  for await (const piece of live) pieces.push(piece);
}

describe('live audio', () => {
  it('passes everything on, in whole samples, however it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5_000 }), { maxLength: 8 }), async (cuts) => {
        const { source, live, clock } = bench();
        const all = ramp(400);
        const pieces: Buffer[] = [];
        const done = collect(live, pieces);
        let at = 0;
        for (const cut of cuts) {
          source.write(all.subarray(at, at + cut));
          at = Math.min(all.length, at + cut);
        }
        source.end(all.subarray(at));
        await clock.drive(done);
        expect(Buffer.concat(pieces).equals(all)).toBe(true);
        expect(pieces.every((piece) => piece.length % 2 === 0 && piece.length <= 3_840)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  it('a byte that makes no sample at the end is left out', async () => {
    const { source, live, clock } = bench();
    const pieces: Buffer[] = [];
    source.end(Buffer.from([1, 0, 2]));
    await clock.drive(collect(live, pieces));
    expect(Buffer.concat(pieces)).toEqual(Buffer.from([1, 0]));
  });

  it('nothing at all is no failure of its own', async () => {
    const { source, live, clock } = bench();
    source.end();
    const pieces: Buffer[] = [];
    await clock.drive(collect(live, pieces));
    expect(pieces).toEqual([]);
  });

  it('of a microphone that nobody listens to the newest 3 seconds stay, and the rest is told once', async () => {
    const { clock, source, live, dropped, heard } = bench();
    for (let at = 0; at < 5_000; at += 100) {
      source.write(ramp(100, at));
      await clock.advance(100);
    }
    expect(live.heldMs).toBe(3_000);
    expect(live.droppedMs).toBe(2_000);
    expect(heard()).toBe(5_000 * 48);
    expect(dropped).toEqual([]);
    const pieces: Buffer[] = [];
    source.end();
    await clock.drive(collect(live, pieces));
    expect(dropped).toEqual([2_000]);
    const all = Buffer.concat(pieces);
    expect(all.equals(Buffer.concat([ramp(1_000, 2_000), ramp(1_000, 3_000), ramp(1_000, 4_000)]))).toBe(
      true,
    );
    // What was late is handed out at once.
    expect(clock.now()).toBe(5_000);
  });

  it('a file is made to wait: nothing is lost, and it goes out in real time', async () => {
    const { clock, source, live, dropped } = bench();
    for (let at = 0; at < 20_000; at += 500) source.write(ramp(500, at));
    source.end();
    await settled();
    expect(live.heldMs).toBeLessThan(4_000);
    await clock.advance(10_000);
    const pieces: Buffer[] = [];
    await clock.drive(collect(live, pieces));
    expect(Buffer.concat(pieces).length).toBe(20_000 * 48);
    expect(dropped).toEqual([]);
    expect(clock.now()).toBeGreaterThan(29_000);
    expect(clock.now()).toBeLessThanOrEqual(30_000);
  });

  it('gives what there was before it throws the failure of its source', async () => {
    const { source, live, clock } = bench(new Error('the card is gone'));
    const pieces: Buffer[] = [];
    source.end(ramp(100));
    const done = collect(live, pieces);
    done.catch(() => {});
    await expect(clock.drive(done)).rejects.toThrow('the card is gone');
    expect(Buffer.concat(pieces)).toHaveLength(4_800);
  });

  it('an abort ends it with its reason, and closes the source', async () => {
    const { source, live, abort } = bench();
    const done = collect(live, []);
    await settled();
    abort.abort(new Error('enough'));
    await expect(done).rejects.toThrow('enough');
    expect(source.destroyed).toBe(true);
  });

  it('whoever stops asking closes the source', async () => {
    const { source, live } = bench();
    source.write(ramp(100));
    for await (const piece of live) {
      expect(piece).toHaveLength(3_840);
      break;
    }
    expect(source.destroyed).toBe(true);
  });
});
