/** `--dry-run` and `--curl`: the request instead of its answer. */

import { curlLine, type FormPart, REDACTED, redact, traceRequest } from '../convirza/trace.ts';
import type { HttpRequest } from '../convirza/transport.ts';
import { cleanLine } from '../output/clean.ts';
import type { Invocation } from './invocation.ts';

export interface PreviewFlags {
  dryRun?: boolean;
  curl?: boolean;
}

function partText(part: FormPart): string {
  return cleanLine(
    'value' in part ? `${part.name}=${part.value}` : `${part.name}=@${part.path} (${part.contentType})`,
  );
}

/** A request as JSON shows it, without its secrets. */
export function previewObject(request: HttpRequest, form?: readonly FormPart[]): unknown {
  const fields = form?.map((part) =>
    'value' in part
      ? [part.name, part.value]
      : [part.name, { path: part.path, content_type: part.contentType, file_name: part.fileName }],
  );
  const json = request.body?.kind === 'json' ? request.body.value : null;
  const body = fields === undefined ? json : (Object.fromEntries(fields) as unknown);
  return JSON.parse(redact(JSON.stringify({ method: request.method, url: request.url.href, body })));
}

/**
 * Shows a request that will not be sent; no secret is in it.
 *
 * @param form the parts of an upload
 * @returns whether it was asked for, and so nothing is to be sent
 */
export async function preview(
  invocation: Invocation,
  flags: PreviewFlags,
  request: HttpRequest,
  options: { signedIn: boolean; form?: readonly FormPart[] },
): Promise<boolean> {
  if (flags.curl === true) {
    const line = curlLine(request, options);
    await invocation.write(`${line}\n`);
    if (line.includes(REDACTED)) invocation.warn(`Replace ${REDACTED} before you run it.`);
    return true;
  }
  if (flags.dryRun !== true) return false;
  if (invocation.format === 'json') {
    await invocation.write(`${JSON.stringify(previewObject(request, options.form), null, 2)}\n`);
  } else {
    const form = options.form?.map((part) => `> form: ${partText(part)}\n`).join('') ?? '';
    await invocation.write(
      `${traceRequest(options.form === undefined ? request : { ...request, body: undefined })}\n${form}`,
    );
  }
  invocation.say('Nothing was sent (--dry-run).');
  return true;
}
