# bash completion for convirza
# Generated from the endpoint catalogue by "npm run completions"; changes here are overwritten.
_convirza_ask() {
  type convirza >/dev/null 2>&1 || return 0
  convirza __complete "$@" </dev/null 2>/dev/null
}

_convirza_flags() {
  case "$path" in
      "auth login") offer='--dry-run
--curl
--email
--password-stdin
--token-stdin
--voice
--login-key
--key-stdin
--config-id
--project-id
' ;;
      "auth refresh") offer='--dry-run
--curl
' ;;
      "auth logout") offer='--dry-run
--curl
--all
--token-key
' ;;
      "auth profile"|"users get"|"groups hierarchy"|"groups get"|"webhooks get"|"agents get"|"routes get"|"broadcasts get"|"calls get"|"whoami") offer='--curl
' ;;
      "auth token") offer='--show
' ;;
      "auth migrate") offer='--to
' ;;
      "users list") offer='--org-unit-id
--name
--email
--role-id
--user-status
--sort-by
--sort-order
--limit
--offset
--all
--watch
--curl
' ;;
      "users create") offer='--username
--first-name
--last-name
--ct-user-ou-id
--role
--role-id
--user-ext-id
--user-status
--timezone
--agent-ring-to
--agent-code
--score-call
--no-score-call
--access-audio
--no-access-audio
--dry-run
--curl
--field
--data
--from
--all-columns
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "users update"|"users patch") offer='--username
--first-name
--last-name
--ct-user-ou-id
--role
--role-id
--user-ext-id
--user-status
--timezone
--agent-ring-to
--agent-code
--score-call
--no-score-call
--access-audio
--no-access-audio
--dry-run
--curl
--field
--data
--from
--id-column
--all-columns
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "users delete"|"groups delete"|"webhooks delete"|"prompts delete"|"agents delete"|"routes delete"|"broadcasts delete"|"tags delete") offer='--yes
--dry-run
--curl
--from
--id-column
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "groups list"|"webhooks list"|"agents list"|"numbers available"|"numbers assigned"|"numbers provisioned"|"routes list"|"broadcasts list"|"tags list"|"ad-sources list"|"industries list") offer='--limit
--offset
--all
--watch
--curl
' ;;
      "groups children") offer='--group-name
--status
--org-unit-id
--limit
--offset
--all
--watch
--curl
' ;;
      "groups tree") offer='--active
--no-active
--curl
' ;;
      "groups create") offer='--org-unit-name
--org-unit-ext-id
--org-unit-parent-id
--top-ou-id
--billing-id
--address
--city
--state
--zip
--phone-number
--industry-id
--timezone
--dry-run
--curl
--field
--data
--from
--all-columns
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "groups update"|"groups patch") offer='--org-unit-name
--org-unit-ext-id
--org-unit-parent-id
--top-ou-id
--billing-id
--address
--city
--state
--zip
--phone-number
--industry-id
--timezone
--dry-run
--curl
--field
--data
--from
--id-column
--all-columns
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "webhooks create"|"agents create"|"routes create"|"broadcasts create"|"tags create") offer='--dry-run
--curl
--field
--data
--from
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "webhooks update"|"webhooks patch"|"agents update"|"agents patch"|"routes update"|"routes patch"|"broadcasts update"|"broadcasts patch"|"tags update") offer='--dry-run
--curl
--field
--data
--from
--id-column
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "prompts list") offer='--org-unit-id
--limit
--offset
--all
--watch
--curl
' ;;
      "prompts upload") offer='--message-type
--name
--org-unit-id
--recording-file-type
--recording-created-by
--dry-run
--curl
--from
--recursive
--name-template
--convert
--rate
--channels
--normalize
--trim-silence
--encoding
--allow-truncated
--any-size
--concurrency
--rate-limit
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "prompts manifest") offer='--out
--force
--recursive
--name-template
--message-type
--org-unit-id
' ;;
      "prompts download") offer='--all
--out
--org-unit-id
--message-type
--url-base
--force
--skip-existing
--dry-run
--concurrency
--rate
' ;;
      "prompts sync") offer='--org-unit-id
