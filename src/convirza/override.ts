/** Corrections of single endpoints by the user: much of the catalogue is inferred, and may be wrong. */
import { CliError } from '../shared/errors.ts';
import type { Endpoint, Method } from './catalogue/types.ts';

export interface Override {
  method: Method;
  path: string;
}

const METHODS: readonly string[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/**
 * Reads `PATCH /tag/{id}`. The path stands below the service's base URL and may use only the parameters that the
 * command has.
 *
 * @throws CliError `usage`
 */
export function parseOverride(text: string, endpoint: Endpoint): Override {
  const match = /^\s*([A-Za-z]+)\s+(\/\S*)\s*$/.exec(text);
  const method = match?.[1]?.toUpperCase() ?? '';
  const path = match?.[2] ?? '';
  const name = `${endpoint.family} ${endpoint.verb}`;
  const climbs = /(^|\/)(\.|%2e){1,2}(\/|$)/i.test(path) || /\/\/|\\|[?#]/.test(path);
  if (!METHODS.includes(method) || path === '' || climbs)
    throw new CliError('usage', `${JSON.stringify(text)} is no endpoint for ${name}`, {
      hint: `Give a method and a path, such as "${endpoint.method} ${endpoint.path}".`,
    });
  const known = (endpoint.pathParams ?? []).map((param) => param.name);
  const unknown = [...path.matchAll(/\{(\w*)\}/g)]
    .map((found) => found[1] ?? '')
    .filter((param) => !known.includes(param));
  if (unknown.length > 0)
    throw new CliError('usage', `The command ${name} has no {${unknown[0]}} to put into ${path}`, {
      hint: known.length === 0 ? 'Its path takes no parameters.' : `It has: {${known.join('}, {')}}.`,
    });
  return { method: method as Method, path };
}
