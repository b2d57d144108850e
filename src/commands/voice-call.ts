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

/** The first pause before a request is sent again is so long unless it was set. */
const USUAL_PAUSE_MS = 500;

/** How often and how soon a lost connection is made again: `retries` and `retry-delay`, as for HTTP. */
export function reconnectPolicy({ settings }: Invocation): ReconnectPolicy {
  const isSet = settings.lookUp('retries').origin !== 'default';
  return {
    attempts: isSet ? settings.number('retries') : DEFAULT_RECONNECT.attempts,
    pace: settings.number('retry-delay') / USUAL_PAUSE_MS,
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
