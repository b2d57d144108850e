import { readdirSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Bench, errorLine, PROMPTS, startBench, temporaryFolder } from '../helpers/cli.ts';
import { checkWav, toneWav } from '../helpers/wav.ts';

const FILES = readdirSync(PROMPTS).sort();

const posts = (bench: Bench) =>
  bench.sandbox.requests.filter(({ method, path }) => method === 'POST' && path === '/v3/media-prompts');

function stored(bench: Bench): Map<unknown, Record<string, unknown>> {
  return new Map(bench.sandbox.state.rows('prompts').map((row) => [row['filename'], row]));
}

describe('prompts upload', () => {
  it('sends a folder of several formats, byte for byte', async () => {
    const bench = await startBench();
    const result = await bench.signedIn(['prompts', 'upload', PROMPTS, '--message-type', 'prompt', '--json']);
    expect(result.code).toBe(0);
    const rows = JSON.parse(result.stdout) as {
      file: string;
      name: string;
      media_prompt_id: number;
      url: string;
    }[];
    expect(rows.map(({ name }) => name).sort()).toEqual(FILES.map((file) => file.replace(/\.\w+$/, '')));
    for (const row of rows) {
      expect(bench.sandbox.promptBytes(row.media_prompt_id)).toEqual(readFileSync(row.file));
      expect(row.url).toMatch(/^\/uploads\//);
    }
    expect(FILES.length).toBeGreaterThanOrEqual(6);
  });

  it('sends the name and every other field of the form as given', async () => {
    const bench = await startBench();
    const args = [
      '--message-type',
      'whisper',
      '--name',
      'Grüße "an alle"',
      '--org-unit-id',
      '1002',
      '--recording-created-by',
      '123',
    ];
    const result = await bench.signedIn(['prompts', 'upload', join(PROMPTS, 'menu.mp3'), ...args]);
    expect(result.code).toBe(0);
    expect(stored(bench).get('Grüße "an alle"')).toMatchObject({
      message_type: 'whisper',
      org_unit_id: 1002,
    });
  });

  it('--convert sends 16-bit PCM WAV of the same rate and channels', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    const samples = new Float32Array([0, 0.5, -0.5, 0.25, 0.99, -1]);
    const header = Buffer.from('RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x03\0\x02\0', 'latin1');
    const rest = Buffer.alloc(20);
    rest.writeUInt32LE(44_100, 0);
    rest.writeUInt32LE(44_100 * 8, 4);
    rest.writeUInt16LE(8, 8);
    rest.writeUInt16LE(32, 10);
    rest.write('data', 12, 'latin1');
    rest.writeUInt32LE(24, 16);
    header.writeUInt32LE(60, 4);
    await writeFile(join(folder, 'float.wav'), Buffer.concat([header, rest, Buffer.from(samples.buffer)]));
    const before = (await readdir(tmpdir())).filter((name) => name.startsWith('convirza-upload-'));
    const result = await bench.signedIn(
      ['prompts', 'upload', 'float.wav', '--message-type', 'survey', '--convert', '--json'],
      { cwd: folder },
    );
    expect(result.code).toBe(0);
    const [row] = JSON.parse(result.stdout) as { media_prompt_id: number }[];
    const bytes = bench.sandbox.promptBytes(row?.media_prompt_id ?? 0) ?? Buffer.alloc(0);
    checkWav(bytes, 44_100, 2);
    expect([
      ...new Int16Array(bytes.buffer.slice(bytes.byteOffset + 44, bytes.byteOffset + bytes.length)),
    ]).toEqual([0, 16384, -16384, 8192, 32440, -32768]);
    const after = (await readdir(tmpdir())).filter((name) => name.startsWith('convirza-upload-'));
    expect(after.filter((name) => !before.includes(name))).toEqual([]);
  });

  it('leaves out what is no audio in a folder, and says so', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    await copyFile(join(PROMPTS, 'hold.ogg'), join(folder, 'hold.ogg'));
    await writeFile(join(folder, 'notes.txt'), 'not audio');
    await writeFile(join(folder, '.hidden.wav'), 'hidden');
    await mkdir(join(folder, 'deeper'));
    const result = await bench.signedIn(['prompts', 'upload', '.', '--message-type', 'prompt'], {
      cwd: folder,
    });
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('Left out, no audio: notes.txt.');
    expect(posts(bench)).toHaveLength(1);
  });
});

