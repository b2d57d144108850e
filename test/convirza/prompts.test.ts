import { describe, expect, it, onTestFinished } from 'vitest';
import { findPromptByName, type PromptUpload, uploadPrompt } from '../../src/convirza/prompts.ts';
import { type FaultRule, type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import type { CliError } from '../../src/shared/errors.ts';
import { failureOf } from '../shared/folder.ts';
import { closedPort, makeClient, TokenRow } from './peer.ts';

const PATH = '/v3/media-prompts';
const SOUND = Buffer.from('RIFF....WAVEfmt ');

interface Bench {
  sandbox: Sandbox;
  client: ReturnType<typeof makeClient>['client'];
  /** Pauses between attempts at the upload, in milliseconds. */
  pauses: number[];
  doubts: CliError[];
  upload(fields?: Record<string, string>, signal?: AbortSignal): ReturnType<typeof uploadPrompt>;
  /** The methods of all requests so far, in order. */
  methods(): string[];
  stored(name?: string): Record<string, unknown>[];
}

async function startBench(...faults: Omit<FaultRule, 'path'>[]): Promise<Bench> {
  const sandbox = await startSandbox({ faults: faults.map((fault) => ({ path: PATH, ...fault })) });
  onTestFinished(() => sandbox.close());
  const tokens = new TokenRow(sandbox.issueTokens().access_token);
  const { client } = makeClient(sandbox.url, { tokens, retry: { retries: 0 } });
  const pauses: number[] = [];
  const doubts: CliError[] = [];
  return {
    sandbox,
    client,
    pauses,
    doubts,
    upload: (fields = {}, signal) =>
      uploadPrompt(client, prompt(fields), {
        retries: 3,
        pauseMs: 10,
        sleep: async (ms) => {
          pauses.push(ms);
        },
        onDoubt: (error) => doubts.push(error),
        signal,
      }),
    methods: () => sandbox.requests.map(({ method }) => method),
    stored: (name = 'Welcome') => sandbox.state.rows('prompts').filter((row) => row['filename'] === name),
  };
}

function prompt(fields: Record<string, string> = {}): PromptUpload {
  return {
    fields: { message_type: 'prompt', name: 'Welcome', ...fields },
    file: {
      fileName: 'welcome.wav',
      contentType: 'audio/wav',
      bytes: SOUND.length,
      stream: async function* () {
        yield SOUND;
      },
    },
  };
}

describe('an upload without trouble', () => {
  it('is one request; what the service says of it comes back, and the bytes are there', async () => {
    const bench = await startBench();
    const row = await bench.upload({ name: 'Grüße "1"\r\n; 🎧' });
    expect(row).toMatchObject({ media_prompt_id: expect.any(Number), url: expect.stringMatching(/^\//) });
    expect(bench.methods()).toEqual(['POST']);
    expect(bench.stored('Grüße "1"\r\n; 🎧')).toHaveLength(1);
    expect(bench.sandbox.promptBytes(Number(row['media_prompt_id']))).toEqual(SOUND);
    expect(bench.doubts).toEqual([]);
  });

  it.each([
    ['a name that is taken', { name: 'Main Menu' }, 'rejected', 400],
    ['a purpose that the service does not know', { message_type: 'song' }, 'rejected', 400],
    ['an unknown org unit', { org_unit_id: '4711' }, 'not_found', 404],
  ])('%s is refused at once: no doubt, no look-up, no second try', async (_, fields, type, status) => {
    const bench = await startBench();
    const error = await failureOf(() => bench.upload(fields));
    expect(error).toMatchObject({ type, status });
    expect(bench.methods()).toEqual(['POST']);
    expect(bench.doubts).toEqual([]);
  });

  it.each([401, 403, 307, 302])('an answer of %i stored nothing and is no doubt', async (status) => {
    const bench = await startBench({ method: 'POST', status, headers: { location: '/elsewhere' } });
    expect(await failureOf(() => bench.upload())).toMatchObject({ status });
    expect(bench.methods()).toEqual(['POST']);
    expect(bench.doubts).toEqual([]);
  });
});

describe('an upload that took effect although its answer got lost', () => {
  it.each<[string, Omit<FaultRule, 'path'>]>([
    ['the connection broke', { reset: 'after' }],
    ['the answer was cut', { cutAfterBytes: 40 }],
    ['a gateway answered 504', { status: 504, takesEffect: true }],
    ['a gateway answered 502 in HTML', { status: 502, body: '<html>', takesEffect: true }],
    ['the service answered 500', { status: 500, takesEffect: true }],
    ['the answer was 200 with HTML', { status: 200, body: '<html>', takesEffect: true }],
  ])('is found by its name and stored once: %s', async (_, fault) => {
    const bench = await startBench({ method: 'POST', times: 1, ...fault });
    const row = await bench.upload();
    expect(row).toMatchObject({ filename: 'Welcome', media_prompt_id: expect.any(Number) });
    expect(bench.stored()).toEqual([expect.objectContaining({ media_prompt_id: row['media_prompt_id'] })]);
    expect(bench.methods()).toEqual(['POST', 'GET']);
    expect(bench.doubts).toHaveLength(1);
    expect(bench.pauses).toEqual([]);
  });

  it('is found on any page of the list', async () => {
    const bench = await startBench();
    for (let index = 0; index < 205; index++)
      await uploadPrompt(bench.client, prompt({ name: `p${index}` }), {
        retries: 0,
        pauseMs: 0,
        sleep: async () => {},
      });
    const row = await findPromptByName(bench.client, 'p204', undefined);
    expect(row).toMatchObject({ filename: 'p204' });
    expect(await findPromptByName(bench.client, 'P204', undefined)).toBeUndefined();
  });

  it('is found by the name in its own group, not by one of another group', async () => {
    const bench = await startBench({ method: 'POST', times: 1, reset: 'before' });
    // "After Hours" is there already, in group 1002.
    const row = await bench.upload({ name: 'After Hours', org_unit_id: '1001' });
    expect(bench.methods()).toEqual(['POST', 'GET', 'POST']);
    const owners = bench.stored('After Hours').map((stored) => stored['org_unit_id']);
    expect(owners.sort()).toEqual([1001, 1002]);
    expect(row['media_prompt_id']).not.toBe(12347);
  });

  it('is ours when the name is taken after a doubt, though the first look did not see it', async () => {
    const bench = await startBench(
      { method: 'POST', times: 1, reset: 'after' },
      { method: 'GET', times: 1, status: 200, body: '{"data":{"prompts":[],"total":0}}' },
    );
    const row = await bench.upload();
    expect(row).toMatchObject({ filename: 'Welcome' });
    expect(bench.methods()).toEqual(['POST', 'GET', 'POST', 'GET']);
    expect(bench.stored()).toHaveLength(1);
    expect(bench.doubts.map(({ type }) => type)).toEqual(['network', 'rejected']);
  });

  it('that is rejected after a doubt and still not there was rejected', async () => {
    const bench = await startBench(
      { method: 'POST', times: 1, reset: 'before' },
      { method: 'POST', status: 422, body: '{"message":"too quiet"}' },
    );
    const error = await failureOf(() => bench.upload());
    expect(error).toMatchObject({ type: 'rejected', status: 422 });
    expect(bench.methods()).toEqual(['POST', 'GET', 'POST', 'GET']);
    expect(bench.stored()).toEqual([]);
  });
});

describe('an upload that took no effect', () => {
  it.each<[string, Omit<FaultRule, 'path'>]>([
    ['the connection broke', { reset: 'before' }],
    ['the service was away', { status: 503 }],
  ])('is looked for, sent again, and stored once: %s', async (_, fault) => {
    const bench = await startBench({ method: 'POST', times: 2, ...fault });
    const row = await bench.upload();
    expect(row).toMatchObject({ media_prompt_id: expect.any(Number) });
    expect(bench.methods()).toEqual(['POST', 'GET', 'POST', 'GET', 'POST']);
    expect(bench.stored()).toHaveLength(1);
    expect(bench.pauses).toEqual([10, 20]);
  });

  it('ever is the failure itself after the last try', async () => {
    const bench = await startBench({ method: 'POST', status: 500, body: '{"message":"disk full"}' });
    const error = await failureOf(() => bench.upload());
    expect(error).toMatchObject({
      type: 'server',
      status: 500,
      message: 'The service failed: disk full (HTTP 500)',
    });
    expect(bench.methods().filter((method) => method === 'POST')).toHaveLength(4);
    expect(bench.methods().at(-1)).toBe('GET');
    expect(bench.pauses).toEqual([10, 20, 40]);
    expect(bench.stored()).toEqual([]);
  });

  it('since nobody answers at all is no doubt', async () => {
    const { client } = makeClient(`http://127.0.0.1:${await closedPort()}`, { retry: { retries: 0 } });
    const doubts: CliError[] = [];
    const options = {
      retries: 3,
      pauseMs: 10,
      sleep: async () => {},
      onDoubt: (error: CliError) => doubts.push(error),
    };
    expect(await failureOf(() => uploadPrompt(client, prompt(), options))).toMatchObject({
      type: 'network',
      sent: false,
    });
    expect(doubts).toEqual([]);
  });
});

describe('a doubt that cannot be settled', () => {
  it('is said, with the name to look for, and nothing is sent again', async () => {
    const bench = await startBench({ method: 'POST', reset: 'after' }, { method: 'GET', status: 500 });
    const error = await failureOf(() => bench.upload());
    expect(error.type).toBe('network');
    expect(error.message).toContain('whether it was stored could not be found out');
    expect(error.hint).toContain('"Welcome"');
    expect(error.cause).toBe(bench.doubts[0]);
    expect(bench.methods()).toEqual(['POST', 'GET']);
  });

  it('is left when the run is given up', async () => {
    const bench = await startBench({ method: 'POST', status: 500 });
    const stop = new AbortController();
    const reason = new Error('interrupted');
    const options = {
      retries: 3,
      pauseMs: 10,
      sleep: async () => {
        stop.abort(reason);
      },
      signal: stop.signal,
    };
    await expect(uploadPrompt(bench.client, prompt(), options)).rejects.toBe(reason);
    expect(bench.methods()).toEqual(['POST', 'GET']);
  });
});

it('findPromptByName compares both spellings of the name, and skips what is no record', async () => {
  const bench = await startBench({
    method: 'GET',
    status: 200,
    body: JSON.stringify({
      data: {
        items: [null, 'Welcome', 5, { name: 'x' }, { name: 'Welcome', id: 1 }, { filename: 'Bye', id: 2 }],
      },
    }),
  });
  expect(await findPromptByName(bench.client, 'Welcome', undefined)).toEqual({ name: 'Welcome', id: 1 });
  expect(await findPromptByName(bench.client, 'Bye', '1001')).toEqual({ filename: 'Bye', id: 2 });
  expect(await findPromptByName(bench.client, 'none', undefined)).toBeUndefined();
  expect(bench.sandbox.requests.some(({ query }) => query['org_unit_id'] === '1001')).toBe(true);
});