--message-type
--recursive
--delete
--replace
--state
--skip-invalid
--yes
--dry-run
--concurrency
--rate
' ;;
      "numbers order"|"numbers release") offer='--yes
--dry-run
--curl
--field
--data
--from
--concurrency
--rate
--journal
--resume
--retry-failed
--shard
--skip-invalid
--failed-to
' ;;
      "calls list") offer='--start
--end
--call-id
--org-unit-id
--campaign-id
--provisioned-route-id
--caller-id
--phone-number
--ring-to
--disposition
--include
--limit
--offset
--all
--watch
--curl
' ;;
      "sms list") offer='--type
--search
--order
--start
--end
--limit
--offset
--all
--watch
--curl
' ;;
      "audio convert") offer='--out
--recursive
--force
--dry-run
--jobs
--preset
--rate
--channels
--channel
--bits
--encoding
--format
--dither
--gain
--normalize
--trim-silence
--start
--duration
--allow-truncated
--input-rate
--input-channels
--input-encoding
' ;;
      "audio inspect") offer='--recursive
--summary
--no-waveform
--allow-truncated
--input-rate
--input-channels
--input-encoding
' ;;
      "audio play") offer='--player
--start
--duration
--gain
--normalize
--channel
--allow-truncated
--input-rate
--input-channels
--input-encoding
' ;;
      "voice login") offer='--token-stdin
--key-stdin
--config-id
--project-id
' ;;
      "voice stream") offer='--speed
--pause
--allow-truncated
--raw
--rate
--channels
--encoding
--save
--save-conversation
--transcript
--events
--event-audio
--transport
--config-id
--project-id
--no-pings
--reply-timeout
--settings
--emotion-detection
--emotion-threshold
--turn-detection
--silence-threshold
--min-speaking-time
--speech-threshold
--interrupt-threshold
--natural-pauses
--turn-mode
--max-turn-duration
--noise-adaptation
--rate-adaptation
--context-awareness
--conversation-style
--user-preferences
--idle-timeout
--idle-warning
--idle-hangup
' ;;
      "voice talk") offer='--recorder
--player
--save
--save-conversation
--transcript
--events
--event-audio
--transport
--config-id
--project-id
--no-pings
--reply-timeout
--settings
--emotion-detection
--emotion-threshold
--turn-detection
--silence-threshold
--min-speaking-time
--speech-threshold
--interrupt-threshold
--natural-pauses
--turn-mode
--max-turn-duration
--noise-adaptation
--rate-adaptation
--context-awareness
--conversation-style
--user-preferences
--idle-timeout
--idle-warning
--idle-hangup
' ;;
      "voice check") offer='--config-id
--project-id
--connections
' ;;
      "voice test") offer='--junit
--save-dir
--only
--concurrency
--repeat
--fail-fast
--schema
--transport
--config-id
--project-id
--no-pings
--reply-timeout
--speed
' ;;
      "voice bench") offer='--sessions
--duration
--ramp
--threshold
--transport
--config-id
--project-id
--no-pings
--reply-timeout
--speed
--yes
' ;;
      "sandbox start") offer='--port
--host
--seed
--rows
--strict
--data
--state
--faults
--latency
--tls
--tls-cert
--log
--script
--with-parent
' ;;
      "sandbox exec") offer='--port
--host
--seed
--rows
--strict
--data
--state
--faults
--latency
--tls
--tls-cert
--log
--script
' ;;
      "sandbox env") offer='--url
--shell
' ;;
      "sandbox reset"|"sandbox faults list"|"sandbox faults set"|"sandbox faults clear"|"sandbox voice set"|"sandbox voice sessions") offer='--url
' ;;
      "sandbox requests") offer='--url
--method
--path
--status
--since
--count
--expect
' ;;
      "config list") offer='--origin
' ;;
      "api") offer='--field
--input
--all
--limit
--dry-run
--curl
' ;;
      "doctor") offer='--bundle
--error
' ;;
  esac
  offer+='--json
