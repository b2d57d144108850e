/** Users. */
import type { ApiCall, Handler } from '../context.ts';
import { HttpError } from '../http/answer.ts';
import { readFields } from '../http/values.ts';
import type { Group, Row, Store, User } from '../store.ts';
import { contains, listResult, notFound, pathId, unknownFields } from './lists.ts';
import { checkTimezone, OrgTree } from './org.ts';

/** Role names as bodies spell them; an answer says "Standard User" (reference §3 and §5). */
const ROLE_IDS: Readonly<Record<string, number>> = { Admin: 1, Standard: 2, ReadOnly: 3 };
const ROLE_NAMES: Readonly<Record<number, string>> = { 1: 'Admin', 2: 'Standard User', 3: 'ReadOnly' };

/** The role that may not write. */
export const READ_ONLY_ROLE = 3;

/** Fields of an answer that follow from others: a body that brings them back does not change them. */
const DERIVED: ReadonlySet<string> = new Set([
  'ct_user_id',
  'email',
  'status',
  'agent_id',
  'group',
  'group_org_unit_id',
  'group_external_id',
  'account',
  'account_org_unit_id',
  'account_external_id',
  'parent_group',
  'parent_group_org_unit_id',
  'parent_group_external_id',
  'user_created',
]);

function groupFields(prefix: string, group: Group | undefined): Row {
  return {
    [prefix]: group?.org_unit_name ?? null,
    [`${prefix}_org_unit_id`]: group?.org_unit_id ?? null,
    [`${prefix}_external_id`]: group?.org_unit_ext_id ?? null,
  };
}

/** A row of the list: exactly the documented fields, then what a client added (reference: List Users). */
export function userRow(user: User, store: Store): Row {
  const org = new OrgTree(store);
  const group = org.get(user.ct_user_ou_id);
  return {
    first_name: user.first_name,
    last_name: user.last_name,
    email: user.username,
    user_ext_id: user.user_ext_id,
    ct_user_id: user.ct_user_id,
    status: user.user_status,
    agent_ring_to: user.agent_ring_to,
    agent_id: user.agent_code === null ? null : `AGT-${String(user.agent_code).padStart(3, '0')}`,
    ...groupFields('group', group),
    ...groupFields('account', group === undefined ? undefined : org.top(group)),
    ...groupFields('parent_group', org.get(group?.org_unit_parent_id ?? 0)),
    role: ROLE_NAMES[user.role_id],
    access_audio: user.access_audio ? 'Yes' : 'No',
    group_access: 1,
    report_access: 1,
    assign_scorecard: user.score_call,
    user_created: user.user_created,
    ...user.extra,
  };
}

/** One user: the row of the list and the fields that only a body has. */
function detail(user: User, store: Store): Row {
  return {
    username: user.username,
    ct_user_ou_id: user.ct_user_ou_id,
    role_id: user.role_id,
    user_status: user.user_status,
    timezone: user.timezone,
    agent_code: user.agent_code,
    score_call: user.score_call,
    aliases: user.aliases,
    ...userRow(user, store),
  };
}

/** `auth profile`: the signed-in user. Its fields are not documented. */
const profile: Handler = ({ caller, org }) => ({
  data: {
    user_id: caller.ct_user_id,
    email: caller.username,
    first_name: caller.first_name,
    last_name: caller.last_name,
    role_id: caller.role_id,
    role: ROLE_NAMES[caller.role_id],
    org_unit_id: caller.ct_user_ou_id,
    org_unit_name: org.get(caller.ct_user_ou_id)?.org_unit_name ?? null,
    timezone: caller.timezone,
  },
});

function fullName(user: User): string {
  return `${user.first_name} ${user.last_name}`;
}

/** `users list` with all filters of its page; deleted users come only when they are asked for. */
const list: Handler = (call) => {
  const { query } = call;
  const scope = call.org.scopeFor(call.caller.ct_user_ou_id, query.integer('org_unit_id'));
  const status = query.text('user_status');
  const role = query.integer('role_id');
  const rows = call.store.users
    .all()
    .filter((user) => scope.has(user.ct_user_ou_id))
    .filter((user) => (status === undefined ? user.user_status !== 'deleted' : user.user_status === status))
    .filter((user) => role === undefined || user.role_id === role)
    .filter((user) => contains(fullName(user), query.text('name')))
    .filter((user) => contains(user.username, query.text('email')));
  const sortKey = (user: User): string => {
    if (query.text('sort_by') === 'name') return fullName(user).toLowerCase();
    if (query.text('sort_by') === 'email') return user.username.toLowerCase();
    return user.user_created;
  };
  const compare = (a: User, b: User): number => {
    const [left, right] = [sortKey(a), sortKey(b)];
    return left === right ? a.ct_user_id - b.ct_user_id : left < right ? -1 : 1;
  };
  const sign = query.text('sort_order') === 'asc' ? 1 : -1;
  rows.sort((a, b) => sign * compare(a, b));
  return listResult(call, rows, (user) => userRow(user, call.store));
};

