/** `/_sandbox/…`: faults, requests, voice, reset and the end of access tokens, for scripts. Plain JSON, without token and envelope. */
import { CliError } from '../shared/errors.ts';
import type { FaultBook } from './faults.ts';
import { type Answer, failure, HttpError, jsonAnswer } from './http/answer.ts';
import type { Exchange } from './http/exchange.ts';
import type { RequestRecord } from './options.ts';
import type { VoiceOptions } from './types.ts';
import { plainRecord, type VoiceCounters, type VoiceLog } from './voice/log.ts';
import { snakeCased } from './voice/names.ts';

/** Requests to paths from here on are neither recorded nor met by faults. */
export const CONTROL_PATH = '/_sandbox/';

/** What may be controlled. */
export interface Controls {
  readonly faults: FaultBook;
  readonly requests: () => readonly RequestRecord[];
  readonly reset: () => void;
  /** What the ready line says: where it listens, who signs in, which environment leads here. */
  readonly info: () => unknown;
  /** Lets every access token end now. */
  readonly expire: () => void;
  readonly voice: {
    readonly log: VoiceLog;
    counters(): Promise<VoiceCounters>;
    replace(options: VoiceOptions): void;
  };
}

type Action = (exchange: Exchange, controls: Controls) => unknown;

const ACTIONS: Readonly<Record<string, Readonly<Record<string, Action>>>> = {
  faults: {
    GET: (exchange, { faults }) => (exchange.search.has('counts') ? faults.counts : faults.rules),
    PUT: async (exchange, { faults }) => {
      faults.replace(await exchange.json());
      return faults.rules;
    },
    DELETE: (_, { faults }) => {
      faults.replace([]);
      return faults.rules;
    },
  },
  voice: {
    GET: async (_, { voice }) => voiceReport(voice.log.records, await voice.counters()),
    POST: async (exchange, { voice }) => {
      const { parseVoiceDocument } = await import('./voice/document.ts');
      voice.replace(parseVoiceDocument(await exchange.json()));
      return { replaced: true };
    },
  },
  info: { GET: (_, { info }) => info() },
  requests: { GET: (_, { requests }) => requests() },
  expire: {
    POST: (_, { expire }) => {
      expire();
      return { expired: true };
    },
  },
  reset: {
    POST: (_, { reset }) => {
      reset();
      return { reset: true };
    },
  },
};

function voiceReport(records: VoiceLog['records'], counters: VoiceCounters): unknown {
  return snakeCased({ ...counters, sessions: records.map(plainRecord) });
}

/** The answer to a control request. `now` in milliseconds; throws ClientGone. */
export async function controlAnswer(exchange: Exchange, controls: Controls, now: number): Promise<Answer> {
  const name = exchange.path.slice(CONTROL_PATH.length);
  const methods = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (methods === undefined) return failure(404, `No such path: ${exchange.path}`, now);
  const action = methods[exchange.method];
  if (action === undefined) {
    const allow = Object.keys(methods).join(', ');
    return failure(405, `${exchange.method} is not allowed here.`, now, { allow });
  }
  try {
    return jsonAnswer(200, await action(exchange, controls));
  } catch (error) {
    if (error instanceof HttpError) return failure(error.status, error.message, now);
    if (error instanceof CliError) return failure(400, error.message, now);
    throw error;
  }
}
