import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, PROMPTS, startBench } from '../helpers/cli.ts';
import { checkWav } from '../helpers/wav.ts';

const WELCOME = join(PROMPTS, 'welcome.wav');
const MENU = join(PROMPTS, 'menu.mp3');
const FAST = ['--speed', '20'];
const AT_ONCE = { replySpeed: Number.POSITIVE_INFINITY };

interface Result {
  connection_ids: string[];
  turns: { name: string; transcript: string; answer: string; first_audio_ms: number }[];
  conversation: { speaker: string; text: string; start_ms: number; end_ms: number }[];
  sent_seconds: number;
  reconnects: number;
  pace: { chunks: number; real_time_ratio: number };
  files: Record<string, { path: string; seconds?: number } | null>;
}

describe('several files', () => {
  it('are several turns of one session', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, MENU, '--json', ...FAST]);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const { turns, connection_ids, conversation, sent_seconds } = JSON.parse(result.stdout) as Result;
    expect(connection_ids).toHaveLength(1);
    expect(turns.map(({ name }) => name)).toEqual([WELCOME, MENU]);
    expect(turns.every(({ answer, transcript }) => answer !== '' && transcript !== '')).toBe(true);
    expect(conversation.map(({ speaker }) => speaker)).toEqual(['you', 'agent', 'you', 'agent']);
    // Nobody speaks before the other one has ended; at this speed a delay of 10 ms is 200 ms of the recording.
    for (const [index, line] of conversation.slice(1).entries())
      expect(line.start_ms - (conversation[index]?.end_ms ?? 0)).toBeGreaterThan(-400);
    expect(sent_seconds).toBeCloseTo(7.1, 0);
  });

  it('are all checked before the first is spoken', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, 'missing.wav', ...FAST]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toContain('Cannot read "missing.wav"');
  });
});

describe('what is kept', () => {
  it('is what was asked for, and is told', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const keep = [
      '--save',
      'r.wav',
      '--save-conversation',
      'both.wav',
      '--transcript',
      't.srt',
      '--events',
      'e.ndjson',
    ];
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...keep, ...FAST]);
    expect(result.code).toBe(0);
    expect((await readdir(bench.home)).sort()).toEqual(['both.wav', 'e.ndjson', 'r.wav', 't.srt']);
    for (const name of ['Reply', 'Conversation', 'Transcript', 'Events'])
      expect(result.stderr).toMatch(new RegExp(`^${name}: `, 'm'));
    const reply = checkWav(await readFile(join(bench.home, 'r.wav')));
    expect(reply).toBeGreaterThan(1);
    const subtitles = await readFile(join(bench.home, 't.srt'), 'utf8');
    expect(subtitles).toMatch(/^1\n00:00:0\d,\d{3} --> 00:00:0\d,\d{3}\nCaller: /);
    const events = (await readFile(join(bench.home, 'e.ndjson'), 'utf8')).trimEnd().split('\n');
    const kinds = events.map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect(kinds.filter((kind) => kind === 'sent').length).toBeGreaterThan(2);
    expect(kinds.at(-1)).toBe('ended');
  });

  it.each([
    [['--save', 'x.wav', '--save-conversation', 'x.wav'], /x\.wav/],
    [['--transcript', 'x.doc'], /\.srt/],
    [['--save-conversation', 'no/such/x.wav'], /no[\\/]such/],
    [['--events', '.'], /./],
  ])('is refused before the call: %j', async (flags, message) => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...flags, ...FAST]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(message);
    expect(await readdir(bench.home)).toEqual([]);
  });
});

describe('bare samples', () => {
  it('of standard input are spoken as they come, at any rate', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const input = Buffer.alloc(2 * 2 * 16_000);
    for (let i = 0; i < input.length / 4; i++) {
      const sample = Math.round(8_000 * Math.sin(i * 0.2));
      input.writeInt16LE(sample, i * 4);
      input.writeInt16LE(sample, i * 4 + 2);
    }
    const raw = ['--raw', '--rate', '16k', '--channels', '2'];
    const result = await bench.anonymous(['voice', 'stream', '-', ...raw, '--json', ...FAST], { input });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect((JSON.parse(result.stdout) as Result).sent_seconds).toBeCloseTo(1, 2);
  });

  it('that are none are told from silence', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'stream', '-', '--raw', ...FAST], { input: '' });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain('before a whole sample came');
  });

  it.each([
    [['--rate', '5'], 'no sample rate'],
    [['--raw', '--channels', '99'], '--input-channels'],
    [['--raw', '--encoding', 'mp3'], 's16'],
  ])('that cannot be are refused: %j', async (flags, message) => {
    const bench = await startBench({ voice: AT_ONCE });
    await writeFile(join(bench.home, 'x.raw'), Buffer.alloc(4_800));
    const result = await bench.anonymous(['voice', 'stream', 'x.raw', ...flags]);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain(message);
  });
});

describe('settings of the session', () => {
  it('come from a file, and from flags over it', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const settings = {
      emotion_detection: { enabled: true },
      turn_detection: { silence_threshold: 0.3 },
      voice: 'x',
    };
    await writeFile(join(bench.home, 's.json'), JSON.stringify(settings));
    const flags = ['--settings', 's.json', '--emotion-detection', 'off', '--output', 'ndjson'];
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...flags, ...FAST]);
    expect(result.code).toBe(0);
    expect(result.stderr).toBe('warning: s.json: voice: not documented, sent as they are.\n');
    expect(result.stdout).not.toContain('"kind":"emotion"');
  });

  it.each([
    [['--silence-threshold', 'long'], '--silence-threshold: "long" is not a number of seconds'],
    [['--natural-pauses', 'maybe'], '--natural-pauses'],
    [['--settings', 'none.json'], 'none.json cannot be read'],
  ])('that are wrong are refused: %j', async (flags, message) => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...flags]);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain(message);
  });
});
