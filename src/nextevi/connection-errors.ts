/** Connections that could not be made, in words. */
import { errorCode } from '../shared/errors.ts';
import { type ErrorPlace, VoiceError } from './errors.ts';

/** What will not be better a moment later. */
const LASTING =
  /^(ENOTFOUND|ERR_TLS_|CERT_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|ERR_SSL_|EPROTO|ERR_INVALID_)/;

/** @param handshakeMs how long the handshake was allowed to take */
export function connectionError(error: Error, url: URL, handshakeMs: number, place: ErrorPlace): VoiceError {
  const code = errorCode(error) ?? '';
  const { message, hint } = wordsFor(code, error, url, handshakeMs);
  return new VoiceError('network', message, {
    hint,
    endpoint: place.endpoint,
    requestId: place.connectionId,
    timestamp: place.timestamp,
    cause: error,
    label: code || (/timed out/i.test(error.message) ? 'HANDSHAKE_TIMEOUT' : 'CONNECTION_ERROR'),
    retryMs: LASTING.test(code) ? undefined : 1_000,
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
  if (LASTING.test(code) && !code.startsWith('ERR_INVALID_'))
    return {
      message: `The certificate of ${host} is not trusted (${code})`,
      hint: 'If a company proxy signs it, give its certificate with --ca-file.',
    };
  return {
    message: `The voice connection to ${host} failed (${code || error.message})`,
    hint: 'Check voice-url (NEXTEVI_URL) and your network.',
  };
}
