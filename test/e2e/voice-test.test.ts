import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  ACTIONS,
  EXPECT_FIELDS,
  SCENARIO_FIELDS,
  scenarioSchema,
} from '../../src/commands/voice-test-format.ts';
import {
  type Bench,
  errorLine,
  PROMPTS,
  type Result,
  run,
  startBench,
  temporaryFolder,
} from '../helpers/cli.ts';
import { toneWav } from '../helpers/wav.ts';
import { parseXml } from '../helpers/xml.ts';

const AT_ONCE = { replySpeed: Number.POSITIVE_INFINITY };
const MANUAL = fileURLToPath(new URL('../../docs/voice-test.md', import.meta.url));

/** Puts scenarios into the folder, beside a second of sound. */
async function put(folder: string, scenarios: Record<string, string>): Promise<void> {
  await writeFile(join(folder, 'a.wav'), toneWav(1));
  for (const [name, text] of Object.entries(scenarios)) await writeFile(join(folder, name), text);
}

function test(bench: Bench, args: readonly string[], options = {}): Promise<Result> {
  return bench.anonymous(['voice', 'test', ...args, '--speed', '20'], options);
}

interface Report {
  passed: boolean;
  totals: { scenarios: Record<string, number>; expectations: { passed: number; failed: number } };
  scenarios: {
    name: string;
    run: number;
    status: string;
    connection_ids: string[];
    error: { type: string } | null;
    steps: {
      step: string;
      done: boolean;
      turn: { transcript: string; answer: string; stop_ms: number | null; errors: object[] } | null;
      expectations: { expectation: string; got: string; passed: boolean }[];
    }[];
  }[];
}

const reportOf = (result: Result) => JSON.parse(result.stdout) as Report;

