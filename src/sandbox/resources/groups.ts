/** Groups (org units). */
import type { ApiCall, Handler } from '../context.ts';
import { HttpError } from '../http/answer.ts';
import { readFields } from '../http/values.ts';
import type { Group, Row, Store } from '../store.ts';
import { contains, listResult, notFound, pathId, unknownFields } from './lists.ts';
import { checkTimezone, OrgTree } from './org.ts';

/** Status of a deleted group: nobody documented it, but the tree knows archived ones. */
const ARCHIVED = 'archived';

/** Fields of a body that have a place of their own, or that the sandbox works out itself. */
const KNOWN: ReadonlySet<string> = new Set([
  ...Object.keys(blank(0, null, '')),
  'parent_org_unit_id',
  'top_ou_id',
  'industry_name',
]);

/** A row of a list: exactly the documented fields, then what a client added (reference: List Child Groups). */
export function groupRow(group: Group, store: Store): Row {
  const industry = store.collection('industries').get(group.industry_id ?? 0);
  return {
    org_unit_id: group.org_unit_id,
    org_unit_ext_id: group.org_unit_ext_id,
    org_unit_name: group.org_unit_name,
    org_unit_parent_id: group.org_unit_parent_id,
    top_ou_id: new OrgTree(store).top(group).org_unit_id,
    org_unit_status: group.org_unit_status,
    billing_id: group.billing_id,
    address: group.address,
    city: group.city,
    state: group.state,
    zip: group.zip,
    phone_number: group.phone_number,
    industry_id: group.industry_id,
    industry_name: industry?.['name'] ?? null,
    org_unit_created: group.org_unit_created,
    org_unit_modified: group.org_unit_modified,
    ...group.extra,
  };
}

function detail(group: Group, store: Store): Row {
  return { ...groupRow(group, store), timezone: group.timezone };
}

function isArchived(group: Group): boolean {
  return group.org_unit_status.toLowerCase() === ARCHIVED;
}

function find(call: ApiCall): Group {
  const id = pathId(call);
  const group = call.org.get(id);
  if (group === undefined || !call.org.scope(call.caller.ct_user_ou_id).has(id)) throw notFound(call);
  return group;
}

/** The group that a body describes, on top of `base`. Throws HttpError 400 for what the rules forbid. */
function read(call: ApiCall, body: Row, base: Group): Group {
  const { parent_org_unit_id: otherParent, ...rest } = body;
  // The page's text and its example name the parent differently (reference §6).
  const fields = readFields(call.endpoint.body ?? [], { org_unit_parent_id: otherParent, ...rest });
  const { top_ou_id: _top, ...known } = fields;
  const given = Object.fromEntries(
    Object.entries(known).filter(
      ([name, value]) =>
        value !== null || !['org_unit_name', 'org_unit_parent_id', 'timezone'].includes(name),
    ),
  );
  const group: Group = { ...base, ...given, extra: { ...base.extra, ...unknownFields(body, KNOWN) } };
  const status = body['org_unit_status'];
  if (typeof status === 'string' && status !== '') group.org_unit_status = status;
  checkPlace(call, group, base);
  if (group.timezone === '') group.timezone = call.org.get(group.org_unit_parent_id ?? 0)?.timezone ?? 'UTC';
  checkTimezone(group.timezone);
  return group;
}

function checkPlace(call: ApiCall, group: Group, base: Group): void {
  if (group.org_unit_name.trim() === '') throw new HttpError(400, 'org_unit_name is required.');
  const parent = group.org_unit_parent_id;
  if (parent !== base.org_unit_parent_id || call.endpoint.verb === 'create') {
    const active = parent === null ? undefined : call.org.get(parent);
    const inScope = parent !== null && call.org.scope(call.caller.ct_user_ou_id).has(parent);
    if (active === undefined || !inScope || active.org_unit_status !== 'active') {
      throw new HttpError(400, 'org_unit_parent_id must name an active org unit of your account.');
    }
    if (parent !== null && call.org.scope(group.org_unit_id).has(parent)) {
      throw new HttpError(400, 'A group cannot be moved below itself.');
    }
  }
  const siblings = parent === null ? [] : call.org.children(parent);
  const taken = siblings.some(
    (other) =>
      other.org_unit_id !== group.org_unit_id &&
      other.org_unit_name === group.org_unit_name &&
      !isArchived(other),
  );
  if (taken) throw new HttpError(400, `org_unit_name is taken: ${group.org_unit_name}`);
}

