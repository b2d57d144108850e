/** What the streams can do, decided once. chalk, ora and inquirer are told; none of them decides by itself. */

/** What `main` found out about one stream. */
export interface StreamTraits {
  isTTY: boolean;
  columns: number | undefined;
}

export interface Terminal {
  /** Colour on standard output, on standard error: 0 none, 1 the 16 colours. */
  readonly colourOut: boolean;
  readonly colourErr: boolean;
  /** Whether somebody can be asked: standard input and standard error are terminals, and nobody said no. */
  readonly canAsk: boolean;
  /** Whether spinners and progress lines may be redrawn on standard error. */
  readonly canRedraw: boolean;
  /** Whether standard output is a terminal. */
  readonly outIsTerminal: boolean;
  /** Whether drawings may use characters beyond ASCII. */
  readonly drawsUnicode: boolean;
  /** Whether everything is said in words, line by line, for a screen reader: nothing is drawn, nothing redrawn. */
  readonly plain: boolean;
  /** Width to fit tables into; undefined where lines may be as long as they are. */
  readonly width: number | undefined;
}

export interface TerminalFlags {
  color?: boolean | undefined;
  input?: boolean | undefined;
  /** Somebody asked for it; false also where nobody did. */
  plain?: boolean | undefined;
}

function wantsColour(
  isTTY: boolean,
  env: Readonly<Record<string, string | undefined>>,
  flag: boolean | undefined,
): boolean {
  if (flag === false) return false;
  const force = env['FORCE_COLOR'];
  if (force !== undefined) return force !== '0' && force !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '' || env['TERM'] === 'dumb') return false;
  return isTTY;
}

/**
 * Most terminals show UTF-8, whether or not the locale says so; where it says otherwise it means it. The console of
 * Linux (`TERM=linux`) has no font for drawings.
 */
function drawsUnicode(env: Readonly<Record<string, string | undefined>>): boolean {
  const locale = env['LC_ALL'] || env['LC_CTYPE'] || env['LANG'] || 'UTF-8';
  return /utf-?8/i.test(locale) && env['TERM'] !== 'linux';
}

/** CI systems set `CI`; `CI=false` and `CI=0` are said by people who mean no. */
export function isCi(env: Readonly<Record<string, string | undefined>>): boolean {
  const ci = env['CI'];
  return ci !== undefined && ci !== '' && ci !== '0' && ci !== 'false';
}

/**
 * Order of precedence for colour: `--no-color`, `FORCE_COLOR`, `NO_COLOR` (no-color.org) and `TERM=dumb`, then
 * whether the stream is a terminal.
 */
export function describeTerminal(
  streams: { stdin: StreamTraits; stdout: StreamTraits; stderr: StreamTraits },
  env: Readonly<Record<string, string | undefined>>,
  flags: TerminalFlags = {},
): Terminal {
  const { stdin, stdout, stderr } = streams;
  // In a pipe `TERM=dumb` says nothing of who reads: the same lines as ever come then.
  const plain = flags.plain === true || (env['TERM'] === 'dumb' && stdout.isTTY);
  const quietPlace = isCi(env) || env['TERM'] === 'dumb' || plain;
  return {
    colourOut: wantsColour(stdout.isTTY, env, flags.color),
    colourErr: wantsColour(stderr.isTTY, env, flags.color),
    canAsk: stdin.isTTY && stderr.isTTY && !isCi(env) && flags.input !== false,
    // Lines of a terminal that says its width is 0 cannot be counted: ora would clear them without end.
    canRedraw: stderr.isTTY && !quietPlace && stderr.columns !== 0,
    outIsTerminal: stdout.isTTY,
    drawsUnicode: drawsUnicode(env) && !plain,
    plain,
    // A terminal that does not know its size says 0.
    width: stdout.isTTY ? stdout.columns || 80 : undefined,
  };
}
