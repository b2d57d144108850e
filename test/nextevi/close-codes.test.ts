import { describe, expect, it } from 'vitest';
import { type CloseInfo, errorOfClose } from '../../src/nextevi/errors.ts';
import type { ErrorType } from '../../src/shared/errors.ts';

const PLACE = {
  endpoint: 'wss://h/ws/voice/c-1',
  connectionId: 'c-1',
  timestamp: '2026-01-31T09:30:00.000Z',
};

const close = (code: number, more: Partial<CloseInfo> = {}) =>
  errorOfClose({ code, reason: '', established: false, ...more }, PLACE);
const said = (code: string, message = '') => ({ code, message, details: {} });

describe('a close without any words', () => {
  it.each<[number, boolean, ErrorType, RegExp]>([
    [1000, false, 'network', /before the answer was complete/],
    [1000, true, 'network', /before the answer was complete/],
    [1001, true, 'network', /broke off/],
    [1005, true, 'network', /broke off/],
    [1006, false, 'network', /broke off/],
    [1006, true, 'network', /broke off/],
    [1011, true, 'server', /failed/],
    [4001, false, 'auth', /credentials/],
    [4002, false, 'network', /could not take the connection/],
    [4003, false, 'auth', /may not use/],
    [4004, false, 'not_found', /unknown configuration, wrong project, or too many connections/],
    [4004, true, 'rate_limited', /too many messages/],
    [4999, true, 'network', /broke off/],
    [3000, false, 'network', /broke off/],
  ])('%i, session established: %s, is %s', (code, established, type, message) => {
    const error = close(code, { established });
    expect(error).toMatchObject({ type, requestId: 'c-1', endpoint: PLACE.endpoint });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`close code ${code}`);
    expect(error.hint).toMatch(/^\S.*\.$/);
  });
});

describe('a close with a name in its reason', () => {
  it.each<[number, string, boolean, ErrorType]>([
    [4004, 'CONFIG_NOT_FOUND', true, 'not_found'],
    [4004, 'INVALID_PROJECT: no such project', true, 'not_found'],
    [4004, 'RATE_LIMITED: 100 connections', false, 'rate_limited'],
    [4001, 'AUTH_REQUIRED', false, 'auth'],
    [1000, 'SESSION_EXPIRED', true, 'network'],
    [1011, 'SERVICE_UNAVAILABLE', true, 'server'],
    [1006, 'ACCESS_DENIED', false, 'auth'],
  ])('%i %s, session established: %s, is %s', (code, reason, established, type) => {
    const error = close(code, { reason, established });
    expect(error.type).toBe(type);
    expect(error.message).toContain(reason.split(':')[0]);
  });

  it('shows a reason that holds no name, as far as it is reasonable', () => {
    expect(close(1011, { reason: 'deploying' }).message).toContain('close code 1011, deploying');
    expect(close(1006, { reason: 'x'.repeat(5_000) }).message.length).toBeLessThan(400);
  });
});

describe('a close after an error message', () => {
  it.each<[number, string, boolean, ErrorType]>([
    [4004, 'CONFIG_NOT_FOUND', true, 'not_found'],
    [4004, 'RATE_LIMITED', false, 'rate_limited'],
    [4004, 'INVALID_PROJECT', false, 'not_found'],
    [1006, 'SESSION_EXPIRED', true, 'network'],
    [1006, 'INTERNAL_ERROR', true, 'server'],
    [1000, 'SESSION_LIMIT_EXCEEDED', false, 'rate_limited'],
    [4003, 'ACCESS_DENIED', false, 'auth'],
  ])('%i after %s, session established: %s, is %s', (code, name, established, type) => {
    const error = close(code, { established, lastError: said(name, 'because of this') });
    expect(error.type).toBe(type);
    expect(error.message).toContain(`${name}: because of this`);
  });

  it('goes by its own reason where that names another error', () => {
    const error = close(4004, {
      reason: 'RATE_LIMITED: 1000 messages',
      established: true,
      lastError: said('AUDIO_PROCESSING_FAILED', 'chunk 7'),
    });
    expect(error.type).toBe('rate_limited');
  });

  it('goes by its code where nobody knows the name, and still says what was said', () => {
    for (const name of ['NEW_ERROR', 'constructor', '']) {
      const error = close(4001, { lastError: said(name, 'the key is on holiday') });
      expect(error.type).toBe('auth');
      expect(error.message).toContain('the key is on holiday');
    }
  });

  it('goes by a name in its reason where the message had none', () => {
    const error = close(4004, { reason: 'RATE_LIMITED', lastError: said('', 'plain words') });
    expect(error.type).toBe('rate_limited');
  });
});
