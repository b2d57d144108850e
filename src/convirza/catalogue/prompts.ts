import { id, ORG_UNIT, PAGE, UNDOCUMENTED_LIST } from './shared.ts';
import type { Endpoint } from './types.ts';

/** The purposes of a prompt that the documentation names. */
export const MESSAGE_TYPES = ['prompt', 'whisper', 'voicemail', 'survey'] as const;

/** The most bytes that a prompt file may have: "50 MB", read as the smaller of its two meanings. */
export const MAX_PROMPT_BYTES = 50_000_000;

/** Audio containers that the upload takes, by the names that the documentation uses. */
export const PROMPT_TYPES = ['wav', 'mp3', 'mp4', 'ogg', 'webm', 'm4a', 'aac', 'flac'] as const;

export const prompts: readonly Endpoint[] = [
  {
    family: 'prompts',
    verb: 'list',
    summary: 'List media prompts',
    service: 'api',
    method: 'GET',
    path: '/media-prompts',
    title: 'List Prompts',
    evidence: 'inferred',
    evidenceNote: 'title listed, path inferred',
    query: [{ ...ORG_UNIT, description: 'group (org unit) to look in, as in other lists' }, ...PAGE],
    list: UNDOCUMENTED_LIST,
    columns: ['media_prompt_id', 'filename', 'message_type', 'recording_name', 'url'],
    idKey: 'media_prompt_id',
    examples: ['prompts list', 'prompts list --json'],
    notes: [
      'That it takes org_unit_id is inferred from other lists.',
      'The fields of a row are not documented; those of the upload answer are shown where they come.',
    ],
  },
  {
    family: 'prompts',
    verb: 'upload',
    summary: 'Upload audio files as prompts, whispers, voicemail greetings or survey questions',
    service: 'api',
    method: 'POST',
    path: '/media-prompts',
    title: 'Upload Prompt',
    evidence: 'documented',
    pathParams: [{ name: 'file...', description: 'audio files, patterns, or folders of them' }],
    body: [
      {
        name: 'message_type',
        type: 'string',
        values: MESSAGE_TYPES,
        required: true,
        description: 'prompt (IVR), whisper (to the agent), voicemail (greeting), survey (question)',
      },
      {
        name: 'name',
        type: 'string',
        description: 'name, unique within the group; one file only',
        default: 'the file name without its ending',
      },
      { name: 'org_unit_id', type: 'integer', min: 1, description: 'group that owns the prompt' },
      { name: 'recording_file_type', type: 'string', description: 'kind of recording', default: 'uploaded' },
      {
        name: 'recording_created_by',
        type: 'integer',
        min: 1,
        description: 'id of the user who recorded it',
      },
    ],
    columns: ['file', 'media_prompt_id', 'name', 'url'],
    idKey: 'media_prompt_id',
    action: 'prompts-upload',
    examples: [
      'prompts upload welcome.wav --message-type prompt --name "Welcome Message"',
      'prompts upload ./recordings --recursive --message-type prompt --name-template "{dir} - {stem}"',
      'prompts upload "menus/**/*.flac" --message-type prompt --convert wav --rate 8k --channels 1',
      'prompts upload --from prompts.csv --skip-invalid',
      'prompts upload --from prompts.csv --resume',
    ],
    notes: [
      'At most 50 MB each: wav, mp3, mp4, ogg, webm, m4a, aac, flac; told by content, not by ending.',
      'Everything is checked before the first byte is sent, and all problems are told at once. An upload that ended in doubt is looked up by its name before it is sent again.',
      'A manifest has the columns file, name, and one for each field of the form, which goes before its flag; paths are relative to the manifest. Columns beginning with # are notes. prompts manifest writes one.',
      'More than one file: what happened to each is kept in a journal beside the manifest (prompts.csv.journal) or in the working folder (recordings.prompts-upload.journal for a folder, else .convirza-prompts-upload.journal). It is removed when all went well, unless --journal named it; else --resume goes on, and --retry-failed sends what failed.',
      'In a name template {dir} is the folder of the file, {parent} the path of folders below the one that was named, {stem} and {ext} the file name, {index} counts from 1.',
    ],
  },
  {
    family: 'prompts',
    verb: 'delete',
    summary: 'Delete a media prompt',
    service: 'api',
    method: 'DELETE',
    path: '/media-prompts/{id}',
    title: 'Delete Prompt',
    evidence: 'inferred',
    evidenceNote: 'title listed, path inferred',
    pathParams: id('id of the prompt (media_prompt_id)'),
    danger: 'delete',
    examples: ['prompts delete 12345', 'prompts delete 12345 --yes'],
  },
];
