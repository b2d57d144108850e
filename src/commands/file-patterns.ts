/** File names by patterns, for shells that leave them alone: `*`, `?`, `[a-z]`, `[!abc]` and `**` for folders at any depth. */
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

type Token = { kind: 'star' | 'one' } | { kind: 'set'; not: boolean; ranges: [string, string][] } | string;

/** Whether a name has characters of a pattern. */
export function isPattern(text: string): boolean {
  return /[*?[]/.test(text);
}

/** The tokens of one part of a pattern, between slashes; a `[` that is never closed stands for itself. */
function tokensOf(part: string): Token[] {
  const letters = [...part];
  const tokens: Token[] = [];
  for (let at = 0; at < letters.length; at++) {
    const letter = letters[at] as string;
    if (letter === '*') {
      if (kindOf(tokens.at(-1)) !== 'star') tokens.push({ kind: 'star' });
    } else if (letter === '?') tokens.push({ kind: 'one' });
    else {
      const set = letter === '[' ? setAt(letters, at) : undefined;
      tokens.push(set?.token ?? letter);
      at = set?.end ?? at;
    }
  }
  return tokens;
}

function kindOf(token: Token | undefined): string | undefined {
  return typeof token === 'object' ? token.kind : undefined;
}

function setAt(letters: readonly string[], start: number): { token: Token; end: number } | undefined {
  const not = letters[start + 1] === '!' || letters[start + 1] === '^';
  const first = start + (not ? 2 : 1);
  const ranges: [string, string][] = [];
  for (let at = first; at < letters.length; at++) {
    const letter = letters[at] as string;
    // A closing bracket in the first place stands for itself.
    if (letter === ']' && at > first) return { token: { kind: 'set', not, ranges }, end: at };
    const last = letters[at + 1] === '-' ? letters[at + 2] : undefined;
    if (last === undefined || last === ']') ranges.push([letter, letter]);
    else {
      ranges.push([letter, last]);
      at += 2;
    }
  }
  return undefined;
}

function fits(token: Token, letter: string): boolean {
  if (typeof token === 'string') return token === letter;
  if (token.kind !== 'set') return true;
  return token.ranges.some(([low, high]) => letter >= low && letter <= high) !== token.not;
}

/**
 * Whether a name fits one part of a pattern. Only the last `*` is ever gone back to, so that the time is at most the
 * product of both lengths.
 */
export function fitsPattern(name: string, part: string): boolean {
  return fitsTokens([...name], tokensOf(part));
}

function fitsTokens(letters: readonly string[], tokens: readonly Token[]): boolean {
  let token = 0;
  let star = -1;
  let resume = 0;
  for (let at = 0; at < letters.length; ) {
    const wanted = tokens[token];
    if (kindOf(wanted) === 'star') {
      star = token++;
      resume = at;
    } else if (wanted !== undefined && fits(wanted, letters[at] as string)) {
      token++;
      at++;
    } else if (star >= 0) {
      token = star + 1;
      at = ++resume;
    } else return false;
  }
  while (kindOf(tokens[token]) === 'star') token++;
  return token === tokens.length;
}

/**
 * Files and folders that fit a pattern, in the order of their names. Hidden ones need a dot in the pattern; links to
 * folders are not followed by `**`.
 */
export async function expandPattern(pattern: string, cwd: string): Promise<string[]> {
  const parts = pattern.split(process.platform === 'win32' ? /[\\/]/ : '/');
  const found = new Set<string>();
  await new PatternWalk(parts, cwd, found).from(parts[0] === '' ? '/' : '', parts[0] === '' ? 1 : 0);
  return [...found].sort((a, b) => (a < b ? -1 : 1));
}

class PatternWalk {
  readonly #parts: readonly string[];
  readonly #cwd: string;
  readonly #found: Set<string>;
  /** Folders that were looked into for a part of the pattern: several `**` meet the same ones again. */
  readonly #seen = new Set<string>();

  constructor(parts: readonly string[], cwd: string, found: Set<string>) {
    this.#parts = parts;
    this.#cwd = cwd;
    this.#found = found;
  }

  async from(folder: string, index: number): Promise<void> {
    const part = this.#parts[index];
    if (part === undefined || this.#seen.has(`${index}\n${folder}`)) return;
    this.#seen.add(`${index}\n${folder}`);
    const isLast = index === this.#parts.length - 1;
    if (part === '**') {
      await this.from(folder, index + 1);
      for (const { name, isFolder, isFile } of await this.#entries(folder)) {
        if (name.startsWith('.')) continue;
        if (isFolder) await this.from(join(folder, name), index);
        else if (isLast && isFile) this.#found.add(join(folder, name));
      }
      return;
    }
    if (!isPattern(part)) {
      const path = join(folder, part);
      if (!isLast) await this.from(path, index + 1);
      else if (await exists(resolve(this.#cwd, path))) this.#found.add(path);
      return;
    }
    const tokens = tokensOf(part);
    for (const { name } of await this.#entries(folder)) {
      if ((name.startsWith('.') && !part.startsWith('.')) || !fitsTokens([...name], tokens)) continue;
      if (isLast) this.#found.add(join(folder, name));
      else await this.from(join(folder, name), index + 1);
    }
  }

  async #entries(folder: string): Promise<{ name: string; isFolder: boolean; isFile: boolean }[]> {
    const entries = await readdir(resolve(this.#cwd, folder), { withFileTypes: true }).catch(() => []);
    return entries.map((entry) => ({
      name: entry.name,
      isFolder: entry.isDirectory(),
      isFile: entry.isFile() || entry.isSymbolicLink(),
    }));
  }
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
