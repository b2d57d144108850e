/** `auth login`, `auth refresh` and `auth logout`. */
import { login, oauthEndpoint, revoke } from '../convirza/oauth.ts';
import type { TokenPair } from '../convirza/tokens.ts';
import { REDACTED } from '../convirza/trace.ts';
import {
  type CredentialStore,
  checkProfileName,
  type ProfileRecord,
  type StoredSession,
  toStoredSession,
} from '../credentials/index.ts';
import { writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { askSecret, askText } from './ask.ts';
import { runVoiceLogin, type VoiceLoginOptions } from './auth-voice.ts';
import { describeAccount, describeExpiry, publicAccount } from './auth-words.ts';
import { checkSecret, environmentLogin, environmentToken, hosts } from './credentials.ts';
import { readSecretStdin } from './input.ts';
import type { Invocation } from './invocation.ts';
import { type PreviewFlags, preview } from './request-preview.ts';
import { forProfile, openStore, storedTokens } from './stored-tokens.ts';

/** Shows what one of the OAuth calls would send; nothing secret is read for it. */
async function previewCall(
  invocation: Invocation,
  options: PreviewFlags,
  verb: string,
  body: Readonly<Record<string, string>>,
): Promise<boolean> {
  if (options.dryRun !== true && options.curl !== true) return false;
  const client = await invocation.makeClient();
  const request = client.prepare(oauthEndpoint(verb), { body: { kind: 'json', value: body } });
  return preview(invocation, options, request, { signedIn: false });
}

export interface LoginOptions extends PreviewFlags, VoiceLoginOptions {
  email?: string;
  passwordStdin?: boolean;
  loginKey?: string;
  voice?: boolean;
}

interface Credentials {
  email: string;
  password: string;
  /** Whether somebody typed the password, and can type another one. */
  typed: boolean;
}

async function readCredentials(invocation: Invocation, options: LoginOptions): Promise<Credentials> {
  const env = environmentLogin(invocation);
  if (options.passwordStdin === true) {
    const email = options.email ?? invocation.ctx.env['CONVIRZA_EMAIL'];
    if (!email) throw new CliError('usage', '--password-stdin needs --email');
    return { email, password: await readSecretStdin(invocation, 'The password'), typed: false };
  }
  if (env !== undefined && (options.email === undefined || options.email === env.email))
    return { ...env, typed: false };
  if (!invocation.terminal.canAsk)
    throw new CliError('usage', 'Signing in needs an email and a password, and there is nobody to ask', {
      hint: 'Use --email with --password-stdin, or CONVIRZA_EMAIL and CONVIRZA_PASSWORD; in CI rather CONVIRZA_TOKEN.',
    });
  const email = options.email ?? (await askText(invocation, 'Email'));
  return { email: email.trim(), password: await askSecret(invocation, 'Password'), typed: true };
}

/** Pauses before a password is asked for again: the service takes ten logins a minute. */
const PAUSES_MS = [1_000, 2_000, 4_000];

/** Signs in; a wrong password that was typed may be typed again. */
async function signIn(invocation: Invocation, options: LoginOptions): Promise<TokenPair> {
  const { now, signal, sleep } = invocation.ctx;
  const { typed, ...given } = await readCredentials(invocation, options);
  const client = await invocation.makeClient();
  let credentials = given;
  for (let attempt = 0; ; attempt++) {
    const progress = await invocation.progress('Signing in');
    try {
      return await login(client, { ...credentials, loginKey: options.loginKey }, now(), signal);
    } catch (error) {
      const pause = PAUSES_MS[attempt];
      if (!typed || pause === undefined || !(error instanceof CliError) || error.type !== 'auth') throw error;
      progress.stop();
      invocation.warn(`${error.message}.`);
      await sleep(pause, signal);
      credentials = { ...credentials, password: await askSecret(invocation, 'Password') };
    } finally {
      progress.stop();
    }
  }
}

/** A token that somebody has already: nothing is sent, and there is nothing to refresh it with. */
async function givenToken(invocation: Invocation): Promise<TokenPair> {
  const text = (await readSecretStdin(invocation, 'The token')).trim();
  return { accessToken: checkSecret(text, 'The token on standard input') };
}

/** @throws CliError `usage` for flags that belong to another kind of login */
function checkLoginOptions(options: LoginOptions): void {
  const refuse = (given: boolean, message: string) => {
    if (given) throw new CliError('usage', message, { hint: 'See: convirza auth login --help' });
  };
  const { voice, keyStdin, configId, projectId, tokenStdin, passwordStdin, email } = options;
  const local = voice === true || tokenStdin === true;
  refuse(
    local && (options.dryRun === true || options.curl === true),
    'This login sends nothing that could be shown',
  );
  if (voice === true)
    refuse(passwordStdin === true || email !== undefined, '--voice takes no email and no password');
  else {
    const voiceOnly = keyStdin === true || configId !== undefined || projectId !== undefined;
    refuse(voiceOnly, '--key-stdin, --config-id and --project-id belong to --voice');
    refuse(
      tokenStdin === true && (passwordStdin === true || email !== undefined),
      '--token-stdin stands alone',
    );
  }
}

export async function runLogin(invocation: Invocation, options: LoginOptions): Promise<void> {
  checkLoginOptions(options);
  if (options.voice === true) return runVoiceLogin(invocation, options);
  const shownEmail = options.email ?? environmentLogin(invocation)?.email ?? 'you@example.com';
  const shown = { [options.loginKey ?? 'email']: shownEmail, password: REDACTED };
  if (await previewCall(invocation, options, 'login', shown)) return;
  const profile = checkProfileName(invocation.profile);
  const store = openStore(invocation);
  const places = hosts(invocation);
  // Before anybody types a password: a store that cannot be opened would throw the new tokens away.
  const { lost } = await store.readForLogin(profile);
  if (lost !== undefined) invocation.warn(`${lost}. The new login replaces it.`);
  const pair = options.tokenStdin === true ? await givenToken(invocation) : await signIn(invocation, options);
  const session = toStoredSession(pair, places, invocation.ctx.now());
  await store.locked(profile, async () => {
    const { record } = await store.readForLogin(profile);
    await store.write(profile, { ...record, convirza: session });
  });
  await invocation.settings.rememberFor(profile, {
    'api-url': invocation.settings.get('api-url'),
    'oauth-url': invocation.settings.get('oauth-url'),
  });
  if (environmentToken(invocation) !== undefined)
    invocation.warn('CONVIRZA_TOKEN is set and will be used instead of this session.');
  if (options.tokenStdin === true)
    invocation.say(`The token is kept (profile ${profile}); its first use will tell whether it works.`);
  else invocation.say(`Signed in as ${describeAccount(session.account)} (profile ${profile}).`);
  if (invocation.format !== 'table')
    await writeRecord({ profile, ...publicAccount(session) }, invocation.rowsOptions());
}

async function storedSession(store: CredentialStore, profile: string): Promise<StoredSession> {
  const session = (await store.read(profile))?.convirza;
  if (session === undefined)
    throw new CliError('auth', `You are not signed in (profile ${profile})`, {
      hint: 'Run convirza auth login.',
    });
  return session;
}

export async function runRefresh(invocation: Invocation, options: PreviewFlags = {}): Promise<void> {
  if (await previewCall(invocation, options, 'refresh', { refresh_token: REDACTED })) return;
  const { now, signal } = invocation.ctx;
  if (environmentToken(invocation) !== undefined)
    throw new CliError('usage', 'CONVIRZA_TOKEN is set: a token from the environment cannot be refreshed', {
      hint: 'Unset it to work with the stored session.',
    });
  const profile = checkProfileName(invocation.profile);
  const store = openStore(invocation);
  const before = await storedSession(store, profile);
  await storedTokens(invocation).renew(before.accessToken, signal);
  const session = await storedSession(store, profile);
  invocation.say(`Refreshed: the access token ends ${describeExpiry(session.accessExpiresAt, now())}.`);
  if (invocation.format !== 'table')
    await writeRecord({ profile, ...publicAccount(session) }, invocation.rowsOptions());
}

export interface LogoutOptions extends PreviewFlags {
  tokenKey?: string;
  all?: boolean;
}

export async function runLogout(invocation: Invocation, options: LogoutOptions): Promise<void> {
  const shown = { [options.tokenKey ?? 'token']: REDACTED, token_type: 'refresh' };
  if (await previewCall(invocation, options, 'logout', shown)) return;
  if (options.all !== true) return logoutOne(invocation, options, checkProfileName(invocation.profile));
  const profiles = await openStore(invocation).profiles();
  if (profiles.length === 0) invocation.say('Nobody is signed in.');
  for (const profile of profiles) await logoutOne(await forProfile(invocation, profile), options, profile);
}

async function logoutOne(invocation: Invocation, options: LogoutOptions, profile: string): Promise<void> {
  const store = openStore(invocation);
  let record: ProfileRecord | undefined;
  try {
    record = await store.read(profile);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    await store.locked(profile, async () => store.remove(profile));
    await invocation.settings.forgetProfile(profile);
    invocation.warn(
      `${error.message}. It was forgotten; its tokens could not be revoked and end by themselves.`,
    );
    return;
  }
  if (record === undefined) {
    invocation.say(`Nobody is signed in (profile ${profile}).`);
    return;
  }
  const { convirza, voice } = record;
  const problems = convirza === undefined ? [] : await revokeSession(invocation, options, convirza);
  await store.locked(profile, async () => store.remove(profile));
  await invocation.settings.forgetProfile(profile);
  if (problems.length > 0)
    invocation.warn(
      `Signed out here, but the tokens may still work on the service until they end (profile ${profile}; ${problems.join('; ')}).`,
    );
  else if (convirza !== undefined)
    invocation.say(
      `Signed out ${describeAccount(convirza.account)} (profile ${profile}): its tokens are revoked and forgotten.`,
    );
  if (voice !== undefined)
    invocation.say(
      `The voice credentials are forgotten too (profile ${profile}); they stay good until they are withdrawn in the NextEVI dashboard.`,
    );
}

/** Revokes the tokens of a session. @returns what went wrong, in words */
async function revokeSession(
  invocation: Invocation,
  options: LogoutOptions,
  session: StoredSession,
): Promise<string[]> {
  const { signal } = invocation.ctx;
  if (session.oauthUrl !== hosts(invocation).oauthUrl)
    return [`they belong to ${session.oauthUrl}, which this command does not go to`];
  const problems: string[] = [];
  const client = await invocation.makeClient();
  const { accessToken, refreshToken } = session;
  const pairs: ['access' | 'refresh', string | undefined][] = [
    ['refresh', refreshToken],
    ['access', accessToken],
  ];
  for (const [kind, token] of pairs) {
    if (token === undefined) continue;
    try {
      await revoke(client, token, kind, { tokenKey: options.tokenKey, signal });
    } catch (error) {
      if (!(error instanceof CliError) || signal.aborted) throw error;
      problems.push(`${kind} token: ${error.message}`);
    }
  }
  return problems;
}
