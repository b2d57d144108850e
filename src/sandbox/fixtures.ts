/** Rows to begin with, from a file: `{users: […], tags: […]}`, each in the shape of the API's own lists. */
import { isObject } from '../shared/json.ts';
import { closest } from '../shared/similar.ts';
import { ADMIN_EMAIL, READ_ONLY_EMAIL } from './accounts.ts';
import { dataFileError, readDataFile } from './data-file.ts';
import { storedGroup, storedNumber, storedPrompt, storedUser } from './fixture-rows.ts';
import { checkId, FIXTURE_FAMILIES, familyRule, GENERATED } from './fixture-rules.ts';
import { seededStore } from './seed/index.ts';
import type { Row, Store } from './store.ts';
import { type Path, type Problem, pathText } from './voice/schema.ts';

/** Checked rows by family, each with its id. */
export type Fixtures = Readonly<Record<string, readonly Row[]>>;

const FILE = { kind: 'file of fixtures', maxBytes: 64_000_000 };

/**
 * Reads a file of fixtures, JSON or YAML.
 *
 * @param path as messages shall name it
 * @param cwd what a relative `path` counts from
 * @throws CliError `usage` that tells of every problem, with its line and field
 */
export async function loadFixtures(path: string, cwd: string): Promise<Fixtures> {
  const file = await readDataFile(path, cwd, FILE);
  const { fixtures, problems } = readFixtures(file.value);
  if (problems.length > 0)
    throw dataFileError(
      path,
      problems.map((problem) => ({
        line: file.lineOf(problem.path),
        text: `${problem.path.length === 0 ? 'the document' : pathText(problem.path)} ${problem.message}`,
      })),
    );
  return fixtures;
}

/** Checks the rows of a document; with problems the rows are of no use. */
export function readFixtures(value: unknown): { fixtures: Fixtures; problems: Problem[] } {
  const problems: Problem[] = [];
  if (!isObject(value)) {
    problems.push({ path: [], message: 'must be an object with a list for each family' });
    return { fixtures: {}, problems };
  }
  const fixtures: Record<string, Row[]> = {};
  for (const [family, rows] of Object.entries(value)) {
    if (GENERATED.includes(family))
      problems.push({ path: [family], message: 'cannot be given: they are made from the seed (--seed)' });
    else if (!FIXTURE_FAMILIES.some((known) => known === family)) {
      const near = closest(family, FIXTURE_FAMILIES);
      const known =
        near === undefined ? `the families are ${FIXTURE_FAMILIES.join(', ')}` : `did you mean ${near}?`;
      problems.push({ path: [family], message: `is not known; ${known}` });
    } else if (!Array.isArray(rows)) problems.push({ path: [family], message: 'must be a list' });
    else fixtures[family] = readRows(family, rows, problems);
  }
  checkReferences(fixtures, problems);
  return { fixtures, problems };
}

/** The rows of a family; one without an id gets the next above all others. */
function readRows(family: string, rows: readonly unknown[], problems: Problem[]): Row[] {
  const { id, required, fields, unique } = familyRule(family);
  const ids = new Map<unknown, number>();
  const names = new Map<string, number>();
  const result: Row[] = [];
  for (const [index, row] of rows.entries()) {
    const path: Path = [family, index];
    if (!isObject(row)) {
      problems.push({ path, message: 'must be an object with fields' });
      continue;
    }
    const found = rowProblems(row, { ...fields, [id]: checkId }, required);
    for (const { name, message } of found) problems.push({ path: [...path, name], message });
    const given = row[id] ?? undefined;
    if (given !== undefined) {
      const first = ids.get(given);
      if (first === undefined) ids.set(given, index);
      else problems.push({ path: [...path, id], message: `is that of ${family}[${first}]` });
    }
    const name = found.length > 0 || row['status'] === 'deleted' ? undefined : unique?.of(row);
    if (name !== undefined && unique !== undefined) {
      const first = names.get(name);
      if (first === undefined) names.set(name, index);
      else problems.push({ path: [...path, unique.field], message: `is that of ${family}[${first}]` });
    }
    result.push(row);
  }
  const highest = Math.max(0, ...[...ids.keys()].filter(Number.isSafeInteger).map(Number));
  let next = highest + 1;
  return result.map((row) => ({ ...row, [id]: row[id] ?? next++ }));
}

function rowProblems(
  row: Row,
  fields: Readonly<Record<string, (value: unknown) => string | undefined>>,
  required: readonly (readonly string[])[],
): { name: string; message: string }[] {
  const found: { name: string; message: string }[] = [];
  for (const [name, value] of Object.entries(row)) {
    const message = Object.hasOwn(fields, name) && value !== undefined ? fields[name]?.(value) : undefined;
    if (message !== undefined) found.push({ name, message });
  }
  for (const names of required)
    if (names.every((name) => (row[name] ?? undefined) === undefined))
      found.push({ name: String(names[0]), message: 'is missing' });
  return found;
}

/** The fields that name a group, by family. */
const GROUP_FIELDS: Readonly<Record<string, readonly string[]>> = {
  users: ['group_org_unit_id', 'ct_user_ou_id'],
  prompts: ['org_unit_id'],
  numbers: ['org_unit_id'],
};

