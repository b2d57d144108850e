/** The script for fish: one function that works out everything, since fish runs every condition by itself. */
import type { OptionDescription } from '../description.ts';
import { argumentRules, NOTICE, type Plan, type Source } from './plan.ts';

const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Prints words with their descriptions. */
const described = (pairs: readonly (readonly [word: string, description: string])[]) =>
  `printf '%s\\t%s\\n' ${pairs.map((pair) => pair.map(quote).join(' ')).join(' ')}`;

const flagPairs = (flags: readonly OptionDescription[]) =>
  flags.map(({ long, description }) => [long, description] as const);

function offer(source: Source): string {
  switch (source.kind) {
    case 'values':
      return `printf '%s\\n' ${source.values.map(quote).join(' ')}`;
    case 'files':
      return '__fish_complete_path $value';
    case 'program':
      return `__convirza_ask ${source.words.map(quote).join(' ')} $words`;
  }
}

/** The completion script for fish. */
export function fishScript(plan: Plan): string {
  const { places, globals, flagSources, valueFlags, prefixes } = plan;
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => quote(path));
  const rule = (pattern: string, body: string) => `        case ${pattern}\n            ${body}`;
  const flagCases = flagSources.map(({ path, flag, source }) =>
    rule(quote(`${path ?? '*'} ${flag}`), offer(source)),
  );
  const commandCases = places
    .filter(({ commands }) => commands.length > 0)
    .map(({ path, commands }) =>
      rule(quote(`${path}:0`), described(commands.map(({ name, description }) => [name, description]))),
    );
  const argumentCases = argumentRules(plan).map(({ path, position, source }) =>
    rule(quote(`${path}:${position ?? '*'}`), offer(source)),
  );
  const placeFlags = places
    .filter(({ flags }) => flags.length > 0)
    .map(({ path, flags }) => rule(quote(path), described(flagPairs(flags))));
  return `# fish completion for convirza
# ${NOTICE}
function __convirza_ask
    type -q convirza; and convirza __complete $argv </dev/null 2>/dev/null
end
function __convirza_flags
    switch "$argv[1]"
${placeFlags.join('\n')}
    end
    ${described(flagPairs(globals))}
end
function __convirza_value -a place value
    set -l words $argv[3..-1]
    switch "$place"
${flagCases.join('\n')}
    end
end
function __convirza_argument -a place value
    set -l words $argv[3..-1]
    switch "$place"
${[...commandCases, ...argumentCases].join('\n')}
        case '*'
            __convirza_flags (string replace -r ':\\d+$' '' -- "$place")
    end
end
function __convirza_complete
    set -l words (commandline -opc)[2..-1]
    set -l current (commandline -ct)
    set -l path ''
    set -l flag ''
    set -l count 0
    for word in $words
        if test -n "$flag"
            set flag ''
            continue
        end
        switch $word
            case ${valueFlags.join(' ')}
                set flag $word
            case '-?*'
            case '*'
                if test $count = 0
                    if test -z "$path"; and contains -- $word ${prefixes.join(' ')}
                        continue
                    end
                    set -l next (string trim -- "$path $word")
                    if contains -- $next ${paths.join(' ')}
                        set path $next
                        continue
                    end
                end
                set count (math $count + 1)
        end
    end
    if test -n "$flag"
        __convirza_value "$path $flag" "$current" $words
    else if string match -qr '^--[^=]+=' -- "$current"
        set -l parts (string split -m 1 = -- "$current")
        __convirza_value "$path $parts[1]" "$parts[2]" $words | string replace -r '^' -- "$parts[1]="
    else if string match -q -- '-*' "$current"
        __convirza_flags "$path"
    else
        __convirza_argument "$path:$count" "$current" $words
    end
end
complete -c convirza -f -k -a '(__convirza_complete)'
`;
}