describe('the manual', () => {
  const manual = readFile(MANUAL, 'utf8');

  it('has examples that pass as they are', async () => {
    // An answer that is to be interrupted must still be going on then, on a busy machine too.
    const benches = [await startBench({ voice: AT_ONCE }), await startBench({ voice: { replySpeed: 2 } })];
    const blocks = [...(await manual).matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)];
    expect(blocks.map(([, name]) => name)).toEqual(['greeting.yaml', 'interruption.yaml']);
    const [greeting, interruption] = await Promise.all(
      benches.map(async (bench, index) => {
        const [, name = '', text = ''] = blocks[index] ?? [];
        await writeFile(join(bench.home, name), text);
        await copyFile(join(PROMPTS, 'welcome.wav'), join(bench.home, 'question.wav'));
        await copyFile(join(PROMPTS, 'menu.mp3'), join(bench.home, 'stop.wav'));
        const result = await test(bench, [name]);
        expect(result).toMatchObject({ code: 0, stderr: '' });
        for (const line of result.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
        return result.stdout;
      }),
    );
    expect(greeting).toMatch(/^✓ Greeting \(greeting\.yaml, /);
    expect(greeting).toMatch(/\n1 scenario: 1 passed\. 9 expectations: 9 passed\. \d+\.\d s\.\n$/);
    expect(interruption).toMatch(/\n {4}✓ stops_within at most 5000 ms: \d+ ms\n/);
    expect(interruption).toMatch(/\n1 scenario: 1 passed\. 4 expectations: 4 passed\. /);
  });

  it('explains every key, and no other', async () => {
    const keys = new Set([
      ...Object.keys(SCENARIO_FIELDS),
      ...Object.keys(EXPECT_FIELDS),
      ...Object.values(ACTIONS).flatMap(Object.keys),
    ]);
    const tables = [...(await manual).matchAll(/^\| `([a-z_$]+)` \|/gm)].map(([, key]) => key);
    expect(new Set(tables)).toEqual(keys);
  });
});

describe('voice test', () => {
  it('says what was not as expected, in every report', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    await put(bench.home, {
      'good.yaml': 'steps: [{ say: a.wav, expect: { answer: sandbox } }]',
      'bad.yaml': 'name: <bad> & "worse"\nsteps:\n  - say: a.wav\n    expect:\n      answer: banana\n',
    });
    const result = await test(bench, [
      'good.yaml',
      'bad.yaml',
      '--junit',
      'r.xml',
      '--repeat',
      '2',
      '--concurrency',
      '4',
    ]);
    expect(result.code).toBe(11);
    expect(errorLine(result)).toBe('error: 2 of 4 scenarios did not pass.');
    expect(result.stdout).toMatch(
      /^✓ good \(run 1 of 2\).*\n[\s\S]*\n✓ good \(run 2 of 2\)[\s\S]*\n✗ <bad> & "worse" \(run 1 of 2\)/,
    );
    expect(result.stdout).toMatch(
      / {4}✗ answer: expected contains "banana", got "Thank you, I heard you\..*\(line 5\)/s,
    );
    const root = parseXml(await readFile(join(bench.home, 'r.xml'), 'utf8'));
    expect(root.attributes).toMatchObject({ tests: '8', failures: '2', errors: '0', skipped: '0' });
    expect(root.children.map(({ attributes }) => attributes['name'])).toEqual([
      'good (run 1 of 2)',
      'good (run 2 of 2)',
      '<bad> & "worse" (run 1 of 2)',
      '<bad> & "worse" (run 2 of 2)',
    ]);
  });

  it('does all that a step can', async () => {
    const bench = await startBench({ voice: { replySpeed: 2 } });
    const scenario = {
      defaults: { reply_timeout: '400ms', speed: 20 },
      steps: [
        { expect: { handshake: '1m' } },
        { wait: '50ms' },
        { say: 'a.wav', name: 'first', expect: { first_text: '1m' } },
        {
          interrupt: 'a.wav',
          after: '10ms',
          reply_timeout: '10s',
          expect: { stops_within: '1m', answered: true },
        },
        { settings: { emotion_detection: { enabled: false } } },
        { silence: '50ms' },
        { say: 'a.wav', duration: '20ms', speed: 1, expect: { answered: false, answer: { not: '/./' } } },
        { say: 'a.wav', wait_for_answer: false },
      ],
    };
    await put(bench.home, { 'all.json': JSON.stringify(scenario) });
    const result = await test(bench, ['*.json', '--json']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const [only] = reportOf(result).scenarios;
    expect(only?.steps.map(({ step }) => step)).toEqual([
      'expect',
      'wait 0.05 s',
      'say a.wav (first)',
      'interrupt a.wav',
      'settings',
      'silence 0.05 s',
      'say a.wav',
      'say a.wav',
    ]);
    expect(only?.steps.every(({ done }) => done)).toBe(true);
    expect(only?.steps.map(({ turn }) => turn !== null)).toEqual([
      false,
      false,
      true,
      true,
      false,
      false,
      true,
      true,
    ]);
    expect(only?.steps[3]?.turn?.stop_ms).toBeGreaterThanOrEqual(0);
    expect(only?.connection_ids).toHaveLength(1);
  });

  it('takes a turn without an answer for a failure', async () => {
    const bench = await startBench({ voice: { mute: true } });
    await put(bench.home, {
      'a.yaml': 'steps: [{ say: a.wav, reply_timeout: 200ms }, { interrupt: a.wav, reply_timeout: 200ms }]',
    });
    const result = await test(bench, ['a.yaml']);
    expect(result.code).toBe(11);
    expect(result.stdout).toMatch(/✗ interrupt: expected an answer, got no sound of one \(line 1\)/);
    expect(result.stdout).toMatch(/✗ answered: expected true, got none within 200 ms \(line 1\)/);
  });

  it('meets the error that it expects, even one that ends the session', async () => {
    const bench = await startBench({
      voice: {
        ...AT_ONCE,
        failAfterBytes: { bytes: 20_000, errorCode: 'AUDIO_FORMAT_UNSUPPORTED', close: 1000 },
      },
    });
    await put(bench.home, {
      'a.yaml': 'steps: [{ say: a.wav }, { expect: { error: AUDIO_FORMAT_UNSUPPORTED } }]',
      'b.yaml': 'steps: [{ say: a.wav, expect: { error: AUDIO_FORMAT_UNSUPPORTED } }, { say: a.wav }]',
    });
    const result = await test(bench, ['.', '--json']);
    expect(result.code).toBe(11);
    const [a, b] = reportOf(result).scenarios;
    expect(a).toMatchObject({ status: 'passed', error: null });
    expect(b).toMatchObject({ status: 'error', error: { type: 'rejected' } });
    expect(b?.steps.map(({ done }) => done)).toEqual([false, false]);
  });

  it('goes on after an error that the session survives', async () => {
    const bench = await startBench({
      voice: { ...AT_ONCE, failAfterBytes: { bytes: 20_000, errorCode: 'AUDIO_PROCESSING_FAILED' } },
    });
    await put(bench.home, {
      'a.yaml':
        'steps: [{ say: a.wav, expect: { error: AUDIO_PROCESSING_FAILED, answered: true } }, { say: a.wav, expect: { no_error: true } }]',
    });
    expect(await test(bench, ['a.yaml', '--json'])).toMatchObject({ code: 0 });
  });

  it('runs those that are asked for', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const steps = 'steps: [{ say: a.wav, duration: 200ms }]';
    await put(bench.home, { 'a.yaml': `name: Refund one\n${steps}`, 'b.yaml': `name: Refund two\n${steps}` });
    await mkdir(join(bench.home, 'deep'));
    await put(join(bench.home, 'deep'), { 'c.yml': `name: Greeting\n${steps}` });
    const names = async (...args: string[]) =>
      reportOf(await test(bench, [...args, '--json', '--concurrency', '3'])).scenarios.map(
        ({ name }) => name,
      );
    const [one, two, three] = await Promise.all([
      names('.', '--only', 'refund'),
      names('**/*.y*ml', 'a.yaml', '--only', '*t*o*'),
      names('deep'),
    ]);
    expect(one).toEqual(['Refund one', 'Refund two']);
    expect(two).toEqual(['Refund two']);
    expect(three).toEqual(['Greeting']);
  });

  it('begins nothing more after a failure with --fail-fast', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    const steps = 'steps: [{ say: a.wav, expect: { answer: banana } }]';
    await put(bench.home, { 'a.yaml': steps, 'b.yaml': steps });
    const result = await test(bench, ['.', '--fail-fast', '--json']);
    expect(result.code).toBe(11);
    expect(reportOf(result).scenarios.map(({ status }) => status)).toEqual(['failed', 'not_run']);
  });
});

