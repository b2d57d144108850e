import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { errorLine, type Result, type RunOptions, run, temporaryFolder } from '../helpers/cli.ts';
import { isAlive, soundPrograms } from '../helpers/sound.ts';
import { type Script, startService } from '../nextevi/peers.ts';

const message = (type: string, data: Record<string, unknown>): string => JSON.stringify({ type, data });
const speech = (ms: number): string => Buffer.alloc(ms * 48, 1).toString('base64');

/** Answers 300 ms of sound, the fourth chunk, with 200 ms. */
const ANSWERS: Script = {
  onFrame: (peer, { binary }, index) => {
    if (!binary || index !== 4) return;
    peer.send(message('transcription', { transcript: 'good mor', is_final: false }));
    peer.send(message('transcription', { transcript: 'good\u001b[2J morning', is_final: true }));
    peer.send(message('emotion_update', { top_emotions: [{ emotion: 'joy', percentage: 63 }] }));
    peer.send(message('llm_response_chunk', { content: 'Welcome.', is_final: true }));
    peer.send(message('tts_chunk', { content: speech(200), is_last: true }));
  },
};

async function bench(script: Script) {
  const folder = await temporaryFolder();
  const service = await startService({
    ...script,
    onOpen: (peer) => {
      peer.send(message('connection_metadata', { status: 'connected' }));
      script.onOpen?.(peer);
    },
  });
  const sound = soundPrograms(folder);
  const env = { NEXTEVI_URL: service.url.href, NEXTEVI_API_KEY: 'oak_test', NEXTEVI_CONFIG_ID: 'config-1' };
  const talk = (args: string[], options: RunOptions = {}): Promise<Result> =>
    run(['voice', 'talk', ...args], folder, { ...options, env: { ...env, ...options.env } });
  return { ...sound, service, folder, talk };
}

/** Signals the program as soon as it has printed so. */
const when =
  (text: string, signal: NodeJS.Signals): NonNullable<RunOptions['onStart']> =>
  (child) => {
    let all = '';
    let done = false;
    const look = (part: string) => {
      all += part;
      if (!all.includes(text) || done) return;
      done = true;
      child.kill(signal);
    };
    child.stdout?.on('data', look);
    child.stderr?.on('data', look);
  };

