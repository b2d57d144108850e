import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { connect, startService } from './peers.ts';

/** Timers that the test moves on, and a clock that goes with them. */
function fakeTimers() {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  let now = 0;
  return {
    clock: () => now,
    /** Time passes; `late` milliseconds of it without a timer. */
    pass: (ms: number, late = 0) => {
      now += late;
      for (let at = 0; at < ms; at += 500) {
        now += 500;
        vi.advanceTimersByTime(500);
      }
    },
  };
}

describe('a peer', () => {
  it('that shows no sign of life is given up within 15 seconds', async () => {
    const { clock, pass } = fakeTimers();
    const service = await startService();
    const { session } = await connect(service.url, { clock });
    service.peer?.pause();
    pass(15_000);
    const close = await session.closed;
    expect(close).toMatchObject({ code: 1006 });
    expect(close.silentMs).toBeGreaterThanOrEqual(10_000);
    expect(session.errorOf(close)).toMatchObject({
      type: 'network',
      message: expect.stringMatching(/gave no sign of life for 1[0-5] seconds/),
    });
  });

  it('that answers pings is kept, however quiet it is', async () => {
    const { clock, pass } = fakeTimers();
    const service = await startService();
    const { session } = await connect(service.url, { clock });
    for (let i = 0; i < 10; i++) {
      pass(4_000);
      await service.settle();
    }
    expect(session.isOpen).toBe(true);
    // A keep-alive every half minute.
    expect(service.messages.filter(({ type }) => type === 'keep_alive')).toHaveLength(1);
  });

  it('is not blamed for a process that was held up itself', async () => {
    const { clock, pass } = fakeTimers();
    const service = await startService();
    const { session } = await connect(service.url, { clock });
    service.peer?.pause();
    pass(4_000, 20_000);
    expect(session.isOpen).toBe(true);
  });

  it('is kept with pings turned off', async () => {
    const { clock, pass } = fakeTimers();
    const service = await startService();
    const { session } = await connect(service.url, { clock, pings: false });
    service.peer?.pause();
    pass(60_000);
    expect(session.isOpen).toBe(true);
  });
});

describe('an observer that is busy', () => {
  it('holds back what the service sends, and loses nothing of it', async () => {
    const service = await startService();
    let release = () => {};
    const busy = new Promise<void>((resolve) => {
      release = resolve;
    });
    const seen: number[] = [];
    const { session } = await connect(service.url, {
      onEvent: (event) => {
        if (event.kind === 'audio') seen.push(event.pcm[0] ?? -1);
        return seen.length === 1 ? busy : undefined;
      },
    });
    for (let i = 0; i < 200; i++) service.peer?.send(Buffer.alloc(65_536, i));
    while (seen.length === 0) await new Promise((resolve) => setImmediate(resolve));
    for (let i = 0; i < 50; i++) await new Promise((resolve) => setImmediate(resolve));
    expect(seen.length).toBeLessThan(200);
    release();
    await service.settle();
    expect(seen).toEqual(Array.from({ length: 200 }, (_, i) => i));
    expect(session.isOpen).toBe(true);
  });
});
