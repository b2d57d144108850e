/** `prompts upload --dry-run` and `--curl`: the plan, or the requests, instead of their answers. */
import type { ConvirzaClient } from '../convirza/client.ts';
import { promptsEndpoint } from '../convirza/prompts.ts';
import type { FormPart } from '../convirza/trace.ts';
import { createRowSink } from '../output/rows.ts';
import { isObject, type JsonObject } from '../shared/json.ts';
import type { Invocation } from './invocation.ts';
import { type PreviewFlags, preview, previewObject } from './request-preview.ts';
import type { Conversion } from './upload-convert.ts';
import { convertedBytes } from './upload-convert.ts';
import type { PlannedUpload } from './upload-plan.ts';

/** What is to become of a file. */
export type Action =
  | 'upload'
  | 'look it up'
  | 'none: done before'
  | 'none: the name is taken'
  | 'none: not of this run';

export interface PreviewOptions {
  input: PreviewFlags;
  isBulk: boolean;
  conversion: Conversion | undefined;
  action?: (upload: PlannedUpload) => Action;
}

/** One request for one file, and for `--curl`; else a row for each file, which JSON has with its request. */
export async function previewUploads(
  invocation: Invocation,
  client: ConvirzaClient,
  uploads: readonly PlannedUpload[],
  { input, isBulk, conversion, action = () => 'upload' }: PreviewOptions,
): Promise<void> {
  const request = client.prepare(promptsEndpoint('upload'), {});
  if (input.curl === true || !isBulk) {
    for (const upload of uploads)
      await preview(invocation, input, request, { signedIn: true, form: formOf(upload) });
    return;
  }
  const columns = ['file', 'name', 'type', 'seconds', 'sample_rate', 'channels', 'bytes', 'action'];
  const sink = createRowSink(invocation.rowsOptions(columns));
  const isFlat = invocation.format === 'table' || invocation.format === 'csv';
  for (const upload of uploads) {
    const row = planRow(upload, action(upload), conversion);
    const sent = isFlat ? undefined : previewObject(request, formOf(upload));
    await sink.page([isObject(sent) ? { ...row, ...sent } : row]);
  }
  await sink.end();
  const count = uploads.filter((upload) => ['upload', 'look it up'].includes(action(upload))).length;
  invocation.say(`${count} of ${uploads.length} would be uploaded. Nothing was sent (--dry-run).`);
}

/** A converted file stands there under its name after the conversion. */
function formOf({ fields, name, path, contentType, fileName }: PlannedUpload): FormPart[] {
  const form: FormPart[] = Object.entries({ ...fields, name }).map(([key, value]) => ({ name: key, value }));
  form.push({ name: 'file', path, contentType, fileName });
  return form;
}

function planRow(upload: PlannedUpload, action: Action, conversion: Conversion | undefined): JsonObject {
  const { info } = upload;
  const rate = conversion?.processing.sampleRate ?? info?.sampleRate;
  const channels = conversion?.processing.channels;
  const bytes = info === undefined || conversion === undefined ? undefined : convertedBytes(info, conversion);
  const converts = conversion !== undefined && action === 'upload';
  return {
    file: upload.shown,
    name: upload.name,
    type: upload.type,
    seconds: info?.seconds === undefined ? null : Math.round(info.seconds * 1e3) / 1e3,
    sample_rate: rate ?? null,
    channels: (typeof channels === 'number' ? channels : info?.channels) ?? null,
    bytes: conversion === undefined ? upload.bytes : (bytes ?? null),
    action: converts ? 'convert and upload' : action,
  };
}
