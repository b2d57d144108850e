import type { AudioInput, Opener, OpenOptions } from './audio-input.ts';
import { codecName } from './codec-names.ts';
import { headerCut, startsLikeWav } from './containers/wav-chunks.ts';
import { AudioError, countOf } from './errors.ts';
import { CONVERT_HINT, emptyFile, notDecoded } from './file-errors.ts';
import { type ByteSource, FileSource } from './io/file-source.ts';
import type { Container, FileType } from './probe/file-type.ts';
import { type FileIdentity, identifySource, UNKNOWN_CONTENT } from './probe/identify-file.ts';

/** What can be opened. Each is loaded when a file needs it. */
const OPENERS: Readonly<Partial<Record<Container, () => Promise<Opener>>>> = {
  flac: async () => (await import('./containers/flac.ts')).openFlac,
  aac: async () => (await import('./containers/adts.ts')).openAdts,
  mp3: async () => (await import('./containers/mpeg.ts')).openMpeg,
  ogg: async () => (await import('./containers/ogg/ogg-reader.ts')).openOgg,
  wav: async () => (await import('./containers/wav-reader.ts')).openWav,
  aiff: async () => (await import('./containers/aiff.ts')).openAiff,
  au: async () => (await import('./containers/au.ts')).openAu,
  caf: async () => (await import('./containers/caf.ts')).openCaf,
  mp4: async () => (await import('./containers/mp4/index.ts')).openMp4,
  m4a: async () => (await import('./containers/mp4/index.ts')).openMp4,
  mov: async () => (await import('./containers/mp4/index.ts')).openMp4,
  '3gp': async () => (await import('./containers/mp4/index.ts')).openMp4,
  webm: async () => (await import('./containers/matroska/index.ts')).openMatroska,
  matroska: async () => (await import('./containers/matroska/index.ts')).openMatroska,
};

/**
 * Opens an audio file for decoding; what it is, is judged by its content, not by its name. Close it when done.
 *
 * @throws AudioError when the file is missing, unreadable, empty, not audio, of a kind that is not decoded,
 * damaged, or shorter than it says (unless `allowTruncated`).
 */
export async function openAudio(path: string, options: OpenOptions = {}): Promise<AudioInput> {
  return openSource(await FileSource.open(path), options);
}

/** As `openAudio`, for bytes that are there; closes `source` when it throws. */
export async function openSource(source: ByteSource, options: OpenOptions = {}): Promise<AudioInput> {
  try {
    const identity = await identifySource(source);
    if (identity.type === undefined) throw await notAudio(source, identity);
    const load = OPENERS[identity.type.container];
    if (load === undefined) throw typeNotDecoded(source.path, identity.type);
    return await (await load())(source, identity.type, options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function notAudio(source: ByteSource, { content, size }: FileIdentity): Promise<AudioError> {
  const { path } = source;
  if (size === 0) {
    return emptyFile(path);
  }
  if (size < 12 && startsLikeWav(await source.read(0, 4))) {
    return headerCut(source, 'a WAV header begins with 12');
  }
  if (content === UNKNOWN_CONTENT) {
    return new AudioError(`"${path}" is in no known audio format (${countOf(size, 'byte')} of ${content}).`, {
      hint: CONVERT_HINT,
    });
  }
  return new AudioError(`"${path}" holds ${content}, not audio (${countOf(size, 'byte')}).`, {
    hint: hintFor(content),
  });
}

function hintFor(content: string): string {
  if (content === 'HTML' || content === 'JSON' || content === 'XML')
    return 'It may be the error page of a failed download: look into it, then download again.';
  if (content === 'a Git LFS pointer') return 'Fetch the real file with: git lfs pull';
  if (/(video|stream)$/.test(content)) return CONVERT_HINT;
  if (content.endsWith('archive')) return 'Unpack it and name the audio file inside.';
  return 'Name an audio file. What a file is, is judged by its content, not by its name.';
}

function typeNotDecoded(path: string, { container, name, codec }: FileType): AudioError {
  const coded = container === 'asf' && codec !== undefined ? ` in the codec ${codecName(codec)}` : '';
  return notDecoded(path, `is ${name} audio${coded}`);
}
