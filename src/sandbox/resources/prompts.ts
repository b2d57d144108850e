/** Media prompts and their upload. */
import { describeContent, HEAD_BYTES, identify } from '../../audio/index.ts';
import { MAX_PROMPT_BYTES, PROMPT_TYPES } from '../../convirza/catalogue/index.ts';
import type { ApiCall, Handler } from '../context.ts';
import { HttpError } from '../http/answer.ts';
import { checkForm } from '../http/strict.ts';
import { readFields } from '../http/values.ts';
import type { Prompt, Row } from '../store.ts';
import { listResult, notFound, pathId, unknownFields } from './lists.ts';

type PromptType = (typeof PROMPT_TYPES)[number];

/** Room for the other fields and the boundaries around a file of the largest size. */
const FORM_OVERHEAD = 200_000;

/** The content type that a file of each type is served with, and the others that an upload may name. */
const MIME_TYPES: Readonly<Record<PromptType, readonly [string, ...string[]]>> = {
  wav: ['audio/wav', 'audio/x-wav', 'audio/wave', 'audio/vnd.wave'],
  mp3: ['audio/mpeg', 'audio/mp3'],
  mp4: ['audio/mp4', 'video/mp4'],
  ogg: ['audio/ogg', 'application/ogg', 'video/ogg'],
  webm: ['audio/webm', 'video/webm'],
  m4a: ['audio/x-m4a', 'audio/m4a'],
  aac: ['audio/aac', 'audio/x-aac'],
  flac: ['audio/flac', 'audio/x-flac'],
};

/** Path below the root of the sandbox under which uploads are served (reference §8). */
const UPLOADS_PATH = '/uploads/call-flow-recordings/';

/** The type of an upload by the ending of its name, else by its MIME type; undefined when neither is allowed. */
function promptType(filename: string, mime: string): PromptType | undefined {
  const ending = /\.([^.]+)$/.exec(filename)?.[1]?.toLowerCase();
  const essence = mime.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return (
    PROMPT_TYPES.find((type) => type === ending) ??
    PROMPT_TYPES.find((type) => MIME_TYPES[type].includes(essence))
  );
}

/** Content that proves nothing: it may still be sound, cut or made up for a test. */
const UNTOLD = /^(empty|text|nothing but zero bytes|unknown binary data)$/;

/**
 * Refuses a file whose content is of another kind than its name says it may be. How the service looks at content is
 * not documented: what cannot be told is let through, unless `strict`.
 */
function checkContent(bytes: Buffer, strict: boolean): void {
  const head = bytes.subarray(0, HEAD_BYTES);
  const container = identify(head)?.container;
  if (PROMPT_TYPES.some((type) => type === container)) return;
  const content = describeContent(head);
  if (!strict && container === undefined && UNTOLD.test(content)) return;
  throw new HttpError(400, `The file holds ${content}; only these are taken: ${PROMPT_TYPES.join(', ')}.`);
}

/** A row of the list; its fields are those of the upload's answer and form (reference §8, list inferred). */
export function promptRow(prompt: Prompt): Row {
  return {
    media_prompt_id: prompt.media_prompt_id,
    filename: prompt.name,
    recording_name: prompt.recording_name,
    url: prompt.url,
    message_type: prompt.message_type,
    org_unit_id: prompt.org_unit_id,
    size: prompt.bytes.length,
    created: prompt.created,
    ...prompt.extra,
  };
}

/** What a new prompt is made of. */
export type NewPrompt = Pick<Prompt, 'name' | 'message_type' | 'org_unit_id' | 'bytes' | 'extra'> & {
  type: PromptType;
};

/** A stored prompt with names of its own. `created` in milliseconds since 1970. */
export function makePrompt(id: number, created: number, prompt: NewPrompt): Prompt {
  const { type, ...fields } = prompt;
  const recording = `file-${created}-${100_000_000 + ((id * 7_919_317) % 900_000_000)}`;
  return {
    ...fields,
    media_prompt_id: id,
    recording_name: recording,
    url: `${UPLOADS_PATH}${recording}.${type}`,
    created: new Date(created).toISOString(),
    contentType: MIME_TYPES[type][0],
  };
}

