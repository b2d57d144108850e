import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { wavFormat } from '../helpers/audio-cli.ts';
import { errorLine, type RunOptions, run, temporaryFolder } from '../helpers/cli.ts';
import { checkWav, toneWav } from '../helpers/wav.ts';

/** Notes its arguments and its input beside itself. */
const RECORDER = `#!${process.execPath}
const fs = require('node:fs');
const { dirname, join, basename } = require('node:path');
const here = dirname(process.argv[1]);
const args = process.argv.slice(2);
fs.writeFileSync(join(here, 'args.json'), JSON.stringify([basename(process.argv[1]), ...args]));
const file = args.find((word) => word.endsWith('.wav'));
fs.writeFileSync(join(here, 'heard'), fs.readFileSync(file ?? 0));
`;

/** Takes nothing, and would stay for ever. */
const DEAF = `#!${process.execPath}
process.stderr.write('started');
require('node:fs').writeFileSync(require('node:path').join(__dirname, 'pid'), String(process.pid));
setInterval(() => {}, 1000);
`;

/** A folder with a sound, and players of the given names in `bin`, which is all of PATH. */
async function studio(players: Readonly<Record<string, string>>, wav = toneWav(0.5)) {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'in.wav'), wav);
  for (const [name, script] of Object.entries(players)) {
    await writeFile(join(folder, 'bin', name), script);
    await chmod(join(folder, 'bin', name), 0o755);
  }
  const play = (args: string[], options: RunOptions = {}) =>
    run(['audio', 'play', 'in.wav', ...args], folder, {
      ...options,
      env: { PATH: join(folder, 'bin'), TMPDIR: folder, ...options.env },
    });
  const noted = (name: string) => readFile(join(folder, 'bin', name));
  const args = async () => JSON.parse((await noted('args.json')).toString()) as string[];
  return { folder, play, args, heard: () => noted('heard'), noted };
}

