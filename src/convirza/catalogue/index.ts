/** All endpoints, as plain data. The order of families is the order of `convirza --help`. */
import { agents } from './agents.ts';
import { auth } from './auth.ts';
import { broadcasts } from './broadcasts.ts';
import { calls, sms } from './conversations.ts';
import { groups } from './groups.ts';
import { adSources, industries, tags } from './lookups.ts';
import { numbers } from './numbers.ts';
import { prompts } from './prompts.ts';
import { routes } from './routes.ts';
import type { Endpoint } from './types.ts';
import { users } from './users.ts';
import { webhooks } from './webhooks.ts';

export { MAX_PROMPT_BYTES, MESSAGE_TYPES, PROMPT_TYPES } from './prompts.ts';
export * from './types.ts';

/** One family of commands with a line for help. */
export interface Family {
  readonly name: string;
  readonly summary: string;
  readonly endpoints: readonly Endpoint[];
}

export const FAMILIES: readonly Family[] = [
  { name: 'auth', summary: 'Sign in and out, and see who you are', endpoints: auth },
  { name: 'users', summary: 'People who may sign in', endpoints: users },
  { name: 'groups', summary: 'Groups (org units) and their hierarchy', endpoints: groups },
  { name: 'webhooks', summary: 'Calls to your own server', endpoints: webhooks },
  { name: 'prompts', summary: 'Audio files for call flows', endpoints: prompts },
  { name: 'agents', summary: 'AI voice agents', endpoints: agents },
  { name: 'numbers', summary: 'Phone numbers', endpoints: numbers },
  { name: 'routes', summary: 'Provisioned routes (call flows)', endpoints: routes },
  { name: 'broadcasts', summary: 'SMS broadcasts', endpoints: broadcasts },
  { name: 'calls', summary: 'Call records', endpoints: calls },
  { name: 'sms', summary: 'SMS conversations', endpoints: sms },
  { name: 'tags', summary: 'Tags on calls', endpoints: tags },
  { name: 'ad-sources', summary: 'Advertising sources', endpoints: adSources },
  { name: 'industries', summary: 'Industries', endpoints: industries },
];

export const ENDPOINTS: readonly Endpoint[] = FAMILIES.flatMap((family) => family.endpoints);
