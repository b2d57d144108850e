import { describe, expect, it } from 'vitest';
import { login } from '../../src/convirza/oauth.ts';
import { curlLine, redact, traceAnswer, traceRequest } from '../../src/convirza/trace.ts';
import { failureOf } from '../shared/folder.ts';
import { answer, endpointOf, makeClient, startPeer, TokenRow } from './peer.ts';

describe('redact', () => {
  it.each([
    '{"access_token":"s3cret"}',
    '{"refreshToken": "s3cret", "token_type":"Bearer"}',
    '{"password":"a\\"s3cret"}',
    '{"user":{"client_secret":"s3cret"}}',
    '{"api_key" : "s3cret"}',
    '{"access_token":"s3cret',
    '{"access_token":"s3cret\\',
    'https://x/?token=s3cret&a=1',
    'https://x/?a=1&X-Amz-Signature=s3cret',
    'https://x/?sig=s3cret',
    'url: "https://x/?access_token=s3cret"',
  ])('leaves no secret in %j', (text) => {
    expect(redact(text)).not.toContain('s3cret');
    expect(redact(text)).toContain('REDACTED');
  });

  it('leaves everything else, and the type of a token', () => {
    for (const text of [
      '{"token_type":"access","name":"Ann"}',
      'https://x/?limit=5&design=1',
      'plain text',
      '',
    ])
      expect(redact(text)).toBe(text);
  });
});

const request = {
  method: 'POST',
  url: new URL('https://x/oauth/token?token=s3cret'),
  headers: { authorization: 'Bearer s3cret', accept: 'application/json' },
  body: { kind: 'json', value: { email: 'ann@example.com', password: 's3cret' } },
} as const;

it('a trace of request and answer tells all but the secrets', () => {
  const sent = traceRequest(request);
  expect(sent.split('\n').every((line) => line.startsWith('> '))).toBe(true);
  expect(sent).toContain('> accept: application/json');
  expect(sent).toContain('ann@example.com');
  const came = traceAnswer(
    {
      status: 200,
      headers: { 'set-cookie': 's3cret', 'x-request-id': 'r-1' },
      text: `{"access_token":"s3cret","filler":"${'x'.repeat(10_000)}"}`,
      endpoint: '',
      timestamp: '',
    },
    12.4,
  );
  expect(came).toContain('< HTTP 200 after 12 ms');
  expect(came).toContain('x-request-id: r-1');
  expect(came.length).toBeLessThan(5_000);
  expect(sent + came).not.toContain('s3cret');
});

it('a curl line holds a variable in place of the token, and quotes the rest', () => {
  const line = curlLine({ ...request, body: { kind: 'json', value: { name: "it's" } } }, { signedIn: true });
  expect(line).toContain('"Authorization: Bearer $CONVIRZA_TOKEN"');
  expect(line).not.toContain('s3cret');
  expect(line).toContain(`'{"name":"it'\\''s"}'`);
});

it('what a real exchange traces holds neither token nor password, also when the answer is cut', async () => {
  const peer = await startPeer(({ path }, response) =>
    answer(response, 200, path === '/oauth/token' ? '{"access_token":"tok3n-in-cut-ans' : '{"data":{}}'),
  );
  const traced: string[] = [];
  const { client } = makeClient(peer.url, {
    tokens: new TokenRow('tok3n'),
    trace: (text) => traced.push(text),
  });
  await failureOf(() => login(client, { email: 'ann@example.com', password: 'hunter2' }, 0));
  await client.call(endpointOf('users get'), { path: { id: '5' } });
  const all = traced.join('\n');
  expect(all).toContain('/v3/users/5');
  expect(all).toContain('ann@example.com');
  expect(all).not.toMatch(/tok3n|hunter2/);
});
