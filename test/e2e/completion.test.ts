import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { run, temporaryFolder } from '../helpers/cli.ts';

const FILES = { bash: 'convirza.bash', zsh: '_convirza', fish: 'convirza.fish', powershell: 'convirza.ps1' };
const path = (file: string) => fileURLToPath(new URL(`../../completions/${file}`, import.meta.url));

describe('completions', () => {
  it.each(Object.entries(FILES))(
    '%s: the script that is checked in is the one that the program prints',
    async (shell, file) => {
      const result = await run(['completion', shell], await temporaryFolder());
      expect(result.code).toBe(0);
      // Stale? Run: npm run completions
      expect(result.stdout).toBe(readFileSync(path(file), 'utf8'));
    },
  );

  /** What bash would offer for these words, the last one being typed. */
  function offered(...words: string[]): string[] {
    const script = `source "$0"; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _convirza; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = spawnSync('bash', ['-c', script, path('convirza.bash'), ...words], {
      encoding: 'utf8',
    });
    return stdout.trimEnd().split('\n');
  }

  it('bash completes commands, flags and values', () => {
    expect(offered('convirza', 'us')).toEqual(['users']);
    expect(offered('convirza', 'users', '')).toEqual(
      expect.arrayContaining(['list', 'get', 'create', '--json']),
    );
    expect(offered('convirza', '--profile', 'users', 'gro')).toEqual(['groups']);
    expect(offered('convirza', 'users', 'list', '--so')).toEqual(['--sort-by', '--sort-order']);
    expect(offered('convirza', 'users', 'list', '--sort-by', '')).toEqual(['created_on', 'name', 'email']);
    expect(offered('convirza', 'calls', 'list', '--disposition', 'NO')).toEqual(['NO\\ ANSWER']);
    expect(offered('convirza', 'users', 'patch', '--no-sc')).toEqual(['--no-score-call']);
  });
});
