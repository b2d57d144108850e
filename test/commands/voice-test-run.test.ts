/** Scenarios against a service of the test, in a time that is made up: it passes only while the program sleeps. */
import { describe, expect, it } from 'vitest';
import type { WebSocket } from 'ws';
import { runScenario } from '../../src/commands/voice-test-run.ts';
import type { AudioPart } from '../../src/commands/voice-test-scenario.ts';
import { readScenario } from '../../src/commands/voice-test-scenario.ts';
import { CliError } from '../../src/shared/errors.ts';
import { type Script, sessionOptions, startService } from '../nextevi/peers.ts';
import { answer, piecesOf, send, speech } from '../nextevi/talk.ts';

/** Runs a scenario of these lines; every audio file in it is half a second of speech. */
async function runSteps(steps: string, script: Script, { abortAt = Number.POSITIVE_INFINITY } = {}) {
  const { scenario, problems } = readScenario(`steps:\n${steps}`, 'talk.yaml', '/talk.yaml');
  expect(problems).toEqual([]);
  if (scenario === undefined) throw new Error('no scenario');
  const service = await startService(script);
  const abort = new AbortController();
  const lost: string[] = [];
  const said: AudioPart[] = [];
  let now = 1_000;
  const result = await runScenario(
    { scenario, run: 1, runs: 1 },
    {
      call: {
        ...sessionOptions(service.url),
        reconnect: { attempts: 5, pace: 1 },
        random: () => 1,
        clock: () => now,
        signal: abort.signal,
        sleep: async (ms, signal) => {
          signal?.throwIfAborted();
          await service.settle();
          signal?.throwIfAborted();
          now += ms;
          if (now >= abortAt) abort.abort(new CliError('interrupted', 'Interrupted'));
        },
      },
      defaults: { speed: 1, replyTimeoutMs: 4_000 },
      audio: {
        prepare: async () => {},
        say: (part) => {
          said.push(part);
          return piecesOf(speech(0.5));
        },
      },
      onStep: () => {},
      onLost: (why, retryMs) => lost.push(`${retryMs} ${why}`),
    },
  );
  const checks = result.steps.flatMap((step) =>
    step.checks.map(({ expectation, got, passed }) => `${passed ? 'ok' : 'no'} ${expectation}: ${got}`),
  );
  return { result, checks, lost, said, service };
}

/** Answers each utterance after 300 ms of silence; `begin` does it in its own way. */
function answering(begin: (peer: WebSocket, turn: number) => void = (peer) => answer(peer)): Script {
  let silent = 0;
  let turn = 0;
  return {
    onFrame: (peer, { binary, data }) => {
      if (!binary) return;
      silent = data.every((byte) => byte === 0) ? silent + 1 : 0;
      if (silent === 3) begin(peer, ++turn);
    },
  };
}

describe('running a scenario', () => {
  it('measures each turn in time', async () => {
    const { result, checks } = await runSteps(
      '  - say: a.wav\n    expect: { first_audio: 300ms, turn: 300ms }\n  - say: b.wav\n    expect: { first_audio: 299ms }\n',
      answering(),
    );
    expect(checks).toEqual([
      'ok answered: an answer after 300 ms',
      'ok first_audio: 300 ms',
      'ok turn: 300 ms',
      'ok answered: an answer after 300 ms',
      'no first_audio: 300 ms',
    ]);
    expect(result.status).toBe('failed');
  });

  it('interrupts so long after the answer began to sound', async () => {
    let begunAt = 0;
    let heardAt = 0;
    let frames = 0;
    const script = answering((peer, turn) => {
      if (turn > 1) return answer(peer, 'Yes?');
      begunAt = frames;
      send(peer, 'tts_chunk', { content: Buffer.alloc(4_800).toString('base64') });
    });
    const { checks, result } = await runSteps(
      '  - say: a.wav\n  - interrupt: b.wav\n    after: 800ms\n    expect: { stops_within: 1s, answer: "yes" }\n',
      {
        onFrame: (peer, frame, index) => {
          frames++;
          const loud = frame.binary && frame.data.some((byte) => byte !== 0);
          if (loud && begunAt > 0 && heardAt === 0) {
            heardAt = frames;
            send(peer, 'tts_interruption');
          }
          script.onFrame?.(peer, frame, index);
        },
      },
    );
    expect(checks).toEqual([
      'ok interrupt: its sound',
      'ok answered: an answer after 300 ms',
      expect.stringMatching(/^ok stops_within: \d+ ms$/),
      'ok answer: "Yes?"',
    ]);
    // Nothing is sent while the answer sounds; one chunk of silence was on its way.
    expect(heardAt - begunAt).toBeLessThanOrEqual(2);
    const [first] = result.steps;
    expect(first?.durationMs).toBeGreaterThanOrEqual(800);
    expect(result.steps[1]?.durationMs).toBeGreaterThanOrEqual(800 + 500 + 300);
  });

  it('expects silence for as long as a turn says', async () => {
    const { checks, result } = await runSteps(
      '  - say: a.wav\n    reply_timeout: 1s\n    expect: { answered: false }\n',
      {},
    );
    expect(checks).toEqual(['ok answered: none within 1000 ms']);
    expect(result.durationMs).toBeLessThan(4_000);
  });

  it('compares what has come so far where nothing is waited for', async () => {
    const { checks } = await runSteps(
      '  - say: a.wav\n    wait_for_answer: false\n    expect: { answer: { equals: "x" }, answered: true }\n  - expect: { answer: good }\n',
      answering(),
    );
    expect(checks.map((check) => check.slice(0, 11))).toEqual(['no answer: ', 'ok answered', 'ok answer: ']);
  });

  it('waits for a place when there are too many sessions, and tells of it', async () => {
    let connections = 0;
    const { result, lost } = await runSteps('  - say: a.wav\n', {
      ...answering(),
      onOpen: (peer) => {
        if (++connections > 2) return;
        send(peer, 'error', { error_code: 'SESSION_LIMIT_EXCEEDED', error_message: 'one is enough' });
        peer.close(1013);
      },
    });
    expect(result).toMatchObject({ status: 'passed', error: undefined });
    expect(lost).toEqual([
      expect.stringMatching(/^5000 Too many voice sessions at once \(SESSION_LIMIT_EXCEEDED/),
      expect.stringMatching(/^5000 /),
    ]);
  });

  it('is an error of its own when nobody lets it in', async () => {
    const { result } = await runSteps('  - say: a.wav\n', { refuse: 401 });
    expect(result).toMatchObject({
      status: 'error',
      error: { type: 'auth' },
      connectionIds: [expect.any(String)],
    });
    expect(result.steps).toMatchObject([{ done: false, turn: undefined, checks: [] }]);
  });

  it('hangs up when it is interrupted', async () => {
    const { result, service } = await runSteps('  - wait: 1s\n  - say: a.wav\n  - wait: 10m\n', answering(), {
      abortAt: 9_000,
    });
    expect(result).toMatchObject({ status: 'interrupted', error: { type: 'interrupted' } });
    expect(result.steps.map(({ done }) => done)).toEqual([true, true, false]);
    expect(service.closes).toEqual([{ code: 1000, reason: '' }]);
  });

  it('says the part of the file that is asked for', async () => {
    const { said } = await runSteps('  - say: a.wav\n    start: 1s\n    duration: 250ms\n', answering());
    expect(said).toMatchObject([{ path: '/a.wav', start: 1, duration: 0.25 }]);
  });
});
