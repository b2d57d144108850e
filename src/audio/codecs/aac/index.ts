import { damaged } from '../../file-errors.ts';
import { DamagedPacket, type PacketCodec, type PacketTrack } from '../../packets.ts';
import { AacDecoder, type AacStream } from './aac-decoder.ts';
import { adtsHeaderAt } from './adts-header.ts';
import { type AacConfig, checkedPlan, parseAudioSpecificConfig } from './audio-specific-config.ts';
import { bandTables } from './bands.ts';
import { type ChannelPlan, layoutOf, planOf, planOfElements } from './channel-plan.ts';
import { createEngine } from './engine.ts';
import { AAC_LC, objectTypeError } from './object-types.ts';
import { RawBlockReader } from './raw-block.ts';
import { BANDS } from './sbr/planes.ts';

type Wanted = Parameters<PacketCodec>[2];

/** How many packets are looked into for what the configuration does not say. */
const INSPECTED_PACKETS = 4;

/**
 * Starts a decoder of AAC-LC and HE-AAC. The track's config is an AudioSpecificConfig; when it is
 * empty, every packet must begin with an ADTS header.
 *
 * @throws AudioError when the stream is of another object type, or its configuration is damaged or missing.
 */
export const createAacDecoder: PacketCodec = async (path, track, wanted) => {
  const packets = await firstPackets(track);
  const isAdts = track.config.length === 0;
  const config = isAdts ? adtsConfig(path, packets) : parseAudioSpecificConfig(path, track.config);
  const stream = inspect(path, config, isAdts, packets, wanted);
  return new AacDecoder(stream, wanted.mono === true);
};

async function firstPackets(track: PacketTrack): Promise<Uint8Array[]> {
  const packets: Uint8Array[] = [];
  for await (const batch of track.packets()) {
    packets.push(...batch.slice(0, INSPECTED_PACKETS - packets.length).map(({ data }) => data.slice()));
    if (packets.length === INSPECTED_PACKETS) break;
  }
  return packets;
}

function adtsConfig(path: string, packets: readonly Uint8Array[]): AacConfig {
  const header = packets.map((packet) => adtsHeaderAt(packet, 0)).find((found) => found !== undefined);
  if (header === undefined) {
    throw damaged(path, 'its AAC stream has no configuration');
  }
  if (header.objectType !== AAC_LC) throw objectTypeError(path, header.objectType);
  const { sampleRate, channelConfiguration } = header;
  return { sampleRate, plan: planOf(channelConfiguration), hasSbr: undefined, hasPs: false };
}

/** Looks into the first packets for band replication that nothing announces and for channels nothing describes. */
function inspect(
  path: string,
  config: AacConfig,
  isAdts: boolean,
  packets: readonly Uint8Array[],
  wanted: Wanted,
): AacStream {
  const engine = createEngine(config.plan === undefined ? 0 : layoutOf(config.plan).length);
  const tables = bandTables(config.sampleRate, engine.i32);
  const blocks = new RawBlockReader(config.plan ?? [], tables, engine, 2 * config.sampleRate);
  let kinds: number[] = [];
  let crossover = 0;
  for (const packet of packets) {
    try {
      engine.bits.load(packet);
      engine.bits.skip(8 * (adtsHeaderAt(packet, 0)?.headerLength ?? 0));
      blocks.read(engine.bits);
    } catch (error) {
      if (!(error instanceof DamagedPacket)) throw error;
      continue;
    }
    if (kinds.length === 0) kinds = [...blocks.kinds];
    crossover ||= crossoverOf(blocks, config.sampleRate);
  }
  const hasSbr = config.hasSbr ?? blocks.hasSbr;
  const hasPs = hasSbr && (config.hasPs || blocks.slots.some(({ sbr }) => sbr?.hasStereo === true));
  return {
    sampleRate: config.sampleRate,
    plan: judgedPlan(path, config.plan, blocks.programPlan, kinds),
    isAdts,
    profile: hasPs ? 'HE-AAC v2' : hasSbr ? 'HE-AAC v1' : 'LC',
    isReplicated: hasSbr && !isCoreEnough(wanted, crossover, hasPs),
    hasCoupling: blocks.hasCoupling,
  };
}

/** Whether the core has all that is wanted: all frequencies, given the crossover in Hz, and all channels. */
function isCoreEnough({ sampleRate, mono }: Wanted, crossover: number, hasPs: boolean): boolean {
  return sampleRate !== undefined && sampleRate / 2 <= crossover && (mono === true || !hasPs);
}

/** Where the replicated bands begin, in Hz, at the lowest; 0 where no block has told. */
function crossoverOf({ slots }: RawBlockReader, coreRate: number): number {
  const starts = slots.flatMap(({ sbr }) => sbr?.setup?.bands.kx ?? []);
  return starts.length === 0 ? 0 : (Math.min(...starts) * coreRate) / BANDS;
}

/** The plan that was announced, unless it says one thing and the stream has another. */
function judgedPlan(
  path: string,
  announced: ChannelPlan | undefined,
  inStream: ChannelPlan | undefined,
  kinds: readonly number[],
): ChannelPlan {
  const plan = announced ?? (inStream && checkedPlan(path, 0, inStream));
  const isOther = plan?.length === 1 && kinds.length === 1 && plan[0]?.kind !== kinds[0];
  if (plan !== undefined && !isOther) return plan;
  return checkedPlan(path, 0, planOfElements(kinds)) ?? [];
}
