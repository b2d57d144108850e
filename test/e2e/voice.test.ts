import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, link, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, PROMPTS, run, startBench, temporaryFolder } from '../helpers/cli.ts';
import { checkWav, rms, toneWav } from '../helpers/wav.ts';

const WELCOME = join(PROMPTS, 'welcome.wav');
const FAST = ['--speed', '20'];
const AT_ONCE = { replySpeed: Number.POSITIVE_INFINITY };

describe('voice stream', () => {
  it('speaks a file, shows the conversation, and keeps the audible answer', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.signedIn(['voice', 'stream', WELCOME, '--save', 'reply.wav', ...FAST]);
    expect(result.stderr).toMatch(
      /^Reply: .*reply\.wav \(\d\.\d s\)\.\nConnected in .* answered .* after the speech\.\n$/,
    );
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/^you: {3}\(3\.\d seconds of speech\)\nagent: \S.*\n$/);
    const reply = await readFile(join(bench.home, 'reply.wav'));
    expect(checkWav(reply)).toBeGreaterThan(1);
    expect(rms(reply)).toBeGreaterThan(1_000);
    expect(await readdir(bench.home)).toEqual(['reply.wav']);
  });

  it('needs no credentials of the Convirza platform', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    expect((await bench.anonymous(['voice', 'stream', WELCOME, ...FAST])).code).toBe(0);
    expect(bench.sandbox.requests).toEqual([]);
  });

  it.each(['binary', 'json'])('sends audio as %s', async (transport) => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous([
      'voice',
      'stream',
      WELCOME,
      '--transport',
      transport,
      '--json',
      ...FAST,
    ]);
    expect(result.code).toBe(0);
    const value = JSON.parse(result.stdout) as Record<string, unknown>;
    expect(value).toMatchObject({
      conversation: [
        { speaker: 'you', text: expect.stringContaining('seconds of speech') },
        { speaker: 'agent', text: expect.any(String) },
      ],
      reply: null,
      interruptions: 0,
    });
    expect(value['sent_seconds']).toBeCloseTo(3.72, 1);
    expect(value['received_seconds']).toBeGreaterThan(1);
    expect(value['emotions']).toHaveLength(3);
  });

  it('prints every event for --output ndjson', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, '--output', 'ndjson', ...FAST]);
    const kinds = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);
    expect([...new Set(kinds)]).toEqual([
      'connected',
      'metadata',
      'speaking',
      'transcript',
      'spoken',
      'turn',
      'emotion',
      'answer',
      'audio',
      'ended',
    ]);
    expect(result.stdout).not.toContain('oak_');
  });

  it.each([
    ['documented', { shape: 'documented' }],
    ['flat', { shape: 'flat' }],
    ['cumulative text', { cumulative: true }],
    ['binary audio', { binaryAudio: true, noEndMarks: true }],
  ] as const)('understands a service that speaks %s', async (_name, voice) => {
    const bench = await startBench({ voice: { ...AT_ONCE, ...voice } });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, '--save', 'r.wav', '--json', ...FAST]);
    expect(result.code).toBe(0);
    const { conversation } = JSON.parse(result.stdout) as {
      conversation: { speaker: string; text: string }[];
    };
    expect(conversation.filter(({ speaker }) => speaker === 'agent')).toHaveLength(1);
    expect(conversation[1]?.text).not.toMatch(/(\b\w+ \w+ \w+\b).*\1/);
    expect(checkWav(await readFile(join(bench.home, 'r.wav')))).toBeGreaterThan(1);
  });

  it.each([
    ['menu.mp3', 3.4],
    ['voicemail.m4a', 3.9],
    ['hold.ogg', 3.2],
    ['closed.webm', 3.4],
    ['survey.flac', 3.0],
  ])('speaks %s too', async (name, seconds) => {
    const bench = await startBench({ voice: AT_ONCE });
    const result = await bench.anonymous(['voice', 'stream', join(PROMPTS, name), '--json', ...FAST]);
    expect(result.stderr).toBe('');
    expect((JSON.parse(result.stdout) as { sent_seconds: number }).sent_seconds).toBeCloseTo(seconds, 1);
  });

  it('speaks what is piped into it', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const input = await readFile(join(PROMPTS, 'menu.mp3'));
    const result = await bench.anonymous(['voice', 'stream', '-', '--json', ...FAST], { input });
    expect(result.code).toBe(0);
    expect((JSON.parse(result.stdout) as { sent_seconds: number }).sent_seconds).toBeCloseTo(3.4, 1);
  });

  it('converts any rate and number of channels', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    await writeFile(join(bench.home, 'stereo.wav'), toneWav(1.5, 44_100, 2));
    const result = await bench.anonymous(['voice', 'stream', 'stereo.wav', '--json', ...FAST]);
    expect(JSON.parse(result.stdout)).toMatchObject({ sent_seconds: 1.5 });
  });

  it('sends a JWT in the header, and then no key', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const env = { NEXTEVI_ACCESS_TOKEN: bench.sandbox.voiceToken, NEXTEVI_API_KEY: undefined };
    expect((await bench.anonymous(['voice', 'stream', WELCOME, ...FAST], { env })).code).toBe(0);
  });
});

