import { describe, expect, it } from 'vitest';
import { type ErrorAction, kindOfError, VOICE_ERRORS } from '../../src/nextevi/error-table.ts';
import { type ErrorPlace, errorOfServer, errorOfStatus } from '../../src/nextevi/errors.ts';
import type { ErrorType } from '../../src/shared/errors.ts';

const PLACE: ErrorPlace = {
  endpoint: 'wss://api.nextevi.com/ws/voice/c-1?api_key=REDACTED&config_id=config-1',
  connectionId: 'c-1',
  timestamp: '2026-01-31T09:30:00.000Z',
};

/** Section 7 of the reference. A chunk that is too large is split and sent again. */
const TABLE: [name: string, type: ErrorType, exitCode: number, action: ErrorAction][] = [
  ['AUTH_REQUIRED', 'auth', 4, 'stop'],
  ['AUTH_FAILED', 'auth', 4, 'stop'],
  ['CONNECTION_FAILED', 'network', 9, 'retry'],
  ['ACCESS_DENIED', 'auth', 4, 'stop'],
  ['CONFIG_NOT_FOUND', 'not_found', 5, 'stop'],
  ['INVALID_PROJECT', 'not_found', 5, 'stop'],
  ['RATE_LIMITED', 'rate_limited', 7, 'retry'],
  ['INVALID_MESSAGE_FORMAT', 'internal', 1, 'continue'],
  ['UNSUPPORTED_MESSAGE_TYPE', 'internal', 1, 'continue'],
  ['CONNECTION_TIMEOUT', 'network', 9, 'retry'],
  ['INTERNAL_ERROR', 'server', 10, 'retry'],
  ['AUDIO_PROCESSING_FAILED', 'rejected', 6, 'continue'],
  ['AUDIO_FORMAT_UNSUPPORTED', 'rejected', 6, 'stop'],
  ['AUDIO_CHUNK_TOO_LARGE', 'rejected', 6, 'continue'],
  ['SESSION_EXPIRED', 'network', 9, 'retry'],
  ['SESSION_LIMIT_EXCEEDED', 'rate_limited', 7, 'retry'],
  ['SERVICE_UNAVAILABLE', 'server', 10, 'retry'],
];

describe('the errors of the service', () => {
  it.each(TABLE)('%s is %s, exit code %i, and means: %s', (name, type, exitCode, action) => {
    expect(kindOfError(name).action).toBe(action);
    const error = errorOfServer({ code: name, message: 'said so', details: {} }, PLACE);
    expect(error).toMatchObject({
      type,
      exitCode,
      requestId: 'c-1',
      endpoint: PLACE.endpoint,
      timestamp: PLACE.timestamp,
    });
    expect(error.message).toContain(`${name}: said so`);
    expect(error.hint).toMatch(/^\S.*\.$/);
  });

  it('are those of the reference and no others', () => {
    expect(Object.keys(VOICE_ERRORS).sort()).toEqual(TABLE.map(([name]) => name).sort());
  });

  it('tell who has no good project what to do', () => {
    const error = errorOfServer({ code: 'INVALID_PROJECT', message: '', details: {} }, PLACE);
    expect(error.hint).toMatch(/leave out --project-id/i);
  });

  it.each(['NEW_ERROR', '', 'constructor', 'toString', '__proto__'])(
    'are reported and go on where nobody knows the name: %j',
    (code) => {
      expect(kindOfError(code)).toMatchObject({ type: 'server', action: 'continue' });
      const error = errorOfServer({ code, message: 'hm', details: undefined }, PLACE);
      expect(error).toMatchObject({ type: 'server', exitCode: 10, hint: undefined });
      expect(error.message).toContain(code === '' ? '(hm)' : `(${code}: hm)`);
    },
  );

  it('need no message', () => {
    const said = (code: string) => errorOfServer({ code, message: '', details: {} }, PLACE).message;
    expect(said('AUTH_FAILED')).toMatch(/credentials \(AUTH_FAILED\)$/);
    expect(said('')).toBe('The voice service reported an error');
  });
});

describe('an upgrade that is refused with an HTTP status', () => {
  it.each<[number, ErrorType, RegExp]>([
    [401, 'auth', /credentials/],
    [403, 'auth', /may not use/],
    [404, 'not_found', /configuration, the project or the address/],
    [429, 'rate_limited', /too many/i],
    [500, 'server', /failed/],
    [502, 'server', /failed/],
    [503, 'server', /not available/],
    [400, 'rejected', /refused/],
    [302, 'rejected', /refused/],
    [200, 'rejected', /refused/],
  ])('%i is %s', (status, type, message) => {
    const error = errorOfStatus(status, PLACE);
    expect(error).toMatchObject({ type, status, requestId: 'c-1', timestamp: PLACE.timestamp });
    expect(error.message).toMatch(message);
    expect(error.message).toContain(`HTTP ${status}`);
    expect(error.hint).toMatch(/^\S.*\.$/);
  });
});
