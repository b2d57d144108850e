/** Calls and text messages of the last two weeks. */
import type { Store } from '../store.ts';
import type { Random } from './random.ts';

const DAY = 86_400_000;
const CALLS = 60;
const CALL_DAYS = 14;

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

const CALLERS = [
  'Dana Whitfield',
  'Marcus Oyelaran',
  'Ines Calder',
  'Tom Brandt',
  'Yuki Arai',
  'Paula Stroud',
];

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

/** Adds calls and SMS conversations. `now` in milliseconds since 1970. */
export function seedConversations(store: Store, random: Random, now: number): void {
  const slot = (CALL_DAYS * DAY) / CALLS;
  for (let index = 0; index < CALLS; index += 1) {
    // One call in the middle half of each slot: how many fall into a whole number of days never varies.
    const age = (CALLS - 1 - index + 0.25 + random.next() / 2) * slot;
    addCall(store, random, Math.floor((now - age) / 1000) * 1000);
  }
  for (let index = 0; index < 12; index += 1) addSms(store, random, now, index);
}

function addCall(store: Store, random: Random, startedAt: number): void {
  const disposition = random.pick(DISPOSITIONS);
  const spoken = SPOKEN.has(disposition);
  const duration = spoken ? random.integer(20, 900) : random.integer(0, 30);
  const number = random.pick(store.numbers.all().filter((candidate) => candidate.status === 'provisioned'));
  const route = store.collection('routes').get(number.provisioned_route_id ?? 0) ?? {};
  const campaign = random.pick(CAMPAIGNS);
  const caller = random.integer(0, CALLERS.length - 1);
  const tag = random.pick(store.collection('tags').all());
  const source = random.pick(store.collection('ad-sources').all());
  const sentences = [random.pick(SENTENCES), random.pick(SENTENCES)];
  const unit = number.org_unit_id ?? 1001;
  store.calls.add((id) => ({
    startedAt,
    recorded: spoken,
    row: {
      call_id: id,
      call_started: new Date(startedAt).toISOString(),
      call_ended: new Date(startedAt + duration * 1000).toISOString(),
      duration,
      disposition,
      caller_id: `+12085550${120 + caller}`,
      caller_name: CALLERS[caller],
      phone_number: number.phone_number,
      ring_to: route['ring_to'] ?? null,
      org_unit_id: unit,
      group_name: store.groups.get(unit)?.org_unit_name ?? null,
      campaign_id: campaign.id,
      campaign_name: campaign.name,
      provisioned_route_id: number.provisioned_route_id,
      route_name: route['name'] ?? null,
    },
    more: {
      tags: [{ id: tag['id'], name: tag['name'] }],
      comments: id % 4 === 0 ? [{ author: 'admin@example.com', text: 'Please call back.' }] : [],
      custom_sources: [{ name: 'ad_source', value: source['name'] }],
      call_flow: { provisioned_route_id: number.provisioned_route_id, name: route['name'] ?? null },
      transcription: spoken ? sentences.join(' ') : null,
    },
  }));
}

function clock(seconds: number): string {
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}

function addSms(store: Store, random: Random, now: number, index: number): void {
  const updatedAt = Math.floor((now - (index + 0.5) * 0.9 * DAY) / 1000) * 1000;
  const startedAt = updatedAt - random.integer(600, 86_400) * 1000;
  const closed = index % 4 === 3;
  // A third is the administrator's own, a third somebody else's, a third nobody's.
  const agent = index % 3 === 2 ? undefined : store.users.get(index % 3 === 0 ? 101 : 104);
  const unread = closed ? 0 : random.integer(0, 3);
  store.sms.add((id) => ({
    org_unit_id: 1001 + (index % 3),
    contactName: CALLERS[index % CALLERS.length] ?? '',
    updatedAt,
    closed,
    row: {
      conversation_id: id,
      phone_number: `12085550${120 + index}`,
      first_response_time: clock(random.integer(30, 900)),
      avg_response_time: clock(random.integer(60, 1800)),
      sms_type: 'incoming',
      conversation_started: new Date(startedAt).toISOString(),
      conversation_updated: new Date(updatedAt).toISOString(),
      source: 'tracking_number',
      source_name: 'Main line',
      conversation_status: unread > 0 ? 'unread' : 'read',
      ct_user_id: agent?.ct_user_id ?? null,
      pin: index === 0,
      message: random.pick(MESSAGES),
      unread_count: unread,
      agent: agent === undefined ? null : `${agent.first_name} ${agent.last_name}`,
      closed_at: closed ? new Date(updatedAt).toISOString() : null,
    },
  }));
}
