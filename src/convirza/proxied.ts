/** Connections through an HTTP proxy; by itself, since most runs need none. */
import type { Dispatcher } from 'undici';
import connectOn from 'undici/lib/api/api-connect.js';
import DispatcherClass from 'undici/lib/dispatcher/dispatcher.js';
import EnvHttpProxyAgent from 'undici/lib/dispatcher/env-http-proxy-agent.js';

export interface ProxyOptions {
  url: string;
  /** Hosts that are reached without it, separated by commas. */
  except: string;
  headersTimeout: number;
  bodyTimeout: number;
  connect: { timeout: number; ca?: string[] };
}

/** A proxy agent opens its tunnels by this method, which the index of undici would have put in place. */
Object.assign(DispatcherClass.prototype, { connect: connectOn });

export function proxiedDispatcher({ url, except, connect, ...limits }: ProxyOptions): Dispatcher {
  const requestTls = connect.ca === undefined ? {} : { ca: connect.ca };
  return new EnvHttpProxyAgent({
    ...limits,
    httpProxy: url,
    httpsProxy: url,
    noProxy: except,
    requestTls,
    connect,
  });
}
