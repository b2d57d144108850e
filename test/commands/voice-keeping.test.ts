import { existsSync, readFileSync } from 'node:fs';
import { link, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { eventLine } from '../../src/commands/voice-event-log.ts';
import { CallKeeping, type KeepingOptions } from '../../src/commands/voice-keeping.ts';
import { transcriptFormat } from '../../src/commands/voice-transcript-file.ts';
import type { CallEvent } from '../../src/nextevi/call-events.ts';
import { tracks, wavMarks } from '../helpers/stereo.ts';
import { checkWav } from '../helpers/wav.ts';
import {
  answered,
  audio,
  connected,
  ended,
  heard,
  interrupted,
  lost,
  pcm,
  received,
  sent,
  speaking,
} from '../nextevi/call-helpers.ts';
import { failureOf, testFolder } from '../shared/folder.ts';

const STARTED = Date.parse('2026-01-31T09:30:00.000Z');

async function bench() {
  const folder = await testFolder();
  const warnings: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  let at = 0;
  const invocation = {
    ctx: { cwd: folder, now: () => STARTED + at },
    warn: (text: string) => void warnings.push(text),
    onClose: (cleanup: () => Promise<void>) => void closers.push(cleanup),
  };
  const open = (options: KeepingOptions) => CallKeeping.open(invocation, options);
  return {
    folder,
    warnings,
    open,
    path: (name: string) => join(folder, name),
    list: async () => (await readdir(folder)).sort(),
    read: (name: string) => readFile(join(folder, name), 'utf8'),
    tell: async (keeping: CallKeeping, events: readonly CallEvent[]) => {
      for (const event of events) {
        at = event.at;
        await keeping.observer(event);
      }
    },
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

const ALL = {
  save: 'reply.wav',
  saveConversation: 'both.wav',
  transcript: 'talk.txt',
  events: 'events.ndjson',
} satisfies KeepingOptions;

const CALL: CallEvent[] = [
  connected(40),
  speaking(100, 1, 'hello.wav'),
  sent(100, pcm(100, 11)),
  sent(200, pcm(100, 12)),
  heard(320, 'Hello?', true),
  answered(330, 'Good day.', true),
  audio(400, pcm(300, 21), true),
  ended(500),
];

describe('a whole call', () => {
  it('leaves all that was asked for, each at its name', async () => {
    const { open, tell, list, read, path } = await bench();
    const keeping = await open(ALL);
    await tell(keeping, CALL);
    const kept = await keeping.finish(true);
    expect(kept).toEqual({
      reply: { path: path('reply.wav'), partial: false, beside: false, seconds: 0.3 },
      conversation: { path: path('both.wav'), partial: false, beside: false, seconds: 0.7 },
      transcript: { path: path('talk.txt'), partial: false, beside: false },
      events: { path: path('events.ndjson'), partial: false, beside: false },
    });
    expect(await list()).toEqual(['both.wav', 'events.ndjson', 'reply.wav', 'talk.txt']);
    const reply = readFileSync(path('reply.wav'));
    expect(checkWav(reply)).toBe(0.3);
    expect(reply.subarray(44).equals(pcm(300, 21))).toBe(true);
    expect(tracks(readFileSync(path('both.wav')))).toEqual({
      left: [
        [0, 100],
        [11, 100],
        [12, 100],
        [0, 400],
      ],
      right: [
        [0, 400],
        [21, 300],
      ],
    });
    expect(wavMarks(readFileSync(path('both.wav')))).toEqual([[100, undefined, 'turn 1: hello.wav']]);
    expect(await read('talk.txt')).toBe('[00:00:00] Caller: Hello?\n[00:00:00] Agent: Good day.\n');
    const kinds = (await read('events.ndjson')).split('\n').map((line) => line && JSON.parse(line).kind);
    expect(kinds).toEqual([
      'connected',
      'speaking',
      'sent',
      'sent',
      'transcript',
      'answer',
      'audio',
      'ended',
      '',
    ]);
  });

  it('replaces older files, but goes on with an older log', async () => {
    const { open, tell, read, path } = await bench();
    for (const name of Object.values(ALL)) await writeFile(path(name), 'cut');
    const keeping = await open(ALL);
    expect(await read('reply.wav')).toBe('cut');
    await tell(keeping, CALL);
    await keeping.finish(true);
    expect(await read('reply.wav')).not.toContain('cut');
    expect(await read('talk.txt')).not.toContain('cut');
    expect((await read('events.ndjson')).split('\n').slice(0, 2)).toEqual([
      'cut',
      expect.stringContaining('"connected"'),
    ]);
  });

  it('in which nothing is said leaves nothing, nor does one that never began', async () => {
    const { open, tell, list } = await bench();
    const keeping = await open(ALL);
    await tell(keeping, [connected(10), speaking(20, 1), ended(5000)]);
    expect(Object.keys(await keeping.finish(true))).toEqual(['events']);
    expect(await list()).toEqual(['events.ndjson']);
    const other = await bench();
    expect(await (await other.open(ALL)).finish(false)).toEqual({});
    expect(await other.list()).toEqual([]);
  });
});

describe('a call that broke off', () => {
  it('keeps what was heard, never over older files', async () => {
    const { open, tell, list, read, path } = await bench();
    for (const name of ['reply.wav', 'both.wav', 'both.partial.wav', 'talk.txt'])
      await writeFile(path(name), 'old');
    const keeping = await open(ALL);
    await tell(keeping, CALL);
    expect(await keeping.finish(false)).toMatchObject({
      reply: { path: path('reply.partial.wav'), partial: true, beside: true, seconds: 0.3 },
      conversation: { path: path('both.partial-2.wav'), seconds: 0.5 },
      transcript: { path: path('talk.partial.txt'), beside: true },
      events: { path: path('events.ndjson'), partial: true, beside: false },
    });
    expect(await list()).toHaveLength(8);
    expect(await read('both.wav')).toBe('old');
    expect(tracks(readFileSync(path('both.partial-2.wav'))).right).toEqual([
      [0, 400],
      [21, 100],
    ]);
    expect(await read('talk.partial.txt')).toBe(
      '[00:00:00] Caller: Hello?\n[00:00:00] Agent: Good day. [interrupted]\n[00:00:00] [call ended early]\n',
    );
  });

  it('keeps the same at once, with what is under way', async () => {
    const { open, tell, list, read, path, warnings } = await bench();
    await writeFile(path('both.wav'), 'old');
    const keeping = await open(ALL);
    await tell(keeping, CALL);
    keeping.finishNow();
    const seen = await list();
    expect(seen).toEqual(['both.partial.wav', 'both.wav', 'events.ndjson', 'reply.wav', 'talk.txt']);
    expect(checkWav(readFileSync(path('reply.wav')))).toBe(0.3);
    expect(tracks(readFileSync(path('both.partial.wav'))).left).toEqual([
      [0, 100],
      [11, 100],
      [12, 100],
      [0, 200],
    ]);
    // What the system was writing at that moment may come behind it; every line is whole all the same.
    expect(await read('events.ndjson')).toMatch(/"ended".*\n/);
    for (const line of (await read('events.ndjson')).trimEnd().split('\n')) JSON.parse(line);
    keeping.finishNow();
    await keeping.observer(ended(600));
    expect(await keeping.finish(true)).toEqual({});
    expect(await list()).toEqual(seen);
    expect(warnings).toEqual([]);
  });

  it('keeps all at once in the middle of its end, too', async () => {
    const { open, tell, list, path } = await bench();
    const keeping = await open(ALL);
    await tell(keeping, CALL);
    const ending = keeping.finish(true).catch(() => {});
    keeping.finishNow();
    const seen = await list();
    expect(seen).toEqual(['both.wav', 'events.ndjson', 'reply.wav', 'talk.txt']);
    expect(checkWav(readFileSync(path('reply.wav')))).toBe(0.3);
    await ending;
    expect(await list()).toEqual(seen);
    expect(checkWav(readFileSync(path('reply.wav')))).toBe(0.3);
  });

  it('at once leaves nothing where nothing came', async () => {
    const { open, list } = await bench();
    (await open(ALL)).finishNow();
    expect(await list()).toEqual([]);
  });

  it('keeps what there is when the command ends without a word', async () => {
    const { open, tell, close, list } = await bench();
    await tell(await open(ALL), CALL);
    await close();
    expect(await list()).toEqual(['both.wav', 'events.ndjson', 'reply.wav', 'talk.txt']);
  });
});

describe('paths', () => {
  it.each([
    ['--save and --events', { save: 'a', events: './a' }, /--save and --events name one file/],
    [
      '--transcript and --save-conversation',
      { transcript: 'l.txt', saveConversation: 'a.wav' },
      /--save-conversation and --transcript name one file/,
    ],
    ['an input', { save: 'in.wav' }, /--save names the script, ".*in.wav", which must stay as it is/],
    ['a link to an input', { events: 'hard.wav' }, /--events names the script/],
    ['a folder', { transcript: 'folder.txt' }, /folder.txt": it is a folder/],
    ['a folder that is not there', { events: 'no/x.ndjson' }, /the folder ".*no" does not exist/],
    ['no format', { transcript: 'talk' }, /names no format/],
  ])('%s: refused before the call, and nothing is left', async (_what, options, message) => {
    const { folder, open, path, list } = await bench();
    await writeFile(path('in.wav'), 'in');
    await link(path('in.wav'), path('hard.wav'));
    await symlink('a.wav', path('l.txt'));
    await writeFile(path('a.wav'), '');
    await mkdir(path('folder.txt'));
    const before = await list();
    const inputs = [{ path: path('in.wav'), role: 'the script' }];
    const failure = await failureOf(() => open({ save: 'r.wav', ...options, inputs }));
    expect(failure.message).toMatch(message);
    expect(failure.type).toBe('usage');
    expect(failure.hint).toBeTruthy();
    expect(await list()).toEqual(before);
    expect(existsSync(folder)).toBe(true);
  });

  it('the ending of a transcript, or the choice, is its format', () => {
    expect(transcriptFormat('a.SRT', undefined)).toBe('srt');
    expect(transcriptFormat('a.srt', 'json')).toBe('json');
  });
});

describe('transcripts', () => {
  const LINES: CallEvent[] = [
    connected(0),
    heard(1000, 'Is oak_secret123 a\u001b[31m key?', true, { confidence: 0.5 }),
    answered(2000, 'No <b>.', true),
    audio(2000, pcm(1000, 1), true),
    lost(2500, 'close code 1006'),
    connected(5700, 1),
    ended(6000),
  ];

  const SRT = [
    '1\n00:00:01,000 --> 00:00:01,500\nCaller: Is REDACTED a key?\n',
    '2\n00:00:02,000 --> 00:00:02,500\nAgent: No <\u200bb>. [interrupted]\n',
    '3\n00:00:02,500 --> 00:00:05,700\n[connection lost for 3.2 s: close code\n1006]\n',
  ];

  it.each([
    ['srt', SRT.join('\n')],
    [
      'vtt',
      [
        'WEBVTT\n',
        '00:00:01.000 --> 00:00:01.500\n<v Caller>Is REDACTED a key?</v>\n',
        '00:00:02.000 --> 00:00:02.500\n<v Agent>No &lt;b&gt;. [interrupted]</v>\n',
        '00:00:02.500 --> 00:00:05.700\n[connection lost for 3.2 s: close code\n1006]\n',
      ].join('\n'),
    ],
    [
      'txt',
      '[00:00:01] Caller: Is REDACTED a key?\n[00:00:02] Agent: No <b>. [interrupted]\n' +
        '[00:00:02] [connection lost for 3.2 s: close code 1006]\n',
    ],
  ])('%s', async (ending, text) => {
    const { open, tell, read } = await bench();
    const keeping = await open({ transcript: `t.${ending}` });
    await tell(keeping, LINES);
    await keeping.finish(true);
    expect(await read(`t.${ending}`)).toBe(text);
  });

  it('json', async () => {
    const { open, tell, read } = await bench();
    const keeping = await open({ transcript: 't', transcriptFormat: 'json' });
    await tell(keeping, LINES);
    await keeping.finish(false);
    expect(JSON.parse(await read('t'))).toEqual({
      connection_ids: ['c0', 'c1'],
      started: '2026-01-31T09:30:00.000Z',
      duration_ms: 6000,
      ended_early: true,
      lines: [
        {
          speaker: 'caller',
          text: 'Is REDACTED a\u001b[31m key?',
          turn: 0,
          final: true,
          confidence: 0.5,
          start_ms: 1000,
          end_ms: 1000,
        },
        {
          speaker: 'agent',
          text: 'No <b>.',
          turn: 0,
          final: true,
          interrupted: true,
          start_ms: 2000,
          end_ms: 2500,
        },
        { gap: true, why: 'close code 1006', start_ms: 2500, end_ms: 5700 },
      ],
    });
  });
});

describe('the event log', () => {
  it('can be read while the call lasts, line by line', async () => {
    const { open, tell, read } = await bench();
    const keeping = await open({ events: 'e.ndjson', secrets: [undefined, '', 'a"b'] });
    await tell(keeping, [connected(1.4), lost(100.6, 'key a"b'), interrupted(200)]);
    let text = '';
    while (text.split('\n').length < 4) text = await read('e.ndjson');
    expect(text).toBe(
      [
        '{"kind":"connected","connection_id":"c0","handshake_ms":20,"number":0,"at":1,"time":"2026-01-31T09:30:00.001Z"}\n',
        '{"kind":"lost","why":"key REDACTED","retry_ms":500,"at":101,"time":"2026-01-31T09:30:00.101Z"}\n',
        '{"kind":"interruption","by":"user","at":200,"time":"2026-01-31T09:30:00.200Z"}\n',
      ].join(''),
    );
    await keeping.finish(true);
  });

  it('shows audio as its size, or with its content', () => {
    const line = (event: CallEvent, withAudio = false) =>
      JSON.parse(eventLine(event, { startedMs: 0, audio: withAudio }));
    const time = '1970-01-01T00:00:00.005Z';
    expect(line(audio(5, Buffer.from('abcd'), true))).toEqual({
      kind: 'audio',
      bytes: 4,
      last: true,
      chunk_id: null,
      at: 5,
      time,
    });
    expect(line(sent(5, Buffer.from('abcd'), { again: true }), true)).toEqual({
      kind: 'sent',
      bytes: 4,
      speech: true,
      again: true,
      content: 'YWJjZA==',
      at: 5,
      time,
    });
    const answer = { kind: 'answer', content: 'Good day.', final: true, generationId: 'g1' } as const;
    expect(line({ at: 5, kind: 'received', event: answer })).toEqual({
      kind: 'answer',
      content: 'Good day.',
      final: true,
      generation_id: 'g1',
      at: 5,
      time,
    });
    expect(line({ at: 5, kind: 'spoken', turn: 3 })).toEqual({ kind: 'spoken', turn: 3, at: 5, time });
    expect(line(received(5, { kind: 'unknown', type: 'x', fields: { at: 'y' } }))).toMatchObject({
      at: 5,
      fields: { at: 'y' },
    });
  });
});