/** A group without any field of its own. */
function blank(id: number, parent: number | null, created: string): Group {
  return {
    org_unit_id: id,
    org_unit_ext_id: null,
    org_unit_name: '',
    org_unit_parent_id: parent,
    org_unit_status: 'active',
    billing_id: null,
    address: null,
    city: null,
    state: null,
    zip: null,
    phone_number: null,
    industry_id: null,
    timezone: '',
    org_unit_created: created,
    org_unit_modified: created,
    extra: {},
  };
}

/** `groups list`: all groups that the caller sees; archived ones are left out. */
const list: Handler = (call) => {
  const groups = call.org.walk(call.caller.ct_user_ou_id).map((node) => node.group);
  return listResult(
    call,
    groups.filter((group) => !isArchived(group)),
    (group) => groupRow(group, call.store),
  );
};

/** `groups children`: one level. Without `status` archived groups are left out (not stated). */
const children: Handler = (call) => {
  const own = call.caller.ct_user_ou_id;
  const asked = call.query.integer('org_unit_id');
  call.org.scopeFor(own, asked);
  const status = call.query.text('status')?.toLowerCase();
  const rows = call.org
    .children(asked ?? own)
    .filter((group) => contains(group.org_unit_name, call.query.text('group_name')))
    .filter((group) =>
      status === undefined ? !isArchived(group) : group.org_unit_status.toLowerCase() === status,
    );
  return listResult(call, rows, (group) => groupRow(group, call.store));
};

/** `groups tree`: flat, in depth order, as the example of the documentation shows it. */
const tree: Handler = (call) => {
  const activeOnly = call.query.flag('active') ?? true;
  const nodes = call.org.walk(call.caller.ct_user_ou_id);
  return listResult(
    call,
    nodes.filter(({ group }) => !activeOnly || !isArchived(group)),
    ({ group, code, level }) => ({
      org_unit_id: group.org_unit_id,
      text: group.org_unit_name,
      code,
      group_level: level,
    }),
  );
};

/** `groups hierarchy`: ids alone; 401 for a group out of scope (reference: documented). */
const hierarchy: Handler = (call) => {
  const id = pathId(call);
  if (!call.org.scope(call.caller.ct_user_ou_id).has(id)) {
    throw new HttpError(401, `Org unit ${id} is outside your account.`);
  }
  return listResult(call, [...call.org.scope(id)], (unit) => unit);
};

const get: Handler = (call) => ({ data: detail(find(call), call.store) });

const create: Handler = async (call) => {
  const body = await call.exchange.jsonObject();
  const created = new Date(call.now).toISOString();
  const group = call.store.groups.add((id) =>
    read(call, body, blank(id, call.caller.ct_user_ou_id, created)),
  );
  return { status: 201, data: { orgUnitId: group.org_unit_id } };
};

const update: Handler = async (call) => {
  const body = await call.exchange.jsonObject();
  const old = find(call);
  const base = blank(old.org_unit_id, old.org_unit_parent_id, old.org_unit_created);
  return change(call, read(call, body, base));
};

const patch: Handler = async (call) => {
  const body = await call.exchange.jsonObject();
  return change(call, read(call, body, find(call)));
};

function change(call: ApiCall, group: Group): { data: Row } {
  group.org_unit_modified = new Date(call.now).toISOString();
  call.store.groups.set(group.org_unit_id, group);
  return { data: detail(group, call.store) };
}

/** Archives a group. With active groups below it, or as the caller's own, it is refused (not stated). */
const remove: Handler = (call) => {
  const group = find(call);
  if (isArchived(group)) throw notFound(call);
  if (group.org_unit_id === call.caller.ct_user_ou_id) {
    throw new HttpError(400, 'Your own group cannot be deleted.');
  }
  if (call.org.children(group.org_unit_id).some((child) => !isArchived(child))) {
    throw new HttpError(400, 'The group has sub-groups.');
  }
  group.org_unit_status = ARCHIVED;
  group.org_unit_modified = new Date(call.now).toISOString();
  return { data: { org_unit_id: group.org_unit_id } };
};

export const groupHandlers: Readonly<Record<string, Handler>> = {
  'groups list': list,
  'groups children': children,
  'groups tree': tree,
  'groups hierarchy': hierarchy,
  'groups get': get,
  'groups create': create,
  'groups update': update,
  'groups patch': patch,
  'groups delete': remove,
};
