/** What a single turn of a call may have of its own. */
import { describe, expect, it } from 'vitest';
import { startService } from './peers.ts';
import { answer, goodTalk, piecesOf, speech, talk } from './talk.ts';

describe('a turn with a pace of its own', () => {
  it('is said at that, and the next one at that of the call', async () => {
    let silent = 0;
    const service = await startService({
      onFrame: (peer, { binary, data }) => {
        if (!binary) return;
        silent = data.every((byte) => byte === 0) ? silent + 1 : 0;
        if (silent === 2) answer(peer);
      },
    });
    const { happened } = await goodTalk(service, {
      audio: piecesOf(speech(0.8)),
      more: [piecesOf(speech(0.8))],
      how: [{ speed: 4 }, {}],
    });
    const sizes = happened.flatMap((event) =>
      event.kind === 'sent' && event.speech ? [event.pcm.length / 4_800] : [],
    );
    expect(sizes).toEqual([4, 4, 1, 1, 1, 1, 1, 1, 1, 1]);
  });
});

describe('a turn with a patience of its own', () => {
  it('is given up after that time', async () => {
    const service = await startService();
    const { error, ms } = await talk(service, {
      audio: piecesOf(speech(0.1)),
      how: [{ replyTimeoutMs: 1_500 }],
    });
    expect(String(error)).toMatch(/no answer within 1\.5 seconds/);
    expect(ms).toBeLessThan(5_000);
  });
});
