import type { ChildProcess } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAudio } from '../../src/audio/index.ts';
import { errorLine, PROMPTS, startBench } from '../helpers/cli.ts';
import { checkWav } from '../helpers/wav.ts';

const WELCOME = join(PROMPTS, 'welcome.wav');
const FAST = ['--speed', '10'];
const AT_ONCE = { replySpeed: Number.POSITIVE_INFINITY };
const KEEP = [
  '--save',
  'r.wav',
  '--save-conversation',
  'both.wav',
  '--transcript',
  't.json',
  '--events',
  'e.ndjson',
];
const FIRST = { connections: { to: 1 } };

interface Result {
  connection_ids: string[];
  reconnects: number;
  sent_seconds: number;
  turns: { answer: string }[];
  conversation: { speaker: string; interrupted?: boolean }[];
}

/** Seconds of a recording, which must be whole. */
async function secondsOf(path: string): Promise<number> {
  const input = await openAudio(path);
  await input.close();
  return input.info.seconds ?? 0;
}

describe('a connection that is lost', () => {
  it.each<[string, object]>([
    ['in the middle of the speech', { afterBytes: 60_000, drop: true, ...FIRST }],
    ['in the middle of the answer', { afterAnswerChunks: 3, drop: true, ...FIRST }],
    [
      'with an error and an illegal close code',
      { afterBytes: 60_000, error: { name: 'SESSION_EXPIRED' }, close: 5004, ...FIRST },
    ],
    ['with an error and no close', { turn: 1, error: { name: 'INTERNAL_ERROR' }, ...FIRST }],
  ])('%s is made again, and everything is one whole', async (_what, fault) => {
    const bench = await startBench({ voice: { ...AT_ONCE, faults: [fault as never] } });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, '--json', ...KEEP, ...FAST]);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/Connecting again/);
    const { connection_ids, reconnects, sent_seconds, turns } = JSON.parse(result.stdout) as Result;
    expect(connection_ids).toHaveLength(2);
    expect(reconnects).toBe(1);
    expect(sent_seconds).toBeCloseTo(3.72, 1);
    expect(turns[0]?.answer).not.toBe('');
    expect((await readdir(bench.home)).sort()).toEqual(['both.wav', 'e.ndjson', 'r.wav', 't.json']);
    expect(await secondsOf(join(bench.home, 'both.wav'))).toBeGreaterThan(3.7);
    expect(checkWav(await readFile(join(bench.home, 'r.wav')))).toBeGreaterThan(1);
    expect(await readFile(join(bench.home, 't.json'), 'utf8')).toContain('"gap": true');
    // The gap is marked where audio editors show it.
    expect((await readFile(join(bench.home, 'both.wav'))).includes('connection lost')).toBe(true);
  });

  it('is not made again with --retries 0, and what there is is kept', async () => {
    const bench = await startBench({ voice: { ...AT_ONCE, faults: [{ afterAnswerChunks: 3, drop: true }] } });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...KEEP, ...FAST, '--retries', '0']);
    expect(result.code).toBe(9);
    expect(errorLine(result)).toContain('close code 1006');
    expect(await secondsOf(join(bench.home, 'both.wav'))).toBeGreaterThan(3.7);
    expect(result.stderr).toMatch(/the reply is partial/);
  });

  it('every time is given up', async () => {
    const bench = await startBench({ voice: { ...AT_ONCE, faults: [{ afterBytes: 60_000, drop: true }] } });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...FAST, '--retries', '3']);
    expect(result.code).toBe(9);
    expect(result.stderr.match(/Connecting again/g)).toHaveLength(3);
  });
});

describe('a second Ctrl-C', () => {
  it('ends at once, and leaves files that are whole', async () => {
    // It freezes in mid-answer, so that the first signal has nobody to say good-bye to.
    const bench = await startBench({
      voice: { replySpeed: 1, faults: [{ afterAnswerChunks: 4, freeze: true }] },
    });
    const onStart = (child: ChildProcess) => {
      let heard = 0;
      child.stdout?.on('data', (text: string) => {
        heard += text.split('"kind":"audio"').length - 1;
        if (heard < 4 || child.killed) return;
        child.kill('SIGINT');
        // The second one must not arrive before the first was heard.
        const again = setInterval(() => {
          if (child.exitCode !== null || child.signalCode !== null) clearInterval(again);
          else child.kill('SIGINT');
        }, 300);
      });
    };
    const args = ['voice', 'stream', WELCOME, '--output', 'ndjson', ...KEEP, ...FAST];
    const { signal } = await bench.anonymous(args, { onStart });
    expect(signal).toBe('SIGINT');
    expect((await readdir(bench.home)).sort()).toEqual(['both.wav', 'e.ndjson', 'r.wav', 't.json']);
    expect(await secondsOf(join(bench.home, 'both.wav'))).toBeGreaterThan(3.7);
    expect(checkWav(await readFile(join(bench.home, 'r.wav')))).toBeGreaterThan(0.1);
    for (const line of (await readFile(join(bench.home, 'e.ndjson'), 'utf8')).trimEnd().split('\n'))
      JSON.parse(line);
    expect(JSON.parse(await readFile(join(bench.home, 't.json'), 'utf8'))).toBeTypeOf('object');
  });
});
