/** Connections through an HTTP proxy; by itself, since most runs need none. */
import { isIP } from 'node:net';
import type { buildConnector, Dispatcher } from 'undici';
import connectOn from 'undici/lib/api/api-connect.js';
import DispatcherClass from 'undici/lib/dispatcher/dispatcher.js';
import Pool from 'undici/lib/dispatcher/pool.js';
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
  return new ProxyAgent({
    ...limits,
    uri: url,
    requestTls: trusted,
    proxyTls: trusted,
    connect,
    clientFactory: (origin, options) =>
      new Pool(origin, { connect: withoutAddressAsName((options as { connect: Connector }).connect) }),
  });
}

type Connector = buildConnector.connector;

/**
 * The agent takes the host of a proxy that speaks TLS for the name of its server. An address is no such name: RFC 6066
 * §3 does not allow it, and newer versions of Node.js throw. The certificate is held against the address all the same.
 */
function withoutAddressAsName(connect: Connector): Connector {
  return (options, callback) => {
    const name = options.servername?.replace(/^\[(.*)\]$/, '$1') ?? '';
    const { servername: _, ...unnamed } = options;
    connect(isIP(name) === 0 ? options : unnamed, callback);
  };
}
