import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createdId,
  errorOfAnswer,
  messageOf,
  type RawAnswer,
  readAnswer,
  requestIdOf,
  typeOfStatus,
} from '../../src/convirza/envelope.ts';
import { CliError } from '../../src/shared/errors.ts';
import { anyText } from '../shared/text.ts';

const SEED = 11;
const HTML = '<!DOCTYPE html><html><body><h1>Bad gateway</h1></body></html>';

function raw(status: number, body: unknown = '', headers: Record<string, string> = {}): RawAnswer {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return { status, headers, text, endpoint: 'GET https://example.com/v3/users', timestamp: 'now' };
}

describe('requestIdOf', () => {
  it.each([
    ['the success spelling', { request_id: 'a' }, {}, 'a'],
    ['the error spelling', { requestId: 'b' }, {}, 'b'],
    ['both, by the first', { requestId: 'b', request_id: 'a' }, {}, 'a'],
    ['an empty one, by the other', { request_id: '', requestId: 'b' }, {}, 'b'],
    ['the header', {}, { 'x-request-id': 'h' }, 'h'],
    ['the body before the header', { requestId: 'b' }, { 'x-request-id': 'h' }, 'b'],
    ['a body that is no object', ['x'], { 'x-request-id': 'h' }, 'h'],
    ['an id that is no text', { request_id: 5 }, {}, undefined],
    ['nothing', undefined, {}, undefined],
  ])('finds it in %s', (_, body, headers, expected) => {
    expect(requestIdOf(body, headers)).toBe(expected);
  });
});

describe('typeOfStatus', () => {
  const special: Record<number, string> = {
    401: 'auth',
    403: 'auth',
    404: 'not_found',
    410: 'not_found',
    429: 'rate_limited',
  };
  it('maps every status of 300 to 599', () => {
    for (let status = 300; status < 600; status++)
      expect(typeOfStatus(status), String(status)).toBe(
        special[status] ?? (status >= 400 && status < 500 ? 'rejected' : 'server'),
      );
  });
});

describe('messageOf', () => {
  it.each<[unknown, string | undefined]>([
    [{ message: 'name is taken' }, 'name is taken'],
    [{ message: '  padded \n' }, 'padded'],
    [{ message: ['a must be set', 'b must be set'] }, 'a must be set; b must be set'],
    [{ message: ['a'], error: 'Bad Request' }, 'a'],
    [{ message: '', error: 'Bad Request' }, 'Bad Request'],
    [{ message: null, error: { message: 'inner' } }, 'inner'],
    [{ error: 'invalid_grant', error_description: 'the token was used' }, 'the token was used'],
    [{ errors: [{ field: 'x', message: 'x is wrong' }, { msg: 'y is wrong' }] }, 'x is wrong; y is wrong'],
    [{ error: { errors: [{ detail: 'deep' }] } }, 'deep'],
    [{ data: { message: 'in the envelope' } }, 'in the envelope'],
    [{ title: 'Problem', detail: 'what happened' }, 'what happened'],
    ['just text', 'just text'],
    [['one', { message: 'two' }, 3, null], 'one; two'],
    [{ code: 400 }, undefined],
    [{ message: 400 }, undefined],
    [{}, undefined],
    [[], undefined],
    ['', undefined],
    [null, undefined],
    [true, undefined],
    [42, undefined],
  ])('of %j is %j', (body, expected) => {
    expect(messageOf(body)).toBe(expected);
  });
});

describe('errorOfAnswer', () => {
  it('holds what support asks for', () => {
    const error = errorOfAnswer(
      raw(404, { code: 404, message: 'No such user', requestId: 'r-9' }),
      'look it up',
    );
    expect(error).toMatchObject({
      type: 'not_found',
      message: 'Not found: No such user (HTTP 404)',
      status: 404,
      requestId: 'r-9',
      endpoint: 'GET https://example.com/v3/users',
      timestamp: 'now',
      hint: 'look it up',
    });
  });

  it.each<[string, unknown, string]>([
    ['nothing', '', 'it answered nothing'],
    ['blanks', ' \n', 'it answered nothing'],
    ['HTML', HTML, 'it answered HTML'],
    ['HTML without a doctype', '  <HTML lang="en">', 'it answered HTML'],
    ['XML', '<?xml version="1.0"?><Error/>', 'it answered XML'],
    ['cut JSON', '{"message":"name is tak', 'it answered broken JSON'],
    ['a cut array', '[{"message":', 'it answered broken JSON'],
    ['plain text', 'upstream connect error', 'it answered text that is not JSON'],
    ['an object without a message', { code: 500 }, ''],
    ['null', 'null', ''],
  ])('survives %s', (_, body, said) => {
    const error = errorOfAnswer(raw(500, body, { 'x-request-id': 'h' }));
    expect(error.message).toBe(`The service failed${said === '' ? '' : `: ${said}`} (HTTP 500)`);
    expect(error).toMatchObject({ type: 'server', status: 500, requestId: 'h' });
  });

  it('has words for every status and always says the number', () => {
    for (let status = 300; status < 600; status++) {
      const error = errorOfAnswer(raw(status));
      expect(error.message).toMatch(new RegExp(`^[A-Z].{5,}\\(HTTP ${status}\\)$`));
      expect(error.status).toBe(status);
    }
  });

  it('cuts a message that is a novel', () => {
    expect(errorOfAnswer(raw(400, { message: 'x'.repeat(1e6) })).message.length).toBeLessThan(600);
  });

  it.each([
    ['https://login.example.com/sign-in?next=secret', 'login.example.com'],
    ['https://ann:hunter2@login.example.com:8443/', 'login.example.com:8443'],
    ['/v3/users/', 'another address'],
    ['//', 'another address'],
    ['javascript:alert(1)', 'another address'],
    [undefined, 'another address'],
  ])('a redirect to %j names %s and why it is not followed', (location, host) => {
    const error = errorOfAnswer(raw(302, '', location === undefined ? {} : { location }));
    expect(error.type).toBe('server');
    expect(error.message).toBe(`The service answered with a redirect to ${host} (HTTP 302)`);
    expect(error.message + error.hint).not.toMatch(/hunter2|secret/);
    expect(error.hint).toContain('not followed');
  });
});

