/** Connections through an HTTP proxy; by itself, since most runs need none. */
import type { Dispatcher } from 'undici';
import connectOn from 'undici/lib/api/api-connect.js';
import DispatcherClass from 'undici/lib/dispatcher/dispatcher.js';
import ProxyAgent from 'undici/lib/dispatcher/proxy-agent.js';

export interface ProxyOptions {
  url: string;
  headersTimeout: number;
  bodyTimeout: number;
  connect: { timeout: number; ca?: string[] };
}

/** A proxy agent opens its tunnels by this method, which the index of undici would have put in place. */
Object.assign(DispatcherClass.prototype, { connect: connectOn });

export function proxiedDispatcher({ url, connect, ...limits }: ProxyOptions): Dispatcher {
  const trusted = connect.ca === undefined ? {} : { ca: connect.ca };
  return new ProxyAgent({ ...limits, uri: url, requestTls: trusted, proxyTls: trusted, connect });
}
