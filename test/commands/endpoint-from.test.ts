import { describe, expect, it } from 'vitest';
import { readManifest } from '../../src/bulk/manifest.ts';
import { type PlanOptions, planRequests } from '../../src/commands/endpoint-from-plan.ts';
import { fieldValue } from '../../src/commands/endpoint-from-value.ts';
import { ENDPOINTS } from '../../src/convirza/catalogue/index.ts';

function plan(command: string, text: string, options: Partial<PlanOptions> = {}) {
  const endpoint = ENDPOINTS.find(({ family, verb }) => `${family} ${verb}` === command);
  if (endpoint === undefined) throw new Error(`no ${command}`);
  const manifest = readManifest(text, { known: ['id', 'username', 'name'] });
  return planRequests(endpoint, manifest, { defaults: undefined, allColumns: false, now: 0, ...options });
}

describe('the plan of --from', () => {
  it('checks documented fields as their flags, and keeps the types of JSON', () => {
    const csv = plan('users create', 'username,role,ct_user_ou_id,access_audio\na@x.com,admin,1001,Yes\n');
    expect(csv.problems).toEqual([]);
    expect(csv.requests[0]?.body).toEqual({
      username: 'a@x.com',
      role: 'Admin',
      ct_user_ou_id: 1001,
      access_audio: true,
    });
    const json = plan('users create', '[{"username":"a@x.com","ct_user_ou_id":7,"user_ext_id":null}]');
    expect(json.requests[0]?.body).toEqual({ username: 'a@x.com', ct_user_ou_id: 7, user_ext_id: null });
  });

  it('finds the id by the name of the path, by the key of the list, and by what is told', () => {
    expect(plan('users delete', '5\n6\n').requests.map(({ path }) => path)).toEqual([
      { id: '5' },
      { id: '6' },
    ]);
    expect(plan('users delete', '[{"ct_user_id":5}]').requests[0]?.path).toEqual({ id: '5' });
    const told = plan('tags delete', 'tag,x\n5,y\n', { idColumn: 'tag' });
    expect(told.requests[0]?.path).toEqual({ id: '5' });
    expect(told.leftOut).toEqual(['x']);
  });

  it('lets the row win over the defaults of the command line', () => {
    const { requests } = plan('users patch', 'id,role\n1,Admin\n2,\n', { defaults: { role: 'Standard' } });
    expect(requests.map(({ body }) => body)).toEqual([{ role: 'Admin' }, { role: 'Standard' }]);
  });

  it('leaves out what the endpoint does not name, unless it is told to send it, or it is JSON', () => {
    const text = 'username,shoe_size,meta:=\na@x.com,44,"{""a"":[1]}"\n';
    const narrow = plan('users create', text);
    expect(narrow.leftOut).toEqual(['shoe_size']);
    expect(narrow.requests[0]?.body).toEqual({ username: 'a@x.com', meta: { a: [1] } });
    const wide = plan('users create', text, { allColumns: true });
    expect(wide.leftOut).toEqual([]);
    expect(wide.requests[0]?.body).toMatchObject({ shoe_size: '44' });
  });

  it('sends every column where no field is documented', () => {
    const { requests, leftOut } = plan('tags create', 'name,colour\nred,#f00\n');
    expect(requests[0]?.body).toEqual({ name: 'red', colour: '#f00' });
    expect(leftOut).toEqual([]);
  });

  it('takes the row of a list back as it came', () => {
    const row = {
      ct_user_id: 9,
      first_name: 'A',
      role: 'Standard User',
      access_audio: 'No',
      status: 'active',
    };
    const { requests, problems } = plan('users patch', JSON.stringify([row]));
    expect(problems).toEqual([]);
    expect(requests[0]).toMatchObject({
      path: { id: '9' },
      body: { first_name: 'A', role: 'Standard', access_audio: false },
    });
  });

  it('finds every problem of every row, with its line', () => {
    const text = 'id,role,ct_user_ou_id,x:=\n1,Boss,zero,{\n,Admin,,\n3,,,\n3,Admin,,\n..,Admin,,\n';
    const { problems, requests } = plan('users patch', text);
    expect(requests).toEqual([]);
    expect(problems).toEqual([
      { number: 2, message: 'role "Boss": it must be one of: Admin, Standard, ReadOnly' },
      { number: 2, message: 'ct_user_ou_id "zero": it must be a whole number' },
      { number: 2, message: 'x:= "{": it is not JSON' },
      { number: 3, message: 'it has no id or ct_user_id' },
      { number: 4, message: 'it has nothing to send' },
      { number: 5, message: '"3" stands on line 4 too' },
      { number: 6, message: expect.stringMatching(/\.\./) },
    ]);
  });

  it('refuses what would reach into a prototype', () => {
    expect(plan('tags create', '[{"constructor":1}]').problems).toHaveLength(1);
  });

  it('names a record by its id, by what no other shares, or by its content', () => {
    expect(plan('users patch', 'id,role\n7,Admin\n').requests[0]?.key).toBe('7');
    const users = plan('users create', 'username\na@x.com\n', { naturalKey: 'username' });
    expect(users.requests[0]).toMatchObject({ key: 'a@x.com', label: 'line 2 (a@x.com)' });
    const [one] = plan('tags create', 'name,x\nred,1\n').requests;
    const [two] = plan('tags create', 'x,name\n1,red\n').requests;
    expect(one?.key).toMatch(/^[0-9a-f]{64}$/);
    expect(two?.key).toBe(one?.key);
    expect(plan('tags create', 'name,x\nred,1\nred,1\n').problems).toEqual([
      { number: 3, message: 'the same stands on line 2 too' },
    ]);
  });

  it('passes over the summary at the end of our own NDJSON', () => {
    const { requests, problems } = plan('users delete', '{"id":1}\n{"summary":{"total":1}}\n');
    expect(problems).toEqual([]);
    expect(requests).toHaveLength(1);
  });
});

describe('a cell', () => {
  const flag = { name: 'a', type: 'boolean', description: '' } as const;

  it.each([
    ['yes', true],
    ['FALSE', false],
    ['0', false],
    [true, true],
    [null, null],
  ])('%j is %j', (cell, value) => {
    expect(fieldValue(flag, cell, 0)).toBe(value);
  });

  it.each(['maybe', '', {}, []])('%j is no truth', (cell) => {
    expect(() => fieldValue(flag, cell, 0)).toThrow();
  });
});
