/** `prompts download`: the files of prompts into a folder. */
import { type FileHandle, link, lstat, mkdir, open, unlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describeContent, HEAD_BYTES, identify } from '../audio/index.ts';
import { UNKNOWN_CONTENT } from '../audio/probe/identify-file.ts';
import type { ConvirzaClient } from '../convirza/client.ts';
import { defaultUrlBase, download, fileAddress, type IncomingFile } from '../convirza/download.ts';
import { parseBaseUrl } from '../convirza/url.ts';
import { cleanLine } from '../output/clean.ts';
import { createRowSink } from '../output/rows.ts';
import { renameOver, temporaryName } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import type { BulkFlags } from './bulk-flags.ts';
import { BulkGate, graceSignal, runBulkCommand } from './bulk-run.ts';
import type { Invocation } from './invocation.ts';
import { endingOf, stemsOf } from './prompt-file-names.ts';
import { idValue, type ListedPrompt, listPrompts } from './prompt-rows.ts';

export interface DownloadFlags extends Pick<BulkFlags, 'concurrency' | 'rate'> {
  all?: boolean;
  out?: string;
  orgUnitId?: string;
  messageType?: string;
  urlBase?: string;
  force?: boolean;
  skipExisting?: boolean;
  dryRun?: boolean;
}

/** A prompt and where its file goes. */
interface Download extends ListedPrompt {
  address: URL;
  /** Name of the file without its ending. */
  stem: string;
}

interface Downloaded {
  file: string;
  bytes: number;
  isNew: boolean;
}

export async function runDownload(
  invocation: Invocation,
  wanted: readonly string[],
  flags: DownloadFlags,
): Promise<void> {
  if (wanted.length === 0 && flags.all !== true)
    throw new CliError('usage', 'Nothing says which prompts are to be downloaded', {
      hint: 'Name them by id or name, or say --all.',
    });
  if (wanted.length > 0 && flags.all === true)
    throw new CliError('usage', 'Prompts are named, or all of them are meant (--all), not both');
  if (flags.force === true && flags.skipExisting === true)
    throw new CliError('usage', '--force and --skip-existing contradict each other');
  const { ctx } = invocation;
  const gate = new BulkGate(ctx, flags);
  const client = await invocation.client(gate);
  const base =
    flags.urlBase === undefined
      ? defaultUrlBase(client.base)
      : parseBaseUrl(flags.urlBase, '--url-base', 'http', invocation.flags.insecureHttp === true);
  const listed = await listPrompts(client, flags.orgUnitId, ctx.signal);
  const chosen = choose(listed, wanted, flags);
  const items = withAddresses(invocation, listed, chosen, base, flags.all === true);
  const shown = flags.out ?? '.';
  if (flags.dryRun === true) return showPlan(invocation, items, shown);
  const folder = resolve(ctx.cwd, shown);
  if (items.length > 0) await makeFolder(folder, shown);
  const work = new DownloadWork(invocation, client, { folder, shown, flags });
  await runBulkCommand(
    invocation,
    {
      command: 'prompts download',
      fingerprint: {},
      journalPath: undefined,
      gate,
      items,
      key: ({ id }) => id,
      label: ({ name }) => name,
      values: ({ id, name }) => ({ media_prompt_id: id, name }),
      work: (item, _prepared: undefined, context) => work.fetch(item, context),
      // A file that did not come can be asked for again.
      isInDoubt: () => false,
      isFatal: (error) =>
        error instanceof CliError &&
        (error.type === 'rate_limited' || (error.type === 'auth' && error.status === undefined)),
      row: ({ id, name }, result) => ({
        media_prompt_id: idValue(id),
        name,
        file: result?.file ?? null,
        bytes: result?.bytes ?? null,
        ...(result === undefined ? {} : { was: result.isNew ? 'downloaded' : 'there already' }),
      }),
      columns: ['media_prompt_id', 'name', 'file', 'bytes', 'was'],
      verb: flags.skipExisting === true ? 'there' : 'downloaded',
      heading: 'Downloading',
    },
    flags,
  );
}

/** @throws CliError `not_found` for an id or a name that no prompt has */
function choose(
  listed: readonly ListedPrompt[],
  wanted: readonly string[],
  { messageType, all }: DownloadFlags,
): ListedPrompt[] {
  const candidates = listed.filter(
    (prompt) => messageType === undefined || prompt.messageType === messageType,
  );
  if (all === true) return candidates;
  const chosen = new Set<ListedPrompt>();
  const missing: string[] = [];
  for (const text of wanted) {
    const byId = candidates.filter(({ id }) => id === text);
    const found = byId.length > 0 ? byId : candidates.filter(({ name }) => name === text);
    if (found.length === 0) missing.push(JSON.stringify(text));
    for (const prompt of found) chosen.add(prompt);
  }
  if (missing.length > 0)
    throw new CliError('not_found', `No prompt has the id or the name ${missing.join(', ')}`, {
      hint: 'convirza prompts list --all shows them.',
    });
  return [...chosen];
}

