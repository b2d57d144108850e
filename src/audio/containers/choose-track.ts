const DECODED = /^(aac|mp[123]|opus|vorbis|flac|alac|pcm_.*|adpcm_(ima_wav|ima_qt|ms))$/;

/** The first of the audio tracks of a file whose codec can be decoded, or else the first of all. */
export function firstDecoded<T>(tracks: readonly T[], codecOf: (track: T) => string): T | undefined {
  return tracks.find((track) => DECODED.test(codecOf(track))) ?? tracks[0];
}