function checkReferences(fixtures: Fixtures, problems: Problem[]): void {
  const { groups } = fixtures;
  const known = new Set(groups?.map((row) => row['org_unit_id']) ?? sampleGroups());
  const wrong =
    groups === undefined ? 'is no group of the sample data; give groups too' : 'is no group of this file';
  if (groups !== undefined) checkTree(groups, problems);
  for (const [family, names] of Object.entries(GROUP_FIELDS))
    for (const [index, row] of (fixtures[family] ?? []).entries())
      for (const name of names)
        if (Number.isSafeInteger(row[name]) && !known.has(row[name]))
          problems.push({ path: [family, index, name], message: wrong });
}

/** Their ids are those of every seed. */
function sampleGroups(): number[] {
  return seededStore(1, 0)
    .groups.all()
    .map((group) => group.org_unit_id);
}

function checkTree(groups: readonly Row[], problems: Problem[]): void {
  const parents = new Map(groups.map((row) => [row['org_unit_id'], row['org_unit_parent_id'] ?? null]));
  if (![...parents.values()].includes(null))
    problems.push({ path: ['groups'], message: 'needs one without org_unit_parent_id: the account' });
  for (const [index, row] of groups.entries()) {
    const path = ['groups', index, 'org_unit_parent_id'];
    const parent = row['org_unit_parent_id'] ?? null;
    if (Number.isSafeInteger(parent) && !parents.has(parent))
      problems.push({ path, message: 'is no group of this file' });
    if (closes(row['org_unit_id'], parents))
      problems.push({ path, message: 'makes the group stand below itself' });
  }
}

/** Whether the way up from a group comes back to it. */
function closes(start: unknown, parents: ReadonlyMap<unknown, unknown>): boolean {
  const seen = new Set<unknown>();
  for (let at = parents.get(start) ?? null; at !== null && !seen.has(at); at = parents.get(at) ?? null) {
    if (at === start) return true;
    seen.add(at);
  }
  return false;
}

const ACCOUNTS: ReadonlySet<string> = new Set([ADMIN_EMAIL, READ_ONLY_EMAIL]);

/**
 * Puts the rows of the fixtures in the place of the sample rows of their families. The two accounts that one signs in
 * with stay, unless a row has their address. Where groups are given, sample rows of groups that are gone go with them.
 *
 * @param now milliseconds since 1970, for times that a row does not name
 */
export function applyFixtures(store: Store, fixtures: Fixtures, now: number): void {
  const { groups, users, prompts, numbers, ...others } = fixtures;
  if (groups !== undefined) {
    const rows = groups.map((row) => storedGroup(row, now));
    store.groups.replace(rows.map((group) => [group.org_unit_id, group]));
    dropStrays(store);
  }
  if (users !== undefined) replaceUsers(store, users, now);
  if (prompts !== undefined)
    store.prompts.replace(
      prompts
        .map((row) => storedPrompt(row, rootOf(store), now))
        .map((prompt) => [prompt.media_prompt_id, prompt]),
    );
  if (numbers !== undefined)
    store.numbers.replace(numbers.map(storedNumber).map((number) => [number.id, number]));
  for (const [family, rows] of Object.entries(others)) {
    const stamp = new Date(now).toISOString();
    const times = family === 'industries' ? {} : { created: stamp, modified: stamp };
    const status = family === 'industries' ? {} : { status: 'active' };
    store
      .collection(family)
      .replace(
        rows.map((row) => [Number(row['id']), { id: row['id'], ...status, ...row, ...times, ...kept(row) }]),
      );
  }
}

/** The times that a row names itself. */
function kept(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).filter(([name]) => name === 'created' || name === 'modified'),
  );
}

/** The first group without a parent. */
function rootOf(store: Store): number {
  return store.groups.all().find((group) => group.org_unit_parent_id === null)?.org_unit_id ?? 1001;
}

/** Takes away sample rows whose group is gone; the accounts move to the root. */
function dropStrays(store: Store): void {
  const root = rootOf(store);
  for (const user of store.users.all()) {
    if (store.groups.get(user.ct_user_ou_id) !== undefined) continue;
    if (ACCOUNTS.has(user.username)) user.ct_user_ou_id = root;
    else store.users.delete(user.ct_user_id);
  }
  for (const prompt of store.prompts.all())
    if (store.groups.get(prompt.org_unit_id) === undefined) store.prompts.delete(prompt.media_prompt_id);
  for (const number of store.numbers.all())
    if (number.org_unit_id !== null && store.groups.get(number.org_unit_id) === undefined)
      store.numbers.delete(number.id);
}

function replaceUsers(store: Store, rows: readonly Row[], now: number): void {
  const users = rows.map((row) => storedUser(row, rootOf(store), now));
  const names = new Set(users.map((user) => user.username.toLowerCase()));
  const taken = new Set(users.map((user) => user.ct_user_id));
  const accounts = store.users.all().filter(({ username }) => ACCOUNTS.has(username) && !names.has(username));
  let free = Math.max(0, ...taken, ...accounts.map((user) => user.ct_user_id)) + 1;
  for (const user of accounts) if (taken.has(user.ct_user_id)) user.ct_user_id = free++;
  store.users.replace([...accounts, ...users].map((user) => [user.ct_user_id, user]));
}
