/** Words about accounts and times that the `auth` commands share. */
import type { Account } from '../convirza/tokens.ts';
import type { StoredSession, StoredVoice } from '../credentials/index.ts';

export const ROLES: Readonly<Record<number, string>> = { 1: 'Admin', 2: 'Standard', 3: 'ReadOnly' };

export function describeAccount(account: Account | undefined): string {
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

const time = (at: number | undefined) => (at === undefined ? null : new Date(at).toISOString());

/** What may be shown of a session. */
export function publicAccount(session: StoredSession): Record<string, unknown> {
  const { account } = session;
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

/** What may be shown of voice credentials. */
export function publicVoice(voice: StoredVoice): Record<string, unknown> {
  return { kind: voiceKind(voice), voice_url: voice.voiceUrl, expires: time(voice.expiresAt) };
}

export function voiceKind(voice: StoredVoice): 'api-key' | 'token' {
  return voice.apiKey === undefined ? 'token' : 'api-key';
}
