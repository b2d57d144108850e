/** Flags from the catalogue: the text that a person types becomes a checked value. */
import { InvalidArgumentError } from 'commander';
import type { Param } from '../convirza/catalogue/types.ts';
import { parseDate } from '../shared/dates.ts';
import { CliError } from '../shared/errors.ts';

/** `org_unit_id` → `org-unit-id`. */
export function flagName(param: Pick<Param, 'name'>): string {
  return param.name.replaceAll('_', '-');
}

/** The name under which commander keeps the value: `orgUnitId`. */
export function optionKey(param: Pick<Param, 'name'>): string {
  return param.name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What stands after the flag in help: `<integer>`, `<date>`, `<a|b|c>`. */
export function valueName(param: Param): string {
  if (param.values !== undefined && param.multiple !== true && param.values.join('|').length <= 12)
    return param.values.join('|');
  if (param.multiple === true) return 'list';
  if (param.values !== undefined) return 'value';
  return param.type === 'string' ? 'text' : param.type;
}

function bad(message: string): InvalidArgumentError {
  return new InvalidArgumentError(message);
}

function parseInteger(param: Param, text: string): number {
  const value = Number(text);
  if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value))
    throw bad('It must be a whole number.');
  if (param.min !== undefined && value < param.min) throw bad(`It must be at least ${param.min}.`);
  if (param.max !== undefined && value > param.max) throw bad(`It must be at most ${param.max}.`);
  return value;
}

/** An enumerated value, whatever case it was typed in. */
function parseChoice(values: readonly string[], text: string): string {
  const wanted = text.trim().toLowerCase();
  const found = values.find((value) => value.toLowerCase() === wanted);
  if (found === undefined) throw bad(`It must be one of: ${values.join(', ')}.`);
  return found;
}

/**
 * Checks what was typed for one parameter.
 *
 * @param now Unix milliseconds, for dates such as `7d`
 * @param previous values that the same flag gave before, for parameters that take several
 * @throws InvalidArgumentError of commander
 */
export function parseParam(param: Param, text: string, now: number, previous?: readonly string[]): unknown {
  if (param.multiple === true) {
    const items = text.split(',').map((item) => item.trim());
    const checked = items
      .filter((item) => item !== '')
      .map((item) => parseChoice(param.values ?? [item], item));
    return [...(previous ?? []), ...checked];
  }
  if (param.values !== undefined) return parseChoice(param.values, text);
  if (param.type === 'integer') return parseInteger(param, text);
  if (param.type === 'date') {
    try {
      return parseDate(text, now);
    } catch (error) {
      throw bad(error instanceof CliError ? `${error.hint}` : String(error));
    }
  }
  if (param.maxLength !== undefined && [...text].length > param.maxLength)
    throw bad(`It may have at most ${param.maxLength} characters.`);
  return text;
}
