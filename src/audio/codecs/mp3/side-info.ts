import type { MpegHeader } from '../../probe/mpeg-header.ts';
import type { Bands } from './bands.ts';
import type { Bits } from './bits.ts';

/** Side information of one granule of one channel, named as in ISO/IEC 11172-3 §2.4.2.7. */
export interface Granule {
  /** Bits of scale factors and Huffman code (part2_3_length). */
  length: number;
  /** Pairs of lines that are coded as pairs. */
  bigValues: number;
  globalGain: number;
  scalefacCompress: number;
  /** 0 long, 1 start, 2 short, 3 stop. */
  blockType: number;
  /** Whether the two lowest subbands are long whatever the block type says. */
  isMixed: boolean;
  /** Huffman tables of the three regions. */
  tables: Int32Array;
  /** Gains of the three windows of short blocks. */
  subblockGain: Int32Array;
  /** Lines where the second and the third region begin. */
  region1: number;
  region2: number;
  preflag: boolean;
  scalefacScale: number;
  /** 0 for table A, 1 for table B. */
  quadTable: number;
  /** Bits from the highest: groups of bands that take over the scale factors of the first granule. */
  scfsi: number;
}

/** What stands before the main data of a frame. */
export class SideInfo {
  /** How many bytes before the frame's own its main data begin. */
  mainDataBegin = 0;
  /** One after the other: granule 0 of each channel, granule 1 of each channel. */
  readonly granules: readonly Granule[] = Array.from({ length: 4 }, emptyGranule);

  /**
   * Reads the side information at the position of `bits`.
   *
   * @returns what is wrong with it, or undefined.
   */
  read(bits: Bits, header: MpegHeader, bands: Bands): string | undefined {
    const { channels } = header;
    const isMpeg1 = header.version === 1;
    this.mainDataBegin = bits.read(isMpeg1 ? 9 : 8);
    // Private bits.
    bits.read(isMpeg1 ? (channels === 1 ? 5 : 3) : channels);
    for (let channel = 0; channel < channels; channel++) {
      this.granule(0, channel, channels).scfsi = 0;
      if (isMpeg1) this.granule(1, channel, channels).scfsi = bits.read(4);
    }
    const count = isMpeg1 ? 2 * channels : channels;
    for (let i = 0; i < count; i++) {
      const wrong = readGranule(bits, this.granules[i] as Granule, isMpeg1, bands);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }

  granule(index: number, channel: number, channels: number): Granule {
    return this.granules[index * channels + channel] as Granule;
  }
}

/** Length of the side information in bytes. Source: ISO/IEC 11172-3 §2.4.1.7, ISO/IEC 13818-3 §2.4.1.7. */
export function sideInfoLength({ version, channels }: MpegHeader): number {
  if (version === 1) return channels === 1 ? 17 : 32;
  return channels === 1 ? 9 : 17;
}

function readGranule(bits: Bits, granule: Granule, isMpeg1: boolean, bands: Bands): string | undefined {
  granule.length = bits.read(12);
  granule.bigValues = bits.read(9);
  granule.globalGain = bits.read(8);
  granule.scalefacCompress = bits.read(isMpeg1 ? 4 : 9);
  const isSwitched = bits.read(1) === 1;
  if (isSwitched) readSwitchedWindow(bits, granule, bands);
  else readNormalWindow(bits, granule, bands);
  granule.preflag = isMpeg1 && bits.read(1) === 1;
  granule.scalefacScale = bits.read(1);
  granule.quadTable = bits.read(1);
  if (granule.bigValues > 288) return 'its side information names more lines than there are';
  if (isSwitched && granule.blockType === 0) return 'its side information names no valid block type';
  return undefined;
}

function readSwitchedWindow(bits: Bits, granule: Granule, bands: Bands): void {
  granule.blockType = bits.read(2);
  granule.isMixed = bits.read(1) === 1;
  granule.tables[0] = bits.read(5);
  granule.tables[1] = bits.read(5);
  for (let window = 0; window < 3; window++) granule.subblockGain[window] = bits.read(3);
  granule.region1 = granule.blockType === 2 ? 3 * (bands.short[3] as number) : (bands.long[8] as number);
  granule.region2 = 576;
}

function readNormalWindow(bits: Bits, granule: Granule, bands: Bands): void {
  granule.blockType = 0;
  granule.isMixed = false;
  for (let region = 0; region < 3; region++) granule.tables[region] = bits.read(5);
  const first = bits.read(4) + 1;
  const second = first + bits.read(3) + 1;
  granule.region1 = bands.long[first] as number;
  granule.region2 = bands.long[Math.min(second, 22)] as number;
}

function emptyGranule(): Granule {
  return {
    length: 0,
    bigValues: 0,
    globalGain: 0,
    scalefacCompress: 0,
    blockType: 0,
    isMixed: false,
    tables: new Int32Array(3),
    subblockGain: new Int32Array(3),
    region1: 0,
    region2: 0,
    preflag: false,
    scalefacScale: 0,
    quadTable: 0,
    scfsi: 0,
  };
}
