/** Bytes to PCM and back: what a file is, decoding, mixing, resampling, writing. Knows no API and no terminal. */
export type { AudioBlock, AudioInfo, AudioInput, AudioNote, OpenOptions } from './audio-input.ts';
export { A_LAW, MU_LAW } from './codecs/g711.ts';
export { type DownmixGains, downmix, downmixGains } from './dsp/downmix.ts';
export { Resampler, type ResamplerOptions } from './dsp/resampler.ts';
export { AudioError } from './errors.ts';
export { type ChannelLayout, type Speaker, wavLayout } from './layout.ts';
export { openAudio } from './open-audio.ts';
export { type ProcessedAudio, type ProcessOptions, processAudio, wantedFor } from './pipeline.ts';
export { type Container, type FileType, HEAD_BYTES, identify } from './probe/file-type.ts';
export { describeContent, type FileIdentity, identifyFile } from './probe/identify-file.ts';
export { encodePcm16, type Pcm16Options, toPcm16 } from './write/pcm16.ts';
export { WavFileWriter, type WavOptions, type WrittenWav, wavHeader } from './write/wav-writer.ts';
