import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { devicesOf, parseAlsa, parsePactl } from '../../src/commands/voice-device-lists.ts';
import { findLiveProgram, knownPrograms, type Role } from '../../src/commands/voice-programs.ts';
import type { Context } from '../../src/context.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { fakeContext } from '../helpers/context.ts';

/** A machine with these programs and no others: name and script. */
async function machine(programs: Record<string, string>, platform = 'linux'): Promise<Context> {
  const folder = await temporaryFolder();
  await mkdir(join(folder, 'bin'));
  for (const [name, script] of Object.entries(programs)) {
    await writeFile(join(folder, 'bin', name), `#!/bin/sh\n${script}\n`);
    await chmod(join(folder, 'bin', name), 0o755);
  }
  return { ...fakeContext(), env: { PATH: join(folder, 'bin') }, platform, cwd: folder };
}

const line = async (ctx: Context, role: Role, asked?: string) => {
  const { name, args } = await findLiveProgram(ctx, role, asked);
  return [name, ...args].join(' ');
};

const PULSE = '--raw --format=s16le --rate=24000 --channels=1';

describe.skipIf(process.platform === 'win32')('programs that record and play', () => {
  it.each([
    [
      'recorder',
      'parec',
      `parec --record ${PULSE} --latency-msec=40 --process-time-msec=20 --client-name=convirza`,
    ],
    [
      'player',
      'pacat',
      `pacat --playback ${PULSE} --latency-msec=80 --process-time-msec=20 --client-name=convirza`,
    ],
    [
      'recorder',
      'arecord',
      'arecord -q -t raw -f S16_LE -r 24000 -c 1 --period-time=20000 --buffer-time=200000 -',
    ],
    ['player', 'aplay', 'aplay -q -t raw -f S16_LE -r 24000 -c 1 --period-time=20000 --buffer-time=100000 -'],
    ['recorder', 'rec', 'rec -q --buffer 1024 -t raw -e signed-integer -b 16 -L -r 24000 -c 1 -'],
    ['player', 'play', 'play -q --buffer 1024 -t raw -e signed-integer -b 16 -L -r 24000 -c 1 -'],
  ] as const)('as a %s: %s', async (role, name, expected) => {
    expect(await line(await machine({ [name]: '' }), role)).toBe(expected);
  });

  it('the preferred one of several; players of files alone are none', async () => {
    const ctx = await machine({
      rec: '',
      arecord: '',
      parec: '',
      play: '',
      aplay: '',
      'pw-play': '',
      afplay: '',
    });
    expect((await findLiveProgram(ctx, 'recorder', undefined)).name).toBe('parec');
    expect((await knownPrograms(ctx, 'player')).map(({ name }) => name)).toEqual(['aplay', 'play']);
  });

  it('pw-record only when it can write samples without a header', async () => {
    const old = await machine({ 'pw-record': 'echo "--rate  --channels"' });
    expect(await knownPrograms(old, 'recorder')).toEqual([]);
    const broken = await machine({ 'pw-record': 'echo "--raw"; exit 1' });
    expect(await knownPrograms(broken, 'recorder')).toEqual([]);
    const able = await machine({ 'pw-record': 'echo "  -a, --raw    RAW mode"' });
    expect(await line(able, 'recorder', 'pw-record:42')).toBe(
      'pw-record --raw --format=s16 --rate=24000 --channels=1 --latency=40ms --target=42 -',
    );
  });

  it('a device, in the way that the program takes it', async () => {
    const ctx = await machine({ arecord: '', aplay: '', pacat: '', rec: '' });
    expect(await line(ctx, 'recorder', 'arecord:plughw:1,0')).toMatch(/ -D plughw:1,0 -$/);
    expect(await line(ctx, 'player', 'pacat:alsa_output.usb a')).toMatch(/ --device=alsa_output.usb a$/);
    expect(await findLiveProgram(ctx, 'recorder', 'rec:hw:1')).toMatchObject({ env: { AUDIODEV: 'hw:1' } });
    expect(await findLiveProgram(ctx, 'recorder', 'rec')).toMatchObject({ env: {}, known: true });
  });

  it('a whole command line is started as it is, a path to a known program with what it needs', async () => {
    const ctx = await machine({ ffmpeg: '', arecord: '' });
    const own = await findLiveProgram(ctx, 'recorder', "ffmpeg -i 'a b' -f s16le -");
    expect(own).toMatchObject({ name: 'ffmpeg', args: ['-i', 'a b', '-f', 's16le', '-'], known: false });
    expect(await line(ctx, 'recorder', 'arecord -D hw:1')).toBe('arecord -D hw:1');
    expect(await line(ctx, 'recorder', join(ctx.cwd, 'bin', 'arecord'))).toMatch(/^arecord -q -t raw/);
    expect(await line(ctx, 'recorder', './bin/ffmpeg')).toBe('ffmpeg');
  });

  it.each([
    ['', /--recorder names no program/],
    ['  ', /--recorder names no program/],
    ['nothing-like-it', /there is no program "nothing-like-it" here/],
    ['parec:x', /there is no program "parec" here/],
    ['constructor', /there is no program "constructor" here/],
    ['ffmpeg "', /quote \("\) is not closed/],
  ])('%j is refused', async (asked, message) => {
    const ctx = await machine({ ffmpeg: '' });
    await expect(findLiveProgram(ctx, 'recorder', asked)).rejects.toThrow(message);
  });

  it.each([
    ['linux', 'alsa-utils (arecord, aplay)'],
    ['darwin', 'brew install sox'],
    ['win32', 'SoX (sox.exe)'],
  ])('nothing there, on %s: what to install', async (platform, hint) => {
    const ctx = await machine({}, platform);
    await expect(findLiveProgram(ctx, 'player', undefined)).rejects.toMatchObject({
      type: 'usage',
      message: 'There is no program here that plays live sound',
      hint: expect.stringContaining(hint),
    });
  });
});

describe('lists of devices', () => {
  it('of PulseAudio and PipeWire', () => {
    const text =
      '0\talsa_output.pci.monitor\tmodule-alsa-card.c\ts16le 2ch 44100Hz\tIDLE\n1\talsa_input.usb\tPipeWire\ts16le 1ch 48000Hz\tSUSPENDED\r\n\nrubbish\n';
    expect(parsePactl(text)).toEqual([
      {
        device: 'alsa_output.pci.monitor',
        description: 'what is being played, no microphone, s16le 2ch 44100Hz, idle',
      },
      { device: 'alsa_input.usb', description: 's16le 1ch 48000Hz, suspended' },
    ]);
  });

  it('of ALSA', () => {
    const text =
      '    stray\nnull\n    Discard all samples\ndefault:CARD=PCH\n    HDA Intel PCH, ALC257\n    Default Audio Device\nsysdefault\n';
    expect(parseAlsa(text)).toEqual([
      { device: 'default:CARD=PCH', description: 'HDA Intel PCH, ALC257, Default Audio Device' },
      { device: 'sysdefault', description: '' },
    ]);
    expect(parseAlsa('')).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')(
    'a program that fails, or is not there, lists nothing',
    async () => {
      const ctx = await machine({ aplay: 'echo card; exit 1' });
      expect(await devicesOf(ctx, 'player', 'aplay')).toBeUndefined();
      expect(await devicesOf(ctx, 'recorder', 'arecord')).toBeUndefined();
      expect(await devicesOf(ctx, 'recorder', 'parec')).toBeUndefined();
      expect(await devicesOf(ctx, 'recorder', 'rec')).toBeUndefined();
    },
  );
});
