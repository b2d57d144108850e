/** Tokens out of the credential store, for commands without a token in the environment. */
import { login, refresh } from '../convirza/oauth.ts';
import { CredentialStore, checkProfileName, StoredTokens } from '../credentials/index.ts';
import { environmentLogin, hosts } from './credentials.ts';
import type { Invocation } from './invocation.ts';

export function openStore(invocation: Invocation): CredentialStore {
  return new CredentialStore(invocation.settings.folder);
}

/** The stored session of the profile, refreshed and, where email and password are at hand, made when it is needed. */
export function storedTokens(invocation: Invocation): StoredTokens {
  const { now } = invocation.ctx;
  const credentials = environmentLogin(invocation);
  return new StoredTokens({
    store: openStore(invocation),
    profile: checkProfileName(invocation.profile),
    ...hosts(invocation),
    now,
    refresh: async (refreshToken, signal) =>
      refresh(await invocation.makeClient(), refreshToken, now(), signal),
    login:
      credentials === undefined
        ? undefined
        : async (signal) => login(await invocation.makeClient(), credentials, now(), signal),
  });
}
