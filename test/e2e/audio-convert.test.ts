import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { link, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { joined, runBytes, sine, wavFormat, wavOf } from '../helpers/audio-cli.ts';
import { BIN, cleanEnv, errorLine, PROMPTS, run, temporaryFolder } from '../helpers/cli.ts';
import { checkWav, toneWav } from '../helpers/wav.ts';

const WELCOME = join(PROMPTS, 'welcome.wav');

/** A folder with the given files in it. */
async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}

/** All files below a folder, hidden ones too. */
const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort();

const convert = (folder: string, ...args: string[]) => run(['audio', 'convert', ...args], folder);

describe('one file', () => {
  it('becomes the file that -o names; the report is a table on stdout, the talk is on stderr', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(1, 44_100, 2) });
    const result = await convert(folder, 'in.wav', '-o', 'out.wav', '--rate', '24k', '--channels', '1');
    expect(result.stderr).toMatch(/^1 file was converted: 0:01\.0 of audio in \d+\.\d s\.\n$/);
    expect(result.code).toBe(0);
    expect(result.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['FILE', 'OUTPUT', 'SECONDS', 'SAMPLE RATE', 'CHANNELS', 'ENCODING'],
      ['in.wav', 'out.wav', '1', '24000', '1', 'pcm_s16le'],
      [''],
    ]);
    expect(checkWav(await readFile(join(folder, 'out.wav')), 24_000, 1)).toBe(1);
    expect(filesIn(folder)).toEqual(['in.wav', 'out.wav']);
  });

  it('keeps rate, channels and samples when nothing else is asked for', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.5, 8_000, 2) });
    expect((await convert(folder, 'in.wav', '-o', 'out.wav')).code).toBe(0);
    expect((await readFile(join(folder, 'out.wav'))).equals(await readFile(join(folder, 'in.wav')))).toBe(
      true,
    );
  });

  it.each([
    [['-o', 'made/'], 'made/in.wav'],
    [['-o', 'there'], 'there/in.wav'],
    [['--out=named.wav'], 'named.wav'],
    [['--output', 'named.wav'], 'named.wav'],
    [['--output=named.wav'], 'named.wav'],
    [[], 'in.wav'],
  ])('%j is written to %s', async (args, output) => {
    const folder = await folderWith({ 'in.mp3': toneWav(0.1), 'there/other.txt': '' });
    const result = await convert(folder, 'in.mp3', ...args);
    expect(result.code).toBe(0);
    expect(checkWav(await readFile(join(folder, output)))).toBeCloseTo(0.1);
  });

  it('--output still names the shape of the report where it is one', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.1) });
    const result = await convert(folder, 'in.wav', '-o', 'out.wav', '--output', 'ndjson');
    expect(JSON.parse(result.stdout)).toMatchObject({ file: 'in.wav', output: 'out.wav' });
  });

  it('that is bad is the error itself: code 2, nothing on stdout, nothing written', async () => {
    const folder = await folderWith({ 'bad.wav': 'just text, and no audio at all' });
    const result = await convert(folder, 'bad.wav', '-o', 'out.wav');
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/^error: "bad\.wav" holds text, not audio/);
    expect(filesIn(folder)).toEqual(['bad.wav']);
    const json = await convert(folder, 'bad.wav', '-o', 'out.wav', '--json');
    expect(json).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(json.stderr)).toMatchObject({ error: { type: 'usage' } });
  });

  it('that is cut off needs --allow-truncated', async () => {
    const folder = await folderWith({ 'cut.wav': toneWav(1).subarray(0, 24_044) });
    expect(errorLine(await convert(folder, 'cut.wav', '-o', 'o.wav'))).toMatch(
      /is cut off.*--allow-truncated/,
    );
    expect((await convert(folder, 'cut.wav', '-o', 'o.wav', '--allow-truncated')).code).toBe(0);
    expect(checkWav(await readFile(join(folder, 'o.wav')))).toBe(0.5);
  });
});

