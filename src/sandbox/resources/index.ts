/** The handler of every endpoint below `/v3`. */
import { commandName, type Endpoint } from '../../convirza/catalogue/index.ts';
import type { Handler } from '../context.ts';
import type { Row, Store } from '../store.ts';
import { conversationHandlers } from './conversations.ts';
import { genericHandler } from './generic.ts';
import { groupHandlers, groupRow } from './groups.ts';
import { numberHandlers, numberRow } from './numbers.ts';
import { promptHandlers, promptRow } from './prompts.ts';
import { userHandlers, userRow } from './users.ts';

const HANDLERS: Readonly<Record<string, Handler>> = {
  ...userHandlers,
  ...groupHandlers,
  ...promptHandlers,
  ...numberHandlers,
  ...conversationHandlers,
};

/** The handler of an entry: its own, or the one for fields that nobody documented. */
export function handlerOf(endpoint: Endpoint): Handler {
  return HANDLERS[commandName(endpoint)] ?? genericHandler(endpoint);
}

/** Copies of all rows of a family, as its list answers them; deleted and archived ones included. */
export function rowsOf(family: string, store: Store): Row[] {
  return structuredClone(rawRows(family, store));
}

function rawRows(family: string, store: Store): Row[] {
  switch (family) {
    case 'users':
      return store.users.all().map((user) => userRow(user, store));
    case 'groups':
      return store.groups.all().map((group) => groupRow(group, store));
    case 'prompts':
      return store.prompts.all().map(promptRow);
    case 'numbers':
      return store.numbers.all().map(numberRow);
    case 'calls':
      return store.calls.all().map((call) => call.row);
    case 'sms':
      return store.sms.all().map((sms) => sms.row);
    default:
      return store.collection(family).all();
  }
}
