/** Calls and SMS conversations. */
import type { ApiCall, ApiResult, Handler } from '../context.ts';
import { HttpError } from '../http/answer.ts';
import type { Call, CallFacts, Row, SmsFacts } from '../store.ts';
import type { RowFilter, Selection, Timeline } from '../timeline.ts';
import { contains, notFound, pageResult, pathId, rowsOfPage } from './lists.ts';

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

/** Whether there is anything to look for in the rows: usually the caller sees every group that has calls. */
function callFilter(request: ApiCall, scope: ReadonlySet<number>): RowFilter<CallFacts> | undefined {
  const { query, store } = request;
  const dispositions = query.list('disposition');
  const exact = EXACT_FILTERS.flatMap((name) => {
    const wanted = query.text(name);
    return wanted === undefined ? [] : [[name, wanted] as const];
  });
  const everywhere = store.callUnits.every((unit) => scope.has(unit));
  if (everywhere && dispositions.length === 0 && exact.length === 0) return undefined;
  return {
    name: JSON.stringify([[...scope], dispositions, exact]),
    test: (facts) =>
      scope.has(facts.org_unit_id) &&
      (dispositions.length === 0 || dispositions.includes(facts.disposition)) &&
      exact.every(([name, wanted]) => String(facts[name]) === wanted),
  };
}

/** `calls list` (reference: documented, Get Calls List), newest first. */
const listCalls: Handler = (request) => {
  const { query, store, caller } = request;
  const include = new Set(query.list('include'));
  const show = (call: Call): Row => callRow(call, include, request);
  const scope = request.org.scopeFor(caller.ct_user_ou_id, query.integer('org_unit_id'));
  const id = query.text('call_id');
  if (id !== undefined) {
    const call = store.calls.get(/^\d{1,15}$/.test(id) ? Number(id) : Number.NaN);
    const rows = call !== undefined && scope.has(call.row.org_unit_id) ? [show(call)] : [];
    return pageResult(request, rows, rows.length);
  }
  if (query.integer('limit') === undefined) throw new HttpError(400, 'limit is required.');
  const { start, end } = callPeriod(request);
  const found = store.calls.select(start, end, callFilter(request, scope));
  return timelinePage(request, store.calls, found, 'desc', show);
};

/** `calls get`: the call with everything that a list could include. */
const getCall: Handler = (request) => {
  const call = request.store.calls.get(pathId(request));
  const scope = request.org.scope(request.caller.ct_user_ou_id);
  if (call === undefined || !scope.has(call.row.org_unit_id)) throw notFound(request);
  return { data: callRow(call, new Set([...Object.keys(call.more), 'recordings']), request) };
};

function smsHasType(sms: SmsFacts, type: string, caller: number): boolean {
  if (type === 'close') return sms.closed;
  if (sms.closed) return false;
  if (type === 'assignedToYou') return sms.ct_user_id === caller;
  return type !== 'unassigned' || sms.ct_user_id === null;
}

/** `search` looks in the contact's name and number; a number may be written with `+`, spaces and dashes. */
function smsFound(sms: SmsFacts, search: string | undefined): boolean {
  if (search === undefined || contains(sms.contactName, search)) return true;
  return /^[\d\s()+.-]+$/.test(search) && contains(sms.phone_number, search.replace(/\D/g, ''));
}

/** `sms list` (reference: documented, Get SMS Conversations); its default limit is 7. */
const listSms: Handler = (request) => {
  const { query, store } = request;
  const start = query.date('start') ?? Number.NEGATIVE_INFINITY;
  const end = query.date('end') ?? Number.POSITIVE_INFINITY;
  const type = query.text('type') ?? 'allOpen';
  const search = query.text('search');
  const caller = request.caller.ct_user_id;
  const scope = request.org.scope(request.caller.ct_user_ou_id);
  const found = store.sms.select(start, end, {
    name: JSON.stringify([[...scope], type, type === 'assignedToYou' ? caller : 0, search]),
    test: (sms) => scope.has(sms.org_unit_id) && smsHasType(sms, type, caller) && smsFound(sms, search),
  });
  return timelinePage(request, store.sms, found, query.text('order') ?? 'desc', (sms) => sms.row, 7);
};

/** The page of a selection, `desc` from its end; only the rows of the page are made. */
function timelinePage<T, Facts>(
  request: ApiCall,
  timeline: Timeline<T, Facts>,
  found: Selection,
  order: string,
  show: (row: T) => Row,
  defaultLimit?: number,
): ApiResult {
  const { from, to } = rowsOfPage(request, found.length, defaultLimit);
  const rows: Row[] = [];
  for (let place = from; place < to; place += 1) {
    rows.push(show(timeline.at(found.at(order === 'asc' ? place : found.length - 1 - place))));
  }
  return pageResult(request, rows, found.length);
}

export const conversationHandlers: Readonly<Record<string, Handler>> = {
  'calls list': listCalls,
  'calls get': getCall,
  'sms list': listSms,
};