describe('what is written', () => {
  it.each([
    [[], { tag: 1, channels: 2, sampleRate: 44_100, bits: 16 }],
    [['--preset', 'voice'], { tag: 1, channels: 1, sampleRate: 24_000, bits: 16 }],
    [['--preset', 'telephone'], { tag: 7, channels: 1, sampleRate: 8_000, bits: 8 }],
    [['--preset', 'telephone-alaw'], { tag: 6, channels: 1, sampleRate: 8_000, bits: 8 }],
    [['--preset', 'telephone', '--rate', '16k'], { tag: 7, channels: 1, sampleRate: 16_000, bits: 8 }],
    [['--preset', 'telephone', '--bits', '16'], { tag: 1, channels: 1, sampleRate: 8_000, bits: 16 }],
    [['--bits', '24'], { channels: 2, sampleRate: 44_100, bits: 24 }],
    [['--encoding', 'float'], { channels: 2, sampleRate: 44_100, bits: 32 }],
    [['--encoding', 'mulaw'], { tag: 7, channels: 2, sampleRate: 44_100, bits: 8 }],
    [['--channel', '2'], { tag: 1, channels: 1, sampleRate: 44_100, bits: 16 }],
  ])('%j', async (args, format) => {
    const folder = await folderWith({ 'in.wav': toneWav(0.2, 44_100, 2) });
    expect(await convert(folder, 'in.wav', '-o', 'out.wav', ...args)).toMatchObject({ code: 0 });
    expect(wavFormat(await readFile(join(folder, 'out.wav')))).toMatchObject(format);
  });

  it('raw samples, by --format or by the name', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.5) });
    expect((await convert(folder, 'in.wav', '--format', 'raw')).code).toBe(0);
    expect((await convert(folder, 'in.wav', '-o', 'named.pcm', '--encoding', 'mulaw')).code).toBe(0);
    expect((await readFile(join(folder, 'in.raw'))).equals(toneWav(0.5).subarray(44))).toBe(true);
    expect(await readFile(join(folder, 'named.pcm'))).toHaveLength(12_000);
  });

  it('raw samples are read back by what the flags say', async () => {
    const folder = await folderWith({ 'in.raw': toneWav(0.5, 16_000, 2).subarray(44) });
    const flags = ['--input-rate', '16k', '--input-channels', '2'];
    expect((await convert(folder, 'in.raw', '-o', 'out.wav', ...flags)).code).toBe(0);
    expect((await readFile(join(folder, 'out.wav'))).equals(toneWav(0.5, 16_000, 2))).toBe(true);
  });

  it('a part, as times are written', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(2) });
    for (const [index, args] of [
      ['--start', '500ms', '--duration', '1'],
      ['--start', '0:00.5', '--duration', '1s'],
    ].entries()) {
      expect((await convert(folder, 'in.wav', '-o', `${index}.wav`, ...args)).code).toBe(0);
      const part = await readFile(join(folder, `${index}.wav`));
      expect(checkWav(part)).toBe(1);
      expect(part.subarray(44).equals(toneWav(2).subarray(44 + 24_000, 44 + 72_000))).toBe(true);
    }
  });
});