describe('Ctrl-C in the middle of a stream', () => {
  it('ends with 130 and leaves a whole recording of what had come', async () => {
    const bench = await startBench({ voice: { replySpeed: 1 } });
    const result = await bench.anonymous(
      ['voice', 'stream', WELCOME, '--save', 'reply.wav', '--output', 'ndjson', ...FAST],
      {
        onStart: (child) => {
          child.stdout?.on('data', (text: string) => {
            if (text.includes('"kind":"audio"')) child.kill('SIGINT');
          });
        },
      },
    );
    expect(result).toMatchObject({ code: 130, signal: null });
    expect(checkWav(await readFile(join(bench.home, 'reply.wav')))).toBeGreaterThan(0);
    expect(await readdir(bench.home)).toEqual(['reply.wav']);
  });

  it('before any answer leaves no file', async () => {
    const bench = await startBench({ voice: { mute: true } });
    const result = await bench.anonymous(
      ['voice', 'stream', WELCOME, '--save', 'reply.wav', '--output', 'ndjson'],
      {
        onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
      },
    );
    expect(result.code).toBe(130);
    expect(errorLine({ ...result, stderr: result.stderr.replace(/^\{.*\}$/m, 'error: json') })).toBe(
      'error: json',
    );
    expect(existsSync(join(bench.home, 'reply.wav'))).toBe(false);
  });
});

describe('--save', () => {
  it.each([
    ['the same name', 'st.wav', async () => {}],
    ['another way to it', '../st.wav', async () => {}],
    ['a symbolic link', 'other.wav', (from: string, to: string) => symlink(from, to)],
    ['a hard link', 'other.wav', (from: string, to: string) => link(from, to)],
  ])('never replaces the file that is spoken: %s', async (_what, save, make) => {
    const bench = await startBench({ voice: AT_ONCE });
    const input = join(bench.home, 'st.wav');
    await copyFile(WELCOME, input);
    await make(input, join(bench.home, 'other.wav'));
    const asked = save.startsWith('..') ? join('..', basename(bench.home), 'st.wav') : save;
    const result = await bench.anonymous(['voice', 'stream', 'st.wav', '--save', asked, ...FAST]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/--save names the file that is to be spoken.*another name/);
    expect((await readFile(input)).equals(await readFile(WELCOME))).toBe(true);
  });

  it('replaces an older file by a whole answer', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    await writeFile(join(bench.home, 'keep.wav'), 'old');
    const result = await bench.anonymous(['voice', 'stream', WELCOME, '--save', 'keep.wav', ...FAST]);
    expect(result.code).toBe(0);
    expect(checkWav(await readFile(join(bench.home, 'keep.wav')))).toBeGreaterThan(1);
    expect(await readdir(bench.home)).toEqual(['keep.wav']);
  });

  const atFirstAudio = (action: (child: ChildProcess) => void) => (child: ChildProcess) => {
    const listener = (text: string) => {
      if (!text.includes('"kind":"audio"')) return;
      child.stdout?.off('data', listener);
      action(child);
    };
    child.stdout?.on('data', listener);
  };

  it.each([
    ['an interruption', atFirstAudio((child) => child.kill('SIGINT')), 130],
    ['a reader that went away', atFirstAudio((child) => child.stdout?.destroy()), 0],
  ])('after %s keeps the older file, and the partial answer beside it', async (_what, onStart, code) => {
    const bench = await startBench({ voice: { replySpeed: 1 } });
    await writeFile(join(bench.home, 'keep.wav'), 'old');
    await writeFile(join(bench.home, 'keep.partial.wav'), 'older');
    const args = ['voice', 'stream', WELCOME, '--save', 'keep.wav', '--output', 'ndjson', ...FAST];
    const result = await bench.anonymous(args, { onStart });
    expect(result.code).toBe(code);
    expect(result.stderr).toMatch(/the reply is partial: \S+keep\.partial-2\.wav .*keep\.wav is as it was/);
    expect(await readFile(join(bench.home, 'keep.wav'), 'utf8')).toBe('old');
    expect(await readFile(join(bench.home, 'keep.partial.wav'), 'utf8')).toBe('older');
    expect(checkWav(await readFile(join(bench.home, 'keep.partial-2.wav')))).toBeGreaterThan(0);
    expect(await readdir(bench.home)).toHaveLength(3);
  });

  it('says "partial" without an older file too', async () => {
    const bench = await startBench({ voice: { replySpeed: 1 } });
    const args = ['voice', 'stream', WELCOME, '--save', 'keep.wav', '--output', 'ndjson', ...FAST];
    const onStart = atFirstAudio((child) => child.kill('SIGINT'));
    const result = await bench.anonymous(args, { onStart });
    expect(result.stderr).toMatch(/the reply is partial: \S+[\\/]keep\.wav \(\d\.\d s\)\.$/m);
    expect(await readdir(bench.home)).toEqual(['keep.wav']);
  });
});

