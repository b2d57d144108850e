/** The program itself against a strict sandbox: whatever it sends is in the documents. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import type { Context } from '../../src/context.ts';
import { commandName, ENDPOINTS, type Endpoint } from '../../src/convirza/catalogue/index.ts';
import { runProgram } from '../../src/program.ts';
import { type Sandbox, startSandbox } from '../../src/sandbox/index.ts';
import { sharedFolder, temporaryFolder } from '../helpers/cli.ts';
import { fakeContext } from '../helpers/context.ts';
import { toneWav } from '../helpers/wav.ts';

const USER = ['--username', 'ann@example.com', '--first-name', 'Ann', '--ct-user-ou-id', '1005'];

/** What a command needs beside an id; a value for every flag that it has, where there may be several. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'auth login': ['--email', 'admin@example.com', '--password-stdin'],
  'users list': [
    ...['--org-unit-id', '1002', '--name', 'a', '--email', '@example', '--role-id', '2'],
    ...[
      '--user-status',
      'active',
      '--sort-by',
      'name',
      '--sort-order',
      'asc',
      '--limit',
      '3',
      '--offset',
      '1',
    ],
  ],
  'users create': [
    ...USER,
    '--role',
    'ReadOnly',
    '--agent-code',
    '7',
    '--score-call',
    '--timezone',
    'America/Boise',
  ],
  'users update': [...USER, '--role-id', '2', '--no-access-audio'],
  'users patch': ['--user-status', 'inactive', '--field', 'agent_ring_to:=null'],
  'groups children': ['--group-name', 'region', '--status', 'active', '--org-unit-id', '1001'],
  'groups tree': ['--no-active'],
  'groups create': [
    '--org-unit-name',
    'New',
    '--org-unit-parent-id',
    '1001',
    '--industry-id',
    '41',
    '--zip',
    '1',
  ],
  'groups update': ['--org-unit-name', 'Other'],
  'groups patch': ['--city', 'Denver', '--timezone', 'America/Denver'],
  'prompts list': ['--org-unit-id', '1001', '--all'],
  'prompts upload': [
    'tone.wav',
    '--message-type',
    'prompt',
    '--org-unit-id',
    '1002',
    '--recording-created-by',
    '101',
  ],
  'numbers order': ['--field', 'phone_number=+18015550100'],
  'numbers release': ['--field', 'phone_number=+18015550108'],
  'calls list': [
    ...['--start', '70d', '--end', 'now', '--all', '--org-unit-id', '1001', '--campaign-id', '301'],
    ...['--disposition', 'NO ANSWER,BUSY', '--disposition', 'FAILED', '--caller-id', '+12085550120'],
    ...['--phone-number', '+18015550114', '--ring-to', '+13035550101', '--provisioned-route-id', '41'],
    ...['--include', 'tags,recordings,transcription'],
  ],
  'sms list': ['--type', 'unassigned', '--search', 'ä?&', '--order', 'asc', '--start', '7d', '--end', '1d'],
};

const IDS: Readonly<Record<string, string>> = {
  users: '120',
  groups: '1005',
  prompts: '12345',
  calls: '98765',
};

/** Contents of the files that examples name. */
const BODIES: Readonly<Record<string, unknown>> = {
  users: { username: 'new@example.com', ct_user_ou_id: 1005 },
  groups: { org_unit_name: 'Newest', timezone: 'America/Denver' },
  numbers: { phone_number: '+18015550108' },
};

const TONE = toneWav(0.1, 8000, 1);

interface Bench {
  sandbox: Sandbox;
  run: (words: readonly string[], input?: string) => Promise<void>;
}

async function bench(folder: string, tone?: Uint8Array): Promise<Bench> {
  if (tone !== undefined) await writeFile(join(folder, 'tone.wav'), tone);
  const sandbox = await startSandbox({ strict: true });
  const { access_token } = sandbox.issueTokens();
  const env = {
    ...sandbox.env,
    CONVIRZA_EMAIL: undefined,
    CONVIRZA_PASSWORD: undefined,
    CONVIRZA_CONFIG_DIR: join(folder, 'config'),
    CONVIRZA_CREDENTIALS_BACKEND: 'file',
  };
  return {
    sandbox,
    run: async (words, input = '') => {
      const stdin = new PassThrough();
      stdin.end(input);
      const base = fakeContext();
      for (const stream of [base.stdout, base.stderr]) stream.resume();
      const token = words[0] === 'auth' && words[1] !== 'profile' ? {} : { CONVIRZA_TOKEN: access_token };
      const own = { env: { ...env, ...token }, cwd: folder, home: folder, now: Date.now, stdin };
      await runProgram({ ...base, ...own } as unknown as Context, words);
    },
  };
}