describe('bad files: one clear line, code 2, nothing sent', () => {
  const cases: [string, (path: string) => Promise<void>, RegExp][] = [
    ['a missing file', async () => {}, /there is no such file/],
    ['an empty file', (path) => writeFile(path, ''), /is empty/],
    ['a text file named .wav', (path) => writeFile(path, 'Hello, this is plain text.\n'), /holds text/],
    ['a WAV cut in its header', (path) => writeFile(path, toneWav(0.1).subarray(0, 30)), /30 bytes/],
    [
      'a WAV cut in its data',
      (path) => writeFile(path, toneWav(1).subarray(0, 20_000)),
      /1\.000 s.*--allow-truncated/,
    ],
    [
      'an M4A whose end is missing',
      (path) => writeFile(path, readFileSync(join(PROMPTS, 'voicemail.m4a')).subarray(0, 5_000)),
      /is cut off/,
    ],
    [
      'a FLAC whose end is missing',
      (path) => writeFile(path, readFileSync(join(PROMPTS, 'survey.flac')).subarray(0, 20_000)),
      /is cut off: its header promises 3\.\d+ s of audio/,
    ],
    [
      'a 51 MB file',
      async (path) => {
        const file = await open(path, 'w');
        await file.write(readFileSync(join(PROMPTS, 'menu.mp3')));
        await file.truncate(51_000_000);
        await file.close();
      },
      /51 MB.*50 MB at most/,
    ],
  ];
  it.each(cases)('%s', async (_what, make, message) => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    await make(join(folder, 'bad.wav'));
    const result = await bench.signedIn(['prompts', 'upload', 'bad.wav', '--message-type', 'prompt'], {
      cwd: folder,
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(message);
    expect(posts(bench)).toEqual([]);
  });

  it('a codec that only the service may know is sent as it is, and not converted', async () => {
    const bench = await startBench();
    const file = fileURLToPath(new URL('../audio/fixtures/mp4/ac3.mp4', import.meta.url));
    const args = ['prompts', 'upload', file, '--message-type', 'prompt'];
    const converted = await bench.signedIn([...args, '--convert']);
    expect(converted.code).toBe(2);
    expect(errorLine(converted)).toMatch(/codec AC-3 \(Dolby Digital\), which cannot be decoded/);
    expect((await bench.signedIn(args)).code).toBe(0);
    expect(posts(bench)).toHaveLength(1);
  });

  it('all problems of several files are told at once, and the good ones are not sent either', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'a.wav'), '');
    await writeFile(join(folder, 'b.wav'), '<!doctype html><html>');
    await writeFile(join(folder, 'c.wav'), toneWav(0.1));
    const result = await bench.signedIn(['prompts', 'upload', '.', '--message-type', 'prompt'], {
      cwd: folder,
    });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toContain('2 files cannot be uploaded, so none was');
    expect(result.stderr).toMatch(/a\.wav" is empty/);
    expect(result.stderr).toMatch(/b\.wav" holds HTML/);
    expect(posts(bench)).toEqual([]);
  });

  it('two files that would have the same name', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    await copyFile(join(PROMPTS, 'menu.mp3'), join(folder, 'same.mp3'));
    await copyFile(join(PROMPTS, 'hold.ogg'), join(folder, 'same.ogg'));
    const result = await bench.signedIn(['prompts', 'upload', '.', '--message-type', 'prompt'], {
      cwd: folder,
    });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/same\.ogg" and "same\.mp3" would both be named "same"/);
  });

  it('a type that the service does not take', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    await writeFile(
      join(folder, 'tune.wav'),
      Buffer.concat([Buffer.from('FORM\0\0\0\x2eAIFFCOMM', 'latin1'), Buffer.alloc(40)]),
    );
    const result = await bench.signedIn(['prompts', 'upload', 'tune.wav', '--message-type', 'prompt'], {
      cwd: folder,
    });
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/AIFF audio, which the service does not take/);
  });

  it.each([
    [['prompts', 'upload', 'x.wav'], /--message-type/],
    [['prompts', 'upload', 'x.wav', '--message-type', 'jingle'], /prompt, whisper, voicemail, survey/],
    [['prompts', 'upload', '--message-type', 'prompt'], /missing required argument 'file'/i],
    [['prompts', 'upload', PROMPTS, '--message-type', 'prompt', '--name', 'One'], /--name names one prompt/],
  ])('%j', async (args, message) => {
    const bench = await startBench();
    const result = await bench.signedIn(args);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(message);
    expect(bench.sandbox.requests).toEqual([]);
  });
});

