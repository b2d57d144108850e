import type { AudioInfo } from '../audio-input.ts';

/** Shorter runs at full scale happen without clipping. */
const SHORTEST_RUN = 3;

/** Decoders of lossy codecs and floats: what a 16-bit sample can hold at most. */
const FULL_SCALE_16 = 32_767 / 32_768;

/** Largest values that the companded codings have: ITU-T G.711, Tables 1a and 2a, in 16 bits. */
const FULL_SCALE_MU_LAW = 32_124 / 32_768;
const FULL_SCALE_A_LAW = 32_256 / 32_768;

/** The magnitude from which a sample of this file stands at full scale. */
export function fullScaleOf({ codec, bitsPerSample }: Pick<AudioInfo, 'codec' | 'bitsPerSample'>): number {
  if (codec === 'pcm_mulaw') return FULL_SCALE_MU_LAW;
  if (codec === 'pcm_alaw') return FULL_SCALE_A_LAW;
  return bitsPerSample === 0 ? FULL_SCALE_16 : Math.min(FULL_SCALE_16, 1 - 2 ** (1 - bitsPerSample));
}

/** Counts the runs of at least 3 successive samples of one channel that stand at full scale, on the same side. */
export class ClipCounter {
  readonly #fullScale: number;
  #runs = 0;
  #samples = 0;
  /** Length of the run that has not ended; negative below the zero line. */
  #open = 0;

  constructor(fullScale: number) {
    this.#fullScale = fullScale;
  }

  /** Takes the samples from `start` to `end`, which lie between `min` and `max`. */
  add(samples: Float32Array, start: number, end: number, min: number, max: number): void {
    if (max < this.#fullScale && min > -this.#fullScale) {
      this.#open = 0;
      return;
    }
    for (let i = start; i < end; i++) {
      const value = samples[i] as number;
      if (value >= this.#fullScale) this.#extend(this.#open > 0 ? this.#open + 1 : 1);
      else if (value <= -this.#fullScale) this.#extend(this.#open < 0 ? this.#open - 1 : -1);
      else this.#open = 0;
    }
  }

  /** Number of runs, and of samples in them. */
  get result(): { runs: number; samples: number } {
    return { runs: this.#runs, samples: this.#samples };
  }

  #extend(open: number): void {
    const length = Math.abs(open);
    this.#open = open;
    if (length === SHORTEST_RUN) {
      this.#runs++;
      this.#samples += SHORTEST_RUN;
    } else if (length > SHORTEST_RUN) {
      this.#samples++;
    }
  }
}
