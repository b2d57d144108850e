/** How a command comes by its credentials. */
import type { TokenSource } from '../convirza/tokens.ts';
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';

/** The hosts that tokens of this command belong to. */
export function hosts(invocation: Invocation): { apiUrl: string; oauthUrl: string } {
  return { apiUrl: invocation.url('api-url').href, oauthUrl: invocation.url('oauth-url').href };
}

/** The token of the environment; with it neither the store nor its key is touched. */
export function environmentToken(invocation: Invocation): string | undefined {
  const token = invocation.ctx.env['CONVIRZA_TOKEN']?.trim();
  return token ? checkSecret(token, 'CONVIRZA_TOKEN') : undefined;
}

/** @param what where it comes from. @throws CliError `auth` for what cannot be a token or a key */
export function checkSecret(secret: string, what: string): string {
  if (/[^\x21-\x7e]/.test(secret))
    throw new CliError('auth', `${what} holds characters that no token has`, {
      hint: 'Check how it was copied: the token alone, without "Bearer" and line breaks.',
    });
  return secret;
}

/** @param what where it comes from. @throws CliError `auth` for what is no API key of the voice service */
export function checkVoiceKey(key: string, what: string): string {
  if (!key.startsWith('oak_'))
    throw new CliError('auth', `${what} is no API key: they begin with oak_`, {
      hint: 'Copy it again from the dashboard; a JWT goes into NEXTEVI_ACCESS_TOKEN, or to --token-stdin.',
    });
  return checkSecret(key, what);
}

/** The voice credentials of the environment; with them neither the store nor its key is touched. */
export function environmentVoice(
  invocation: Invocation,
): { apiKey: string | undefined; accessToken: string | undefined } | undefined {
  const { env } = invocation.ctx;
  const accessToken = env['NEXTEVI_ACCESS_TOKEN']?.trim() || undefined;
  const apiKey = env['NEXTEVI_API_KEY']?.trim() || undefined;
  if (accessToken === undefined && apiKey === undefined) return undefined;
  if (accessToken === undefined && apiKey !== undefined) checkVoiceKey(apiKey, 'NEXTEVI_API_KEY');
  return { apiKey, accessToken };
}

/** Email and password of the environment, both or none. */
export function environmentLogin(invocation: Invocation): { email: string; password: string } | undefined {
  const { CONVIRZA_EMAIL: email, CONVIRZA_PASSWORD: password } = invocation.ctx.env;
  return email && password ? { email, password } : undefined;
}

/** In this order: `CONVIRZA_TOKEN`, the stored session of the profile, `CONVIRZA_EMAIL` with `CONVIRZA_PASSWORD`. */
export async function tokenSource(invocation: Invocation): Promise<TokenSource> {
  const token = environmentToken(invocation);
  if (token !== undefined) return { accessToken: async () => token, renew: async () => undefined };
  const { storedTokens } = await import('./stored-tokens.ts');
  return storedTokens(invocation);
}