/** Words of an example, which quotes with `"` alone. */
function wordsOf(example: string): string[] {
  return [...(example.split(' < ', 1)[0]?.matchAll(/(?:"[^"]*"|[^\s"])+/g) ?? [])].map(([word]) =>
    word.replaceAll('"', ''),
  );
}

function idOf(endpoint: Endpoint): string[] {
  return endpoint.path.includes('{id}') ? [IDS[endpoint.family] ?? '41'] : [];
}

function wordsFor(endpoint: Endpoint): string[] {
  const given = WORDS[commandName(endpoint)];
  const body = endpoint.method === 'GET' || endpoint.method === 'DELETE' || endpoint.family === 'auth';
  const yes = endpoint.danger === undefined ? [] : ['--yes'];
  return [
    endpoint.family,
    endpoint.verb,
    ...idOf(endpoint),
    ...(given ?? (body ? [] : ['--field', 'name=x'])),
    ...yes,
  ];
}

describe('every command', () => {
  it.each(ENDPOINTS.map((endpoint) => [commandName(endpoint), endpoint] as const))(
    '%s sends what a strict sandbox takes',
    async (name, endpoint) => {
      const { sandbox, run } = await bench(await temporaryFolder(), TONE);
      onTestFinished(() => sandbox.close());
      if (name === 'auth refresh' || name === 'auth logout')
        await run(['auth', 'login', ...(WORDS['auth login'] ?? [])], sandbox.account.password);
      await run(wordsFor(endpoint), sandbox.account.password);
      const sent = sandbox.requests.filter(({ method, path }) => {
        const wanted = endpoint.path.replace('{id}', idOf(endpoint)[0] ?? '');
        return method === endpoint.method && path.endsWith(wanted);
      });
      expect(sent.length).toBeGreaterThan(0);
      expect(sandbox.requests.map(({ status }) => Number(status)).filter((status) => status >= 300)).toEqual(
        [],
      );
    },
  );
});

it('looks up an upload in doubt with documented parameters alone', async () => {
  const { sandbox, run } = await bench(await temporaryFolder(), TONE);
  onTestFinished(() => sandbox.close());
  sandbox.setFaults([{ endpoint: 'prompts upload', times: 1, status: 504, takesEffect: true }]);
  await run(['prompts', 'upload', ...(WORDS['prompts upload'] ?? [])]);
  expect(sandbox.requests.map(({ method, status }) => `${method} ${status}`)).toEqual([
    'GET 200',
    'POST 504',
    'GET 200',
  ]);
});

describe('every example', async () => {
  const folder = await sharedFolder();
  const { sandbox, run } = await bench(folder);
  afterAll(() => sandbox.close());
  // Those of uploads are about files; the form that they send is the one above.
  const examples = ENDPOINTS.filter(({ family, verb }) => family !== 'auth' && verb !== 'upload').flatMap(
    ({ family, examples: lines }) => lines.map((line) => [line, family] as const),
  );

  it.each(examples)('"%s" is never refused for its form', async (line, family) => {
    const words = wordsOf(line);
    const file = words.find((word) => word.startsWith('@') && word.endsWith('.json'));
    if (file !== undefined) {
      await writeFile(join(folder, file.slice(1)), JSON.stringify(BODIES[family] ?? { name: 'x' }));
    }
    const asks = !words.includes('--yes') && /delete|order|release/.test(words[1] ?? '');
    const before = sandbox.requests.length;
    const failure = await run([...words, ...(asks ? ['--yes'] : [])]).then(
      () => '',
      (error: unknown) => String((error as Error).message),
    );
    // What an example names need not be there, or is there already.
    const ofState = /no record with the id|Your own group|is not (available|yours)|is taken/;
    if (failure !== '') expect(failure).toMatch(ofState);
    if (!words.includes('--dry-run')) expect(sandbox.requests.length).toBeGreaterThan(before);
  });
});