describe('flags of every command', () => {
  it('--json with fields and --jq shape the result', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const stream = (...flags: string[]) => bench.anonymous(['voice', 'stream', WELCOME, ...FAST, ...flags]);
    const fields = await stream('--json=reply,conversation');
    expect(Object.keys(JSON.parse(fields.stdout) as object)).toEqual(['reply', 'conversation']);
    const jq = await stream('--jq', '.conversation[0].speaker');
    expect(jq).toMatchObject({ code: 0 });
    expect(jq.stdout.trim().replaceAll('"', '')).toBe('you');
  });

  it.each(['binary', 'json'])('--debug shows every message of %s, and no key', async (transport) => {
    const bench = await startBench({ voice: AT_ONCE });
    const args = ['voice', 'stream', WELCOME, '--debug', '--transport', transport, ...FAST];
    const result = await bench.anonymous(args);
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^> connect ws:.*api_key=REDACTED/m);
    expect(result.stderr).toMatch(/^> session_settings \d+ bytes$/m);
    const type = transport === 'binary' ? 'audio' : 'audio_input';
    expect(result.stderr).toMatch(new RegExp(`^> ${type} 96000 bytes of audio$`, 'm'));
    expect(result.stderr).toMatch(/^< connection_metadata \d+ bytes$/m);
    expect(result.stderr).toMatch(/^< tts_chunk \d+ bytes of audio$/m);
    expect(result.stderr).toMatch(/^< close 1000/m);
    expect(result.stderr).not.toMatch(/oak_/);
    expect(result.stdout).not.toContain('session_settings');
  });

  it('--debug shows no JWT, and no credential in the address', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const token = bench.sandbox.voiceToken;
    const env = {
      NEXTEVI_ACCESS_TOKEN: token,
      NEXTEVI_API_KEY: undefined,
      NEXTEVI_URL: `${bench.sandbox.env['NEXTEVI_URL']}?session_token=hidden-one`,
    };
    const result = await bench.anonymous(['voice', 'stream', WELCOME, '--debug', ...FAST], { env });
    expect(result.stderr).toContain('> connect ');
    expect(result.stderr).not.toContain(token);
    expect(result.stderr).not.toContain('hidden-one');
  });
});

