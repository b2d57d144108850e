/** Parameters that several entries share. */
import type { ListShape, Param, PathParam } from './types.ts';

export const LIMIT: Param = {
  name: 'limit',
  type: 'integer',
  min: 1,
  max: 200,
  description: 'rows in one answer, at most 200',
  default: '100, sent by this tool',
};

export const OFFSET: Param = {
  name: 'offset',
  type: 'integer',
  min: 0,
  description: 'rows to skip',
  default: '0',
};

export const PAGE = [LIMIT, OFFSET] as const;

/** A list whose paging and key nobody documented: `limit` and `offset` are sent by the general convention. */
export const UNDOCUMENTED_LIST: ListShape = { paged: true, maxLimit: 200 };

export const ORG_UNIT: Param = {
  name: 'org_unit_id',
  type: 'integer',
  min: 1,
  description: 'group (org unit) to look in',
  default: 'your own',
};

export function id(description: string): readonly [PathParam] {
  return [{ name: 'id', description }];
}

/** What stands on the page of every command whose fields nobody documented. */
export const UNDOCUMENTED_BODY = 'The fields are not documented: give them with --field or --data.';

/** The notes of a PATCH beside its PUT. */
export const PATCH_NOTE = 'Changes only the fields that are given; update replaces the whole record.';
