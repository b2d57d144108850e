import { describe, expect, it } from 'vitest';
import { commandName, ENDPOINTS, type Endpoint } from '../../src/convirza/catalogue/index.ts';
import { startSharedBench } from '../helpers/cli.ts';

const bench = await startSharedBench();

/** What a command of this endpoint needs so that the sandbox takes it. */
function argumentsFor(endpoint: Endpoint): string[] {
  const name = commandName(endpoint);
  const given: Record<string, string[]> = {
    'users create': [
      '--username',
      'new@example.com',
      '--first-name',
      'Ann',
      '--last-name',
      'Lee',
      '--ct-user-ou-id',
      '1001',
    ],
    'users update': [
      '--username',
      'put@example.com',
      '--first-name',
      'Ann',
      '--last-name',
      'Lee',
      '--ct-user-ou-id',
      '1001',
    ],
    'users patch': ['--first-name', 'Bea', '--no-score-call'],
    'groups create': ['--org-unit-name', 'New Branch', '--org-unit-parent-id', '1001'],
    'groups update': ['--org-unit-name', 'Renamed Branch'],
    'groups patch': ['--city', 'Denver'],
    'numbers order': ['--field', `phone_number=${freeNumber()}`],
    'numbers release': ['--field', 'phone_number=+18015550100'],
  };
  return (
    given[name] ??
    (endpoint.method === 'GET' || endpoint.method === 'DELETE' ? [] : ['--field', 'name=Example'])
  );
}

function freeNumber(): string {
  return '+15555550123';
}

/** An id that the sandbox knows; later ones for deletions, so that nothing else loses its row. */
function idFor(endpoint: Endpoint): string {
  const rows = bench.sandbox.state
    .rows(endpoint.family)
    .filter((row) => !/"(deleted|archived)"/.test(JSON.stringify(row)));
  const key =
    endpoint.idKey ?? ENDPOINTS.find((other) => other.family === endpoint.family && other.idKey)?.idKey;
  const row = (endpoint.verb === 'delete' ? rows.at(-1) : rows.at(-2)) ?? {};
  const id = row[key ?? 'id'] ?? row['call_id'] ?? Object.values(row)[0];
  return String(id);
}

/** Chosen before anything runs: the commands run at the same time and change what there is. */
const IDS = new Map(ENDPOINTS.map((endpoint) => [commandName(endpoint), idFor(endpoint)]));

const plain = ENDPOINTS.filter(({ action, family }) => action === undefined && family !== 'numbers');

describe('every command of one request', () => {
  it.concurrent.each(plain.map((endpoint) => [commandName(endpoint), endpoint] as const))(
    '%s',
    async (_name, endpoint) => {
      const path = endpoint.pathParams === undefined ? [] : [IDS.get(commandName(endpoint)) ?? ''];
      const yes = endpoint.danger === undefined ? [] : ['--yes'];
      const before = bench.sandbox.requests.length;
      const result = await bench.signedIn([
        endpoint.family,
        endpoint.verb,
        ...path,
        ...argumentsFor(endpoint),
        ...yes,
        '--json',
      ]);
      expect(result).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') });
      const value = JSON.parse(result.stdout) as unknown;
      if (endpoint.list !== undefined) expect(Array.isArray(value)).toBe(true);
      const wanted = endpoint.path.replace(/\{\w+\}/, encodeURIComponent(path[0] ?? ''));
      const request = bench.sandbox.requests
        .slice(before)
        .find((record) => record.path === `/v3${wanted}` && record.method === endpoint.method);
      expect(request?.headers['authorization']).toMatch(/^Bearer \S+$/);
      if (endpoint.list?.paged === true)
        expect(request?.query).toMatchObject({ limit: expect.stringMatching(/^\d+$/) });
    },
  );
});

describe('numbers', () => {
  it('lists, orders and releases', async () => {
    const available = await bench.signedIn(['numbers', 'available', '--json', '--limit', '1']);
    const [row] = JSON.parse(available.stdout) as Record<string, unknown>[];
    const number = String(row?.['phone_number']);
    const ordered = await bench.signedIn(['numbers', 'order', '--field', `phone_number=${number}`, '--yes']);
    expect(ordered).toMatchObject({ code: 0 });
    const assigned = await bench.signedIn(['numbers', 'assigned', '--all', '--output', 'ndjson']);
    expect(assigned.stdout).toContain(number);
    expect((await bench.signedIn(['numbers', 'provisioned'])).code).toBe(0);
  });

  it('asks before it orders: without a terminal it refuses, and nothing is sent', async () => {
    const before = bench.sandbox.requests.filter(({ method }) => method === 'POST').length;
    const result = await bench.signedIn(['numbers', 'order', '--field', 'phone_number=+15555550199']);
    expect(result.code).toBe(3);
    expect(result.stderr).toMatch(/needs a confirmation.*--yes/);
    expect(bench.sandbox.requests.filter(({ method }) => method === 'POST')).toHaveLength(before);
  });
});

