import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BodyFlag, buildBody } from '../../src/commands/body.ts';
import type { Invocation } from '../../src/commands/invocation.ts';
import type { JsonObject } from '../../src/shared/json.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convirza-body-'));
  await writeFile(join(folder, 'note.txt'), 'line one\nline "two"\n');
  await writeFile(join(folder, 'body.json'), '\ufeff{"name":"Ada","age":36}');
  await writeFile(join(folder, 'broken.json'), '{"name":');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** As much of an invocation as bodies need: a folder and standard input. */
function invocation(stdin?: string): Invocation {
  const stream = Readable.from(stdin === undefined ? [] : [Buffer.from(stdin)]);
  return {
    ctx: { cwd: folder, stdin: stream, stdinIsTerminal: stdin === undefined },
  } as unknown as Invocation;
}

const field = (text: string): BodyFlag => ({ kind: 'field', text });
const data = (text: string): BodyFlag => ({ kind: 'data', text });
const typed = (name: string, value: unknown): BodyFlag => ({
  kind: 'typed',
  param: { name, type: 'string', description: '' },
  value,
});
const build = (...flags: BodyFlag[]) => buildBody(invocation(), flags);

describe('a body', () => {
  it('is none without flags', async () => {
    expect(await build()).toBeUndefined();
    expect(await build(data('{}'))).toEqual({});
  });

  it('has the fields in the order of the command line, the later ones winning', async () => {
    expect(await build(typed('name', 'a'), field('name=b'), data('{"name":"c","x":1}'))).toEqual({
      name: 'c',
      x: 1,
    });
    expect(await build(data('{"name":"c","x":1}'), field('x:=2'), typed('name', 'a'))).toEqual({
      name: 'a',
      x: 2,
    });
    expect(await build(typed('on', true), typed('on', false))).toEqual({ on: false });
    const body = await build(field('b=1'), data('{"a":2}'), typed('c', 3));
    expect(Object.keys(body ?? {})).toEqual(['b', 'a', 'c']);
  });

  it('keeps the names of typed fields as the service spells them', async () => {
    expect(await build(typed('org_unit_id', 7))).toEqual({ org_unit_id: 7 });
  });
});

describe('--field', () => {
  it.each<[string, JsonObject]>([
    ['name=text', { name: 'text' }],
    ['name=', { name: '' }],
    ['name=a=b:=c', { name: 'a=b:=c' }],
    ['name=7', { name: '7' }],
    ['name=two\nlines', { name: 'two\nlines' }],
    ['name:=7', { name: 7 }],
    ['name:=null', { name: null }],
    ['name:= [1, "a", {"b": true}]', { name: [1, 'a', { b: true }] }],
    ['name:="@text"', { name: '@text' }],
    ['a.b-c_d=1', { 'a.b-c_d': '1' }],
    ['name=@note.txt', { name: 'line one\nline "two"\n' }],
  ])('%j', async (text, body) => {
    expect(await build(field(text))).toEqual(body);
  });

  it.each([
    '',
    'name',
    '=x',
    ':=1',
    'a:b=c',
    '__proto__=x',
    '__proto__:={"a":1}',
    'constructor=x',
    'prototype=x',
  ])('%j is not of the form name=value', async (text) => {
    await expect(build(field(text))).rejects.toMatchObject({
      type: 'usage',
      message: `--field ${JSON.stringify(text)} is not of the form name=value`,
      hint: expect.stringContaining(':='),
    });
  });

  it.each(['name:=', 'name:=text', 'name:={a:1}', "name:='x'"])('%j is not JSON', async (text) => {
    await expect(build(field(text))).rejects.toMatchObject({
      type: 'usage',
      message: expect.stringContaining('is not JSON'),
      hint: `For text use name=${text.slice('name:='.length)}.`,
    });
  });

  it('names a file that cannot be read', async () => {
    await expect(build(field('name=@gone.txt'))).rejects.toMatchObject({
      type: 'usage',
      message: 'gone.txt cannot be read: there is no such file',
    });
    await expect(build(field('name=@.'))).rejects.toMatchObject({
      type: 'usage',
      message: '. cannot be read: it is a folder',
    });
  });
});

describe('--data', () => {
  it('is an object, a file, or standard input', async () => {
    expect(await build(data('{"a":[1]}'))).toEqual({ a: [1] });
    expect(await build(data('@body.json'))).toEqual({ name: 'Ada', age: 36 });
    expect(await buildBody(invocation('\ufeff{"a":"ä"}'), [data('-')])).toEqual({ a: 'ä' });
  });

  it.each([
    ['{', '--data is not JSON'],
    ['', '--data is not JSON'],
    ['a=b', '--data is not JSON'],
    ['@broken.json', '--data is not JSON (broken.json)'],
    ['@gone.json', 'gone.json cannot be read: there is no such file'],
    ['[]', '--data must be a JSON object: {"name":"value"}'],
    ['null', '--data must be a JSON object: {"name":"value"}'],
    ['"text"', '--data must be a JSON object: {"name":"value"}'],
  ])('%j: %s', async (text, message) => {
    await expect(build(data(text))).rejects.toMatchObject({ type: 'usage', message });
  });

  it('is not asked for at a terminal', async () => {
    await expect(build(data('-'))).rejects.toMatchObject({
      type: 'usage',
      message: expect.stringContaining('that is a terminal'),
    });
  });

  it('cannot reach a prototype', async () => {
    await expect(build(data('{"__proto__":{"polluted":1}}'))).rejects.toMatchObject({ type: 'usage' });
    const body = await build(data('{"constructor":{"prototype":{"p":1}},"a":1}'));
    expect(({} as JsonObject)['p']).toBeUndefined();
    expect(Object.keys(body ?? {})).toEqual(['constructor', 'a']);
    expect(body?.['a']).toBe(1);
  });
});
