import { DamagedPacket } from '../../packets.ts';
import type { BlockShape } from './block-shape.ts';
import type { ChannelStream } from './channel-stream.ts';
import type { PacketBits } from './packet-bits.ts';
import { NOISE_BOOK } from './special-books.ts';

/** Up to four coefficients that are larger than their codebook could say: ISO/IEC 14496-3 §4.6.3.3, `pulse_data`. */
export class PulseData {
  count = 0;
  readonly #places = new Int32Array(4);
  readonly #amplitudes = new Int32Array(4);

  /** ISO/IEC 14496-3 §4.4.2.7, Table 4.7. @throws DamagedPacket */
  read(bits: PacketBits, shape: BlockShape): void {
    if (shape.isShort) throw new DamagedPacket('it has pulses in short windows');
    this.count = bits.read(2) + 1;
    const band = bits.read(6);
    if (band >= shape.bands) throw new DamagedPacket('its pulses begin outside its spectrum');
    let place = shape.offsets[band] as number;
    for (let i = 0; i < this.count; i++) {
      place += bits.read(5);
      this.#places[i] = place;
      this.#amplitudes[i] = bits.read(4);
    }
    if (place >= 1024) throw new DamagedPacket('its pulses lie outside its spectrum');
  }

  /** Adds the pulses to quantized values, which are won back from the spectrum. */
  add({ shape, books, gains, spectrum }: ChannelStream): void {
    let band = 0;
    for (let i = 0; i < this.count; i++) {
      const place = this.#places[i] as number;
      while (band < shape.codedBands && (shape.offsets[band + 1] as number) <= place) band++;
      const gain = band < shape.codedBands ? (gains[band] as number) : 0;
      if (gain === 0 || books[band] === NOISE_BOOK) continue;
      const value = (spectrum[place] as number) / gain;
      const level = Math.round(Math.abs(value) ** 0.75) + (this.#amplitudes[i] as number);
      spectrum[place] = (value > 0 ? gain : -gain) * level ** (4 / 3);
    }
  }
}
