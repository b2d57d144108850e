import { Chalk } from 'chalk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveScreen, PlainView } from '../../src/commands/voice-screen.ts';
import { liveLines, tailOf } from '../../src/commands/voice-screen-frame.ts';
import type { TalkSnapshot } from '../../src/commands/voice-talk-model.ts';
import { displayWidth } from '../../src/output/table.ts';
import { FakeClock, settled } from '../bulk/clock.ts';
import { anyText } from '../shared/text.ts';
import { FakeTerminal } from './screen-terminal.ts';

const plain = new Chalk({ level: 0 });
const STYLE = { unicode: true, colour: plain };
const ASCII = { unicode: false, colour: plain };

const QUIET: TalkSnapshot = {
  phase: 'listening',
  elapsedMs: 0,
  level: { rms: Number.NEGATIVE_INFINITY, peak: Number.NEGATIVE_INFINITY },
  retryMs: undefined,
  latencyMs: undefined,
  emotion: undefined,
  interim: undefined,
};
const BUSY: TalkSnapshot = {
  phase: 'speaking',
  elapsedMs: 133_700,
  level: { rms: -23.4, peak: -12 },
  retryMs: undefined,
  latencyMs: 824,
  emotion: { emotion: 'joy', percentage: 63.2 },
  interim: { speaker: 'agent', text: 'Our office is open from nine to five' },
};

describe('the live lines', () => {
  it.each([
    [200, '● agent speaking  ██████████████████░░░░░│░░░░░░  answer in 0.82 s  joy 63 %  -23 dB  2:13'],
    [80, '● agent speaking  ████████████░░│░░░░  answer in 0.82 s  joy 63 %  -23 dB  2:13'],
    [60, '● agent speaking  █████░│░░  answer in 0.82 s  -23 dB  2:13'],
    [50, '● agent speaking  █████████░░│░░░  joy 63 %  2:13'],
    [40, '● agent speaking  █████████░░│░░░  2:13'],
    [30, '● agent speaking'],
    [10, '● agent …'],
  ])('at %d columns', (columns, status) => {
    expect(liveLines(BUSY, columns, STYLE)[1]).toBe(status);
  });

  it('without drawings beyond ASCII', () => {
    expect(liveLines(BUSY, 60, ASCII)).toEqual([
      'agent: Our office is open from nine to five',
      '* agent speaking  #####-|--  answer in 0.82 s  -23 dB  2:13',
    ]);
  });

  it('of a quiet moment', () => {
    expect(liveLines(QUIET, 80, STYLE)).toEqual([
      '',
      '● listening       ░░░░░░░░░░░░░░░░░░░░░░░░░░░░░░  -99 dB  0:00',
    ]);
    const lost: TalkSnapshot = { ...QUIET, phase: 'reconnecting', retryMs: 1_200 };
    expect(liveLines(lost, 60, STYLE)[1]).toMatch(/^● reconnecting 2 s {2}░/);
  });

  it('shows the end of what is said when it is long', () => {
    const interim = { speaker: 'you' as const, text: 'one two three four five six seven' };
    expect(liveLines({ ...QUIET, interim }, 30, STYLE)[0]).toBe('you:   …e four five six seven');
    expect(liveLines({ ...QUIET, interim }, 30, ASCII)[0]).toBe('you:   ...four five six seven');
    const wide = { speaker: 'you' as const, text: '電話番号を教えてください' };
    expect(liveLines({ ...QUIET, interim: wide }, 24, STYLE)[0]).toBe('you:   …教えてください');
  });

  it('cleans and cuts what the service calls an emotion', () => {
    const emotion = { emotion: 'j\u001b[31moy\n of a very long kind', percentage: undefined };
    expect(liveLines({ ...QUIET, emotion }, 80, STYLE)[1]).toContain('  joy  of a very …  ');
  });

  it('always two lines, each shorter than the terminal is wide, with colour or without', () => {
    const phase = fc.constantFrom(
      'connecting',
      'listening',
      'hearing',
      'waiting',
      'speaking',
      'reconnecting',
    );
    const number = fc.oneof(fc.constant(undefined), fc.integer({ min: 0, max: 10 ** 8 }));
    const level = fc.oneof(
      fc.constant(Number.NEGATIVE_INFINITY),
      fc.double({ min: -120, max: 3, noNaN: true }),
    );
    const snapshot = fc.record({
      phase,
      elapsedMs: fc.integer({ min: 0, max: 10 ** 8 }),
      level: fc.record({ rms: level, peak: level }),
      retryMs: number,
      latencyMs: number,
      emotion: fc.option(fc.record({ emotion: anyText, percentage: number }), { nil: undefined }),
      interim: fc.option(
        fc.record({ speaker: fc.constantFrom('you', 'agent'), text: fc.lorem({ maxCount: 40 }) }),
        { nil: undefined },
      ),
    }) as fc.Arbitrary<TalkSnapshot>;
    fc.assert(
      fc.property(snapshot, fc.integer({ min: 2, max: 250 }), fc.boolean(), (moment, columns, colour) => {
        const lines = liveLines(moment, columns, {
          unicode: true,
          colour: new Chalk({ level: colour ? 1 : 0 }),
        });
        expect(lines).toHaveLength(2);
        for (const line of lines) {
          expect(displayWidth(line)).toBeLessThan(columns);
          expect(line).not.toContain('\n');
        }
      }),
    );
  });
});

