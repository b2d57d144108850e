/** Endpoint corrections from the settings: `endpoints.tags.update` = `PATCH /tag/{id}`. */
import { commandName, ENDPOINTS, type Endpoint } from '../convirza/catalogue/index.ts';
import { type Override, parseOverride } from '../convirza/override.ts';
import { CliError } from '../shared/errors.ts';

/** @throws CliError `usage` when there is no such command */
function endpointOf(command: string): Endpoint {
  const endpoint = ENDPOINTS.find((entry) => commandName(entry) === command);
  if (endpoint === undefined)
    throw new CliError('usage', `There is no endpoint ${JSON.stringify(command)}`, {
      hint: 'convirza schema lists them all.',
    });
  return endpoint;
}

/** @throws CliError `usage` when one of them cannot be understood */
export function readOverrides(texts: ReadonlyMap<string, string>): ReadonlyMap<string, Override> {
  return new Map([...texts].map(([command, text]) => [command, parseOverride(text, endpointOf(command))]));
}
