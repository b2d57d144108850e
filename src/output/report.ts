/** Errors, for a person as a line, for a script as one JSON object. */
import type { ChalkInstance } from 'chalk';
import type { CliError } from '../shared/errors.ts';
import { cleanLine } from './clean.ts';

function sentence(text: string): string {
  const clean = cleanLine(text).trim();
  return /[.!?]$/.test(clean) ? clean : `${clean}.`;
}

/**
 * What went wrong, why, and what to do, in one line; where the service answered, a second one with what its
 * support asks for.
 */
export function formatError(error: CliError, colour: ChalkInstance): string {
  const hint = error.hint === undefined ? '' : ` ${sentence(error.hint)}`;
  const main = `${colour.red.bold('error:')} ${sentence(error.message)}${hint}\n`;
  if (error.status === undefined && error.requestId === undefined) return main;
  const facts = [
    error.requestId === undefined ? undefined : `request id ${error.requestId}`,
    error.endpoint,
    error.timestamp,
  ];
  const shown = facts.filter((fact) => fact !== undefined).map(cleanLine);
  return shown.length === 0 ? main : `${main}${colour.dim(`  for support: ${shown.join(', ')}`)}\n`;
}

/** The JSON object of the exit-code table; absent facts are null. */
export function errorObject(error: CliError): { error: Record<string, string | number | null> } {
  return {
    error: {
      type: error.type,
      message: error.message,
      hint: error.hint ?? null,
      status: error.status ?? null,
      request_id: error.requestId ?? null,
      endpoint: error.endpoint ?? null,
      timestamp: error.timestamp ?? null,
    },
  };
}
