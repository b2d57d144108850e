/** What the rows of a fixtures file must be, family by family: the shape in which the lists of the API answer them. */
import { MESSAGE_TYPES } from '../convirza/catalogue/index.ts';
import { parseDate } from './http/values.ts';
import type { Row } from './store.ts';

/** What a field must be, in words that go on after its name; undefined when it is. */
export type FieldRule = (value: unknown) => string | undefined;

/** The rules of one family. */
export interface FamilyRule {
  /** The field that holds the id. */
  id: string;
  /** Each of these must be there, by one of its names. */
  required: readonly (readonly string[])[];
  /** Fields with rules; any other is kept as it is. */
  fields: Readonly<Record<string, FieldRule>>;
  /** Two rows must not have the same of it. */
  unique?: { of: (row: Row) => string | undefined; field: string };
}

const rule =
  (expected: string, accepts: (value: unknown) => boolean): FieldRule =>
  (value) =>
    accepts(value) ? undefined : `must be ${expected}`;
const text = rule('a text', (value) => typeof value === 'string');
const filled = rule('a text that is not empty', (value) => typeof value === 'string' && value.trim() !== '');
const id = rule('a whole number above 0', (value) => Number.isSafeInteger(value) && (value as number) > 0);
const date = rule('an ISO 8601 time', (value) => typeof value === 'string' && parseDate(value) !== undefined);
const email = rule(
  'an email address',
  (value) => typeof value === 'string' && /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value),
);
const oneOf = (...choices: readonly unknown[]): FieldRule =>
  rule(`one of: ${choices.join(', ')}`, (value) => choices.includes(value));
const yesNo = oneOf('Yes', 'No', true, false);
const orNull =
  (inner: FieldRule): FieldRule =>
  (value) =>
    value === null ? undefined : inner(value);

const userStatus = oneOf('active', 'inactive', 'deleted');

const OWN: Readonly<Record<string, FamilyRule>> = {
  users: {
    id: 'ct_user_id',
    required: [['email', 'username']],
    fields: {
      email,
      username: email,
      first_name: text,
      last_name: text,
      role: oneOf('Admin', 'Standard', 'Standard User', 'ReadOnly'),
      role_id: oneOf(1, 2, 3),
      status: userStatus,
      user_status: userStatus,
      group_org_unit_id: id,
      ct_user_ou_id: id,
      user_ext_id: orNull(text),
      agent_ring_to: orNull(text),
      agent_code: orNull(id),
      access_audio: yesNo,
      assign_scorecard: yesNo,
      timezone: filled,
      user_created: date,
    },
    unique: { of: (row) => String(row['email'] ?? row['username']).toLowerCase(), field: 'email' },
  },
  groups: {
    id: 'org_unit_id',
    required: [['org_unit_name']],
    fields: {
      org_unit_name: filled,
      org_unit_parent_id: orNull(id),
      org_unit_ext_id: orNull(text),
      org_unit_status: filled,
      industry_id: orNull(id),
      timezone: filled,
      org_unit_created: date,
      org_unit_modified: date,
    },
  },
  prompts: {
    id: 'media_prompt_id',
    required: [['filename'], ['message_type']],
    fields: {
      filename: filled,
      message_type: oneOf(...MESSAGE_TYPES),
      org_unit_id: id,
      recording_name: filled,
      url: rule(
        'a path such as /uploads/call-flow-recordings/welcome.wav',
        (value) => typeof value === 'string' && /^\/uploads\/call-flow-recordings\/[^/?#\s]+$/.test(value),
      ),
      created: date,
    },
    unique: {
      of: (row) => JSON.stringify([row['org_unit_id'] ?? null, row['filename']]),
      field: 'filename',
    },
  },
  numbers: {
    id: 'id',
    required: [['phone_number']],
    fields: {
      phone_number: rule(
        'a number such as +18015550100',
        (value) => typeof value === 'string' && /^\+[1-9]\d{5,14}$/.test(value),
      ),
      status: oneOf('available', 'assigned', 'provisioned'),
      org_unit_id: orNull(id),
      provisioned_route_id: orNull(id),
    },
    unique: { of: (row) => String(row['phone_number']), field: 'phone_number' },
  },
};

/** Of families whose fields nobody documented, the id alone has a rule. */
const ANY: FamilyRule = { id: 'id', required: [], fields: {} };

/** The families whose rows are made from the seed, so that a file cannot hold them. */
export const GENERATED: readonly string[] = ['calls', 'sms'];

/** The families that a fixtures file may hold. */
export const FIXTURE_FAMILIES = [
  'users',
  'groups',
  'prompts',
  'numbers',
  'webhooks',
  'agents',
  'routes',
  'broadcasts',
  'tags',
  'ad-sources',
  'industries',
] as const;

/** The rules of a family of `FIXTURE_FAMILIES`. */
export function familyRule(family: string): FamilyRule {
  return OWN[family] ?? ANY;
}

/** The rule of ids. */
export const checkId = id;
