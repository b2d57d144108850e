import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CliError, EXIT_CODES, errorCode } from '../../src/shared/errors.ts';
import { isInteger, isObject, nonEmptyString, parseJson } from '../../src/shared/json.ts';

describe('the table of exit codes', () => {
  it('is the one that scripts were promised', () => {
    expect(EXIT_CODES).toEqual({
      internal: 1,
      usage: 2,
      cancelled: 3,
      auth: 4,
      not_found: 5,
      rejected: 6,
      rate_limited: 7,
      partial: 8,
      network: 9,
      server: 10,
      threshold: 11,
      interrupted: 130,
      terminated: 143,
    });
  });

  it('gives every type a code of its own, none of them 0', () => {
    const codes = Object.values(EXIT_CODES);
    expect(new Set(codes).size).toBe(codes.length);
    expect(codes).not.toContain(0);
  });

  it.each(Object.entries(EXIT_CODES))('an error of type %s ends with %i', (type, code) => {
    expect(new CliError(type as keyof typeof EXIT_CODES, 'x').exitCode).toBe(code);
  });
});

describe('CliError', () => {
  it('holds what a report needs', () => {
    const cause = new Error('below');
    const details = {
      hint: 'do this',
      status: 404,
      requestId: 'abc',
      endpoint: 'GET https://example.com/v3',
      timestamp: '2026-01-01T00:00:00.000Z',
    };
    const error = new CliError('not_found', 'gone', { ...details, cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ ...details, name: 'CliError', type: 'not_found', message: 'gone' });
    expect(error.cause).toBe(cause);
  });

  it('has no cause where there is none, and undefined for what is not known', () => {
    const error = new CliError('usage', 'bad');
    expect('cause' in error).toBe(false);
    expect([error.hint, error.status, error.requestId, error.endpoint, error.timestamp]).toEqual(
      Array(5).fill(undefined),
    );
  });

  it('can be spread into the details of another error', () => {
    const first = new CliError('server', 'x', { status: 500, requestId: 'r' });
    expect(new CliError('server', 'y', { ...first, hint: 'h' })).toMatchObject({
      message: 'y',
      status: 500,
      requestId: 'r',
      hint: 'h',
    });
  });
});

it.each([
  [Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT'],
  [{ code: 'EPIPE' }, 'EPIPE'],
  [{ code: 4 }, undefined],
  [new Error('x'), undefined],
  ['ENOENT', undefined],
  [null, undefined],
  [undefined, undefined],
])('errorCode of %j is %j', (error, code) => {
  expect(errorCode(error)).toBe(code);
});

describe('values out of JSON', () => {
  it('parseJson tells the value null from no JSON', () => {
    expect(parseJson('null')).toEqual({ value: null });
    for (const text of ['', ' ', '{', '{"a":1', 'undefined', "{'a':1}", '<html>', '{"a":1}}'])
      expect(parseJson(text), text).toBeUndefined();
  });

  it('parseJson gives every JSON value back', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        fc.pre(!/\d{16}/.test(text));
        expect(JSON.stringify(parseJson(text)?.value)).toBe(text);
      }),
      { seed: 1 },
    );
  });

  it('parseJson keeps every digit of whole numbers beyond 2^53, as text', () => {
    const text =
      '{"id":12345678901234567890,"list":[-9007199254740993, 9007199254740991],"s":"x:12345678901234567890"}';
    expect(parseJson(text)?.value).toEqual({
      id: '12345678901234567890',
      list: ['-9007199254740993', 9007199254740991],
      s: 'x:12345678901234567890',
    });
    expect(parseJson('\ufeff{"a":1}')?.value).toEqual({ a: 1 });
  });

  it('the guards accept exactly their kind', () => {
    const values: unknown[] = [{}, { a: 1 }, [], null, undefined, 0, -3, 1.5, Number.NaN, '', 'a', true];
    expect(values.filter(isObject)).toEqual([{}, { a: 1 }]);
    expect(values.filter(isInteger)).toEqual([0, -3]);
    expect(values.map(nonEmptyString).filter((value) => value !== undefined)).toEqual(['a']);
  });
});
