# bash completion for convirza
# Generated from the endpoint catalogue by "npm run completions"; changes here are overwritten.
_convirza() {
  local IFS=$'\n' cur="${COMP_WORDS[COMP_CWORD]}" prev="${COMP_WORDS[COMP_CWORD-1]}"
  local path='' next words='' skip='' i word
  for ((i = 1; i < COMP_CWORD; i++)); do
    word="${COMP_WORDS[i]}"
    if [[ -n $skip ]]; then skip=''; continue; fi
    case "$word" in
      --address|--agent-code|--agent-ring-to|--api-url|--billing-id|--ca-file|--call-id|--caller-id|--campaign-id|--city|--columns|--config-id|--ct-user-ou-id|--data|--disposition|--email|--end|--field|--first-name|--group-name|--host|--include|--industry-id|--input|--jq|--json|--last-name|--limit|--login-key|--message-type|--name|--oauth-url|--offset|--order|--org-unit-ext-id|--org-unit-id|--org-unit-name|--org-unit-parent-id|--output|--phone-number|--port|--profile|--project-id|--provisioned-route-id|--proxy|--recording-created-by|--recording-file-type|--reply-timeout|--retries|--ring-to|--role|--role-id|--save|--search|--seed|--sort|--sort-by|--sort-order|--speed|--start|--state|--status|--timeout|--timezone|--token-key|--top-ou-id|--transport|--type|--user-ext-id|--user-status|--username|--voice-url|--watch|--zip|-d|-f) skip=1 ;;
      -*) ;;
      *)
        next="${path:+$path }$word"
        case "$next" in
          "auth"|"auth login"|"auth refresh"|"auth logout"|"auth profile"|"auth status"|"users"|"users list"|"users get"|"users create"|"users update"|"users patch"|"users delete"|"groups"|"groups list"|"groups children"|"groups tree"|"groups hierarchy"|"groups get"|"groups create"|"groups update"|"groups patch"|"groups delete"|"webhooks"|"webhooks list"|"webhooks get"|"webhooks create"|"webhooks update"|"webhooks patch"|"webhooks delete"|"prompts"|"prompts list"|"prompts upload"|"prompts delete"|"agents"|"agents list"|"agents get"|"agents create"|"agents update"|"agents patch"|"agents delete"|"numbers"|"numbers available"|"numbers assigned"|"numbers provisioned"|"numbers order"|"numbers release"|"routes"|"routes list"|"routes get"|"routes create"|"routes update"|"routes patch"|"routes delete"|"broadcasts"|"broadcasts list"|"broadcasts get"|"broadcasts create"|"broadcasts update"|"broadcasts patch"|"broadcasts delete"|"calls"|"calls list"|"calls get"|"sms"|"sms list"|"tags"|"tags list"|"tags create"|"tags update"|"tags delete"|"ad-sources"|"ad-sources list"|"industries"|"industries list"|"voice"|"voice stream"|"sandbox"|"sandbox start"|"config"|"config list"|"config get"|"config set"|"config unset"|"api"|"whoami"|"schema"|"open"|"completion"|"demo") path="$next" ;;
        esac
        ;;
    esac
  done
  case "$path $prev" in
    " --output") words='table
json
ndjson
csv
yaml' ;;
    "auth --output") words='table
json
ndjson
csv
yaml' ;;
    "auth login --output") words='table
json
ndjson
csv
yaml' ;;
    "auth refresh --output") words='table
json
ndjson
csv
yaml' ;;
    "auth logout --output") words='table
json
ndjson
csv
yaml' ;;
    "auth profile --output") words='table
json
ndjson
csv
yaml' ;;
    "auth status --output") words='table
json
ndjson
csv
yaml' ;;
    "users --output") words='table
json
ndjson
csv
yaml' ;;
    "users list --user-status") words='active
inactive
deleted' ;;
    "users list --sort-by") words='created_on
name
email' ;;
    "users list --sort-order") words='desc
asc' ;;
    "users list --output") words='table
json
ndjson
csv
yaml' ;;
    "users get --output") words='table
json
ndjson
csv
yaml' ;;
    "users create --role") words='Admin
Standard
ReadOnly' ;;
    "users create --user-status") words='active
inactive
deleted' ;;
    "users create --output") words='table
json
ndjson
csv
yaml' ;;
    "users update --role") words='Admin