describe('bodies', () => {
  it('merges typed flags, --field and --data, the later one winning', async () => {
    const result = await bench.signedIn(
      [
        'webhooks',
        'create',
        '--data',
        '-',
        '--field',
        'url=https://example.com/b',
        '--field',
        'active:=true',
        '--json',
      ],
      { input: '{"url":"https://example.com/a","name":"Hook"}' },
    );
    expect(result.code).toBe(0);
    const request = bench.sandbox.requests
      .filter(({ path, method }) => path === '/v3/webhooks' && method === 'POST')
      .at(-1);
    expect(request?.body).toEqual({ url: 'https://example.com/b', name: 'Hook', active: true });
  });

  it.each([
    [['tags', 'create'], /needs something to send/],
    [['tags', 'create', '--field', 'name'], /name=value/],
    [['tags', 'create', '--field', 'n:=x'], /is not JSON/],
    [['tags', 'create', '--data', '{broken'], /--data is not JSON/],
    [['tags', 'create', '--data', '[1]'], /must be a JSON object/],
    [['tags', 'create', '--data', '@missing.json'], /no such file/],
    [['users', 'create', '--role', 'Boss'], /one of: Admin, Standard, ReadOnly/],
    [['users', 'list', '--limit', '0'], /at least 1/],
    [['calls', 'list', '--start', 'tomorrowish'], /2026-01-31/],
    [['users', 'get', '..'], /is no id/],
  ])('refuses %j before anything is sent', async (args, message) => {
    const result = await bench.signedIn(args);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(message);
    expect(result.stdout).toBe('');
  });
});

describe('lists', () => {
  it('walks all pages and says when it did not', async () => {
    const all = await bench.signedIn(['users', 'list', '--all', '--json']);
    const total = (JSON.parse(all.stdout) as unknown[]).length;
    const some = await bench.signedIn(['users', 'list', '--limit', '3', '--json']);
    expect(JSON.parse(some.stdout)).toHaveLength(3);
    expect(some.stderr).toContain(`3 of ${total} rows`);
  });

  it('says an empty list plainly on stderr and ends with 0', async () => {
    const table = await bench.signedIn(['users', 'list', '--name', 'nobody-at-all']);
    expect(table).toMatchObject({ code: 0, stdout: '', stderr: 'Nothing found.\n' });
    const json = await bench.signedIn(['users', 'list', '--name', 'nobody-at-all', '--json', '--quiet']);
    expect(json).toMatchObject({ code: 0, stdout: '[]\n', stderr: '' });
  });

  it('prints the same rows as a table, JSON, NDJSON and CSV', async () => {
    const args = ['users', 'list', '--limit', '4', '--sort-by', 'email', '--sort-order', 'asc'];
    const [table, json, ndjson, csv] = await Promise.all(
      [[], ['--json'], ['--output', 'ndjson'], ['--output', 'csv']].map((format) =>
        bench.signedIn([...args, ...format]),
      ),
    );
    const rows = JSON.parse(json?.stdout ?? '') as { email: string }[];
    expect(
      ndjson?.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(rows);
    const lines = csv?.stdout.split('\r\n') ?? [];
    expect(lines[0]?.split(',')).toEqual(Object.keys(rows[0] ?? {}));
    expect(lines).toHaveLength(rows.length + 2);
    for (const { email } of rows) expect(table?.stdout).toContain(email);
    expect(table?.stdout).not.toContain('\u001b');
  });

  it('draws the tree of groups, and gives its rows to scripts', async () => {
    const tree = await bench.signedIn(['groups', 'tree']);
    expect(tree.stdout).toMatch(/^\S.*\(1001\)\n├── /);
    const rows = JSON.parse((await bench.signedIn(['groups', 'tree', '--json'])).stdout) as unknown[];
    expect(tree.stdout.trimEnd().split('\n').length).toBe(rows.length);
  });
});
