import type { IncomingHttpHeaders } from 'node:http';
import { inRange } from './fault-plan.ts';
import type { VoiceOptions, VoiceRefusal } from './options.ts';
import type { ErrorName } from './protocol.ts';

/** What the sandbox accepts: organization keys, JWTs, configurations, projects. */
export interface VoiceKeys {
  apiKeys: ReadonlySet<string>;
  tokens: ReadonlySet<string>;
  configIds: ReadonlySet<string>;
  projectIds: ReadonlySet<string>;
}

/** Where a connection wants to go: the id that the client chose, and the query. */
export interface Target {
  connectionId: string;
  query: URLSearchParams;
}

/** A connection that was let in. `credential` says which of the three ways was used (§1), never the secret. */
export interface Admission {
  connectionId: string;
  configId: string;
  /** As given, else the first known project (§1: "found from the configuration when absent"), else null. */
  projectId: string | null;
  credential: 'api_key' | 'authorization' | 'header';
}

/** A refusal after the socket opened: an `error` message if there is a code, then a close (§2, §7). */
export interface Refusal {
  errorCode: string | undefined;
  message: string;
  close: number;
  /** Reason of the close; names the error, since 4004 alone has three meanings (§7). */
  reason: string;
}

/**
 * Reads `/ws/voice/{connection_id}?…` from the target of a request; any id is good, and `//` counts as `/`
 * (§2, §8). Undefined for every other path.
 */
export function parseTarget(url: string): Target | undefined {
  // `new URL` would take the first name of a path that begins with `//` for a host.
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const id = /^\/+ws\/+voice\/+([^/]+)\/*$/.exec(path)?.[1];
  if (id === undefined) return undefined;
  try {
    return {
      connectionId: decodeURIComponent(id),
      query: new URLSearchParams(question < 0 ? '' : url.slice(question + 1)),
    };
  } catch {
    return undefined;
  }
}

/** The refusals that were asked for, and how often each has acted. */
export class RefusalPlan {
  readonly #entries: { refusal: VoiceRefusal; left: number }[];

  constructor({ refuse = [] }: VoiceOptions) {
    const list = Array.isArray(refuse) ? (refuse as readonly VoiceRefusal[]) : [refuse as VoiceRefusal];
    this.#entries = list.map((refusal) => ({ refusal, left: refusal.times ?? Number.POSITIVE_INFINITY }));
  }

  /** The refusal of this connection (by its number, from 1), which counts it; undefined: it is let on. */
  take(connection: number): VoiceRefusal | undefined {
    const entry = this.#entries.find(
      ({ refusal, left }) => left > 0 && inRange(connection, refusal.connections),
    );
    if (entry !== undefined) entry.left--;
    return entry?.refusal;
  }
}

/** A refusal that was asked for in the form that opens and closes at once. */
export function refusedOnDemand(refuse: Extract<VoiceRefusal, { close: number }>): Refusal {
  const { close, reason, errorCode } = refuse;
  const message = reason ?? 'The sandbox was told to refuse';
  return { errorCode, message, close, reason: reason ?? errorCode ?? '' };
}

/** The HTTP status of a refusal that has a name (§7); SESSION_LIMIT_EXCEEDED has none there, and 429 is near. */
export function statusOf(errorCode: string | undefined): number {
  switch (errorCode) {
    case 'AUTH_REQUIRED':
    case 'AUTH_FAILED':
      return 401;
    case 'CONFIG_NOT_FOUND':
    case 'INVALID_PROJECT':
      return 404;
    default:
      return 429;
  }
}

/**
 * Checks credentials, then configuration, then project (§1, §7). All credentials that are offered must be good.
 * A missing `config_id` is refused like an unknown one; the reference has no name for it.
 */
export function admit(target: Target, headers: IncomingHttpHeaders, keys: VoiceKeys): Admission | Refusal {
  const { query } = target;
  const apiKey = query.get('api_key') || undefined;
  const inQuery = query.get('authorization') || undefined;
  const inHeader = headers.authorization || undefined;
  if (apiKey === undefined && inQuery === undefined && inHeader === undefined)
    return refusal('AUTH_REQUIRED', 'No API key and no access token was given', 4001);
  if (apiKey !== undefined && !keys.apiKeys.has(apiKey)) {
    const why = apiKey.startsWith('oak_')
      ? 'The API key is not known'
      : 'The API key does not begin with "oak_"';
    return refusal('AUTH_FAILED', why, 4001);
  }
  for (const authorization of [inQuery, inHeader]) {
    if (authorization === undefined) continue;
    const token = /^Bearer +(\S+)$/i.exec(authorization)?.[1];
    if (token === undefined)
      return refusal('AUTH_FAILED', 'The authorization is not of the form "Bearer <token>"', 4001);
    if (!keys.tokens.has(token)) return refusal('AUTH_FAILED', 'The access token is not known', 4001);
  }

  const configId = query.get('config_id') || undefined;
  if (configId === undefined) return refusal('CONFIG_NOT_FOUND', 'The parameter config_id is missing', 4004);
  if (!keys.configIds.has(configId))
    return refusal('CONFIG_NOT_FOUND', 'There is no such configuration', 4004);
  const projectId = query.get('project_id') || undefined;
  if (projectId !== undefined && !keys.projectIds.has(projectId))
    return refusal(
      'INVALID_PROJECT',
      'There is no such project; leave project_id out to use the default one',
      4004,
    );

  return {
    connectionId: target.connectionId,
    configId,
    projectId: projectId ?? [...keys.projectIds][0] ?? null,
    credential: apiKey !== undefined ? 'api_key' : inQuery !== undefined ? 'authorization' : 'header',
  };
}

/** A refusal whose close names the error. */
export function refusal(errorCode: ErrorName, message: string, close: number): Refusal {
  return { errorCode, message, close, reason: `${errorCode}: ${message}` };
}
