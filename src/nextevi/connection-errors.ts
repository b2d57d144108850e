/** Connections that could not be made, in words. */
import { errorCode } from '../shared/errors.ts';
import { isTlsError } from '../shared/network.ts';
import { type ErrorPlace, VoiceError } from './errors.ts';
import { ProxyFailure, proxyWords } from './proxy-failure.ts';

/** Whether another try a moment later may do better. */
function isPassing(code: string): boolean {
  return code !== 'ENOTFOUND' && !code.startsWith('ERR_INVALID_') && !isTlsError(code);
}

/** @param handshakeMs how long the handshake was allowed to take */
export function connectionError(error: Error, url: URL, handshakeMs: number, place: ErrorPlace): VoiceError {
  const proxied = error instanceof ProxyFailure;
  const code = errorCode(error) ?? '';
  const { message, hint } = proxied
    ? proxyWords(error, url, handshakeMs)
    : wordsFor(code, error, url, handshakeMs);
  const passing = isPassing(code) && !(proxied && error.status !== undefined && error.status < 500);
  return new VoiceError('network', message, {
    hint,
    endpoint: place.endpoint,
    requestId: place.connectionId,
    timestamp: place.timestamp,
    cause: error,
    label: code || (/timed out/i.test(error.message) ? 'HANDSHAKE_TIMEOUT' : 'CONNECTION_ERROR'),
    retryMs: passing ? 1_000 : undefined,
  });
}

function wordsFor(
  code: string,
  error: Error,
  url: URL,
  handshakeMs: number,
): { message: string; hint: string } {
  const { host, hostname } = url;
  if (code === 'ECONNREFUSED')
    return {
      message: `Nothing answers at ${host} (connection refused)`,
      hint: 'Check voice-url (NEXTEVI_URL) and that the server is running.',
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {
      message: `The host ${hostname} cannot be found`,
      hint: 'Check voice-url (NEXTEVI_URL), your network and your DNS.',
    };
  if (/handshake has timed out/i.test(error.message))
    return {
      message: `${host} did not answer the handshake within ${handshakeMs / 1000} seconds`,
      hint: 'Try again, or allow more with --timeout.',
    };
  if (/^(ERR_SSL_|EPROTO)/.test(code))
    return {
      message: `${host} does not speak TLS as expected (${code})`,
      hint: 'Check the scheme (wss: or ws:) and the port of voice-url.',
    };
  if (isTlsError(code))
    return {
      message: `The certificate of ${host} is not trusted (${code})`,
      hint: 'If a company proxy signs it, give its certificate with --ca-file.',
    };
  return {
    message: `The voice connection to ${host} failed (${code || error.message})`,
    hint: 'Check voice-url (NEXTEVI_URL) and your network.',
  };
}
