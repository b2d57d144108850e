import { spawnSync } from 'node:child_process';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { joined, runBytes, sine, wavOf } from '../helpers/audio-cli.ts';
import { BIN, cleanEnv, errorLine, PROMPTS, run, temporaryFolder } from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';

const WELCOME = join(PROMPTS, 'welcome.wav');

interface Inspected {
  [name: string]: unknown;
  file: string;
  remarks: { code: string; message: string; advice: string }[];
  loudness: Record<string, number | null>;
  levels: Record<string, number>;
  error: string | null;
}

async function folderWith(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
}

const inspect = (folder: string, ...args: string[]) => run(['audio', 'inspect', ...args], folder);

async function inspected(wav: Buffer): Promise<Inspected> {
  const folder = await folderWith({ 'in.wav': wav });
  const result = await inspect(folder, 'in.wav', '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const [row] = JSON.parse(result.stdout) as Inspected[];
  return row as Inspected;
}

const silence = (seconds: number) => new Float32Array(seconds * 48_000);

const inverted = (samples: Float32Array) => samples.map((value) => -value);

describe('--json', () => {
  it('holds everything by stable names, in plain units', async () => {
    const tone = sine(4, { amplitude: 0.5 });
    const row = await inspected(wavOf([joined(silence(1), tone, silence(3))], 48_000));
    expect(row).toEqual({
      file: 'in.wav',
      format: 'WAV',
      mime_type: 'audio/wav',
      container: 'wav',
      codec: 'pcm_s16le',
      profile: null,
      sample_rate: 48_000,
      channels: 1,
      layout: ['mono'],
      bits_per_sample: 16,
      frames: 384_000,
      seconds: 8,
      bytes: 768_044,
      bit_rate: 768_044,
      tags: {},
      loudness: {
        integrated_lufs: expect.closeTo(-9.4, 0),
        range_lu: expect.any(Number),
        max_momentary_lufs: expect.closeTo(-9, 0),
        max_short_term_lufs: expect.closeTo(-9, 0),
        true_peak_dbtp: expect.closeTo(-6.02, 1),
      },
      levels: {
        peak_dbfs: expect.closeTo(-6.02, 1),
        rms_dbfs: expect.closeTo(-12.04, 1),
        crest_db: expect.closeTo(6.02, 1),
        dc_offset: expect.closeTo(0, 4),
        clipped_runs: 0,
        clipped_samples: 0,
        channels: [
          {
            peak_dbfs: expect.closeTo(-6.02, 1),
            rms_dbfs: expect.closeTo(-12.04, 1),
            dc_offset: expect.closeTo(0, 4),
            clipped_samples: 0,
          },
        ],
      },
      silence: { is_silent: false, before_seconds: 1, after_seconds: 3 },
      stereo: null,
      prompt_upload: { meets_documented_rules: true, problem: null, hint: null },
      voice_stream: { as_it_is: false, changes: ['48 kHz to 24 kHz'] },
      remarks: [
        {
          code: 'long_silence',
          message: 'silence at the ends: 3.000 s after',
          advice: 'Cut it: --trim-silence.',
        },
      ],
      notes: [],
      error: null,
    });
  });

  it('reads a sine of -23 dBFS in both channels as -23 LUFS (EBU Tech 3341, case 1)', async () => {
    const tone = sine(20, { frequency: 1000, amplitude: 10 ** (-23 / 20) });
    const { loudness } = await inspected(wavOf([tone, tone], 48_000));
    expect(loudness['integrated_lufs']).toBeCloseTo(-23, 1);
  });

  it('is a list for one file as for several; fields are chosen by name and by path', async () => {
    const folder = await folderWith({ 'a.wav': toneWav(1), 'b.wav': toneWav(2) });
    const one = await inspect(folder, 'a.wav', '--json', '--jq', '.[0].seconds');
    expect(one.stdout).toBe('1\n');
    const two = await inspect(folder, 'a.wav', 'b.wav', '--output', 'ndjson');
    expect(
      two.stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as Inspected)['seconds']),
    ).toEqual([1, 2]);
    const csv = await inspect(folder, '.', '--output', 'csv', '--columns', 'file,loudness.true_peak_dbtp');
    expect(csv.stdout).toMatch(/^file,loudness\.true_peak_dbtp\r\na\.wav,-11\.2\d?\r\nb\.wav,-11\.2\d?\r\n$/);
  });

  it('has null where there is silence', async () => {
    const row = await inspected(wavOf([silence(1)], 48_000));
    expect(row.loudness['integrated_lufs']).toBeNull();
    expect(row.levels['peak_dbfs']).toBeNull();
    expect(row['silence']).toEqual({ is_silent: true, before_seconds: 1, after_seconds: 0 });
  });
});

