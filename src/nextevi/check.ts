/** One connection to the service, watched step by step; no audio is sent. */
import { isIP } from 'node:net';
import { CliError } from '../shared/errors.ts';
import { proxyName } from '../shared/network.ts';
import { type AgentOptions, ConnectionAgent, type ConnectionStep } from './agent.ts';
import { checkFormat } from './connection.ts';
import { kindOfError } from './error-table.ts';
import { type CloseInfo, errorOfServer, VoiceError } from './errors.ts';
import type { VoiceEvent } from './messages.ts';
import { type SessionOptions, VoiceSession } from './session.ts';

export type CheckStepName =
  | 'resolve'
  | 'connect'
  | 'proxy'
  | 'tls'
  | 'upgrade'
  | 'session'
  | 'round trip'
  | 'close';

export interface CheckStep {
  step: CheckStepName;
  result: 'ok' | 'warning' | 'failure' | 'not tried';
  /** What this step alone took; null where it was not tried. */
  ms: number | null;
  detail: string;
}

type Metadata = Extract<VoiceEvent, { kind: 'metadata' }>;

export interface CheckOptions extends Omit<SessionOptions, 'onEvent' | 'settings' | 'agent'> {
  /** The way to the service; `onStep` is the check's own. */
  way: Omit<AgentOptions, 'onStep'>;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** How long to wait for the metadata, and for the answer to a ping. Without them there is a warning. */
  patienceMs: number;
}

export interface CheckResult {
  /** All of them, in order; those without a place here (a proxy, TLS) are left out. */
  steps: CheckStep[];
  /** What the first failed step failed of. */
  failure: CliError | undefined;
  connectionId: string | undefined;
  /** Redacted. */
  endpoint: string | undefined;
  /** From the first packet to the open socket; undefined when it did not open. */
  handshakeMs: number | undefined;
  roundTripMs: number | undefined;
  metadata: Metadata | undefined;
  /** When the certificate of a `wss:` service ends. */
  certificateUntil: Date | undefined;
}

/** A certificate that ends this soon is worth a warning: renewed ones are renewed a month before. */
const SOON_DAYS = 14;
const DAY_MS = 86_400_000;

/** The steps that are still to come, and what became of those that were. */
class StepLog {
  readonly steps: CheckStep[];
  readonly #clock: () => number;
  #since: number;

  constructor(names: readonly CheckStepName[], clock: () => number) {
    this.steps = names.map((step) => ({ step, result: 'not tried', ms: null, detail: '' }));
    this.#clock = clock;
    this.#since = clock();
  }