describe('the end of a text', () => {
  it('is whole characters that fit', () => {
    expect(tailOf('abc', 3, true)).toBe('abc');
    expect(tailOf('abcd', 3, true)).toBe('…cd');
    expect(tailOf('ab👩‍👩‍👧', 3, true)).toBe('…👩‍👩‍👧');
    expect(tailOf('電話', 3, true)).toBe('…話');
    expect(tailOf('電話', 2, true)).toBe('…');
  });
});

function screenBench(columns = 60) {
  const clock = new FakeClock();
  const terminal = new FakeTerminal(columns);
  const abort = new AbortController();
  let snapshot = QUIET;
  const screen = new LiveScreen({
    stream: terminal,
    clock: clock.now,
    sleep: clock.sleep,
    signal: abort.signal,
    snapshot: () => snapshot,
    ...STYLE,
  });
  const show = (change: Partial<TalkSnapshot>) => {
    snapshot = { ...snapshot, ...change };
    screen.changed();
  };
  const say = (speaker: 'you' | 'agent', text: string, interrupted = false) =>
    screen.line({ speaker, text, interrupted });
  return { clock, terminal, abort, screen, show, say };
}

const STATUS = '● listening       ░░░░░░░░░░░░░░░░░░░░░░░░░░░  -99 dB  0:00';

describe('the live screen', () => {
  it('keeps what was said above what is being said', async () => {
    const { clock, terminal, show, say, screen } = screenBench();
    expect(terminal.rows).toEqual(['', STATUS]);
    show({ interim: { speaker: 'you', text: 'good mor' } });
    await clock.advance(100);
    expect(terminal.rows).toEqual(['you:   good mor', STATUS]);
    show({ interim: undefined });
    say('you', 'good morning');
    say('agent', 'Welcome.', true);
    screen.note('service: hello');
    await clock.advance(100);
    const said = ['you:   good morning', 'agent: Welcome. (interrupted)', 'service: hello'];
    expect(terminal.rows).toEqual([...said, '', STATUS]);
    await screen.close();
    expect(terminal.rows).toEqual(said);
    expect(terminal.cursorHidden).toBe(false);
    expect(terminal.listeners).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it('draws at most 15 times a second, one write for each, and only what is new', async () => {
    const { clock, terminal, show } = screenBench();
    const before = terminal.writes.length;
    for (let at = 0; at < 1_000; at += 10) {
      show({ interim: { speaker: 'you', text: `word ${at}` } });
      await clock.advance(10);
    }
    const drawn = terminal.writes.length - before;
    expect(drawn).toBeGreaterThan(12);
    expect(drawn).toBeLessThanOrEqual(15);
    await clock.advance(100);
    const after = terminal.writes.length;
    await clock.advance(10_000);
    expect(terminal.writes.length).toBe(after);
  });

  it('time goes on without events', async () => {
    const { clock, terminal, show } = screenBench();
    show({ elapsedMs: 61_000 });
    await clock.advance(300);
    expect(terminal.rows[1]).toMatch(/1:01$/);
  });

  it('a narrower terminal has wrapped the live lines: they are cleared all the same', async () => {
    const { clock, terminal } = screenBench(60);
    // What a terminal makes of a line of 58 columns when it is 30 wide.
    terminal.resize(30);
    await clock.advance(100);
    const last = terminal.writes.at(-1) ?? '';
    expect(last.startsWith('\r\u001b[2A\u001b[J')).toBe(true);
    expect(last).toContain('● listening');
    terminal.resize(60);
    await clock.advance(100);
    expect(terminal.writes.at(-1)?.startsWith('\r\u001b[1A\u001b[J')).toBe(true);
  });

  it('the first Ctrl-C gives the cursor back; what is said later is written below', async () => {
    const { clock, terminal, abort, say, screen } = screenBench();
    say('you', 'bye');
    expect(terminal.cursorHidden).toBe(true);
    abort.abort();
    expect(terminal.cursorHidden).toBe(false);
    expect(terminal.rows).toEqual(['you:   bye']);
    say('agent', 'Goodbye.');
    screen.changed();
    await clock.advance(1_000);
    await screen.close();
    expect(terminal.rows).toEqual(['you:   bye', 'agent: Goodbye.']);
    expect(clock.pending).toBe(0);
  });

  it('is never begun when it is over already', () => {
    const terminal = new FakeTerminal(60);
    const { now, sleep } = new FakeClock();
    const signal = AbortSignal.abort();
    new LiveScreen({ stream: terminal, clock: now, sleep, signal, snapshot: () => QUIET, ...STYLE });
    expect(terminal.rows).toEqual([]);
    expect(terminal.cursorHidden).toBe(false);
  });
});

describe('plain lines', () => {
  it('go out in order; notes go elsewhere', async () => {
    const written: string[] = [];
    const said: string[] = [];
    const write = async (text: string) => {
      await settled();
      written.push(text);
    };
    const view = new PlainView({ write, colour: plain, say: (text) => said.push(text) });
    view.line({ speaker: 'you', text: 'hello', interrupted: false });
    view.note('service: hi');
    view.line({ speaker: 'agent', text: 'Good', interrupted: true });
    view.changed();
    await view.close();
    expect(written).toEqual(['you:   hello\n', 'agent: Good (interrupted)\n']);
    expect(said).toEqual(['service: hi']);
  });

  it('a reader that went away is no failure of the view', async () => {
    const write = async () => {
      throw Object.assign(new Error('gone'), { code: 'EPIPE' });
    };
    const view = new PlainView({ write, colour: plain, say: () => {} });
    view.line({ speaker: 'you', text: 'hello', interrupted: false });
    await view.close();
  });
});
