import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_PROMPT_BYTES, MESSAGE_TYPES, PROMPT_TYPES } from '../../src/convirza/catalogue/index.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { type Client, client, type Reply, request, rows } from './http-client.ts';

const SOUND = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256));

let sandbox: Sandbox;
let admin: Client;
let authorization: string;
beforeAll(async () => {
  sandbox = await startSandbox();
  authorization = `Bearer ${sandbox.issueTokens().access_token}`;
  admin = client(sandbox);
});
beforeEach(() => request(`${sandbox.url}/_sandbox/reset`, { method: 'POST' }));
afterAll(() => sandbox.close());

interface Upload {
  field?: string;
  filename?: string;
  type?: string;
  bytes?: Uint8Array;
  fields?: Record<string, string>;
}

function upload(parts: Upload = {}): Promise<Reply> {
  const { field = 'file', filename = 'hello.wav', type = '', bytes = SOUND } = parts;
  const form = new FormData();
  for (const [name, value] of Object.entries(parts.fields ?? { message_type: 'prompt' }))
    form.set(name, value);
  form.append(field, new Blob([bytes], { type }), filename);
  return request(`${sandbox.apiUrl}/media-prompts`, {
    method: 'POST',
    headers: { authorization },
    body: form,
  });
}

const stored = (): number => sandbox.state.rows('prompts').length;

describe('upload', () => {
  it('keeps the bytes, answers 201 and serves them', async () => {
    const reply = await upload({
      fields: { message_type: 'whisper', name: 'Welcome Message', org_unit_id: '1002' },
    });
    expect(reply.status).toBe(201);
    expect(reply.body['code']).toBe(200);
    expect(reply.data).toEqual({
      media_prompt_id: 12349,
      url: expect.stringMatching(/^\/uploads\/call-flow-recordings\/.+\.wav$/),
      filename: 'Welcome Message',
      recording_name: expect.stringMatching(/^file-\d{13}-\d{9}$/),
    });
    expect(sandbox.promptBytes(12349)).toEqual(SOUND);
    const file = await fetch(sandbox.url + reply.data['url']);
    expect(file.headers.get('content-type')).toBe('audio/wav');
    expect(Buffer.from(await file.arrayBuffer())).toEqual(SOUND);
    const listed = rows(await admin.get('/media-prompts'), 'prompts').at(-1);
    expect(listed).toEqual({
      ...reply.data,
      message_type: 'whisper',
      org_unit_id: 1002,
      size: 1000,
      created: expect.any(String),
    });
  });

  it('takes the file name and the own group by default, and keeps unknown fields', async () => {
    const fields = { message_type: 'prompt', recording_created_by: '456', mood: 'calm' };
    const { data } = await upload({ fields });
    expect(data['filename']).toBe('hello.wav');
    const listed = sandbox.state.rows('prompts').at(-1);
    expect(listed).toMatchObject({ org_unit_id: 1001, recording_created_by: 456, mood: 'calm' });
  });

  it('takes every documented kind and purpose', async () => {
    for (const ending of PROMPT_TYPES) {
      expect((await upload({ filename: `a.${ending.toUpperCase()}` })).status).toBe(201);
    }
    for (const [index, message_type] of MESSAGE_TYPES.entries()) {
      expect((await upload({ fields: { message_type, name: `purpose ${index}` } })).status).toBe(201);
    }
    expect((await upload({ filename: 'noending', type: 'audio/mpeg; codecs=mp3' })).status).toBe(201);
    expect(sandbox.state.rows('prompts').at(-1)?.['url']).toMatch(/\.mp3$/);
  });

  it.each<[string, Upload]>([
    ['another field name', { field: 'upload' }],
    ['no message_type', { fields: {} }],
    ['an empty message_type', { fields: { message_type: '' } }],
    ['an unknown message_type', { fields: { message_type: 'song' } }],
    ['another kind of file', { filename: 'a.txt', type: 'text/plain' }],
    ['an org unit that is no number', { fields: { message_type: 'prompt', org_unit_id: 'x' } }],
    ['one byte too many', { bytes: new Uint8Array(MAX_PROMPT_BYTES + 1) }],
  ])('answers 400 for %s', async (_, parts) => {
    const reply = await upload(parts);
    expect(reply.status, reply.text).toBe(400);
    expect(reply.body).toMatchObject({ code: 400, requestId: expect.any(String) });
    expect(stored()).toBe(4);
  });

  it('takes the largest file', async () => {
    expect((await upload({ bytes: new Uint8Array(MAX_PROMPT_BYTES) })).status).toBe(201);
    expect(sandbox.promptBytes(12349)).toHaveLength(MAX_PROMPT_BYTES);
  });

  it('answers 400 for bodies that are no form', async () => {
    const send = (type: string, body: string): Promise<Reply> =>
      request(`${sandbox.apiUrl}/media-prompts`, {
        method: 'POST',
        headers: { authorization, 'content-type': type },
        body,
      });
    expect((await send('application/json', '{}')).status).toBe(400);
    expect((await send('multipart/form-data; boundary=x', 'nonsense')).status).toBe(400);
    expect((await send('multipart/form-data', '--x--')).status).toBe(400);
    const text = '--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n';
    expect((await send('multipart/form-data; boundary=x', text)).status).toBe(400);
  });

  it('answers 404 for an unknown org unit and 401 without a token', async () => {
    expect((await upload({ fields: { message_type: 'prompt', org_unit_id: '4711' } })).status).toBe(404);
    const reply = await request(`${sandbox.apiUrl}/media-prompts`, { method: 'POST', body: new FormData() });
    expect(reply.status).toBe(401);
  });

  it('keeps names unique within an org unit', async () => {
    const fields = { message_type: 'prompt', name: 'Main Menu' };
    expect((await upload({ fields })).status).toBe(400);
    expect((await upload({ fields: { ...fields, org_unit_id: '1002' } })).status).toBe(201);
    const once = { fields: { message_type: 'prompt', name: 'Only once' } };
    const replies = await Promise.all([upload(once), upload(once), upload(once)]);
    expect(replies.map((reply) => reply.status).sort()).toEqual([201, 400, 400]);
  });
});

