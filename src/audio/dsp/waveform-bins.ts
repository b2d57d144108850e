/** The outline of one channel: lowest and highest sample of each bin. */
export interface Outline {
  min: Float32Array;
  max: Float32Array;
}

/** The outline of a stream in bins of equal length (the last may be shorter). */
export interface Waveform {
  sampleRate: number;
  frames: number;
  framesPerBin: number;
  channels: Outline[];
}

/** Even, so that bins merge in pairs; a long stream has 2048 to 4096, more than a wide screen has dots. */
const MAX_BINS = 4096;
const FIRST_FRAMES_PER_BIN = 16;

/** Collects the outline of a stream of unknown length: when all bins are full, they merge in pairs and become twice as long. */
export class WaveformBins {
  readonly #channels: Outline[];
  #framesPerBin = FIRST_FRAMES_PER_BIN;
  #bin = 0;
  #inBin = 0;
  #frames = 0;

  constructor(channels: number) {
    this.#channels = Array.from({ length: channels }, () => ({
      min: new Float32Array(MAX_BINS),
      max: new Float32Array(MAX_BINS),
    }));
  }

  /** Frames until the bin ends. */
  get room(): number {
    return this.#framesPerBin - this.#inBin;
  }

  /** Adds the range of the next samples of a channel; `advance` follows when all channels have had theirs. */
  addChannel(channel: number, min: number, max: number): void {
    const outline = this.#channels[channel];
    if (outline === undefined) return;
    const isNew = this.#inBin === 0;
    if (isNew || min < (outline.min[this.#bin] as number)) outline.min[this.#bin] = min;
    if (isNew || max > (outline.max[this.#bin] as number)) outline.max[this.#bin] = max;
  }

  /** Goes on by `frames`, at most `room`. */
  advance(frames: number): void {
    this.#frames += frames;
    this.#inBin += frames;
    if (this.#inBin < this.#framesPerBin) return;
    this.#inBin = 0;
    this.#bin++;
    if (this.#bin === MAX_BINS) this.#merge();
  }

  result(sampleRate: number): Waveform {
    const bins = this.#bin + (this.#inBin > 0 ? 1 : 0);
    const channels = this.#channels.map(({ min, max }) => ({
      min: min.slice(0, bins),
      max: max.slice(0, bins),
    }));
    return { sampleRate, frames: this.#frames, framesPerBin: this.#framesPerBin, channels };
  }

  #merge(): void {
    this.#bin = MAX_BINS / 2;
    this.#framesPerBin *= 2;
    for (const { min, max } of this.#channels) {
      for (let i = 0; i < this.#bin; i++) {
        min[i] = Math.min(min[2 * i] as number, min[2 * i + 1] as number);
        max[i] = Math.max(max[2 * i] as number, max[2 * i + 1] as number);
      }
    }
  }
}
