import { createReadStream } from 'node:fs';
import { rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type FilePart, multipartBody } from '../../src/convirza/multipart.ts';
import type { Body } from '../../src/convirza/transport.ts';
import { TransportError } from '../../src/convirza/transport-error.ts';
import { failureOf, testFolder } from '../shared/folder.ts';
import { anyText } from '../shared/text.ts';
import { answer, endpointOf, makeClient, makeTransport, ok, startPeer, startTcpPeer } from './peer.ts';

type StreamBody = Extract<Body, { kind: 'stream' }>;

function filePart(bytes: Uint8Array, part: Partial<FilePart> = {}): FilePart {
  return {
    field: 'file',
    fileName: 'a.wav',
    contentType: 'audio/wav',
    bytes: bytes.length,
    stream: async function* () {
      for (let at = 0; at < bytes.length; at += 5) yield bytes.subarray(at, at + 5);
    },
    ...part,
  };
}

const build = (...args: Parameters<typeof multipartBody>) => multipartBody(...args) as StreamBody;

async function bytesOf(body: StreamBody): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const part of body.stream()) parts.push(part);
  return Buffer.concat(parts);
}

/** Reads the form as a server does. */
const parse = async (bytes: Uint8Array, contentType: string) =>
  new Response(bytes, { headers: { 'content-type': contentType } }).formData();

describe('multipartBody', () => {
  it('is what RFC 7578 shows, to the byte', async () => {
    const body = build({ message_type: 'prompt' }, filePart(Buffer.from('RIFF')));
    const boundary = /^multipart\/form-data; boundary=(convirza-[0-9a-f]{36})$/.exec(body.contentType)?.[1];
    expect((await bytesOf(body)).toString()).toBe(
      [
        `--${boundary}`,
        'Content-Disposition: form-data; name="message_type"',
        '',
        'prompt',
        `--${boundary}`,
        'Content-Disposition: form-data; name="file"; filename="a.wav"',
        'Content-Type: audio/wav',
        '',
        'RIFF',
        `--${boundary}--`,
        '',
      ].join('\r\n'),
    );
  });

  it('keeps the order of the fields and puts the file last', async () => {
    const body = build({ name: 'N', message_type: 'prompt', org_unit_id: '7' }, filePart(Buffer.from('x')));
    const form = await parse(await bytesOf(body), body.contentType);
    expect([...form.keys()]).toEqual(['name', 'message_type', 'org_unit_id', 'file']);
  });

  it('has a boundary of its own each time', () => {
    const types = Array.from({ length: 100 }, () => build({}, filePart(Buffer.from('x'))).contentType);
    expect(new Set(types).size).toBe(100);
  });

  it('gives any field and any file back as they were, with exactly the length that it announced', async () => {
    const value = fc.oneof(
      anyText,
      fc.string({ unit: fc.constantFrom('"', '\r', '\n', '\\', '-', ';', '=', '%', '🎧', 'é', ' ') }),
      fc.constantFrom(
        '--',
        '\r\n--convirza-',
        'a\r\nContent-Type: text/html\r\n\r\nb',
        '%22',
        '%0D%0A',
        '\0',
      ),
    );
    // A percent sign before hex digits cannot be told from an escape; browsers have the same gap.
    const name = value.filter((text) => text !== '' && !/%/.test(text));
    const fields = fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => lines(key), maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(fields, name, fc.uint8Array({ maxLength: 60 }), async (entries, fileName, bytes) => {
        const body = build(Object.fromEntries(entries), filePart(bytes, { field: 'the file', fileName }));
        const sent = await bytesOf(body);
        expect(sent).toHaveLength(body.bytes);
        const form = await parse(sent, body.contentType);
        const file = form.get('the file') as File;
        expect(Buffer.from(await file.arrayBuffer())).toEqual(Buffer.from(bytes));
        expect(file.name).toBe(lines(fileName));
        expect(file.type).toBe('audio/wav');
        form.delete('the file');
        expect(Object.fromEntries(form)).toEqual(
          Object.fromEntries(entries.map(([key, text]) => [lines(key), text.replace(/^\ufeff/, '')])),
        );
      }),
      { seed: 23, numRuns: 120 },
    );
  });

  it('tells how many bytes of the file went out, from 0 for every attempt', async () => {
    const told: number[] = [];
    const body = build({ a: 'b' }, filePart(new Uint8Array(12)), (bytes) => told.push(bytes));
    const first = await bytesOf(body);
    expect(told).toEqual([0, 5, 10, 12]);
    expect(await bytesOf(body)).toEqual(first);
    expect(told).toEqual([0, 5, 10, 12, 0, 5, 10, 12]);
  });
});

/** Line ends in names become CRLF, as in browsers. */
function lines(text: string): string {
  return text.replace(/\r\n|\r|\n/g, '\r\n');
}

