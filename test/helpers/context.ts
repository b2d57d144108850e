/** A context for tests that build the command tree without running it as a process. */
import { PassThrough } from 'node:stream';
import type { Context } from '../../src/context.ts';

export function fakeContext(): Context {
  const stream = () => new PassThrough() as unknown as NodeJS.WriteStream;
  return {
    stdin: new PassThrough() as unknown as NodeJS.ReadStream,
    stdinIsTerminal: false,
    stdout: stream(),
    stderr: stream(),
    env: {},
    cwd: '/',
    home: '/',
    platform: 'linux',
    program: { interpreter: process.execPath, file: '' },
    signal: new AbortController().signal,
    onKill: () => () => {},
    takeSignals: () => () => {},
    now: () => 0,
    clock: () => 0,
    random: () => 0.5,
    sleep: async () => {},
  };
}
