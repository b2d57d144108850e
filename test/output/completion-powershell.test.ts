/** PowerShell is not at hand where these tests run, so its script is read instead. */
import { describe, expect, it } from 'vitest';
import { describeCommand } from '../../src/commands/describe.ts';
import { completionScript } from '../../src/output/completion.ts';
import type { CommandDescription } from '../../src/output/description.ts';
import { buildProgram } from '../../src/program.ts';
import { fakeContext } from '../helpers/context.ts';

const root = describeCommand(buildProgram(fakeContext()));
const script = completionScript('powershell', root);

interface Reading {
  /** Texts in single quotes, as PowerShell takes them. */
  texts: string[];
  /** The script without texts and comments. */
  code: string;
  /** What is open at the end. */
  open: string[];
}

const CLOSES: Readonly<Record<string, string>> = { ')': '(', '}': '{', ']': '[' };

/** Reads PowerShell as far as quotes, comments and brackets go. */
function read(source: string): Reading {
  const reading: Reading = { texts: [], code: '', open: [] };
  const token = /'((?:[^']|'')*)'|"(?:[^"`]|`.|"")*"|#[^\n]*|[(){}[\]]|[^'"#(){}[\]]+|['"]/gy;
  for (const [part, single] of source.matchAll(token)) {
    if (single !== undefined) reading.texts.push(single.replaceAll("''", "'"));
    else if (part === "'" || part === '"') throw new Error(`a ${part} is never closed`);
    else if (!/^["#]/.test(part)) {
      reading.code += part;
      if (/^[({[]$/.test(part)) reading.open.push(part);
      else if (CLOSES[part] !== undefined && reading.open.pop() !== CLOSES[part])
        throw new Error(`a ${part} closes nothing`);
    }
  }
  return reading;
}

function places(command: CommandDescription, path = ''): [path: string, command: CommandDescription][] {
  return [
    [path, command],
    ...command.commands.flatMap((child) => places(child, `${path} ${child.name}`.trim())),
  ];
}

describe('the script for PowerShell', () => {
  const { texts, code, open } = read(script);

  it('closes what it opens', () => {
    expect(open).toEqual([]);
    expect(code).toContain('Register-ArgumentCompleter -Native -CommandName convirza -ScriptBlock {');
  });

  it('has every command and flag with its description', () => {
    const known = new Set(texts);
    for (const [path, command] of places(root)) {
      if (path !== '') expect(known).toContain(`${command.name}\t${command.description}`);
      for (const option of command.options) {
        if (option.long === '--version') continue;
        expect(known).toContain(`${option.long}\t${option.description}`);
        for (const value of option.values) expect(known).toContain(value);
      }
    }
  });

  it('has no key twice in a table, which would be an error', () => {
    for (const [table] of script.matchAll(/@\{\n.*?\n {2}\}/gs)) {
      const keys = [...table.matchAll(/^ {4}('(?:[^']|'')*') = /gm)].map(([, key]) => key?.toLowerCase());
      expect(keys.length).toBeGreaterThan(5);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it('asks the program only where it is there, and throws away what it complains about', () => {
    const calls = [...script.matchAll(/^.*& convirza.*$/gm)].map(([line]) => line);
    expect(calls).toEqual([expect.stringContaining('& convirza __complete @rest @words 2>$null')]);
    expect(script).toContain('elseif (Get-Command convirza -ErrorAction SilentlyContinue) {');
    // The exit code of the command before is the user's.
    expect(script).toContain('$global:LASTEXITCODE = $kept');
  });

  it('knows where to ask, and takes the value of an optional flag for a word', () => {
    for (const rule of [
      "'* --profile' = @('ask', 'profiles')",
      "'users get:0' = @('ask', 'ids', 'users')",
      "'config set:0' = @('ask', 'settings')",
      "'prompts upload:*' = @('files')",
      "'completion:0' = @('values', 'bash', 'zsh', 'fish', 'powershell')",
    ])
      expect(script).toContain(`    ${rule}\n`);
    const flags = /\$valueFlags = @\((.*)\)/.exec(script)?.[1] ?? '';
    expect(flags).toContain("'--profile'");
    for (const flag of ['--json', '--watch']) expect(flags).not.toContain(`'${flag}'`);
  });

  it('uses only variables that it sets', () => {
    const given = ['wordToComplete', 'commandAst', 'cursorPosition', '_', 'null', 'Matches', 'global'];
    const set = [...script.matchAll(/\$(\w+)(?:, \$(\w+))? (?:=|in) /g)].flatMap(([, ...names]) => names);
    const used = [...script.replace(/'(?:[^']|'')*'/g, '').matchAll(/\$\{?(\w+)/g)].map(([, name]) => name);
    const known = new Set<string | undefined>([...given, ...set]);
    expect([...new Set(used)].filter((name) => !known.has(name))).toEqual([]);
  });
});
