import { type ByteSource, FileSource } from '../io/file-source.ts';
import { nonAudioContent } from './content.ts';
import { type FileType, HEAD_BYTES, id3Length, identify } from './file-type.ts';

/** What a file is. `size` is in bytes; `content` says what it holds, to stand after "holds". */
export interface FileIdentity {
  type: FileType | undefined;
  size: number;
  content: string;
}

/** The description of bytes that are nothing known. */
export const UNKNOWN_CONTENT = 'unknown binary data';

/**
 * What a file with the first bytes `head` (up to 64 KiB) holds, for a message: `MP3 audio`, `empty`, `text`,
 * `HTML`, `a PDF`, `unknown binary data` and so on.
 */
export function describeContent(head: Uint8Array): string {
  const type = identify(head);
  if (type !== undefined) return `${type.name} audio`;
  const tagged = Math.min(id3Length(head), head.length);
  if (tagged === 0) return nonAudioContent(head) ?? UNKNOWN_CONTENT;
  const rest = head.subarray(tagged);
  return `an ID3 tag and then ${nonAudioContent(rest) ?? UNKNOWN_CONTENT}`;
}

/**
 * Reads the first 64 KiB of a file, and as much behind a longer ID3v2 tag, and says what it is.
 *
 * @throws AudioError when the file is missing, is not a regular file or cannot be read.
 */
export async function identifyFile(path: string): Promise<FileIdentity> {
  const source = await FileSource.open(path);
  try {
    return await identifySource(source);
  } finally {
    await source.close();
  }
}

/** As `identifyFile`, for a file that is open already. */
export async function identifySource(source: ByteSource): Promise<FileIdentity> {
  const head = await source.read(0, HEAD_BYTES);
  let type = identify(head);
  const tagged = id3Length(head);
  if (tagged >= head.length && tagged < source.size) {
    const afterTag = await source.read(tagged, HEAD_BYTES);
    type = identify(afterTag) ?? type;
  }
  const content = type === undefined ? describeContent(head) : `${type.name} audio`;
  return { type, size: source.size, content };
}
