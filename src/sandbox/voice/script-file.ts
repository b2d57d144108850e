/** Script files of `sandbox start --script`: YAML or JSON. */
import { dirname, resolve } from 'node:path';
import { withoutStop } from '../../shared/errors.ts';
import { type DataFile, dataFileError, type Finding, readDataFile } from '../data-file.ts';
import { AudioFile, problemText, readDocument } from './document.ts';
import type { VoiceOptions } from './options.ts';
import { type DecodeFile, decodeFile } from './replies.ts';
import type { Path } from './schema.ts';

/** Larger files are no scripts. */
const FILE = { kind: 'script', maxBytes: 5_000_000 };

/**
 * The voice options of a script file, its audio files decoded. Paths in it count from its own folder.
 * @param path as messages shall name it
 * @param cwd what a relative `path` counts from
 * @throws CliError `usage` that tells of every problem, with its line and field
 */
export async function loadVoiceScript(
  path: string,
  cwd: string,
  decode: DecodeFile = decodeFile,
): Promise<VoiceOptions> {
  const file = await readDataFile(path, cwd, FILE);
  const options = optionsIn(file, path, true);
  return await withAudio(options, path, dirname(resolve(cwd, path)), decode, (place) => file.lineOf(place));
}

/**
 * A script file as the document that a running sandbox takes, which cannot name audio files.
 * @throws CliError `usage` as `loadVoiceScript`
 */
export async function loadVoiceDocument(path: string, cwd: string): Promise<unknown> {
  const file = await readDataFile(path, cwd, FILE);
  optionsIn(file, path, false);
  return file.value ?? {};
}

function optionsIn(file: DataFile, path: string, mayNameFiles: boolean): VoiceOptions {
  const { options, problems } = readDocument(file.value, mayNameFiles);
  if (problems.length > 0)
    throw dataFileError(
      path,
      problems.map((problem) => ({ line: file.lineOf(problem.path), text: problemText(problem) })),
    );
  return options;
}

/** The options with the sound of the files that they name. */
async function withAudio(
  options: VoiceOptions,
  path: string,
  folder: string,
  decode: DecodeFile,
  line: (at: Path) => number,
): Promise<VoiceOptions> {
  const { script } = options;
  if (script === undefined) return options;
  const findings: Finding[] = [];
  const sounds = new Map<string, Buffer>();
  const turns = [];
  for (const [i, turn] of script.turns.entries()) {
    const audio: unknown = turn.audio;
    if (!(audio instanceof AudioFile)) {
      turns.push(turn);
      continue;
    }
    const at = ['turns', i, 'audio'];
    try {
      const pcm = sounds.get(audio.name) ?? (await decode(resolve(folder, audio.name)));
      sounds.set(audio.name, pcm);
      turns.push({ ...turn, audio: pcm });
    } catch (error) {
      const why = error instanceof Error ? withoutStop(error.message) : String(error);
      findings.push({ line: line(at), text: `turns[${i}].audio: ${why}` });
    }
  }
  if (findings.length > 0) throw dataFileError(path, findings);
  return { ...options, script: { ...script, turns } };
}