describe.skipIf(process.platform === 'win32')('audio play', () => {
  it.each([
    ['pacat', /^pacat --playback --raw --format=s16le --rate=24000 --channels=1 --client-name=convirza$/],
    ['paplay', /^paplay --playback --raw/],
    ['aplay', /^aplay -q -t raw -f S16_LE -r 24000 -c 1 -$/],
    ['play', /^play -q -t raw -e signed-integer -b 16 -L -r 24000 -c 1 -$/],
  ])('%s gets samples on standard input', async (name, line) => {
    const { play, args, heard } = await studio({ [name]: RECORDER });
    const result = await play([]);
    expect(result).toMatchObject({ code: 0, stdout: '', stderr: '' });
    expect((await args()).join(' ')).toMatch(line);
    expect((await heard()).equals(toneWav(0.5).subarray(44))).toBe(true);
  });

  it('pw-play gets a file, which is gone afterwards', async () => {
    const { play, args, heard, folder } = await studio({ 'pw-play': RECORDER });
    expect((await play([])).code).toBe(0);
    const [, path = ''] = await args();
    expect(path.startsWith(folder)).toBe(true);
    await expect(readFile(path)).rejects.toThrow(/ENOENT/);
    expect((await heard()).equals(toneWav(0.5))).toBe(true);
  });

  it('the preferred one of several is taken; ffplay only when it is named', async () => {
    const { play, args, heard } = await studio({ ffplay: RECORDER, play: RECORDER, aplay: RECORDER });
    await play([]);
    expect((await args())[0]).toBe('aplay');
    await play(['--player', 'ffplay']);
    expect((await args())[0]).toBe('ffplay');
    const stream = await heard();
    expect(wavFormat(stream)).toEqual({ tag: 1, channels: 1, sampleRate: 24_000, bits: 16 });
    expect(stream.subarray(44).equals(toneWav(0.5).subarray(44))).toBe(true);
  });

  it('--player takes arguments, paths, and a place for the file', async () => {
    const { play, args, heard, folder } = await studio({ aplay: RECORDER, own: RECORDER });
    await play(['--player', "aplay -D 'hw:1 two'"]);
    expect((await args()).slice(0, 4)).toEqual(['aplay', '-D', 'hw:1 two', '-q']);
    await play(['--player', `${join(folder, 'bin', 'own')} --loud`]);
    expect(await args()).toEqual(['own', '--loud']);
    expect((await heard()).subarray(44).equals(toneWav(0.5).subarray(44))).toBe(true);
    await play(['--player', 'own -f {} -x']);
    expect(await args()).toEqual(['own', '-f', expect.stringMatching(/\.wav$/), '-x']);
    expect(checkWav(await heard())).toBe(0.5);
  });

  it('plays a part, one channel, louder; six channels become two', async () => {
    const { play, heard, args, folder } = await studio({ aplay: RECORDER }, toneWav(2, 48_000, 6));
    expect((await play(['--start', '0.5', '--duration', '1'])).code).toBe(0);
    expect((await args()).join(' ')).toContain('-r 48000 -c 2');
    expect(await heard()).toHaveLength(48_000 * 4);
    await writeFile(join(folder, 'in.wav'), toneWav(1, 8_000, 2));
    await play(['--channel', '2', '--gain', '6']);
    expect((await args()).join(' ')).toContain('-r 8000 -c 1');
    const loudest = Math.max(...new Int16Array(new Uint8Array(await heard()).buffer));
    expect(loudest).toBeCloseTo(9_000 * 10 ** (6 / 20), -2);
  });

  it('--json says what was played', async () => {
    const { play } = await studio({ aplay: RECORDER });
    const result = await play(['--json']);
    expect(JSON.parse(result.stdout)).toEqual({ file: 'in.wav', player: 'aplay', seconds: 0.5 });
  });

  it('without a player: what to install, code 2', async () => {
    const { play } = await studio({});
    const result = await play([]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/no program here that plays sound\. (Install one: |afplay)/);
    const named = await play(['--player', 'nothing-like-it']);
    expect(named.code).toBe(2);
    expect(errorLine(named)).toMatch(/--player: there is no program "nothing-like-it" here/);
  });

  it('a player that fails: its last words, code 2', async () => {
    const { play } = await studio({
      aplay: `#!${process.execPath}\nprocess.stderr.write('first\\n\\u001b[31mno sound card\\n'); process.exitCode = 3;\n`,
    });
    const result = await play([]);
    expect(result.code).toBe(2);
    expect(errorLine(result)).toBe(
      'error: The player "aplay" failed (code 3): no sound card. Is there a sound device? Another player can be named with --player.',
    );
  });

  it('a player that is closed by its user ends it well', async () => {
    const script = `#!${process.execPath}\nprocess.stdin.once('data', () => process.exit(0));\n`;
    const { play } = await studio({ aplay: script }, toneWav(60, 48_000, 2));
    expect(await play([])).toMatchObject({ code: 0, stderr: '' });
  });

  it('a bad file: no player is started', async () => {
    const { play, args } = await studio({ aplay: RECORDER }, Buffer.from('text that is none'));
    const result = await play([]);
    expect(result).toMatchObject({ code: 2, stdout: '' });
    expect(errorLine(result)).toMatch(/^error: "in\.wav" holds text/);
    await expect(args()).rejects.toThrow(/ENOENT/);
  });

  it('Ctrl-C stops the player and ends with 130', async () => {
    const { play, folder, noted } = await studio({ aplay: DEAF }, toneWav(60, 48_000, 2));
    const result = await play([], {
      env: { PATH: join(folder, 'bin') },
      onStart: (child) => {
        // Looks one after the other: a second Ctrl-C would end it at once.
        const look = (): Promise<unknown> =>
          noted('pid').then(
            () => child.kill('SIGINT'),
            () => new Promise((resolve) => setTimeout(resolve, 20)).then(look),
          );
        void look();
      },
    });
    expect(result).toMatchObject({ code: 130, signal: null });
    const pid = Number((await noted('pid')).toString());
    expect(() => process.kill(pid, 0)).toThrow(/ESRCH/);
  });
});