describe('voice test that cannot run', () => {
  it('because of the key ends with that, and does not try the next', async () => {
    const bench = await startBench();
    await put(bench.home, { 'a.yaml': 'steps: [{ say: a.wav }]', 'b.yaml': 'steps: [{ say: a.wav }]' });
    const result = await test(bench, ['.', '--junit', 'r.xml'], { env: { NEXTEVI_API_KEY: 'oak_wrong' } });
    expect(result.code).toBe(4);
    expect(errorLine(result)).toMatch(/did not accept the credentials/);
    expect(result.stdout).toMatch(/1 could not be run, 1 not run\./);
    expect(parseXml(await readFile(join(bench.home, 'r.xml'), 'utf8')).attributes).toMatchObject({
      errors: '1',
      skipped: '2',
    });
    expect(result.stdout + result.stderr).not.toContain('oak_wrong');
  });

  it('because nothing is there ends with the code of that', async () => {
    const bench = await startBench();
    await put(bench.home, { 'a.yaml': 'steps: [{ say: a.wav }]' });
    const result = await test(bench, ['a.yaml'], { env: { NEXTEVI_URL: 'ws://127.0.0.1:9/ws/voice' } });
    expect(result.code).toBe(9);
  });

  it('is interrupted by Ctrl-C, and reports what was done', async () => {
    const bench = await startBench({ voice: AT_ONCE });
    await put(bench.home, {
      'a.yaml': 'name: one\nsteps: [{ say: a.wav }]',
      'b.yaml': 'name: two\nsteps: [{ wait: 10m }, { say: a.wav }]',
      'c.yaml': 'name: three\nsteps: [{ say: a.wav }]',
    });
    const result = await test(bench, ['.', '--junit', 'r.xml'], {
      onStart: (child: import('node:child_process').ChildProcess) =>
        child.stdout?.once('data', () => child.kill('SIGINT')),
    });
    expect(result).toMatchObject({ code: 130, signal: null });
    expect(result.stdout).toMatch(/^✓ one /);
    expect(result.stdout).toMatch(
      /\n- two \(b\.yaml, \d+ ms\): interrupted\n[\s\S]*\n- three \(c\.yaml\): not run\n/,
    );
    expect(result.stdout).toMatch(/\n3 scenarios: 1 passed, 1 interrupted, 1 not run\./);
    expect(parseXml(await readFile(join(bench.home, 'r.xml'), 'utf8')).attributes).toMatchObject({
      failures: '0',
      errors: '0',
    });
  });
});

