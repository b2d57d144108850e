import { describe, expect, it } from 'vitest';
import { UnfinishedTurn } from '../../src/nextevi/unfinished.ts';

const SECOND = 48_000;

function spoken(seconds: number, live: boolean): UnfinishedTurn {
  const turn = new UnfinishedTurn();
  turn.begin(live);
  for (let count = 0; count < seconds; count++) turn.add(Buffer.alloc(SECOND, count));
  return turn;
}

describe('speech that is said again', () => {
  it('is the last two minutes of a turn', () => {
    expect(spoken(100, false).bytes).toBe(100 * SECOND);
    expect(spoken(200, false).bytes).toBe(120 * SECOND);
  });

  it('is the last ten seconds of a microphone, which is never silent', () => {
    const turn = spoken(100, true);
    expect(turn.chunks.map((chunk) => chunk[0])).toEqual([90, 91, 92, 93, 94, 95, 96, 97, 98, 99]);
  });

  it('is nothing of the turn before', () => {
    const turn = spoken(5, true);
    turn.begin(false);
    expect(turn.bytes).toBe(0);
    for (let count = 0; count < 20; count++) turn.add(Buffer.alloc(SECOND));
    expect(turn.bytes).toBe(20 * SECOND);
  });

  it('ends where the answered part began', () => {
    const turn = spoken(4, true);
    turn.heard();
    turn.add(Buffer.alloc(SECOND, 9));
    turn.answered();
    expect(turn.chunks.map((chunk) => chunk[0])).toEqual([9]);
  });
});