describe('on its way', () => {
  const upload = endpointOf('prompts upload');

  it('a file of several megabytes arrives whole, with its length and without chunks', async () => {
    const bytes = Buffer.alloc(3_000_000, 'abcdefg');
    const path = join(await testFolder(), 'big.wav');
    await writeFile(path, bytes);
    const peer = await startPeer((_, response) => ok(response, { media_prompt_id: 1 }));
    const body = build({ name: 'Big' }, filePart(bytes, { stream: () => createReadStream(path) }));
    await makeClient(peer.url).client.call(upload, { body });
    const [request] = peer.requests;
    expect(request?.headers['content-length']).toBe(String(body.bytes));
    expect(request?.headers['transfer-encoding']).toBeUndefined();
    const form = await parse(request?.body ?? Buffer.alloc(0), request?.headers['content-type'] ?? '');
    expect(Buffer.from(await (form.get('file') as File).arrayBuffer()).equals(bytes)).toBe(true);
  });

  it.each([
    ['shorter', 900],
    ['one byte shorter', 999],
    ['one byte longer', 1001],
    ['much longer', 500_000],
  ])(
    'a file that has become %s while it is sent is no request: not stored, not in doubt',
    async (_, size) => {
      const peer = await startPeer((_request, response) => ok(response, {}));
      const body = build({ name: 'N' }, { ...filePart(new Uint8Array(size)), bytes: 1000 });
      const error = await failureOf(() =>
        makeTransport().send({ method: 'POST', url: new URL('/v3/media-prompts', peer.url), body }),
      );
      expect(error).toBeInstanceOf(TransportError);
      expect(error).toMatchObject({ type: 'network', sent: false, passing: false });
      expect(error.message).toBe('The file changed while it was being sent');
      expect(peer.requests).toEqual([]);
    },
  );

  it('a real file that is cut after it was measured is found out', async () => {
    const path = join(await testFolder(), 'a.wav');
    await writeFile(path, Buffer.alloc(300_000));
    const peer = await startPeer((_, response) => ok(response, {}));
    const body = build({}, filePart(new Uint8Array(300_000), { stream: () => createReadStream(path) }));
    await truncate(path, 200_000);
    const error = await failureOf(() => makeClient(peer.url).client.call(upload, { body }));
    expect(error.message).toBe('The file changed while it was being sent');
    expect(peer.requests).toEqual([]);
  });

  it('a file that is gone is a fault of this machine, not of the connection, and is not tried again', async () => {
    const path = join(await testFolder(), 'gone.wav');
    await writeFile(path, 'RIFF');
    const peer = await startPeer((_, response) => ok(response, {}));
    const body = build({}, filePart(Buffer.from('RIFF'), { stream: () => createReadStream(path) }));
    await rm(path);
    const { client, slept } = makeClient(peer.url);
    const error = await failureOf(() => client.call(upload, { body, repeatable: true }));
    expect(error).toMatchObject({ type: 'usage', message: '"a.wav" cannot be read (ENOENT)' });
    expect(slept).toEqual([]);
    expect(peer.requests).toEqual([]);
  });

  it('is sent whole again after a 429, from the start of the file', async () => {
    const peer = await startPeer(({ index }, response) =>
      index === 0 ? answer(response, 429) : ok(response, { media_prompt_id: 1 }),
    );
    const body = build({ name: 'N' }, filePart(Buffer.from('RIFF and more')));
    await makeClient(peer.url).client.call(upload, { body });
    expect(peer.requests).toHaveLength(2);
    expect(peer.requests[1]?.body).toEqual(peer.requests[0]?.body);
    expect(peer.requests[1]?.body).toHaveLength(body.bytes);
  });

  it('an answer that comes before the whole body was sent is the answer', async () => {
    const peer = await startTcpPeer((socket) => {
      socket.once('data', () =>
        socket.end('HTTP/1.1 413 Payload Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n'),
      );
    });
    const stream = async function* () {
      for (let index = 0; index < 200; index++) yield Buffer.alloc(100_000);
    };
    const body = build({}, filePart(new Uint8Array(20_000_000), { stream }));
    const error = await failureOf(() => makeClient(peer.url).client.call(upload, { body }));
    expect(error).toMatchObject({ type: 'rejected', status: 413 });
  });

  it('lets go of the file when the upload is given up', async () => {
    const stop = new AbortController();
    let ended = false;
    const stream = async function* () {
      try {
        for (let index = 0; index < 1000; index++) {
          yield Buffer.alloc(1000);
          if (index === 3) stop.abort(new Error('enough'));
          await new Promise(setImmediate);
        }
      } finally {
        ended = true;
      }
    };
    const peer = await startPeer((_, response) => ok(response, {}));
    const body = build({}, filePart(new Uint8Array(1_000_000), { stream }));
    await expect(makeClient(peer.url).client.call(upload, { body, signal: stop.signal })).rejects.toThrow(
      'enough',
    );
    while (!ended) await new Promise(setImmediate);
    expect(peer.requests).toEqual([]);
  });
});
