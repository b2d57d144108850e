import { describe, expect, it } from 'vitest';
import { errorObject, formatError } from '../../src/output/report.ts';
import { CliError, type ErrorDetails, EXIT_CODES } from '../../src/shared/errors.ts';
import { COLOUR, PLAIN } from './plain.ts';

const shown = (message: string, details: ErrorDetails = {}) =>
  formatError(new CliError('server', message, details), PLAIN);

const FACTS = {
  status: 503,
  requestId: 'req-1',
  endpoint: 'GET https://h/v3/users',
  timestamp: '2026-01-31T09:30:00Z',
};

describe('an error for a person', () => {
  it('is one line: what went wrong and what to do', () => {
    expect(shown('The disk is full')).toBe('error: The disk is full.\n');
    expect(shown('Is it there?', { hint: 'Look' })).toBe('error: Is it there? Look.\n');
    expect(shown('Done.', { hint: 'Go on!' })).toBe('error: Done. Go on!\n');
  });

  it('has a second line with what support asks for, where the service answered', () => {
    expect(shown('It failed', FACTS)).toBe(
      'error: It failed.\n  for support: request id req-1, GET https://h/v3/users, 2026-01-31T09:30:00Z\n',
    );
    expect(shown('It failed', { status: 500 })).toBe('error: It failed.\n');
    expect(shown('It failed', { endpoint: 'GET x' })).toBe('error: It failed.\n');
  });

  it('holds nothing of a server that a terminal would execute', () => {
    const evil = 'a\u001b[2J\u001b]0;t\u0007b\r\nc\u009b31md\u202ee';
    const text = shown(evil, {
      hint: evil,
      requestId: evil,
      endpoint: evil,
      timestamp: evil,
      status: 500,
    });
    expect(text).toBe('error: ab cde. ab cde.\n  for support: request id ab cde, ab cde, ab cde\n');
  });

  it('is red where there is colour', () => {
    const text = formatError(new CliError('server', 'It failed', FACTS), COLOUR);
    expect(text).toContain('\u001b[31m\u001b[1merror:');
    expect(text).toContain('\u001b[2m  for support:');
  });

  it('does not show its cause', () => {
    expect(shown('It failed', { cause: new Error('secret') })).toBe('error: It failed.\n');
  });
});

describe('an error for a script', () => {
  it('has every fact, null where there is none', () => {
    expect(errorObject(new CliError('usage', 'Wrong'))).toEqual({
      error: {
        type: 'usage',
        message: 'Wrong',
        hint: null,
        status: null,
        request_id: null,
        endpoint: null,
        timestamp: null,
      },
    });
    expect(errorObject(new CliError('server', 'It failed', { ...FACTS, hint: 'Wait' }))).toEqual({
      error: {
        type: 'server',
        message: 'It failed',
        hint: 'Wait',
        status: 503,
        request_id: 'req-1',
        endpoint: 'GET https://h/v3/users',
        timestamp: '2026-01-31T09:30:00Z',
      },
    });
  });

  it('is one line of JSON without an escape character', () => {
    const text = JSON.stringify(errorObject(new CliError('server', 'a\u001b[2J\nb')));
    expect(text).not.toMatch(/[\u0000-\u001f]/);
    expect(JSON.parse(text).error.message).toBe('a\u001b[2J\nb');
  });

  it('has the type of each exit code', () => {
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
    for (const [type, code] of Object.entries(EXIT_CODES))
      expect(new CliError(type as keyof typeof EXIT_CODES, 'x').exitCode).toBe(code);
  });
});
