import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { sleep } from '../../src/shared/wait.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('sleep', () => {
  it('ends after the time and not before', async () => {
    const events: string[] = [];
    const waiting = sleep(1000).then(() => events.push('awake'));
    await vi.advanceTimersByTimeAsync(999);
    expect(events).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await waiting;
    expect(events).toEqual(['awake']);
  });

  it('is given up at once with the reason of the signal, and leaves no timer', async () => {
    const stop = new AbortController();
    const reason = new Error('enough');
    const waiting = sleep(60_000, stop.signal);
    stop.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('does not begin under a signal that has aborted already', async () => {
    const reason = { any: 'value' };
    await expect(sleep(60_000, AbortSignal.abort(reason))).rejects.toBe(reason);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('lets go of the signal when it has ended, so that one signal serves thousands of pauses', async () => {
    const stop = new AbortController();
    const waiting = sleep(10, stop.signal);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(10);
    await expect(waiting).resolves.toBeUndefined();
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });
});
