/** The connection below a session, where it is more than a plain one: through a proxy, with certificates, or watched. */
import { Agent, type ClientRequestArgs, request } from 'node:http';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls, createSecureContext, type SecureContext, type TLSSocket } from 'node:tls';
import { type ProxySettings, proxyName } from '../shared/network.ts';
import { ProxyFailure } from './proxy-failure.ts';

/** What `onStep` is told, in this order; `host` is the proxy's for `resolved` and `connected` where there is one. */
export type ConnectionStep =
  /** An address of the host; none is told of for a host that is an address itself. */
  | { kind: 'resolved'; host: string; address: string }
  | { kind: 'connected'; address: string; port: number }
  /** The proxy has opened the way to the service. */
  | { kind: 'tunnelled' }
  /** The TLS handshake with the service is done. */
  | { kind: 'secured'; protocol: string; certificate: { issuer: string; validTo: Date } };

export interface AgentOptions {
  /** Whether the service is `wss:`. */
  secure: boolean;
  proxy?: Pick<ProxySettings, 'url'> | undefined;
  /** All certificates to trust, PEM; without it those that Node.js trusts. */
  ca?: readonly string[] | undefined;
  /** How long a proxy may take to open the way. */
  timeoutMs: number;
  signal?: AbortSignal | undefined;
  /** Must not throw. */
  onStep?: ((step: ConnectionStep) => void) | undefined;
}

interface Target {
  host: string;
  port: number;
}

/**
 * Makes the connections of sessions. A `ws:` service is reached by CONNECT too where there is a proxy, as browsers do
 * (RFC 6455, section 4.1). Connections are not kept for a second use.
 */
export class ConnectionAgent extends Agent {
  /** `http` and `https` compare these with the request's own. */
  readonly protocol: string;
  readonly defaultPort: number;
  readonly #options: AgentOptions;
  #context: SecureContext | undefined;

  constructor(options: AgentOptions) {
    super({ keepAlive: false });
    this.#options = options;
    this.protocol = options.secure ? 'https:' : 'http:';
    this.defaultPort = options.secure ? 443 : 80;
  }

  override createConnection(
    { host, port }: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    const { proxy, secure } = this.#options;
    const target = { host: host ?? 'localhost', port: Number(port) };
    if (proxy === undefined) {
      const socket = this.#dial(target);
      return secure ? this.#secured(socket, target) : socket;
    }
    this.#tunnel(new URL(proxy.url), target).then(
      (socket) => callback?.(null, secure ? this.#secured(socket, target) : socket),
      // With an error there is no stream, whatever the type says.
      (error: Error) => callback?.(error, undefined as unknown as Duplex),
    );
    return undefined;
  }

  #dial({ host, port }: Target): Socket {
    const socket = connectTcp({ host, port, noDelay: true });
    const { onStep } = this.#options;
    if (onStep === undefined) return socket;
    socket.on('lookup', (error: Error | null, address: string) => {
      if (!error && address) onStep({ kind: 'resolved', host, address });
    });
    socket.once('connect', () => onStep({ kind: 'connected', address: socket.remoteAddress ?? host, port }));
    return socket;
  }

  #tls(socket: Socket, host: string): TLSSocket {
    const { ca } = this.#options;
    // Reading the certificates takes milliseconds, so they are read once.
    if (ca !== undefined) this.#context ??= createSecureContext({ ca: [...ca] });
    return connectTls({
      socket,
      host,
      // An address is no name for SNI (RFC 6066, section 3).
      servername: isIP(host) === 0 ? host : '',
      ALPNProtocols: ['http/1.1'],
      ...(this.#context === undefined ? {} : { secureContext: this.#context }),
    });
  }

  #secured(socket: Socket, { host }: Target): TLSSocket {
    const secured = this.#tls(socket, host);
    const { onStep } = this.#options;
    if (onStep !== undefined)
      secured.once('secureConnect', () => {
        const { issuer, valid_to } = secured.getPeerCertificate();
        onStep({
          kind: 'secured',
          protocol: secured.getProtocol() ?? 'TLS',
          certificate: {
            issuer: String(issuer?.CN ?? issuer?.O ?? ''),
            validTo: new Date(valid_to),
          },
        });
      });
    return secured;
  }

  /** @throws ProxyFailure; the signal's reason when it aborts */
  #tunnel(proxy: URL, target: Target): Promise<Socket> {
    const { timeoutMs, signal, onStep } = this.#options;
    const name = proxyName({ url: proxy.href });
    const secure = proxy.protocol === 'https:';
    const credentials = authorization(proxy);
    const authorized = Object.keys(credentials).length > 0;
    const host = proxy.hostname.replace(/^\[(.*)\]$/, '$1');
    const authority = `${isIP(target.host) === 6 ? `[${target.host}]` : target.host}:${target.port}`;
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason);
        return;
      }
      const plain = this.#dial({ host, port: Number(proxy.port) || (secure ? 443 : 80) });
      const socket = secure ? this.#tls(plain, host) : plain;
      const asking = request({
        method: 'CONNECT',
        path: authority,
        headers: { host: authority, ...credentials },
        createConnection: () => socket,
      });
      const settle = (then: () => void) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
        then();
      };
      const fail = (reason: unknown) =>
        settle(() => {
          // Whatever is still to come of this connection has nobody to hear it.
          for (const end of [asking, socket, plain]) end.on('error', () => {}).destroy();
          reject(reason);
        });
      const onAbort = () => fail(signal?.reason);
      const timer = setTimeout(() => fail(new ProxyFailure(name, { code: 'ETIMEDOUT' })), timeoutMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      asking.once('error', (cause) => fail(new ProxyFailure(name, { cause })));
      // A refusal to CONNECT comes as this event too, whatever its status.
      asking.once('connect', ({ statusCode = 0 }, _socket, head) => {
        if (statusCode < 200 || statusCode > 299) {
          fail(new ProxyFailure(name, { status: statusCode, authorized }));
          return;
        }
        settle(() => {
          if (head.length > 0) socket.unshift(head);
          onStep?.({ kind: 'tunnelled' });
          resolve(socket);
        });
      });
      asking.end();
    });
  }
}

/** The header for the user name and password of a proxy's address (RFC 7617). */
function authorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {};
  const pair = [username, password].map(decoded).join(':');
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

/** A part of an address that somebody may have typed without encoding it. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
