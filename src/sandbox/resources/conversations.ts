/** Calls and SMS conversations. */
import type { ApiCall, Handler } from '../context.ts';
import { HttpError } from '../http/answer.ts';
import type { Call, Row, SmsConversation } from '../store.ts';
import { contains, listResult, notFound, pathId } from './lists.ts';

const DAY = 86_400_000;

/** Both ends included, milliseconds since 1970. */
interface Period {
  readonly start: number;
  readonly end: number;
}

/**
 * The period of a list of calls. Both ends missing: the last 7 days (reference: documented). One missing: the
 * period ends now, or is 7 days long (not stated). Throws HttpError 400 for a reversed or too long one.
 */
function callPeriod(call: ApiCall): Period {
  const end = call.query.date('end') ?? call.now;
  const start = call.query.date('start') ?? end - 7 * DAY;
  if (end <= start) throw new HttpError(400, 'end must be later than start.');
  if (end - start > 31 * DAY) throw new HttpError(400, 'start and end may be at most 31 days apart.');
  return { start, end };
}

/** The call with what `include` asks for beside its row (reference §9). */
function callRow(call: Call, include: ReadonlySet<string>, request: ApiCall): Row {
  const row: Row = { ...call.row };
  for (const [name, value] of Object.entries(call.more)) {
    if (include.has(name)) row[name] = value;
  }
  if (include.has('recordings')) {
    row['recordings'] = call.recorded ? [request.recordings.sign(call.row.call_id, request.now)] : [];
  }
  return row;
}

/** Filters that compare one field of the row with the parameter of the same name. */
const EXACT_FILTERS = [
  'campaign_id',
  'provisioned_route_id',
  'caller_id',
  'phone_number',
  'ring_to',
] as const;

function callMatches(call: Call, request: ApiCall, period: Period): boolean {
  const { query } = request;
  if (call.startedAt < period.start || call.startedAt > period.end) return false;
  const dispositions = query.list('disposition');
  if (dispositions.length > 0 && !dispositions.includes(String(call.row['disposition']))) return false;
  return EXACT_FILTERS.every((name) => {
    const wanted = query.text(name);
    return wanted === undefined || String(call.row[name]) === wanted;
  });
}

/** `calls list` (reference: documented, Get Calls List), newest first. */
const listCalls: Handler = (request) => {
  const { query, store, caller } = request;
  const include = new Set(query.list('include'));
  const show = (call: Call): Row => callRow(call, include, request);
  const scope = request.org.scopeFor(caller.ct_user_ou_id, query.integer('org_unit_id'));
  const visible = store.calls.all().filter((call) => scope.has(call.row.org_unit_id));
  const id = query.text('call_id');
  if (id !== undefined) {
    const rows = visible.filter((call) => String(call.row.call_id) === id).map(show);
    return { data: { calls: rows, total: rows.length } };
  }
  if (query.integer('limit') === undefined) throw new HttpError(400, 'limit is required.');
  const period = callPeriod(request);
  const rows = visible.filter((call) => callMatches(call, request, period));
  rows.sort((a, b) => b.startedAt - a.startedAt || b.row.call_id - a.row.call_id);
  return listResult(request, rows, show);
};

/** `calls get`: the call with everything that a list could include. */
const getCall: Handler = (request) => {
  const call = request.store.calls.get(pathId(request));
  const scope = request.org.scope(request.caller.ct_user_ou_id);
  if (call === undefined || !scope.has(call.row.org_unit_id)) throw notFound(request);
  return { data: callRow(call, new Set([...Object.keys(call.more), 'recordings']), request) };
};

function smsHasType(sms: SmsConversation, type: string, caller: number): boolean {
  if (type === 'close') return sms.closed;
  if (sms.closed) return false;
  if (type === 'assignedToYou') return sms.row.ct_user_id === caller;
  return type !== 'unassigned' || sms.row.ct_user_id === null;
}

/** `search` looks in the contact's name and number; a number may be written with `+`, spaces and dashes. */
function smsFound(sms: SmsConversation, search: string | undefined): boolean {
  if (search === undefined || contains(sms.contactName, search)) return true;
  return /^[\d\s()+.-]+$/.test(search) && contains(sms.row.phone_number, search.replace(/\D/g, ''));
}

/** `sms list` (reference: documented, Get SMS Conversations); its default limit is 7. */
const listSms: Handler = (request) => {
  const { query, caller } = request;
  const start = query.date('start') ?? Number.NEGATIVE_INFINITY;
  const end = query.date('end') ?? Number.POSITIVE_INFINITY;
  const sign = query.text('order') === 'asc' ? 1 : -1;
  const scope = request.org.scope(caller.ct_user_ou_id);
  const rows = request.store.sms
    .all()
    .filter((sms) => scope.has(sms.org_unit_id))
    .filter((sms) => smsHasType(sms, query.text('type') ?? 'allOpen', caller.ct_user_id))
    .filter((sms) => smsFound(sms, query.text('search')))
    .filter((sms) => sms.updatedAt >= start && sms.updatedAt <= end)
    .sort((a, b) => sign * (a.updatedAt - b.updatedAt));
  return listResult(request, rows, (sms) => sms.row, 7);
};

export const conversationHandlers: Readonly<Record<string, Handler>> = {
  'calls list': listCalls,
  'calls get': getCall,
  'sms list': listSms,
};