Standard
ReadOnly' ;;
    "users update --user-status") words='active
inactive
deleted' ;;
    "users update --output") words='table
json
ndjson
csv
yaml' ;;
    "users patch --role") words='Admin
Standard
ReadOnly' ;;
    "users patch --user-status") words='active
inactive
deleted' ;;
    "users patch --output") words='table
json
ndjson
csv
yaml' ;;
    "users delete --output") words='table
json
ndjson
csv
yaml' ;;
    "groups --output") words='table
json
ndjson
csv
yaml' ;;
    "groups list --output") words='table
json
ndjson
csv
yaml' ;;
    "groups children --output") words='table
json
ndjson
csv
yaml' ;;
    "groups tree --output") words='table
json
ndjson
csv
yaml' ;;
    "groups hierarchy --output") words='table
json
ndjson
csv
yaml' ;;
    "groups get --output") words='table
json
ndjson
csv
yaml' ;;
    "groups create --output") words='table
json
ndjson
csv
yaml' ;;
    "groups update --output") words='table
json
ndjson
csv
yaml' ;;
    "groups patch --output") words='table
json
ndjson
csv
yaml' ;;
    "groups delete --output") words='table
json
ndjson
csv
yaml' ;;
    "webhooks --output") words='table
json
ndjson
csv
yaml' ;;
    "webhooks list --output") words='table
json
ndjson
csv
yaml' ;;
    "webhooks get --output") words='table
json
ndjson
csv
yaml' ;;
    "webhooks create --output") words='table
json
ndjson
csv
yaml' ;;
    "webhooks update --output") words='table
json
ndjson
csv
yaml' ;;
    "webhooks patch --output") words='table
json
ndjson
csv
yaml' ;;
    "webhooks delete --output") words='table
json
ndjson
csv
yaml' ;;
    "prompts --output") words='table
json
ndjson
csv
yaml' ;;
    "prompts list --output") words='table
json
ndjson
csv
yaml' ;;
    "prompts upload --message-type") words='prompt
whisper
voicemail
survey' ;;
    "prompts upload --output") words='table
json
ndjson
csv
yaml' ;;
    "prompts delete --output") words='table
json
ndjson
csv
yaml' ;;
    "agents --output") words='table
json
ndjson
csv
yaml' ;;
    "agents list --output") words='table
json
ndjson
csv
yaml' ;;
    "agents get --output") words='table
json
ndjson
csv
yaml' ;;
    "agents create --output") words='table
json
ndjson
csv
yaml' ;;
    "agents update --output") words='table
json
ndjson
csv
yaml' ;;
    "agents patch --output") words='table
json
ndjson
csv
yaml' ;;
    "agents delete --output") words='table
json
ndjson
csv
yaml' ;;
    "numbers --output") words='table
json
ndjson
csv
yaml' ;;
    "numbers available --output") words='table
json
ndjson
csv
yaml' ;;
    "numbers assigned --output") words='table
json
ndjson
csv
yaml' ;;
    "numbers provisioned --output") words='table
json
ndjson
csv
yaml' ;;
    "numbers order --output") words='table
json
ndjson
csv
yaml' ;;
    "numbers release --output") words='table
json
ndjson
csv
yaml' ;;
    "routes --output") words='table
json
ndjson
csv
yaml' ;;
    "routes list --output") words='table
json
ndjson
csv
yaml' ;;
    "routes get --output") words='table
json
ndjson
csv
yaml' ;;
    "routes create --output") words='table
json
ndjson
csv
yaml' ;;
    "routes update --output") words='table
json
ndjson
csv
yaml' ;;
    "routes patch --output") words='table
json
ndjson
csv
yaml' ;;
    "routes delete --output") words='table
json
ndjson
csv
yaml' ;;
    "broadcasts --output") words='table
json
ndjson
csv
yaml' ;;
    "broadcasts list --output") words='table
json
ndjson
csv
yaml' ;;
    "broadcasts get --output") words='table
json
ndjson
csv
yaml' ;;
    "broadcasts create --output") words='table
json
ndjson
csv
yaml' ;;
    "broadcasts update --output") words='table
json
ndjson
csv
yaml' ;;
    "broadcasts patch --output") words='table
json
ndjson
csv
yaml' ;;
    "broadcasts delete --output") words='table
json
ndjson
csv
yaml' ;;
    "calls --output") words='table
