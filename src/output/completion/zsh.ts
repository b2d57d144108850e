/** The script for zsh. */
import type { OptionDescription } from '../description.ts';
import { argumentRules, NOTICE, type Plan, type Source } from './plan.ts';

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

/** A word and its description as `_describe` takes them. */
function entry(word: string, description: string): string {
  const plain = (text: string) => text.replaceAll('\\', '\\\\').replaceAll(':', '\\:');
  return quote(`${plain(word)}:${plain(description)}`);
}

const flagEntries = (flags: readonly OptionDescription[]) =>
  flags.map(({ long, description }) => entry(long, description)).join(' ');

function offer(source: Source): string {
  switch (source.kind) {
    case 'values':
      return `values=(${source.values.map(quote).join(' ')})`;
    case 'files':
      return 'files=1';
    case 'program':
      return `ask=(${source.words.map(quote).join(' ')})`;
  }
}

/** The completion script for zsh. */
export function zshScript(plan: Plan): string {
  const { places, globals, flagSources, valueFlags, prefixes } = plan;
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  const flagCases = flagSources.map(({ path, flag, source }) => {
    const pattern = path === undefined ? `*${quote(` ${flag}`)}` : quote(`${path} ${flag}`);
    return `      ${pattern}) ${offer(source)} ;;`;
  });
  const commandCases = places
    .filter(({ commands }) => commands.length > 0)
    .map(
      ({ path, commands }) =>
        `      ${quote(`${path}:0`)}) verbs=(${commands.map(({ name, description }) => entry(name, description)).join(' ')}) ;;`,
    );
  const argumentCases = argumentRules(plan).map(({ path, position, source }) => {
    const pattern = position === undefined ? `${quote(`${path}:`)}*` : quote(`${path}:${position}`);
    return `      ${pattern}) ${offer(source)} ;;`;
  });
  const placeFlags = places
    .filter(({ flags }) => flags.length > 0)
    .map(({ path, flags }) => `    ${quote(path)}) options=(${flagEntries(flags)}) ;;`);
  return `#compdef convirza
# zsh completion for convirza
# ${NOTICE}
_convirza_ask() {
  whence convirza >/dev/null || return 0
  convirza __complete "$@" </dev/null 2>/dev/null
}
_convirza_flags() {
  local -a options
  case "$path_words" in
${placeFlags.join('\n')}
  esac
  options+=(${flagEntries(globals)})
  _describe -o 'option' options
}
_convirza() {
  local path_words='' next='' flag='' files='' word line note
  local -i count=0 i
  local -a verbs values ask entries
  for ((i = 2; i < CURRENT; i++)); do
    word="\${(Q)words[i]}"
    if [[ -n $flag ]]; then flag=''; continue; fi
    case "$word" in
      ${valueFlags.join('|')}) flag=$word ;;
      -?*) ;;
      *)
        if (( count == 0 )); then
          if [[ -z $path_words ]]; then
            case "$word" in ${prefixes.join('|')}) continue ;; esac
          fi
          next="\${path_words:+$path_words }$word"
          case "$next" in
            ${paths.join('|')}) path_words="$next"; continue ;;
          esac
        fi
        count+=1 ;;
    esac
  done
  if [[ -z $flag && $PREFIX == --*=* ]]; then
    flag="\${PREFIX%%=*}"
    compset -P 1 '*='
  fi

  if [[ -n $flag ]]; then
    case "$path_words $flag" in
${flagCases.join('\n')}
    esac
  elif [[ $PREFIX == -* ]]; then
    _convirza_flags; return
  else
    case "$path_words:$count" in
${[...commandCases, ...argumentCases].join('\n')}
      *) _convirza_flags; return ;;
    esac
  fi

  if [[ -n $files ]]; then _files; return; fi
  if (( \${#verbs} )); then _describe 'command' verbs; return; fi
  if (( \${#values} )); then compadd -V values -- "\${values[@]}"; return; fi
  (( \${#ask} )) || return 1
  for line in "\${(@f)$(_convirza_ask "\${ask[@]}" "\${(@)words[2,CURRENT-1]}")}"; do
    word="\${line%%$'\\t'*}"
    note="\${\${line#"$word"}#$'\\t'}"
    [[ -z $word ]] || entries+=("\${word//:/\\\\:}\${note:+:$note}")
  done
  (( \${#entries} )) && _describe -V 'value' entries
}
if [[ "$funcstack[1]" == _convirza ]]; then _convirza "$@"; else compdef _convirza convirza; fi
`;
}
