/** Names of prompts as names of files: whatever a server says, they stay in their folder and can be made anywhere. */
import type { Container } from '../audio/index.ts';

/** Control characters, what Windows forbids in names, and marks that reorder text. */
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f<>:"/\\|?*\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** Names of devices on Windows, with or without an ending. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$|clock\$)(\.|$)/i;
/** Room for an id, an ending and what a temporary name adds; file systems take 255. */
const MAX_BYTES = 180;

function shortened(text: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > MAX_BYTES) break;
    kept += character;
  }
  return kept;
}

/** A name without its ending that is safe on every file system: no part of a path, never hidden, never empty. */
export function safeStem(name: string): string {
  const plain = Buffer.from(name, 'utf8').toString('utf8').normalize('NFC').replace(FORBIDDEN, '_').trim();
  const visible = shortened(plain.replace(/^\.+/, '_'));
  // Windows drops dots and spaces at the end.
  const ended = visible.replace(/[. ]+$/, '');
  if (ended === '') return 'prompt';
  return DEVICE.test(ended) ? `_${ended}` : ended;
}

interface Named {
  id: string;
  name: string;
}

/**
 * The file name of each, without its ending. Those that would share one, on a file system that does not tell capitals
 * apart, all get their id appended, so that no name depends on the order.
 */
export function stemsOf<T extends Named>(prompts: readonly T[]): Map<T, string> {
  const stems = new Map(prompts.map((prompt) => [prompt, safeStem(prompt.name)]));
  for (let round = 0; round < 3; round++) {
    const counts = new Map<string, number>();
    for (const stem of stems.values()) counts.set(folded(stem), (counts.get(folded(stem)) ?? 0) + 1);
    for (const [prompt, stem] of stems)
      if ((counts.get(folded(stem)) ?? 0) > 1) stems.set(prompt, `${stem} (${safeStem(prompt.id)})`);
  }
  return stems;
}

function folded(stem: string): string {
  return stem.toLowerCase().toUpperCase();
}

const ENDINGS: Readonly<Partial<Record<Container, string>>> = {
  matroska: '.mka',
  asf: '.wma',
  wavpack: '.wv',
  aiff: '.aiff',
};

const KNOWN = new Set<Container>([
  ...(['wav', 'w64', 'mp3', 'mp4', 'm4a', 'mov', '3gp', 'ogg', 'webm', 'aac', 'flac'] as const),
  ...(['au', 'caf', 'amr', 'ape'] as const),
]);

const ENDING_OF_TYPE: Readonly<Record<string, string>> = {
  'audio/wav': '.wav',
  'audio/x-wav': '.wav',
  'audio/wave': '.wav',
  'audio/vnd.wave': '.wav',
  'audio/mpeg': '.mp3',
  'audio/mp3': '.mp3',
  'audio/mp4': '.m4a',
  'audio/x-m4a': '.m4a',
  'audio/m4a': '.m4a',
  'video/mp4': '.mp4',
  'audio/ogg': '.ogg',
  'application/ogg': '.ogg',
  'audio/webm': '.webm',
  'video/webm': '.webm',
  'audio/aac': '.aac',
  'audio/flac': '.flac',
  'audio/x-flac': '.flac',
};

/** The ending of a downloaded file: by its content, else by the content type, else by its address. */
export function endingOf(
  container: Container | undefined,
  contentType: string | undefined,
  path: string,
): string {
  const ofContent =
    container === undefined
      ? undefined
      : (ENDINGS[container] ?? (KNOWN.has(container) ? `.${container}` : undefined));
  const ofPath = /\.[a-z0-9]{1,5}$/i.exec(path)?.[0].toLowerCase();
  return ofContent ?? ENDING_OF_TYPE[contentType ?? ''] ?? ofPath ?? '.bin';
}
