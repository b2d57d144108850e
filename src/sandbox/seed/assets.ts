/** What the fictional company has set up: prompts, numbers, routes, agents, webhooks, broadcasts, tags, sources. */
import { makePrompt } from '../resources/prompts.ts';
import type { Row, Store } from '../store.ts';
import { toneWav } from './tone.ts';

const DAY = 86_400_000;

const PROMPTS = [
  { name: 'Main Menu', message_type: 'prompt', org_unit_id: 1001 },
  { name: 'Agent Whisper', message_type: 'whisper', org_unit_id: 1001 },
  { name: 'After Hours', message_type: 'voicemail', org_unit_id: 1002 },
  { name: 'How Did We Do', message_type: 'survey', org_unit_id: 1003 },
] as const;

/** Families without documented fields; every row gets `id`, `status` and `created` besides. */
const ROWS: Readonly<Record<string, readonly Row[]>> = {
  webhooks: [
    { name: 'Call finished', type: 'post-call', url: 'https://example.com/hooks/call-finished' },
    { name: 'Caller lookup', type: 'pre-call', url: 'https://example.com/hooks/caller-lookup' },
    { name: 'Old CRM', type: 'post-call', url: 'https://example.com/hooks/crm', status: 'inactive' },
  ],
  agents: [
    { name: 'Front desk', language: 'en-US', org_unit_id: 1001 },
    { name: 'Night desk', language: 'en-US', org_unit_id: 1002 },
    { name: 'Recepción', language: 'es-US', org_unit_id: 1003 },
  ],
  routes: [
    { name: 'Main line', ring_to: '+13035550101', org_unit_id: 1001 },
    { name: 'North overflow', ring_to: '+13035550104', org_unit_id: 1002 },
    { name: 'South overflow', ring_to: '+13035550105', org_unit_id: 1003 },
    { name: 'Commercial desk', ring_to: '+13035550106', org_unit_id: 1004 },
  ],
  broadcasts: [
    { name: 'Spring check-up', message: 'Time for your spring check-up. Reply YES to book.', status: 'sent' },
    { name: 'Holiday hours', message: 'We are closed on Monday.', status: 'scheduled' },
    { name: 'Winter offer', message: '10 % off furnace service.', status: 'draft' },
  ],
  tags: [
    { name: 'VIP', color: '#b8860b' },
    { name: 'New customer', color: '#2e8b57' },
    { name: 'Follow up', color: '#4169e1' },
    { name: 'Wrong number', color: '#808080' },
  ],
  'ad-sources': [
    { name: 'Search ads', type: 'online' },
    { name: 'Local radio', type: 'broadcast' },
    { name: 'Door hanger', type: 'print' },
    { name: 'Referral', type: 'other' },
  ],
};

/** Adds everything but people and conversations. `now` in milliseconds since 1970. */
export function seedAssets(store: Store, now: number): void {
  for (const [family, rows] of Object.entries(ROWS)) {
    for (const [index, row] of rows.entries()) {
      const created = new Date(now - (200 - index * 30) * DAY).toISOString();
      store.collection(family).add((id) => ({ id, status: 'active', ...row, created, modified: created }));
    }
  }
  for (const [index, prompt] of PROMPTS.entries()) {
    const bytes = toneWav(1, 400 + index * 60);
    store.prompts.add((id) =>
      makePrompt(id, now - (120 - index * 10) * DAY, { ...prompt, bytes, extra: {}, type: 'wav' }),
    );
  }
  seedNumbers(store);
}

function seedNumbers(store: Store): void {
  const routes = store.collection('routes').all();
  for (let index = 0; index < 20; index += 1) {
    const route = index >= 14 ? routes[(index - 14) % routes.length] : undefined;
    const status = index < 8 ? 'available' : route === undefined ? 'assigned' : 'provisioned';
    store.numbers.add((id) => ({
      id,
      phone_number: `+180155501${String(index).padStart(2, '0')}`,
      status,
      org_unit_id: status === 'available' ? null : 1001 + (index % 4),
      provisioned_route_id: (route?.['id'] as number | undefined) ?? null,
      extra: { type: 'local', city: 'Salt Lake City', state: 'UT' },
    }));
  }
}
