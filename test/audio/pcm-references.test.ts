import { describe, expect, test } from 'vitest';
import { audioErrorOf } from './fixtures.ts';
import { decodeBytes, fixture, hashOf, REFERENCES, survivesDamage } from './pcm-helpers.ts';

const LONG = /^(ima4?|ms|sox-ima|sox-ms)-/;

describe('what ffmpeg decodes, to the last bit', () => {
  test.each(Object.entries(REFERENCES))('%s', async (name, reference) => {
    const { info, samples, notes } = await decodeBytes(fixture(name));
    expect(hashOf(samples)).toBe(reference);
    // How long the last packet of ALAC is, the table does not say.
    if (name === 'alac.caf') expect(info.frames).toBeUndefined();
    else expect(samples.length).toBe((info.frames ?? -1) * info.channels);
    expect(info.sampleRate).toBe(8000);
    expect(info.channels).toBe(name.startsWith('six') ? 6 : name.includes('mono') ? 1 : 2);
    expect(info.container).toBe(name.split('.').at(-1));
    if (!LONG.test(name)) expect(samples.length).toBe(480 * info.channels);
    expect(notes).toEqual([]);
  });
});

describe('codings by their names', () => {
  test.each(Object.keys(REFERENCES).filter((name) => /^([usf]\d+(be|le)?|alaw|mulaw)\./.test(name)))(
    '%s',
    async (name) => {
      const { info } = await decodeBytes(fixture(name));
      const coding = name.replace(/\..*/, '');
      expect(info.codec).toBe(`pcm_${coding}`);
      expect(info.bitsPerSample).toBe(Number(/\d+/.exec(coding)?.[0] ?? 8));
    },
  );
});

test('ADPCM ends where the fact chunk says, not with its last block', async () => {
  for (const name of ['sox-ima-mono.wav', 'sox-ima-stereo.wav', 'sox-ms-mono.wav', 'sox-ms-stereo.wav']) {
    const { info } = await decodeBytes(fixture(name));
    expect([info.frames, info.bitsPerSample]).toEqual([2400, 0]);
  }
});

test('MP3 in WAV and in Core Audio', async () => {
  const reference = new Float32Array(new Uint8Array(fixture('mp3.f32')).buffer);
  const { info, samples } = await decodeBytes(fixture('mp3.wav'));
  expect(info).toMatchObject({
    container: 'wav',
    codec: 'mp3',
    sampleRate: 24_000,
    channels: 1,
    bitsPerSample: 0,
  });
  expect(samples.length).toBe(reference.length);
  const noise = samples.reduce((sum, value, i) => sum + (value - (reference[i] ?? 0)) ** 2, 0);
  const signal = reference.reduce((sum, value) => sum + value ** 2, 0);
  expect(10 * Math.log10(signal / noise)).toBeGreaterThan(100);

  const core = await decodeBytes(fixture('mp3.caf'));
  expect(core.info).toMatchObject({ container: 'caf', codec: 'mp3', sampleRate: 24_000, channels: 1 });
  expect(core.samples.length).toBe((core.info.frames ?? -1) * 1);
  expect(core.samples).toEqual(samples.subarray(0, core.samples.length));
});

test('MP3 in WAV that is cut off', async () => {
  const whole = fixture('mp3.wav');
  const cut = whole.subarray(0, whole.length - 150);
  expect((await audioErrorOf(decodeBytes(cut))).message).toMatch(/is cut off: its header promises 0\.1/);
  const { samples } = await decodeBytes(cut, { allowTruncated: true });
  expect(samples.length).toBeGreaterThan(0);
  expect(samples.length).toBeLessThan((await decodeBytes(whole)).samples.length);
});

test.each(['mp3.wav', 'mp3.caf', 'alac.caf'])('damage to %s leads to audio or an AudioError', (name) =>
  survivesDamage(fixture(name)),
);