describe('names', () => {
  it('that are taken on the service are refused before anything is sent, with code 6', async () => {
    const bench = await startBench();
    const args = ['prompts', 'upload', join(PROMPTS, 'hold.ogg'), '--message-type', 'prompt'];
    expect((await bench.signedIn(args)).code).toBe(0);
    const again = await bench.signedIn(args);
    expect(again.code).toBe(6);
    expect(errorLine(again)).toMatch(/the name "hold" is taken on the service\. Choose another with --name/);
    expect(posts(bench)).toHaveLength(1);
  });

  it('are left to the service where it has no list, since that path is only inferred', async () => {
    const bench = await startBench({ faults: [{ method: 'GET', path: '/v3/media-prompts', status: 404 }] });
    const args = ['prompts', 'upload', join(PROMPTS, 'hold.ogg'), '--message-type', 'prompt'];
    const first = await bench.signedIn(args);
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('names were not checked beforehand');
    const again = await bench.signedIn(args);
    expect(again.code).toBe(6);
    expect(errorLine(again)).toMatch(/HTTP 400/);
  });
});

describe('names that are no names', () => {
  const args = ['prompts', 'upload', join(PROMPTS, 'hold.ogg'), '--message-type', 'prompt'];

  it.each([
    ['', /The name of the prompt \(--name\) is empty/],
    [' \t ', /The name of the prompt \(--name\) is empty/],
    ['é'.repeat(256), /has 256 characters, and 255 are the most/],
  ])('%j is refused before anything is sent', async (name, message) => {
    const bench = await startBench();
    const result = await bench.signedIn([...args, '--name', name]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(message);
    expect(bench.sandbox.requests).toEqual([]);
  });

  it('255 characters are taken, without the blanks around them', async () => {
    const bench = await startBench();
    const name = 'é'.repeat(255);
    expect((await bench.signedIn([...args, '--name', `  ${name} `])).code).toBe(0);
    expect(stored(bench).has(name)).toBe(true);
  });

  it('names from files are trimmed the same way', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    await copyFile(join(PROMPTS, 'hold.ogg'), join(folder, ' hold .ogg'));
    const upload = (file: string) =>
      bench.signedIn(['prompts', 'upload', file, '--message-type', 'prompt'], { cwd: folder });
    expect((await upload(' hold .ogg')).code).toBe(0);
    expect(stored(bench).has('hold')).toBe(true);
    await copyFile(join(PROMPTS, 'hold.ogg'), join(folder, '  .ogg'));
    const blank = await upload('  .ogg');
    expect(blank.code).toBe(2);
    expect(errorLine(blank)).toMatch(/name of the prompt from " {2}\.ogg" is empty/);
  });
});

describe('--dry-run --json', () => {
  const files = [join(PROMPTS, 'hold.ogg'), join(PROMPTS, 'menu.mp3')];
  const flags = ['--message-type', 'prompt', '--dry-run', '--json'];

  it('is one object for one file and one array for several', async () => {
    const bench = await startBench();
    const one = await bench.signedIn(['prompts', 'upload', ...files.slice(0, 1), ...flags]);
    expect(JSON.parse(one.stdout)).toMatchObject({ method: 'POST' });
    const two = await bench.signedIn(['prompts', 'upload', ...files, ...flags]);
    expect(two.code).toBe(0);
    const rows = JSON.parse(two.stdout) as { method: string; body: { name: string } }[];
    expect(rows.map(({ method }) => method)).toEqual(['POST', 'POST']);
    expect(rows.map(({ body }) => body.name)).toEqual(['hold', 'menu']);
    expect(two.stderr.match(/Nothing was sent/g)).toHaveLength(1);
    expect(posts(bench)).toEqual([]);
  });
});

