import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CERTIFICATE } from '../helpers/certificate.ts';
import { errorLine, run, startBench, startSharedBench, temporaryFolder } from '../helpers/cli.ts';
import { startProxy } from '../helpers/proxy.ts';
import { startService, unusedAddress } from '../nextevi/peers.ts';

const CHECK = ['voice', 'check'];
const KEYS = { NEXTEVI_API_KEY: 'oak_marked-key', NEXTEVI_CONFIG_ID: 'config-1' };
const METADATA =
  '{"type":"connection_metadata","data":{"config":{"encoding":"linear16","sample_rate":24000}}}';
const GREETS = { onOpen: (peer: { send: (text: string) => void }) => peer.send(METADATA) };

const shared = startSharedBench();

interface Shown {
  ok: boolean;
  steps: { step: string; result: string; ms: number | null; detail: string | null }[];
}

/** The steps of `--json` by name. */
function results(stdout: string): Record<string, string> {
  const { steps } = JSON.parse(stdout) as Shown;
  return Object.fromEntries(steps.map(({ step, result }) => [step, result]));
}

describe('voice check', () => {
  it('shows each step, the times, and the connection', async () => {
    const { anonymous } = await shared;
    const result = await anonymous(CHECK);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const words = ['resolve', 'connect', 'upgrade', 'session', 'round trip', 'close'];
    const lines = result.stdout.split('\n');
    for (const [index, word] of words.entries())
      expect(lines[index]).toMatch(new RegExp(`^ok {8}${word.padEnd(12)} +\\d+\\.\\d ms {2}\\S`));
    expect(lines[3]).toContain('accepted: audio linear16 24000 Hz mono, configuration config-sandbox');
    expect(result.stdout).toMatch(
      /\nhandshake {3}\d+\.\d ms\nround trip {2}\d+\.\d ms\nconnection {2}[\da-f-]{36}\n$/,
    );
  });

  it('gives all of it as JSON, without the key', async () => {
    const { anonymous, sandbox } = await shared;
    const result = await anonymous([...CHECK, '--json']);
    const value = JSON.parse(result.stdout) as Shown;
    expect(value).toMatchObject({
      ok: true,
      endpoint: expect.stringContaining('api_key=REDACTED'),
      proxy: null,
      connection_id: expect.stringMatching(/^[\da-f-]{36}$/),
      handshake_ms: expect.any(Number),
      round_trip_ms: expect.any(Number),
      certificate_until: null,
      metadata: { encoding: 'linear16', sample_rate: 24_000, channels: 1, config_id: 'config-sandbox' },
    });
    expect(new Set(Object.values(results(result.stdout)))).toEqual(new Set(['ok']));
    expect(result.stdout).not.toContain(sandbox.voiceKey);
  });

  it('--connections connects so often and gives the spread', async () => {
    const { anonymous } = await shared;
    const result = await anonymous([...CHECK, '--connections', '3', '--json']);
    const { connections, spread, handshake_ms } = JSON.parse(result.stdout) as {
      connections: { connection_id: string; handshake_ms: number }[];
      spread: { handshake_ms: { min: number; median: number; max: number } };
      handshake_ms: number;
    };
    expect(new Set(connections.map(({ connection_id }) => connection_id)).size).toBe(3);
    const times = connections.map((each) => each.handshake_ms).sort((a, b) => a - b);
    expect(spread.handshake_ms).toEqual({ min: times[0], median: times[1], max: times[2] });
    expect(handshake_ms).toBe(times[1]);
    expect((await anonymous([...CHECK, '--connections', '2'])).stdout).toMatch(
      /\n2 connections\nhandshake {3}min \d+\.\d, median \d+\.\d, max \d+\.\d ms\nround trip {2}min /,
    );
  });

  it.each(['0', '11', '2.5', 'many', ''])('--connections %j is wrong usage', async (count) => {
    const { anonymous } = await shared;
    expect(await anonymous([...CHECK, '--connections', count])).toMatchObject({ code: 2, stdout: '' });
  });

  it('sends no audio, and --debug shows no key', async () => {
    const { anonymous, sandbox } = await shared;
    const { stderr } = await anonymous([...CHECK, '--debug']);
    expect(stderr).toMatch(/^> session_settings \d+ bytes$/m);
    expect(stderr).not.toContain('audio');
    expect(stderr).not.toContain(sandbox.voiceKey);
  });
});

