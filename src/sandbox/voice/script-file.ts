/** Script files of `sandbox start --script`: YAML or JSON. */
import { dirname, resolve } from 'node:path';
import { withoutStop } from '../../shared/errors.ts';
import { type DocumentFile, type Finding, readDocumentFile } from '../document-file.ts';
import { AudioFile, problemText, readDocument } from './document.ts';
import type { VoiceOptions } from './options.ts';
import { type DecodeFile, decodeFile } from './replies.ts';

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
  const file = await readDocumentFile(path, cwd, 'script');
  const { options, problems } = readDocument(file.value, true);
  if (problems.length > 0)
    throw file.error(
      problems.map((problem) => ({ line: file.lineOf(problem.path), text: problemText(problem) })),
    );
  return await withAudio(options, file, decode);
}

/** The options with the sound of the files that they name. */
async function withAudio(
  options: VoiceOptions,
  file: DocumentFile,
  decode: DecodeFile,
): Promise<VoiceOptions> {
  const { script } = options;
  if (script === undefined) return options;
  const folder = dirname(file.full);
  const findings: Finding[] = [];
  const sounds = new Map<string, Buffer>();
  const turns = [];
  for (const [i, turn] of script.turns.entries()) {
    const audio: unknown = turn.audio;
    if (!(audio instanceof AudioFile)) {
      turns.push(turn);
      continue;
    }
    try {
      const pcm = sounds.get(audio.name) ?? (await decode(resolve(folder, audio.name)));
      sounds.set(audio.name, pcm);
      turns.push({ ...turn, audio: pcm });
    } catch (error) {
      const why = error instanceof Error ? withoutStop(error.message) : String(error);
      findings.push({ line: file.lineOf(['turns', i, 'audio']), text: `turns[${i}].audio: ${why}` });
    }
  }
  if (findings.length > 0) throw file.error(findings);
  return { ...options, script: { ...script, turns } };
}
