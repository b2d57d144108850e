/** Calls and text messages: pure functions of the seed and the number of the row. */
import { CliError } from '../../shared/errors.ts';
import type { Call, CallFacts, Row, SmsConversation, SmsFacts, Store } from '../store.ts';
import { type RowSource, Timeline } from '../timeline.ts';
import { CONTACTS, contactName, contactNumber } from './people.ts';
import { mixed, Random } from './random.ts';

const DAY = 86_400_000;

/** How long before the start the first call was. */
const DAYS = 365;

/** Calls where nobody says how many: 30 a week. */
const USUAL_ROWS = 1564;
const CALLS_FOR_EACH_SMS = 5;

/** The most calls: every index fits into 32 bits, with room. */
const MAX_ROWS = 10_000_000;

/** Listed as often as they shall be likely. */
const DISPOSITIONS = [
  'ANSWERED',
  'ANSWERED',
  'ANSWERED',
  'ANSWERED',
  'ANSWERED',
  'NO ANSWER',
  'VOICEMAIL',
  'BUSY',
  'ABANDONED',
  'TRANSFERRED',
  'FAILED',
] as const;

/** Dispositions of calls that somebody spoke in. */
const SPOKEN: ReadonlySet<string> = new Set(['ANSWERED', 'TRANSFERRED', 'VOICEMAIL']);

const CAMPAIGNS = [
  { id: 301, name: 'Spring tune-up' },
  { id: 302, name: 'Emergency repair' },
  { id: 303, name: 'Commercial contracts' },
] as const;

const SENTENCES = [
  'Thank you for calling Larkspur, how can I help?',
  'My water heater stopped working last night.',
  'We can send somebody between two and four.',
  'Could you tell me what a yearly contract costs?',
  'I would like to move my appointment to Thursday.',
] as const;

const MESSAGES = [
  'Can you come earlier tomorrow?',
  'YES',
  'What is the price of a tune-up?',
  'Thanks, all is working again.',
  'Please call me back after five.',
  'Where is your technician?',
] as const;

/**
 * Puts calls and SMS conversations into the store. `now` in milliseconds since 1970; `rows` calls fill the year before
 * it, with a fifth as many conversations. Throws CliError `usage` when `rows` is no whole number up to 10 million.
 */
export function seedConversations(store: Store, seed: number, now: number, rows = USUAL_ROWS): void {
  if (!(Number.isInteger(rows) && rows >= 0 && rows <= MAX_ROWS)) {
    throw new CliError('usage', `The number of rows must be a whole number from 0 to ${MAX_ROWS}.`);
  }
  store.calls = new Timeline(callSource(store, seed, times(seed, now, rows)));
  const conversations = Math.ceil(rows / CALLS_FOR_EACH_SMS);
  store.sms = new Timeline(smsSource(store, seed, times(seed + 1, now, conversations)));
}

type Times = Pick<RowSource<unknown, unknown>, 'length' | 'timeAt'>;

/**
 * One moment, in whole seconds, in the middle half of each of `length` slots: how many fall into a whole number of days
 * never varies, and none comes before its neighbour.
 */
function times(seed: number, now: number, length: number): Times {
  const slot = (DAYS * DAY) / length;
  return {
    length,
    timeAt: (index) => {
      const shift = new Random(mixed(seed, index)).next() / 2;
      return Math.floor((now - (length - 1 - index + 0.25 + shift) * slot) / 1000) * 1000;
    },
  };
}

/** What calls speak of, as it was when the sandbox began: changes later do not rewrite the past. */
function setting(store: Store) {
  const routes = new Map(
    store
      .collection('routes')
      .all()
      .map((route) => [route['id'], { ...route }]),
  );
  const lines = store.numbers
    .all()
    .filter((number) => number.status === 'provisioned')
    .map((number) => {
      const unit = number.org_unit_id ?? 1001;
      const route = routes.get(number.provisioned_route_id) ?? {};
      return {
        phoneNumber: number.phone_number,
        unit,
        group: store.groups.get(unit)?.org_unit_name ?? null,
        routeId: number.provisioned_route_id,
        route: route['name'] ?? null,
        ringTo: route['ring_to'] ?? null,
      };
    });
  const named = (family: string): Row[] =>
    store
      .collection(family)
      .all()
      .map(({ id, name }) => ({ id, name }));
  return { lines, tags: named('tags'), sources: named('ad-sources') };
}