describe('what is done to it', () => {
  const measured = async (folder: string, name: string) => {
    const { stdout } = await run(['audio', 'inspect', name, '--json'], folder);
    return JSON.parse(stdout)[0] as {
      seconds: number;
      loudness: { integrated_lufs: number; true_peak_dbtp: number };
      levels: { peak_dbfs: number };
      silence: { before_seconds: number; after_seconds: number };
    };
  };

  it.each(['-16', '-23LUFS'])('--normalize %s reaches the loudness and keeps the peaks', async (target) => {
    const loud = sine(2, { amplitude: 0.7 });
    const soft = sine(4, { amplitude: 0.05, frequency: 440 });
    const folder = await folderWith({ 'in.wav': wavOf([joined(soft, loud, soft)], 48_000) });
    const result = await convert(folder, 'in.wav', '-o', 'out.wav', '--normalize', target);
    expect(result.code).toBe(0);
    const { loudness } = await measured(folder, 'out.wav');
    expect(loudness.integrated_lufs).toBeCloseTo(Number.parseFloat(target), 0);
    expect(loudness.true_peak_dbtp).toBeLessThanOrEqual(-0.95);
  });

  it('--gain moves the level by so many dB', async () => {
    const folder = await folderWith({ 'in.wav': wavOf([sine(1, { amplitude: 0.25 })], 48_000) });
    expect((await convert(folder, '--gain', '-6', 'in.wav', '-o', 'out.wav')).code).toBe(0);
    expect((await measured(folder, 'out.wav')).levels.peak_dbfs).toBeCloseTo(-18.04, 1);
  });

  it.each([[['--trim-silence']], [['--trim-silence', '-40']], [['--trim-silence', '-40dB']]])(
    '%j cuts the silence at both ends, and takes no file for a level',
    async (flags) => {
      const quiet = new Float32Array(96_000);
      const folder = await folderWith({ 'in.wav': wavOf([joined(quiet, sine(1), quiet)], 48_000) });
      expect((await convert(folder, ...flags, 'in.wav', '-o', 'out.wav')).code).toBe(0);
      const { seconds, silence } = await measured(folder, 'out.wav');
      expect(seconds).toBeCloseTo(1.15, 1);
      expect(Math.max(silence.before_seconds, silence.after_seconds)).toBeLessThan(0.12);
    },
  );

  it('--channel takes one channel alone', async () => {
    const left = sine(0.5, { amplitude: 0.1 });
    const folder = await folderWith({ 'in.wav': wavOf([left, sine(0.5, { amplitude: 0.8 })], 48_000) });
    expect((await convert(folder, 'in.wav', '-o', 'out.wav', '--channel', '1')).code).toBe(0);
    expect((await readFile(join(folder, 'out.wav'))).equals(wavOf([left], 48_000))).toBe(true);
  });

  it('what a silent file cannot be brought to is a warning', async () => {
    const folder = await folderWith({ 'in.wav': wavOf([new Float32Array(48_000)], 48_000) });
    const result = await convert(folder, 'in.wav', '-o', 'out.wav', '--normalize', '-16', '--quiet');
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^warning: "in\.wav": .*silent/);
    const json = await convert(folder, 'in.wav', '-o', 'j.wav', '--normalize', '-16', '--json', '--quiet');
    expect(json.stderr).toBe('');
    expect(JSON.parse(json.stdout)[0].notes).toEqual([{ level: 'warning', text: expect.any(String) }]);
  });
});