describe('remarks', () => {
  const tone = sine(1);
  const cases: [string, () => Buffer, RegExp][] = [
    ['silent', () => wavOf([silence(1)], 48_000), /every sample is zero/],
    [
      'clipped',
      () => wavOf([sine(1, { amplitude: 2 })], 48_000),
      /clipped [\d,]+ times.*no gain brings it back/,
    ],
    [
      'very_quiet',
      () => wavOf([sine(1, { amplitude: 0.01 })], 48_000),
      /very quiet: -4\d\.\d LUFS.*--normalize/,
    ],
    [
      'out_of_phase',
      () => wavOf([tone, inverted(tone)], 48_000),
      /nothing is left of a mix to mono.*--channel 1/,
    ],
    ['dual_mono', () => wavOf([tone, tone], 48_000), /both channels are the same.*--channels 1/],
    ['channel_silent', () => wavOf([silence(1), tone], 48_000), /left channel is silent.*--channel 2/],
    ['dc_offset', () => wavOf([tone.map((value) => value / 2 + 0.1)], 48_000), /zero line is off by 10\.0 %/],
    ['loud_peaks', () => wavOf([quarterRate()], 48_000), /peaks reach \+\d\.\d dBTP.*--gain -\d/],
    [
      'long_silence',
      () => wavOf([joined(silence(3), tone)], 48_000),
      /silence at the ends: [23]\.\d+ s before.*--trim-silence/,
    ],
  ];
  it.each(cases)('%s', async (code, make, text) => {
    const { remarks } = await inspected(make());
    expect(remarks.map((remark) => remark.code)).toEqual([code]);
    expect(`${remarks[0]?.message}: ${remarks[0]?.advice}`).toMatch(text);
  });

  it('none for a file that is as it should be', async () => {
    expect((await inspected(wavOf([sine(2, { amplitude: 0.3 })], 48_000))).remarks).toEqual([]);
  });
});

/** A sine at a quarter of the rate whose samples miss its peaks by 3 dB. */
function quarterRate(): Float32Array {
  return Float32Array.from({ length: 48_000 }, (_, frame) =>
    Math.min(0.99, Math.max(-0.99, 1.4 * Math.sin((Math.PI / 2) * frame + Math.PI / 4))),
  );
}

describe('what a file is fit for', () => {
  it('is sent to an agent as it is at 24 kHz mono 16 bits', async () => {
    const row = await inspected(toneWav(1));
    expect(row['voice_stream']).toEqual({ as_it_is: true, changes: [] });
    const stereo = await inspected(toneWav(1, 44_100, 2));
    expect(stereo['voice_stream']).toEqual({
      as_it_is: false,
      changes: ['44.1 kHz to 24 kHz', '2 channels to mono'],
    });
  });

  it('is no prompt when it is larger than the documentation allows', async () => {
    const folder = await folderWith({ 'big.wav': toneWav(0.1, 8_000) });
    const file = await open(join(folder, 'big.wav'), 'r+');
    const size = 51_000_000;
    const header = Buffer.alloc(8);
    header.writeUInt32LE(size - 8, 0);
    await file.write(header, 0, 4, 4);
    header.writeUInt32LE(size - 44, 0);
    await file.write(header, 0, 4, 40);
    await file.truncate(size);
    await file.close();
    const result = await inspect(folder, 'big.wav');
    expect(result.stdout).toMatch(
      /upload +no prompt as it is: it has 51 MB, and the service takes 50 MB at most/,
    );
  });
});

describe('the report', () => {
  it('says in words what there is; without a terminal there is no waveform and no colour', async () => {
    const folder = await temporaryFolder();
    const result = await inspect(folder, WELCOME);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const lines = result.stdout.replace(WELCOME, 'welcome.wav').split('\n');
    expect(lines).toEqual([
      'welcome.wav',
      '  format      WAV, pcm_s16le, 16 bits',
      '  sound       16 kHz, mono',
      expect.stringMatching(/^ {2}length {6}0:03\.724 \(59,585 frames\)$/),
      expect.stringMatching(/^ {2}size {8}119\.2 kB, 256 kbit\/s$/),
      expect.stringMatching(/^ {2}loudness {4}-17\.4 LUFS, range 0\.1 LU$/),
      expect.stringMatching(/^ {2}peak {8}-3\.0 dBTP, sample peak -3\.0 dBFS, no clipping$/),
      expect.stringMatching(/^ {2}silence {5}0\.00 s before, 0\.11 s after$/),
      '  upload      keeps the documented rules for a prompt (type, size, name)',
      '  voice       converted on the way to an agent: 16 kHz to 24 kHz',
      '',
    ]);
  });

  it('is one for each of up to three files, and a line for each of more; --summary decides', async () => {
    const names = ['a', 'b', 'c', 'd'].map((name) => `${name}.wav`);
    const folder = await folderWith(Object.fromEntries(names.map((name) => [name, toneWav(0.5)])));
    const reports = await inspect(folder, ...names.slice(0, 3));
    expect(reports.stdout.match(/^ {2}format/gm)).toHaveLength(3);
    const summary = await inspect(folder, ...names);
    expect(summary.stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['FILE', 'TYPE', 'LENGTH', 'RATE', 'CH', 'LUFS', 'PEAK', 'SILENCE S', 'REMARK'],
      ...names.map((name) => [
        name,
        'WAV s16le',
        '0:00.5',
        '24 kHz',
        '1',
        expect.any(String),
        '-11.2',
        '0.0 / 0.0',
      ]),
      [''],
    ]);
    expect((await inspect(folder, 'a.wav', '--summary')).stdout).toMatch(/^FILE/);
    expect((await inspect(folder, ...names, '--no-summary')).stdout.match(/^ {2}format/gm)).toHaveLength(4);
    const columns = await inspect(folder, ...names, '--columns', 'file,seconds', '--no-header');
    expect(columns.stdout).toBe(names.map((name) => `${name}  0.5\n`).join(''));
  });

  it('tags and names cannot steer a terminal', async () => {
    const evil = 'red\u001b[31m\u202e.wav';
    const folder = await folderWith({ [evil]: toneWav(0.2) });
    const result = await inspect(folder, evil);
    expect(result.code).toBe(0);
    expect(result.stdout).not.toMatch(/[\u001b\u202e]/);
  });
});

