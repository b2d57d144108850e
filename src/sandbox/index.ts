/** A local stand-in for both services, with faults on demand. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { ADMIN_EMAIL, PASSWORD, VOICE } from './accounts.ts';
import { App } from './app.ts';
import { FaultBook } from './faults.ts';
import { Waits } from './latency.ts';
import type { RequestRecord, Sandbox, SandboxOptions } from './options.ts';
import { RequestLog } from './request-log.ts';
import { rowsOf } from './resources/index.ts';
import { refuseUpgrade, SandboxServer } from './server.ts';
import type { VoiceOptions } from './types.ts';
import { type VoiceCounters, VoiceLog, type VoiceSessionRecord } from './voice/log.ts';
import type { VoiceEvent } from './voice/server.ts';

export { loadFaultRules, parseFaultRules } from './fault-rules.ts';
export type { RequestRecord, Sandbox, SandboxOptions, SandboxState } from './options.ts';
export type { TokenPair } from './sessions.ts';
export type { SandboxSnapshot } from './snapshot.ts';
export type { Row } from './store.ts';
export type { FaultCount, FaultRule, VoiceOptions } from './types.ts';
export type { VoiceCounters, VoiceSessionRecord } from './voice/log.ts';

/** What `onVoice` is told of. */
const TOLD: ReadonlySet<string> = new Set(['open', 'close', 'refused']);

/** The voice side, loaded with the first WebSocket: plain HTTP does without it. */
class Voice {
  readonly log = new VoiceLog();
  readonly #now: () => number;
  readonly #tell: SandboxOptions['onVoice'];
  readonly #ended = new WeakSet<VoiceSessionRecord>();
  #options: VoiceOptions;
  #server: ReturnType<Voice['load']> | undefined;

  constructor(options: VoiceOptions, now: () => number, tell: SandboxOptions['onVoice']) {
    this.#options = options;
    this.#tell = tell;
    this.#now = now;
  }

  async load() {
    const { createVoiceServer } = await import('./voice/server.ts');
    return createVoiceServer({
      voice: this.#options,
      log: this.log,
      keys: {
        apiKeys: new Set([VOICE.apiKey]),
        tokens: new Set([VOICE.token]),
        configIds: new Set([VOICE.configId]),
        projectIds: new Set([VOICE.projectId]),
      },
      now: this.#now,
      onEvent: (event) => this.#hear(event),
    });
  }

  #hear(event: VoiceEvent): void {
    if (!TOLD.has(event.kind)) return;
    const ended = event.kind === 'close';
    // Of several with one id, the newest that was not told of yet.
    const session = this.log.records.findLast(
      (record) =>
        record.connectionId === event.connectionId &&
        (record.closedAt !== undefined) === ended &&
        !this.#ended.has(record),
    );
    if (ended && session !== undefined) this.#ended.add(session);
    this.#tell?.(event, event.kind === 'refused' ? undefined : session);
  }

  /** Also before the first WebSocket: the counters begin at 0. */
  async counters(): Promise<VoiceCounters> {
    this.#server ??= this.load();
    return (await this.#server).counters();
  }

  /** For the connections that come from now on. */
  replace(options: VoiceOptions): void {
    this.#options = options;
    this.#server?.then(
      (server) => server.setVoice(options),
      () => undefined,
    );
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.#server ??= this.load();
    this.#server.then(
      (server) => {
        if (!socket.destroyed) server.handleUpgrade(request, socket, head);
      },
      () => refuseUpgrade(socket, '500 Internal Server Error'),
    );
  }

  async close(): Promise<void> {
    await (await this.#server?.catch(() => undefined))?.close();
  }
}

/** The host that a program on this machine reaches a listener at. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return isIPv6(host) ? `[${host}]` : host;
}

/**
 * Starts a sandbox. It keeps the process alive until it is closed, and everything in it is forgotten then.
 * Throws CliError `usage` for a port in use, a host that is not here, and malformed fault rules.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const now = options.now ?? Date.now;
  const host = options.host ?? '127.0.0.1';
  const faults = new FaultBook(options.faults ?? [], options.seed);
  const log = new RequestLog((record: RequestRecord) => options.onRequest?.(record));
  const voice = new Voice(options.voice ?? {}, now, options.onVoice);
  const { tls, latency } = options;
  const https = tls === undefined ? undefined : await import('node:https');
  const origin = (): string =>
    `${tls === undefined ? 'http' : 'https'}://${reachableHost(host)}:${server.port}`;
  const app = new App({ ...options, now, origin });
  const freshWaits = () => latency && new Waits(latency, options.seed ?? 1);
  let waits = freshWaits();
  const changed = (): void => options.onChange?.();
  const reset = (): void => {
    app.reset();
    waits = freshWaits();
    log.clear();
    faults.replace(options.faults ?? []);
    voice.replace(options.voice ?? {});
    voice.log.clear();
    changed();
  };
  const server = new SandboxServer({
    host,
    app,
    controls: {
      faults,
      requests: () => log.records,
      reset,
      expire: () => app.sessions.expireAccessTokens(),
      voice,
      info: () => ({ url, voice_url: voiceUrl, port: server.port, account, env }),
    },
    log,
    now,
    wait: () => waits?.next() ?? 0,
    changed,
    create: https && ((given, serve) => https.createServer({ ...given, ...tls }, serve)),
    upgrade: (request, socket, head) => voice.upgrade(request, socket, head),
  });
  await server.listen(options.port ?? 0);

  const url = origin();
  const voiceUrl = `${url.replace('http', 'ws')}/ws/voice`;
  const account = { email: ADMIN_EMAIL, password: PASSWORD };
  const env = {
    CONVIRZA_API_URL: `${url}/v3`,
    CONVIRZA_OAUTH_URL: url,
    CONVIRZA_EMAIL: account.email,
    CONVIRZA_PASSWORD: account.password,
    NEXTEVI_URL: voiceUrl,
    NEXTEVI_API_KEY: VOICE.apiKey,
    NEXTEVI_CONFIG_ID: VOICE.configId,
    ...(tls?.caFile === undefined ? {} : { CONVIRZA_CA_FILE: tls.caFile, NODE_EXTRA_CA_CERTS: tls.caFile }),
  };
  return {
    url,
    apiUrl: `${url}/v3`,
    oauthUrl: url,
    voiceUrl,
    port: server.port,
    account,
    voiceKey: VOICE.apiKey,
    voiceToken: VOICE.token,
    env,
    requests: log.records,
    state: { rows: (family) => rowsOf(family, app.store) },
    voiceSessions: voice.log.records,
    setVoice: (voiceOptions) => voice.replace(voiceOptions),
    setFaults: (rules) => faults.replace(rules),
    faultCounts: () => faults.counts,
    issueTokens: () => app.issueTokens(),
    expireAccessTokens: () => app.sessions.expireAccessTokens(),
    revokeSessions: () => app.sessions.revokeSessions(),
    promptBytes: (id) => app.store.prompts.get(id)?.bytes,
    reset,
    snapshot: () => app.snapshot(),
    close: async () => {
      await Promise.all([server.close(), voice.close()]);
    },
  };
}
