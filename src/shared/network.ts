/** What the connections to both services go by: this machine or beyond, a proxy or none, which certificates. */

/** Whether `code` is of a TLS handshake: a certificate that is not trusted, or a peer that does not speak TLS. */
export function isTlsError(code: string): boolean {
  return /^(ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_|INVALID_CA|INVALID_PURPOSE|ERR_SSL_|EPROTO)/.test(
    code,
  );
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

export function isLoopback(url: URL): boolean {
  return LOOPBACK.test(url.hostname);
}

/** An HTTP proxy. Its address may hold a user name and a password: `proxyName` is what is shown. */
export interface ProxySettings {
  url: string;
  /** Hosts that are reached without it, separated by commas or spaces. */
  except: string;
}

/** Scheme, host and port of a proxy, without its credentials. */
export function proxyName(proxy: Pick<ProxySettings, 'url'>): string {
  const { protocol, host } = new URL(proxy.url);
  return `${protocol}//${host}`;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = {
  'http:': '80',
  'ws:': '80',
  'https:': '443',
  'wss:': '443',
};

/**
 * Whether a connection to `url` goes through the proxy: never to this machine itself, nor to what `except` names. A
 * name there stands for itself and all below it, with or without a dot or `*.` in front; `name:port` for that port
 * alone; `*` for everything.
 */
export function usesProxy(url: URL, proxy: ProxySettings | undefined): proxy is ProxySettings {
  if (proxy === undefined || isLoopback(url)) return false;
  const host = bare(url.hostname);
  const port = url.port || DEFAULT_PORTS[url.protocol];
  return !proxy.except.split(/[,\s]+/).some((entry) => {
    // More than one colon outside of brackets is an IPv6 address, not a port.
    const [, name = entry, only] = /^(\[.*\]|[^:]*):(\d+)$/.exec(entry) ?? [];
    if (name === '*') return true;
    const excepted = bare(name.replace(/^\*?\./, ''));
    if (excepted === '' || (only !== undefined && only !== port)) return false;
    return host === excepted || host.endsWith(`.${excepted}`);
  });
}

/** A host name in lower case, an IPv6 address without its brackets. */
function bare(host: string): string {
  return host.toLowerCase().replace(/^\[(.*)\]$/, '$1');
}

/** Certificates beside those that are usual: what Node.js trusts by itself, then `extra` (PEM). */
export async function withUsualCertificates(extra: string): Promise<string[]> {
  const tls = await import('node:tls');
  // Newer versions of Node.js also say what NODE_EXTRA_CA_CERTS added.
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };
  return [...(getCACertificates?.('default') ?? tls.rootCertificates), extra];
}
