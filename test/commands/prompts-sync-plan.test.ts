import { describe, expect, it } from 'vitest';
import type { ListedPrompt } from '../../src/commands/prompt-rows.ts';
import {
  planSync,
  type SyncScope,
  settlePending,
  temporaryPromptName,
} from '../../src/commands/prompts-sync-plan.ts';
import { keyText, parseKey, type SyncKey, type SyncState } from '../../src/commands/prompts-sync-state.ts';

const A = 'a'.repeat(64);
const B = 'b'.repeat(64);
const SCOPE: SyncScope = {
  orgUnitId: '7',
  messageType: 'prompt',
  deletes: false,
  replaces: false,
  invalid: new Set(),
};

const file = (name: string, sha256 = A) => ({ name, shown: `${name}.wav`, sha256 });
const prompt = (id: string, name: string, more: Partial<ListedPrompt> = {}): ListedPrompt => ({
  id,
  name,
  url: undefined,
  messageType: 'prompt',
  orgUnitId: '7',
  ...more,
});
const known = (...entries: [name: string, id: string, sha256: string][]): SyncState => ({
  uploaded: new Map(entries.map(([name, mediaPromptId, sha256]) => [name, { sha256, mediaPromptId }])),
  pending: new Map(),
});

function plan(
  files: ReturnType<typeof file>[],
  listed: ListedPrompt[],
  state: SyncState,
  scope: Partial<SyncScope> = {},
): string[] {
  const { steps, left, unchanged } = planSync(files, listed, state, { ...SCOPE, ...scope });
  const done = [...steps, ...left].map(({ action, name }) => `${action} ${name}`);
  return unchanged === 0 ? done : [...done, `${unchanged} unchanged`];
}

describe('planSync', () => {
  it('tells new, unchanged and changed files apart', () => {
    const listed = [prompt('1', 'same'), prompt('2', 'other')];
    const state = known(['same', '1', A], ['other', '2', B], ['lost', '3', A]);
    expect(plan([file('same'), file('other'), file('new'), file('lost')], listed, state)).toEqual([
      'replace other',
      'upload new',
      'upload lost',
      '1 unchanged',
    ]);
  });

  it('leaves alone what nobody can tell, and what is of another type even with --replace', () => {
    const listed = [prompt('1', 'x'), prompt('9', 'y'), prompt('3', 'z', { messageType: 'survey' })];
    const state = known(['y', '2', A]);
    const files = [file('x'), file('y'), file('z')];
    expect(plan(files, listed, state)).toEqual(['leave x', 'leave y', 'leave z']);
    expect(plan(files, listed, state, { replaces: true })).toEqual(['replace x', 'replace y', 'leave z']);
  });

  it('deletes only what says that it is meant, or was uploaded from here', () => {
    const listed = [
      prompt('1', 'gone'),
      prompt('2', 'of another group', { orgUnitId: '8' }),
      prompt('3', 'of another type', { messageType: 'whisper' }),
      prompt('4', 'silent', { orgUnitId: undefined, messageType: undefined }),
      prompt('5', 'silent, ours', { orgUnitId: undefined, messageType: undefined }),
      prompt('6', 'ours, of another type now', { messageType: 'survey' }),
      prompt('7', 'broken'),
    ];
    const state = known(['silent, ours', '5', A], ['ours, of another type now', '6', A]);
    const scope = { deletes: true, invalid: new Set(['broken']) };
    expect(plan([], listed, state, scope)).toEqual(['delete gone', 'delete silent, ours', 'leave silent']);
    expect(plan([], listed, state)).toEqual([]);
  });

  it('finds what an interrupted run left under a temporary name', () => {
    const left = prompt('8', temporaryPromptName('menu', B));
    expect(plan([file('menu')], [prompt('1', 'menu'), left], known(['menu', '1', A]))).toEqual(['tidy menu']);
    const { steps } = planSync([file('menu', B)], [left], known(['menu', '1', A]), SCOPE);
    expect(steps).toMatchObject([{ action: 'upload', oldId: undefined, temporary: [{ id: '8' }] }]);
    expect(plan([file('other')], [left], known(), { deletes: true })).toEqual([
      'upload other',
      `delete ${left.name}`,
    ]);
  });

  it('a file that is named like a temporary prompt is a file like any other', () => {
    const name = temporaryPromptName('menu', A);
    expect(plan([file(name)], [prompt('1', name)], known([name, '1', A]))).toEqual(['1 unchanged']);
  });
});

describe('settlePending', () => {
  const state = (oldId: string | undefined): SyncState => ({
    uploaded: oldId === undefined ? new Map() : new Map([['menu', { sha256: A, mediaPromptId: oldId }]]),
    pending: new Map([['menu', { sha256: B, oldId }]]),
  });

  it('takes a prompt for ours when the name has another one than before', () => {
    for (const oldId of [undefined, '1']) {
      const found = state(oldId);
      settlePending(found, [prompt('2', 'menu')]);
      expect(found.uploaded.get('menu')).toEqual({ sha256: B, mediaPromptId: '2' });
      expect(found.pending.size).toBe(0);
    }
  });

  it('keeps what it knows of the old one, and waits for one that may yet arrive', () => {
    const same = state('1');
    settlePending(same, [prompt('1', 'menu')]);
    expect(same.uploaded.get('menu')).toEqual({ sha256: A, mediaPromptId: '1' });
    const missing = state(undefined);
    settlePending(missing, []);
    expect(missing.pending.size).toBe(1);
    expect(missing.uploaded.size).toBe(0);
  });
});

describe('keys of the journal', () => {
  it.each<SyncKey>([
    { kind: 'put', name: 'a - b\nc', oldId: undefined },
    { kind: 'put', name: '12 x', oldId: '12' },
    { kind: 'delete', name: 'put 1 x', id: '9' },
    { kind: 'tidy', name: '' },
  ])('%j can be read again', (key) => {
    expect(parseKey(keyText(key))).toEqual(key);
  });
});
