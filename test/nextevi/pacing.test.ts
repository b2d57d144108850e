import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pacer, rechunk } from '../../src/nextevi/pacing.ts';

const BYTES_PER_SECOND = 48_000;
const CHUNK = Buffer.alloc(4_800);

/** A clock that moves when somebody sleeps; every sleep lasts `overshoot` longer than it was asked to. */
function fakeTime(overshoot: () => number = () => 0) {
  const time = { now: 12_345, sleeps: 0 };
  return {
    time,
    clock: () => time.now,
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      time.sleeps++;
      time.now += ms + overshoot();
    },
  };
}

/** A session that remembers when each chunk was sent. */
function fakeSession(clock: () => number, buffered: () => number = () => 0) {
  const sentAt: number[] = [];
  return {
    sentAt,
    isOpen: true,
    waitMs: 0,
    get bufferedBytes() {
      return buffered();
    },
    sendAudio: () => void sentAt.push(clock()),
  };
}

/** Numbers from 0 to 1, the same in every run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

const settings = { chunkMs: 100, speed: 1, bytesPerSecond: BYTES_PER_SECOND };

describe('pacing', () => {
  it('sends the first chunk at once and each further one when it is due', async () => {
    const { clock, sleep } = fakeTime();
    const session = fakeSession(clock);
    const pacer = new Pacer({ ...settings, clock, sleep });
    for (let i = 0; i < 5; i++) await pacer.send(session, CHUNK);
    expect(session.sentAt).toEqual([12_345, 12_445, 12_545, 12_645, 12_745]);
  });

  it.each([
    ['a little', 15],
    ['by more than a chunk', 450],
  ])('does not drift over 10,000 chunks when sleeps overshoot %s', async (_, most) => {
    const chance = random(5);
    const { clock, sleep } = fakeTime(() => chance() * most);
    const session = fakeSession(clock);
    const pacer = new Pacer({ ...settings, clock, sleep });
    for (let i = 0; i < 10_000; i++) await pacer.send(session, CHUNK);
    const late = session.sentAt.map((at, index) => at - (12_345 + index * 100));
    expect(late).toHaveLength(10_000);
    expect(Math.min(...late)).toBeGreaterThan(-1e-6);
    expect(Math.max(...late)).toBeLessThanOrEqual(most);
  });

  it('makes up for a chunk that came late', async () => {
    const { clock, sleep, time } = fakeTime();
    const session = fakeSession(clock);
    const pacer = new Pacer({ ...settings, clock, sleep });
    await pacer.send(session, CHUNK);
    time.now += 250;
    for (let i = 0; i < 4; i++) await pacer.send(session, CHUNK);
    expect(session.sentAt.map((at) => at - 12_345)).toEqual([0, 250, 250, 300, 400]);
  });

  it('begins anew after a rest, without a burst of what was left out', async () => {
    const { clock, sleep, time } = fakeTime();
    const session = fakeSession(clock);
    const pacer = new Pacer({ ...settings, clock, sleep });
    for (let i = 0; i < 2; i++) await pacer.send(session, CHUNK);
    pacer.rest();
    time.now += 5_000;
    for (let i = 0; i < 3; i++) await pacer.send(session, CHUNK);
    expect(session.sentAt.map((at) => at - 12_345)).toEqual([0, 100, 5_100, 5_200, 5_300]);
  });

  it.each([
    [1, 4_800],
    [2, 9_600],
    [20, 96_000],
    [0.1, 480],
    [1.5, 7_200],
    [0.3331, 1_598],
    [1e-9, 2],
  ])('puts more audio into a chunk at speed %d and never half a sample', (speed, bytes) => {
    const { clock, sleep } = fakeTime();
    expect(new Pacer({ ...settings, speed, clock, sleep }).chunkBytes).toBe(bytes);
  });

  it('sends as many chunks a minute at any speed', async () => {
    for (const speed of [0.5, 1, 20]) {
      const { clock, sleep, time } = fakeTime();
      const session = fakeSession(clock);
      const pacer = new Pacer({ ...settings, speed, clock, sleep });
      while (time.now - 12_345 < 60_000) await pacer.send(session, CHUNK);
      expect(session.sentAt.filter((at) => at - 12_345 < 60_000)).toHaveLength(600);
    }
  });

  it('gives way to an abort while it waits for the due time', async () => {
    const { clock, sleep } = fakeTime();
    const session = fakeSession(clock);
    const abort = new AbortController();
    const pacer = new Pacer({ ...settings, clock, sleep, signal: abort.signal });
    await pacer.send(session, CHUNK);
    abort.abort(new Error('enough'));
    await expect(pacer.send(session, CHUNK)).rejects.toThrow('enough');
    expect(session.sentAt).toHaveLength(1);
  });
});

describe('a network that is slower than the speech', () => {
  it('gets no more while much waits for it', async () => {
    const { clock, sleep, time } = fakeTime();
    const drained = 12_345 + 700;
    const session = fakeSession(clock, () => (time.now < drained ? 600_000 : 500_000));
    await new Pacer({ ...settings, clock, sleep }).send(session, CHUNK);
    expect(session.sentAt).toEqual([drained]);
  });

  it('is not waited for when the connection has ended', async () => {
    const { clock, sleep, time } = fakeTime();
    const session = { ...fakeSession(clock), isOpen: false, bufferedBytes: 1e9 };
    await new Pacer({ ...settings, clock, sleep }).send(session, CHUNK);
    expect(time.sleeps).toBe(0);
  });

  it('is not waited for after an abort', async () => {
    const abort = new AbortController();
    const { clock, sleep, time } = fakeTime(() => {
      if (time.sleeps === 10) abort.abort(new Error('enough'));
      return 0;
    });
    const session = fakeSession(clock, () => 1e9);
    const pacer = new Pacer({ ...settings, clock, sleep, signal: abort.signal });
    await expect(pacer.send(session, CHUNK)).rejects.toThrow('enough');
    expect(session.sentAt).toEqual([]);
  });

  it('is given up when it takes nothing for half a minute', async () => {
    const { clock, sleep, time } = fakeTime();
    const session = fakeSession(clock, () => 1e9);
    const sending = new Pacer({ ...settings, clock, sleep }).send(session, CHUNK);
    await expect(sending).rejects.toMatchObject({ type: 'network', hint: expect.any(String) });
    expect(time.now - 12_345).toBe(30_000);
    expect(session.sentAt).toEqual([]);
  });

  it('is not given up while it takes a little', async () => {
    const { clock, sleep, time } = fakeTime();
    // 10 kB a second: 100 seconds for what waits.
    const session = fakeSession(clock, () => 1_500_000 - (time.now - 12_345) * 10);
    await new Pacer({ ...settings, clock, sleep }).send(session, CHUNK);
    expect(time.now - 12_345).toBeGreaterThan(90_000);
    expect(session.sentAt).toHaveLength(1);
  });
});

describe('rechunk', () => {
  async function* from(pieces: readonly Buffer[]): AsyncGenerator<Buffer> {
    yield* pieces;
  }

  it('cuts any pieces into exact ones, the last one shorter, with the same bytes', async () => {
    const pieces = fc.array(
      fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes)),
      { maxLength: 30 },
    );
    await fc.assert(
      fc.asyncProperty(pieces, fc.integer({ min: 1, max: 40 }), async (source, bytes) => {
        const chunks: Buffer[] = [];
        for await (const chunk of rechunk(from(source), bytes)) chunks.push(chunk);
        expect(Buffer.concat(chunks)).toEqual(Buffer.concat(source));
        for (const chunk of chunks.slice(0, -1)) expect(chunk).toHaveLength(bytes);
        const last = chunks.at(-1);
        if (last !== undefined) expect(last.length >= 1 && last.length <= bytes).toBe(true);
      }),
      { seed: 41, numRuns: 300 },
    );
  });

  it('gives nothing for nothing', async () => {
    const chunks: Buffer[] = [];
    for await (const chunk of rechunk(from([Buffer.alloc(0)]), 4)) chunks.push(chunk);
    expect(chunks).toEqual([]);
  });

  it('gives out a chunk before it asks for more', async () => {
    let asked = 0;
    async function* source(): AsyncGenerator<Buffer> {
      for (;;) {
        asked++;
        yield Buffer.alloc(4);
      }
    }
    const chunks = rechunk(source(), 4);
    await chunks.next();
    expect(asked).toBe(1);
    await chunks.return(undefined);
  });

  it('lets its source go when nobody wants more', async () => {
    let closed = false;
    async function* source(): AsyncGenerator<Buffer> {
      try {
        for (;;) yield Buffer.alloc(10);
      } finally {
        closed = true;
      }
    }
    for await (const chunk of rechunk(source(), 4)) {
      expect(chunk).toHaveLength(4);
      break;
    }
    expect(closed).toBe(true);
  });
});
