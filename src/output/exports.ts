/** Environment variables as lines that a shell runs. */
import { shellQuote } from '../shared/shell.ts';
import type { Shell } from './shells.ts';

const LINES: Readonly<Record<Shell, (name: string, value: string) => string>> = {
  bash: (name, value) => `export ${name}=${shellQuote(value)}`,
  zsh: (name, value) => `export ${name}=${shellQuote(value)}`,
  fish: (name, value) => `set -gx ${name} '${value.replace(/[\\']/g, '\\$&')}'`,
  // PowerShell takes typographic quotes for single ones too.
  powershell: (name, value) => `$env:${name} = '${value.replace(/['\u2018\u2019\u201a\u201b]/g, '$&$&')}'`,
};

/** A line for each variable, with a line break at its end. Bash lines are right for every POSIX shell. */
export function exportLines(shell: Shell, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${LINES[shell](name, value)}\n`)
    .join('');
}