  end(name: CheckStepName, detail: string, result: CheckStep['result'] = 'ok'): void {
    const step = this.steps.find((each) => each.step === name);
    if (step === undefined) return;
    const now = this.#clock();
    Object.assign(step, { detail, result, ms: now - this.#since });
    this.#since = now;
  }

  /** What was under way has failed. */
  fail(detail: string): void {
    const step = this.steps.find(({ result }) => result === 'not tried');
    if (step !== undefined) this.end(step.step, detail, 'failure');
  }

  isTried(name: CheckStepName): boolean {
    return this.steps.some(({ step, result }) => step === name && result !== 'not tried');
  }
}

/**
 * Connects, waits for the metadata, measures a round trip, and closes.
 *
 * @returns what was found, also where a step failed
 * @throws the signal's reason when it aborts
 */
export async function checkConnection(options: CheckOptions): Promise<CheckResult> {
  const { url, way, clock, now, signal } = options;
  const { proxy } = way;
  const names: CheckStepName[] = ['resolve', 'connect'];
  if (proxy !== undefined) names.push('proxy');
  if (way.secure) names.push('tls');
  const log = new StepLog([...names, 'upgrade', 'session', 'round trip', 'close'], clock);
  const result: CheckResult = {
    steps: log.steps,
    failure: undefined,
    connectionId: undefined,
    endpoint: undefined,
    handshakeMs: undefined,
    roundTripMs: undefined,
    metadata: undefined,
    certificateUntil: undefined,
  };
  const dialled = proxy === undefined ? url : new URL(proxy.url);
  const host = dialled.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) log.end('resolve', `${host} is an address`);
  const addresses: string[] = [];
  const onStep = (step: ConnectionStep) => {
    switch (step.kind) {
      case 'resolved':
        addresses.push(step.address);
        if (!log.isTried('connect')) log.end('resolve', `${step.host} is ${addresses.join(', ')}`);
        return;
      case 'connected':
        log.end('connect', `${isIP(step.address) === 6 ? `[${step.address}]` : step.address}:${step.port}`);
        return;
      case 'tunnelled':
        log.end('proxy', `${proxy === undefined ? '' : proxyName(proxy)} opened the way to ${url.host}`);
        return;
      case 'secured': {
        const { issuer, validTo } = step.certificate;
        const left = validTo.getTime() - now();
        const by = issuer === '' ? '' : ` by ${issuer}`;
        if (Number.isNaN(left)) log.end('tls', `${step.protocol}; certificate${by}`);
        else {
          const until = `${validTo.toISOString().slice(0, 10)} (${Math.floor(left / DAY_MS)} days)`;
          const verdict = left < SOON_DAYS * DAY_MS ? 'warning' : 'ok';
          result.certificateUntil = validTo;
          log.end('tls', `${step.protocol}; certificate${by} until ${until}`, verdict);
        }
      }
    }
  };
  try {
    await converse({ ...options, agent: new ConnectionAgent({ ...way, onStep }) }, log, result);
  } catch (error) {
    if (!(error instanceof CliError) || signal?.aborted) throw error;
    log.fail(error.message);
    result.failure = error;
    result.connectionId ??= error.requestId;
    result.endpoint ??= error.endpoint;
  }
  return result;
}

/** The part that speaks WebSocket. @throws VoiceError for the step that failed */
async function converse(
  options: CheckOptions & Pick<SessionOptions, 'agent'>,
  log: StepLog,
  result: CheckResult,
): Promise<void> {
  const { sleep, patienceMs, signal } = options;
  let settle: (outcome: Metadata | CliError) => void = () => {};
  const answered = new Promise<Metadata | CliError>((resolve) => {
    settle = resolve;
  });
  const session = await VoiceSession.connect({
    ...options,
    onEvent: (event, { place }) => {
      if (event.kind === 'metadata') settle(event);
      else if (event.kind === 'error' && kindOfError(event.error.code).action !== 'continue')
        settle(errorOfServer(event.error, place));
    },
  });
  log.end('upgrade', 'WebSocket');
  result.connectionId = session.connectionId;
  result.endpoint = session.place.endpoint;
  result.handshakeMs = session.handshakeMs;
  const done = new AbortController();
  const closed = session.closed.then((close) => refusalOf(session, close));
  /** What comes first: `work`, the end of the connection, or the end of patience (undefined). */
  const within = <T>(work: Promise<T>): Promise<T | CliError | undefined> =>
    Promise.race([
      work,
      closed,
      sleep(patienceMs, signal === undefined ? done.signal : AbortSignal.any([signal, done.signal])).then(
        () => undefined,
      ),
    ]);
  try {
    const metadata = await within(answered);
    if (metadata instanceof CliError) throw metadata;
    result.metadata = metadata;
    if (metadata === undefined)
      log.end(
        'session',
        `no metadata came within ${patienceMs / 1000} seconds; no refusal either`,
        'warning',
      );
    else {
      const wrong = checkFormat(metadata);
      if (wrong !== undefined) throw wrong;
      log.end('session', describe(metadata));
    }
    const roundTrip = session.roundTrip(done.signal);
    roundTrip.catch(() => {});
    const took = await within(roundTrip);
    if (took instanceof CliError) throw took;
    result.roundTripMs = took;
    if (took === undefined)
      log.end('round trip', `no answer to a ping within ${patienceMs / 1000} seconds`, 'warning');
    else log.end('round trip', 'ping and pong');
    const { code } = await session.close();
    if (code === 1006) log.end('close', 'the service did not answer the close', 'warning');
    else log.end('close', `close code ${code}`);
  } finally {
    done.abort();
    await session.close();
  }
}

/** What the end of a connection stands for that was not asked for. */
function refusalOf(session: VoiceSession, close: CloseInfo): VoiceError {
  if (close.code !== 1000 || close.lastError !== undefined) return session.errorOf(close);
  return new VoiceError('network', 'The voice service closed the session at once (close code 1000)', {
    ...session.place,
    requestId: session.connectionId,
    label: 'CLOSE_1000',
    hint: 'Try again; if it stays so, ask its support with the connection id.',
  });
}

/** What the service says of itself, as far as it does. */
function describe({ sampleRate, channels, encoding, audioFormat, projectId, configId }: Metadata): string {
  const format = [
    encoding ?? audioFormat,
    sampleRate === undefined ? undefined : `${sampleRate} Hz`,
    channels === undefined ? undefined : channels === 1 ? 'mono' : `${channels} channels`,
  ].filter((part) => part !== undefined);
  const facts = [
    format.length === 0 ? undefined : `audio ${format.join(' ')}`,
    configId === undefined ? undefined : `configuration ${configId}`,
    projectId === undefined ? undefined : `project ${projectId}`,
  ].filter((part) => part !== undefined);
  return facts.length === 0 ? 'accepted' : `accepted: ${facts.join(', ')}`;
}