/**
 * @param all whether prompts without an address are left out rather than refused
 * @throws CliError `not_found` when the service names no address
 */
function withAddresses(
  invocation: Invocation,
  listed: readonly ListedPrompt[],
  chosen: readonly ListedPrompt[],
  base: URL,
  all: boolean,
): Download[] {
  // Names of files must not depend on which of the prompts are asked for.
  const stems = stemsOf(listed);
  const items: Download[] = [];
  const without: string[] = [];
  for (const prompt of chosen) {
    const address = prompt.url === undefined ? undefined : fileAddress(prompt.url, base);
    const stem = stems.get(prompt);
    if (address === undefined || stem === undefined) without.push(cleanLine(prompt.name));
    else items.push({ ...prompt, address, stem });
  }
  if (without.length === 0) return items;
  const names = without.slice(0, 5).join(', ') + (without.length > 5 ? ', …' : '');
  if (items.length === 0 || !all)
    throw new CliError('not_found', `The service names no address for the file of ${names}`, {
      hint: 'What prompts list answers is not documented; a prompt without a url cannot be downloaded.',
    });
  invocation.warn(
    `${without.length} prompts are left out, since the service names no address for them: ${names}.`,
  );
  return items;
}

async function showPlan(invocation: Invocation, items: readonly Download[], folder: string): Promise<void> {
  const sink = createRowSink(invocation.rowsOptions(['media_prompt_id', 'name', 'file', 'url']));
  await sink.page(
    items.map(({ id, name, stem, address }) => ({
      media_prompt_id: idValue(id),
      name,
      file: `${join(folder, stem)}.*`,
      url: address.href,
    })),
  );
  await sink.end();
  invocation.say('Nothing was downloaded (--dry-run). The endings of the files follow from their content.');
}

async function makeFolder(folder: string, shown: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeError(shown, error);
  }
}

function writeError(shown: string, error: unknown): CliError {
  const code = errorCode(error) ?? 'unknown error';
  const reasons: Readonly<Record<string, string>> = {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the disk is full',
    EACCES: 'you may not write there',
    EROFS: 'the disk is read-only',
    ENOTDIR: 'a part of the path is no folder',
    EEXIST: 'it is there already',
    EISDIR: 'it is a folder',
  };
  return new CliError('usage', `"${shown}" cannot be written: ${reasons[code] ?? code}`, { cause: error });
}

interface Place {
  folder: string;
  /** The folder as the user named it. */
  shown: string;
  flags: DownloadFlags;
}

class DownloadWork {
  readonly #invocation: Invocation;
  readonly #client: ConvirzaClient;
  readonly #place: Place;
  readonly #signal: AbortSignal;

  constructor(invocation: Invocation, client: ConvirzaClient, place: Place) {
    this.#invocation = invocation;
    this.#client = client;
    this.#place = place;
    this.#signal = graceSignal(invocation, 500);
  }

  /** @throws CliError as `download`, and when the file may not or cannot be written */
  async fetch(
    item: Download,
    context: { progress(bytes: number, total?: number): void; retried(reason: string, ms: number): void },
  ): Promise<Downloaded> {
    const { ctx, retry, flags } = this.#invocation;
    const receive = (file: IncomingFile) => this.#receive(item, file, context.progress);
    try {
      return await download(this.#client, item.address, receive, {
        retry,
        now: ctx.now,
        random: ctx.random,
        sleep: ctx.sleep,
        signal: this.#signal,
        onRetry: (reason, ms) => context.retried(reason, ms),
        allowInsecure: flags.insecureHttp === true,
      });
    } catch (error) {
      throw withAdvice(error, this.#place.flags.urlBase);
    }
  }

