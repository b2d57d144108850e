/** What one run of a command works with: its flags, its output, its settings, its client. */
import { Chalk, type ChalkInstance } from 'chalk';
import type { Context } from '../context.ts';
import type { ConvirzaClient, RequestGate, RetryNotice } from '../convirza/client.ts';
import type { Override } from '../convirza/override.ts';
import { DEFAULT_RETRY, type RetryPolicy } from '../convirza/retry.ts';
import type { TokenSource } from '../convirza/tokens.ts';
import type { Transport } from '../convirza/transport.ts';
import { parseBaseUrl } from '../convirza/url.ts';
import { cleanLine } from '../output/clean.ts';
import type { Format } from '../output/formats.ts';
import type { Progress } from '../output/progress.ts';
import type { RowsOptions } from '../output/rows.ts';
import { parseNames, parseSort } from '../output/select.ts';
import { describeTerminal, type Terminal } from '../output/terminal.ts';
import { configFolder, Settings } from '../settings/settings.ts';
import { dateZone } from '../shared/dates.ts';
import { CliError } from '../shared/errors.ts';
import type { ProxySettings } from '../shared/network.ts';
import { VERSION } from '../shared/version.ts';
import { type GlobalFlags, SETTING_FLAGS } from './global-flags.ts';

export type { GlobalFlags } from './global-flags.ts';

/** Writes and waits until the stream takes more; fails when nobody reads it any more. */
function streamWriter(stream: NodeJS.WriteStream): (text: string | Uint8Array) => Promise<void> {
  return (text) =>
    new Promise((resolve, reject) => {
      // The callback alone would wait for every write to reach the kernel; a full buffer is what matters.
      const more = stream.write(text, (error) => {
        if (error) reject(error);
        else if (!more) resolve();
      });
      if (more) resolve();
    });
}

export class Invocation {
  readonly ctx: Context;
  readonly flags: GlobalFlags;
  readonly terminal: Terminal;
  readonly settings: Settings;
  readonly format: Format;
  readonly #cleanups: (() => Promise<void>)[] = [];
  #client: Promise<ConvirzaClient> | undefined;

  private constructor(ctx: Context, flags: GlobalFlags, settings: Settings) {
    this.ctx = ctx;
    this.flags = flags;
    this.settings = settings;
    this.terminal = terminalOf(ctx, { ...flags, plain: settings.isOn('plain') });
    if (flags.tz !== undefined) dateZone(flags.tz);
    if (flags.json !== undefined && flags.output !== undefined && flags.output !== 'json')
      throw new CliError('usage', `--json and --output ${flags.output} contradict each other`);
    const json = flags.json !== undefined || flags.jq !== undefined;
    this.format = json ? 'json' : (flags.output ?? 'table');
  }

  static async create(ctx: Context, flags: GlobalFlags): Promise<Invocation> {
    const folder = configFolder(ctx.env, ctx.platform, ctx.home);
    const given: Record<string, string | undefined> = {};
    for (const [name, flag] of Object.entries(SETTING_FLAGS))
      if (flag !== undefined) given[name] = flags[flag] === true ? 'on' : (flags[flag] as string | undefined);
    return new Invocation(ctx, flags, await Settings.load(folder, ctx.env, given));
  }

  get colourOut(): ChalkInstance {
    return new Chalk({ level: this.terminal.colourOut ? 1 : 0 });
  }

  get colourErr(): ChalkInstance {
    return new Chalk({ level: this.terminal.colourErr ? 1 : 0 });
  }

  /** Writes data to standard output. */
  readonly write = (text: string | Uint8Array): Promise<void> => streamWriter(this.ctx.stdout)(text);

  /** Says something on standard error; `--quiet` silences it. */
  readonly say = (text: string): void => {
    if (this.flags.quiet !== true) this.ctx.stderr.write(`${text}\n`);
  };

  /** Says something that must be known, `--quiet` or not. */
  readonly warn = (text: string): void => {
    this.ctx.stderr.write(`${this.colourErr.magenta('warning:')} ${text}\n`);
  };

  rowsOptions(columns?: readonly string[]): RowsOptions {
    const chosen = this.flags.columns === undefined ? undefined : parseNames(this.flags.columns);
    if (chosen?.length === 0) throw new CliError('usage', '--columns names no column');
    // Of shapes without columns the same names choose the fields.
    const columnsAre = this.format === 'table' || this.format === 'csv';
    return {
      format: this.format,
      write: this.write,
      columns,
      width: this.terminal.width,
      plain: this.terminal.plain,
      zone: this.format === 'table' ? dateZone(this.settings.get('tz')) : undefined,
      colour: this.colourOut,
      chosen: columnsAre ? chosen : undefined,
      fields: this.flags.json ? parseNames(this.flags.json) : columnsAre ? undefined : chosen,
      sort: this.flags.sort === undefined ? undefined : parseSort(this.flags.sort),
      noHeader: this.flags.header === false,
      jq: this.flags.jq,
      terminal: this.terminal.outIsTerminal,
      warn: this.warn,
    };
  }

  async progress(text: string): Promise<Progress> {
    const { startProgress } = await import('../output/progress.ts');
    return startProgress(text, {
      redraw: this.terminal.canRedraw && this.flags.quiet !== true,
      stream: this.ctx.stderr,
      colour: this.terminal.colourErr,
      notes: this.say,
    });
  }

