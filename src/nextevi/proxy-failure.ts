/** Proxies that do not open the way to the service. */
import { errorCode } from '../shared/errors.ts';
import { isTlsError } from '../shared/network.ts';

/** A way that was not opened: `status` is what the proxy answered, `code` why it could not be reached or understood. */
export class ProxyFailure extends Error {
  /** Without credentials. */
  readonly proxy: string;
  readonly status: number | undefined;
  readonly code: string | undefined;
  /** Whether a user name and a password were sent. */
  readonly authorized: boolean;

  constructor(proxy: string, why: { status?: number; authorized?: boolean; cause?: Error; code?: string }) {
    super(`no way through the proxy ${proxy}`, { cause: why.cause });
    this.proxy = proxy;
    this.status = why.status;
    this.code = why.code ?? errorCode(why.cause);
    this.authorized = why.authorized === true;
  }
}

const SETTING = 'proxy (CONVIRZA_PROXY, HTTPS_PROXY)';

/** Why a proxy did not open the way to `url`, and what to do; `handshakeMs` is what it was allowed. */
export function proxyWords(
  { proxy, status, code = '', authorized }: ProxyFailure,
  { host }: URL,
  handshakeMs: number,
): { message: string; hint: string } {
  if (status === 407)
    return {
      message: `The proxy ${proxy} ${authorized ? 'did not accept the user name and password' : 'wants a user name and a password'} (HTTP 407)`,
      hint: `Give them in the address: ${proxy.replace('//', '//user:password@')}.`,
    };
  if (status !== undefined)
    return {
      message: `The proxy ${proxy} did not open the way to ${host} (HTTP ${status})`,
      hint:
        status >= 500
          ? `It could not reach ${host}: check voice-url (NEXTEVI_URL), or try again in a moment.`
          : `Ask those who run it to allow ${host}, or reach it directly: no-proxy (NO_PROXY).`,
    };
  if (code === 'ETIMEDOUT')
    return {
      message: `The proxy ${proxy} did not open the way to ${host} within ${handshakeMs / 1000} seconds`,
      hint: `Check the setting ${SETTING}, or allow more with --timeout.`,
    };
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { message: `The proxy ${proxy} cannot be found`, hint: `Check the setting ${SETTING}.` };
  if (/^(ERR_SSL_|EPROTO)/.test(code))
    return {
      message: `The proxy ${proxy} does not speak TLS as expected (${code})`,
      hint: `Check whether it is an http: one: the setting ${SETTING}.`,
    };
  if (isTlsError(code))
    return {
      message: `The certificate of the proxy ${proxy} is not trusted (${code})`,
      hint: 'Give the certificate that signs it with --ca-file.',
    };
  if (code.startsWith('HPE_'))
    return {
      message: `${proxy} does not answer as an HTTP proxy does (${code})`,
      hint: `Check the setting ${SETTING}.`,
    };
  return {
    message: `The proxy ${proxy} cannot be reached${code === '' ? '' : ` (${code === 'ECONNREFUSED' ? 'connection refused' : code})`}`,
    hint: `Check the setting ${SETTING} and that it is running.`,
  };
}