  async #receive(item: Download, file: IncomingFile, progress: (bytes: number) => void): Promise<Downloaded> {
    const body = file.body[Symbol.asyncIterator]();
    const head = await readHead(body);
    const name = `${item.stem}${endingFor(item, file, head.bytes)}`;
    const target = join(this.#place.folder, name);
    const shown = join(this.#place.shown, name);
    const there = await this.#there(target, shown, file.bytes);
    if (there !== undefined) return { file: shown, bytes: there, isNew: false };
    const temporary = temporaryName(target);
    let isDone = false;
    const handle = await open(temporary, 'wx').catch((error: unknown) => {
      throw writeError(shown, error);
    });
    try {
      const bytes = await writeAll(handle, shown, head, body, progress);
      // The length was not stated before.
      const known = file.bytes === undefined ? await this.#there(target, shown, bytes) : undefined;
      if (known !== undefined) return { file: shown, bytes, isNew: false };
      await this.#put(temporary, target, shown);
      isDone = true;
      return { file: shown, bytes, isNew: true };
    } finally {
      if (!isDone) await unlink(temporary).catch(() => {});
    }
  }

  /**
   * @param bytes of the file on the service, where they are known
   * @returns the size of a file that is there and counts as the same
   * @throws CliError `usage` for one that must not be replaced
   */
  async #there(target: string, shown: string, bytes: number | undefined): Promise<number | undefined> {
    const { force, skipExisting } = this.#place.flags;
    if (force === true) return undefined;
    const status = await lstat(target).catch(() => undefined);
    if (status === undefined) return undefined;
    if (skipExisting !== true)
      throw new CliError(
        'usage',
        `"${shown}" is there already (--force replaces it, --skip-existing leaves it)`,
      );
    if (bytes === undefined) return undefined;
    if (status.isFile() && status.size === bytes) return bytes;
    throw new CliError('usage', `"${shown}" is there already with another size (--force replaces it)`);
  }

  /** Gives a finished file its name; without `--force` never that of another file. */
  async #put(temporary: string, target: string, shown: string): Promise<void> {
    try {
      if (this.#place.flags.force === true) return await renameOver(temporary, target);
      try {
        await link(temporary, target);
      } catch (error) {
        if (errorCode(error) === 'EEXIST') throw error;
        // Not every file system has links.
        await (await open(target, 'wx')).close();
        return await renameOver(temporary, target);
      }
      await unlink(temporary);
    } catch (error) {
      throw writeError(shown, error);
    }
  }
}

interface Head {
  bytes: Buffer;
  isWhole: boolean;
}

/** As much of a file as tells what it is. */
async function readHead(body: AsyncIterator<Uint8Array>): Promise<Head> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < HEAD_BYTES) {
    const next = await body.next();
    if (next.done === true) return { bytes: Buffer.concat(parts), isWhole: true };
    parts.push(next.value);
    bytes += next.value.length;
  }
  return { bytes: Buffer.concat(parts), isWhole: false };
}

/** @throws CliError `server` for what is no audio */
function endingFor({ name }: Download, { contentType, url }: IncomingFile, head: Buffer): string {
  const type = identify(head);
  const content = describeContent(head);
  // What is only called audio may be a kind that is not known here; a page that says why there is none is not.
  const isClaimed = /^(audio|video)\//.test(contentType ?? '') && content === UNKNOWN_CONTENT;
  if (type !== undefined || isClaimed) return endingOf(type?.container, contentType, url.pathname);
  throw new CliError(
    'server',
    `The address of ${JSON.stringify(cleanLine(name))} holds ${head.length === 0 ? 'nothing' : content}, not audio`,
    { endpoint: `GET ${url.origin}${url.pathname}` },
  );
}

/** Writes everything to disk, and closes the file. @returns its length */
async function writeAll(
  handle: FileHandle,
  shown: string,
  head: Head,
  body: AsyncIterator<Uint8Array>,
  progress: (bytes: number) => void,
): Promise<number> {
  let bytes = 0;
  const write = async (part: Uint8Array) => {
    try {
      for (let done = 0; done < part.length; )
        done += (await handle.write(part, done, part.length - done)).bytesWritten;
    } catch (error) {
      throw writeError(shown, error);
    }
    bytes += part.length;
    progress(bytes);
  };
  try {
    await write(head.bytes);
    let next = head.isWhole ? undefined : await body.next();
    while (next !== undefined && next.done !== true) {
      await write(next.value);
      next = await body.next();
    }
    await handle.datasync().catch((error: unknown) => {
      throw writeError(shown, error);
    });
  } finally {
    await handle.close();
  }
  return bytes;
}

function withAdvice(error: unknown, urlBase: string | undefined): unknown {
  if (!(error instanceof CliError) || error.type !== 'not_found') return error;
  const hint =
    urlBase === undefined
      ? 'The host of relative addresses is not documented; the root of the API is assumed. --url-base names another.'
      : 'Check --url-base.';
  return new CliError(error.type, error.message, { ...error, hint, cause: error });
}
