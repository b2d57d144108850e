import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BYTES_PER_SECOND, isFields, SAMPLE_RATE } from './protocol.ts';
import { speechLikeSound } from './synthetic.ts';

/** What the sandbox answers: a text, and the same spoken (PCM signed 16-bit little-endian, 24 kHz, mono). */
export interface Reply {
  text: string;
  pcm: Buffer;
}

/** The replies, at least one; `problem` tells what could not be read, whereupon a made-up sound may stand in. */
export interface ReplySet {
  replies: readonly Reply[];
  problem?: string;
}

/** Decodes an audio file to PCM signed 16-bit little-endian, 24 kHz, mono. */
export type DecodeFile = (path: string) => Promise<Buffer>;

const LIST = 'replies.json';
const FALLBACK_TEXT = 'The recorded replies of the sandbox could not be read, so this is a made-up sound.';
/** What the longest session can say. */
const MAX_REPLY_BYTES = 3_600 * BYTES_PER_SECOND;
const FALLBACK_SECONDS = 2.5;

let cached: Promise<ReplySet> | undefined;

/** The recorded replies, read and decoded once for the life of the process; a failure is tried again at the next call. */
export function recordedReplies(): Promise<ReplySet> {
  cached ??= loadReplies(findReplies(import.meta.url), decodeFile).then((set) => {
    if (set.problem !== undefined) cached = undefined;
    return set;
  });
  return cached;
}

/**
 * The folder of the replies, or undefined when there is none: beside this folder in the source, in
 * `dist/assets/sandbox/replies` when `moduleUrl` is a file of `dist/` or `dist/chunks/`.
 */
export function findReplies(moduleUrl: string): string | undefined {
  return ['../replies/', './assets/sandbox/replies/', '../assets/sandbox/replies/']
    .map((relative) => fileURLToPath(new URL(relative, moduleUrl)))
    .find((folder) => existsSync(join(folder, LIST)));
}

/** Reads `replies.json` (`[{ file, text }]`) of a folder and decodes the files; never rejects. */
export async function loadReplies(folder: string | undefined, decode: DecodeFile): Promise<ReplySet> {
  const replies: Reply[] = [];
  const problems: string[] = [];
  try {
    if (folder === undefined) throw new Error('the folder of the recorded replies was not found');
    for (const { file, text } of readList(await readFile(join(folder, LIST), 'utf8'))) {
      try {
        replies.push({ text, pcm: await decode(join(folder, file)) });
      } catch (error) {
        problems.push(messageOf(error));
      }
    }
  } catch (error) {
    problems.push(messageOf(error));
  }
  if (replies.length === 0) {
    if (problems.length === 0) problems.push('the list of the recorded replies is empty');
    replies.push({ text: FALLBACK_TEXT, pcm: speechLikeSound(FALLBACK_SECONDS) });
  }
  return problems.length === 0 ? { replies } : { replies, problem: problems.join('; ') };
}

function readList(json: string): { file: string; text: string }[] {
  const list: unknown = JSON.parse(json);
  if (!Array.isArray(list)) throw new Error(`${LIST} is not a list`);
  return list.map((entry: unknown) => {
    if (!isFields(entry) || typeof entry['file'] !== 'string' || typeof entry['text'] !== 'string')
      throw new Error(`${LIST} has an entry without file or text`);
    return { file: entry['file'], text: entry['text'] };
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Decodes up to an hour of audio. @throws AudioError for a file that cannot be read or is longer */
export async function decodeFile(path: string): Promise<Buffer> {
  const { AudioError, openAudio, toPcm16 } = await import('../../audio/index.ts');
  const input = await openAudio(path);
  try {
    const pieces: Buffer[] = [];
    let size = 0;
    for await (const piece of toPcm16(input, { sampleRate: SAMPLE_RATE, channels: 1 })) {
      size += piece.length;
      if (size > MAX_REPLY_BYTES) throw new AudioError(`"${path}" is longer than an hour.`);
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  } finally {
    await input.close();
  }
}