async function readForm(call: ApiCall): Promise<{ file: File; fields: Row }> {
  const { exchange } = call;
  const type = exchange.request.headers['content-type'] ?? '';
  if (exchange.mediaType !== 'multipart/form-data') {
    throw new HttpError(400, 'The body must be multipart/form-data.');
  }
  // Too large is one of the failures with 400 (reference §8).
  const body = await exchange.bytes(MAX_PROMPT_BYTES + FORM_OVERHEAD, 400);
  const form = await new Response(body, { headers: { 'content-type': type } }).formData().catch(() => {
    throw new HttpError(400, 'The body is not valid multipart/form-data.');
  });
  const files: [string, File][] = [];
  const fields: Row = {};
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value;
    else files.push([name, value]);
  }
  const [entry, ...more] = files;
  if (entry === undefined || entry[0] !== 'file' || more.length > 0) {
    throw new HttpError(400, 'The form must have exactly one file, in the field "file".');
  }
  return { file: entry[1], fields };
}

function checkName(call: ApiCall, name: string, unit: number): void {
  const taken = call.store.prompts
    .all()
    .some((prompt) => prompt.org_unit_id === unit && prompt.name === name);
  if (taken) throw new HttpError(400, `A prompt with the name "${name}" exists already.`);
}

/** `prompts upload`, with the failures of its page (reference: documented, Upload Prompt). */
const upload: Handler = async (call) => {
  const { file, fields: sent } = await readForm(call);
  const params = call.endpoint.body ?? [];
  if (call.strict) checkForm(call.endpoint, sent);
  const fields = readFields(params, sent);
  if (file.size > MAX_PROMPT_BYTES) throw new HttpError(400, 'The file is larger than 50 MB.');
  const type = promptType(file.name, file.type);
  if (type === undefined) throw new HttpError(400, `Only these files are taken: ${PROMPT_TYPES.join(', ')}.`);
  const unit = (fields['org_unit_id'] as number | undefined) ?? call.caller.ct_user_ou_id;
  if (!call.org.scope(call.caller.ct_user_ou_id).has(unit)) {
    throw new HttpError(404, `Org unit ${unit} does not exist.`);
  }
  const name = (fields['name'] as string | undefined) || file.name;
  const bytes = Buffer.from(await file.arrayBuffer());
  checkContent(bytes, call.strict);
  // Nothing waits between this check and the adding: of two uploads of one name exactly one succeeds.
  checkName(call, name, unit);
  const known = new Set(['message_type', 'name', 'org_unit_id']);
  const extra = { ...unknownFields(sent, known), ...unknownFields(fields, known) };
  const prompt = call.store.prompts.add((id) =>
    makePrompt(id, call.now, {
      name,
      message_type: String(fields['message_type']),
      org_unit_id: unit,
      bytes,
      extra,
      type,
    }),
  );
  return {
    status: 201,
    data: {
      media_prompt_id: prompt.media_prompt_id,
      url: prompt.url,
      filename: prompt.name,
      recording_name: prompt.recording_name,
    },
  };
};

function visible(call: ApiCall): Prompt[] {
  const scope = call.org.scopeFor(call.caller.ct_user_ou_id, call.query.integer('org_unit_id'));
  return call.store.prompts.all().filter((prompt) => scope.has(prompt.org_unit_id));
}

const list: Handler = (call) => listResult(call, visible(call), promptRow);

const remove: Handler = (call) => {
  const id = pathId(call);
  if (!visible(call).some((prompt) => prompt.media_prompt_id === id)) throw notFound(call);
  call.store.prompts.delete(id);
  return { data: { media_prompt_id: id } };
};

export const promptHandlers: Readonly<Record<string, Handler>> = {
  'prompts list': list,
  'prompts upload': upload,
  'prompts delete': remove,
};
