import type { AudioBlock } from '../../audio-input.ts';
import { DamagedPacket, type DecodedFormat, type PacketDecoder } from '../../packets.ts';
import { bitLength } from './bit-reader.ts';
import type { VorbisHeaders } from './config.ts';
import { Floor0Curve } from './floor0-curve.ts';
import { Floor1Line } from './floor1-line.ts';
import { Overlap } from './overlap.ts';
import { PacketBits } from './packet-bits.ts';
import type { Identification, Mapping, Mode, Setup } from './setup.ts';
import { createSpectrum, MAX_PACKET_BYTES, PADDING_BYTES, type Spectrum } from './spectrum.ts';
import { type Layout, layOut } from './tables.ts';

type FloorReader = Floor0Curve | Floor1Line;

/**
 * Decodes Vorbis packets, stereo as its mono mix where `mixesToMono`: a transform is linear and both channels have the
 * same windows, so that half the sum of their spectra is the spectrum of the mix.
 *
 * Source: Vorbis I specification §4.3.
 */
export class VorbisDecoder implements PacketDecoder {
  readonly format: DecodedFormat;
  readonly #identification: Identification;
  readonly #setup: Setup;
  readonly #layout: Layout;
  readonly #spectrum: Spectrum;
  readonly #bits: PacketBits;
  /** For each channel and floor, since the channels' floors are all read before the first is applied. */
  readonly #floors: readonly (readonly FloorReader[])[];
  readonly #hasFloor: boolean[];
  readonly #hasResidue: boolean[];
  readonly #overlap: Overlap;
  readonly #block: AudioBlock;
  /** Spectra by kind of block and channel, for the transform. */
  readonly #views: readonly (readonly Float32Array[])[];

