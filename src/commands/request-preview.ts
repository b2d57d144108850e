/** `--dry-run` and `--curl`: the request instead of its answer. */

import { curlLine, REDACTED, redact, traceRequest } from '../convirza/trace.ts';
import type { HttpRequest } from '../convirza/transport.ts';
import type { Invocation } from './invocation.ts';

export interface PreviewFlags {
  dryRun?: boolean;
  curl?: boolean;
}

/**
 * Shows a request that will not be sent; no secret is in it.
 *
 * @param form the parts of an upload, as curl takes them
 * @returns whether it was asked for, and so nothing is to be sent
 */
export async function preview(
  invocation: Invocation,
  flags: PreviewFlags,
  request: HttpRequest,
  options: { signedIn: boolean; form?: readonly string[] },
): Promise<boolean> {
  if (flags.curl === true) {
    const line = curlLine(request, options);
    await invocation.write(`${line}\n`);
    if (line.includes(REDACTED)) invocation.warn(`Replace ${REDACTED} before you run it.`);
    return true;
  }
  if (flags.dryRun !== true) return false;
  if (invocation.format === 'json') {
    const body = request.body?.kind === 'json' ? request.body.value : (options.form ?? null);
    const shown = { method: request.method, url: request.url.href, body };
    await invocation.write(`${redact(JSON.stringify(shown, null, 2))}\n`);
  } else {
    const form = options.form?.map((part) => `> form: ${part}\n`).join('') ?? '';
    await invocation.write(
      `${traceRequest(options.form === undefined ? request : { ...request, body: undefined })}\n${form}`,
    );
  }
  invocation.say('Nothing was sent (--dry-run).');
  return true;
}
