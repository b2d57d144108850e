import { describe, expect, it } from 'vitest';
import { describeTerminal, isCi, type TerminalFlags } from '../../src/output/terminal.ts';

type Env = Record<string, string | undefined>;

const tty = (columns: number | undefined = 100) => ({ isTTY: true, columns });
const pipe = { isTTY: false, columns: undefined };
const ALL = { stdin: tty(), stdout: tty(), stderr: tty() };

describe('colour', () => {
  it.each<[isTTY: boolean, env: Env, flags: TerminalFlags, colour: boolean]>([
    [true, {}, {}, true],
    [false, {}, {}, false],
    [true, { NO_COLOR: '1' }, {}, false],
    [true, { NO_COLOR: 'anything' }, {}, false],
    [true, { NO_COLOR: '' }, {}, true],
    [true, { TERM: 'dumb' }, {}, false],
    [true, { TERM: 'xterm-256color' }, {}, true],
    [true, { CI: 'true' }, {}, true],
    [false, { CI: 'true' }, {}, false],
    [false, { FORCE_COLOR: '1' }, {}, true],
    [false, { FORCE_COLOR: '' }, {}, true],
    [false, { FORCE_COLOR: 'true' }, {}, true],
    [true, { FORCE_COLOR: '0' }, {}, false],
    [true, { FORCE_COLOR: 'false' }, {}, false],
    [false, { FORCE_COLOR: '1', NO_COLOR: '1' }, {}, true],
    [true, { FORCE_COLOR: '0', NO_COLOR: '' }, {}, false],
    [false, { FORCE_COLOR: '1', TERM: 'dumb' }, {}, true],
    [true, {}, { color: false }, false],
    [true, { FORCE_COLOR: '1' }, { color: false }, false],
    [false, { FORCE_COLOR: '1' }, { color: true }, true],
    [false, {}, { color: true }, false],
  ])('at a terminal: %s, with %j and flags %j, is %s', (isTTY, env, flags, colour) => {
    const stream = isTTY ? tty() : pipe;
    const { colourOut, colourErr } = describeTerminal(
      { stdin: pipe, stdout: stream, stderr: stream },
      env,
      flags,
    );
    expect([colourOut, colourErr]).toEqual([colour, colour]);
  });

  it('is decided for each stream by itself', () => {
    const { colourOut, colourErr } = describeTerminal({ ...ALL, stdout: pipe }, {});
    expect([colourOut, colourErr]).toEqual([false, true]);
  });
});

describe('questions', () => {
  it.each<[stdin: boolean, stderr: boolean, env: Env, flags: TerminalFlags, ask: boolean]>([
    [true, true, {}, {}, true],
    [false, true, {}, {}, false],
    [true, false, {}, {}, false],
    [false, false, {}, {}, false],
    [true, true, {}, { input: false }, false],
    [true, true, {}, { input: true }, true],
    [false, true, {}, { input: true }, false],
    [true, true, { CI: '1' }, {}, false],
    [true, true, { CI: 'false' }, {}, true],
    [true, true, { CI: '1' }, { input: true }, false],
    [true, true, { TERM: 'dumb' }, {}, true],
    [true, true, { NO_COLOR: '1' }, {}, true],
  ])('stdin: %s, stderr: %s, with %j and flags %j: %s', (stdin, stderr, env, flags, ask) => {
    const streams = { stdin: stdin ? tty() : pipe, stdout: pipe, stderr: stderr ? tty() : pipe };
    expect(describeTerminal(streams, env, flags).canAsk).toBe(ask);
  });
});

describe('redrawing', () => {
  it.each<[stderr: boolean, env: Env, redraw: boolean]>([
    [true, {}, true],
    [false, {}, false],
    [true, { CI: 'true' }, false],
    [true, { TERM: 'dumb' }, false],
    [true, { NO_COLOR: '1' }, true],
    [false, { FORCE_COLOR: '1' }, false],
  ])('stderr: %s, with %j: %s', (stderr, env, redraw) => {
    const streams = { stdin: pipe, stdout: tty(), stderr: stderr ? tty() : pipe };
    expect(describeTerminal(streams, env).canRedraw).toBe(redraw);
  });

  it('not where the terminal does not know its width', () => {
    const streams = { stdin: tty(), stdout: tty(0), stderr: tty(0) };
    expect(describeTerminal(streams, {})).toMatchObject({ canRedraw: false, width: 80 });
  });
});

describe('the width of output', () => {
  it('is that of the terminal, and 80 where it does not know', () => {
    const width = (columns: number | undefined) =>
      describeTerminal({ ...ALL, stdout: { isTTY: true, columns } }, {}).width;
    expect([width(132), width(undefined), width(0)]).toEqual([132, 80, 80]);
  });

  it('has no limit where output is piped', () => {
    const terminal = describeTerminal({ ...ALL, stdout: { isTTY: false, columns: 40 } }, {});
    expect(terminal).toMatchObject({ width: undefined, outIsTerminal: false });
    expect(describeTerminal(ALL, {}).outIsTerminal).toBe(true);
  });
});

describe('a CI system', () => {
  it.each([
    [undefined, false],
    ['', false],
    ['0', false],
    ['false', false],
    ['1', true],
    ['true', true],
    ['woodpecker', true],
  ])('CI=%s: %s', (value, ci) => {
    expect(isCi({ CI: value })).toBe(ci);
  });
});

describe('drawings', () => {
  it.each<[env: Env, unicode: boolean]>([
    [{}, true],
    [{ LANG: 'de_DE.UTF-8' }, true],
    [{ LANG: 'C.utf8' }, true],
    [{ LANG: 'C' }, false],
    [{ LANG: 'de_DE.ISO-8859-1' }, false],
    [{ LANG: 'de_DE.UTF-8', LC_ALL: 'POSIX' }, false],
    [{ LANG: 'C', LC_CTYPE: 'en_US.UTF-8' }, true],
    [{ LANG: 'en_US.UTF-8', TERM: 'linux' }, false],
  ])('with %j: %s', (env, unicode) => {
    expect(describeTerminal(ALL, env).drawsUnicode).toBe(unicode);
  });
});

describe('plain output, for a screen reader', () => {
  it('draws and redraws nothing', () => {
    expect(describeTerminal(ALL, {}, { plain: true })).toMatchObject({
      plain: true,
      canRedraw: false,
      drawsUnicode: false,
    });
    expect(describeTerminal({ ...ALL, stdout: pipe }, {}, { plain: true }).plain).toBe(true);
  });

  it('leaves colour to the settings of colour', () => {
    expect(describeTerminal(ALL, {}, { plain: true }).colourOut).toBe(true);
  });

  it('is what TERM=dumb asks for at a terminal; in a pipe nothing changes', () => {
    expect(describeTerminal(ALL, { TERM: 'dumb' }).plain).toBe(true);
    expect(describeTerminal({ ...ALL, stdout: pipe }, { TERM: 'dumb' }).plain).toBe(false);
    expect(describeTerminal(ALL, { TERM: 'xterm' }).plain).toBe(false);
  });
});