  /** @throws SetupError when a codebook has no proper decision tree */
  constructor({ identification, setup }: VorbisHeaders, format: DecodedFormat, spectrumOf = createSpectrum) {
    const { channels, blockSizes } = identification;
    this.format = format;
    this.#identification = identification;
    this.#setup = setup;
    this.#layout = layOut(identification, setup);
    this.#spectrum = spectrumOf(this.#layout);
    const { heap, packet } = this.#spectrum;
    this.#bits = new PacketBits(packet, heap.ints);
    const { books, spectra } = this.#layout;
    this.#floors = spectra.map(() => {
      return setup.floors.map((floor) =>
        floor.type === 0 ? new Floor0Curve(floor, books, heap) : new Floor1Line(floor, books, heap),
      );
    });
    this.#hasFloor = new Array<boolean>(channels).fill(false);
    this.#hasResidue = new Array<boolean>(channels).fill(false);
    this.#overlap = new Overlap(blockSizes, format.channels);
    this.#block = { frames: 0, channels: [...this.#overlap.output] };
    this.#views = blockSizes.map((size) => spectra.map((at) => heap.floats.subarray(at, at + size / 2)));
  }

  decode(data: Uint8Array): AudioBlock {
    const mode = this.#start(data);
    const half = this.#identification.blockSizes[mode.isLong ? 1 : 0] / 2;
    const mapping = this.#setup.mappings[mode.mapping] as Mapping;
    this.#readFloors(mapping);
    this.#readResidues(mapping, half);
    this.#uncouple(mapping, half);
    this.#applyFloors(mapping, half);
    const views = this.#views[mode.isLong ? 1 : 0] as readonly Float32Array[];
    if (this.format.channels < this.#identification.channels) this.#mix(views, half);
    this.#block.frames = this.#overlap.join(mode.isLong, (channel) =>
      this.#hasFloor[channel] === true ? views[channel] : undefined,
    );
    return this.#block;
  }

  reset(): void {
    this.#overlap.reset();
  }

  /** Source: Vorbis I specification §4.3.1. */
  #start(data: Uint8Array): Mode {
    if (data.length === 0) throw new DamagedPacket('it is missing');
    if (data.length > MAX_PACKET_BYTES) throw new DamagedPacket(`it has ${data.length} bytes`);
    const { packet } = this.#spectrum;
    packet.set(data);
    packet.fill(0, data.length, data.length + PADDING_BYTES);
    const bits = this.#bits;
    bits.start(data.length);
    if (bits.read(1) !== 0) throw new DamagedPacket('it is no audio packet');
    const { modes } = this.#setup;
    const mode = modes[bits.read(bitLength(modes.length - 1))];
    if (mode === undefined) throw new DamagedPacket('it has a mode that is not there');
    // The shapes of the windows before and after follow from the blocks themselves.
    if (mode.isLong) bits.read(2);
    if (bits.overrun) throw new DamagedPacket('it ends inside its header');
    return mode;
  }

  /** Source: Vorbis I specification §4.3.2 and §4.3.3. */
  #readFloors(mapping: Mapping): void {
    const { mux, couplings } = mapping;
    for (let channel = 0; channel < mux.length; channel++) {
      const hasFloor = this.#floorOf(mapping, channel).read(this.#bits);
      this.#hasFloor[channel] = hasFloor;
      this.#hasResidue[channel] = hasFloor;
    }
    for (const { magnitude, angle } of couplings) {
      if (this.#hasResidue[magnitude] !== true && this.#hasResidue[angle] !== true) continue;
      this.#hasResidue[magnitude] = true;
      this.#hasResidue[angle] = true;
    }
  }

  /** Source: Vorbis I specification §4.3.4. */
  #readResidues({ mux, submaps }: Mapping, half: number): void {
    const { spectra, channelList, residues } = this.#layout;
    const { ints, floats } = this.#spectrum.heap;
    for (const at of spectra) floats.fill(0, at, at + half);
    for (let submap = 0; submap < submaps.length; submap++) {
      let count = 0;
      for (let channel = 0; channel < mux.length; channel++) {
        if (mux[channel] !== submap) continue;
        ints[channelList + 2 * count] = channel;
        ints[channelList + 2 * count + 1] = this.#hasResidue[channel] === true ? 1 : 0;
        count++;
      }
      const residue = residues[submaps[submap]?.residue as number] as number;
      const { position, end } = this.#bits;
      if (count > 0) this.#bits.position = this.#spectrum.addResidue(residue, position, end, count, half);
    }
  }

  /** The last coupling first. Source: Vorbis I specification §4.3.5. */
  #uncouple({ couplings }: Mapping, half: number): void {
    for (let i = couplings.length - 1; i >= 0; i--) {
      const { magnitude = 0, angle = 0 } = couplings[i] ?? {};
      this.#spectrum.uncouple(this.#spectrumAt(magnitude), this.#spectrumAt(angle), half);
    }
  }

  /** Source: Vorbis I specification §4.3.6. */
  #applyFloors(mapping: Mapping, half: number): void {
    const { points } = this.#layout;
    for (let channel = 0; channel < mapping.mux.length; channel++) {
      if (this.#hasFloor[channel] !== true) continue;
      const floor = this.#floorOf(mapping, channel);
      const spectrum = this.#spectrumAt(channel);
      if (floor instanceof Floor0Curve) floor.apply(spectrum, half);
      else this.#spectrum.applyLine(spectrum, floor.writePoints(points), half);
    }
  }

  #mix(views: readonly Float32Array[], half: number): void {
    const [first, second] = views;
    if (this.#hasFloor[0] !== true) first?.fill(0);
    if (this.#hasFloor[1] !== true) second?.fill(0);
    this.#spectrum.mix(this.#spectrumAt(0), this.#spectrumAt(1), half);
    this.#hasFloor[0] = this.#hasFloor[0] === true || this.#hasFloor[1] === true;
  }

  #floorOf({ mux, submaps }: Mapping, channel: number): FloorReader {
    const floor = submaps[mux[channel] as number]?.floor as number;
    return (this.#floors[channel] as readonly FloorReader[])[floor] as FloorReader;
  }

  #spectrumAt(channel: number): number {
    return this.#layout.spectra[channel] as number;
  }
}