describe('values that are none', () => {
  it.each([
    [['--rate', 'fast'], /--rate: "fast" is no sample rate/],
    [['--rate', '999999'], /--rate/],
    [['--channels', '3'], /--channels: "3" is not known. There are: 1, 2, source/],
    [['--channel', '0'], /--channel: "0"/],
    [['--channel', '2', '--channels', '2'], /contradict/],
    [['--normalize', '16'], /--normalize: "16" is no loudness.*-16/],
    [['--normalize', '-16', '--gain', '3'], /--gain and --normalize contradict/],
    [['--gain', 'loud'], /--gain: "loud" is no gain/],
    [['--start', '1:75'], /--start: "1:75" is no time/],
    [['--duration', '0'], /--duration must be longer/],
    [['--trim-silence=5'], /--trim-silence: "5" is no level/],
    [['--preset', 'radio'], /There are: voice, telephone/],
    [['--bits', '24', '--encoding', 'mulaw'], /--encoding mulaw does not go with --bits 24/],
    [['--jobs', '0'], /--jobs/],
    [['--input-channels', '2'], /needs its sample rate/],
    [['-o', 'song.mp3'], /only WAV and raw samples are written, not \.mp3/],
    [['--channel', '2', '-o', 'out.wav'], /"in\.wav": There is no channel 2/],
    [['--start', '5', '-o', 'out.wav'], /There is nothing at 5\.000 s/],
  ])('%j', async (args, message) => {
    const folder = await folderWith({ 'in.wav': toneWav(0.1) });
    const result = await convert(folder, 'in.wav', ...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(message);
    expect(filesIn(folder)).toEqual(['in.wav']);
  });
});

describe('files that are there', () => {
  it('are not replaced without --force, and nothing is converted then', async () => {
    const folder = await folderWith({ 'a.mp3': toneWav(0.1), 'b.mp3': toneWav(0.1), 'b.wav': 'old' });
    const refused = await convert(folder, 'a.mp3', 'b.mp3');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(refused)).toBe(
      'error: "b.wav" is there already. --force replaces it; -o chooses another name.',
    );
    expect(filesIn(folder)).toEqual(['a.mp3', 'b.mp3', 'b.wav']);
    expect(await readFile(join(folder, 'b.wav'), 'utf8')).toBe('old');
    expect((await convert(folder, 'a.mp3', 'b.mp3', '--force')).code).toBe(0);
    expect(checkWav(await readFile(join(folder, 'b.wav')))).toBeCloseTo(0.1);
  });

  it('several are told at once', async () => {
    const old = Object.fromEntries(['a', 'b', 'c', 'd'].map((name) => [`out/${name}.wav`, 'old']));
    const files = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [`in/${name}.mp3`, toneWav(0.1)]),
    );
    const folder = await folderWith({ ...old, ...files });
    const result = await convert(folder, 'in', '-o', 'out');
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(
      /4 of 5 outputs are there already: .*a\.wav".* and 1 more\. Nothing was/,
    );
    expect(existsSync(join(folder, 'out/e.wav'))).toBe(false);
  });

  it.each([
    ['its own name', [], async () => {}, 'same.wav'],
    ['its own name, given', ['-o', 'same.wav', '--force'], async () => {}, 'same.wav'],
    ['another way to it', ['-o', '../here/same.wav', '--force'], async () => {}, 'same.wav'],
    ['its folder', ['-o', '.', '--force'], async () => {}, 'same.wav'],
    [
      'a symbolic link to it',
      ['-o', 'link.wav', '--force'],
      (f: string) => symlink('same.wav', join(f, 'link.wav')),
      'link.wav',
    ],
    [
      'a hard link to it',
      ['-o', 'link.wav', '--force'],
      (f: string) => link(join(f, 'same.wav'), join(f, 'link.wav')),
      'link.wav',
    ],
  ])('the file that is read is never replaced: %s', async (_what, args, prepare, name) => {
    const parent = await folderWith({ 'here/same.wav': toneWav(0.1) });
    const folder = join(parent, 'here');
    await prepare(folder);
    const result = await convert(folder, 'same.wav', ...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/would be replaced by its own conversion\. Choose another name.*-o/);
    expect((await readFile(join(folder, name))).equals(toneWav(0.1))).toBe(true);
  });

  it('nor is another one that is read', async () => {
    const folder = await folderWith({ 'x/a.mp3': toneWav(0.2), 'a.wav': toneWav(0.1) });
    const result = await convert(folder, 'x/a.mp3', 'a.wav', '-o', 'x', '--force');
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/would both be written to "x[\\/]a\.wav"/);
    const crossed = await convert(folder, 'x/a.mp3', '-o', 'a.wav', '--force');
    expect(crossed.code).toBe(0);
  });

  it('two inputs with one output are refused before anything is written', async () => {
    const folder = await folderWith({ 'a.mp3': toneWav(0.1), 'a.flac': toneWav(0.1), 'b.mp3': toneWav(0.1) });
    const result = await convert(folder, 'b.mp3', 'a.mp3', 'a.flac', '-o', 'out');
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(
      /"a\.mp3" and "a\.flac" would both be written to "out[\\/]a\.wav"; nothing was converted/,
    );
    expect(existsSync(join(folder, 'out'))).toBe(false);
  });
});

