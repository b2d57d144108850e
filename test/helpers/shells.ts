/** Drives real shells as a person does: a line is typed, a key is pressed, and what stands there then is read. */
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export type ShellName = 'bash' | 'zsh' | 'fish';

const SCRIPTS: Readonly<Record<ShellName, string>> = {
  bash: 'convirza.bash',
  zsh: '_convirza',
  fish: 'convirza.fish',
};

/** Where a shell is; undefined where it is not installed. Windows has none that works like these. */
export function findShell(name: ShellName): string | undefined {
  if (process.platform === 'win32') return undefined;
  return (process.env['PATH'] ?? '')
    .split(delimiter)
    .map((folder) => join(folder, name))
    .find((path) => existsSync(path));
}

const script = (shell: ShellName) =>
  fileURLToPath(new URL(`../../completions/${SCRIPTS[shell]}`, import.meta.url));

/** Keys of the readline and zle settings below: insert all candidates, show the line, clear it. */
const KEYS = '\u0014\u0007\u0015';

const BASH_SETTINGS = `
bind '"\\C-t": insert-completions'
bind -x '"\\C-g": printf "LINE<%s>\\n" "$READLINE_LINE"'
PS1=
`;

const ZSH_DRIVER = `
zmodload zsh/zpty || exit 3
zpty z "/bin/stty cols 2000 kill undef; exec $ZSH_PATH -f -i"
zpty -w z 'PS1= PS2= RPS1=; unset zle_bracketed_paste; autoload -Uz compinit; compinit -D -u; source $CONVIRZA_SCRIPT
_every() { _main_complete; compstate[insert]=all compstate[list]= }; zle -C every complete-word _every; bindkey "^T" every
_show() { print -r -- "LINE<$BUFFER>" }; zle -N _show; bindkey "^G" _show; print RE""ADY'
zpty -r z out '*READY*'
for line in "$@"; do
  zpty -w -n z "$line"$KEYS
  zpty -r z out '*LINE<*>*'
  print -r -- "LINE<\${\${out#*LINE<}%>*}>"
done
zpty -d z
`;

export interface Offer {
  /** The words that were offered, without quotes. */
  words: string[];
  /** What the shell showed beside them, as far as it does. */
  notes: string[];
}

export interface ShellOptions {
  env: NodeJS.ProcessEnv;
  cwd: string;
  path: string;
}

interface Shown {
  stdout: string;
  stderr: string;
}

/** Not the synchronous way: the service that is asked may live in this very process. */
function execute(args: readonly string[], { env, cwd, path }: ShellOptions, input = ''): Promise<Shown> {
  return new Promise((resolve, reject) => {
    const child = spawn(path, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'] });
    const shown = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        shown[name] += text;
      });
    child.on('error', reject);
    child.on('close', () => resolve(shown));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

/** The words that a line ends with beyond what was typed; a shell's quotes and backslashes are taken off. */
function added(typed: string, line: string): string[] {
  if (line === typed) return [];
  const kept = typed.slice(0, typed.search(/[^ ]*$/));
  const words = line.slice(kept.length).match(/(?:\\.|"[^"]*(?:"|$)|'[^']*(?:'|$)|[^\s\\"'])+/g) ?? [];
  return words.map((word) => word.replace(/\\(.)/g, '$1').replace(/["']/g, '').trimEnd());
}

function offersOfLines(lines: readonly string[], shown: Shown): Offer[] {
  const results = [...shown.stdout.matchAll(/LINE<(.*)>/g)].map((match) => match[1] ?? '');
  if (results.length !== lines.length) throw new Error(`the shell said:\n${shown.stdout}\n${shown.stderr}`);
  return lines.map((line, index) => ({ words: added(line, results[index] ?? ''), notes: [] }));
}

async function offersOfFish(line: string, options: ShellOptions): Promise<Offer> {
  const source = `source ${script('fish')}; complete -C $argv[1]`;
  const { stdout, stderr } = await execute(['--no-config', '-c', source, line], options);
  if (stderr !== '') throw new Error(stderr);
  const rows = stdout.split('\n').filter((row) => row !== '');
  const column = (index: number) => rows.map((row) => row.split('\t')[index] ?? '');
  return { words: column(0), notes: column(1) };
}

function typeIntoBash(keys: string, options: ShellOptions): Promise<Shown> {
  const settings = join(options.cwd, '.bashrc-of-test');
  writeFileSync(settings, `source ${script('bash')}\n${BASH_SETTINGS}`);
  const args = ['--noprofile', '--rcfile', settings, '-i'];
  return execute(args, { ...options, env: { ...options.env, TERM: 'dumb' } }, keys);
}

/**
 * What a shell offers for each of some lines; bash and zsh are one shell into which all are typed.
 *
 * @throws Error when the shell, or what it calls, complains
 */
export async function offers(
  shell: ShellName,
  lines: readonly string[],
  options: ShellOptions,
): Promise<Offer[]> {
  if (shell === 'fish') {
    const found: Offer[] = [];
    for (const line of lines) found.push(await offersOfFish(line, options));
    return found;
  }
  if (shell === 'zsh') {
    const env = { ...options.env, CONVIRZA_SCRIPT: script(shell), ZSH_PATH: options.path, KEYS };
    return offersOfLines(
      lines,
      await execute(['-f', '-c', ZSH_DRIVER, 'zsh', ...lines], { ...options, env }),
    );
  }
  // readline forgets an open quote when it inserts all candidates; the completion key does not.
  const keys = lines.map((line) => `${line}${line.includes('"') ? KEYS.replace('\u0014', '\t') : KEYS}`);
  const shown = await typeIntoBash(keys.join(''), options);
  if (/not found|error|convirza: /i.test(shown.stderr)) throw new Error(shown.stderr);
  return offersOfLines(lines, shown);
}

/** What bash lists when the completion key is pressed twice. */
export async function listedByBash(line: string, options: ShellOptions): Promise<string> {
  return (await typeIntoBash(`${line}\t\t\u0015`, options)).stderr;
}
