import type { AudioInput, OpenOptions } from './audio-input.ts';
import { findCodec } from './codecs/index.ts';
import type { ByteSource } from './io/file-source.ts';
import { PacketInput } from './packet-input.ts';
import type { PacketTrack } from './packets.ts';
import type { FileType } from './probe/file-type.ts';

/**
 * One track of a container as an audio file. Owns `source` from then on.
 *
 * @throws AudioError when its codec is not decoded, or its configuration is damaged; then `source` stays open.
 */
export async function openTrack(
  source: ByteSource,
  type: FileType,
  track: PacketTrack,
  options: OpenOptions,
): Promise<AudioInput> {
  const codec = await findCodec(source.path, track.codec);
  return new PacketInput(source, type, track, await codec(source.path, track, options.wanted ?? {}));
}
