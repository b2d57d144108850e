import type { AudioBlock } from '../../audio-input.ts';
import { damaged } from '../../file-errors.ts';
import type { ChannelLayout } from '../../layout.ts';
import {
  DamagedPacket,
  type DecodedFormat,
  type PacketCodec,
  type PacketDecoder,
  type PacketTrack,
} from '../../packets.ts';
import { type MpegHeader, mpegHeaderAt } from '../../probe/mpeg-header.ts';
import { Layer2 } from '../mp2/layer2.ts';
import { createFilterBank } from './create-filter-bank.ts';
import type { FilterBank } from './filter-bank.ts';
import { Layer3 } from './layer3.ts';

/** Packets that are looked at for a first frame header. */
const MAX_LOOKED_AT = 1000;

/**
 * Decodes MPEG 1, 2 and 2.5 audio of layers I, II and III: packets of one or several whole frames with their headers. The
 * format is that of the first frame: later ones of another sample rate are damaged, and those with more or fewer
 * channels are mixed or doubled.
 *
 * Source: ISO/IEC 11172-3 (MPEG 1), ISO/IEC 13818-3 (lower sampling frequencies).
 *
 * @throws AudioError when no packet holds a frame.
 */
export const createMp3Decoder: PacketCodec = async (path, track, wanted) => {
  const header = await firstHeader(track);
  if (header === undefined) {
    throw damaged(path, `its ${track.codec.toUpperCase()} audio holds no frame`);
  }
  return new MpegDecoder(header, wanted.mono === true ? 1 : header.channels);
};

async function firstHeader(track: PacketTrack): Promise<MpegHeader | undefined> {
  let looked = 0;
  for await (const batch of track.packets()) {
    for (const { data } of batch) {
      const header = mpegHeaderAt(data, 0);
      if (header !== undefined) return header;
      if (++looked === MAX_LOOKED_AT) return undefined;
    }
  }
  return undefined;
}

const LAYOUTS: readonly ChannelLayout[] = [['mono'], ['FL', 'FR']];

/** Peaks that audio does not have, however hot it was mastered; synthetic streams of the conformance suite reach 7.9. */
const IMPOSSIBLE_PEAK = 8;
/** Peaks that are a sign of damage where there are other signs of it. */
const DOUBTFUL_PEAK = 1.5;
/** Frames behind damage that are doubtful. */
const RECOVERY_FRAMES = 3;

/** Decodes frames of one sample rate to `outputs` channels. */
export class MpegDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly #bank: FilterBank;
  readonly #layer2: Layer2;
  readonly #layer3: Layer3;
  readonly #block: AudioBlock;
  /** How many of the next frames are doubtful. */
  #recovering = 0;
  /** For packets of several frames. */
  #joined: Float32Array[] = [];

  constructor({ codec, sampleRate }: MpegHeader, outputs: number, bank: FilterBank = createFilterBank(2)) {
    const layout = LAYOUTS[outputs - 1] as ChannelLayout;
    this.format = { codec, sampleRate, channels: outputs, layout, bitsPerSample: 0 };
    this.#bank = bank;
    this.#layer2 = new Layer2(bank, outputs);
    this.#layer3 = new Layer3(bank, sampleRate, outputs);
    this.#block = { frames: 0, channels: bank.output.slice(0, outputs) };
  }

  get details(): readonly string[] {
    if (this.#layer3.muted === 0) return [];
    return ['Some of it is silenced, since the data that it refers to are missing or damaged.'];
  }

  decode(data: Uint8Array): AudioBlock {
    try {
      const first = this.#frame(data, 0);
      return first >= data.length ? this.#block : this.#rest(data, first);
    } catch (error) {
      this.#recovering = RECOVERY_FRAMES;
      throw error;
    }
  }

  reset(): void {
    this.#bank.reset();
    this.#layer3.reset();
  }

  /** Decodes the frame at `at` into the block, and returns where the next one is. */
  #frame(data: Uint8Array, at: number): number {
    const header = mpegHeaderAt(data, at);
    if (header === undefined) {
      throw new DamagedPacket(data.length === 0 ? 'a frame is missing' : 'it begins with no frame header');
    }
    if (header.sampleRate !== this.format.sampleRate) {
      throw new DamagedPacket(`its sample rate is ${header.sampleRate} Hz, not that of the first frame`);
    }
    const end = header.length === 0 ? data.length : Math.min(data.length, at + header.length);
    const frame = data.subarray(at, end);
    const layer = header.layer === 3 ? this.#layer3 : this.#layer2;
    const slots = layer.decode(frame, header);
    const isDoubtful = header.layer === 3 && this.#layer3.isDoubtful;
    const limit = isDoubtful || this.#recovering > 0 ? DOUBTFUL_PEAK : IMPOSSIBLE_PEAK;
    // The second half of a doubtful granule sounds in the next frame.
    this.#recovering = Math.max(this.#recovering - 1, isDoubtful ? 1 : 0);
    for (let channel = 0; channel < this.format.channels; channel++) {
      const peak = this.#bank.synthesize(channel, slots);
      if (!(peak <= limit)) throw new DamagedPacket(`it decodes to a peak of ${peak.toFixed(1)}`);
    }
    this.#block.frames = slots * 32;
    return end;
  }

  /** Decodes the frames from `at` on too, behind the one that is in the block. Bytes behind the last one are passed over. */
  #rest(data: Uint8Array, at: number): AudioBlock {
    let next = at;
    let frames = 0;
    while (mpegHeaderAt(data, next) !== undefined) {
      frames = this.#join(frames);
      next = this.#frame(data, next);
    }
    if (frames === 0) return this.#block;
    frames = this.#join(frames);
    return { frames, channels: this.#joined };
  }

  /** Appends the block to the `frames` joined ones, and returns how many there are then. */
  #join(frames: number): number {
    const total = frames + this.#block.frames;
    this.#joined = this.#block.channels.map((source, channel) => {
      let target = this.#joined[channel];
      if (target === undefined || target.length < total) {
        const larger = new Float32Array(Math.max(total, 2 * (target?.length ?? 0)));
        larger.set(target?.subarray(0, frames) ?? []);
        target = larger;
      }
      target.set(source.subarray(0, this.#block.frames), frames);
      return target;
    });
    return total;
  }
}
