import { Writable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { Loudspeaker } from '../../src/commands/voice-loudspeaker.ts';
import { PipeOutput, ProgramOutput } from '../../src/commands/voice-player.ts';
import { findLiveProgram } from '../../src/commands/voice-programs.ts';
import { type Microphone, startRecorder } from '../../src/commands/voice-recorder.ts';
import type { Context } from '../../src/context.ts';
import { sleep } from '../../src/shared/wait.ts';
import { temporaryFolder } from '../helpers/cli.ts';
import { fakeContext } from '../helpers/context.ts';
import { isAlive, soundPrograms, until } from '../helpers/sound.ts';

async function bench() {
  const folder = await temporaryFolder();
  const abort = new AbortController();
  const ctx: Context = {
    ...fakeContext(),
    env: process.env,
    cwd: folder,
    signal: abort.signal,
    clock: () => performance.now(),
    sleep,
  };
  const programs = soundPrograms(folder);
  const record = async (mode: string, ms = 0, known = false): Promise<Microphone> => {
    const program = await findLiveProgram(ctx, 'recorder', programs.recorder(mode, ms));
    return startRecorder(ctx, { ...program, known }, {});
  };
  const output = async (mode: string) =>
    new ProgramOutput(ctx, await findLiveProgram(ctx, 'player', programs.player(mode)));
  return { ...programs, ctx, abort, record, output };
}

async function collect({ audio }: Microphone): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of audio) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Reads the first piece, and leaves the rest. */
async function first(microphone: Microphone): Promise<AsyncGenerator<Buffer, void, void>> {
  const pieces = microphone.audio[Symbol.asyncIterator]();
  expect((await pieces.next()).done).toBe(false);
  return pieces;
}

describe('a recorder', () => {
  it('a command that comes to its end', async () => {
    const { record } = await bench();
    expect(await collect(await record('file', 200))).toHaveLength(9_600);
  });

  it('a known recorder never does', async () => {
    const { record } = await bench();
    await expect(collect(await record('file', 200, true))).rejects.toThrow(
      /^The recorder "node" ended \(code 0\)$/,
    );
  });

  it('one that dies: its last words, made safe', async () => {
    const { record } = await bench();
    const microphone = await record('die', 100);
    const pieces = await first(microphone);
    const rest = async () => {
      for (;;) await pieces.next().then(({ done }) => expect(done).toBe(false));
    };
    await expect(rest()).rejects.toMatchObject({
      type: 'usage',
      message: 'The recorder "node" ended (code 3): the card is gone',
      hint: expect.stringContaining('voice devices'),
    });
  });

  it('one that cannot be started', async () => {
    const { ctx } = await bench();
    const program = { name: 'x', program: '/nowhere/x', args: [], env: {}, known: true };
    await expect(collect(startRecorder(ctx, program, {}))).rejects.toThrow(/"x" ended \(spawn .*ENOENT\)/);
  });

  it('is gone when it is stopped, whatever it thinks of signals', async () => {
    const { record, recorders } = await bench();
    const microphone = await record('stubborn');
    const pieces = await first(microphone);
    await microphone.stop();
    expect(recorders().map(isAlive)).toEqual([false]);
    while (!(await pieces.next()).done);
  });

  it('is gone when nobody listens any more', async () => {
    const { record, recorders } = await bench();
    const pieces = await first(await record('live'));
    await pieces.return();
    await until(() => !recorders().some(isAlive));
  });

  it('an abort ends it, and its reason is what the audio fails with', async () => {
    const { record, recorders, abort } = await bench();
    const microphone = await record('silent');
    const audio = collect(microphone);
    audio.catch(() => {});
    await until(() => recorders().length === 1);
    abort.abort(new Error('Interrupted'));
    await expect(audio).rejects.toThrow('Interrupted');
    await microphone.stop();
    expect(recorders().map(isAlive)).toEqual([false]);
  });
});

describe('a player', () => {
  it('hears everything, and ends with its input', async () => {
    const { output, heard, players } = await bench();
    const player = await output('hear');
    player.write(Buffer.alloc(4_800, 1));
    player.write(Buffer.alloc(4_800, 2));
    await until(() => heard().length === 9_600);
    await player.end();
    expect(heard().equals(Buffer.concat([Buffer.alloc(4_800, 1), Buffer.alloc(4_800, 2)]))).toBe(true);
    expect(players().map(isAlive)).toEqual([false]);
  });

  it('is killed by an interruption, and another one plays what follows', async () => {
    const { output, heard, players, ctx } = await bench();
    const player = await output('hear');
    const speaker = new Loudspeaker(player, ctx);
    speaker.play(Buffer.alloc(4_800_000, 1));
    await until(() => heard().length > 0);
    expect(speaker.stopNow()).toBeGreaterThan(0);
    await until(() => players().length === 2);
    speaker.play(Buffer.alloc(960, 2));
    await speaker.drain();
    await speaker.close();
    expect(players().map(isAlive)).toEqual([false, false]);
    expect(heard().includes(Buffer.alloc(960, 2))).toBe(true);
    expect(heard().filter((byte) => byte === 1).length).toBeLessThan(4_800_000);
  });

  it('one that takes nothing is ended all the same, and holds up nobody', async () => {
    const { output, players, abort } = await bench();
    const player = await output('deaf');
    await until(() => players().length === 1);
    for (let count = 0; count < 100; count++) player.write(Buffer.alloc(48_000));
    expect(player.waiting).toBeGreaterThan(48_000);
    abort.abort();
    await player.end();
    expect(players().map(isAlive)).toEqual([false]);
  });

  it('one that ends by itself: its last words', async () => {
    const { output } = await bench();
    const player = await output('die');
    expect(await player.failed).toMatchObject({
      type: 'usage',
      message: 'The player "node" ended (code 4): no sound server',
    });
    player.write(Buffer.alloc(96_000));
    await player.end();
  });
});

it('a pipe is written and never closed', async () => {
  const stream = new Writable({ write: () => {} });
  const output = new PipeOutput(stream);
  output.write(Buffer.from([1, 2]));
  output.cut();
  expect(output.waiting).toBe(2);
  await output.end();
  expect(stream.writableEnded).toBe(false);
});
