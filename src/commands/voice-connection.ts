/** How every voice command reaches the service: address, credentials, proxy, and what `--debug` shows. */
import type { VoiceCredentials } from '../nextevi/address.ts';
import { DEFAULT_RECONNECT, type ReconnectPolicy } from '../nextevi/connection.ts';
import type { SessionOptions, VoiceTrace } from '../nextevi/session.ts';
import { cleanLine } from '../output/clean.ts';
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';

/** Flags that every command has that opens a session. */
export interface ConnectionFlags {
  transport: 'binary' | 'json';
  configId?: string;
  projectId?: string;
  /** False with `--no-pings`. */
  pings?: boolean;
}

/** What a session needs beside its events. */
export type VoiceConnection = Omit<SessionOptions, 'onEvent' | 'settings'>;

/**
 * Reads everything that a session with the voice service needs.
 *
 * @throws CliError `usage` or `auth` for what is missing or wrong
 */
export async function voiceConnection(
  invocation: Invocation,
  flags: ConnectionFlags,
): Promise<VoiceConnection> {
  const { ctx } = invocation;
  const url = invocation.url('voice-url');
  const credentials = await voiceCredentials(invocation, flags);
  return {
    url,
    credentials,
    transport: flags.transport,
    handshakeMs: invocation.timeoutMs,
    userAgent: invocation.userAgent,
    pings: flags.pings,
    now: ctx.now,
    clock: ctx.clock,
    signal: ctx.signal,
    trace: invocation.flags.debug === true ? debugTrace(invocation, credentials) : undefined,
  };
}

/**
 * How a lost connection is made again: as the service documents it, unless a person said otherwise by `retries` and
 * `retry-delay`, whose defaults are meant for HTTP.
 */
export function reconnectPolicy({ settings }: Invocation): ReconnectPolicy {
  const chosen = (name: 'retries' | 'retry-delay') => settings.lookUp(name).origin !== 'default';
  return {
    attempts: chosen('retries') ? settings.number('retries') : DEFAULT_RECONNECT.attempts,
    pace: chosen('retry-delay') ? settings.number('retry-delay') / 1000 : 1,
  };
}

/** Credentials of the voice service: the environment, then the profile. */
async function voiceCredentials(
  invocation: Invocation,
  options: Pick<ConnectionFlags, 'configId' | 'projectId'>,
): Promise<VoiceCredentials> {
  const { environmentVoice } = await import('./credentials.ts');
  const { apiKey, accessToken } =
    environmentVoice(invocation) ?? (await (await import('./auth-voice.ts')).storedVoice(invocation));
  const { settings } = invocation;
  const configId = options.configId ?? settings.get('voice-config-id').trim();
  if (configId === '')
    throw new CliError('usage', 'Which voice configuration? The service needs its id', {
      hint: 'Give --config-id, or set NEXTEVI_CONFIG_ID; the dashboard shows it.',
    });
  const projectId = (options.projectId ?? settings.get('voice-project-id').trim()) || undefined;
  // Both at once from the environment: a JWT in a header is preferred, since addresses end up in logs.
  return { apiKey, accessToken, configId, projectId };
}

/** Writes one line for each message; no key is in it, even where the service repeats one. */
function debugTrace(invocation: Invocation, credentials: VoiceCredentials): (entry: VoiceTrace) => void {
  const secrets = [credentials.apiKey, credentials.accessToken].filter((secret) => secret !== undefined);
  return (entry) => {
    const line = secrets.reduce((text, secret) => text.replaceAll(secret, 'REDACTED'), traceLine(entry));
    invocation.ctx.stderr.write(`${invocation.colourErr.dim(cleanLine(line))}\n`);
  };
}

function traceLine(entry: VoiceTrace): string {
  switch (entry.kind) {
    case 'open':
      return `> connect ${entry.url}`;
    case 'close':
      return `< close ${entry.code}${entry.reason === '' ? '' : ` ${entry.reason}`}`;
    case 'message': {
      const size = `${entry.bytes} bytes${entry.audio ? ' of audio' : ''}`;
      return `${entry.direction === 'sent' ? '>' : '<'} ${entry.type} ${size}`;
    }
  }
}
