/** The script for PowerShell, Windows PowerShell 5.1 included. */
import type { OptionDescription } from '../description.ts';
import { argumentRules, NOTICE, type Plan, type Source } from './plan.ts';

const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;
const list = (words: readonly string[]) => `@(${words.map(quote).join(', ')})`;

/** A word and its description in one text with a tab between them, as `convirza __complete` prints them. */
const described = (entries: readonly { word: string; description: string }[]) =>
  list(entries.map(({ word, description }) => `${word}\t${description}`));

const flagEntries = (flags: readonly OptionDescription[]) =>
  described(flags.map(({ long, description }) => ({ word: long, description })));

/** The kind of a source, then what belongs to it. */
function offer(source: Source): string {
  switch (source.kind) {
    case 'values':
      return list(['values', ...source.values]);
    case 'files':
      return list(['files']);
    case 'program':
      return list(['ask', ...source.words]);
  }
}

/** The completion script for PowerShell. */
export function powershellScript(plan: Plan): string {
  const { places, globals, flagSources, valueFlags, prefixes } = plan;
  const pair = (key: string, value: string) => `    ${quote(key)} = ${value}`;
  const commands = places
    .filter((place) => place.commands.length > 0)
    .map((place) =>
      pair(
        place.path,
        described(place.commands.map(({ name, description }) => ({ word: name, description }))),
      ),
    );
  const flags = places
    .filter((place) => place.flags.length > 0)
    .map((place) => pair(place.path, flagEntries(place.flags)));
  const sources = [
    ...flagSources.map(({ path, flag, source }) => pair(`${path ?? '*'} ${flag}`, offer(source))),
    ...argumentRules(plan).map(({ path, position, source }) =>
      pair(`${path}:${position ?? '*'}`, offer(source)),
    ),
  ];
  const paths = places.filter(({ path }) => path !== '').map(({ path }) => path);
  return `# PowerShell completion for convirza
# ${NOTICE}
Register-ArgumentCompleter -Native -CommandName convirza -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @{
${commands.join('\n')}
  }
  $flags = @{
${flags.join('\n')}
  }
  $globals = ${flagEntries(globals)}
  $sources = @{
${sources.join('\n')}
  }
  $paths = ${list(paths)}
  $prefixes = ${list(prefixes)}
  $valueFlags = ${list(valueFlags)}

  $words = @($commandAst.CommandElements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object { $_.ToString() } | Select-Object -Skip 1)
  $path = ''
  $flag = ''
  $count = 0
  foreach ($word in $words) {
    if ($flag -ne '') { $flag = ''; continue }
    if ($valueFlags -ccontains $word) { $flag = $word; continue }
    if ($word.StartsWith('-') -and $word -ne '-') { continue }
    if ($count -eq 0) {
      if ($path -eq '' -and $prefixes -ccontains $word) { continue }
      $next = "$path $word".Trim()
      if ($paths -ccontains $next) { $path = $next; continue }
    }
    $count++
  }
  $value = $wordToComplete
  $prefix = ''
  if ($flag -eq '' -and $value -match '^(--[^=]+)=(.*)$') {
    $flag = $Matches[1]
    $value = $Matches[2]
    $prefix = "$flag="
  }
  $value = $value.Trim([char[]]@("'", '"'))

  $kind = 'ParameterValue'
  $key = ''
  $offered = @()
  if ($flag -ne '') {
    $key = if ($sources.ContainsKey("$path $flag")) { "$path $flag" } else { "* $flag" }
  } elseif (-not $value.StartsWith('-')) {
    $key = if ($sources.ContainsKey("\${path}:$count")) { "\${path}:$count" } else { "\${path}:*" }
    if ($count -eq 0) { $offered = @($commands[$path]) }
  }
  $source = @($sources[$key] | Where-Object { $_ })
  if ($source.Count -gt 0) {
    # Without any result PowerShell offers files by itself.
    if ($source[0] -eq 'files') { return }
    $rest = @($source | Select-Object -Skip 1)
    if ($source[0] -eq 'values') { $offered = $rest }
    elseif (Get-Command convirza -ErrorAction SilentlyContinue) {
      $kept = $global:LASTEXITCODE
      $offered = @(& convirza __complete @rest @words 2>$null)
      $global:LASTEXITCODE = $kept
    }
  } elseif ($flag -eq '' -and @($offered | Where-Object { $_ }).Count -eq 0) {
    $kind = 'ParameterName'
    $offered = @($flags[$path]) + $globals
  }
  $found = @($offered | Where-Object { $_ } | ForEach-Object {
    $word, $note = "$_" -split "\`t", 2
    if ($word -ne '' -and $word.StartsWith($value, [StringComparison]::OrdinalIgnoreCase)) {
      $text = if ($word -match '^[\\w.:+-]+$') { $word } else { "'" + $word.Replace("'", "''") + "'" }
      $tip = if ($note) { $note } else { $word }
      [System.Management.Automation.CompletionResult]::new("$prefix$text", $word, $kind, $tip)
    }
  })
  # An empty text keeps PowerShell from offering files where none are wanted.
  if ($found.Count -eq 0) { '' } else { $found }
}
`;
}
