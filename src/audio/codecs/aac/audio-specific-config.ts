import type { AudioError } from '../../errors.ts';
import { damaged, notDecoded } from '../../file-errors.ts';
import { BitReader } from '../../io/bit-reader.ts';
import { RATES } from './bands.ts';
import { type ChannelPlan, planOf, readProgramConfig } from './channel-plan.ts';
import { AAC_LC, objectTypeError, PS, SBR } from './object-types.ts';

/** What a stream of AAC-LC, alone or as the core of HE-AAC, needs to be decoded. */
export interface AacConfig {
  /** Rate of the core in Hz. */
  sampleRate: number;
  /** Undefined where the first block has to tell: channel configuration 0 without a program config. */
  plan: ChannelPlan | undefined;
  /** Whether there is spectral band replication (HE-AAC); undefined where only the stream can tell. */
  hasSbr: boolean | undefined;
  /** Whether parametric stereo is announced: HE-AAC v2. */
  hasPs: boolean;
}

const SYNC_SBR = 0x2b7;
const SYNC_PS = 0x548;

/**
 * Reads an AudioSpecificConfig of the file `path`.
 *
 * Source: ISO/IEC 14496-3 §1.6.2.1 (AudioSpecificConfig), §1.6.6 (signalling of SBR and PS) and §4.4.1
 * (GASpecificConfig).
 *
 * @throws AudioError when it is cut, makes no sense, or asks for anything but AAC-LC frames of 1,024 samples.
 */
export function parseAudioSpecificConfig(path: string, config: Uint8Array): AacConfig {
  const bits = new BitReader(config);
  let objectType = readObjectType(bits);
  const sampleRate = readRate(bits);
  const channelConfiguration = bits.read(4);
  let hasSbr: boolean | undefined = objectType === SBR || objectType === PS ? true : undefined;
  let hasPs = objectType === PS;
  if (hasSbr === true) {
    readRate(bits);
    objectType = readObjectType(bits);
  }
  if (objectType !== AAC_LC) {
    throw bits.overrun ? damagedConfig(path, 'ends too early') : objectTypeError(path, objectType);
  }
  const programPlan = readGeneralConfig(path, bits, channelConfiguration);
  if (bits.overrun) throw damagedConfig(path, 'ends too early');
  if (hasSbr === undefined && bits.left >= 16 && bits.read(11) === SYNC_SBR && readObjectType(bits) === SBR) {
    const isPresent = bits.flag();
    if (isPresent) readRate(bits);
    hasSbr = isPresent;
    hasPs = isPresent && bits.left >= 12 && bits.read(11) === SYNC_PS && bits.flag();
  }
  return {
    sampleRate: checkedRate(path, sampleRate),
    plan: checkedPlan(path, channelConfiguration, programPlan),
    hasSbr,
    hasPs,
  };
}

function readObjectType(bits: BitReader): number {
  const objectType = bits.read(5);
  return objectType === 31 ? 32 + bits.read(6) : objectType;
}

/** A rate in Hz; 0 for the reserved indexes. */
function readRate(bits: BitReader): number {
  const index = bits.read(4);
  return index === 15 ? bits.read(24) : (RATES[index] ?? 0);
}

function readGeneralConfig(
  path: string,
  bits: BitReader,
  channelConfiguration: number,
): ChannelPlan | undefined {
  if (bits.flag()) {
    throw notDecoded(path, 'holds AAC in frames of 960 samples (as digital radio has it)');
  }
  const dependsOnCore = bits.flag();
  if (dependsOnCore) bits.skip(14);
  const hasExtension = bits.flag();
  let plan: ChannelPlan | undefined;
  if (channelConfiguration === 0) {
    bits.skip(4);
    plan = readProgramConfig(bits, 0);
  }
  // extensionFlag3, for versions of the standard that never came.
  if (hasExtension) bits.skip(1);
  return plan;
}

/** The plan of a channel configuration, or of the program config that stands in for it (configuration 0). */
export function checkedPlan(
  path: string,
  channelConfiguration: number,
  programPlan: ChannelPlan | undefined,
): ChannelPlan | undefined {
  const plan = channelConfiguration === 0 ? programPlan : planOf(channelConfiguration);
  if (plan === undefined && channelConfiguration !== 0) {
    throw notDecoded(path, `holds AAC in channel configuration ${channelConfiguration}`);
  }
  const channels = plan?.reduce((sum, { speakers }) => sum + speakers.length, 0) ?? 1;
  if (channels === 0) throw damagedConfig(path, 'names no channel');
  if (channels > 8) {
    const hint = 'Mix it down first, for instance: ffmpeg -i input -ac 2 output.wav';
    throw notDecoded(path, `holds AAC with ${channels} channels (more than 8)`, hint);
  }
  return plan;
}

function checkedRate(path: string, sampleRate: number): number {
  if (sampleRate >= 1000 && sampleRate <= 768_000) return sampleRate;
  throw damagedConfig(path, sampleRate === 0 ? 'names no sample rate' : `says ${sampleRate} Hz`);
}

function damagedConfig(path: string, what: string): AudioError {
  return damaged(path, `its AAC configuration ${what}`);
}
