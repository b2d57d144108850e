import { A_LAW, MU_LAW } from './g711.ts';

/** Codings of single samples, named as ffmpeg does. */
export type SampleCodec =
  | 'pcm_u8'
  | 'pcm_s16le'
  | 'pcm_s24le'
  | 'pcm_s32le'
  | 'pcm_f32le'
  | 'pcm_f64le'
  | 'pcm_alaw'
  | 'pcm_mulaw';

/**
 * Fills all of `target` with samples of one channel: the first at byte `offset` of `source`, each next one
 * `stride` bytes on. Full scale is 1: integers are divided by 2^(bits-1), 8-bit ones are unsigned around 128.
 * Float samples that are no finite number become 0.
 */
export type SampleReader = (source: DataView, offset: number, stride: number, target: Float32Array) => void;

/** One loop for each coding: a loop that asks at every sample what to read is several times slower. */
export const SAMPLE_READERS: Readonly<Record<SampleCodec, SampleReader>> = {
  pcm_u8: byTable(Float32Array.from({ length: 256 }, (_, byte) => (byte - 128) / 128)),
  pcm_alaw: byTable(Float32Array.from(A_LAW, (value) => value / 32_768)),
  pcm_mulaw: byTable(Float32Array.from(MU_LAW, (value) => value / 32_768)),
  pcm_s16le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = source.getInt16(at, true) / 32_768;
    }
  },
  pcm_s24le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = (source.getInt8(at + 2) * 65_536 + source.getUint16(at, true)) / 8_388_608;
    }
  },
  pcm_s32le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = source.getInt32(at, true) / 2_147_483_648;
    }
  },
  pcm_f32le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      const value = source.getFloat32(at, true);
      target[i] = Number.isFinite(value) ? value : 0;
    }
  },
  pcm_f64le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      const value = Math.fround(source.getFloat64(at, true));
      target[i] = Number.isFinite(value) ? value : 0;
    }
  },
};

function byTable(table: Float32Array): SampleReader {
  return (source, offset, stride, target) => {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = table[source.getUint8(at)] as number;
    }
  };
}
