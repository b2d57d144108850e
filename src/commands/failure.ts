/** How a command line that failed is reported: one line for a person, or one JSON object. */
import type { Context } from '../context.ts';
import { CliError } from '../shared/errors.ts';

/** Whether errors are JSON too. Decided before the command line is parsed, since the command line may be what is wrong. */
function asksForJson(line: readonly string[], env: Context['env']): boolean {
  // Words after -- belong to another program.
  const words = line.slice(0, line.includes('--') ? line.indexOf('--') : line.length);
  const output = words.indexOf('--output');
  const format = words.find((word) => word.startsWith('--output='))?.slice(9) ?? words[output + 1];
  if (words.some((word) => /^--(json|jq)(=|$)/.test(word))) return true;
  if (output >= 0 || words.some((word) => word.startsWith('--output=')))
    return /^(nd)?json$/.test(format ?? '');
  return (
    /^(1|true|yes|on)$/i.test(env['CONVIRZA_JSON'] ?? '') || /^(nd)?json$/.test(env['CONVIRZA_OUTPUT'] ?? '')
  );
}

/**
 * Prints an error to stderr, as text or, where `words` ask for JSON, as one JSON object. Whatever is no CliError is
 * reported as a bug of this program.
 *
 * @returns the exit code
 */
export async function reportFailure(error: unknown, ctx: Context, words: readonly string[]): Promise<number> {
  const known =
    error instanceof CliError
      ? error
      : new CliError(
          'internal',
          `Something in this program is wrong: ${(error as Error)?.message ?? String(error)}`,
          {
            hint: 'Please report it with the command and the stack that CONVIRZA_STACK=1 shows.',
            cause: error,
          },
        );
  const { errorObject, formatError } = await import('../output/report.ts');
  if (asksForJson(words, ctx.env)) ctx.stderr.write(`${JSON.stringify(errorObject(known))}\n`);
  else {
    const [{ Chalk }, { terminalOf }] = await Promise.all([import('chalk'), import('./invocation.ts')]);
    const { colourErr } = terminalOf(ctx, { color: !words.includes('--no-color') });
    ctx.stderr.write(formatError(known, new Chalk({ level: colourErr ? 1 : 0 })));
  }
  if (ctx.env['CONVIRZA_STACK']) {
    const cause = known.cause instanceof Error ? known.cause : known;
    ctx.stderr.write(`${cause.stack ?? cause.message}\n`);
  }
  return known.exitCode;
}