--output
--jq
--raw
--columns
--sort
--no-header
--profile
--sandbox
--timeout
--retries
--api-url
--oauth-url
--voice-url
--proxy
--ca-file
--insecure-http
--debug
--quiet
--tz
--plain
--no-color
--no-input
--help'
}

_convirza() {
  local rest=${COMP_LINE-} word trimmed i cur piece held='' value prefix='' raw='' line
  local path='' next flag='' count=0 offer='' files='' tab=$'\t'
  local words=() notes=()
  # readline cuts words at = : and @; what stands together on the line is put together again.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=${COMP_WORDS[i]-}
    trimmed=${rest#"${rest%%[![:blank:]]*}"}
    if ((i > 0)) && [[ -n ${COMP_LINE-} && $rest == "$trimmed" ]]; then
      words[${#words[@]}-1]+=$word
    else
      words+=("$word")
    fi
    rest=${trimmed#"$word"}
  done
  cur=${words[${#words[@]}-1]}
  # The part of the word that readline keeps; the second argument is what it will replace.
  piece=${2-${COMP_WORDS[COMP_CWORD]-}}
  held=${cur%"$piece"}
  unset "words[${#words[@]}-1]"

  for ((i = 1; i < ${#words[@]}; i++)); do
    word=${words[i]}
    if [[ -n $flag ]]; then flag=''; continue; fi
    case "$word" in
      --address|--agent-code|--agent-ring-to|--api-url|--billing-id|--bits|--bundle|--ca-file|--call-id|--caller-id|--campaign-id|--channel|--channels|--city|--columns|--concurrency|--config-id|--connections|--context-awareness|--conversation-style|--ct-user-ou-id|--data|--disposition|--duration|--email|--emotion-detection|--emotion-threshold|--encoding|--end|--error|--events|--failed-to|--faults|--field|--first-name|--format|--from|--gain|--group-name|--host|--id-column|--idle-hangup|--idle-timeout|--idle-warning|--include|--industry-id|--input|--input-channels|--input-encoding|--input-rate|--interrupt-threshold|--jobs|--journal|--jq|--junit|--last-name|--latency|--limit|--log|--login-key|--max-turn-duration|--message-type|--method|--min-speaking-time|--name|--name-template|--natural-pauses|--noise-adaptation|--normalize|--oauth-url|--offset|--only|--order|--org-unit-ext-id|--org-unit-id|--org-unit-name|--org-unit-parent-id|--out|--output|--path|--pause|--phone-number|--player|--port|--preset|--profile|--project-id|--provisioned-route-id|--proxy|--ramp|--rate|--rate-adaptation|--rate-limit|--recorder|--recording-created-by|--recording-file-type|--repeat|--reply-timeout|--retries|--ring-to|--role|--role-id|--rows|--save|--save-conversation|--save-dir|--script|--search|--seed|--sessions|--settings|--shard|--shell|--silence-threshold|--since|--sort|--sort-by|--sort-order|--speech-threshold|--speed|--start|--state|--status|--threshold|--timeout|--timezone|--tls-cert|--to|--token-key|--top-ou-id|--transcript|--transport|--turn-detection|--turn-mode|--type|--tz|--url|--url-base|--user-ext-id|--user-preferences|--user-status|--username|--voice-url|--zip|-d|-f|-o) flag=$word ;;
      -?*) ;;
      *)
        if ((count == 0)); then
          if [[ -z $path ]]; then
            case "$word" in help|schema) continue ;; esac
          fi
          next="${path:+$path }$word"
          case "$next" in
            "auth"|"auth login"|"auth refresh"|"auth logout"|"auth profile"|"auth status"|"auth list"|"auth switch"|"auth token"|"auth migrate"|"users"|"users list"|"users get"|"users create"|"users update"|"users patch"|"users delete"|"groups"|"groups list"|"groups children"|"groups tree"|"groups hierarchy"|"groups get"|"groups create"|"groups update"|"groups patch"|"groups delete"|"webhooks"|"webhooks list"|"webhooks get"|"webhooks create"|"webhooks update"|"webhooks patch"|"webhooks delete"|"prompts"|"prompts list"|"prompts upload"|"prompts delete"|"prompts manifest"|"prompts download"|"prompts sync"|"agents"|"agents list"|"agents get"|"agents create"|"agents update"|"agents patch"|"agents delete"|"numbers"|"numbers available"|"numbers assigned"|"numbers provisioned"|"numbers order"|"numbers release"|"routes"|"routes list"|"routes get"|"routes create"|"routes update"|"routes patch"|"routes delete"|"broadcasts"|"broadcasts list"|"broadcasts get"|"broadcasts create"|"broadcasts update"|"broadcasts patch"|"broadcasts delete"|"calls"|"calls list"|"calls get"|"sms"|"sms list"|"tags"|"tags list"|"tags create"|"tags update"|"tags delete"|"ad-sources"|"ad-sources list"|"industries"|"industries list"|"audio"|"audio convert"|"audio inspect"|"audio play"|"voice"|"voice login"|"voice stream"|"voice talk"|"voice devices"|"voice check"|"voice test"|"voice bench"|"sandbox"|"sandbox start"|"sandbox exec"|"sandbox env"|"sandbox reset"|"sandbox requests"|"sandbox faults"|"sandbox faults list"|"sandbox faults set"|"sandbox faults clear"|"sandbox voice"|"sandbox voice set"|"sandbox voice sessions"|"config"|"config list"|"config get"|"config set"|"config unset"|"api"|"whoami"|"schema"|"open"|"completion"|"doctor"|"demo") path=$next; continue ;;
          esac
        fi
        count=$((count + 1))
        ;;
    esac
  done
  value=$cur
  if [[ -z $flag && $cur == --*=* ]]; then
    flag=${cur%%=*} value=${cur#*=} prefix="${cur%%=*}="
  fi

  if [[ -n $flag ]]; then
    case "$path $flag" in
      "auth migrate --to") offer='keychain
passphrase
file' ;;
      "users list --user-status"|"users create --user-status"|"users update --user-status"|"users patch --user-status") offer='active
inactive
deleted' ;;
      "users list --sort-by") offer='created_on
name
email' ;;
      "users list --sort-order"|"sms list --order") offer='desc
asc' ;;
      "users create --role"|"users update --role"|"users patch --role") offer='Admin
Standard
ReadOnly' ;;
      "users create --from"|"users create --journal"|"users create --failed-to"|"users update --from"|"users update --journal"|"users update --failed-to"|"users patch --from"|"users patch --journal"|"users patch --failed-to"|"users delete --from"|"users delete --journal"|"users delete --failed-to"|"groups create --from"|"groups create --journal"|"groups create --failed-to"|"groups update --from"|"groups update --journal"|"groups update --failed-to"|"groups patch --from"|"groups patch --journal"|"groups patch --failed-to"|"groups delete --from"|"groups delete --journal"|"groups delete --failed-to"|"webhooks create --from"|"webhooks create --journal"|"webhooks create --failed-to"|"webhooks update --from"|"webhooks update --journal"|"webhooks update --failed-to"|"webhooks patch --from"|"webhooks patch --journal"|"webhooks patch --failed-to"|"webhooks delete --from"|"webhooks delete --journal"|"webhooks delete --failed-to"|"prompts upload --from"|"prompts upload --journal"|"prompts upload --failed-to"|"prompts delete --from"|"prompts delete --journal"|"prompts delete --failed-to"|"prompts manifest --out"|"prompts manifest -o"|"prompts sync --state"|"agents create --from"|"agents create --journal"|"agents create --failed-to"|"agents update --from"|"agents update --journal"|"agents update --failed-to"|"agents patch --from"|"agents patch --journal"|"agents patch --failed-to"|"agents delete --from"|"agents delete --journal"|"agents delete --failed-to"|"numbers order --from"|"numbers order --journal"|"numbers order --failed-to"|"numbers release --from"|"numbers release --journal"|"numbers release --failed-to"|"routes create --from"|"routes create --journal"|"routes create --failed-to"|"routes update --from"|"routes update --journal"|"routes update --failed-to"|"routes patch --from"|"routes patch --journal"|"routes patch --failed-to"|"routes delete --from"|"routes delete --journal"|"routes delete --failed-to"|"broadcasts create --from"|"broadcasts create --journal"|"broadcasts create --failed-to"|"broadcasts update --from"|"broadcasts update --journal"|"broadcasts update --failed-to"|"broadcasts patch --from"|"broadcasts patch --journal"|"broadcasts patch --failed-to"|"broadcasts delete --from"|"broadcasts delete --journal"|"broadcasts delete --failed-to"|"tags create --from"|"tags create --journal"|"tags create --failed-to"|"tags update --from"|"tags update --journal"|"tags update --failed-to"|"tags delete --from"|"tags delete --journal"|"tags delete --failed-to"|"audio convert --out"|"audio convert -o"|"voice stream --save"|"voice stream --save-conversation"|"voice stream --transcript"|"voice stream --events"|"voice stream --settings"|"voice talk --save"|"voice talk --save-conversation"|"voice talk --transcript"|"voice talk --events"|"voice talk --settings"|"voice test --junit"|"sandbox start --data"|"sandbox start --state"|"sandbox start --faults"|"sandbox start --tls-cert"|"sandbox start --log"|"sandbox start --script"|"sandbox exec --data"|"sandbox exec --state"|"sandbox exec --faults"|"sandbox exec --tls-cert"|"sandbox exec --log"|"sandbox exec --script"|"api --input"|"doctor --bundle"|"doctor --error"|*" --ca-file") files=1 ;;
      "prompts upload --message-type"|"prompts download --message-type"|"prompts sync --message-type") offer='prompt
