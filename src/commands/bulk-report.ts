/** What a bulk run ends with: counts, reasons, the manifests of what failed, and the error that sets the exit code. */
import {
  type FailedItem,
  type FailureGroup,
  failureRows,
  groupFailures,
  reasonOf,
} from '../bulk/failures.ts';
import {
  columnsOf,
  formatOfName,
  type ManifestFormat,
  type ManifestValues,
  writeManifest,
} from '../bulk/manifest.ts';
import type { Outcome, RunSummary } from '../bulk/run-types.ts';
import { writeFileAtomic } from '../shared/atomic-file.ts';
import { CliError, withoutStop } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';

/** What of a summary there is to tell, for machines. */
export function summaryObject(
  summary: Omit<RunSummary<unknown>, 'failures'>,
  places: { failedTo?: string | undefined; doubtsTo?: string | undefined; journal?: string | undefined } = {},
): JsonObject {
  const { total, done, failed, inDoubt, skipped, notStarted, stopped } = summary;
  return {
    total,
    done,
    failed,
    in_doubt: inDoubt,
    skipped,
    not_started: notStarted,
    stopped: stopped?.why ?? null,
    failed_to: places.failedTo ?? null,
    in_doubt_to: places.doubtsTo ?? null,
    journal: places.journal ?? null,
  };
}

/** The row of one item for scripts: what became of it stands before and behind its own fields. */
export function outcomeRow(outcome: Outcome<unknown, unknown>, fields: JsonObject): JsonObject {
  const failed = outcome.state === 'failed' || outcome.state === 'in_doubt';
  const reason = failed ? reasonOf(outcome.error) : undefined;
  return {
    outcome: outcome.state,
    ...fields,
    error_type: reason?.type ?? null,
    error: reason?.message ?? null,
  };
}

/** `38 uploaded, 3 left out, 2 failed, 1 in doubt, 5 not begun`. */
export function countsText(summary: Omit<RunSummary<unknown>, 'failures'>, verb: string): string {
  const { done, failed, inDoubt, skipped, notStarted } = summary;
  const parts = [`${done} ${verb}`];
  if (skipped > 0) parts.push(`${skipped} done before`);
  if (failed > 0) parts.push(`${failed} failed`);
  if (inDoubt > 0) parts.push(`${inDoubt} in doubt`);
  if (notStarted > 0) parts.push(`${notStarted} not begun`);
  return parts.join(', ');
}

const MAX_GROUPS = 10;

/** `3 × the name "…" is taken (a.wav, b.wav, c.wav)`. */
function groupLines(groups: readonly FailureGroup[], labels: (key: string) => string): string[] {
  const lines = groups.slice(0, MAX_GROUPS).map(({ count, reason, message, examples, inDoubt }) => {
    const text = withoutStop(count === 1 ? message : reason);
    const more = count > examples.length ? ', …' : '';
    const doubt = inDoubt === 0 ? '' : inDoubt === count ? ', in doubt' : `, ${inDoubt} of them in doubt`;
    return `${count} × ${text} (${examples.map(labels).join(', ')}${more}${doubt})`;
  });
  if (groups.length > MAX_GROUPS) lines.push(`and ${groups.length - MAX_GROUPS} other reasons`);
  return lines;
}

/** The reasons of all failures in few lines. */
export function reasonLines<Item>(summary: RunSummary<Item>, label: (item: Item) => string): string[] {
  const labels = new Map(summary.failures.map(({ key, item }) => [key, label(item)]));
  return groupLines(groupFailures(summary.failures), (key) => labels.get(key) ?? key);
}

/** Writes items with the reasons of their failures, in the format that the name ends in. */
export async function writeFailed(
  path: string,
  failures: readonly (FailedItem & { values: Readonly<ManifestValues> })[],
): Promise<void> {
  const rows = failureRows(failures);
  const named: ManifestFormat | undefined = formatOfName(path);
  const format = named === undefined || named === 'lines' ? 'csv' : named;
  await writeFileAtomic(path, writeManifest(rows, format, columnsOf(rows)), 0o600);
}

/** What the last message says beside the counts. */
export interface EndFacts {
  verb: string;
  /** Reasons to put into the hint; where a person has read them already, none. */
  reasons: readonly string[];
  failedTo: string | undefined;
  doubtsTo: string | undefined;
  journal: string | undefined;
}

/** The error that a run ends with; undefined when nothing is wrong. */
export function endError<Item>(summary: RunSummary<Item>, facts: EndFacts): unknown {
  const { stopped, failures, total } = summary;
  const counts = countsText(summary, facts.verb);
  if (stopped !== undefined) return stoppedError(stopped.why, stopped.error, `${counts} of ${total}`, facts);
  const [first] = failures;
  if (first === undefined) return undefined;
  if (total === 1) return first.error;
  return new CliError('partial', `${failures.length} of ${total} failed: ${counts}`, {
    hint: joined([
      ...facts.reasons,
      facts.failedTo === undefined ? undefined : `What failed stands in ${facts.failedTo}, to be given again`,
      facts.doubtsTo === undefined
        ? undefined
        : `What is in doubt stands in ${facts.doubtsTo}: look whether it took effect before you send it again`,
      facts.journal === undefined ? undefined : 'The same command with --retry-failed does it too',
    ]),
  });
}

function stoppedError(
  why: 'aborted' | 'fatal' | 'journal' | 'output',
  error: unknown,
  counts: string,
  facts: EndFacts,
): unknown {
  // Whoever reads the output went away, or the error is a bug: neither is told in other words.
  if (!(error instanceof CliError)) return error;
  const message = `${withoutStop(error.message)}; ${counts}`;
  const goOn =
    facts.journal === undefined
      ? 'There is no journal of this run; with --journal it could be gone on with'
      : 'The same command with --resume goes on';
  const hint = joined([
    why === 'aborted' ? undefined : error.hint,
    goOn,
    facts.failedTo === undefined ? undefined : `What failed stands in ${facts.failedTo}`,
    facts.doubtsTo === undefined ? undefined : `What is in doubt stands in ${facts.doubtsTo}`,
  ]);
  const { status, requestId, endpoint, timestamp } = error;
  return new CliError(error.type, message, { hint, status, requestId, endpoint, timestamp, cause: error });
}

function joined(parts: readonly (string | undefined)[]): string | undefined {
  const texts = parts.filter((part) => part !== undefined).map((part) => withoutStop(part));
  return texts.length === 0 ? undefined : `${texts.join('. ')}.`;
}