function find(call: ApiCall): User {
  const user = call.store.users.get(pathId(call));
  if (user === undefined || !call.org.scope(call.caller.ct_user_ou_id).has(user.ct_user_ou_id)) {
    throw notFound(call);
  }
  return user;
}

/** The role that a body names in either of its two forms, or undefined. */
function readRole(fields: Row): number | undefined {
  const byName = ROLE_IDS[String(fields['role'] ?? '')];
  const byId = (fields['role_id'] ?? undefined) as number | undefined;
  if (byName !== undefined && byId !== undefined && byName !== byId) {
    throw new HttpError(400, 'role and role_id contradict each other.');
  }
  return byId ?? byName;
}

/** The user that a body describes, on top of `base`. Throws HttpError 400 for what the rules forbid. */
function read(call: ApiCall, body: Row, base: User): User {
  // An answer that comes back as a body spells some fields in its own way.
  const role = body['role'] === 'Standard User' ? 'Standard' : body['role'];
  const spelled = { username: body['email'], user_status: body['status'], ...body, role };
  const params = call.endpoint.body ?? [];
  const fields = readFields(params, spelled);
  const { role: _role, role_id: _roleId, ...own } = fields;
  const nullable = new Set(['user_ext_id', 'agent_ring_to', 'agent_code']);
  const given = Object.fromEntries(
    Object.entries(own).filter(([name, value]) => value !== null || nullable.has(name)),
  );
  const known = new Set([...params.map((param) => param.name), 'aliases', ...DERIVED]);
  const user: User = {
    ...base,
    ...given,
    role_id: readRole(fields) ?? base.role_id,
    aliases: body['aliases'] ?? base.aliases,
    extra: { ...base.extra, ...unknownFields(body, known) },
  };
  checkUsername(call, user);
  const group = call.org.get(user.ct_user_ou_id);
  const inScope = call.org.scope(call.caller.ct_user_ou_id).has(user.ct_user_ou_id);
  if (group === undefined || !inScope) {
    throw new HttpError(400, 'ct_user_ou_id must name an org unit of your account.');
  }
  if (user.timezone === '') user.timezone = group.timezone;
  checkTimezone(user.timezone);
  return user;
}

function checkUsername(call: ApiCall, user: User): void {
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(user.username)) {
    throw new HttpError(400, 'username must be an email address.');
  }
  const name = user.username.toLowerCase();
  const taken = call.store.users
    .all()
    .some(
      (other) =>
        other.ct_user_id !== user.ct_user_id &&
        other.user_status !== 'deleted' &&
        other.username.toLowerCase() === name,
    );
  // No status is named for a taken address; 400 is, for bodies that break a rule.
  if (taken) throw new HttpError(400, `username is taken: ${user.username}`);
}

/** A user without any field of its own; the default role is Standard (not stated). */
function blank(id: number, created: string): User {
  return {
    ct_user_id: id,
    username: '',
    first_name: '',
    last_name: '',
    ct_user_ou_id: 0,
    role_id: 2,
    user_ext_id: null,
    user_status: 'active',
    timezone: '',
    agent_ring_to: null,
    agent_code: null,
    score_call: false,
    access_audio: false,
    aliases: null,
    user_created: created,
    extra: {},
  };
}

const get: Handler = (call) => ({ data: detail(find(call), call.store) });

const create: Handler = async (call) => {
  const body = await call.exchange.jsonObject();
  const created = new Date(call.now).toISOString();
  const user = call.store.users.add((id) => read(call, body, blank(id, created)));
  return { status: 201, data: { userId: user.ct_user_id } };
};

function change(call: ApiCall, user: User): { data: Row } {
  call.store.users.set(user.ct_user_id, user);
  return { data: detail(user, call.store) };
}

const update: Handler = async (call) => {
  const body = await call.exchange.jsonObject();
  const old = find(call);
  return change(call, read(call, body, blank(old.ct_user_id, old.user_created)));
};

const patch: Handler = async (call) => {
  const body = await call.exchange.jsonObject();
  return change(call, read(call, body, find(call)));
};

/** Soft: the user stays, with the status `deleted`, and cannot sign in any more (reference §5). */
const remove: Handler = (call) => {
  const user = find(call);
  if (user.user_status === 'deleted') throw notFound(call);
  user.user_status = 'deleted';
  return { data: { ct_user_id: user.ct_user_id } };
};

export const userHandlers: Readonly<Record<string, Handler>> = {
  'auth profile': profile,
  'users list': list,
  'users get': get,
  'users create': create,
  'users update': update,
  'users patch': patch,
  'users delete': remove,
};
