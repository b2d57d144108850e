import { describe, expect, it } from 'vitest';
import type { AudioBlock, AudioInput } from '../../src/audio/audio-input.ts';
import { LoudnessMeter } from '../../src/audio/dsp/loudness.ts';
import { TruePeakMeter } from '../../src/audio/dsp/true-peak.ts';
import { type ProcessedAudio, type ProcessOptions, processAudio } from '../../src/audio/index.ts';
import { wavLayout } from '../../src/audio/layout.ts';

const RATE = 16_000;

/** An input of given samples, in blocks of a size that fits nothing. */
function inputOf(channels: Float32Array[], sampleRate = RATE): AudioInput {
  const frames = channels[0]?.length ?? 0;
  return {
    info: {
      container: 'wav',
      codec: 'pcm_f32le',
      sampleRate,
      channels: channels.length,
      bitsPerSample: 32,
      frames,
      seconds: frames / sampleRate,
      layout: wavLayout(channels.length, 0),
    },
    async *blocks(signal) {
      for (let at = 0; at < frames; at += 777) {
        signal?.throwIfAborted();
        const part = channels.map((channel) => channel.slice(at, at + 777));
        yield { frames: part[0]?.length ?? 0, channels: part };
      }
    },
    close: () => Promise.resolve(),
  };
}

async function collect(audio: ProcessedAudio): Promise<number[][]> {
  const channels: number[][] = Array.from({ length: audio.channels }, () => []);
  for await (const block of audio.blocks())
    block.channels.forEach((samples, i) => {
      channels[i]?.push(...samples.subarray(0, block.frames));
    });
  return channels;
}

async function processed(channels: Float32Array[], options: ProcessOptions) {
  const audio = await processAudio(inputOf(channels), options);
  return { audio, channels: await collect(audio) };
}

const ramp = Float32Array.from({ length: 5000 }, (_, i) => i / 8192);

function tone(seconds: number, amplitude: number, frequency = 1000): Float32Array {
  return Float32Array.from(
    { length: Math.round(seconds * RATE) },
    (_, i) => amplitude * Math.sin((2 * Math.PI * frequency * i) / RATE),
  );
}

async function measured(audio: ProcessedAudio): Promise<{ loudness: number; peak: number }> {
  const loudness = new LoudnessMeter(audio);
  const peak = new TruePeakMeter(audio);
  for await (const block of audio.blocks()) {
    loudness.add(block);
    peak.add(block);
  }
  return { loudness: loudness.result().integrated, peak: Math.max(...peak.finish()) };
}

describe('the part that is taken', () => {
  it('is exact to the frame', async () => {
    const { channels } = await processed([ramp], { start: 0.1, duration: 0.05 });
    expect(channels).toEqual([[...ramp.subarray(1600, 2400)]]);
  });

  it('ends with the file when the duration goes beyond it', async () => {
    const { channels } = await processed([ramp], { start: 0.3, duration: 10 });
    expect(channels).toEqual([[...ramp.subarray(4800)]]);
  });

  it('must lie in the file', async () => {
    await expect(processAudio(inputOf([ramp]), { start: 0.3125 })).rejects.toThrow(
      'There is nothing at 0.313 s: the file has only 0.313 s.',
    );
  });

  it('must hold something', async () => {
    const audio = await processAudio(inputOf([ramp]), { duration: 0 });
    await expect(collect(audio)).rejects.toThrow('There is no audio in the part that was chosen.');
  });

  it('is all that is decoded', async () => {
    const input = inputOf([new Float32Array(1_000_000)]);
    let decoded = 0;
    const counted: AudioInput = {
      ...input,
      async *blocks() {
        for await (const block of input.blocks()) {
          decoded += block.frames;
          yield block;
        }
      },
    };
    await collect(await processAudio(counted, { duration: 0.1 }));
    expect(decoded).toBeLessThan(1600 + 4096 + 778);
  });
});