it('deletes a prompt with its file', async () => {
  const { data } = await upload();
  expect((await admin.send('DELETE', '/media-prompts/12349')).status).toBe(200);
  expect((await request(sandbox.url + data['url'])).status).toBe(404);
  expect(sandbox.promptBytes(12349)).toBeUndefined();
  expect((await admin.send('DELETE', '/media-prompts/12349')).status).toBe(404);
});

describe('a body over the bound', () => {
  const head = (length: string): string =>
    `POST /v3/media-prompts HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${authorization}\r\n` +
    `Content-Type: multipart/form-data; boundary=x\r\n${length}\r\n\r\n`;

  it('is refused by its declared length, and the answer reaches a client that goes on sending', async () => {
    const socket = connect(sandbox.port, '127.0.0.1');
    const total = 60_000_000;
    socket.write(head(`Content-Length: ${total}`));
    const [reply] = (await once(socket, 'data')) as [Buffer];
    expect(reply.toString()).toContain('400 Bad Request');
    const block = Buffer.alloc(1_000_000);
    for (let sent = 0; sent < total; sent += block.length) {
      if (!socket.write(block)) await once(socket, 'drain');
    }
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
    const [next] = (await once(socket, 'data')) as [Buffer];
    expect(next.toString()).toContain('200 OK');
    socket.destroy();
  });

  it('is refused without a declared length, too', async () => {
    const socket = connect(sandbox.port, '127.0.0.1');
    const answered = once(socket, 'data') as Promise<[Buffer]>;
    let done = false;
    answered.then(() => {
      done = true;
    });
    socket.write(head('Transfer-Encoding: chunked'));
    const chunk = Buffer.concat([Buffer.from('f4240\r\n'), Buffer.alloc(1_000_000), Buffer.from('\r\n')]);
    while (!done) {
      if (!socket.write(chunk)) await once(socket, 'drain');
      else await new Promise(setImmediate);
    }
    expect((await answered)[0].toString()).toContain('400 Bad Request');
    socket.destroy();
  });
});
