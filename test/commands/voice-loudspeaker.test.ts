import { describe, expect, it } from 'vitest';
import { Loudspeaker, type SoundOutput } from '../../src/commands/voice-loudspeaker.ts';
import { FakeClock } from '../bulk/clock.ts';

const BYTES_MS = 48;
/** Audible samples, `ms` of them. */
const speech = (ms: number): Buffer => Buffer.alloc(ms * BYTES_MS, 1);

class FakeOutput implements SoundOutput {
  written: Buffer[] = [];
  waiting = 0;
  cuts = 0;
  ended = false;

  write(pcm: Buffer): void {
    this.written.push(pcm);
  }

  cut(): void {
    this.cuts++;
  }

  async end(): Promise<void> {
    this.ended = true;
  }

  get all(): Buffer {
    return Buffer.concat(this.written);
  }

  /** Milliseconds of speech that it was given. */
  get speechMs(): number {
    return this.all.filter((byte) => byte === 1).length / BYTES_MS;
  }
}

function bench() {
  const clock = new FakeClock();
  const output = new FakeOutput();
  let full = 0;
  const speaker = new Loudspeaker(output, {
    clock: clock.now,
    sleep: clock.sleep,
    onFull: () => full++,
  });
  return { clock, output, speaker, full: () => full };
}

describe('the loudspeaker', () => {
  it('plays in real time, never more than 160 ms ahead, and fills the buffers of the player at the end', async () => {
    const { clock, output, speaker } = bench();
    speaker.play(speech(1_000));
    expect(output.speechMs).toBe(160);
    for (let at = 100; at <= 800; at += 100) {
      await clock.advance(100);
      expect(output.speechMs).toBe(at + 160);
      expect(speaker.position).toBe(at);
      expect(speaker.playing).toBe(true);
    }
    await clock.advance(300);
    expect(speaker.playing).toBe(false);
    expect(speaker.position).toBe(1_000);
    expect(output.all).toHaveLength(1_100 * BYTES_MS);
    expect(output.all.subarray(1_000 * BYTES_MS).every((byte) => byte === 0)).toBe(true);
    await clock.drive(speaker.drain());
    expect(clock.pending).toBe(0);
  });

  it('an interruption silences it at once, and says what was not heard', async () => {
    const { clock, output, speaker } = bench();
    speaker.play(speech(5_000));
    await clock.advance(1_000);
    expect(speaker.stopNow()).toBe(4_000);
    expect(output.cuts).toBe(1);
    expect(speaker).toMatchObject({ playing: false, position: 1_000 });
    await clock.advance(1_000);
    expect(output.speechMs).toBe(1_160);
    expect(speaker.stopNow()).toBe(0);
    expect(output.cuts).toBe(1);
    speaker.play(speech(200));
    await clock.advance(400);
    expect(speaker.position).toBe(1_200);
  });

  it('what comes after a gap is played at once', async () => {
    const { clock, output, speaker } = bench();
    speaker.play(speech(100));
    await clock.advance(5_000);
    expect(clock.pending).toBe(0);
    speaker.play(speech(100));
    expect(output.speechMs).toBe(200);
    await clock.advance(100);
    expect(speaker.position).toBe(200);
  });

  it('pieces that follow one another leave no gap', async () => {
    const { clock, output, speaker } = bench();
    for (let at = 0; at < 2_000; at += 40) {
      speaker.play(speech(80));
      await clock.advance(40);
    }
    await clock.drive(speaker.drain());
    expect(output.all.subarray(0, 4_000 * BYTES_MS).every((byte) => byte === 1)).toBe(true);
    expect(speaker.position).toBe(4_000);
  });

  it('samples that are cut in two come together', async () => {
    const { clock, output, speaker } = bench();
    speaker.play(Buffer.from([1, 2, 3]));
    speaker.play(Buffer.from([4, 5]));
    speaker.play(Buffer.from([6]));
    await clock.drive(speaker.drain());
    expect(output.all.subarray(0, 6)).toEqual(Buffer.from([1, 2, 3, 4, 5, 6]));
  });

  it('an output that takes nothing is not filled, and the clock waits for it', async () => {
    const { clock, output, speaker } = bench();
    speaker.play(speech(1_000));
    await clock.advance(100);
    const before = speaker.position;
    output.waiting = 10_000;
    await clock.advance(5_000);
    expect(output.speechMs).toBe(260);
    expect(speaker.position).toBeCloseTo(before, -2);
    output.waiting = 0;
    await clock.drive(speaker.drain());
    expect(output.speechMs).toBe(1_000);
    expect(speaker.position).toBe(1_000);
  });

  it('keeps ten minutes and no more, and says so once', async () => {
    const { output, speaker, full } = bench();
    const minute = speech(60_000);
    for (let count = 0; count < 13; count++) speaker.play(minute);
    expect(full()).toBe(1);
    // What has gone out makes no room for a whole minute.
    expect(speaker.droppedMs).toBe(180_000);
    await speaker.close();
    expect(output.ended).toBe(true);
  });

  it('closing silences and ends it; what comes later is not played', async () => {
    const { clock, output, speaker } = bench();
    speaker.play(speech(1_000));
    await speaker.close();
    expect(output).toMatchObject({ cuts: 1, ended: true });
    speaker.play(speech(1_000));
    await clock.advance(1_000);
    expect(output.speechMs).toBe(160);
  });
});
