/** `multipart/form-data` (RFC 7578) as a stream: a file of any size passes through in small pieces. */
import { randomBytes } from 'node:crypto';
import { CliError, errorCode } from '../shared/errors.ts';
import type { Body } from './transport.ts';

export interface FilePart {
  field: string;
  fileName: string;
  contentType: string;
  bytes: number;
  /** Called anew for each attempt. */
  stream: () => AsyncIterable<Uint8Array>;
}

/** RFC 7578, section 4.2, in the form that browsers send (WHATWG HTML, "multipart form data"). */
function quote(value: string): string {
  return `"${value.replace(/\r\n|\r|\n/g, '%0D%0A').replaceAll('"', '%22')}"`;
}

/** The bytes of the file; a failure to read them is one of this machine, not of the connection. */
async function* read(file: FilePart): AsyncGenerator<Uint8Array> {
  try {
    yield* file.stream();
  } catch (error) {
    throw new CliError(
      'usage',
      `"${file.fileName}" cannot be read (${errorCode(error) ?? 'unknown error'})`,
      {
        cause: error,
      },
    );
  }
}

/**
 * Builds the body: the fields in order, then the file.
 *
 * @param onProgress called with the bytes of the file that were handed to the connection in this attempt
 */
export function multipartBody(
  fields: Readonly<Record<string, string>>,
  file: FilePart,
  onProgress?: (bytes: number) => void,
): Body {
  const boundary = `convirza-${randomBytes(18).toString('hex')}`;
  let head = '';
  for (const [name, value] of Object.entries(fields))
    head += `--${boundary}\r\nContent-Disposition: form-data; name=${quote(name)}\r\n\r\n${value}\r\n`;
  head += `--${boundary}\r\nContent-Disposition: form-data; name=${quote(file.field)}; filename=${quote(file.fileName)}\r\nContent-Type: ${file.contentType}\r\n\r\n`;
  const opening = Buffer.from(head, 'utf8');
  const closing = Buffer.from(`\r\n--${boundary}--\r\n`, 'latin1');

  async function* stream(): AsyncGenerator<Uint8Array> {
    yield opening;
    let sent = 0;
    onProgress?.(0);
    for await (const chunk of read(file)) {
      yield chunk;
      sent += chunk.length;
      onProgress?.(sent);
    }
    yield closing;
  }
  return {
    kind: 'stream',
    contentType: `multipart/form-data; boundary=${boundary}`,
    bytes: opening.length + file.bytes + closing.length,
    stream,
  };
}