  /** @throws CliError `usage` for an address that credentials must not go to */
  url(name: 'api-url' | 'oauth-url' | 'voice-url'): URL {
    const kind = name === 'voice-url' ? 'ws' : 'http';
    return parseBaseUrl(this.settings.get(name), name, kind, this.flags.insecureHttp === true);
  }

  get profile(): string {
    return this.settings.get('profile');
  }

  get timeoutMs(): number {
    return Math.round(this.settings.number('timeout') * 1000);
  }

  /** How often, and after what pauses, a request is sent again. */
  get retry(): RetryPolicy {
    return {
      retries: this.settings.number('retries'),
      baseDelayMs: this.settings.number('retry-delay'),
      maxDelayMs: DEFAULT_RETRY.maxDelayMs,
    };
  }

  get userAgent(): string {
    return `convirza-cli/${VERSION} (${this.ctx.platform})`;
  }

  /** Something to close when the command has ended, in reverse order. */
  onClose(cleanup: () => Promise<void>): void {
    this.#cleanups.push(cleanup);
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }

  /** Hears of retries instead of the person at the terminal, while many requests are under way. */
  hearsRetries: ((notice: RetryNotice) => void) | undefined;

  readonly #onRetry = (notice: RetryNotice): void => {
    if (this.hearsRetries !== undefined) {
      this.hearsRetries(notice);
      return;
    }
    const { reason, delayMs, attempt, retries } = notice;
    this.say(`${reason}. Trying again in ${(delayMs / 1000).toFixed(1)} s (${attempt} of ${retries}).`);
  };

  /** What requests go through; closed when the command has ended. */
  async makeTransport(): Promise<Transport> {
    const { ctx } = this;
    const { Transport } = await import('../convirza/transport.ts');
    const transport = new Transport({
      timeoutMs: this.timeoutMs,
      userAgent: this.userAgent,
      now: ctx.now,
      proxy: this.proxy,
      ca: await this.certificates(),
      trace: this.flags.debug === true ? (text) => this.#debug(text) : undefined,
    });
    this.onClose(() => transport.close());
    return transport;
  }

  /** A client that signs in by `tokens`, or one for the OAuth calls alone. */
  async makeClient(tokens?: TokenSource, gate?: RequestGate): Promise<ConvirzaClient> {
    const { ctx } = this;
    const [{ ConvirzaClient }, transport] = await Promise.all([
      import('../convirza/client.ts'),
      this.makeTransport(),
    ]);
    return new ConvirzaClient({
      apiUrl: this.url('api-url'),
      oauthUrl: this.url('oauth-url'),
      transport,
      tokens,
      retry: this.retry,
      now: ctx.now,
      random: ctx.random,
      sleep: ctx.sleep,
      onRetry: this.#onRetry,
      gate,
      overrides: await this.#overrides(),
    });
  }

  /** The proxy for everything beyond this machine. @throws CliError `usage` when it is no address */
  get proxy(): ProxySettings | undefined {
    const url = this.settings.get('proxy');
    if (url === '') return undefined;
    const full = /^[a-z]+:\/\//i.test(url) ? url : `http://${url}`;
    if (!URL.canParse(full) || !/^https?:/i.test(full))
      throw new CliError('usage', `The proxy (${this.settings.lookUp('proxy').origin}) is no http: address`, {
        hint: 'Give it as http://host:port.',
      });
    return { url: full, except: this.settings.get('no-proxy') };
  }

  /** The certificates to trust beside the usual ones, PEM. @throws CliError `usage` for a file that holds none */
  async certificates(): Promise<string | undefined> {
    const path = this.settings.get('ca-file');
    if (path === '') return undefined;
    const { readTextFile } = await import('./input.ts');
    const text = await readTextFile(this, path);
    if (!text.includes('-----BEGIN CERTIFICATE-----'))
      throw new CliError('usage', `${path} holds no certificate in PEM form`, { hint: 'Check ca-file.' });
    return text;
  }

  async #overrides(): Promise<ReadonlyMap<string, Override> | undefined> {
    const texts = this.settings.endpointOverrides();
    if (texts.size === 0) return undefined;
    const { readOverrides } = await import('./overrides.ts');
    return readOverrides(texts);
  }

  #debug(text: string): void {
    const lines = text.split('\n').map((line) => `${this.colourErr.dim(cleanLine(line))}\n`);
    this.ctx.stderr.write(lines.join(''));
  }

  /**
   * The client of this command, signed in as the profile or as the environment says.
   *
   * @param gate bounds the rate of its requests; heard at the first call only, for there is one client
   */
  client(gate?: RequestGate): Promise<ConvirzaClient> {
    this.#client ??= import('./credentials.ts').then(async ({ tokenSource }) =>
      this.makeClient(await tokenSource(this), gate),
    );
    return this.#client;
  }
}

export function terminalOf(ctx: Context, flags: Pick<GlobalFlags, 'color' | 'input' | 'plain'>): Terminal {
  const traits = (stream: { isTTY?: boolean; columns?: number }) => ({
    isTTY: stream.isTTY === true,
    columns: stream.columns,
  });
  const stdin = { isTTY: ctx.stdinIsTerminal, columns: undefined };
  return describeTerminal({ stdin, stdout: traits(ctx.stdout), stderr: traits(ctx.stderr) }, ctx.env, flags);
}
