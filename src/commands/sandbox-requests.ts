/** `sandbox requests`: what a running sandbox got. */
import { createRowSink } from '../output/rows.ts';
import { parseDate } from '../shared/dates.ts';
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';
import { controlRows, type RemoteFlags } from './sandbox-control.ts';
import { withoutSecrets } from './sandbox-log.ts';

export interface RequestFlags extends RemoteFlags {
  method?: string;
  /** `*` stands for any run of characters. */
  path?: string;
  /** `404`, `4xx`, `reset` or `aborted`. */
  status?: string;
  since?: string;
  count?: boolean;
  /** True: at least one. */
  expect?: number | true;
}

type Row = Readonly<Record<string, unknown>>;

/** Whether a request is wanted. @throws CliError `usage` for a time that is none */
export function requestFilter(
  { method, path, status, since }: RequestFlags,
  now: number,
): (row: Row) => boolean {
  const from = since === undefined ? undefined : Date.parse(parseDate(since, now));
  const literal = path?.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  const pattern = literal === undefined ? undefined : new RegExp(`^${literal.join('.*')}$`, 's');
  const outcome = status === undefined ? undefined : new RegExp(`^${status.replace('xx', '\\d\\d')}$`);
  return (row) =>
    (method === undefined || String(row['method']).toUpperCase() === method.toUpperCase()) &&
    (pattern === undefined || pattern.test(String(row['path']))) &&
    (outcome === undefined || outcome.test(String(row['status']))) &&
    (from === undefined || Date.parse(String(row['at'])) >= from);
}

/**
 * @throws CliError `not_found` when some are expected and there are none, `threshold` when there are more or fewer than
 * expected
 */
export async function runSandboxRequests(invocation: Invocation, flags: RequestFlags): Promise<void> {
  const wanted = requestFilter(flags, invocation.ctx.now());
  const rows = (await controlRows(invocation, flags, 'requests')).filter(wanted);
  if (flags.count === true) await invocation.write(`${rows.length}\n`);
  else {
    const sink = createRowSink(invocation.rowsOptions(['at', 'method', 'path', 'query', 'status']));
    await sink.page(rows.map(withoutSecrets));
    await sink.end();
    if (rows.length === 0 && flags.expect === undefined) invocation.say('There was no such request.');
  }
  const { expect } = flags;
  if (expect === undefined) return;
  if (expect === true && rows.length === 0)
    throw new CliError('not_found', 'No such request came', {
      hint: 'convirza sandbox requests shows all that came.',
    });
  if (expect !== true && rows.length !== expect)
    throw new CliError('threshold', `${rows.length} such requests came, and not ${expect}`, {
      hint: 'Without --expect they are shown, and nothing is expected.',
    });
}