describe('folders', () => {
  const tree = {
    'in/one.wav': toneWav(0.1),
    'in/deep/two.wav': toneWav(0.2),
    'in/deep/er/three.wav': toneWav(0.3),
    'in/notes.txt': 'no audio',
    'in/.hidden.wav': toneWav(0.1),
  };

  it('are read without the folders inside; what is no audio is left out and said', async () => {
    const folder = await folderWith(tree);
    const result = await convert(folder, 'in', '-o', 'out');
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^Left out, no audio: in[\\/]notes\.txt\.\n1 file was converted/);
    expect(filesIn(join(folder, 'out'))).toEqual(['one.wav']);
  });

  it('--recursive keeps their structure', async () => {
    const folder = await folderWith(tree);
    expect((await convert(folder, 'in', '-o', 'out', '--recursive', '--jobs', '2')).code).toBe(0);
    const out = join(folder, 'out');
    expect(filesIn(out)).toEqual(['deep/er/three.wav', 'deep/two.wav', 'one.wav'].map((name) => join(name)));
    expect(checkWav(await readFile(join(out, 'deep/er/three.wav')))).toBeCloseTo(0.3);
    expect(readdirSync(folder).sort()).toEqual(['in', 'out']);
  });

  it('the folder of the results is not read again', async () => {
    const folder = await folderWith({ 'a.wav': toneWav(0.1) });
    for (const flags of [[], ['--force']])
      expect((await convert(folder, '.', '-o', 'out', '--recursive', ...flags)).code).toBe(0);
    expect(filesIn(folder)).toEqual(['a.wav', join('out', 'a.wav')]);
  });

  it('without audio are an error that names --recursive', async () => {
    const folder = await folderWith({ 'in/deep/a.wav': toneWav(0.1) });
    const result = await convert(folder, 'in', '-o', 'out');
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(/There is no audio file in in\. --recursive/);
  });

  it('-o that names a file is refused for several', async () => {
    const folder = await folderWith(tree);
    const result = await convert(folder, 'in', '-o', 'all.wav', '--recursive');
    expect(result.code).toBe(2);
    expect(errorLine(result)).toMatch(
      /-o all\.wav names one file, but 3 files are to be converted.*all\.wav\//,
    );
  });
});