describe('channels', () => {
  const left = tone(0.1, 0.5);
  const right = tone(0.1, 0.25, 300);

  it('one alone, counted from 1', async () => {
    const { audio, channels } = await processed([left, right], { channel: 2 });
    expect(audio.layout).toEqual(['mono']);
    expect(channels).toEqual([[...right]]);
  });

  it('that are not there are refused', async () => {
    await expect(processAudio(inputOf([left, right]), { channel: 3 })).rejects.toThrow(
      'There is no channel 3: the file has 2 channels.',
    );
  });

  it('mixed to mono', async () => {
    const { channels } = await processed([left, right], { channels: 1 });
    expect(channels).toEqual([
      [...left].map((value, i) => Math.fround(Math.fround(0.5 * value) + 0.5 * (right[i] ?? 0))),
    ]);
  });

  it('mono to stereo is the same on both sides', async () => {
    const { audio, channels } = await processed([left], { channels: 2 });
    expect(audio.layout).toEqual(['FL', 'FR']);
    expect(channels).toEqual([[...left], [...left]]);
  });
});

describe('level', () => {
  it('gain in dB', async () => {
    const { channels } = await processed([ramp], { gain: -6.0206 });
    expect(channels[0]?.[4000]).toBeCloseTo(2000 / 8192, 5);
  });

  it.each([-30, -16])('normalised to %d LUFS', async (normalize) => {
    const audio = await processAudio(inputOf([tone(3, 0.1)]), { normalize });
    expect((await measured(audio)).loudness).toBeCloseTo(normalize, 1);
  });

  it('normalised loud, with peaks that have to be limited', async () => {
    const bursts = tone(6, 0.05).map((value, i) => (i % 8000 < 40 ? value * 18 : value));
    const audio = await processAudio(inputOf([bursts, bursts]), { normalize: -20 });
    const { loudness, peak } = await measured(audio);
    expect(Math.abs(loudness + 20)).toBeLessThan(0.3);
    expect(peak).toBeLessThan(-0.9);
  });

  it('silence stays as it is, and that is said', async () => {
    const { audio, channels } = await processed([new Float32Array(9000)], { normalize: -16 });
    expect(channels[0]?.every((value) => value === 0)).toBe(true);
    expect(audio.notes).toEqual([
      { level: 'warning', text: expect.stringContaining('silent') as unknown as string },
    ]);
  });
});

describe('silence at the ends', () => {
  const padded = Float32Array.from([...new Float32Array(RATE), ...tone(0.5, 0.5), ...new Float32Array(RATE)]);

  it('goes, but for a margin', async () => {
    const { channels } = await processed([padded], { trimSilence: true });
    const length = (0.05 + 0.5 + 0.1) * RATE;
    expect(channels[0]?.length).toBe(length);
    expect(channels[0]?.slice(1000, 8000)).toEqual([...padded.subarray(RATE + 200, RATE + 7200)]);
  });

  it('stays when there is nothing else, and that is said', async () => {
    const { audio, channels } = await processed([new Float32Array(4000)], {
      trimSilence: { threshold: -40 },
    });
    expect(channels[0]?.length).toBe(4000);
    expect(audio.notes[0]?.text).toBe(
      'Nothing is louder than -40 dBFS: the silence at the ends was not trimmed.',
    );
  });
});

it('all at once: part, channel, rate, level', async () => {
  const { audio, channels } = await processed([tone(2, 0.5), tone(2, 0.2)], {
    start: 0.5,
    duration: 1,
    channel: 2,
    sampleRate: 24_000,
    normalize: -23,
  });
  expect(audio.sampleRate).toBe(24_000);
  expect(channels[0]?.length).toBe(24_000);
  expect(Math.max(...(channels[0] ?? []))).toBeCloseTo(0.1, 1);
});

it('blocks stay bounded where the rate rises much', async () => {
  const audio = await processAudio(inputOf([tone(1, 0.5)]), { sampleRate: 768_000 });
  const sizes: number[] = [];
  for await (const { frames } of audio.blocks() as AsyncIterable<AudioBlock>) sizes.push(frames);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(65_536);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(768_000);
});

it('an aborted signal ends it with its reason', async () => {
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(processAudio(inputOf([ramp]), { normalize: -16, signal })).rejects.toThrow('stopped');
});

it.each([0, 999, 768_001, 24_000.5])('a sample rate of %d Hz is refused', async (sampleRate) => {
  await expect(processAudio(inputOf([ramp]), { sampleRate })).rejects.toThrow(`${sampleRate} Hz`);
});
