import { hasKernels, Kernel } from '../../kernel.ts';
import { PlainSpectrum } from './plain-spectrum.ts';
import type { Heap, Layout } from './tables.ts';

/** Bytes of a packet that are decoded; encoders stay far below. */
export const MAX_PACKET_BYTES = 131_072;
/** Zeros behind a packet, so that reading past its end needs no care. */
export const PADDING_BYTES = 16;

/** The work on spectra that a kernel does faster. All numbers and spectra are in `heap`, by the indexes of a `Layout`. */
export interface Spectrum {
  readonly heap: Heap;
  /** Room for the packet at hand and the padding behind it. */
  readonly packet: Uint8Array;

  /**
   * Adds a residue to the spectra of the `count` channels in the channel list, from bit `position` of the packet up
   * to bit `end`, and returns the bit behind it. `half` is the length of a spectrum.
   *
   * Source: Vorbis I specification §8.6.
   */
  addResidue(residue: number, position: number, end: number, count: number, half: number): number;

  /** Makes left and right of magnitude and angle, in place. Source: Vorbis I specification §4.3.5. */
  uncouple(magnitude: number, angle: number, half: number): void;

  /**
   * Multiplies a spectrum with the line through `count` points. Source: Vorbis I specification §7.2.4 (curve
   * synthesis), §9.2.6 and §9.2.7.
   */
  applyLine(spectrum: number, count: number, half: number): void;

  /** Half the sum of two spectra, in place of the first. */
  mix(first: number, second: number, half: number): void;
}

/** A heap with the tables of `layout`, and the work on it: by a kernel where there are kernels. */
export function createSpectrum(layout: Layout): Spectrum {
  return hasKernels() ? new KernelSpectrum(layout) : new PlainSpectrum(layout);
}

interface VorbisExports {
  place(
    packet: number,
    ints: number,
    floats: number,
    list: number,
    points: number,
    classes: number,
    decibels: number,
    spectrum: number,
    distance: number,
  ): void;
  addResidue(residue: number, position: number, end: number, count: number, half: number): number;
  uncouple(magnitude: number, angle: number, half: number): void;
  applyLine(spectrum: number, count: number, half: number): void;
  mix(first: number, second: number, half: number): void;
}

class KernelSpectrum implements Spectrum {
  readonly heap: Heap;
  readonly packet: Uint8Array;
  readonly #work: VorbisExports;

  constructor(layout: Layout) {
    const bytes = MAX_PACKET_BYTES + PADDING_BYTES + 4 * (layout.intCount + layout.floatCount);
    const kernel = new Kernel<VorbisExports>('vorbis', bytes + 64);
    this.packet = kernel.u8(MAX_PACKET_BYTES + PADDING_BYTES);
    this.heap = { ints: kernel.i32(layout.intCount), floats: kernel.f32(layout.floatCount) };
    this.#work = kernel.exports;
    layout.fill(this.heap);
    const { ints, floats } = this.heap;
    const { channelList, points, classes, decibels, spectra } = layout;
    this.#work.place(
      this.packet.byteOffset,
      ints.byteOffset,
      floats.byteOffset,
      channelList,
      points,
      classes,
      decibels,
      spectra[0] ?? 0,
      (spectra[1] ?? 0) - (spectra[0] ?? 0),
    );
  }

  addResidue(residue: number, position: number, end: number, count: number, half: number): number {
    return this.#work.addResidue(residue, position, end, count, half);
  }

  uncouple(magnitude: number, angle: number, half: number): void {
    this.#work.uncouple(magnitude, angle, half);
  }

  applyLine(spectrum: number, count: number, half: number): void {
    this.#work.applyLine(spectrum, count, half);
  }

  mix(first: number, second: number, half: number): void {
    this.#work.mix(first, second, half);
  }
}
