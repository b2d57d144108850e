/** A form at the terminal for commands that were given nothing to send. */
import type { Endpoint, Param } from '../convirza/catalogue/types.ts';
import { CliError } from '../shared/errors.ts';
import type { JsonObject } from '../shared/json.ts';
import { askChoice, askConfirmation, askSeveral, askText } from './ask.ts';
import type { Invocation } from './invocation.ts';
import { parseParam } from './params.ts';

async function askValue(invocation: Invocation, param: Param): Promise<unknown> {
  const label = `${param.name} (${param.description})`;
  if (param.type === 'boolean') return askConfirmation(invocation, label);
  if (param.values !== undefined) return askChoice(invocation, label, param.values);
  const now = invocation.ctx.now();
  const text = await askText(invocation, label, {
    check: (value) => {
      try {
        parseParam(param, value, now);
        return true;
      } catch (error) {
        return (error as Error).message;
      }
    },
  });
  return parseParam(param, text, now);
}

/** Offers the fields that are known, and any other by name; what is not chosen is not sent. */
export async function askFields(invocation: Invocation, endpoint: Endpoint): Promise<JsonObject> {
  const body: JsonObject = {};
  const known = endpoint.body ?? [];
  if (known.length > 0) {
    const names = known.map(({ name, description }) => ({ name, value: name, description }));
    const chosen = await askSeveral(invocation, `${endpoint.summary}: which fields?`, names);
    for (const param of known.filter(({ name }) => chosen.includes(name)))
      body[param.name] = await askValue(invocation, param);
  } else {
    invocation.say('The fields of this command are not documented. Give any; an empty name ends.');
    for (;;) {
      const name = (await askText(invocation, 'Field', { optional: true })).trim();
      if (name === '') break;
      body[name] = await askText(invocation, name, { optional: true });
    }
  }
  if (Object.keys(body).length === 0) throw new CliError('cancelled', 'No field was given: nothing was sent');
  return body;
}