describe('voice talk', () => {
  it('through pipes: what comes in is said, what is answered goes out, and words go to standard error', async () => {
    const { talk, service } = await bench(ANSWERS);
    const input = Buffer.from(new Int16Array(24 * 300).fill(1_000).buffer);
    const result = await talk(['--recorder', '-', '--player', '-'], { input });
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(result.stderr.split('\n').slice(0, 3)).toEqual([
      'Ctrl-C hangs up.',
      'you:   good morning',
      'agent: Welcome.',
    ]);
    expect(result.stderr).toMatch(
      /\nTalked for 0:0\d, 1 answer, \d\.\d\d s after the service noticed an end\.\n$/,
    );
    // 200 ms of speech, and 100 ms of silence for the buffers of whoever plays it.
    expect(result.stdout).toBe('\u0001'.repeat(9_600) + '\0'.repeat(4_800));
    expect(service.audio.subarray(0, input.length).equals(input)).toBe(true);
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('through programs, until Ctrl-C: both are gone, and that is a good end', async () => {
    const { talk, recorder, player, recorders, players, service } = await bench(ANSWERS);
    const result = await talk(['--recorder', recorder('stubborn'), '--player', player('deaf')], {
      onStart: when('agent: Welcome.', 'SIGINT'),
    });
    expect(result).toMatchObject({ code: 0, signal: null });
    expect(result.stdout).toBe('you:   good morning\nagent: Welcome.\n');
    expect(result.stderr).toMatch(/^Use headphones, .*\nTalked for 0:0\d, 1 answer, /);
    expect([...recorders(), ...players()].map(isAlive)).toEqual([false, false]);
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('SIGTERM ends it with 143, and leaves nothing behind', async () => {
    const { talk, recorder, player, recorders, players } = await bench(ANSWERS);
    const result = await talk(['--recorder', recorder('live'), '--player', player('deaf')], {
      onStart: when('agent: Welcome.', 'SIGTERM'),
    });
    expect(result).toMatchObject({ code: 143, signal: null });
    expect([...recorders(), ...players()].map(isAlive)).toEqual([false, false]);
  });

  it('--json says what was said and measured', async () => {
    const { talk, recorder, player, folder } = await bench(ANSWERS);
    const ends = ['--recorder', recorder('file', 300), '--player', player('hear')];
    const files = ['--save-conversation', 'talk.wav', '--transcript', 'talk.txt'];
    const result = await talk([...ends, ...files, '--json']);
    expect(result.code).toBe(0);
    expect(await readFile(join(folder, 'talk.txt'), 'utf8')).toMatch(/Caller: .*\n.*Agent: Welcome\.\n$/);
    expect(JSON.parse(result.stdout)).toMatchObject({
      conversation: [
        { speaker: 'you', text: expect.stringMatching(/^good.* morning$/) },
        { speaker: 'agent', text: 'Welcome.' },
      ],
      emotions: [{ emotion: 'joy', percentage: 63 }],
      interruptions: 0,
      sent_seconds: 0.3,
      received_seconds: 0.2,
      heard_seconds: 0.2,
      dropped_seconds: 0,
      answers: 1,
      answer_ms_median: expect.any(Number),
      reconnects: 0,
      files: {
        conversation: { path: expect.stringMatching(/talk\.wav$/) },
        transcript: { path: expect.stringMatching(/talk\.txt$/) },
      },
    });
  });

  it('--output ndjson prints every message, and --quiet nothing else', async () => {
    const { talk, recorder, player } = await bench(ANSWERS);
    const args = ['--recorder', recorder('file', 300), '--player', player('hear'), '--output', 'ndjson'];
    const result = await talk([...args, '--quiet']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const events = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { kind: string });
    expect(new Set(events.map(({ kind }) => kind))).toEqual(
      new Set([
        'connected',
        'metadata',
        'speaking',
        'transcript',
        'emotion',
        'answer',
        'audio',
        'spoken',
        'ended',
      ]),
    );
  });

  it('an interruption silences the player at once', async () => {
    const { talk, recorder, player, players } = await bench({
      onFrame: (peer, { binary }, index) => {
        if (!binary) return;
        if (index === 1) {
          peer.send(message('llm_response_chunk', { content: 'A long answer.', is_final: true }));
          peer.send(message('tts_chunk', { content: speech(60_000), is_last: true }));
        } else if (index === 3) peer.send(message('user_interruption', {}));
      },
    });
    const result = await talk(['--recorder', recorder('live'), '--player', player('hear'), '--json'], {
      onStart: when('(interrupted)', 'SIGINT'),
    });
    expect(result.code).toBe(0);
    const value = JSON.parse(result.stdout) as Record<string, unknown>;
    expect(value).toMatchObject({ interruptions: 1, conversation: [{ interrupted: true }] });
    expect(value['heard_seconds']).toBeLessThan(60);
    expect(players().map(isAlive)).not.toContain(true);
  });

  it('an agent that hangs up is a good end, and its last words are heard', async () => {
    const { talk, recorder, player } = await bench({
      onFrame: (peer, { binary }, index) => {
        if (!binary || index !== 1) return;
        peer.send(message('tts_chunk', { content: speech(300), is_last: true }));
        peer.close(1000, 'goodbye');
      },
    });
    const result = await talk(['--recorder', recorder('live'), '--player', player('hear'), '--json']);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('The agent hung up.\n');
    expect(JSON.parse(result.stdout)).toMatchObject({ heard_seconds: 0.3 });
  });

  it('a recorder that dies ends it with its last words', async () => {
    const { talk, recorder, player, players } = await bench({});
    const result = await talk(['--recorder', recorder('die', 100), '--player', player('hear')]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/^error: The recorder "node" ended \(code 3\): the card is gone\. /);
    expect(players().map(isAlive)).not.toContain(true);
  });

  it('a player that dies does too', async () => {
    const { talk, recorder, player, recorders } = await bench({});
    const result = await talk(['--recorder', recorder('stubborn'), '--player', player('die')]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/^error: The player "node" ended \(code 4\): no sound server\. /);
    expect(recorders().map(isAlive)).not.toContain(true);
  });

  it.each([
    [['--player', '-', '--json'], /With --player - standard output is sound/],
    [['--player', 'nothing-like-it'], /^error: --player: there is no program "nothing-like-it"/],
    [['--recorder', 'a "b'], /quote \("\) is not closed/],
  ])('%j: code 2, and nobody is called', async (args, text) => {
    const { talk, service } = await bench({});
    const result = await talk(['--recorder', '-', '--player', '-', ...args]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(result.stderr).toMatch(text);
    expect(service.requests).toEqual([]);
  });

  it('a service that refuses: no recorder is started', async () => {
    const { talk, recorder, player, recorders, players } = await bench({ refuse: 401 });
    const result = await talk(['--recorder', recorder('live'), '--player', player('hear')]);
    expect(result.code).toBe(4);
    expect(recorders()).toEqual([]);
    expect(players().map(isAlive)).not.toContain(true);
  });
});

describe.skipIf(process.platform === 'win32')('voice devices', () => {
  async function devices(programs: Record<string, string>, args: string[] = []): Promise<Result> {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'bin'));
    for (const [name, script] of Object.entries(programs)) {
      await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
      await chmod(join(folder, 'bin', name), 0o755);
    }
    return run(['voice', 'devices', ...args], folder, { env: { PATH: join(folder, 'bin') } });
  }

  it('shows programs, the one that is used, and their devices', async () => {
    const result = await devices({
      parec: '',
      pacat: '',
      aplay: 'printf "null\\n  none\\ndefault\\n    The\\033[2J card\\n"',
      pactl: 'printf "0\\tusb_$3\\tm\\ts16le 1ch\\tIDLE\\n"',
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['KIND', 'CHOICE', 'USED', 'DESCRIPTION'],
      ['recorder', 'parec', 'yes', 'its default device'],
      ['recorder', 'parec:usb_sources', 'no', 's16le 1ch, idle'],
      ['player', 'pacat', 'yes', 'its default device'],
      ['player', 'pacat:usb_sinks', 'no', 's16le 1ch, idle'],
      ['player', 'aplay', 'no', 'its default device'],
      ['player', 'aplay:default', 'no', 'The card'],
      [''],
    ]);
  });

  it('as JSON; a listing that fails is left out', async () => {
    const result = await devices({ arecord: 'exit 1', play: '' }, ['--json']);
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout)).toMatchObject([
      { kind: 'recorder', name: 'arecord', device: null, used: true, choice: 'arecord' },
      { kind: 'player', name: 'play', device: null, used: true, choice: 'play' },
    ]);
  });

  it('nothing there: what to install, and code 0', async () => {
    const result = await devices({}, ['--json']);
    expect(result).toMatchObject({ code: 0, stdout: '[]\n' });
    expect(result.stderr).toMatch(
      /no microphone\.\n.*no loudspeaker\.\nInstall .* pipes work too \(-\)\.\n$/,
    );
  });
});
