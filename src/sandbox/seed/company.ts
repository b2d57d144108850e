/** The fictional company: its groups and its people. */
import { ADMIN_EMAIL, READ_ONLY_EMAIL } from '../accounts.ts';
import type { Store, User } from '../store.ts';
import type { Random } from './random.ts';

const DAY = 86_400_000;

const INDUSTRIES = ['Home Services', 'Automotive', 'Healthcare', 'Legal', 'Real Estate', 'Travel'];

interface Place {
  readonly name: string;
  /** Position of the parent in this list. */
  readonly parent?: number;
  readonly city: string;
  readonly state: string;
  readonly zip: string;
  readonly timezone: string;
  readonly archived?: true;
}

const PLACES: readonly Place[] = [
  { name: 'Larkspur Home Services', city: 'Denver', state: 'CO', zip: '80202', timezone: 'America/Denver' },
  { name: 'North Region', parent: 0, city: 'Boise', state: 'ID', zip: '83702', timezone: 'America/Boise' },
  { name: 'South Region', parent: 0, city: 'Tucson', state: 'AZ', zip: '85701', timezone: 'America/Phoenix' },
  { name: 'Commercial', parent: 0, city: 'Denver', state: 'CO', zip: '80205', timezone: 'America/Denver' },
  { name: 'Boise Branch', parent: 1, city: 'Boise', state: 'ID', zip: '83704', timezone: 'America/Boise' },
  {
    name: 'Spokane Branch',
    parent: 1,
    city: 'Spokane',
    state: 'WA',
    zip: '99201',
    timezone: 'America/Los_Angeles',
  },
  {
    name: 'Tucson Branch',
    parent: 2,
    city: 'Tucson',
    state: 'AZ',
    zip: '85705',
    timezone: 'America/Phoenix',
  },
  { name: 'Mesa Branch', parent: 2, city: 'Mesa', state: 'AZ', zip: '85201', timezone: 'America/Phoenix' },
  {
    name: 'Reno Branch',
    parent: 1,
    city: 'Reno',
    state: 'NV',
    zip: '89501',
    timezone: 'America/Los_Angeles',
    archived: true,
  },
];

const FIRST_NAMES = [
  'Ada',
  'Ben',
  'Carla',
  'Dmitri',
  'Elena',
  'Farid',
  'Grace',
  'Hugo',
  'Imani',
  'Jonas',
  'Keiko',
  'Liam',
  'Mara',
  'Noor',
  'Oscar',
  'Priya',
  'Quinn',
  'Rosa',
  'Samir',
  'Tess',
  'Uma',
  'Viktor',
  'Wanda',
] as const;

const LAST_NAMES = [
  'Abbott',
  'Bauer',
  'Castillo',
  'Dorsey',
  'Engel',
  'Flores',
  'Grant',
  'Haddad',
  'Ivanov',
  'Jensen',
  'Kim',
] as const;

/** Adds industries, groups and users. `now` in milliseconds since 1970. */
export function seedCompany(store: Store, random: Random, now: number): void {
  for (const name of INDUSTRIES) store.collection('industries').add((id) => ({ id, name }));
  seedGroups(store, now);
  seedUsers(store, random, now);
}

function seedGroups(store: Store, now: number): void {
  const ids: number[] = [];
  for (const [index, place] of PLACES.entries()) {
    const created = new Date(now - (900 - index * 20) * DAY).toISOString();
    const group = store.groups.add((id) => ({
      org_unit_id: id,
      org_unit_ext_id: `LHS-${String(index + 1).padStart(2, '0')}`,
      org_unit_name: place.name,
      org_unit_parent_id: place.parent === undefined ? null : (ids[place.parent] ?? null),
      org_unit_status: place.archived ? 'archived' : 'active',
      billing_id: place.parent === undefined ? 'B-20417' : null,
      address: `${100 + index * 12} Larkspur Way`,
      city: place.city,
      state: place.state,
      zip: place.zip,
      phone_number: `+1-303-555-01${40 + index}`,
      industry_id: 41,
      timezone: place.timezone,
      org_unit_created: created,
      org_unit_modified: created,
      extra: {},
    }));
    ids.push(group.org_unit_id);
  }
}

function seedUsers(store: Store, random: Random, now: number): void {
  const add = (fields: Partial<User> & Pick<User, 'username' | 'first_name' | 'last_name'>): void => {
    store.users.add((id) => {
      const number = id - 100;
      const unit = fields.ct_user_ou_id ?? 1001;
      return {
        ct_user_id: id,
        ct_user_ou_id: unit,
        role_id: 2,
        user_ext_id: `E-${1000 + number}`,
        user_status: 'active',
        timezone: store.groups.get(unit)?.timezone ?? 'UTC',
        agent_ring_to: `+13035550${100 + number}`,
        agent_code: number,
        score_call: number % 3 === 0,
        access_audio: number % 4 !== 0,
        aliases: null,
        user_created: new Date(
          now - (720 - number * 25) * DAY - random.integer(0, 86_399) * 1000,
        ).toISOString(),
        extra: {},
        ...fields,
      };
    });
  };
  add({ username: ADMIN_EMAIL, first_name: 'Alex', last_name: 'Morgan', role_id: 1 });
  add({ username: READ_ONLY_EMAIL, first_name: 'Robin', last_name: 'Reed', role_id: 3 });
  const units = store.groups.all().filter((group) => group.org_unit_status === 'active');
  for (const [index, first] of FIRST_NAMES.entries()) {
    const last = random.pick(LAST_NAMES);
    add({
      first_name: first,
      last_name: last,
      username: `${first}.${last}@example.com`.toLowerCase(),
      ct_user_ou_id: units[index % units.length]?.org_unit_id ?? 1001,
      role_id: index % 8 === 0 ? 1 : index % 5 === 0 ? 3 : 2,
      user_status: index === 6 || index === 13 ? 'inactive' : index === 18 ? 'deleted' : 'active',
    });
  }
}
