/** One request on its way through the sandbox, and the bounded reading of its body. */
import type { IncomingMessage } from 'node:http';
import { isObject, type JsonObject, parseJson } from '../../shared/json.ts';
import { HttpError } from './answer.ts';

/** The most bytes of a JSON body. */
const MAX_JSON_BYTES = 2_000_000;

/** The client went away before its request was complete. */
export class ClientGone extends Error {}

/** One request. */
export class Exchange {
  readonly request: IncomingMessage;
  readonly method: string;
  /** The path as it came, neither decoded nor normalised. */
  readonly path: string;
  readonly search: URLSearchParams;
  /** When it came, milliseconds since 1970. */
  readonly at: number;
  /** The parsed JSON body, once it was read. */
  body: unknown;
  /** Looks at the JSON object of the body before anybody else; what it throws refuses the request. */
  inspect: ((body: JsonObject) => void) | undefined;

  constructor(request: IncomingMessage, at: number) {
    const target = request.url ?? '/';
    const mark = target.indexOf('?');
    this.request = request;
    this.method = request.method ?? 'GET';
    this.path = mark < 0 ? target : target.slice(0, mark);
    this.search = new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1));
    this.at = at;
  }

  /** The media type of the body in lower case, without its parameters; empty when there is none. */
  get mediaType(): string {
    return (this.request.headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
  }

  /**
   * The whole body. Throws HttpError with `status` as soon as it is known to be over `limit` bytes: what still comes is
   * then left unread here, and thrown away after the answer.
   */
  async bytes(limit: number, status = 413): Promise<Buffer> {
    const { request } = this;
    const tooLarge = (): HttpError => new HttpError(status, `The body is larger than ${limit} bytes.`);
    if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge();
    const chunks: Buffer[] = [];
    let size = 0;
    await new Promise<void>((resolve, reject) => {
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size <= limit) {
          chunks.push(chunk);
          return;
        }
        chunks.length = 0;
        reject(tooLarge());
      });
      request.on('end', resolve);
      request.on('error', () => reject(new ClientGone()));
      request.on('close', () => reject(new ClientGone()));
    });
    return Buffer.concat(chunks, size);
  }

  /**
   * The JSON body, undefined when there is none. Throws HttpError 400 for a body that is not JSON or not
   * declared as JSON, 413 for one over 2 MB.
   */
  async json(): Promise<unknown> {
    const text = (await this.bytes(MAX_JSON_BYTES)).toString('utf8');
    if (text === '') return undefined;
    if (this.mediaType !== 'application/json') {
      throw new HttpError(400, 'The Content-Type of the body must be application/json.');
    }
    const parsed = parseJson(text);
    if (parsed === undefined) throw new HttpError(400, 'The body is not valid JSON.');
    this.body = parsed.value;
    return this.body;
  }

  /** The JSON body as an object. Throws HttpError 400 when it is missing or anything else. */
  async jsonObject(): Promise<JsonObject> {
    const body = await this.json();
    if (!isObject(body)) throw new HttpError(400, 'The body must be a JSON object.');
    this.inspect?.(body);
    return body;
  }
}