json
ndjson
csv
yaml' ;;
    "calls list --disposition") words='ANSWERED
NO ANSWER
BUSY
FAILED
VOICEMAIL
ABANDONED
TRANSFERRED' ;;
    "calls list --include") words='tags
comments
custom_sources
call_flow
recordings
transcription' ;;
    "calls list --output") words='table
json
ndjson
csv
yaml' ;;
    "calls get --output") words='table
json
ndjson
csv
yaml' ;;
    "sms --output") words='table
json
ndjson
csv
yaml' ;;
    "sms list --type") words='allOpen
assignedToYou
unassigned
close' ;;
    "sms list --order") words='desc
asc' ;;
    "sms list --output") words='table
json
ndjson
csv
yaml' ;;
    "tags --output") words='table
json
ndjson
csv
yaml' ;;
    "tags list --output") words='table
json
ndjson
csv
yaml' ;;
    "tags create --output") words='table
json
ndjson
csv
yaml' ;;
    "tags update --output") words='table
json
ndjson
csv
yaml' ;;
    "tags delete --output") words='table
json
ndjson
csv
yaml' ;;
    "ad-sources --output") words='table
json
ndjson
csv
yaml' ;;
    "ad-sources list --output") words='table
json
ndjson
csv
yaml' ;;
    "industries --output") words='table
json
ndjson
csv
yaml' ;;
    "industries list --output") words='table
json
ndjson
csv
yaml' ;;
    "voice --output") words='table
json
ndjson
csv
yaml' ;;
    "voice stream --transport") words='binary
json' ;;
    "voice stream --output") words='table
json
ndjson
csv
yaml' ;;
    "sandbox --output") words='table
json
ndjson
csv
yaml' ;;
    "sandbox start --output") words='table
json
ndjson
csv
yaml' ;;
    "config --output") words='table
json
ndjson
csv
yaml' ;;
    "config list --output") words='table
json
ndjson
csv
yaml' ;;
    "config get --output") words='table
json
ndjson
csv
yaml' ;;
    "config set --output") words='table
json
ndjson
csv
yaml' ;;
    "config unset --output") words='table
json
ndjson
csv
yaml' ;;
    "api --output") words='table
json
ndjson
csv
yaml' ;;
    "whoami --output") words='table
json
ndjson
csv
yaml' ;;
    "schema --output") words='table
json
ndjson
csv
yaml' ;;
    "open --output") words='table
json
ndjson
csv
yaml' ;;
    "completion --output") words='table
json
ndjson
csv
yaml' ;;
    "demo --output") words='table
json
ndjson
csv
yaml' ;;
    *) ;;
  esac
  if [[ -z $words && -n $skip ]]; then
    COMPREPLY=($(compgen -f -- "$cur"))
    return
  fi
  if [[ -z $words ]]; then
    case "$path" in
    "") words='auth
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
voice
sandbox
config
api
whoami
schema
open
completion
demo
--json
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
--no-color
--no-input
--help' ;;
    "auth") words='login
refresh
logout
profile
status
--json
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
--no-color
--no-input
--help' ;;
    "auth login") words='--dry-run
--curl
--email
--password-stdin
--login-key
--json
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
--no-color
--no-input
--help' ;;
    "auth refresh") words='--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "auth logout") words='--dry-run
--curl
--token-key
--json
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
--no-color
--no-input
--help' ;;
    "auth profile") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "auth status") words='--json
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
--no-color
--no-input
--help' ;;
    "users") words='list
get
create
update
patch
delete
--json
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
--no-color
--no-input
--help' ;;
    "users list") words='--org-unit-id
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
--json
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
--no-color
--no-input
--help' ;;
    "users get") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "users create") words='--username
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
--json
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
--no-color
--no-input
--help' ;;
    "users update") words='--username
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
--json
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
--no-color
--no-input
--help' ;;
    "users patch") words='--username
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
--json
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
--no-color
--no-input
--help' ;;
    "users delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "groups") words='list
children
tree
hierarchy
get
create
update
patch
delete
--json
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
--no-color
--no-input
--help' ;;
    "groups list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "groups children") words='--group-name