describe('a voice service that refuses or fails', () => {
  it.each([
    ['a wrong key', {}, { NEXTEVI_API_KEY: 'oak_wrong' }, 4, /did not accept the credentials.*AUTH_FAILED/],
    [
      'an unknown configuration',
      {},
      { NEXTEVI_CONFIG_ID: 'config-nope' },
      5,
      /configuration does not exist.*CONFIG_NOT_FOUND/,
    ],
    ['a wrong project', {}, { NEXTEVI_PROJECT_ID: 'nope' }, 5, /INVALID_PROJECT.*Leave out --project-id/],
    ['HTTP 401', { refuse: { status: 401 } }, {}, 4, /HTTP 401/],
    ['HTTP 403', { refuse: { status: 403 } }, {}, 4, /HTTP 403/],
    ['HTTP 404', { refuse: { status: 404 } }, {}, 5, /HTTP 404/],
    ['HTTP 429', { refuse: { status: 429 } }, {}, 7, /HTTP 429.*Wait a minute/],
    ['HTTP 503', { refuse: { status: 503 } }, {}, 10, /HTTP 503/],
    ['close 4003', { refuse: { close: 4003 } }, {}, 4, /may not use the voice service/],
    [
      'a bare 4004',
      { refuse: { close: 4004 } },
      {},
      5,
      /unknown configuration, wrong project, or too many connections/,
    ],
    ['4004 with a name', { refuse: { close: 4004, reason: 'RATE_LIMITED' } }, {}, 7, /RATE_LIMITED/],
    ['close 1011', { refuse: { close: 1011 } }, {}, 10, /close code 1011/],
    [
      'a limit in mid-stream',
      { failAfterBytes: { bytes: 20_000, errorCode: 'RATE_LIMITED', close: 4004 } },
      {},
      7,
      /RATE_LIMITED/,
    ],
    [
      'an expired session',
      { failAfterBytes: { bytes: 20_000, errorCode: 'SESSION_EXPIRED', close: 5004 } },
      {},
      9,
      /SESSION_EXPIRED/,
    ],
    ['a connection that breaks', { dropAfterBytes: 50_000 }, {}, 9, /close code 1006/],
  ])('%s', async (_what, voice, env, code, message) => {
    const bench = await startBench({ voice: { ...AT_ONCE, ...voice } as never });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...FAST], { env });
    expect(errorLine(result)).toMatch(message);
    expect(result.code).toBe(code);
    expect(result.stderr + result.stdout).not.toMatch(/oak_\w{3}/);
  });

  it('no answer at all: code 9 after the time that was asked for', async () => {
    const bench = await startBench({ voice: { mute: true } });
    const result = await bench.anonymous(['voice', 'stream', WELCOME, ...FAST, '--reply-timeout', '0.3']);
    expect(result.code).toBe(9);
    expect(errorLine(result)).toMatch(/no answer within 0\.3 seconds/);
  });

  it('nothing listens there: code 9', async () => {
    const bench = await startBench();
    const env = { NEXTEVI_URL: 'ws://127.0.0.1:9/ws/voice' };
    const result = await bench.anonymous(['voice', 'stream', WELCOME], { env });
    expect(result.code).toBe(9);
    expect(errorLine(result)).toMatch(/Nothing answers at 127\.0\.0\.1:9/);
  });
});

describe('bad input', () => {
  const env = { NEXTEVI_API_KEY: 'oak_x', NEXTEVI_CONFIG_ID: 'c', NEXTEVI_URL: 'ws://127.0.0.1:9/ws/voice' };

  it.each([
    ['a missing file', undefined, {}, 2, /there is no such file/],
    ['an empty file', '', {}, 2, /is empty/],
    ['text', 'hello, text', {}, 2, /holds text/],
    [
      'no credentials',
      'wav',
      { NEXTEVI_API_KEY: undefined },
      4,
      /no credentials for the voice service.*NEXTEVI_API_KEY/,
    ],
    ['a key of another kind', 'wav', { NEXTEVI_API_KEY: 'sk_x' }, 4, /begin with oak_/],
    ['no configuration', 'wav', { NEXTEVI_CONFIG_ID: undefined }, 2, /--config-id/],
    ['an address in the clear', 'wav', { NEXTEVI_URL: 'ws://voice.example.com/ws' }, 2, /unencrypted/],
  ])('%s', async (_what, content, extra, code, message) => {
    const home = await temporaryFolder();
    if (content !== undefined)
      await writeFile(join(home, 'in.wav'), content === 'wav' ? toneWav(0.2) : content);
    const result = await run(['voice', 'stream', 'in.wav', '--save', 'out.wav'], home, {
      env: { ...env, ...extra },
    });
    expect(errorLine(result)).toMatch(message);
    expect(result).toMatchObject({ code, stdout: '' });
    expect(existsSync(join(home, 'out.wav'))).toBe(false);
  });

  it('a folder to save in that does not exist is known before anything is said', async () => {
    const bench = await startBench();
    const result = await bench.anonymous(['voice', 'stream', WELCOME, '--save', 'no/such/reply.wav']);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/Cannot write/);
  });
});
