import { withoutStop } from '../shared/errors.ts';
/** What a file is fit for, by the rules that the services have written down, not by guesses. */

import type { AudioInfo } from '../audio/index.ts';
import { VOICE_AUDIO } from '../nextevi/messages.ts';
import type { AudioFile } from './audio-files.ts';
import { STREAM } from './audio-files.ts';
import { formatRate } from './audio-values.ts';
import { planUploads } from './upload-plan.ts';

/** Whether the file keeps the documented rules of a prompt upload: type, size, name, wholeness. */
export interface PromptFitness {
  meets_documented_rules: boolean;
  problem: string | null;
  hint: string | null;
}

/** By the very checks of `prompts upload`. @returns null for standard input, which is no file to upload */
export async function promptFitness(file: AudioFile): Promise<PromptFitness | null> {
  if (file.path === STREAM) return null;
  const source = {
    shown: file.path,
    path: file.path,
    relative: file.relative,
    found: false,
    fields: {},
    values: {},
  };
  const { problems } = await planUploads([source], { allowTruncated: false, anySize: false });
  const [problem] = problems;
  if (problem === undefined) return { meets_documented_rules: true, problem: null, hint: null };
  const message = withoutStop(problem.message.replaceAll(`"${file.path}"`, 'it'));
  return { meets_documented_rules: false, problem: message, hint: problem.hint ?? null };
}

/** Whether `voice stream` sends it as it is, and what it changes on the way otherwise. */
export interface VoiceFitness {
  as_it_is: boolean;
  changes: string[];
}

export function voiceFitness({ codec, sampleRate, channels }: AudioInfo): VoiceFitness {
  const changes: string[] = [];
  if (sampleRate !== VOICE_AUDIO.sampleRate)
    changes.push(`${formatRate(sampleRate)} to ${formatRate(VOICE_AUDIO.sampleRate)}`);
  if (channels !== VOICE_AUDIO.channels) changes.push(`${channels} channels to mono`);
  if (codec !== 'pcm_s16le') changes.push(`${codec} to pcm_s16le`);
  return { as_it_is: changes.length === 0, changes };
}