describe('many files', () => {
  const good = Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [`in/${index}.wav`, toneWav(0.2 + index / 10, 44_100, 2)]),
  );

  it('threads write the same bytes as the main thread', async () => {
    const folder = await folderWith(good);
    for (const jobs of ['1', '3']) {
      const result = await convert(
        folder,
        'in',
        '-o',
        `out${jobs}`,
        '--preset',
        'voice',
        '--jobs',
        jobs,
        '--json',
      );
      expect(result.code).toBe(0);
      expect((JSON.parse(result.stdout) as { file: string }[]).map(({ file }) => file)).toEqual(
        Object.keys(good).map((name) => join(name)),
      );
    }
    for (const name of readdirSync(join(folder, 'out1')))
      expect(
        (await readFile(join(folder, 'out1', name))).equals(await readFile(join(folder, 'out3', name))),
      ).toBe(true);
    expect(readdirSync(join(folder, 'out3'))).toHaveLength(6);
  });

  it.each(['1', '2'])(
    'bad ones among them are told one by one, the others are converted (--jobs %s)',
    async (jobs) => {
      const folder = await folderWith({ ...good, 'in/2.wav': 'text that is none', 'in/4.wav': '' });
      const result = await convert(folder, 'in', '-o', 'out', '--jobs', jobs);
      expect(result.code).toBe(8);
      const lines = result.stderr.trimEnd().split('\n');
      expect(lines.slice(0, 2).sort()).toEqual([
        expect.stringMatching(/^failed: "in[\\/]2\.wav" holds text/),
        expect.stringMatching(/^failed: "in[\\/]4\.wav" is empty/),
      ]);
      expect(lines.slice(2)).toEqual([
        'error: 2 of 6 files failed; 4 files were converted. Why stands above.',
      ]);
      expect(result.stdout.trimEnd().split('\n')).toHaveLength(5);
      expect(filesIn(join(folder, 'out'))).toEqual(['0.wav', '1.wav', '3.wav', '5.wav']);
    },
  );

  it('scripts get one object for each, the failed ones too, and --quiet keeps the failures', async () => {
    const folder = await folderWith({ 'a.wav': toneWav(0.5), 'b.wav': 'text that is none' });
    const flags = ['a.wav', 'b.wav', 'missing.wav', '-o', 'out', '--force'];
    const json = await convert(folder, ...flags, '--json');
    expect(json.code).toBe(8);
    expect(JSON.parse(json.stdout)).toEqual([
      {
        file: 'a.wav',
        output: join('out', 'a.wav'),
        seconds: 0.5,
        sample_rate: 24_000,
        channels: 1,
        encoding: 'pcm_s16le',
        frames: 12_000,
        bytes: 24_044,
        notes: [],
        error: null,
      },
      expect.objectContaining({
        file: 'b.wav',
        output: null,
        error: expect.stringMatching(/^"b\.wav" holds text/),
      }),
      expect.objectContaining({ file: 'missing.wav', error: expect.stringMatching(/no such file/) }),
    ]);
    const lines = json.stderr.trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toMatchObject({ error: { type: 'partial' } });
    const ndjson = await convert(folder, ...flags, '--output', 'ndjson');
    expect(
      ndjson.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).file),
    ).toEqual(['a.wav', 'b.wav', 'missing.wav']);
    expect((await convert(folder, ...flags, '--quiet')).stderr).toMatch(
      /^failed: "b\.wav".*\nfailed: Cannot read "missing/,
    );
  });

  it('--dry-run shows what would be written', async () => {
    const folder = await folderWith({ 'a.mp3': 'old', 'b.mp3': 'x', 'out/b.wav': 'old' });
    const result = await convert(folder, 'a.mp3', 'b.mp3', '-o', 'out', '--force', '--dry-run', '--json');
    expect(result.code).toBe(0);
    expect(result.stderr).toBe('Nothing was converted (--dry-run).\n');
    expect(JSON.parse(result.stdout)).toEqual([
      { file: 'a.mp3', output: join('out', 'a.wav'), encoding: 'pcm_s16le', replaces: false },
      { file: 'b.mp3', output: join('out', 'b.wav'), encoding: 'pcm_s16le', replaces: true },
    ]);
    expect(filesIn(folder)).toEqual(['a.mp3', 'b.mp3', join('out', 'b.wav')]);
  });
});

describe('every format of the prompts', () => {
  it('converts a folder of them, in threads', async () => {
    const folder = await temporaryFolder();
    const flags = ['--preset', 'voice', '--jobs', '2', '--json'];
    const result = await convert(folder, PROMPTS, '-o', 'out', ...flags);
    expect(result.code).toBe(0);
    const rows = JSON.parse(result.stdout) as { file: string; output: string; seconds: number }[];
    expect(rows).toHaveLength(readdirSync(PROMPTS).length);
    for (const { output, seconds } of rows) {
      expect(checkWav(await readFile(join(folder, output)), 24_000, 1)).toBeCloseTo(seconds, 3);
      expect(seconds).toBeGreaterThan(2.9);
      expect(seconds).toBeLessThan(4);
    }
  });

  it('damage that was bridged is a warning that names the file', async () => {
    const bytes = await readFile(join(PROMPTS, 'survey.flac'));
    for (let at = 20_000; at < 20_400; at++) bytes[at] = ((bytes[at] ?? 0) * 7 + 3) % 256;
    const folder = await folderWith({ 'damaged.flac': bytes });
    const result = await convert(folder, 'damaged.flac', '-o', 'out.wav', '--quiet');
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^warning: "damaged\.flac" is damaged: .*\n$/);
    const json = await convert(folder, 'damaged.flac', '-o', 'json.wav', '--json');
    expect(JSON.parse(json.stdout)[0].notes).toEqual([
      { level: 'warning', text: expect.stringMatching(/^"damaged\.flac" is damaged/) },
    ]);
  });
});