describe('a service that fails', () => {
  const one = ['prompts', 'upload', join(PROMPTS, 'hold.ogg'), '--message-type', 'prompt', '--json'];

  it('after it has stored the file: the prompt is found by its name, and not sent again', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/media-prompts', reset: 'after', times: 1 }]);
    const result = await bench.signedIn(one);
    expect(result.code).toBe(0);
    expect(result.stderr).toContain('Looking whether it arrived');
    const [row] = JSON.parse(result.stdout) as { media_prompt_id: number }[];
    expect(bench.sandbox.promptBytes(row?.media_prompt_id ?? 0)).toEqual(
      readFileSync(join(PROMPTS, 'hold.ogg')),
    );
    expect(posts(bench)).toHaveLength(1);
  });

  it('before it has stored the file: it is sent again', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/media-prompts', reset: 'before', times: 2 }]);
    expect((await bench.signedIn(one)).code).toBe(0);
    expect(posts(bench)).toHaveLength(3);
    expect(bench.sandbox.state.rows('prompts').filter((row) => row['filename'] === 'hold')).toHaveLength(1);
  });

  it('for good: code 10, after it has looked', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([
      {
        method: 'POST',
        path: '/v3/media-prompts',
        status: 500,
        body: '{"requestId":"r-1","message":"disk full"}',
      },
    ]);
    const result = await bench.signedIn([...one.slice(0, -1), '--retries', '1']);
    expect(result.code).toBe(10);
    expect(errorLine(result)).toContain('disk full (HTTP 500)');
    expect(result.stderr).toContain('request id r-1');
  });

  it('for a single file: told once', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([
      { method: 'POST', path: '/v3/media-prompts', status: 400, body: '{"message":"bad luck"}' },
    ]);
    const result = await bench.signedIn(one.slice(0, -1));
    expect(result.code).toBe(6);
    expect(result.stderr.match(/bad luck/g)).toHaveLength(1);
  });

  it('for one of several files: the others arrive, code 8', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([
      {
        method: 'POST',
        path: '/v3/media-prompts',
        status: 400,
        after: 1,
        times: 1,
        body: '{"message":"bad luck"}',
      },
    ]);
    const result = await bench.signedIn([
      'prompts',
      'upload',
      PROMPTS,
      '--message-type',
      'prompt',
      '--output',
      'ndjson',
    ]);
    expect(result.code).toBe(8);
    const lines = result.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    const { summary } = lines.pop() as { summary: Record<string, unknown> };
    expect(summary).toMatchObject({ total: FILES.length, done: FILES.length - 1, failed: 1 });
    expect(lines.filter(({ outcome }) => outcome === 'done')).toHaveLength(FILES.length - 1);
    expect(lines.filter(({ outcome }) => outcome === 'failed')).toEqual([
      expect.objectContaining({ error: expect.stringContaining('bad luck') }),
    ]);
    expect(result.stderr).toMatch(/1 of \d failed/);
  });

  it('with 401 in the middle: stops, and says what is there', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/media-prompts', status: 401, after: 2 }]);
    const args = ['prompts', 'upload', PROMPTS, '--message-type', 'prompt', '--concurrency', '1'];
    const result = await bench.signedIn(args);
    expect(result.code).toBe(4);
    expect(errorLine(result)).toMatch(/2 uploaded, 1 failed, \d not begun/);
    expect(errorLine(result)).toContain('with --resume goes on');
    expect(posts(bench)).toHaveLength(3);
  });
});

describe('Ctrl-C in the middle of an upload', () => {
  it('ends with 130, says what is there and what may be, and the output stays valid JSON', async () => {
    const bench = await startBench();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/media-prompts', after: 1, delayMs: 60_000 }]);
    const result = await bench.signedIn(
      ['prompts', 'upload', PROMPTS, '--message-type', 'prompt', '--json'],
      {
        // The first row appears when the second upload is about to begin.
        onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
      },
    );
    expect(result).toMatchObject({ code: 130, signal: null });
    const rows = JSON.parse(result.stdout) as { outcome: string }[];
    expect(rows).toHaveLength(FILES.length);
    expect(rows.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
    // Whether the fifth was on its way already is a matter of moments.
    expect(rows.filter(({ outcome }) => outcome === 'in_doubt').length).toBeGreaterThanOrEqual(3);
    expect(result.stderr).toMatch(
      /"message": ?"Interrupted; 1 uploaded, [34] in doubt, [12] not begun of 6"/,
    );
    expect(result.stderr).toContain('with --resume goes on');
  });

  it('leaves no temporary file of a conversion behind', async () => {
    const bench = await startBench();
    const folder = await temporaryFolder();
    bench.sandbox.setFaults([{ method: 'POST', path: '/v3/media-prompts', delayMs: 60_000 }]);
    const done = bench.signedIn(
      ['prompts', 'upload', join(PROMPTS, 'welcome.wav'), '--message-type', 'prompt', '--convert'],
      {
        env: { TMPDIR: folder },
        onStart: (child) => {
          const timer = setInterval(() => {
            if (readdirSync(folder).length === 0) return;
            clearInterval(timer);
            child.kill('SIGTERM');
          }, 5);
          child.once('exit', () => clearInterval(timer));
        },
      },
    );
    const result = await done;
    expect(result.code).toBe(143);
    expect(await readdir(folder)).toEqual([]);
    expect(await readFile(join(PROMPTS, 'welcome.wav'))).toBeDefined();
  });
});
