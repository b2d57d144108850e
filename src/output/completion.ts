/** Completion scripts for four shells, written out of a description of the command tree. */
import { bashScript } from './completion/bash.ts';
import { fishScript } from './completion/fish.ts';
import { makePlan, type Plan } from './completion/plan.ts';
import { powershellScript } from './completion/powershell.ts';
import { zshScript } from './completion/zsh.ts';
import type { CommandDescription } from './description.ts';
import type { Shell } from './shells.ts';

/** How to install the script that `convirza completion <shell>` prints. */
export const INSTALL: Readonly<Record<Shell, string>> = {
  bash: '  convirza completion bash > ~/.local/share/bash-completion/completions/convirza',
  zsh: '  convirza completion zsh > "$fpath[1]/_convirza"   # then start a new shell',
  fish: '  convirza completion fish > ~/.config/fish/completions/convirza.fish',
  powershell: '  convirza completion powershell >> $PROFILE',
};

const WRITERS: Readonly<Record<Shell, (plan: Plan) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
  powershell: powershellScript,
};

/** The completion script of a shell for the whole command tree. */
export function completionScript(shell: Shell, root: CommandDescription): string {
  return WRITERS[shell](makePlan(root));
}