describe('standard input and output', () => {
  it('- reads and writes, with a header that leaves the length open', async () => {
    const folder = await temporaryFolder();
    const result = await runBytes(['audio', 'convert', '-', '--rate', '8k'], folder, {
      input: toneWav(1, 16_000),
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(wavFormat(result.stdout)).toMatchObject({ sampleRate: 8_000, channels: 1, bits: 16 });
    expect(result.stdout.readUInt32LE(4)).toBe(0xffffffff);
    expect(result.stdout).toHaveLength(44 + 16_000);
    expect(filesIn(folder)).toEqual([]);
  });

  it('a file goes to standard output, with or without a header', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.5) });
    const wav = await runBytes(['audio', 'convert', 'in.wav', '-o', '-'], folder);
    expect(wav.stdout.subarray(44).equals(toneWav(0.5).subarray(44))).toBe(true);
    const raw = await runBytes(['audio', 'convert', 'in.wav', '-o', '-', '--format', 'raw'], folder);
    expect(raw.stdout.equals(toneWav(0.5).subarray(44))).toBe(true);
  });

  it('standard input goes to a file', async () => {
    const folder = await temporaryFolder();
    const result = await runBytes(['audio', 'convert', '-', '-o', 'out.wav'], folder, {
      input: toneWav(0.5),
    });
    expect(result.code).toBe(0);
    expect((await readFile(join(folder, 'out.wav'))).equals(toneWav(0.5))).toBe(true);
  });

  it('standard input among files is itself, and they are themselves', async () => {
    const folder = await folderWith({ 'a.wav': toneWav(0.2), 'b.wav': toneWav(0.3) });
    const result = await runBytes(['audio', 'convert', 'a.wav', '-', 'b.wav', '-o', 'out/'], folder, {
      input: toneWav(0.5),
    });
    expect(result.code).toBe(0);
    for (const [name, seconds] of [['a', 0.2] as const, ['stdin', 0.5] as const, ['b', 0.3] as const])
      expect((await readFile(join(folder, 'out', `${name}.wav`))).equals(toneWav(seconds))).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('the pipe of <(command) is read like standard input', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.5) });
    const script = 'cat in.wav | "$0" "$1" audio convert /dev/stdin -o out.wav';
    const { status } = spawnSync('sh', ['-c', script, process.execPath, BIN], {
      cwd: folder,
      env: cleanEnv(folder),
    });
    expect(status).toBe(0);
    expect((await readFile(join(folder, 'out.wav'))).equals(toneWav(0.5))).toBe(true);
  });

  it.skipIf(process.platform === 'win32')(
    'a named pipe is refused at once, with the way around',
    async () => {
      const folder = await temporaryFolder();
      spawnSync('mkfifo', [join(folder, 'pipe')]);
      const result = await convert(folder, 'pipe', '-o', 'out.wav');
      expect(result).toMatchObject({ code: 2, stdout: '' });
      expect(errorLine(result)).toMatch(/Cannot read "pipe": it is a named pipe.*- < "pipe"/);
    },
  );

  it.skipIf(process.platform === 'win32')('a device is no output', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.1) });
    const result = await convert(folder, 'in.wav', '-o', '/dev/null', '--force');
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/pipe, a socket or a device.*-o -/);
  });

  it.each([
    [['in.wav', 'b.wav', '-o', '-'], /takes one file/],
    [['in.wav', '-o', '-', '--json'], /cannot hold both/],
    [['-', '-', '-o', 'out'], /can be read once only/],
  ])('%j is refused', async (args, message) => {
    const folder = await folderWith({ 'in.wav': toneWav(0.1), 'b.wav': toneWav(0.1) });
    const result = await convert(folder, ...args);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    if (args.includes('--json')) expect(result.stderr).toMatch(message);
    else expect(errorLine(result)).toMatch(message);
  });

  it('standard input that is no audio is named so', async () => {
    const result = await run(['audio', 'convert', '-'], await temporaryFolder(), {
      input: 'hello, this is text',
    });
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/standard input.* holds text/i);
  });

  it('a reader that goes away ends it quietly', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(30, 48_000, 2) });
    const result = await runBytes(['audio', 'convert', 'in.wav', '-o', '-'], folder, {
      onStart: (child) => child.stdout?.once('data', () => child.stdout?.destroy()),
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });

  it.skipIf(spawnSync('script', ['--version']).status !== 0)('no audio goes to a terminal', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.1) });
    const command = `${process.execPath} ${BIN} audio convert in.wav -o -`;
    const { stdout, status } = spawnSync('script', ['-qec', command, '/dev/null'], {
      cwd: folder,
      env: cleanEnv(folder),
      encoding: 'utf8',
    });
    expect(status).toBe(2);
    expect(stdout).toContain('Audio is not written to a terminal');
  });
});

