import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { keychainProcess } from '../../src/credentials/keychain-process.ts';
import { BIN } from '../helpers/cli.ts';
import { testFolder } from '../shared/folder.ts';

const request = { service: 'convirza-test', account: 'nobody', operation: 'get' } as const;
const program = { interpreter: process.execPath, file: BIN };
const base = { PATH: process.env['PATH'], HOME: '/nonexistent' };

describe('the keychain of the system', () => {
  it.runIf(process.platform === 'linux')('is not looked for where there is no session bus', async () => {
    const call = keychainProcess({ program, env: base, platform: 'linux' });
    await expect(call(request)).rejects.toThrow('there is no session bus');
  });

  it.runIf(process.platform === 'linux')('that accepts and never answers is given up in time', async () => {
    const path = join(await testFolder(), 'bus');
    const server = createServer(() => {}).listen(path);
    onTestFinished(() => void server.close());
    const env = { ...base, DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` };
    const started = performance.now();
    const call = keychainProcess({ program, env, platform: 'linux', limitMs: 1_000 });
    await expect(call(request)).rejects.toThrow('no answer within 1 seconds');
    expect(performance.now() - started).toBeLessThan(10_000);
  });

  it.runIf(process.platform === 'linux')('that is not there is said with the reason', async () => {
    const env = { ...base, DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent/bus' };
    await expect(keychainProcess({ program, env, platform: 'linux' })(request)).rejects.toThrow(/\S/);
  });

  it('whose helper cannot be started, or says nothing, is a failure', async () => {
    const options = { env: base, platform: 'darwin' };
    const missing = { interpreter: '/nonexistent/node', file: BIN };
    await expect(keychainProcess({ ...options, program: missing })(request)).rejects.toThrow(
      'could not be started',
    );
    const silent = { interpreter: process.execPath, file: '/nonexistent.js' };
    await expect(keychainProcess({ ...options, program: silent })(request)).rejects.toThrow(
      'without an answer',
    );
  });
});
