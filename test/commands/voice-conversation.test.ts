import { readFileSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openAudio } from '../../src/audio/index.ts';
import { ConversationRecording } from '../../src/commands/voice-conversation.ts';
import { Reply } from '../../src/commands/voice-reply.ts';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import { tracks, wavMarks } from '../helpers/stereo.ts';
import { audio, connected, ended, interrupted, lost, pcm, sent, speaking } from '../nextevi/call-helpers.ts';
import { testFolder } from '../shared/folder.ts';

/** Records some events as a whole call and reads the file back. */
async function record(events: readonly CallEvent[], { speed = 1, whole = true } = {}) {
  const path = join(await testFolder(), 'both.wav');
  const recording = await ConversationRecording.create(path, { speed });
  for (const event of events) await recording.observe(event);
  const kept = await recording.finish(whole);
  const file = readFileSync(path);
  return { ...tracks(file), marks: wavMarks(file), seconds: kept?.seconds, path, file };
}

describe('both sides in time', () => {
  it('speak over one another where they did; an interruption is heard at once', async () => {
    const { left, right, seconds } = await record([
      audio(0, pcm(2000, 5)),
      sent(500, pcm(100, 1)),
      sent(600, pcm(100, 2)),
      interrupted(650),
      audio(800, pcm(100, 6), true),
      ended(850),
    ]);
    expect(left).toEqual([
      [0, 500],
      [1, 100],
      [2, 100],
      [0, 200],
    ]);
    expect(right).toEqual([
      [5, 650],
      [0, 150],
      [6, 100],
    ]);
    expect(seconds).toBe(0.9);
  });

  it('chunks that come late make no clicks, real pauses stay', async () => {
    const { left } = await record([
      sent(0, pcm(100, 1)),
      sent(240, pcm(100, 2)),
      sent(241, pcm(100, 3)),
      sent(800, pcm(100, 4)),
      ended(800),
    ]);
    expect(left).toEqual([
      [1, 100],
      [2, 100],
      [3, 100],
      [0, 500],
      [4, 100],
    ]);
  });

  it('at another speed keep their length', async () => {
    const { left, right } = await record(
      [sent(10, pcm(2000, 1)), sent(110, pcm(2000, 2)), audio(250, pcm(300, 5), true), ended(260)],
      { speed: 20 },
    );
    expect(left).toEqual([
      [0, 200],
      [1, 2000],
      [2, 2000],
      [0, 1100],
    ]);
    expect(right).toEqual([
      [0, 5000],
      [5, 300],
    ]);
  });

  it('a sample that is split over two chunks is one', async () => {
    const bytes = pcm(10, 0x0102);
    const { right } = await record([
      audio(0, bytes.subarray(0, 101)),
      audio(1, bytes.subarray(101)),
      ended(5),
    ]);
    expect(right).toEqual([[0x0102, 10]]);
  });
});

describe('a lost connection', () => {
  const events = [
    connected(0),
    speaking(0, 1, 'a.wav'),
    sent(0, pcm(100, 1)),
    audio(50, pcm(5000, 5)),
    lost(100),
    connected(3300, 1),
    sent(3300, pcm(100, 1), { again: true }),
    speaking(3400, 2, 'b\u001b[2J.wav'),
    sent(3400, pcm(100, 2)),
    ended(3500),
  ];

  it('is silence of its length on both sides, and marked, as turns are', async () => {
    const { left, right, marks } = await record(events);
    expect(left).toEqual([
      [1, 100],
      [0, 3200],
      [2, 100],
      [0, 100],
    ]);
    expect(right).toEqual([
      [0, 50],
      [5, 50],
      [0, 3400],
    ]);
    expect(marks).toEqual([
      [0, undefined, 'turn 1: a.wav'],
      [100, 3200, 'connection lost 3.2 s'],
      [3300, undefined, 'turn 2: b.wav'],
    ]);
  });

  it('is marked also when it lasts to the end', async () => {
    const { marks, seconds } = await record([sent(0, pcm(100, 1)), lost(500), ended(2000)], { whole: false });
    expect(marks).toEqual([[500, 1500, 'connection lost 1.5 s']]);
    expect(seconds).toBe(2);
  });
});

describe('the plain reply', () => {
  it('keeps what an interruption kept from being heard, and no half samples', async () => {
    const path = join(await testFolder(), 'r.wav');
    const reply = await Reply.create(path);
    const events = [
      connected(0),
      audio(0, pcm(500, 5)),
      audio(1, Buffer.from([9])),
      interrupted(10),
      audio(20, pcm(10, 6)),
      audio(21, Buffer.from([9])),
      lost(30),
      connected(40, 1),
      audio(50, pcm(10, 7), true),
    ];
    for (const event of events) await reply.observe(event);
    expect(await reply.finish(true)).toEqual({ path, partial: false, beside: false, seconds: 0.52 });
    const whole = Buffer.concat([pcm(500, 5), pcm(10, 6), pcm(10, 7)]);
    expect(readFileSync(path).subarray(44).equals(whole)).toBe(true);
  });
});

describe('a long call', () => {
  it('whose answer of ten minutes comes at once is bounded in memory, and heard in time', async () => {
    const folder = await testFolder();
    const path = join(folder, 'both.wav');
    const recording = await ConversationRecording.create(path);
    for (let i = 0; i < 600; i++) await recording.observe(audio(0, pcm(1000, i + 1)));
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
    for (let i = 0; i < 1000; i++) await recording.observe(sent(i * 100, pcm(100, 7)));
    await recording.observe(interrupted(300_500));
    await recording.observe(audio(301_000, pcm(500, 9), true));
    await recording.observe(ended(302_000));
    expect(await recording.finish(true)).toMatchObject({ seconds: 302 });
    const { left, right } = tracks(readFileSync(path));
    expect(left).toEqual([
      [7, 100_000],
      [0, 202_000],
    ]);
    expect(right.slice(-4)).toEqual([
      [301, 500],
      [0, 500],
      [9, 500],
      [0, 500],
    ]);
    expect(right.slice(0, 300)).toEqual(Array.from({ length: 300 }, (_, i) => [i + 1, 1000]));
  });

  it('ends with the rest of an answer that was not yet played', async () => {
    const { left, right, path } = await record([
      sent(0, pcm(100, 1)),
      audio(50, pcm(120_000, 5), true),
      ended(1000),
    ]);
    expect(right).toEqual([
      [0, 50],
      [5, 120_000],
    ]);
    expect(left).toEqual([
      [1, 100],
      [0, 119_950],
    ]);
    const input = await openAudio(path);
    expect(input.info).toMatchObject({ channels: 2, sampleRate: 24_000, frames: 120_050 * 24 });
    await input.close();
  });
});
