/** The script for bash, from 3.2 (macOS) on. */
import { argumentRules, NOTICE, type Place, type Plan, type Source } from './plan.ts';

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const lines = (words: readonly string[]) => quote(words.join('\n'));

function offer(source: Source): string {
  switch (source.kind) {
    case 'values':
      return `offer=${lines(source.values)}`;
    case 'files':
      return 'files=1';
    case 'program':
      return `offer=$(_convirza_ask ${source.words.map(quote).join(' ')} "\${words[@]:1}")`;
  }
}

/** Cases of one script, those that say the same put together. */
function cases(entries: readonly (readonly [pattern: string, body: string])[]): string {
  const byBody = new Map<string, string[]>();
  for (const [pattern, body] of entries) byBody.set(body, [...(byBody.get(body) ?? []), pattern]);
  return [...byBody].map(([body, patterns]) => `      ${patterns.join('|')}) ${body} ;;`).join('\n');
}

const flagsOf = (place: Place) => place.flags.map(({ long }) => long);

/** The completion script for bash. */
export function bashScript(plan: Plan): string {
  const { places, globals, flagSources, valueFlags, prefixes } = plan;
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  const flagCases = cases(
    flagSources.map(({ path, flag, source }) => [
      path === undefined ? `*" ${flag}"` : `"${path} ${flag}"`,
      offer(source),
    ]),
  );
  const argumentCases = cases([
    ...places
      .filter(({ commands }) => commands.length > 0)
      .map(
        ({ path, commands }) => [`"${path}:0"`, `offer=${lines(commands.map(({ name }) => name))}`] as const,
      ),
    ...argumentRules(plan).map(
      ({ path, position, source }) =>
        [position === undefined ? `"${path}:"*` : `"${path}:${position}"`, offer(source)] as const,
    ),
  ]);
  const placeFlags = cases(
    places
      .filter(({ flags }) => flags.length > 0)
      .map((place) => [`"${place.path}"`, `offer=${quote(`${flagsOf(place).join('\n')}\n`)}`]),
  );
  return `# bash completion for convirza
# ${NOTICE}
_convirza_ask() {
  type convirza >/dev/null 2>&1 || return 0
  convirza __complete "$@" </dev/null 2>/dev/null
}

_convirza_flags() {
  case "$path" in
${placeFlags}
  esac
  offer+=${lines(globals.map(({ long }) => long))}
}

_convirza() {
  local rest=\${COMP_LINE-} word trimmed i cur piece held='' value prefix='' raw='' line
  local path='' next flag='' count=0 offer='' files='' tab=$'\\t'
  local words=() notes=()
  # readline cuts words at = : and @; what stands together on the line is put together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]-}
    trimmed=\${rest#"\${rest%%[![:blank:]]*}"}
    if ((i > 0)) && [[ -n \${COMP_LINE-} && $rest == "$trimmed" ]]; then
      words[\${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    rest=\${trimmed#"$word"}
  done
  cur=\${words[\${#words[@]}-1]}
  # The part of the word that readline keeps; the second argument is what it will replace.
  piece=\${2-\${COMP_WORDS[COMP_CWORD]-}}
  held=\${cur%"$piece"}
  unset "words[\${#words[@]}-1]"

  for ((i = 1; i < \${#words[@]}; i++)); do
    word=\${words[i]}
    if [[ -n $flag ]]; then flag=''; continue; fi
    case "$word" in
      ${valueFlags.join('|')}) flag=$word ;;
      -?*) ;;
      *)
        if ((count == 0)); then
          if [[ -z $path ]]; then
            case "$word" in ${prefixes.join('|')}) continue ;; esac
          fi
          next="\${path:+$path }$word"
          case "$next" in
            ${paths.join('|')}) path=$next; continue ;;
          esac
        fi
        count=$((count + 1))
        ;;
    esac
  done
  value=$cur
  if [[ -z $flag && $cur == --*=* ]]; then
    flag=\${cur%%=*} value=\${cur#*=} prefix="\${cur%%=*}="
  fi

  if [[ -n $flag ]]; then
    case "$path $flag" in
${flagCases}
    esac
  elif [[ $cur == -* ]]; then
    _convirza_flags
  else
    case "$path:$count" in
${argumentCases}
      *) _convirza_flags ;;
    esac
  fi

  COMPREPLY=()
  # Within quotes readline wants the text as it is, elsewhere as the shell will read it.
  case "$value" in
    [\\"\\']*) value=\${value:1} raw=1 held=\${held%[\\"\\']} ;;
  esac
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do
      line="$prefix$line"
      COMPREPLY+=("\${line#"$held"}")
    done < <(compgen -f -- "$value")
    return
  fi
  value=\${value//\\\\/}
  while IFS= read -r line; do
    word=\${line%%"$tab"*}
    [[ -n $word && $word == "$value"* ]] || continue
    line=\${line#"$word"}
    notes+=("\${line#"$tab"}")
    word="$prefix$word"
    word=\${word#"$held"}
    [[ -n $raw ]] || printf -v word '%q' "$word"
    COMPREPLY+=("$word")
  done <<<"$offer"
  # Where readline only lists what there is, names may stand beside ids.
  case "\${COMP_TYPE-}" in
    33 | 63 | 64)
      if ((\${#COMPREPLY[@]} > 1)); then
        for ((i = 0; i < \${#COMPREPLY[@]}; i++)); do
          [[ -z \${notes[i]} ]] || COMPREPLY[i]+="  (\${notes[i]})"
        done
      fi
      ;;
  esac
}
complete -F _convirza convirza
`;
}
