/** A local stand-in for both services, with faults on demand. */
import type { IncomingMessage } from 'node:http';
import { isIPv6 } from 'node:net';
import type { Duplex } from 'node:stream';
import { ADMIN_EMAIL, PASSWORD, VOICE } from './accounts.ts';
import { App } from './app.ts';
import { FaultBook } from './faults.ts';
import type { RequestRecord, Sandbox, SandboxOptions } from './options.ts';
import { RequestLog } from './request-log.ts';
import { rowsOf } from './resources/index.ts';
import { refuseUpgrade, SandboxServer } from './server.ts';
import type { VoiceOptions } from './types.ts';
import { type VoiceCounters, VoiceLog } from './voice/log.ts';

export { faultRulesIn, loadFaultRules, parseFaultRules } from './fault-rules.ts';
export type { RequestRecord, Sandbox, SandboxOptions, SandboxState } from './options.ts';
export type { TokenPair } from './sessions.ts';
export type { Row } from './store.ts';
export type { FaultCount, FaultRule, VoiceOptions } from './types.ts';
export type { VoiceCounters, VoiceSessionRecord } from './voice/log.ts';

/** The voice side, loaded with the first WebSocket: plain HTTP does without it. */
class Voice {
  readonly log = new VoiceLog();
  readonly #now: () => number;
  #options: VoiceOptions;
  #server: ReturnType<Voice['load']> | undefined;

  constructor(options: VoiceOptions, now: () => number) {
    this.#options = options;
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
    });
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
  const voice = new Voice(options.voice ?? {}, now);
  const origin = (): string => `http://${reachableHost(host)}:${server.port}`;
  const app = new App({ ...options, now, origin });
  const reset = (): void => {
    app.reset();
    log.clear();
    faults.replace(options.faults ?? []);
    voice.replace(options.voice ?? {});
    voice.log.clear();
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
    },
    log,
    now,
    upgrade: (request, socket, head) => voice.upgrade(request, socket, head),
  });
  await server.listen(options.port ?? 0);

  const url = origin();
  const voiceUrl = `${url.replace('http', 'ws')}/ws/voice`;
  const account = { email: ADMIN_EMAIL, password: PASSWORD };
  return {
    url,
    apiUrl: `${url}/v3`,
    oauthUrl: url,
    voiceUrl,
    port: server.port,
    account,
    voiceKey: VOICE.apiKey,
    voiceToken: VOICE.token,
    env: {
      CONVIRZA_API_URL: `${url}/v3`,
      CONVIRZA_OAUTH_URL: url,
      CONVIRZA_EMAIL: account.email,
      CONVIRZA_PASSWORD: account.password,
      NEXTEVI_URL: voiceUrl,
      NEXTEVI_API_KEY: VOICE.apiKey,
      NEXTEVI_CONFIG_ID: VOICE.configId,
    },
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
    close: async () => {
      await Promise.all([server.close(), voice.close()]);
    },
  };
}