describe('an interruption', () => {
  it.each([
    ['the main thread', ['--jobs', '1'], 'SIGINT', 130],
    ['threads', ['--jobs', '2'], 'SIGINT', 130],
    ['threads, terminated', ['--jobs', '2'], 'SIGTERM', 143],
  ] as const)('in %s leaves whole files alone', async (_what, flags, signal, code) => {
    const long = toneWav(120, 48_000, 2);
    const folder = await folderWith({
      'in/a.wav': toneWav(0.1),
      'in/b.wav': long,
      'in/c.wav': long,
      'in/d.wav': long,
    });
    const args = ['audio', 'convert', 'in', '-o', 'out', '--rate', '44.1k', '--output', 'ndjson', ...flags];
    const result = await run(args, folder, {
      onStart: (child) => child.stdout?.once('data', () => child.kill(signal)),
    });
    expect(result).toMatchObject({ code, signal: null });
    // How far the others came is a matter of moments; what is there is whole.
    const [, converted] = /([1-3]) of 4 files were converted/.exec(result.stderr) ?? [];
    const files = filesIn(join(folder, 'out'));
    expect(files).toHaveLength(Number(converted));
    expect(files[0]).toBe('a.wav');
    for (const name of files) {
      const [seconds, channels] = name === 'a.wav' ? [0.1, 1] : [120, 2];
      expect(checkWav(await readFile(join(folder, 'out', name)), 44_100, channels)).toBe(seconds);
    }
  });
});

describe('help', () => {
  it('names presets, exit codes and the global flags', async () => {
    const { stdout } = await run(['audio', 'convert', '--help'], await temporaryFolder());
    expect(stdout).toContain('-o, --out <file>');
    expect(stdout).toMatch(/voice is 24 kHz mono 16-bit/);
    expect(stdout).toMatch(/Exit codes:\n {2}0 done, 2 wrong usage, 8 some items failed, 130/);
    expect(stdout).toContain('Global flags');
  });

  it('the demo prompt converts by every name of the command', async () => {
    const folder = await temporaryFolder();
    expect((await convert(folder, WELCOME, '-o', 'a.wav')).code).toBe(0);
    expect((await run(['--json', 'audio', 'convert', WELCOME, '-o', 'b.wav'], folder)).code).toBe(0);
  });
});
