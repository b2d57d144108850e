/** Bytes to PCM and back: what a file is, decoding, mixing, resampling, writing. Knows no API and no terminal. */
export type { AudioBlock, AudioInfo, AudioInput, AudioNote, OpenOptions } from './audio-input.ts';
export { A_LAW, MU_LAW } from './codecs/g711.ts';
export { openRaw, RAW_ENCODINGS, type RawEncoding, type RawFormat } from './containers/raw.ts';
export { openRawStream } from './containers/raw-stream.ts';
export { type DownmixGains, downmix, downmixGains } from './dsp/downmix.ts';
export { Resampler, type ResamplerOptions } from './dsp/resampler.ts';
export { AudioError, NotDecodedError } from './errors.ts';
export type { ByteSource } from './io/file-source.ts';
export { MemorySource } from './io/memory-source.ts';
export { type SpoolOptions, spool } from './io/spooled-source.ts';
export { type ChannelLayout, type Speaker, wavLayout } from './layout.ts';
export { openAudio, openSource } from './open-audio.ts';
export { type ProcessedAudio, type ProcessOptions, processAudio, wantedFor } from './pipeline.ts';
export { type Container, type FileType, HEAD_BYTES, identify } from './probe/file-type.ts';
export { describeContent, type FileIdentity, identifyFile, identifySource } from './probe/identify-file.ts';
export {
  createEncoder,
  ENCODINGS,
  type Encoder,
  type EncoderOptions,
  type Encoding,
} from './write/encode.ts';
export { encodePcm16, type Pcm16Options, toPcm16 } from './write/pcm16.ts';
export {
  RawFileWriter,
  WavFileWriter,
  type WavOptions,
  type WrittenWav,
  wavHeader,
  wavOrder,
} from './write/wav-writer.ts';
