import { describe, expect, it } from 'vitest';
import { audioWords } from '../../src/commands/audio-commands.ts';
import { PRESETS } from '../../src/commands/audio-presets.ts';
import {
  formatBytes,
  formatTime,
  parseGain,
  parseLoudness,
  parseRate,
  parseThreshold,
  parseTime,
} from '../../src/commands/audio-values.ts';
import { buildProgram } from '../../src/program.ts';
import { fakeContext } from '../helpers/context.ts';

describe('values as people write them', () => {
  it.each([
    ['24000', 24_000],
    ['8k', 8_000],
    ['44.1k', 44_100],
    ['22.05 kHz', 22_050],
    ['11025Hz', 11_025],
    [' 48K ', 48_000],
  ])('rate %j', (text, hertz) => expect(parseRate('--rate', text)).toBe(hertz));

  it.each(['', 'fast', '-8000', '8.0005k', '999', '768001', '44,1k', '1e4', '0x20'])(
    'no rate: %j',
    (text) => {
      expect(() => parseRate('--rate', text)).toThrow(/--rate: .* is no sample rate/);
    },
  );

  it.each([
    ['12.5', 12.5],
    ['90s', 90],
    ['500ms', 0.5],
    ['.5', 0.5],
    ['2m', 120],
    ['1 h', 3600],
    ['1:30', 90],
    ['0:00.25', 0.25],
    ['75:00', 4500],
    ['12:34:56.5', 45_296.5],
    ['0', 0],
  ])('time %j', (text, seconds) => expect(parseTime('--start', text)).toBeCloseTo(seconds, 9));

  it.each(['', '-1', '1:60', '1:2:3:4', 'soon', '1e3', '1.', 'Infinity'])('no time: %j', (text) => {
    expect(() => parseTime('--start', text)).toThrow(/--start: .* is no time/);
  });

  it.each([
    [parseLoudness, '-16', -16],
    [parseLoudness, '-16LUFS', -16],
    [parseLoudness, '-23.5 lufs', -23.5],
    [parseLoudness, '\u221223', -23],
    [parseGain, '+6dB', 6],
    [parseGain, '-3.5', -3.5],
    [parseGain, '0', 0],
    [parseThreshold, '-45dBFS', -45],
    [parseThreshold, '-45', -45],
  ])('%o of %j', (parse, text, value) => expect(parse('--x', text)).toBe(value));

  it.each([
    [parseLoudness, '16'],
    [parseLoudness, '-16dB'],
    [parseLoudness, '-71'],
    [parseGain, '6LUFS'],
    [parseGain, '101'],
    [parseGain, 'NaN'],
    [parseThreshold, '0'],
    [parseThreshold, '-121'],
  ])('%o refuses %j', (parse, text) => expect(() => parse('--x', text)).toThrow(/--x: /));
});

describe('values as they are shown', () => {
  it.each([
    [3.72, 3, '0:03.720'],
    [59.9999, 3, '1:00.000'],
    [3723.5, 1, '1:02:03.5'],
    [0, 0, '0:00'],
    [61, 0, '1:01'],
  ])('%d s with %d decimals', (seconds, decimals, text) => expect(formatTime(seconds, decimals)).toBe(text));

  it.each([
    [999, '999 bytes'],
    [119_214, '119.2 kB'],
    [50_000_000, '50 MB'],
    [4_294_967_296, '4.3 GB'],
  ])('%d bytes', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('words that may be read in two ways', () => {
  it.each([
    ['audio convert --trim-silence a.wav', 'audio convert --trim-silence= a.wav'],
    ['audio convert --trim-silence -45 a.wav', 'audio convert --trim-silence=-45 a.wav'],
    ['audio convert --trim-silence -45dB a.wav', 'audio convert --trim-silence=-45dB a.wav'],
    ['audio convert a.wav --trim-silence', 'audio convert a.wav --trim-silence='],
    ['audio convert a.wav --output b.wav', 'audio convert a.wav --out b.wav'],
    ['audio convert a.wav --output=b.wav', 'audio convert a.wav --out=b.wav'],
    ['audio convert a.wav --output -', 'audio convert a.wav --out -'],
    ['audio convert a.wav --output json', 'audio convert a.wav --output json'],
    ['audio convert a.wav -- --output b', 'audio convert a.wav -- --output b'],
    ['audio inspect a.wav --output b.wav', 'audio inspect a.wav --output b.wav'],
    ['users list --output b.wav', 'users list --output b.wav'],
  ])('%s', (before, after) => expect(audioWords(before.split(' ')).join(' ')).toBe(after));
});

describe('the tree of commands', () => {
  const audioOf = (words?: string[]) =>
    buildProgram(fakeContext(), words).commands.find((command) => command.name() === 'audio');

  it('holds the audio commands only where a line names them', () => {
    const names = ['convert', 'inspect', 'play'];
    expect(audioOf()?.commands.map((command) => command.name())).toEqual(names);
    expect(audioOf(['audio', 'play', 'x'])?.commands.map((command) => command.name())).toEqual(names);
    expect(audioOf(['--help'])?.commands).toEqual([]);
    expect(audioOf(['users', 'list'])).toBeUndefined();
  });

  it('names every preset that there is', () => {
    const help = audioOf()?.commands[0]?.helpInformation() ?? '';
    expect(help).toContain('--preset');
    const option = audioOf()?.commands[0]?.options.find(({ long }) => long === '--preset');
    expect(option?.description).toContain(Object.keys(PRESETS).join(', '));
  });
});
