import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exportLines } from '../../src/output/exports.ts';
import { findShell } from '../helpers/shells.ts';

describe('environment variables for a shell', () => {
  it.each([
    ['bash', "export A=http://127.0.0.1:1/v3\nexport B='it'\\''s $HOME'\n"],
    ['zsh', "export A=http://127.0.0.1:1/v3\nexport B='it'\\''s $HOME'\n"],
    ['fish', "set -gx A 'http://127.0.0.1:1/v3'\nset -gx B 'it\\'s $HOME'\n"],
    ['powershell', "$env:A = 'http://127.0.0.1:1/v3'\n$env:B = 'it''s $HOME'\n"],
  ] as const)('in %s', (shell, lines) => {
    expect(exportLines(shell, { A: 'http://127.0.0.1:1/v3', B: "it's $HOME" })).toBe(lines);
  });

  it('doubles the quotes that PowerShell takes for its own', () => {
    expect(exportLines('powershell', { A: 'a\u2019b\u201ac' })).toBe(
      "$env:A = 'a\u2019\u2019b\u201a\u201ac'\n",
    );
  });

  it.each(['bash', 'zsh', 'fish'] as const)('comes back from %s as it was', (shell) => {
    const path = findShell(shell);
    if (path === undefined) return;
    const texts = fc.sample(
      fc.string({ unit: fc.constantFrom(...'ab \'"\\$`!*~#&;|<>(){}[]?=é€'), maxLength: 12 }),
      60,
    );
    const variables = Object.fromEntries(texts.map((text, index) => [`V${index}`, text]));
    const print = Object.keys(variables).map((name) => `printf '%s\\n' "$${name}"\n`);
    const out = execFileSync(path, ['-c', exportLines(shell, variables) + print.join('')]);
    expect(out.toString().split('\n').slice(0, -1)).toEqual(texts);
  });
});
