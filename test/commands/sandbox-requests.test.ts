import { expect, it } from 'vitest';
import { withoutSecrets } from '../../src/commands/sandbox-log.ts';
import { type RequestFlags, requestFilter } from '../../src/commands/sandbox-requests.ts';
import { CliError } from '../../src/shared/errors.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const ROWS = [
  { method: 'POST', path: '/v3/tag', status: 201, at: '2026-11-20T11:50:00.000Z' },
  { method: 'GET', path: '/v3/tag', status: 200, at: '2026-11-20T11:56:00.500Z' },
  { method: 'GET', path: '/v3/users/99', status: 404, at: '2026-11-20T11:57:00.000Z' },
  { method: 'GET', path: '/v3/users/9', status: 'reset', at: '2026-11-20T11:58:00.000Z' },
];

it.each<[RequestFlags, number[]]>([
  [{}, [0, 1, 2, 3]],
  [{ method: 'get' }, [1, 2, 3]],
  [{ path: '/v3/tag' }, [0, 1]],
  [{ path: '/v3/*' }, [0, 1, 2, 3]],
  [{ path: '/v3/t.g' }, []],
  [{ path: '*9' }, [2, 3]],
  [{ path: '/v3' }, []],
  [{ status: '404' }, [2]],
  [{ status: '2xx' }, [0, 1]],
  [{ status: 'reset' }, [3]],
  [{ since: '5m' }, [1, 2, 3]],
  [{ since: '2026-11-20T11:56:00Z' }, [1, 2, 3]],
  [{ since: '2999-01-01' }, []],
  [{ method: 'GET', path: '/v3/*', status: '4xx', since: '1h' }, [2]],
])('finds by %j', (flags, found) => {
  const wanted = requestFilter(flags, NOW);
  expect(ROWS.flatMap((row, index) => (wanted(row) ? [index] : []))).toEqual(found);
});

it('refuses a time that is none', () => {
  expect(() => requestFilter({ since: 'someday' }, NOW)).toThrow(CliError);
});

it('replaces secrets wherever they are, and nothing else', () => {
  const record = {
    headers: { authorization: 'Bearer x', cookie: 'a=b', host: 'localhost' },
    query: { api_key: 'oak_1', signature: 'abc', page: '2' },
    body: {
      token_type: 'access',
      refresh_token: 'r',
      deep: [{ Password: 5 }],
      tokens: { access_token: 'y' },
    },
    path: '/v3/tag',
  };
  expect(withoutSecrets(record)).toEqual({
    headers: { authorization: 'REDACTED', cookie: 'REDACTED', host: 'localhost' },
    query: { api_key: 'REDACTED', signature: 'REDACTED', page: '2' },
    body: {
      token_type: 'access',
      refresh_token: 'REDACTED',
      deep: [{ Password: 'REDACTED' }],
      tokens: { access_token: 'REDACTED' },
    },
    path: '/v3/tag',
  });
});
