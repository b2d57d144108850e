import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, PROMPTS, startBench } from '../helpers/cli.ts';

const WELCOME = join(PROMPTS, 'welcome.wav');
const AT_ONCE = { replySpeed: Number.POSITIVE_INFINITY };
const SHORT = ['--speed', '40', '--duration', '100ms', '--ramp', '100/s'];

describe('voice bench', () => {
  it('talks in several sessions and reports all of them', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const args = ['voice', 'bench', WELCOME, '--sessions', '3', ...SHORT, '--json'];
    const result = await bench.anonymous([...args, '--threshold', 'errors=0']);
    expect(result.code).toBe(0);
    const report = JSON.parse(result.stdout);
    expect(report).toMatchObject({
      sessions: { asked: 3, connected: 3, failed: 0, not_started: 0 },
      interrupted: false,
      unanswered: 0,
      reconnects: 0,
      errors: 0,
      errors_by_name: [],
      thresholds: [{ name: 'errors', unit: null, limit: 0, value: 0, met: true }],
    });
    expect(report.turns).toBeGreaterThanOrEqual(3);
    expect(report.sent_bytes).toBeGreaterThan(3 * 3.7 * 48_000);
    expect(report.received_bytes).toBeGreaterThan(0);
    expect(Object.keys(report.milliseconds)).toEqual([
      'handshake',
      'first_transcript',
      'first_audio',
      'turn',
      'lateness',
    ]);
    for (const name of ['first_audio', 'turn']) expect(report.milliseconds[name].count).toBe(report.turns);
    expect(result.stderr).toContain('New connections: 6000 a minute (the service allows 100 for one key');
  });

  it('says a recording of its own, and shows a page that fits', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'bench', ...SHORT, '--quiet']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toMatch(/^sessions +1 of 1 connected$/m);
    expect(result.stdout).toMatch(/^end of speech to first audio( +\d+\.\d){4} +\d+$/m);
    expect(Math.max(...result.stdout.split('\n').map(({ length }) => length))).toBeLessThanOrEqual(80);
  });

  it('ends with code 11 and says which limit was missed', async () => {
    const bench = await startBench({ voice: { ...AT_ONCE, mute: true } });
    const args = ['--reply-timeout', '0.2', '--threshold', 'unanswered=0', '--threshold', 'errors=9'];
    const result = await bench.anonymous(['voice', 'bench', WELCOME, ...SHORT, ...args]);
    expect(result.code).toBe(11);
    expect(errorLine(result)).toMatch(/1 of 2 thresholds missed: unanswered is \d, \d over the limit of 0/);
    expect(result.stdout).toMatch(/^NO_ANSWER +\d /m);
  });

  it('ends with the error of all sessions, and opens no more of them than it takes to know it', async () => {
    const bench = await startBench({ voice: { refuse: { close: 4001 } } });
    const args = [
      'voice',
      'bench',
      WELCOME,
      '--sessions',
      '50',
      '--ramp',
      '1/s',
      '--duration',
      '1s',
      '--json',
    ];
    const result = await bench.anonymous(args);
    expect(result.code).toBe(4);
    expect(JSON.parse(result.stdout)).toMatchObject({
      sessions: { asked: 50, failed: 1, not_started: 49 },
      errors_by_name: [{ name: 'CLOSE_4001', count: 1 }],
    });
  });

  it('counts lost connections and goes on', async () => {
    const bench = await startBench({ voice: { ...AT_ONCE, dropAfterBytes: 100_000 } });
    const args = ['--sessions', '2', '--retries', '1', '--json'];
    const result = await bench.anonymous(['voice', 'bench', WELCOME, ...SHORT, ...args]);
    expect(result.code).toBe(9);
    expect(JSON.parse(result.stdout)).toMatchObject({
      sessions: { connected: 2, failed: 2 },
      reconnects: 2,
      errors_by_name: [{ name: 'CLOSE_1006', count: 4 }],
    });
  });

  it('reports what there is when it is interrupted', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const args = ['voice', 'bench', WELCOME, '--sessions', '2', '--ramp', '1/min', '--json'];
    const result = await bench.anonymous([...args, '--debug', '--duration', '5m'], {
      onStart: (child) => {
        child.stderr?.on('data', (text: string) => {
          if (text.includes('connection_metadata')) child.kill('SIGINT');
        });
      },
    });
    expect(result.code).toBe(130);
    expect(JSON.parse(result.stdout)).toMatchObject({
      interrupted: true,
      sessions: { connected: 1, failed: 0, not_started: 1 },
      errors: 0,
    });
  });

  it('asks before it spends money, and nobody is no yes', async () => {
    const bench = await startBench();
    const env = { NEXTEVI_URL: 'wss://voice.example.com/ws/voice' };
    const result = await bench.anonymous(['voice', 'bench', WELCOME, '--sessions', '20'], { env });
    expect(result.code).toBe(3);
    expect(errorLine(result)).toMatch(
      /Open 20 sessions to voice\.example\.com for 30s \(12\.1 minutes in all\), which the account pays for/,
    );
  });

  it.each([
    [['--sessions', '0'], 'from 1 to 1000'],
    [['--sessions', '1.5'], 'whole number'],
    [['--duration', '2h'], 'up to 60 minutes'],
    [['--duration', 'x'], 'is no time'],
    [['--ramp', '90'], 'is no rate'],
    [['--ramp', '0/s'], 'is no rate'],
    [['--threshold', 'first_audio=1s'], 'needs a percentile'],
  ])('refuses %j', async (args, words) => {
    const bench = await startBench();
    const result = await bench.anonymous(['voice', 'bench', WELCOME, ...args]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain(words);
  });
});
