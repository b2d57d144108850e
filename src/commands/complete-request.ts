/**
 * One GET that can be given up at any moment. Not by the client that all commands use: neither a connection that undici
 * is making nor a look-up by the operating system can be called off, and either would hold the process for seconds.
 */
import type { IncomingMessage, RequestOptions } from 'node:http';
import { isIP } from 'node:net';
import { errorCode } from '../shared/errors.ts';
import { isLoopback } from '../shared/network.ts';

/** One page of rows is far smaller. */
const MAX_BYTES = 8 * 1024 * 1024;

export interface AbortableRequest {
  url: URL;
  headers: Readonly<Record<string, string>>;
  /** Certificates to trust beside the usual ones, PEM. */
  ca: string | undefined;
  signal: AbortSignal;
}

/**
 * Whether any name server answers. One that does not is noticed by a look-up that can be given up, before the operating
 * system is asked.
 */
export async function namesResolve(host: string, signal: AbortSignal, servers?: string[]): Promise<boolean> {
  const { Resolver } = await import('node:dns/promises');
  const resolver = new Resolver({ tries: 1 });
  if (servers !== undefined) resolver.setServers(servers);
  signal.addEventListener('abort', () => resolver.cancel(), { once: true });
  try {
    await resolver.resolve4(host);
  } catch (error) {
    // Any other failure is an answer too, that of a name which stands in the hosts file included.
    return !['ECANCELLED', 'ETIMEOUT'].includes(errorCode(error) ?? '');
  }
  return true;
}

async function trusted(ca: string | undefined): Promise<RequestOptions & { ca?: string[] }> {
  if (ca === undefined) return {};
  const tls = await import('node:tls');
  const { getCACertificates } = tls as { getCACertificates?: (kind: 'default') => string[] };
  return { ca: [...(getCACertificates?.('default') ?? tls.rootCertificates), ca] };
}

async function readText(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of answer as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > MAX_BYTES) throw new Error('the answer is too large');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

/**
 * The body of a successful answer; redirects are not followed.
 *
 * @throws whatever went wrong; the signal's reason when it aborts
 */
export async function get({ url, headers, ca, signal }: AbortableRequest): Promise<string> {
  const bare = url.hostname.replace(/^\[|\]$/g, '');
  if (!isLoopback(url) && isIP(bare) === 0 && !(await namesResolve(bare, signal)))
    throw new Error('no name server answers');
  signal.throwIfAborted();
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const options = { ...(await trusted(ca)), headers, signal, agent: false as const };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request(url, options, resolve).on('error', reject).end();
  });
  if (answer.statusCode !== 200) {
    answer.destroy();
    throw new Error(`HTTP ${answer.statusCode}`);
  }
  return readText(answer);
}
