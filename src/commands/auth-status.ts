/** `auth status` and `auth list`: offline, what is stored, for how long it is good, and how it is kept. */
import { type CredentialStore, checkProfileName, type ProfileRecord } from '../credentials/index.ts';
import { createRowSink, writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import {
  describeAccount,
  describeExpiry,
  publicAccount,
  publicVoice,
  ROLES,
  voiceKind,
} from './auth-words.ts';
import { environmentLogin, environmentToken, environmentVoice, hosts } from './credentials.ts';
import type { Invocation } from './invocation.ts';
import { openStore } from './stored-tokens.ts';

function convirzaLines({ convirza }: ProfileRecord, now: number): string[] {
  if (convirza === undefined) return ['  Convirza       not signed in: convirza auth login'];
  const { account, apiUrl, accessExpiresAt, refreshExpiresAt, refreshToken } = convirza;
  const then = refreshToken === undefined ? 'then it is over' : 'then it is refreshed by itself';
  return [
    `  service        ${apiUrl}`,
    ...(account?.orgUnitId === undefined ? [] : [`  group          ${account.orgUnitId}`]),
    `  access token   ends ${describeExpiry(accessExpiresAt, now)}, ${then}`,
    refreshToken === undefined
      ? '  refresh token  none: this access token was given by hand'
      : `  refresh token  ends ${describeExpiry(refreshExpiresAt, now)}`,
  ];
}

function voiceLines({ voice }: ProfileRecord, now: number): string[] {
  if (voice === undefined) return ['  voice          not signed in: convirza voice login'];
  const what =
    voiceKind(voice) === 'api-key' ? 'API key' : `token, ends ${describeExpiry(voice.expiresAt, now)}`;
  return [`  voice          ${what}, for ${voice.voiceUrl}`];
}

function headline({ convirza }: ProfileRecord, profile: string): string {
  if (convirza === undefined) return `Signed in to the voice service alone (profile ${profile})`;
  const { account } = convirza;
  const role = account?.roleId === undefined ? undefined : ROLES[account.roleId];
  return `Signed in as ${describeAccount(account)}${role === undefined ? '' : `, ${role}`} (profile ${profile})`;
}

const isEmpty = (record: ProfileRecord | undefined) =>
  record?.convirza === undefined && record?.voice === undefined;

async function statusOfToken(invocation: Invocation): Promise<void> {
  const record = {
    profile: null,
    source: 'CONVIRZA_TOKEN',
    signed_in: true,
    api_url: hosts(invocation).apiUrl,
    voice: environmentVoice(invocation) === undefined ? null : { kind: 'environment' },
  };
  if (invocation.format !== 'table') return writeRecord(record, invocation.rowsOptions());
  await invocation.write('Signed in by the token in CONVIRZA_TOKEN; the credential store is not used.\n');
  if (environmentVoice(invocation) !== undefined)
    await invocation.write('The voice service is used with the credentials of the environment.\n');
}

/** @throws CliError `auth` when the chosen profile is signed in to nothing */
export async function runStatus(invocation: Invocation): Promise<void> {
  if (environmentToken(invocation) !== undefined) return statusOfToken(invocation);
  const { now } = invocation.ctx;
  const store = openStore(invocation);
  const profile = checkProfileName(invocation.profile);
  const record = (await store.read(profile)) ?? {};
  const voiceHere = environmentVoice(invocation) !== undefined;
  if (isEmpty(record)) {
    const shaped = invocation.format !== 'table';
    if (environmentLogin(invocation) !== undefined) {
      const source = { profile, source: 'CONVIRZA_EMAIL', signed_in: false };
      if (shaped) return writeRecord(source, invocation.rowsOptions());
      await invocation.write(
        'Not signed in yet; CONVIRZA_EMAIL and CONVIRZA_PASSWORD are used at the first request.\n',
      );
      return;
    }
    if (shaped) await writeRecord({ profile, signed_in: false }, invocation.rowsOptions());
    throw new CliError('auth', `You are not signed in (profile ${profile})`, {
      hint: 'Run convirza auth login, or set CONVIRZA_TOKEN.',
    });
  }
  const backend = await store.backendOf(profile);
  const { convirza, voice } = record;
  if (invocation.format !== 'table')
    return writeRecord(
      {
        profile,
        source: 'store',
        signed_in: convirza !== undefined,
        ...(convirza === undefined ? {} : publicAccount(convirza)),
        voice: voiceHere ? { kind: 'environment' } : voice === undefined ? null : publicVoice(voice),
        backend: backend?.name ?? null,
      },
      invocation.rowsOptions(),
    );
  const lines = [
    headline(record, profile),
    ...convirzaLines(record, now()),
    ...(voiceHere ? ['  voice          credentials of the environment'] : voiceLines(record, now())),
    `  kept in        ${store.path(profile)}`,
    `  key            ${backend?.description ?? 'unknown'}`,
  ];
  await invocation.write(`${lines.join('\n')}\n`);
}

interface ListedProfile {
  profile: string;
  active: boolean;
  service: 'convirza' | 'voice' | null;
  account: string | null;
  org_unit_id: number | null;
  expires: string | null;
  backend: string | null;
  url: string | null;
  problem?: string;
}

async function listed(store: CredentialStore, profile: string, active: boolean, now: number) {
  const backend = (await store.backendOf(profile))?.name ?? null;
  const row = { profile, active, backend };
  const none = { service: null, account: null, org_unit_id: null, expires: null, url: null };
  let record: ProfileRecord;
  try {
    record = (await store.read(profile)) ?? {};
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [{ ...row, ...none, problem: error.message }];
  }
  const rows: ListedProfile[] = [];
  const { convirza, voice } = record;
  if (convirza !== undefined) {
    const at = convirza.refreshToken === undefined ? convirza.accessExpiresAt : convirza.refreshExpiresAt;
    rows.push({
      ...row,
      service: 'convirza',
      account: describeAccount(convirza.account),
      org_unit_id: convirza.account?.orgUnitId ?? null,
      expires: describeExpiry(at, now),
      url: convirza.apiUrl,
    });
  }
  if (voice !== undefined)
    rows.push({
      ...row,
      service: 'voice',
      account: voiceKind(voice) === 'api-key' ? 'API key' : 'token',
      org_unit_id: null,
      expires: voice.apiKey === undefined ? describeExpiry(voice.expiresAt, now) : 'never',
      url: voice.voiceUrl,
    });
  return rows.length > 0 ? rows : [{ ...row, ...none }];
}

/** A row for each service of each profile. A profile that cannot be opened is listed with the reason. */
export async function runAuthList(invocation: Invocation): Promise<void> {
  const store = openStore(invocation);
  const { now } = invocation.ctx;
  const columns = ['profile', 'active', 'service', 'account', 'org_unit_id', 'expires', 'backend'];
  const sink = createRowSink(invocation.rowsOptions(columns));
  const rows: ListedProfile[] = [];
  for (const profile of await store.profiles())
    rows.push(...(await listed(store, profile, profile === invocation.profile, now())));
  await sink.page(rows);
  await sink.end();
  for (const { problem } of rows) if (problem !== undefined) invocation.warn(problem);
  if (rows.length === 0) invocation.say('Nobody is signed in. Run convirza auth login.');
  if (environmentToken(invocation) !== undefined)
    invocation.warn('CONVIRZA_TOKEN is set and is used instead of any profile.');
}
