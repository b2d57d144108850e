/** `prompts manifest`: audio files as rows that a person edits and `prompts upload --from` takes. */
import { existsSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve } from 'node:path';
import { formatOfName, type ManifestValues, writeManifest } from '../bulk/manifest.ts';
import { MESSAGE_TYPES } from '../convirza/catalogue/prompts.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError } from '../shared/errors.ts';
import { leftOut } from './audio-files.ts';
import { parseChoice, parseCount } from './audio-values.ts';
import type { Invocation } from './invocation.ts';
import { nameRule } from './prompt-names.ts';
import { type PlannedUpload, planUploads } from './upload-plan.ts';
import { sourcesOfFiles } from './upload-sources.ts';

interface ManifestInput {
  out?: string;
  force?: boolean;
  recursive?: boolean;
  nameTemplate?: string;
  messageType?: string;
  orgUnitId?: string;
}

const COLUMNS = [
  'file',
  'name',
  'message_type',
  'org_unit_id',
  'recording_created_by',
  '#type',
  '#seconds',
  '#sample_rate',
  '#channels',
  '#bytes',
];

export async function runManifest(
  invocation: Invocation,
  files: readonly string[],
  input: ManifestInput,
): Promise<void> {
  const { cwd } = invocation.ctx;
  const { out, nameTemplate } = input;
  const target = out === undefined || out === '-' ? undefined : resolve(cwd, out);
  if (target !== undefined && input.force !== true && existsSync(target))
    throw new CliError('usage', `${out} is there already`, { hint: '--force replaces it.' });
  const format = formatOf(invocation, out);
  const rule = nameTemplate === undefined ? undefined : nameRule(nameTemplate);
  const { sources, skipped } = await sourcesOfFiles(files, fieldsOf(input), {
    cwd,
    recursive: input.recursive === true,
  });
  const own = sources.filter(({ path }) => path !== target);
  const plan = await planUploads(own, { nameRule: rule, allowTruncated: false, anySize: false });
  if (skipped.length > 0) invocation.say(leftOut(skipped));
  const base = target === undefined ? cwd : dirname(target);
  const rows = plan.uploads.map((upload) => rowOf(upload, base));
  for (const { message } of plan.problems) invocation.warn(message);
  if (rows.length === 0) throw new CliError('usage', 'There is no file that could be uploaded');
  const text = writeManifest(rows, format, COLUMNS);
  if (target === undefined) return invocation.write(text);
  await writeFileAtomic(target, text, 0o666);
  invocation.say(`${rows.length} ${rows.length === 1 ? 'file stands' : 'files stand'} in ${out}.`);
}

function formatOf({ format, flags }: Invocation, out: string | undefined): 'csv' | 'json' | 'ndjson' {
  const asked = flags.output ?? (format === 'table' ? undefined : format);
  if (asked === 'csv' || asked === 'json' || asked === 'ndjson') return asked;
  if (asked !== undefined)
    throw new CliError('usage', `A manifest cannot be written as ${asked}`, {
      hint: 'Give --output csv, json or ndjson.',
    });
  const named = out === undefined ? undefined : formatOfName(out);
  return named === undefined || named === 'lines' ? 'csv' : named;
}

function fieldsOf({ messageType, orgUnitId }: ManifestInput): Record<string, string> {
  const fields: Record<string, string> = {};
  if (messageType !== undefined)
    fields['message_type'] = parseChoice('--message-type', messageType, MESSAGE_TYPES);
  if (orgUnitId !== undefined)
    fields['org_unit_id'] = String(parseCount('--org-unit-id', orgUnitId, 1, Number.MAX_SAFE_INTEGER));
  return fields;
}

function rowOf({ path, name, fields, type, info, bytes }: PlannedUpload, base: string): ManifestValues {
  const below = relative(base, path);
  const round = (value: number | undefined) => (value === undefined ? null : Math.round(value * 1e3) / 1e3);
  return {
    // Another drive has no relative path.
    file: isAbsolute(below) ? path : below.replaceAll('\\', '/'),
    name,
    message_type: fields['message_type'] ?? null,
    org_unit_id: fields['org_unit_id'] ?? null,
    recording_created_by: null,
    '#type': type,
    '#seconds': round(info?.seconds),
    '#sample_rate': info?.sampleRate ?? null,
    '#channels': info?.channels ?? null,
    '#bytes': bytes,
  };
}
