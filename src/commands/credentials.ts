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
  if (!token) return undefined;
  if (/[^\x21-\x7e]/.test(token))
    throw new CliError('auth', 'CONVIRZA_TOKEN holds characters that no token has', {
      hint: 'Check how it was copied: the token alone, without "Bearer" and line breaks.',
    });
  return token;
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
