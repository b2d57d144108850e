import { describe, expect, it } from 'vitest';
import { createdId, idOf } from '../../src/convirza/ids.ts';

const users = { family: 'users', idKey: 'ct_user_id' };
const groups = { family: 'groups', idKey: 'org_unit_id' };
const prompts = { family: 'prompts', idKey: 'media_prompt_id' };
const tags = { family: 'tags' };

describe('the id of what was created', () => {
  it.each([
    [users, { userId: 7 }, 7],
    [users, { org_unit_id: 1001, success: true, ct_user_id: 777 }, 777],
    [users, { user_id: 12, ct_user_id: 777 }, 777],
    [users, { 'CT-User-ID': '0777' }, '0777'],
    [groups, { orgUnitId: 2001 }, 2001],
    [groups, { org_unit_parent_id: 1, top_ou_id: 1, billing_id: 1, org_unit_id: 2001 }, 2001],
    [prompts, { media_prompt_id: 12345, org_unit_id: 1 }, 12345],
    [tags, { id: 3 }, 3],
    [tags, { tag_id: 4, id: 9 }, 4],
    [users, [{ ct_user_id: 777 }], 777],
    [users, { user: { ct_user_id: 777 } }, 777],
    [users, { users: [{ ct_user_id: 777 }] }, 777],
    [tags, { tag: { id: 5 }, owner: { id: 1 } }, 5],
    [tags, { result: { id: 5 } }, 5],
  ])('is taken from %j %j', (endpoint, data, id) => expect(createdId(data, endpoint)).toBe(id));

  it.each([
    [tags, { request_id: 'req-xyz' }],
    [tags, { requestId: 'rq-1' }],
    [tags, { parent_id: 3, owner_id: 4, account_id: 5 }],
    [tags, { owner: { id: 3 }, created_by: { id: 9 } }],
    [tags, [{ id: 1 }, { id: 2 }]],
    [tags, { id: null }],
    [tags, { id: ' ' }],
    [tags, null],
    [tags, 17],
  ])('is not guessed from %j %j', (endpoint, data) => expect(createdId(data, endpoint)).toBeUndefined());
});

describe('the id of a row', () => {
  it.each([
    [users, { id: 1, ctUserId: 2 }, 2],
    [tags, { id: '17' }, '17'],
    [{ family: 'routes' }, { provisioned_route_id: 5, org_unit_id: 6 }, 5],
    [tags, { name: 'x' }, undefined],
  ])('is taken from %j %j', (endpoint, row, id) => expect(idOf(row, endpoint)).toBe(id));
});