--status
--org-unit-id
--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "groups tree") words='--active
--no-active
--curl
--json
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
--no-color
--no-input
--help' ;;
    "groups hierarchy") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "groups get") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "groups create") words='--org-unit-name
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
--json
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
--no-color
--no-input
--help' ;;
    "groups update") words='--org-unit-name
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
--json
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
--no-color
--no-input
--help' ;;
    "groups patch") words='--org-unit-name
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
--json
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
--no-color
--no-input
--help' ;;
    "groups delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "webhooks") words='list
get
create
update
patch
delete
--json
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
--no-color
--no-input
--help' ;;
    "webhooks list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "webhooks get") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "webhooks create") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "webhooks update") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "webhooks patch") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "webhooks delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "prompts") words='list
upload
delete
--json
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
--no-color
--no-input
--help' ;;
    "prompts list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "prompts upload") words='--message-type
--name
--org-unit-id
--recording-file-type
--recording-created-by
--dry-run
--curl
--convert
--allow-truncated
--any-size
--json
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
--no-color
--no-input
--help' ;;
    "prompts delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "agents") words='list
get
create
update
patch
delete
--json
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
--no-color
--no-input
--help' ;;
    "agents list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "agents get") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "agents create") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "agents update") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "agents patch") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "agents delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "numbers") words='available
assigned
provisioned
order
release
--json
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
--no-color
--no-input
--help' ;;
    "numbers available") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "numbers assigned") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "numbers provisioned") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "numbers order") words='--yes
--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "numbers release") words='--yes
--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "routes") words='list
get
create
update
patch
delete
--json
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
--no-color
--no-input
--help' ;;
    "routes list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "routes get") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "routes create") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "routes update") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "routes patch") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "routes delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "broadcasts") words='list
get
create
update
patch
delete
--json
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
--no-color
--no-input
--help' ;;
    "broadcasts list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "broadcasts get") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "broadcasts create") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "broadcasts update") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "broadcasts patch") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "broadcasts delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "calls") words='list
get
--json
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
--no-color
--no-input
--help' ;;
    "calls list") words='--start
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
--json
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
--no-color
--no-input
--help' ;;
    "calls get") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "sms") words='list
--json
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
--no-color
--no-input
--help' ;;
    "sms list") words='--type
--search
--order
--start
--end
--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "tags") words='list
create
update
delete
--json
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
--no-color
--no-input
--help' ;;
    "tags list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "tags create") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "tags update") words='--dry-run
--curl
--field
--data
--json
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
--no-color
--no-input
--help' ;;
    "tags delete") words='--yes
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "ad-sources") words='list
--json
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
--no-color
--no-input
--help' ;;
    "ad-sources list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "industries") words='list
--json
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
--no-color
--no-input
--help' ;;
    "industries list") words='--limit
--offset
--all
--watch
--curl
--json
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
--no-color
--no-input
--help' ;;
    "voice") words='stream
--json
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
--no-color
--no-input
--help' ;;
    "voice stream") words='--save
--transport
--config-id
--project-id
--speed
--reply-timeout
--allow-truncated
--json
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
--no-color
--no-input
--help' ;;
    "sandbox") words='start
--json
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
--no-color
--no-input
--help' ;;
    "sandbox start") words='--port
--host
--seed
--json
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
--no-color
--no-input
--help' ;;
    "config") words='list
get
set
unset
--json
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
--no-color
--no-input
--help' ;;
    "config list") words='--origin
--json
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
--no-color
--no-input
--help' ;;
    "config get") words='--json
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
--no-color
--no-input
--help' ;;
    "config set") words='--json
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
--no-color
--no-input
--help' ;;
    "config unset") words='--json
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
--no-color
--no-input
--help' ;;
    "api") words='--field
--input
--all
--limit
--dry-run
--curl
--json
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
--no-color
--no-input
--help' ;;
    "whoami") words='--curl
--json
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
--no-color
--no-input
--help' ;;
    "schema") words='--json
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
--no-color
--no-input
--help' ;;
    "open") words='--json
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
--no-color
--no-input
--help' ;;
    "completion") words='--json
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
--no-color
--no-input
--help' ;;
    "demo") words='--json
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
--no-color
--no-input
--help' ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
  local quoted=()
  for word in "${COMPREPLY[@]}"; do quoted+=("$(printf '%q' "$word")"); done
  COMPREPLY=("${quoted[@]}")
  case "$path" in
    "prompts upload"|"voice stream") [[ $cur == -* ]] || COMPREPLY+=($(compgen -f -- "$cur")) ;;
  esac
}
complete -o filenames -F _convirza convirza