describe.skipIf(spawnSync('script', ['--version']).status !== 0)('at a terminal (needs script)', () => {
  function atTerminal(
    folder: string,
    args: string[],
    env: Record<string, string> = {},
    columns = 80,
  ): string {
    const words = [process.execPath, BIN, 'audio', 'inspect', ...args].map((word) => `'${word}'`).join(' ');
    const { stdout, status } = spawnSync(
      'script',
      ['-qec', `stty cols ${columns} rows 24; exec ${words}`, '/dev/null'],
      { cwd: folder, env: cleanEnv(folder, { TERM: 'xterm', ...env }), encoding: 'utf8' },
    );
    expect(status).toBe(0);
    return stdout.replaceAll('\r\n', '\n');
  }

  it.each([80, 200])('draws a waveform as wide as the terminal (%i columns)', async (columns) => {
    const folder = await folderWith({ 'in.wav': wavOf([joined(sine(1), silence(1))], 48_000) });
    const drawnWith = (...flags: string[]) =>
      stripVTControlCharacters(atTerminal(folder, ['in.wav', ...flags], {}, columns))
        .split('\n')
        .filter((line) => /^ .*[\u2800-\u28ff]/.test(line));
    const drawn = drawnWith();
    expect(drawn).toHaveLength(4);
    expect(Math.max(...drawn.map((line) => line.length))).toBe(columns - 2);
    expect(drawn[0]?.trimEnd().length).toBeCloseTo(2 + (columns - 4) / 2, -0.5);
    expect(drawnWith('--no-waveform')).toEqual([]);
  });

  it('NO_COLOR draws it without colour', async () => {
    const folder = await folderWith({ 'in.wav': toneWav(0.5) });
    expect(atTerminal(folder, ['in.wav'])).toContain('\u001b[35m');
    expect(atTerminal(folder, ['in.wav'], { NO_COLOR: '1' })).not.toContain('\u001b[35m');
  });
});

describe('bad files', () => {
  it('alone: the error, code 2, nothing on stdout', async () => {
    const folder = await folderWith({ 'bad.wav': 'text that is none' });
    const result = await inspect(folder, 'bad.wav');
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/^error: "bad\.wav" holds text/);
  });

  it('among good ones: told, code 8, the others are shown', async () => {
    const folder = await folderWith({
      'a.wav': toneWav(0.5),
      'bad.wav': 'text that is none',
      'c.wav': toneWav(1),
    });
    const result = await inspect(folder, 'a.wav', 'bad.wav', 'c.wav');
    expect(result.code).toBe(8);
    expect(result.stdout.match(/^ {2}format/gm)).toHaveLength(2);
    expect(result.stderr).toMatch(
      /^failed: "bad\.wav" holds text.*\nerror: 1 of 3 files could not be inspected\. Why stands above\.\n$/,
    );
    const json = await inspect(folder, 'a.wav', 'bad.wav', 'c.wav', '--json');
    expect(json.code).toBe(8);
    expect((JSON.parse(json.stdout) as Inspected[]).map(({ file, error }) => [file, error])).toEqual([
      ['a.wav', null],
      ['bad.wav', expect.stringMatching(/holds text/)],
      ['c.wav', null],
    ]);
  });

  it('a missing one, and a folder without audio', async () => {
    const folder = await folderWith({ 'notes.txt': 'none' });
    expect(errorLine(await inspect(folder, 'missing.wav'))).toMatch(/no such file/);
    expect(errorLine(await inspect(folder, '.'))).toMatch(/There is no audio file in \./);
  });
});

describe('other ways', () => {
  it('standard input', async () => {
    const result = await runBytes(['audio', 'inspect', '-', '--json'], await temporaryFolder(), {
      input: toneWav(1),
    });
    expect(result.code).toBe(0);
    expect(JSON.parse(result.stdout.toString())).toMatchObject([
      { file: '-', frames: 24_000, bytes: 48_044, prompt_upload: null },
    ]);
  });

  it('Ctrl-C ends it with 130', async () => {
    const folder = await folderWith({ 'a.wav': toneWav(0.1), 'long.wav': toneWav(300, 48_000, 2) });
    const result = await run(['audio', 'inspect', 'a.wav', 'long.wav', '--output', 'ndjson'], folder, {
      onStart: (child) => child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    expect(result).toMatchObject({ code: 130, signal: null });
  });
});
