/** Request bodies out of flags: typed fields, `--field` and `--data`, in the order of the command line. */
import type { Param } from '../convirza/catalogue/types.ts';
import { CliError } from '../shared/errors.ts';
import { isObject, type JsonObject, parseJson } from '../shared/json.ts';
import { readStdin, readTextFile } from './input.ts';
import type { Invocation } from './invocation.ts';

/** One flag that adds to the body, as it came. */
export type BodyFlag =
  | { kind: 'typed'; param: Param; value: unknown }
  | { kind: 'field'; text: string }
  | { kind: 'data'; text: string };

/** A key that would reach into the prototype of an object. */
const FORBIDDEN = new Set(['__proto__', 'constructor', 'prototype']);

export function isForbiddenField(name: string): boolean {
  return FORBIDDEN.has(name);
}

async function parseField(invocation: Invocation, text: string): Promise<[string, unknown]> {
  const match = /^([^=:]+)(:=|=)([\s\S]*)$/.exec(text);
  const [, name, operator, value] = match ?? [];
  if (name === undefined || value === undefined || FORBIDDEN.has(name))
    throw new CliError('usage', `--field ${JSON.stringify(text)} is not of the form name=value`, {
      hint: 'name=text for text, name:=json for numbers, true, false, null, lists and objects, name=@file for the text of a file.',
    });
  if (operator === ':=') {
    const parsed = parseJson(value);
    if (parsed === undefined)
      throw new CliError('usage', `--field ${name}: ${JSON.stringify(value)} is not JSON`, {
        hint: `For text use ${name}=${value}.`,
      });
    return [name, parsed.value];
  }
  if (value.startsWith('@')) return [name, await readTextFile(invocation, value.slice(1))];
  return [name, value];
}

async function parseData(invocation: Invocation, text: string): Promise<JsonObject> {
  let source = text;
  if (text === '-') source = await readStdin(invocation, '--data');
  else if (text.startsWith('@')) source = await readTextFile(invocation, text.slice(1));
  const parsed = parseJson(source.replace(/^\ufeff/, ''));
  if (parsed === undefined)
    throw new CliError('usage', `--data is not JSON${text.startsWith('@') ? ` (${text.slice(1)})` : ''}`, {
      hint: `Give an object such as --data '{"name":"value"}', a file as --data @body.json, or --data - for standard input.`,
    });
  if (!isObject(parsed.value)) throw new CliError('usage', '--data must be a JSON object: {"name":"value"}');
  // JSON makes a field of it, and merging would make it a prototype.
  if (Object.hasOwn(parsed.value, '__proto__'))
    throw new CliError('usage', '--data holds a field __proto__, which cannot be sent');
  return parsed.value;
}

/**
 * Puts the body together; a later flag wins over an earlier one, so that `--data @base.json --field name=other`
 * does what it reads like.
 *
 * @returns undefined when no flag gave anything
 */
export async function buildBody(
  invocation: Invocation,
  flags: readonly BodyFlag[],
): Promise<JsonObject | undefined> {
  if (flags.length === 0) return undefined;
  const body: JsonObject = {};
  for (const flag of flags) {
    if (flag.kind === 'typed') body[flag.param.name] = flag.value;
    else if (flag.kind === 'data') Object.assign(body, await parseData(invocation, flag.text));
    else {
      const [name, value] = await parseField(invocation, flag.text);
      body[name] = value;
    }
  }
  return body;
}