whisper
voicemail
survey' ;;
      "prompts upload --convert") offer='wav' ;;
      "prompts upload --channels"|"audio convert --channels") offer='1
2
source' ;;
      "prompts upload --encoding"|"audio convert --encoding") offer='pcm
float
alaw
mulaw' ;;
      "calls list --disposition") offer='ANSWERED
NO ANSWER
BUSY
FAILED
VOICEMAIL
ABANDONED
TRANSFERRED' ;;
      "calls list --include") offer='tags
comments
custom_sources
call_flow
recordings
transcription' ;;
      "sms list --type") offer='allOpen
assignedToYou
unassigned
close' ;;
      "audio convert --preset") offer='voice
telephone
telephone-alaw
speech
cd' ;;
      "audio convert --bits") offer='16
24
32' ;;
      "audio convert --format") offer='wav
raw' ;;
      "audio convert --input-encoding"|"audio inspect --input-encoding"|"audio play --input-encoding") offer='u8
s16
s24
s32
f32
f64
alaw
mulaw' ;;
      "voice stream --transport"|"voice talk --transport"|"voice test --transport"|"voice bench --transport") offer='binary
json' ;;
      "voice stream --emotion-detection"|"voice stream --turn-detection"|"voice stream --natural-pauses"|"voice stream --noise-adaptation"|"voice stream --rate-adaptation"|"voice stream --context-awareness"|"voice stream --idle-timeout"|"voice talk --emotion-detection"|"voice talk --turn-detection"|"voice talk --natural-pauses"|"voice talk --noise-adaptation"|"voice talk --rate-adaptation"|"voice talk --context-awareness"|"voice talk --idle-timeout") offer='on
