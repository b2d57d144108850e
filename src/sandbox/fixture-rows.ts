/** Checked rows in the shape of the API's lists, as what is stored. What a row does not say has a default. */
import { PROMPT_TYPES } from '../convirza/catalogue/index.ts';
import { unknownFields } from './resources/lists.ts';
import { makePrompt } from './resources/prompts.ts';
import { toneWav } from './seed/tone.ts';
import type { Group, PhoneNumber, Prompt, Row, User } from './store.ts';

const ROLES: Readonly<Record<string, number>> = { Admin: 1, Standard: 2, 'Standard User': 2, ReadOnly: 3 };

/** Fields that an answer works out from others, or that are stored under another name. */
const USER_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'ct_user_id',
    'email',
    'username',
    'status',
    'user_status',
    'role',
    'role_id',
    'first_name',
    'last_name',
  ],
  ...['ct_user_ou_id', 'user_ext_id', 'timezone', 'agent_ring_to', 'agent_id', 'agent_code', 'aliases'],
  ...['score_call', 'assign_scorecard', 'access_audio', 'group_access', 'report_access', 'user_created'],
  ...['group', 'group_org_unit_id', 'group_external_id', 'account', 'account_org_unit_id'],
  ...['account_external_id', 'parent_group', 'parent_group_org_unit_id', 'parent_group_external_id'],
]);

const words = (value: unknown): string => (typeof value === 'string' ? value : '');
const wordsOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);
const isYes = (value: unknown): boolean => value === true || value === 'Yes';
const isoTime = (value: unknown, now: number): string =>
  typeof value === 'string' ? value : new Date(now).toISOString();

/** `AGT-007` is 7. */
function agentCode(row: Row): number | null {
  const digits = /^AGT-(\d{1,9})$/.exec(words(row['agent_id']))?.[1];
  return numberOrNull(row['agent_code']) ?? (digits === undefined ? null : Number(digits));
}

/** @param root the group of a row that names none; `now` in milliseconds since 1970, as in all of these */
export function storedUser(row: Row, root: number, now: number): User {
  return {
    ct_user_id: Number(row['ct_user_id']),
    username: words(row['email'] ?? row['username']),
    first_name: words(row['first_name']),
    last_name: words(row['last_name']),
    ct_user_ou_id: Number(row['group_org_unit_id'] ?? row['ct_user_ou_id'] ?? root),
    role_id: Number(row['role_id'] ?? ROLES[words(row['role'])] ?? 2),
    user_ext_id: wordsOrNull(row['user_ext_id']),
    user_status: words(row['status'] ?? row['user_status'] ?? 'active'),
    timezone: words(row['timezone'] ?? 'UTC'),
    agent_ring_to: wordsOrNull(row['agent_ring_to']),
    agent_code: agentCode(row),
    score_call: isYes(row['assign_scorecard'] ?? row['score_call']),
    access_audio: isYes(row['access_audio']),
    aliases: row['aliases'] ?? null,
    user_created: isoTime(row['user_created'], now),
    extra: unknownFields(row, USER_FIELDS),
  };
}

export function storedGroup(row: Row, now: number): Group {
  const created = isoTime(row['org_unit_created'], now);
  const group: Omit<Group, 'extra'> = {
    org_unit_id: Number(row['org_unit_id']),
    org_unit_ext_id: wordsOrNull(row['org_unit_ext_id']),
    org_unit_name: words(row['org_unit_name']),
    org_unit_parent_id: numberOrNull(row['org_unit_parent_id']),
    org_unit_status: words(row['org_unit_status'] ?? 'active'),
    billing_id: wordsOrNull(row['billing_id']),
    address: wordsOrNull(row['address']),
    city: wordsOrNull(row['city']),
    state: wordsOrNull(row['state']),
    zip: wordsOrNull(row['zip']),
    phone_number: wordsOrNull(row['phone_number']),
    industry_id: numberOrNull(row['industry_id']),
    timezone: words(row['timezone'] ?? 'UTC'),
    org_unit_created: created,
    org_unit_modified: isoTime(row['org_unit_modified'] ?? created, now),
  };
  const known = new Set([...Object.keys(group), 'top_ou_id', 'industry_name']);
  return { ...group, extra: unknownFields(row, known) };
}

const PROMPT_FIELDS: ReadonlySet<string> = new Set([
  ...[
    'media_prompt_id',
    'filename',
    'recording_name',
    'url',
    'message_type',
    'org_unit_id',
    'size',
    'created',
  ],
]);

/** Its sound is a made-up tone of one second, whatever its name says. */
export function storedPrompt(row: Row, root: number, now: number): Prompt {
  const id = Number(row['media_prompt_id']);
  const ending = /\.(\w+)$/.exec(words(row['url'] ?? row['filename']))?.[1]?.toLowerCase();
  const prompt = makePrompt(id, Date.parse(isoTime(row['created'], now)), {
    name: words(row['filename']),
    message_type: words(row['message_type']),
    org_unit_id: Number(row['org_unit_id'] ?? root),
    bytes: toneWav(1, 400 + (id % 20) * 20),
    type: PROMPT_TYPES.find((type) => type === ending) ?? 'wav',
    extra: unknownFields(row, PROMPT_FIELDS),
  });
  return {
    ...prompt,
    recording_name: words(row['recording_name'] ?? prompt.recording_name),
    url: words(row['url'] ?? prompt.url),
  };
}

export function storedNumber(row: Row): PhoneNumber {
  const {
    id,
    phone_number: phone,
    status = 'available',
    org_unit_id: unit,
    provisioned_route_id: route,
  } = row;
  return {
    id: Number(id),
    phone_number: words(phone),
    status: status as PhoneNumber['status'],
    org_unit_id: numberOrNull(unit),
    provisioned_route_id: numberOrNull(route),
    extra: unknownFields(
      row,
      new Set(['id', 'phone_number', 'status', 'org_unit_id', 'provisioned_route_id']),
    ),
  };
}
