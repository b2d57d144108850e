import type { ConnectionRange, VoiceFault, VoiceOptions } from './options.ts';

/** Something that happened in a session; faults may be due. `bytes` of received audio, or of the answer. */
export type Moment =
  | { kind: 'start' }
  | { kind: 'heard'; bytes: number }
  | { kind: 'turn'; turn: number }
  | { kind: 'answer'; turn: number; chunks: number; bytes: number };

interface Armed {
  readonly fault: VoiceFault;
  left: number;
  /** Turn whose answer it acted on last. */
  turn: number;
}

/** Whether a connection is one of these; a range that is left out has all of them. */
export function inRange(connection: number, range: ConnectionRange = {}): boolean {
  return connection >= (range.from ?? 1) && connection <= (range.to ?? Number.POSITIVE_INFINITY);
}

/** What shall go wrong in one session, and how much of it is still to come. */
export class FaultPlan {
  readonly #armed: Armed[];

  /** @param connection number of the connection, from 1 */
  constructor(voice: VoiceOptions, connection: number) {
    this.#armed = [...olderForms(voice), ...(voice.faults ?? [])]
      .filter((fault) => inRange(connection, fault.connections))
      .map((fault) => ({ fault, left: timesOf(fault), turn: 0 }));
  }

  /** Those that are due by the clock: `afterMs`, and how often. */
  get timed(): readonly VoiceFault[] {
    return this.#armed.map(({ fault }) => fault).filter(({ afterMs }) => afterMs !== undefined);
  }

  /** The faults that act at this moment, in their order; each is counted. */
  take(moment: Moment): VoiceFault[] {
    if (this.#armed.length === 0) return [];
    return this.#armed.flatMap((armed) => {
      const { fault } = armed;
      if (armed.left <= 0 || !isDue(armed, moment)) return [];
      if (moment.kind === 'answer') armed.turn = moment.turn;
      if (moment.kind !== 'start') {
        armed.left--;
        return [fault];
      }
      const all = new Array<VoiceFault>(armed.left).fill(fault);
      armed.left = 0;
      return all;
    });
  }
}

/** How often a fault acts in a session. */
export function timesOf(fault: VoiceFault): number {
  return fault.times ?? 1;
}

/** The moment of a fault in words. */
export function momentOf(fault: VoiceFault): string {
  if (fault.afterBytes !== undefined) return `after ${fault.afterBytes} bytes of audio`;
  if (fault.afterMs !== undefined) return `after ${fault.afterMs} ms`;
  if (fault.afterAnswerChunks !== undefined) return `after ${fault.afterAnswerChunks} chunks of an answer`;
  if (fault.afterAnswerBytes !== undefined) return `after ${fault.afterAnswerBytes} bytes of an answer`;
  return fault.turn === undefined ? 'at the start' : `at turn ${fault.turn}`;
}

function isDue({ fault, turn }: Armed, moment: Moment): boolean {
  const { afterAnswerChunks, afterAnswerBytes } = fault;
  const duringAnswer = afterAnswerChunks !== undefined || afterAnswerBytes !== undefined;
  switch (moment.kind) {
    case 'start':
      return fault.at === 'start';
    case 'heard':
      return fault.afterBytes !== undefined && moment.bytes >= fault.afterBytes;
    case 'turn':
      return !duringAnswer && fault.turn !== undefined && moment.turn >= fault.turn;
    case 'answer':
      if (!duringAnswer || turn === moment.turn) return false;
      if (
        fault.turn !== undefined &&
        (moment.turn < fault.turn || moment.turn >= fault.turn + timesOf(fault))
      )
        return false;
      return (
        moment.chunks >= (afterAnswerChunks ?? Number.POSITIVE_INFINITY) ||
        moment.bytes >= (afterAnswerBytes ?? Number.POSITIVE_INFINITY)
      );
  }
}

/** `dropAfterBytes` and `failAfterBytes`. */
function olderForms({ dropAfterBytes, failAfterBytes }: VoiceOptions): VoiceFault[] {
  const faults: VoiceFault[] = [];
  if (dropAfterBytes !== undefined) faults.push({ afterBytes: dropAfterBytes, drop: true });
  if (failAfterBytes !== undefined) {
    const { bytes, errorCode, close } = failAfterBytes;
    const error = { name: errorCode };
    faults.push({ afterBytes: bytes, error, ...(close === undefined ? {} : { close }) });
  }
  return faults;
}