off' ;;
      "sandbox env --shell") offer='bash
zsh
fish
powershell' ;;
      *" --output") offer='table
json
ndjson
csv
yaml' ;;
      *" --profile") offer=$(_convirza_ask 'profiles' "${words[@]:1}") ;;
    esac
  elif [[ $cur == -* ]]; then
    _convirza_flags
  else
    case "$path:$count" in
      ":0") offer='auth
users
groups
webhooks
prompts
agents
numbers
routes
broadcasts
calls
sms
tags
ad-sources
industries
audio
voice
sandbox
config
api
whoami
schema
open
completion
doctor
demo
help' ;;
      "auth:0") offer='login
refresh
logout
profile
status
list
switch
token
migrate' ;;
      "users:0"|"webhooks:0"|"agents:0"|"routes:0"|"broadcasts:0") offer='list
get
create
update
patch
delete' ;;
      "groups:0") offer='list
children
tree
hierarchy
get
create
update
patch
delete' ;;
      "prompts:0") offer='list
upload
delete
manifest
download
sync' ;;
      "numbers:0") offer='available
assigned
provisioned
order
release' ;;
      "calls:0") offer='list
get' ;;
      "sms:0"|"ad-sources:0"|"industries:0") offer='list' ;;
      "tags:0") offer='list
