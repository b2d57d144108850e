import { describe, expect, test } from 'vitest';
import { decodeBytes, fixture, hashOf, REFERENCES } from './pcm-helpers.ts';

const LONG = /^(ima4?|ms|sox-ima|sox-ms)-/;

describe('what ffmpeg decodes, to the last bit', () => {
  test.each(Object.entries(REFERENCES))('%s', async (name, reference) => {
    const { info, samples, notes } = await decodeBytes(fixture(name));
    expect(hashOf(samples)).toBe(reference);
    expect(samples.length).toBe((info.frames ?? -1) * info.channels);
    expect(info.sampleRate).toBe(8000);
    expect(info.channels).toBe(name.startsWith('six') ? 6 : name.includes('mono') ? 1 : 2);
    expect(info.container).toBe(name.split('.').at(-1));
    if (!LONG.test(name)) expect(info.frames).toBe(480);
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
