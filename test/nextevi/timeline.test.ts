import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import { CallTimeline, WholeSamples } from '../../src/nextevi/timeline.ts';
import { audio, connected, ended, interrupted, lost, pcm, received, sent } from './call-helpers.ts';

const MS = 24;

/** Where the audio of some events lies, in milliseconds, and where the agent was cut. */
function place(events: readonly CallEvent[], speed?: number) {
  const timeline = new CallTimeline({ speed });
  const seen = events.flatMap((event) => {
    const placed = timeline.observe(event);
    if (placed === undefined) return [];
    if (placed.kind === 'cut') return [['cut', placed.frame / MS]];
    return [[placed.channel, placed.start / MS, placed.end / MS]];
  });
  return { seen, end: timeline.end / MS };
}

describe('the audio of the caller', () => {
  it('lies at its time at first, and then without gaps for all jitter', () => {
    const chunk = pcm(100, 1);
    const { seen } = place([sent(120, chunk), sent(210, chunk), sent(345, chunk), sent(569, chunk)]);
    expect(seen).toEqual([
      ['caller', 120, 220],
      ['caller', 220, 320],
      ['caller', 320, 420],
      ['caller', 420, 520],
    ]);
  });

  it('is silent where nothing was sent for longer', () => {
    const chunk = pcm(100, 1);
    const { seen } = place([sent(0, chunk), sent(251, chunk), sent(1000, chunk)]);
    expect(seen).toEqual([
      ['caller', 0, 100],
      ['caller', 251, 351],
      ['caller', 1000, 1100],
    ]);
  });

  it('is continuous at every speed', () => {
    const events = Array.from({ length: 5 }, (_, i) => sent(50 + i * 100, pcm(2000, 1)));
    const { seen } = place(events, 20);
    expect(seen).toEqual(Array.from({ length: 5 }, (_, i) => ['caller', 1000 + i * 2000, 3000 + i * 2000]));
  });

  it('is not there twice when it is sent again', () => {
    const { seen } = place([
      sent(0, pcm(100, 1)),
      lost(100),
      connected(1100, 1),
      sent(1110, pcm(100, 1), { again: true }),
      sent(1200, pcm(100, 2)),
    ]);
    expect(seen).toEqual([
      ['caller', 0, 100],
      ['cut', 100],
      ['caller', 1100, 1200],
    ]);
  });
});

describe('the audio of the agent', () => {
  it('is played at its arrival, or after what is before it', () => {
    const { seen, end } = place([
      audio(100, pcm(500, 1)),
      audio(150, pcm(500, 1)),
      audio(2000, pcm(10, 1)),
      ended(2005),
    ]);
    expect(seen).toEqual([
      ['agent', 100, 600],
      ['agent', 600, 1100],
      ['agent', 2000, 2010],
    ]);
    expect(end).toBe(2010);
  });

  it('falls silent at an interruption and at a loss, and goes on behind it', () => {
    const { seen } = place([
      audio(100, pcm(5000, 1)),
      interrupted(1000),
      audio(1200, pcm(5000, 1)),
      lost(1500),
      connected(1600, 1),
      audio(1700, pcm(100, 1)),
    ]);
    expect(seen).toEqual([
      ['agent', 100, 5100],
      ['cut', 1000],
      ['agent', 1200, 6200],
      ['cut', 1500],
      ['agent', 1700, 1800],
    ]);
  });

  it('does not last until an interruption that came after it', () => {
    expect(place([audio(0, pcm(100, 1)), interrupted(5000)]).seen).toEqual([
      ['agent', 0, 100],
      ['cut', 5000],
    ]);
  });

  it('keeps a sample that is split over two chunks, and drops a half one that nothing completes', () => {
    const bytes = Buffer.from([1, 2, 3, 4, 5, 6]);
    const samples = new WholeSamples();
    const seen = [
      audio(0, bytes.subarray(0, 1)),
      audio(1, bytes.subarray(1, 5)),
      audio(2, bytes.subarray(5)),
      audio(3, Buffer.from([7])),
      interrupted(4),
      audio(5, Buffer.from([8, 9])),
      audio(6, Buffer.from([10])),
      lost(7),
      connected(8, 1),
      audio(9, Buffer.from([11, 12, 13]), true),
      audio(10, Buffer.from([14, 15])),
      received(11, { kind: 'disconnect', code: 1, reason: '' }),
    ].flatMap((event) => [...(samples.observe(event) ?? [])]);
    expect(seen).toEqual([1, 2, 3, 4, 5, 6, 8, 9, 11, 12, 14, 15]);
  });
});

describe('any call', () => {
  const event = fc.oneof(
    fc.integer({ min: 1, max: 300 }).map((ms) => ({ kind: 'sent' as const, ms })),
    fc.integer({ min: 1, max: 3000 }).map((ms) => ({ kind: 'audio' as const, ms })),
    fc.constantFrom(
      { kind: 'interrupted' as const },
      { kind: 'lost' as const },
      { kind: 'connected' as const },
    ),
  );

  it('never changes what is settled, and never lays two things on one place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(event, fc.nat(400)), { maxLength: 60 }),
        fc.constantFrom(0.5, 1, 20),
        (steps, speed) => {
          const timeline = new CallTimeline({ speed });
          const ends = { caller: 0, agent: 0 };
          let at = 0;
          for (const [step, wait] of steps) {
            at += wait;
            const { settled } = timeline;
            const made =
              step.kind === 'sent'
                ? sent(at, pcm(step.ms, 1))
                : step.kind === 'audio'
                  ? audio(at, pcm(step.ms, 1))
                  : step.kind === 'interrupted'
                    ? interrupted(at)
                    : step.kind === 'lost'
                      ? lost(at)
                      : connected(at, 1);
            const placed = timeline.observe(made);
            expect(timeline.settled).toBeGreaterThanOrEqual(settled);
            if (placed?.kind === 'cut') {
              expect(placed.frame).toBeGreaterThanOrEqual(settled);
              ends.agent = Math.min(ends.agent, placed.frame);
            } else if (placed !== undefined) {
              expect(placed.start).toBeGreaterThanOrEqual(Math.max(settled, ends[placed.channel]));
              ends[placed.channel] = placed.end;
            }
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
