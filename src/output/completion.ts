/** Completion scripts for four shells, written out of a description of the command tree. */

export interface OptionDescription {
  /** `--json`. */
  long: string;
  /** `-q`, where there is one. */
  short: string | undefined;
  description: string;
  takesValue: boolean;
  /** The only values it takes, where they are known. */
  values: readonly string[];
}

export interface CommandDescription {
  name: string;
  description: string;
  arguments: { name: string; required: boolean; variadic: boolean }[];
  options: OptionDescription[];
  commands: CommandDescription[];
}

export const SHELLS = ['bash', 'zsh', 'fish', 'powershell'] as const;
export type Shell = (typeof SHELLS)[number];

/** How to install the script that `convirza completion <shell>` prints. */
export const INSTALL: Readonly<Record<Shell, string>> = {
  bash: '  convirza completion bash > ~/.local/share/bash-completion/completions/convirza',
  zsh: '  convirza completion zsh > "$fpath[1]/_convirza"   # then start a new shell',
  fish: '  convirza completion fish > ~/.config/fish/completions/convirza.fish',
  powershell: '  convirza completion powershell >> $PROFILE',
};

/** One place in the tree: the words that lead there, what may follow, and the flags that apply. */
interface Place {
  path: string;
  commands: readonly CommandDescription[];
  options: readonly OptionDescription[];
  files: boolean;
}

const HELP_FLAG: OptionDescription = {
  long: '--help',
  short: '-h',
  description: 'show help',
  takesValue: false,
  values: [],
};

/** Flags that apply everywhere. */
function globalOptions(root: CommandDescription): OptionDescription[] {
  return [...root.options.filter(({ long }) => long !== '--version'), HELP_FLAG];
}

function places(root: CommandDescription): Place[] {
  const found: Place[] = [];
  const visit = (command: CommandDescription, path: string, inherited: readonly OptionDescription[]) => {
    const options = [...command.options, ...inherited];
    found.push({
      path,
      commands: command.commands,
      options,
      files: command.arguments.some((argument) => argument.name.startsWith('file')),
    });
    for (const child of command.commands)
      visit(child, path === '' ? child.name : `${path} ${child.name}`, options);
  };
  visit({ ...root, options: [] }, '', globalOptions(root));
  return found;
}

const NOTICE =
  'Generated from the endpoint catalogue by "npm run completions"; changes here are overwritten.';

export function completionScript(shell: Shell, root: CommandDescription): string {
  const all = places(root);
  switch (shell) {
    case 'bash':
      return bash(all);
    case 'zsh':
      return zsh(all);
    case 'fish':
      return fish(all, globalOptions(root));
    case 'powershell':
      return powershell(all);
  }
}

const single = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const flagsOf = (place: Place) => place.options.map(({ long }) => long);
const enumerated = (place: Place) => place.options.filter(({ values }) => values.length > 0);

/** Flags anywhere in the tree whose next word is their value and no command. */
function valueFlags(all: readonly Place[]): string[] {
  const flags = new Set<string>();
  for (const { options } of all)
    for (const { long, short, takesValue } of options)
      if (takesValue) {
        flags.add(long);
        if (short !== undefined) flags.add(short);
      }
  return [...flags].sort();
}

function bash(all: readonly Place[]): string {
  const paths = all.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  const cases = all.map((place) => {
    const words = [...place.commands.map(({ name }) => name), ...flagsOf(place)].join('\n');
    return `    "${place.path}") words=${single(words)} ;;`;
  });
  const values = all.flatMap((place) =>
    enumerated(place).map(
      (option) => `    "${place.path} ${option.long}") words=${single(option.values.join('\n'))} ;;`,
    ),
  );
  return `# bash completion for convirza
# ${NOTICE}
_convirza() {
  local IFS=$'\\n' cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local path='' next words='' skip='' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="\${COMP_WORDS[i]}"
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
      ${valueFlags(all).join('|')}) skip=1 ;;
      -*) ;;
      *)
        next="\${path:+$path }$word"
        case "$next" in
          ${paths.join('|')}) path="$next" ;;
        esac
        ;;
    esac
  done
  case "$path $prev" in
${values.join('\n')}
    *) ;;
  esac
  if [[ -z $words && -n $skip ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
    return
  fi
  if [[ -z $words ]]; then
    case "$path" in
${cases.join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  local quoted=()
  for word in "\${COMPREPLY[@]}"; do quoted+=("$(printf '%q' "$word")"); done
  COMPREPLY=("\${quoted[@]}")
  case "$path" in
    ${all
      .filter(({ files }) => files)
      .map(({ path }) => `"${path}"`)
      .join('|')}) [[ $cur == -* ]] || COMPREPLY+=($(compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _convirza convirza
`;
}

const zshText = (text: string) => text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');