create
update
delete' ;;
      "audio:0") offer='convert
inspect
play' ;;
      "voice:0") offer='login
stream
talk
devices
check
test
bench' ;;
      "sandbox:0") offer='start
exec
env
reset
requests
faults
voice' ;;
      "sandbox faults:0") offer='list
set
clear' ;;
      "sandbox voice:0") offer='set
sessions' ;;
      "config:0") offer='list
get
set
unset' ;;
      "auth switch:0") offer=$(_convirza_ask 'profiles' "${words[@]:1}") ;;
      "users get:0"|"users update:0"|"users patch:0"|"users delete:0") offer=$(_convirza_ask 'ids' 'users' "${words[@]:1}") ;;
      "groups hierarchy:0"|"groups get:0"|"groups update:0"|"groups patch:0"|"groups delete:0") offer=$(_convirza_ask 'ids' 'groups' "${words[@]:1}") ;;
      "webhooks get:0"|"webhooks update:0"|"webhooks patch:0"|"webhooks delete:0") offer=$(_convirza_ask 'ids' 'webhooks' "${words[@]:1}") ;;
      "prompts upload:"*|"prompts manifest:"*|"audio convert:"*|"audio inspect:"*|"audio play:0"|"voice stream:"*|"voice bench:0"|"sandbox faults set:0"|"sandbox voice set:0") files=1 ;;
      "prompts delete:0") offer=$(_convirza_ask 'ids' 'prompts' "${words[@]:1}") ;;
      "agents get:0"|"agents update:0"|"agents patch:0"|"agents delete:0") offer=$(_convirza_ask 'ids' 'agents' "${words[@]:1}") ;;
      "routes get:0"|"routes update:0"|"routes patch:0"|"routes delete:0") offer=$(_convirza_ask 'ids' 'routes' "${words[@]:1}") ;;
      "broadcasts get:0"|"broadcasts update:0"|"broadcasts patch:0"|"broadcasts delete:0") offer=$(_convirza_ask 'ids' 'broadcasts' "${words[@]:1}") ;;
      "calls get:0") offer=$(_convirza_ask 'ids' 'calls' "${words[@]:1}") ;;
      "tags update:0"|"tags delete:0") offer=$(_convirza_ask 'ids' 'tags' "${words[@]:1}") ;;
      "config get:0"|"config set:0"|"config unset:0") offer=$(_convirza_ask 'settings' "${words[@]:1}") ;;
      "completion:0") offer='bash
zsh
fish
powershell' ;;
      *) _convirza_flags ;;
    esac
  fi

  COMPREPLY=()
  # Within quotes readline wants the text as it is, elsewhere as the shell will read it.
  case "$value" in
    [\"\']*) value=${value:1} raw=1 held=${held%[\"\']} ;;
  esac
  if [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do
      line="$prefix$line"
      COMPREPLY+=("${line#"$held"}")
    done < <(compgen -f -- "$value")
    return
  fi
  value=${value//\\/}
  while IFS= read -r line; do
    word=${line%%"$tab"*}
    [[ -n $word && $word == "$value"* ]] || continue
    line=${line#"$word"}
    notes+=("${line#"$tab"}")
    word="$prefix$word"
    word=${word#"$held"}
    [[ -n $raw ]] || printf -v word '%q' "$word"
    COMPREPLY+=("$word")
  done <<<"$offer"
  # Where readline only lists what there is, names may stand beside ids.
  case "${COMP_TYPE-}" in
    33 | 63 | 64)
      if ((${#COMPREPLY[@]} > 1)); then
        for ((i = 0; i < ${#COMPREPLY[@]}; i++)); do
          [[ -z ${notes[i]} ]] || COMPREPLY[i]+="  (${notes[i]})"
        done
      fi
      ;;
  esac
}
complete -F _convirza convirza
