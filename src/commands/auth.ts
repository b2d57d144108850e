/** `auth login`, `auth refresh`, `auth logout` and `auth status`. */
import { login, oauthEndpoint, revoke } from '../convirza/oauth.ts';
import type { Account } from '../convirza/tokens.ts';
import { REDACTED } from '../convirza/trace.ts';
import {
  type CredentialStore,
  checkProfileName,
  type StoredSession,
  toStoredSession,
} from '../credentials/index.ts';
import { createRowSink, writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { askSecret, askText } from './ask.ts';
import { environmentLogin, environmentToken, hosts } from './credentials.ts';
import { readSecretStdin } from './input.ts';
import type { Invocation } from './invocation.ts';
import { type PreviewFlags, preview } from './request-preview.ts';
import { openStore, storedTokens } from './stored-tokens.ts';

const ROLES: Readonly<Record<number, string>> = { 1: 'Admin', 2: 'Standard', 3: 'ReadOnly' };

function describeAccount(account: Account | undefined): string {
  return account?.email ?? (account?.userId === undefined ? 'unknown account' : `user ${account.userId}`);
}

/** "in 6 days", "3 hours ago", "unknown". */
export function describeExpiry(at: number | undefined, now: number): string {
  if (at === undefined) return 'unknown';
  const distance = Math.abs(at - now);
  const units: [number, string][] = [
    [86_400_000, 'day'],
    [3_600_000, 'hour'],
    [60_000, 'minute'],
    [1_000, 'second'],
  ];
  const [size, name] = units.find(([unit]) => distance >= unit) ?? [1_000, 'second'];
  const count = Math.floor(distance / size);
  const words = `${count} ${name}${count === 1 ? '' : 's'}`;
  return at >= now ? `in ${words}` : `${words} ago`;
}

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

export interface LoginOptions extends PreviewFlags {
  email?: string;
  passwordStdin?: boolean;
  loginKey?: string;
}

async function readCredentials(
  invocation: Invocation,
  options: LoginOptions,
): Promise<{ email: string; password: string }> {
  const env = environmentLogin(invocation);
  if (options.passwordStdin === true) {
    const email = options.email ?? invocation.ctx.env['CONVIRZA_EMAIL'];
    if (!email) throw new CliError('usage', '--password-stdin needs --email');
    return { email, password: await readSecretStdin(invocation, 'The password') };
  }
  if (env !== undefined && (options.email === undefined || options.email === env.email)) return env;
  if (!invocation.terminal.canAsk)
    throw new CliError('usage', 'Signing in needs an email and a password, and there is nobody to ask', {
      hint: 'Use --email with --password-stdin, or CONVIRZA_EMAIL and CONVIRZA_PASSWORD; in CI rather CONVIRZA_TOKEN.',
    });
  const email = options.email ?? (await askText(invocation, 'Email'));
  return { email: email.trim(), password: await askSecret(invocation, 'Password') };
}

export async function runLogin(invocation: Invocation, options: LoginOptions): Promise<void> {
  const shownEmail = options.email ?? environmentLogin(invocation)?.email ?? 'you@example.com';
  const shown = { [options.loginKey ?? 'email']: shownEmail, password: REDACTED };
  if (await previewCall(invocation, options, 'login', shown)) return;
  const { now, signal } = invocation.ctx;
  const profile = checkProfileName(invocation.profile);
  const store = openStore(invocation);
  const places = hosts(invocation);
  // Before anybody types a password: a store that cannot be opened would throw the new tokens away.
  const { lost } = await store.readForLogin(profile);
  if (lost !== undefined) invocation.warn(`${lost}. The new login replaces it.`);
  const credentials = await readCredentials(invocation, options);
  const client = await invocation.makeClient();
  const progress = await invocation.progress('Signing in');
  let session: StoredSession;
  try {
    const pair = await login(client, { ...credentials, loginKey: options.loginKey }, now(), signal);
    session = toStoredSession(pair, places, now());
    await store.locked(profile, async () => {
      const { record } = await store.readForLogin(profile);
      await store.write(profile, { ...record, convirza: session });
    });
  } finally {
    progress.stop();
  }
  if (environmentToken(invocation) !== undefined)
    invocation.warn('CONVIRZA_TOKEN is set and will be used instead of this session.');
  invocation.say(`Signed in as ${describeAccount(session.account)} (profile ${profile}).`);
  if (invocation.format !== 'table')
    await writeRecord({ profile, ...publicAccount(session) }, invocation.rowsOptions());
}

function publicAccount(session: StoredSession): Record<string, unknown> {
  const { account } = session;
  const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());
  return {
    email: account?.email ?? null,
    user_id: account?.userId ?? null,
    role: account?.roleId === undefined ? null : (ROLES[account.roleId] ?? account.roleId),
    org_unit_id: account?.orgUnitId ?? null,
    api_url: session.apiUrl,
    access_expires: time(session.accessExpiresAt),
    refresh_expires: time(session.refreshExpiresAt),
  };
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

export async function runLogout(
  invocation: Invocation,
  options: PreviewFlags & { tokenKey?: string },
): Promise<void> {
  const shown = { [options.tokenKey ?? 'token']: REDACTED, token_type: 'refresh' };
  if (await previewCall(invocation, options, 'logout', shown)) return;
  const { signal } = invocation.ctx;
  const profile = checkProfileName(invocation.profile);
  const store = openStore(invocation);
  let session: StoredSession | undefined;
  try {
    session = (await store.read(profile))?.convirza;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    await store.remove(profile);
    invocation.warn(
      `${error.message}. It was forgotten; its tokens could not be revoked and end by themselves.`,
    );
    return;
  }
  if (session === undefined) {
    invocation.say(`Nobody is signed in (profile ${profile}).`);
    return;
  }
  const belongsHere = session.oauthUrl === hosts(invocation).oauthUrl;
  const problems: string[] = [];
  if (belongsHere) {
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
  } else problems.push(`they belong to ${session.oauthUrl}, which this command does not go to`);
  await store.locked(profile, async () => store.remove(profile));
  if (problems.length > 0)
    invocation.warn(
      `Signed out here, but the tokens may still work on the service until they end (${problems.join('; ')}).`,
    );
  else
    invocation.say(`Signed out ${describeAccount(session.account)}: both tokens are revoked and forgotten.`);
}

/** Offline: what is stored, for how long it is good, and how it is kept. */
export async function runStatus(invocation: Invocation): Promise<void> {
  const { now } = invocation.ctx;
  const token = environmentToken(invocation);
  const store = openStore(invocation);
  if (token !== undefined) {
    const record = {
      profile: null,
      source: 'CONVIRZA_TOKEN',
      signed_in: true,
      api_url: hosts(invocation).apiUrl,
    };
    if (invocation.format !== 'table') return writeRecord(record, invocation.rowsOptions());
    await invocation.write('Signed in by the token in CONVIRZA_TOKEN; the credential store is not used.\n');
    return;
  }
  const profile = checkProfileName(invocation.profile);
  const session = (await store.read(profile))?.convirza;
  if (session === undefined && environmentLogin(invocation) === undefined) {
    if (invocation.format !== 'table') {
      const sink = createRowSink(invocation.rowsOptions());
      await sink.end();
    }
    throw new CliError('auth', `You are not signed in (profile ${profile})`, {
      hint: 'Run convirza auth login, or set CONVIRZA_TOKEN.',
    });
  }
  if (session === undefined) {
    await invocation.write(
      'Not signed in yet; CONVIRZA_EMAIL and CONVIRZA_PASSWORD are used at the first request.\n',
    );
    return;
  }
  const backend = await store.backendOf(profile);
  if (invocation.format !== 'table') {
    const record = {
      profile,
      source: 'store',
      signed_in: true,
      ...publicAccount(session),
      backend: backend?.name ?? null,
    };
    return writeRecord(record, invocation.rowsOptions());
  }
  const role = session.account?.roleId === undefined ? undefined : ROLES[session.account.roleId];
  const lines = [
    `Signed in as ${describeAccount(session.account)}${role === undefined ? '' : `, ${role}`} (profile ${profile})`,
    `  service        ${session.apiUrl}`,
    ...(session.account?.orgUnitId === undefined ? [] : [`  group          ${session.account.orgUnitId}`]),
    `  access token   ends ${describeExpiry(session.accessExpiresAt, now())}, then it is refreshed by itself`,
    `  refresh token  ends ${describeExpiry(session.refreshExpiresAt, now())}`,
    `  kept in        ${store.path(profile)}`,
    `  key            ${backend?.description ?? 'unknown'}`,
  ];
  await invocation.write(`${lines.join('\n')}\n`);
}