describe('a check that fails', () => {
  it.each([
    ['a wrong key', {}, { NEXTEVI_API_KEY: 'oak_wrong' }, 'session', 4, /AUTH_FAILED/],
    ['an unknown configuration', {}, { NEXTEVI_CONFIG_ID: 'nope' }, 'session', 5, /CONFIG_NOT_FOUND/],
    ['HTTP 401', { refuse: { status: 401 } }, {}, 'upgrade', 4, /HTTP 401/],
    ['HTTP 404', { refuse: { status: 404 } }, {}, 'upgrade', 5, /HTTP 404/],
    ['HTTP 429', { refuse: { status: 429 } }, {}, 'upgrade', 7, /HTTP 429/],
    ['HTTP 503', { refuse: { status: 503 } }, {}, 'upgrade', 10, /HTTP 503/],
    ['close 4001', { refuse: { close: 4001 } }, {}, 'session', 4, /did not accept the credentials/],
    ['close 4002', { refuse: { close: 4002 } }, {}, 'session', 9, /could not take the connection/],
    ['a bare 4004', { refuse: { close: 4004 } }, {}, 'session', 5, /too many connections/],
    ['close 1000 at once', { refuse: { close: 1000 } }, {}, 'session', 9, /closed the session at once/],
    [
      'the limit of sessions',
      { refuse: { close: 4004, errorCode: 'SESSION_LIMIT_EXCEEDED' } },
      {},
      'session',
      7,
      /SESSION_LIMIT_EXCEEDED/,
    ],
  ])('%s: which step, why, and what was not tried', async (_what, voice, env, failed, code, message) => {
    const bench = await startBench({ voice: voice as never });
    const result = await bench.anonymous([...CHECK, '--connections', '2', '--json'], { env });
    expect(result.code).toBe(code);
    const steps = Object.entries(results(result.stdout));
    const at = steps.findIndex(([name]) => name === failed);
    expect(steps.map(([, state]) => state)).toEqual(
      steps.map((_, index) => (index < at ? 'ok' : index === at ? 'failure' : 'not_tried')),
    );
    expect(JSON.parse(result.stderr)).toMatchObject({ error: { message: expect.stringMatching(message) } });
    expect(JSON.parse(result.stdout)).toMatchObject({ ok: false, round_trip_ms: null });
    expect(result.stdout + result.stderr).not.toMatch(/oak_\w{3}/);
  });

  it('in words', async () => {
    const { anonymous } = await shared;
    const result = await anonymous(CHECK, { env: { NEXTEVI_CONFIG_ID: 'nope' } });
    expect(result.stdout).toMatch(
      /^failure {3}session +\d+\.\d ms {2}The voice configuration does not exist/m,
    );
    expect(result.stdout).toMatch(/^not tried round trip$/m);
    expect(errorLine(result)).toMatch(/CONFIG_NOT_FOUND.*Check --config-id/);
  });

  it('nobody listens, or somebody who says nothing', async () => {
    const home = await temporaryFolder();
    const nobody = { ...KEYS, NEXTEVI_URL: (await unusedAddress()).href };
    const refused = await run([...CHECK, '--json'], home, { env: nobody });
    expect(results(refused.stdout)).toMatchObject({
      resolve: 'ok',
      connect: 'failure',
      upgrade: 'not_tried',
    });
    expect(refused.code).toBe(9);
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as { port: number };
    const env = { ...KEYS, NEXTEVI_URL: `ws://127.0.0.1:${port}/ws` };
    const late = await run([...CHECK, '--json', '--timeout', '0.3'], home, { env });
    expect(results(late.stdout)).toMatchObject({ connect: 'ok', upgrade: 'failure', session: 'not_tried' });
    expect(late.stderr).toContain('did not answer the handshake within 0.3 seconds');
  });

  it('nothing is tried without credentials', async () => {
    const result = await run(CHECK, await temporaryFolder(), { env: { NEXTEVI_CONFIG_ID: 'c' } });
    expect(result).toMatchObject({ code: 4, stdout: '' });
    expect(errorLine(result)).toContain('voice login');
  });
});

describe('the way of the voice commands', () => {
  it('TLS with --ca-file shows the certificate, and without it says what is missing', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'ca.pem'), CERTIFICATE);
    const service = await startService({ secure: true, ...GREETS });
    const env = { ...KEYS, NEXTEVI_URL: service.url.href };
    const trusted = await run([...CHECK, '--ca-file', 'ca.pem', '--json'], home, { env });
    expect(JSON.parse(trusted.stdout)).toMatchObject({
      ok: true,
      certificate_until: '2126-10-27T11:23:20.000Z',
    });
    expect(results(trusted.stdout)['tls']).toBe('ok');
    const refused = await run([...CHECK, '--json'], home, { env });
    expect(refused.code).toBe(9);
    expect(results(refused.stdout)).toMatchObject({ connect: 'ok', tls: 'failure', upgrade: 'not_tried' });
    expect(refused.stderr).toMatch(/certificate of 127\.0\.0\.1:\d+ is not trusted.*--ca-file/);
    const wrong = await run([...CHECK, '--ca-file', 'no.pem'], home, { env });
    expect(wrong).toMatchObject({ code: 2, stdout: '' });
  });

  it('a proxy of the environment leads there, no-proxy leads past it, and its password is shown nowhere', async () => {
    const home = await temporaryFolder();
    const service = await startService(GREETS);
    const proxy = await startProxy({ target: service.url, credentials: 'me:marked-secret' });
    const url = proxy.url.replace('//', '//me:marked-secret@');
    const env = { ...KEYS, NEXTEVI_URL: 'ws://voice.test.invalid/ws/voice', HTTPS_PROXY: url };
    const args = [...CHECK, '--insecure-http', '--json', '--debug'];
    const through = await run(args, home, { env });
    expect(through.code).toBe(0);
    expect(JSON.parse(through.stdout)).toMatchObject({ ok: true, proxy: proxy.url });
    expect(results(through.stdout)['proxy']).toBe('ok');
    const past = await run(args, home, { env: { ...env, NO_PROXY: '.test.invalid' } });
    expect(past.code).toBe(9);
    expect(results(past.stdout)).toMatchObject({ resolve: 'failure', connect: 'not_tried' });
    const wrong = { ...env, HTTPS_PROXY: url.replace('me:', 'marked-you:') };
    const refused = await run(args, home, { env: wrong });
    expect(refused.code).toBe(9);
    expect(results(refused.stdout)).toMatchObject({ connect: 'ok', proxy: 'failure', upgrade: 'not_tried' });
    expect(refused.stderr).toContain('did not accept the user name and password (HTTP 407)');
    for (const { stdout, stderr } of [through, past, refused]) expect(stdout + stderr).not.toMatch(/marked-/);
    expect(proxy.asked.map(({ authority }) => authority)).toEqual(Array(2).fill('voice.test.invalid:80'));
  });

  it('is direct to this machine, whatever proxy there is', async () => {
    const { anonymous } = await shared;
    const result = await anonymous(CHECK, { env: { HTTPS_PROXY: 'http://127.0.0.1:9' } });
    expect(result.code).toBe(0);
  });
});
