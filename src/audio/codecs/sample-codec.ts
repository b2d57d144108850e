import { A_LAW, MU_LAW } from './g711.ts';

/** Codings of single samples, named as ffmpeg does. */
export type SampleCodec =
  | 'pcm_u8'
  | 'pcm_s8'
  | 'pcm_s16le'
  | 'pcm_s16be'
  | 'pcm_s24le'
  | 'pcm_s24be'
  | 'pcm_s32le'
  | 'pcm_s32be'
  | 'pcm_f32le'
  | 'pcm_f32be'
  | 'pcm_f64le'
  | 'pcm_f64be'
  | 'pcm_alaw'
  | 'pcm_mulaw';

/**
 * Fills all of `target` with samples of one channel: the first at byte `offset` of `source`, each next one
 * `stride` bytes on. Full scale is 1: integers are divided by 2^(bits-1), 8-bit ones are unsigned around 128
 * unless the coding says otherwise. Float samples that are no finite number become 0.
 */
export type SampleReader = (source: DataView, offset: number, stride: number, target: Float32Array) => void;

/** Bytes that a sample takes. */
export const SAMPLE_BYTES: Readonly<Record<SampleCodec, number>> = {
  pcm_u8: 1,
  pcm_s8: 1,
  pcm_s16le: 2,
  pcm_s16be: 2,
  pcm_s24le: 3,
  pcm_s24be: 3,
  pcm_s32le: 4,
  pcm_s32be: 4,
  pcm_f32le: 4,
  pcm_f32be: 4,
  pcm_f64le: 8,
  pcm_f64be: 8,
  pcm_alaw: 1,
  pcm_mulaw: 1,
};

/** One loop for each coding: a loop that asks at every sample what to read is several times slower. */
export const SAMPLE_READERS: Readonly<Record<SampleCodec, SampleReader>> = {
  pcm_u8: byTable(Float32Array.from({ length: 256 }, (_, byte) => (byte - 128) / 128)),
  pcm_s8: byTable(Float32Array.from({ length: 256 }, (_, byte) => ((byte ^ 0x80) - 128) / 128)),
  pcm_alaw: byTable(Float32Array.from(A_LAW, (value) => value / 32_768)),
  pcm_mulaw: byTable(muLawTable()),
  pcm_s16le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = source.getInt16(at, true) / 32_768;
    }
  },
  pcm_s16be(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = source.getInt16(at, false) / 32_768;
    }
  },
  pcm_s24le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = ((source.getInt8(at + 2) << 16) | source.getUint16(at, true)) / 8_388_608;
    }
  },
  pcm_s24be(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = ((source.getInt16(at, false) << 8) | source.getUint8(at + 2)) / 8_388_608;
    }
  },
  pcm_s32le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = source.getInt32(at, true) / 2_147_483_648;
    }
  },
  pcm_s32be(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = source.getInt32(at, false) / 2_147_483_648;
    }
  },
  // A number less itself is 0 unless it is infinite or none at all.
  pcm_f32le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      const value = source.getFloat32(at, true);
      target[i] = value - value === 0 ? value : 0;
    }
  },
  pcm_f32be(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      const value = source.getFloat32(at, false);
      target[i] = value - value === 0 ? value : 0;
    }
  },
  pcm_f64le(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      const value = Math.fround(source.getFloat64(at, true));
      target[i] = value - value === 0 ? value : 0;
    }
  },
  pcm_f64be(source, offset, stride, target) {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      const value = Math.fround(source.getFloat64(at, false));
      target[i] = value - value === 0 ? value : 0;
    }
  },
};

/** Whether `codec` is one of single samples. */
export function isSampleCodec(codec: string): codec is SampleCodec {
  return Object.hasOwn(SAMPLE_READERS, codec);
}

/** Mu-law has two zeros; the negative one stays one, so that writing mu-law again gives the byte that was read. */
function muLawTable(): Float32Array {
  const table = Float32Array.from(MU_LAW, (value) => value / 32_768);
  table[0x7f] = -0;
  return table;
}

function byTable(table: Float32Array): SampleReader {
  return (source, offset, stride, target) => {
    for (let i = 0, at = offset; i < target.length; i++, at += stride) {
      target[i] = table[source.getUint8(at)] as number;
    }
  };
}
