/** Bytes to PCM and back: what a file is, decoding, mixing, resampling, writing. Knows no API and no terminal. */
export type { AudioBlock, AudioInfo, AudioInput, OpenOptions } from './audio-input.ts';
export { type DownmixGains, downmix, downmixGains } from './downmix.ts';
export { AudioError } from './errors.ts';
export { type Container, type FileType, HEAD_BYTES, identify } from './file-type.ts';
export { A_LAW, MU_LAW } from './g711.ts';
export { describeContent, type FileIdentity, identifyFile } from './identify-file.ts';
export { type ChannelLayout, type Speaker, wavLayout } from './layout.ts';
export { openAudio } from './open-audio.ts';
export { encodePcm16, type Pcm16Options, toPcm16 } from './pcm16.ts';
export { Resampler, type ResamplerOptions } from './resampler.ts';
export { WavFileWriter, type WavOptions, type WrittenWav, wavHeader } from './wav-writer.ts';
