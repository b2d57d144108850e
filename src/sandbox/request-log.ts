/** The requests that came, for tests and scripts. */
import type { IncomingHttpHeaders } from 'node:http';
import type { Exchange } from './http/exchange.ts';
import type { RequestRecord } from './options.ts';

/** How many requests are remembered; a sandbox may run for days. */
const KEPT = 10_000;

/** The newest requests, oldest first. */
export class RequestLog {
  readonly #records: RequestRecord[] = [];
  readonly #tell: (record: RequestRecord) => void;

  constructor(tell: (record: RequestRecord) => void) {
    this.#tell = tell;
  }

  /** The same array at all times; it grows as requests come. */
  get records(): readonly RequestRecord[] {
    return this.#records;
  }

  /** Remembers a request with its outcome. */
  add(exchange: Exchange, status: RequestRecord['status']): void {
    const record: RequestRecord = {
      method: exchange.method,
      path: exchange.path,
      query: joinedQuery(exchange.search),
      headers: joinedHeaders(exchange.request.headers),
      status,
      at: new Date(exchange.at).toISOString(),
    };
    if (exchange.body !== undefined) record.body = exchange.body;
    this.#records.push(record);
    if (this.#records.length > KEPT) this.#records.shift();
    this.#tell(record);
  }

  /** Forgets all requests. */
  clear(): void {
    this.#records.length = 0;
  }
}

function joinedQuery(search: URLSearchParams): Record<string, string> {
  const names = [...new Set(search.keys())];
  return Object.fromEntries(names.map((name) => [name, search.getAll(name).join(',')]));
}

function joinedHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value ?? []].flat().join(', ')]);
  return Object.fromEntries(entries) as Record<string, string>;
}