function callSource(store: Store, seed: number, { length, timeAt }: Times): RowSource<Call, CallFacts> {
  const { lines, tags, sources } = setting(store);
  store.callUnits = [...new Set(lines.map(({ unit }) => unit))];
  // The same few people call a small company; a large one has thousands of callers.
  const callers = Math.min(CONTACTS, Math.max(6, Math.floor(length / 20)));
  const drawn = (index: number) => {
    const random = new Random(mixed(seed + 2, index));
    const disposition = random.pick(DISPOSITIONS);
    const line = random.pick(lines);
    const campaign = random.pick(CAMPAIGNS);
    return { random, disposition, line, campaign, caller: random.integer(0, callers - 1) };
  };
  return {
    length,
    firstId: 98_765,
    timeAt,
    facts(index) {
      const { disposition, line, campaign, caller } = drawn(index);
      return {
        disposition,
        caller_id: `+${contactNumber(caller)}`,
        phone_number: line.phoneNumber,
        ring_to: line.ringTo,
        org_unit_id: line.unit,
        campaign_id: campaign.id,
        provisioned_route_id: line.routeId,
      };
    },
    row(index, id) {
      const { random, disposition, line, campaign, caller } = drawn(index);
      const startedAt = timeAt(index);
      const spoken = SPOKEN.has(disposition);
      const duration = spoken ? random.integer(20, 900) : random.integer(0, 30);
      const tag = random.pick(tags);
      const source = random.pick(sources);
      const sentences = [random.pick(SENTENCES), random.pick(SENTENCES)];
      return {
        startedAt,
        recorded: spoken,
        row: {
          call_id: id,
          call_started: new Date(startedAt).toISOString(),
          call_ended: new Date(startedAt + duration * 1000).toISOString(),
          duration,
          disposition,
          caller_id: `+${contactNumber(caller)}`,
          caller_name: contactName(caller),
          phone_number: line.phoneNumber,
          ring_to: line.ringTo,
          org_unit_id: line.unit,
          group_name: line.group,
          campaign_id: campaign.id,
          campaign_name: campaign.name,
          provisioned_route_id: line.routeId,
          route_name: line.route,
        },
        more: {
          tags: [{ ...tag }],
          comments: id % 4 === 0 ? [{ author: 'admin@example.com', text: 'Please call back.' }] : [],
          custom_sources: [{ name: 'ad_source', value: source['name'] }],
          call_flow: { provisioned_route_id: line.routeId, name: line.route },
          transcription: spoken ? sentences.join(' ') : null,
        },
      };
    },
  };
}

function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function smsSource(
  store: Store,
  seed: number,
  { length, timeAt }: Times,
): RowSource<SmsConversation, SmsFacts> {
  const agents = [101, 104].map((id) => {
    const user = store.users.get(id);
    return { id, name: `${user?.first_name} ${user?.last_name}` };
  });
  // Counted from the newest. A third is the administrator's own, a third somebody else's, a third nobody's.
  const facts = (index: number) => {
    const age = length - 1 - index;
    const agent = age % 3 === 2 ? undefined : agents[age % 3];
    return {
      age,
      agent,
      closed: age % 4 === 3,
      ct_user_id: agent?.id ?? null,
      org_unit_id: 1001 + ((Math.floor(age / 12) + age) % 3),
      contactName: contactName(age),
      phone_number: contactNumber(age),
    };
  };
  return {
    length,
    firstId: 5001,
    timeAt,
    facts,
    row(index, id) {
      const { age, agent, closed, contactName: name, org_unit_id, phone_number } = facts(index);
      const random = new Random(mixed(seed + 3, index));
      const updatedAt = timeAt(index);
      const unread = closed ? 0 : random.integer(0, 3);
      const updated = new Date(updatedAt).toISOString();
      return {
        org_unit_id,
        contactName: name,
        updatedAt,
        closed,
        row: {
          conversation_id: id,
          phone_number,
          first_response_time: clock(random.integer(30, 900)),
          avg_response_time: clock(random.integer(60, 1800)),
          sms_type: 'incoming',
          conversation_started: new Date(updatedAt - random.integer(600, 86_400) * 1000).toISOString(),
          conversation_updated: updated,
          source: 'tracking_number',
          source_name: 'Main line',
          conversation_status: unread > 0 ? 'unread' : 'read',
          ct_user_id: agent?.id ?? null,
          pin: age === 0,
          message: random.pick(MESSAGES),
          unread_count: unread,
          agent: agent?.name ?? null,
          closed_at: closed ? updated : null,
        },
      };
    },
  };
}
