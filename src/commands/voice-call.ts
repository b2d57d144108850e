/** A call as every voice command opens it: connection, patience, pace and settings from its flags. */
import { type CallOptions, VoiceCall } from '../nextevi/call.ts';
import type { CallObserver } from '../nextevi/call-events.ts';
import { DEFAULT_RECONNECT, type ReconnectPolicy } from '../nextevi/connection.ts';
import { DEFAULT_TIMING } from '../nextevi/turns.ts';
import type { Invocation } from './invocation.ts';
import { type ConnectionFlags, voiceConnection } from './voice-connection.ts';
import { readSettings, type SettingsFlags } from './voice-settings-read.ts';

export interface CallFlags extends ConnectionFlags {
  /** Times real time. */
  speed?: number;
  /** Seconds to wait for an answer. */
  replyTimeout?: number;
}

/**
 * How a lost connection is made again: as the service documents it, unless a person said otherwise by `retries` and
 * `retry-delay`, whose defaults are meant for HTTP.
 */
function reconnectPolicy({ settings }: Invocation): ReconnectPolicy {
  const chosen = (name: 'retries' | 'retry-delay') => settings.lookUp(name).origin !== 'default';
  return {
    attempts: chosen('retries') ? settings.number('retries') : DEFAULT_RECONNECT.attempts,
    pace: chosen('retry-delay') ? settings.number('retry-delay') / 1000 : 1,
  };
}

/**
 * Everything that a call needs but its observer.
 *
 * @throws CliError `usage` or `auth` for what is missing or wrong
 */
export async function callOptions(
  invocation: Invocation,
  flags: CallFlags & SettingsFlags,
): Promise<Omit<CallOptions, 'observe'>> {
  const { ctx } = invocation;
  const { speed = 1, replyTimeout } = flags;
  return {
    ...(await voiceConnection(invocation, flags)),
    settings: await readSettings(invocation, flags),
    speed,
    timing: {
      ...DEFAULT_TIMING,
      ...(replyTimeout === undefined ? {} : { replyTimeoutMs: replyTimeout * 1000 }),
    },
    reconnect: reconnectPolicy(invocation),
    random: ctx.random,
    sleep: ctx.sleep,
  };
}

/** Tells several of everything, in their order. */
export function together(...observers: readonly CallObserver[]): CallObserver {
  return (event) => {
    const busy = observers.map((observe) => observe(event)).filter((wait) => wait !== undefined);
    return busy.length === 0 ? undefined : Promise.all(busy).then(() => {});
  };
}

/**
 * Opens a call, which ends with the command at the latest.
 *
 * @throws as `VoiceCall.open`
 */
export async function openCall(invocation: Invocation, options: CallOptions): Promise<VoiceCall> {
  const call = await VoiceCall.open(options);
  invocation.onClose(() => call.hangUp());
  return call;
}
