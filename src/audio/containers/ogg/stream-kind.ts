import { byteAt, hasChars } from '../../io/bytes.ts';

/** What a logical stream holds, by its first packet. `codec` is set for those that can be decoded. */
export interface StreamKind {
  codec?: 'vorbis' | 'opus' | 'flac';
  /** For a person. */
  name: string;
  isAudio: boolean;
}

const KINDS: readonly (readonly [magic: string, kind: StreamKind])[] = [
  ['\x01vorbis', { codec: 'vorbis', name: 'Vorbis', isAudio: true }],
  ['OpusHead', { codec: 'opus', name: 'Opus', isAudio: true }],
  ['\x7fFLAC', { codec: 'flac', name: 'FLAC', isAudio: true }],
  ['Speex   ', { name: 'Speex', isAudio: true }],
  ['CELT    ', { name: 'CELT', isAudio: true }],
  ['PCM     ', { name: 'PCM in Ogg', isAudio: true }],
  ['fLaC', { name: 'FLAC in an early mapping to Ogg', isAudio: true }],
  ['\x80theora', { name: 'Theora', isAudio: false }],
  ['\x80daala', { name: 'Daala', isAudio: false }],
  ['BBCD\0', { name: 'Dirac', isAudio: false }],
  ['OVP80', { name: 'VP8', isAudio: false }],
  ['\x01video', { name: 'Ogg Media video', isAudio: false }],
  ['\x01audio', { name: 'Ogg Media audio', isAudio: true }],
  ['\x80kate', { name: 'Kate', isAudio: false }],
  ['CMML\0', { name: 'CMML', isAudio: false }],
  ['fishead\0', { name: 'Skeleton', isAudio: false }],
];

/**
 * Source: Xiph.Org wiki, "MIMETypesCodecs" (the first bytes of each codec's first packet); RFC 7845 §5.1; RFC 9639
 * §10.1; Vorbis I specification §4.2.1.
 */
export function streamKind(packet: Uint8Array): StreamKind {
  const known = KINDS.find(([magic]) => hasChars(packet, 0, magic));
  if (known !== undefined) return known[1];
  const start = Array.from({ length: Math.min(8, packet.length) }, (_, i) => hex(byteAt(packet, i)));
  return { name: `unknown (${start.join(' ') || 'empty'})`, isAudio: false };
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
