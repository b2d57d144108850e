/** Who may talk to the sandbox: a page in a browser may not, by whatever name it reached this machine. */
import type { IncomingMessage } from 'node:http';
import { isIPv4 } from 'node:net';

/** The host of a Host header, without port and brackets, in lower case. */
function hostname(header: string): string {
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::\d+)?$/.exec(header.trim().toLowerCase());
  return match?.[1] ?? match?.[2] ?? '';
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Whether the Host header names this machine: a loopback name, the host the sandbox listens on, or the address
 * that the connection came in at. Any other name is how DNS rebinding reaches a local server.
 */
export function hasOwnHost(request: IncomingMessage, listening: string): boolean {
  const host = hostname(request.headers.host ?? '');
  if (host === '') return false;
  const address = request.socket.localAddress?.replace(/^::ffff:/, '');
  return isLoopback(host) || host === listening.toLowerCase() || host === address;
}

/** Whether a browser sent the request on behalf of a page from somewhere else. */
export function isForeignOrigin(request: IncomingMessage): boolean {
  const { origin, host } = request.headers;
  const scheme = 'encrypted' in request.socket ? 'https' : 'http';
  return origin !== undefined && origin !== `${scheme}://${host}`;
}
