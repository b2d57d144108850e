/** Everything the sandbox remembers, in memory. Field names are those of the service. */

import { Timeline } from './timeline.ts';

/** A record as it travels. */
export type Row = Record<string, unknown>;

/** Records by id, in the order they were added. */
export class Table<T> {
  readonly #rows = new Map<number, T>();
  #nextId: number;

  /** Ids are given from `firstId` upwards and never again. */
  constructor(firstId: number) {
    this.#nextId = firstId;
  }

  /** Adds the record that `make` returns for a new id. */
  add(make: (id: number) => T): T {
    const id = this.#nextId;
    const row = make(id);
    this.#nextId += 1;
    this.#rows.set(id, row);
    return row;
  }

  /** The record with this id. */
  get(id: number): T | undefined {
    return this.#rows.get(id);
  }

  /** Puts a record in the place of the one with this id. */
  set(id: number, row: T): void {
    this.#rows.set(id, row);
  }

  /** Removes a record; false when there is none. */
  delete(id: number): boolean {
    return this.#rows.delete(id);
  }

  /** All records, oldest first. */
  all(): T[] {
    return [...this.#rows.values()];
  }

  /** Everything in it, as data. */
  snapshot(): TableSnapshot<T> {
    return { next_id: this.#nextId, rows: [...this.#rows] };
  }

  /** Puts other records in the place of all; ids go on after the highest, and not below where they stood. */
  replace(rows: Iterable<readonly [id: number, row: T]>, nextId = this.#nextId): void {
    this.#rows.clear();
    this.#nextId = nextId;
    for (const [id, row] of rows) {
      this.#rows.set(id, row);
      this.#nextId = Math.max(this.#nextId, id + 1);
    }
  }
}

/** A table as data: records by id, oldest first, and the id that comes next. */
export interface TableSnapshot<T> {
  next_id: number;
  rows: (readonly [id: number, row: T])[];
}

/** A group; `org_unit_status` is `active`, `archived`, or what a client set. */
export interface Group {
  org_unit_id: number;
  org_unit_ext_id: string | null;
  org_unit_name: string;
  org_unit_parent_id: number | null;
  org_unit_status: string;
  billing_id: string | null;
  address: string | null;
  city: string | null;
  state: string | null;
  zip: string | null;
  phone_number: string | null;
  industry_id: number | null;
  timezone: string;
  org_unit_created: string;
  org_unit_modified: string;
  /** Fields that nobody documented, as a client sent them. */
  extra: Row;
}

export interface User {
  ct_user_id: number;
  username: string;
  first_name: string;
  last_name: string;
  ct_user_ou_id: number;
  /** 1 Admin, 2 Standard, 3 ReadOnly. */
  role_id: number;
  user_ext_id: string | null;
  user_status: string;
  timezone: string;
  agent_ring_to: string | null;
  agent_code: number | null;
  score_call: boolean;
  access_audio: boolean;
  /** Documented as a field of the body, its type is not (reference §5). */
  aliases: unknown;
  user_created: string;
  extra: Row;
}

export interface Prompt {
  media_prompt_id: number;
  name: string;
  recording_name: string;
  /** Path below the root of the sandbox. */
  url: string;
  message_type: string;
  org_unit_id: number;
  created: string;
  bytes: Buffer;
  contentType: string;
  extra: Row;
}

export interface PhoneNumber {
  id: number;
  /** E.164. */
  phone_number: string;
  status: 'available' | 'assigned' | 'provisioned';
  org_unit_id: number | null;
  provisioned_route_id: number | null;
  extra: Row;
}

export interface Call {
  /** What a list answers of the call; holds `call_id` and `org_unit_id`. */
  row: Row & { call_id: number; org_unit_id: number };
  /** Begin of the call, milliseconds since 1970. */
  startedAt: number;
  /** What `include` adds, by its name; recordings are signed afresh for each answer. */
  more: Readonly<Record<'tags' | 'comments' | 'custom_sources' | 'call_flow' | 'transcription', unknown>>;
  recorded: boolean;
}

/** What lists of calls filter by, named as in the row. */
export interface CallFacts {
  disposition: string;
  caller_id: string;
  phone_number: string;
  ring_to: unknown;
  org_unit_id: number;
  campaign_id: number;
  provisioned_route_id: number | null;
}

/** What lists of SMS conversations filter by. */
export interface SmsFacts {
  org_unit_id: number;
  contactName: string;
  phone_number: string;
  ct_user_id: number | null;
  closed: boolean;
}

export interface SmsConversation {
  /** Exactly the documented fields (reference: documented, Get SMS Conversations). */
  row: Row & { conversation_id: number; phone_number: string; ct_user_id: number | null };
  org_unit_id: number;
  contactName: string;
  updatedAt: number;
  closed: boolean;
}

function noRow(): never {
  throw new RangeError('There is no row.');
}

const NO_ROWS = { length: 0, firstId: 0, timeAt: noRow, facts: noRow, row: noRow };

/** All resources. */
export class Store {
  readonly groups = new Table<Group>(1001);
  readonly users = new Table<User>(101);
  readonly prompts = new Table<Prompt>(12345);
  readonly numbers = new Table<PhoneNumber>(41);
  /** No request changes a call or a conversation. */
  calls: Timeline<Call, CallFacts> = new Timeline(NO_ROWS);
  /** The groups that calls belong to. */
  callUnits: readonly number[] = [];
  sms: Timeline<SmsConversation, SmsFacts> = new Timeline(NO_ROWS);
  readonly #collections = new Map<string, Table<Row>>();

  /** The records of a family that has no rules of its own, made when it is first asked for. */
  collection(family: string): Table<Row> {
    let table = this.#collections.get(family);
    if (table === undefined) {
      table = new Table(41);
      this.#collections.set(family, table);
    }
    return table;
  }

  /** The families that `collection` has made a table for. */
  get collected(): string[] {
    return [...this.#collections.keys()];
  }
}
