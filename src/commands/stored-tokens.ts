/** Tokens out of the credential store, for commands without a token in the environment. */
import { login, refresh } from '../convirza/oauth.ts';
import {
  CredentialStore,
  checkProfileName,
  KeyChoice,
  keychainProcess,
  StoredTokens,
} from '../credentials/index.ts';
import { CHOICES } from '../settings/settings.ts';
import { CliError } from '../shared/errors.ts';
import { environmentLogin, hosts } from './credentials.ts';
import { Invocation } from './invocation.ts';

/** One store for each command, so that nobody is asked for a passphrase twice. */
const STORES = new WeakMap<Invocation, CredentialStore>();

async function passphrase(invocation: Invocation, create: boolean): Promise<string> {
  const given = invocation.ctx.env['CONVIRZA_PASSPHRASE'];
  if (given) return given;
  if (!invocation.terminal.canAsk)
    throw new CliError('auth', 'The credentials need a passphrase, and there is nobody to ask', {
      hint: 'Set CONVIRZA_PASSPHRASE, or give a token in CONVIRZA_TOKEN.',
    });
  const { askSecret } = await import('./ask.ts');
  const typed = await askSecret(
    invocation,
    create ? 'New passphrase for the credentials' : 'Passphrase of the credentials',
  );
  if (create && (await askSecret(invocation, 'The same passphrase again')) !== typed)
    throw new CliError('usage', 'The two passphrases differ: nothing was kept', { hint: 'Try again.' });
  return typed;
}

/** The store of this command. @throws CliError `usage` for settings that cannot be understood */
export function openStore(invocation: Invocation): CredentialStore {
  const existing = STORES.get(invocation);
  if (existing !== undefined) return existing;
  const { ctx, settings } = invocation;
  const keys = new KeyChoice(settings.folder, {
    keychain: keychainProcess(ctx),
    ask: (create) => passphrase(invocation, create),
    hasPassphrase: Boolean(ctx.env['CONVIRZA_PASSPHRASE']),
    backend: settings.choice('credentials.backend', CHOICES['credentials.backend']),
    require: settings.choice('credentials.require', CHOICES['credentials.require']) || undefined,
    warn: invocation.warn,
  });
  const store = new CredentialStore(settings.folder, keys, invocation.warn);
  STORES.set(invocation, store);
  return store;
}

/** The same command for another profile, with the addresses that it remembers and the same store. */
export async function forProfile(invocation: Invocation, profile: string): Promise<Invocation> {
  const other = await Invocation.create(invocation.ctx, { ...invocation.flags, profile });
  STORES.set(other, openStore(invocation));
  invocation.onClose(() => other.close());
  return other;
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
