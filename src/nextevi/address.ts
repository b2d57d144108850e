/** Where a session connects to, and with which credentials (reference, section 1). */

/** What a voice session signs in with; the caller reads it from wherever credentials are kept. */
export interface VoiceCredentials {
  apiKey?: string | undefined;
  accessToken?: string | undefined;
  configId: string;
  projectId?: string | undefined;
}

const SECRET_PARAMETER = /key|token|secret|password|authorization|signature|^sig$/i;

/** The address with every credential replaced: the API key is a query parameter, and addresses end up in logs. */
export function redactVoiceUrl(url: URL): string {
  const shown = new URL(url.href);
  if (shown.username !== '') shown.username = 'REDACTED';
  if (shown.password !== '') shown.password = 'REDACTED';
  for (const name of new Set(shown.searchParams.keys()))
    if (SECRET_PARAMETER.test(name)) shown.searchParams.set(name, 'REDACTED');
  return shown.href;
}

/** The address of one connection: the API key goes into the query, a token does not. */
export function sessionUrl(url: URL, credentials: VoiceCredentials, connectionId: string): URL {
  const full = new URL(url.href);
  full.pathname = `${url.pathname.replace(/\/+$/, '')}/${connectionId}`;
  if (credentials.accessToken === undefined && credentials.apiKey !== undefined)
    full.searchParams.set('api_key', credentials.apiKey);
  full.searchParams.set('config_id', credentials.configId);
  if (credentials.projectId !== undefined) full.searchParams.set('project_id', credentials.projectId);
  return full;
}