describe('readAnswer', () => {
  it('takes the data out of the envelope; the status of HTTP is the truth, not the code of the body', () => {
    const body = { code: 200, message: 'Success', data: { userId: 7 }, request_id: 'r', timestamp: 't' };
    expect(readAnswer(raw(201, body), true)).toEqual({
      status: 201,
      data: { userId: 7 },
      body,
      message: 'Success',
      requestId: 'r',
      text: JSON.stringify(body),
    });
  });

  it.each<[unknown]>([[{ access_token: 'a' }], [[1, 2]], ['"text"'], ['null'], ['5']])(
    'takes the whole body where there is no envelope: %j',
    (body) => {
      const value: unknown = typeof body === 'string' ? JSON.parse(body) : body;
      expect(readAnswer(raw(200, body), true)).toMatchObject({ data: value, body: value });
    },
  );

  it('an envelope whose data is null has no data, rather than being its own', () => {
    expect(readAnswer(raw(200, { code: 200, data: null }), false).data).toBeNull();
  });

  it('an empty body is fine where none is expected, and keeps the request id of the header', () => {
    for (const text of ['', ' \r\n'])
      expect(readAnswer(raw(204, text, { 'x-request-id': 'h' }), false)).toEqual({
        status: 204,
        data: undefined,
        body: undefined,
        message: undefined,
        requestId: 'h',
        text,
      });
  });

  it.each([
    ['', true, 'nothing'],
    [HTML, false, 'HTML'],
    ['{"data":{"users":[{"a"', false, 'broken JSON'],
    ['OK', false, 'text that is not JSON'],
  ])('refuses %j (a body is expected: %j) as %s', (text, expectBody, kind) => {
    const read = () => readAnswer(raw(200, text, { 'x-request-id': 'h' }), expectBody);
    expect(read).toThrow(CliError);
    expect(read).toThrow(`The server answered ${kind} instead of JSON (HTTP 200)`);
    expect(read).toThrow(expect.objectContaining({ type: 'server', requestId: 'h', timestamp: 'now' }));
  });
});

describe('createdId', () => {
  it.each<[unknown, string | number | undefined]>([
    [{ userId: 5 }, 5],
    [{ orgUnitId: 6 }, 6],
    [{ media_prompt_id: 12345, url: '/x' }, 12345],
    [{ id: 'abc' }, 'abc'],
    [{ name: 'x', id: 0 }, 0],
    [{ userId: null, id: 3 }, 3],
    [{ idea: 1, valid: 2, paid: 3, Identity: 4 }, undefined],
    [{ user: { id: 5 } }, undefined],
    [[{ id: 5 }], undefined],
    [null, undefined],
  ])('of %j is %j', (data, expected) => {
    expect(createdId(data)).toBe(expected);
  });
});

describe('whatever JSON comes', () => {
  it('nothing throws but the one typed error', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 300, max: 599 }), (value, status) => {
        expect(['string', 'undefined']).toContain(typeof messageOf(value));
        expect(['string', 'undefined']).toContain(typeof requestIdOf(value));
        expect(['string', 'number', 'undefined']).toContain(typeof createdId(value));
        expect(errorOfAnswer(raw(status, JSON.stringify(value)))).toBeInstanceOf(CliError);
        expect(readAnswer(raw(200, JSON.stringify(value)), true).status).toBe(200);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it('any text is read or refused as an answer of the server', () => {
    fc.assert(
      fc.property(anyText, fc.boolean(), (text, expectBody) => {
        try {
          expect(readAnswer(raw(200, text), expectBody).status).toBe(200);
        } catch (error) {
          expect(error).toMatchObject({ name: 'CliError', type: 'server' });
        }
        expect(errorOfAnswer(raw(400, text)).type).toBe('rejected');
      }),
      { seed: SEED, numRuns: 200 },
    );
  });

  it.each([
    ['arrays', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['errors', `${'{"error":'.repeat(100_000)}"x"${'}'.repeat(100_000)}`],
  ])('a body of 100,000 nested %s is an error of the server like any other', (_, text) => {
    expect(errorOfAnswer(raw(500, text))).toMatchObject({ type: 'server', status: 500 });
  });
});
