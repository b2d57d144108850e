/** Everything that one pass over a file tells about it. */
import type { AudioInfo, AudioInput, AudioNote } from '../audio/audio-input.ts';
import { fullScaleOf } from '../audio/dsp/clip-counter.ts';
import { type Loudness, LoudnessMeter } from '../audio/dsp/loudness.ts';
import { type SignalLevels, SignalMeter } from '../audio/dsp/signal-meter.ts';
import { TruePeakMeter } from '../audio/dsp/true-peak.ts';

/** Levels as the meters give them: dB, -Infinity for silence. */
export interface Analysis {
  info: AudioInfo;
  /** Decoded to the end. */
  frames: number;
  seconds: number;
  loudness: Loudness;
  /** Of the loudest channel, in dBTP. */
  truePeak: number;
  levels: SignalLevels;
  notes: readonly AudioNote[];
}

/** Decodes a whole file and measures it. @throws AudioError for a damaged one, the reason of an aborted signal */
export async function analyse(
  input: AudioInput,
  signal: AbortSignal,
  onProgress: (done: number) => void,
): Promise<Analysis> {
  const { info } = input;
  const { sampleRate, channels, layout } = info;
  const loudness = new LoudnessMeter({ sampleRate, layout });
  const truePeak = new TruePeakMeter({ channels });
  const levels = new SignalMeter({ sampleRate, channels, fullScale: fullScaleOf(info) });
  let frames = 0;
  for await (const block of input.blocks(signal)) {
    loudness.add(block);
    truePeak.add(block);
    levels.add(block);
    frames += block.frames;
    if (info.frames !== undefined) onProgress(Math.min(1, frames / info.frames));
  }
  signal.throwIfAborted();
  return {
    info,
    frames,
    seconds: frames / sampleRate,
    loudness: loudness.result(),
    truePeak: Math.max(...truePeak.finish()),
    levels: levels.finish(),
    notes: input.notes ?? [],
  };
}
