/** What a handler of an API call gets. */
import type { Endpoint } from '../convirza/catalogue/index.ts';
import type { RecordingLinks } from './files.ts';
import type { Exchange } from './http/exchange.ts';
import type { Query } from './http/values.ts';
import type { OrgTree } from './resources/org.ts';
import type { Store, User } from './store.ts';

/** A call below `/v3` whose token, role and query are in order. */
export interface ApiCall {
  readonly endpoint: Endpoint;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Query;
  readonly exchange: Exchange;
  /** Whether what the documentation does not name is refused. */
  readonly strict: boolean;
  /** The user whose token it is. */
  readonly caller: User;
  readonly store: Store;
  readonly org: OrgTree;
  readonly recordings: RecordingLinks;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** What goes into the envelope; `status` defaults to 200. */
export interface ApiResult {
  readonly status?: number;
  readonly data: unknown;
}

export type Handler = (call: ApiCall) => ApiResult | Promise<ApiResult>;