function zsh(all: readonly Place[]): string {
  const cases = all.map((place) => {
    const commands = place.commands.map(({ name, description }) =>
      single(`${zshText(name)}:${zshText(description)}`),
    );
    const options = place.options.map(({ long, description }) =>
      single(`${zshText(long)}:${zshText(description)}`),
    );
    return `    ${single(place.path)})\n      commands=(${commands.join(' ')})\n      options=(${options.join(' ')})\n      files=${place.files ? 1 : "''"} ;;`;
  });
  const values = all.flatMap((place) =>
    enumerated(place).map(
      (option) =>
        `    ${single(`${place.path} ${option.long}`)}) values=(${option.values.map(single).join(' ')}) ;;`,
    ),
  );
  const paths = all.filter(({ path }) => path !== '').map(({ path }) => single(path));
  return `#compdef convirza
# zsh completion for convirza
# ${NOTICE}
_convirza() {
  local path_words='' next='' skip='' files='' word i
  local -a commands options values
  for ((i = 2; i < CURRENT; i++)); do
    word="\${words[i]}"
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
      ${valueFlags(all).join('|')}) skip=1 ;;
      -*) ;;
      *)
        next="\${path_words:+$path_words }$word"
        case "$next" in
          ${paths.join('|')}) path_words="$next" ;;
        esac ;;
    esac
  done
  case "$path_words \${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  if (( \${#values} )); then compadd -- "\${values[@]}"; return; fi
  if [[ -n $skip ]]; then _files; return; fi
  case "$path_words" in
${cases.join('\n')}
  esac
  if [[ "\${words[CURRENT]}" == -* ]]; then _describe -o 'option' options; return; fi
  (( \${#commands} )) && _describe 'command' commands
  [[ -n $files ]] && _files
  return 0
}
if [[ "$funcstack[1]" == _convirza ]]; then _convirza "$@"; else compdef _convirza convirza; fi
`;
}

const fishText = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function fishOption({ long, short, description, takesValue, values }: OptionDescription, at: string): string {
  const parts = [`complete -c convirza ${at}-l ${long.slice(2)}`];
  if (short !== undefined) parts.push(`-s ${short.slice(1)}`);
  if (values.length > 0)
    parts.push(`-x -a ${fishText(values.map((value) => value.replaceAll(' ', '\\ ')).join(' '))}`);
  else if (takesValue) parts.push('-r');
  parts.push(`-d ${fishText(description)}`);
  return parts.join(' ');
}

function fish(all: readonly Place[], everywhere: readonly OptionDescription[]): string {
  const paths = all.filter(({ path }) => path !== '').map(({ path }) => fishText(path));
  const global = new Set(everywhere);
  const lines = everywhere.map((option) => fishOption(option, ''));
  for (const place of all) {
    // fish works out each condition once for a completion, however many lines share it.
    const at = `-n ${fishText(`__convirza_at "${place.path}"`)} `;
    for (const { name, description } of place.commands)
      lines.push(`complete -c convirza -f ${at}-a ${fishText(name)} -d ${fishText(description)}`);
    if (!place.files && place.commands.length === 0) lines.push(`complete -c convirza -f ${at.trimEnd()}`);
    for (const option of place.options) if (!global.has(option)) lines.push(fishOption(option, at));
  }
  return `# fish completion for convirza
# ${NOTICE}
function __convirza_path
    set -l path ''
    set -l skip 0
    for word in (commandline -opc)[2..-1]
        if test $skip = 1
            set skip 0
            continue
        end
        switch $word
            case ${valueFlags(all).join(' ')}
                set skip 1
            case '-*'
            case '*'
                set -l next (string trim -- "$path $word")
                if contains -- $next ${paths.join(' ')}
                    set path $next
                end
        end
    end
    echo $path
end
function __convirza_at
    test (__convirza_path) = "$argv[1]"
end
${lines.join('\n')}
`;
}

const psText = (text: string) => `'${text.replaceAll("'", "''")}'`;

function powershell(all: readonly Place[]): string {
  const entries = all.map((place) => {
    const words = [
      ...place.commands.map(({ name, description }) => `@(${psText(name)}, ${psText(description)})`),
      ...place.options.map(({ long, description }) => `@(${psText(long)}, ${psText(description)})`),
    ];
    return `    ${psText(place.path)} = @(${words.join(', ')})`;
  });
  const values = all.flatMap((place) =>
    enumerated(place).map(
      (option) =>
        `    ${psText(`${place.path} ${option.long}`)} = @(${option.values.map(psText).join(', ')})`,
    ),
  );
  return `# PowerShell completion for convirza
# ${NOTICE}
Register-ArgumentCompleter -Native -CommandName convirza -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $places = @{
${entries.join('\n')}
  }
  $values = @{
${values.join('\n')}
  }
  $valueFlags = @(${valueFlags(all).map(psText).join(', ')})
  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() } | Select-Object -Skip 1)
  $path = ''
  $skip = $false
  foreach ($word in $words) {
    if ($skip) { $skip = $false; continue }
    if ($valueFlags -contains $word) { $skip = $true; continue }
    if ($word.StartsWith('-')) { continue }
    $next = "$path $word".Trim()
    if ($places.ContainsKey($next)) { $path = $next }
  }
  $key = if ($words.Count -gt 0) { "$path $($words[-1])" } else { '' }
  if ($values.ContainsKey($key)) {
    $values[$key] | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {
      $text = if ($_ -match ' ') { "'$_'" } else { $_ }
      [System.Management.Automation.CompletionResult]::new($text, $_, 'ParameterValue', $_)
    }
    return
  }
  if ($skip) { return }
  $places[$path] | Where-Object { $_[0] -like "$wordToComplete*" } | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_[0], $_[0], 'ParameterName', $_[1])
  }
}
`;
}