describe('voice test with bad files', () => {
  const env = { NEXTEVI_API_KEY: 'oak_x', NEXTEVI_CONFIG_ID: 'c', NEXTEVI_URL: 'ws://127.0.0.1:9/ws/voice' };

  it('tells every problem of every file, and connects to nothing', async () => {
    const home = await temporaryFolder();
    await put(home, {
      'a.yaml': 'steps:\n  - say: nope.wav\n  - say: b.yaml\n  - say: a.wav\n    start: 5s\n',
      'b.yaml': 'stepz: []\n',
    });
    const [plain, json] = await Promise.all([
      run(['voice', 'test', '.', 'c.yaml', '--junit', 'r.xml'], home, { env }),
      run(['voice', 'test', '.', '--json'], home, { env }),
    ]);
    expect(plain).toMatchObject({ code: 2, stdout: '' });
    expect(plain.stderr.split('\n')).toEqual([
      'a.yaml:2:5: Cannot read "nope.wav": there is no such file',
      expect.stringMatching(/^a\.yaml:3:5: "b\.yaml".* holds text/),
      expect.stringMatching(/^a\.yaml:4:5: .*There is nothing at 5\.000 s/),
      'b.yaml:1:1: the key "stepz" is not known here; did you mean steps?',
      'b.yaml:1:1: the key steps is missing',
      'c.yaml cannot be read: there is no such file',
      expect.stringMatching(/^error: There are 6 problems in 3 scenario files, so nothing was run\./),
      '',
    ]);
    expect(existsSync(join(home, 'r.xml'))).toBe(false);
    expect(json).toMatchObject({ code: 2, stdout: '' });
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { type: 'usage', hint: expect.stringContaining('a.yaml:2:5: ') },
    });
  });

  it.each([
    ['no file', [], /Which scenarios\?.*--schema/],
    ['a pattern that fits nothing', ['*.yaml'], /No scenario file fits "\*\.yaml"/],
    ['an empty folder', ['.'], /There is no scenario in \./],
    [
      'a name that no scenario has',
      ['ok.json', '--only', 'x'],
      /No scenario has a name like "x".*There are: ok\./,
    ],
    ['a report in no folder', ['ok.json', '--junit', 'no/r.xml'], /Cannot write .*does not exist/],
    ['a report that is a folder', ['ok.json', '--junit', '.'], /Cannot write .*it is a folder/],
    ['a number of none', ['ok.json', '--concurrency', '0'], /whole number from 1 to 64/],
    ['half a repetition', ['ok.json', '--repeat', '1.5'], /whole number from 1 to 1000/],
  ])('%s', async (_what, args, message) => {
    const home = await temporaryFolder();
    await put(home, { 'ok.json': '{"steps":[{"say":"a.wav"}]}' });
    const result = await run(['voice', 'test', ...args], home, { env });
    expect(errorLine(result)).toMatch(message);
    expect(result).toMatchObject({ code: 2, stdout: '' });
  });

  it('prints the schema without any', async () => {
    const home = await temporaryFolder();
    const result = await run(['voice', 'test', '--schema'], home);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(result.stdout)).toEqual(JSON.parse(JSON.stringify(scenarioSchema())));
  });
});

describe('--save-dir', () => {
  it('keeps the recording and the transcript of every scenario, whatever came of it', async () => {
    const bench = await startBench({ voice: { replySpeed: Number.POSITIVE_INFINITY } });
    const scenario = (answer: string) =>
      JSON.stringify({ steps: [{ say: join(PROMPTS, 'welcome.wav'), speed: 20, expect: { answer } }] });
    await writeFile(join(bench.home, 'good.yaml'), scenario('sandbox'));
    await writeFile(join(bench.home, 'bad.yaml'), scenario('nothing of this kind'));
    const args = ['voice', 'test', 'good.yaml', 'bad.yaml', '--save-dir', 'kept/here'];
    const result = await bench.anonymous(args);
    expect(result.code).toBe(11);
    const folder = join(bench.home, 'kept', 'here');
    expect((await readdir(folder)).sort()).toEqual(['bad.json', 'bad.wav', 'good.json', 'good.wav']);
    for (const name of ['good', 'bad']) {
      const transcript = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as object;
      expect(JSON.stringify(transcript)).toContain('seconds of speech');
    }
  });
});
