import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { FIXTURE_FAMILIES } from '../../src/sandbox/fixture-rules.ts';
import { loadFixtures, readFixtures } from '../../src/sandbox/fixtures.ts';
import { type SandboxOptions, startSandbox } from '../../src/sandbox/index.ts';
import { failureOf, testFolder } from '../shared/folder.ts';
import { client, login, rows } from './http-client.ts';

async function start(options: SandboxOptions = {}) {
  const sandbox = await startSandbox(options);
  onTestFinished(() => sandbox.close());
  return sandbox;
}

function fixtures(value: unknown) {
  const read = readFixtures(value);
  expect(read.problems).toEqual([]);
  return read.fixtures;
}

describe('rows to begin with', () => {
  it('take the place of the sample rows of their families, ids kept, and come back with a reset', async () => {
    const sandbox = await start({
      fixtures: fixtures({
        tags: [{ id: 7, name: 'Mine', shape: 'round' }, { name: 'Other' }],
        users: [
          { ct_user_id: 500, email: 'zoe@example.com', role: 'Admin', group_org_unit_id: 1002, note: 'x' },
        ],
        prompts: [{ media_prompt_id: 9, filename: 'Hello', message_type: 'prompt' }],
        numbers: [{ id: 3, phone_number: '+18015550199' }],
      }),
    });
    const check = async () => {
      const admin = client(sandbox);
      expect(rows(await admin.get('/tag'), 'tags')).toMatchObject([
        { id: 7, name: 'Mine', shape: 'round', status: 'active' },
        { id: 8, name: 'Other' },
      ]);
      expect((await admin.get('/users/500')).data).toMatchObject({
        email: 'zoe@example.com',
        role: 'Admin',
        group: 'North Region',
        note: 'x',
      });
    };
    await check();
    expect(sandbox.state.rows('users').map((row) => row['email'])).toEqual([
      'admin@example.com',
      'readonly@example.com',
      'zoe@example.com',
    ]);
    expect(sandbox.state.rows('prompts')).toMatchObject([{ media_prompt_id: 9, org_unit_id: 1001 }]);
    expect(sandbox.promptBytes(9)?.subarray(0, 4).toString()).toBe('RIFF');
    expect(sandbox.state.rows('agents').length).toBeGreaterThan(0);
    const created = await client(sandbox).send('POST', '/tag', { name: 'New' });
    expect(created.data['id']).toBeGreaterThan(8);
    await client(sandbox).send('DELETE', '/tag/7');
    sandbox.reset();
    await check();
    expect(await login(sandbox, 'zoe@example.com')).not.toBe('undefined');
  });

  it('are what the lists of the API answer, all families at once', async () => {
    const first = await start();
    const given = Object.fromEntries(FIXTURE_FAMILIES.map((family) => [family, first.state.rows(family)]));
    const second = await start({ fixtures: fixtures(JSON.parse(JSON.stringify(given))), seed: 5 });
    for (const family of FIXTURE_FAMILIES) expect(second.state.rows(family), family).toEqual(given[family]);
  });

  it('may bring another hierarchy, and the accounts move into it', async () => {
    const sandbox = await start({
      fixtures: fixtures({
        groups: [
          { org_unit_id: 1, org_unit_name: 'Acme' },
          { org_unit_id: 2, org_unit_name: 'West', org_unit_parent_id: 1 },
        ],
      }),
    });
    const tree = await client(sandbox).get('/groups/tree');
    expect(Object.values(tree.data)[0]).toMatchObject([{ text: 'Acme' }, { text: 'West' }]);
    expect(sandbox.state.rows('users').map((row) => row['group'])).toEqual(['Acme', 'Acme']);
    expect(sandbox.state.rows('prompts')).toEqual([]);
  });

  it('may bring the administrator, whose id another may have too', async () => {
    const own = await start({
      fixtures: fixtures({ users: [{ ct_user_id: 9, email: 'Admin@example.com', role_id: 1 }] }),
    });
    expect(own.state.rows('users').map((row) => row['ct_user_id'])).toEqual([102, 9]);
    expect(await login(own, 'admin@example.com')).not.toBe('undefined');
    const taken = await start({
      fixtures: fixtures({ users: [{ ct_user_id: 101, email: 'a@example.com' }] }),
    });
    expect(taken.state.rows('users').map((row) => row['ct_user_id'])).toEqual([103, 102, 101]);
  });
});

describe('a file of rows', () => {
  async function failure(text: string, name = 'rows.json') {
    const folder = await testFolder();
    await writeFile(join(folder, name), text);
    const { message, hint, exitCode } = await failureOf(() => loadFixtures(name, folder));
    expect(exitCode).toBe(2);
    return `${message} ${hint ?? ''}`;
  }

  it('is JSON or YAML', async () => {
    const folder = await testFolder();
    await writeFile(join(folder, 'rows.yaml'), 'tags:\n  - name: VIP\n');
    expect(await loadFixtures('rows.yaml', folder)).toEqual({ tags: [{ id: 1, name: 'VIP' }] });
  });

  it('tells all its problems at once, each with its line', async () => {
    const said = await failure(
      [
        'users:',
        '  - { ct_user_id: 1, email: no address }',
        '  - { ct_user_id: 1, email: a@example.com, role: Boss }',
        '  - first_name: Ann',
        '  - { email: b@example.com, group_org_unit_id: 77 }',
        '  - { email: B@example.com }',
        '  - 7',
        'tag: []',
        'calls: []',
        'groups: {}',
        'tags:',
        '  - { id: -1 }',
        'numbers: [{ phone_number: "555" }]',
        'prompts: [{ filename: x, message_type: song, url: /etc/passwd }]',
      ].join('\n'),
      'rows.yaml',
    );
    expect(said).toContain('"rows.yaml" has 14 problems.');
    for (const line of [
      'line 2: users[0].email must be an email address',
      'line 3: users[1].role must be one of: Admin, Standard, Standard User, ReadOnly',
      'line 3: users[1].ct_user_id is that of users[0]',
      'line 4: users[2].email is missing',
      'line 5: users[3].group_org_unit_id is no group of the sample data; give groups too',
      'line 6: users[4].email is that of users[3]',
      'line 7: users[5] must be an object with fields',
      'line 8: tag is not known; did you mean tags?',
      'line 9: calls cannot be given: they are made from the seed (--seed)',
      'line 10: groups must be a list',
      'line 12: tags[0].id must be a whole number above 0',
      'line 13: numbers[0].phone_number must be a number such as +18015550100',
      'line 14: prompts[0].message_type must be one of:',
      'line 14: prompts[0].url must be a path such as',
    ])
      expect(said).toContain(line);
  });

  it.each([
    ['[]', 'the document must be an object'],
    ['{"groups": []}', 'groups needs one without org_unit_parent_id: the account'],
    [
      '{"groups": [{"org_unit_id": 1, "org_unit_name": "A", "org_unit_parent_id": 9}]}',
      'is no group of this file',
    ],
    [
      '{"groups": [{"org_unit_id": 3, "org_unit_name": "R"}, {"org_unit_id": 1, "org_unit_name": "A", "org_unit_parent_id": 2}, {"org_unit_id": 2, "org_unit_name": "B", "org_unit_parent_id": 1}]}',
      'makes the group stand below itself',
    ],
    ['{"__proto__": []}', '__proto__ is not known'],
    ['{"users": [', 'line 1'],
  ])('is refused: %s', async (text, expected) => {
    expect(await failure(text)).toContain(expected);
  });
});
