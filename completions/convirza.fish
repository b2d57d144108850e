# fish completion for convirza
# Generated from the endpoint catalogue by "npm run completions"; changes here are overwritten.
function __convirza_ask
    type -q convirza; and convirza __complete $argv </dev/null 2>/dev/null
end
function __convirza_flags
    switch "$argv[1]"
        case 'auth login'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--email' 'address to sign in with' '--password-stdin' 'read the password from standard input' '--token-stdin' 'read an access token from standard input instead; with --voice a JWT' '--voice' 'sign in to the NextEVI voice service' '--login-key' 'key of the address in the request' '--key-stdin' 'read the API key of the voice service from standard input' '--config-id' 'voice configuration to remember' '--project-id' 'project to remember'
        case 'auth refresh'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing'
        case 'auth logout'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--all' 'every profile' '--token-key' 'key of the token in the request'
        case 'auth profile'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'auth token'
            printf '%s\t%s\n' '--show' 'print it even to a terminal'
        case 'auth migrate'
            printf '%s\t%s\n' '--to' 'what keeps the key'
        case 'users list'
            printf '%s\t%s\n' '--org-unit-id' 'group (org unit) to look in (default: your own)' '--name' 'part of first and last name, any case' '--email' 'part of the address, any case' '--role-id' 'role: 1 Admin, 2 Standard, 3 ReadOnly' '--user-status' 'status (one of active, inactive, deleted)' '--sort-by' 'order by (one of created_on, name, email; default: created_on)' '--sort-order' 'direction (default: desc)' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'users get'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'users create'
            printf '%s\t%s\n' '--username' 'email address to sign in with' '--first-name' 'first name' '--last-name' 'last name' '--ct-user-ou-id' 'group of the user, inside your own hierarchy' '--role' 'role (one of Admin, Standard, ReadOnly)' '--role-id' 'role as a number (1 Admin, 2 Standard, 3 ReadOnly): the documentation uses both forms' '--user-ext-id' 'id of the user in your own system' '--user-status' 'status (one of active, inactive, deleted)' '--timezone' 'IANA time zone (default: the group\'s)' '--agent-ring-to' 'number the agent is called on, E.164' '--agent-code' 'agent code' '--score-call' 'calls of this user are scored' '--no-score-call' 'not: calls of this user are scored' '--access-audio' 'may listen to recordings' '--no-access-audio' 'not: may listen to recordings' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--all-columns' 'with --from: send columns that are no known fields, too' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'users update'
            printf '%s\t%s\n' '--username' 'email address to sign in with' '--first-name' 'first name' '--last-name' 'last name' '--ct-user-ou-id' 'group of the user, inside your own hierarchy' '--role' 'role (one of Admin, Standard, ReadOnly)' '--role-id' 'role as a number (1 Admin, 2 Standard, 3 ReadOnly): the documentation uses both forms' '--user-ext-id' 'id of the user in your own system' '--user-status' 'status (one of active, inactive, deleted)' '--timezone' 'IANA time zone (default: the group\'s)' '--agent-ring-to' 'number the agent is called on, E.164' '--agent-code' 'agent code' '--score-call' 'calls of this user are scored' '--no-score-call' 'not: calls of this user are scored' '--access-audio' 'may listen to recordings' '--no-access-audio' 'not: may listen to recordings' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--all-columns' 'with --from: send columns that are no known fields, too' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'users patch'
            printf '%s\t%s\n' '--username' 'email address to sign in with' '--first-name' 'first name' '--last-name' 'last name' '--ct-user-ou-id' 'group of the user, inside your own hierarchy' '--role' 'role (one of Admin, Standard, ReadOnly)' '--role-id' 'role as a number (1 Admin, 2 Standard, 3 ReadOnly): the documentation uses both forms' '--user-ext-id' 'id of the user in your own system' '--user-status' 'status (one of active, inactive, deleted)' '--timezone' 'IANA time zone (default: the group\'s)' '--agent-ring-to' 'number the agent is called on, E.164' '--agent-code' 'agent code' '--score-call' 'calls of this user are scored' '--no-score-call' 'not: calls of this user are scored' '--access-audio' 'may listen to recordings' '--no-access-audio' 'not: may listen to recordings' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--all-columns' 'with --from: send columns that are no known fields, too' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'users delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'groups list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'groups children'
            printf '%s\t%s\n' '--group-name' 'part of the name, any case' '--status' 'status' '--org-unit-id' 'group whose children are listed (default: your own)' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'groups tree'
            printf '%s\t%s\n' '--active' 'only active groups; --no-active adds archived ones (default: true)' '--no-active' 'not: only active groups; --no-active adds archived ones' '--curl' 'print the equal curl line and send nothing'
        case 'groups hierarchy'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'groups get'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'groups create'
            printf '%s\t%s\n' '--org-unit-name' 'name, unique among its siblings' '--org-unit-ext-id' 'id of the group in your own system' '--org-unit-parent-id' 'parent group: existing, active, inside your own hierarchy' '--top-ou-id' 'topmost group of the account' '--billing-id' 'billing id' '--address' 'street address' '--city' 'city' '--state' 'state' '--zip' 'postal code' '--phone-number' 'telephone number' '--industry-id' 'industry (see: industries list)' '--timezone' 'IANA time zone (default: the parent\'s)' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--all-columns' 'with --from: send columns that are no known fields, too' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'groups update'
            printf '%s\t%s\n' '--org-unit-name' 'name, unique among its siblings' '--org-unit-ext-id' 'id of the group in your own system' '--org-unit-parent-id' 'parent group: existing, active, inside your own hierarchy' '--top-ou-id' 'topmost group of the account' '--billing-id' 'billing id' '--address' 'street address' '--city' 'city' '--state' 'state' '--zip' 'postal code' '--phone-number' 'telephone number' '--industry-id' 'industry (see: industries list)' '--timezone' 'IANA time zone (default: the parent\'s)' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--all-columns' 'with --from: send columns that are no known fields, too' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'groups patch'
            printf '%s\t%s\n' '--org-unit-name' 'name, unique among its siblings' '--org-unit-ext-id' 'id of the group in your own system' '--org-unit-parent-id' 'parent group: existing, active, inside your own hierarchy' '--top-ou-id' 'topmost group of the account' '--billing-id' 'billing id' '--address' 'street address' '--city' 'city' '--state' 'state' '--zip' 'postal code' '--phone-number' 'telephone number' '--industry-id' 'industry (see: industries list)' '--timezone' 'IANA time zone (default: the parent\'s)' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--all-columns' 'with --from: send columns that are no known fields, too' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'groups delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'webhooks list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'webhooks get'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'webhooks create'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'webhooks update'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'webhooks patch'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'webhooks delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'prompts list'
            printf '%s\t%s\n' '--org-unit-id' 'group (org unit) to look in, as in other lists (default: your own)' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'prompts upload'
            printf '%s\t%s\n' '--message-type' 'prompt (IVR), whisper (to the agent), voicemail (greeting), survey (question) (one of prompt, whisper, voicemail, survey)' '--name' 'name, unique within the group; one file only (default: the file name without its ending)' '--org-unit-id' 'group that owns the prompt' '--recording-file-type' 'kind of recording (default: uploaded)' '--recording-created-by' 'id of the user who recorded it' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'manifest of files and fields: CSV, JSON or NDJSON; - for standard input' '--recursive' 'look into folders inside folders' '--name-template' 'name of each prompt by a rule: {dir}, {parent}, {stem}, {ext}, {index}' '--convert' 'decode and upload as 16-bit PCM WAV' '--rate' 'convert to this sample rate, such as 8k, 24000' '--channels' 'convert to 1, 2 or source' '--normalize' 'convert to a loudness, such as -16; peaks stay below -1 dBTP' '--trim-silence' 'convert, and cut silence at both ends (default: below -50 dBFS)' '--encoding' 'convert to pcm, float, alaw or mulaw' '--allow-truncated' 'take what there is of a file that is shorter than it says' '--any-size' 'send files over 50 MB all the same' '--concurrency' 'how many at once (default: 4)' '--rate-limit' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'prompts delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'prompts manifest'
            printf '%s\t%s\n' '--out' 'where it is written (default: standard output)' '--force' 'replace a file that is there' '--recursive' 'look into folders inside folders' '--name-template' 'name of each prompt by a rule: {dir}, {parent}, {stem}, {ext}, {index}' '--message-type' 'purpose of all of them: prompt, whisper, voicemail, survey' '--org-unit-id' 'group that owns all of them'
        case 'prompts download'
            printf '%s\t%s\n' '--all' 'all prompts that the service lists' '--out' 'where the files go (default: the working folder)' '--org-unit-id' 'only those of this group' '--message-type' 'only those of this type: prompt, whisper, voicemail, survey' '--url-base' 'what relative addresses are put behind (default: the root of the API)' '--force' 'replace files that are there' '--skip-existing' 'leave out files that are there with the same size' '--dry-run' 'show what would be downloaded, and from where' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min'
        case 'prompts sync'
            printf '%s\t%s\n' '--org-unit-id' 'group that owns the prompts' '--message-type' 'their purpose: prompt, whisper, voicemail, survey' '--recursive' 'look into folders inside the folder' '--delete' 'delete prompts of this group and type that have no file' '--replace' 'replace prompts of the same name whose content nobody can tell' '--state' 'record of what was uploaded (default: in the folder)' '--skip-invalid' 'leave files with problems and their prompts alone, and do the rest' '--yes' 'do not ask' '--dry-run' 'show the plan and do nothing' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min'
        case 'agents list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'agents get'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'agents create'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'agents update'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'agents patch'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'agents delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'numbers available'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'numbers assigned'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'numbers provisioned'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'numbers order'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'numbers release'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'routes list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'routes get'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'routes create'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'routes update'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'routes patch'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'routes delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'broadcasts list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'broadcasts get'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'broadcasts create'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'broadcasts update'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'broadcasts patch'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'broadcasts delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'calls list'
            printf '%s\t%s\n' '--start' 'begin of the period (default: 7 days ago)' '--end' 'end of the period (default: now)' '--call-id' 'one call; the period and the page are then ignored by the service' '--org-unit-id' 'group; outside the account the service answers 403 (default: your own)' '--campaign-id' 'campaign' '--provisioned-route-id' 'provisioned route' '--caller-id' 'number of the caller, E.164' '--phone-number' 'number that was called' '--ring-to' 'number that it rang at' '--disposition' 'how the call ended; several may be given (one of ANSWERED, NO ANSWER, BUSY, FAILED, VOICEMAIL, ABANDONED, TRANSFERRED)' '--include' 'more of each call; several may be given (one of tags, comments, custom_sources, call_flow, recordings, transcription)' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'calls get'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'sms list'
            printf '%s\t%s\n' '--type' 'which conversations (one of allOpen, assignedToYou, unassigned, close; default: allOpen)' '--search' 'part of the name or number of the contact' '--order' 'direction (default: desc)' '--start' 'begin of the period' '--end' 'end of the period' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'tags list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'tags create'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'tags update'
            printf '%s\t%s\n' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--field' 'any field; name:=json for other than text, name=@file for a file' '--data' 'fields as JSON: an object, @file, or - for standard input' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'tags delete'
            printf '%s\t%s\n' '--yes' 'do not ask' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing' '--from' 'one request for each row: CSV, JSON, NDJSON, or - for standard input' '--id-column' 'with --from: the column of the id' '--concurrency' 'how many at once (default: 4)' '--rate' 'at most so many requests in a time: 10/s, 600/min' '--journal' 'where the journal of the run is kept' '--resume' 'go on with an earlier run: what its journal has as done is left out' '--retry-failed' 'only what failed in an earlier run, by its journal' '--shard' 'only one part of the items, the same on every machine: 2/8' '--skip-invalid' 'leave out what has problems, and do the rest' '--failed-to' 'where what failed is written, to be given again (.csv, .json, .ndjson)'
        case 'ad-sources list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'industries list'
            printf '%s\t%s\n' '--limit' 'rows wanted, over several pages if need be (default: 100)' '--offset' 'rows to skip (default: 0)' '--all' 'all rows, page by page' '--watch' 'show it again when it changes, looking every 5 seconds' '--curl' 'print the equal curl line and send nothing'
        case 'audio convert'
            printf '%s\t%s\n' '--out' 'file, folder, or - for standard output (default: .wav beside the input)' '--recursive' 'look into folders inside folders' '--force' 'replace files that are there' '--dry-run' 'show what would be written and write nothing' '--jobs' 'files converted at once (default: one for each core)' '--preset' 'voice, telephone, telephone-alaw, speech, cd; see below' '--rate' 'sample rate, such as 24000, 8k, 44.1k' '--channels' '1, 2 or source' '--channel' 'this channel of the source alone, counted from 1, instead of a mix' '--bits' '16, 24 or 32' '--encoding' 'pcm, float, alaw or mulaw' '--format' 'wav or raw' '--dither' 'add noise below the last bit, which hides what rounding does' '--gain' 'louder or softer by so many dB' '--normalize' 'bring to a loudness, such as -16; peaks stay below -1 dBTP' '--trim-silence' 'cut silence at both ends (default: below -50 dBFS)' '--start' 'begin here: 2.5, 1:30, 500ms' '--duration' 'this much of it' '--allow-truncated' 'take what there is of a file that is shorter than it says' '--input-rate' 'sample rate of input without a header, which is then raw samples' '--input-channels' 'its channels (default: 1)' '--input-encoding' 'its samples: u8, s16, s24, s32, f32, f64, alaw, mulaw; s16be for big-endian (default: s16)'
        case 'audio inspect'
            printf '%s\t%s\n' '--recursive' 'look into folders inside folders' '--summary' 'one line for each file (default: for more than three)' '--no-waveform' 'do not draw the waveform' '--allow-truncated' 'take what there is of a file that is shorter than it says' '--input-rate' 'sample rate of input without a header, which is then raw samples' '--input-channels' 'its channels (default: 1)' '--input-encoding' 'its samples: u8, s16, s24, s32, f32, f64, alaw, mulaw; s16be for big-endian (default: s16)'
        case 'audio play'
            printf '%s\t%s\n' '--player' 'player to use (default: the first of those below that is there)' '--start' 'begin here: 2.5, 1:30, 500ms' '--duration' 'this much of it' '--gain' 'louder or softer by so many dB' '--normalize' 'bring to a loudness, such as -16' '--channel' 'this channel alone, counted from 1' '--allow-truncated' 'take what there is of a file that is shorter than it says' '--input-rate' 'sample rate of input without a header, which is then raw samples' '--input-channels' 'its channels (default: 1)' '--input-encoding' 'its samples: u8, s16, s24, s32, f32, f64, alaw, mulaw; s16be for big-endian (default: s16)'
        case 'voice login'
            printf '%s\t%s\n' '--token-stdin' 'read a JWT from standard input instead of a key' '--key-stdin' 'read the API key of the voice service from standard input' '--config-id' 'voice configuration to remember' '--project-id' 'project to remember'
        case 'voice stream'
            printf '%s\t%s\n' '--speed' 'times real time' '--pause' 'wait so long between two files, such as 1s or 500ms' '--allow-truncated' 'take what there is of a file that is shorter than it says' '--raw' 'the input is bare samples; standard input is then spoken as it comes' '--rate' 'with --raw: sample rate (default: 24000)' '--channels' 'with --raw: channels (default: 1)' '--encoding' 'with --raw: samples, as audio convert --input-encoding (default: s16)' '--save' 'keep the spoken answers as a WAV file' '--save-conversation' 'keep both sides as a stereo WAV file: caller left, agent right' '--transcript' 'keep what was said: .txt, .srt, .vtt or .json' '--events' 'keep everything that happened, a line of JSON each' '--event-audio' 'with --events: the audio too, as base64' '--transport' 'how audio is sent: binary frames, or JSON audio_input messages' '--config-id' 'voice configuration (default: NEXTEVI_CONFIG_ID)' '--project-id' 'project; found from the configuration when left out' '--no-pings' 'do not give up a service that answers no WebSocket pings' '--reply-timeout' 'how long to wait for an answer' '--settings' 'session settings as JSON, by the names of the API; flags win' '--emotion-detection' 'emotion_detection.enabled: tell emotions' '--emotion-threshold' 'emotion_detection.confidence_threshold: how sure an emotion must be' '--turn-detection' 'turn_detection.enabled: let silence end a turn' '--silence-threshold' 'turn_detection.silence_threshold: silence that ends a turn' '--min-speaking-time' 'turn_detection.min_speaking_time: speech that makes a turn' '--speech-threshold' 'turn_detection.speech_threshold: what counts as speech' '--interrupt-threshold' 'turn_detection.interrupt_threshold: what interrupts an answer' '--natural-pauses' 'turn_detection.natural_pauses: allow pauses inside a turn' '--turn-mode' 'turn_detection.mode: the documentation names "adaptive"' '--max-turn-duration' 'turn_detection.max_turn_duration: longest turn' '--noise-adaptation' 'turn_detection.background_noise_adaptation: adapt to noise' '--rate-adaptation' 'turn_detection.speaking_rate_adaptation: adapt to fast and slow speakers' '--context-awareness' 'turn_detection.context_awareness.enabled: use the context to find turns' '--conversation-style' 'context_awareness.conversation_style (in turn_detection): style of the conversation' '--user-preferences' 'context_awareness.user_preferences (in turn_detection): JSON, or text' '--idle-timeout' 'idle_timeout.enabled: end idle sessions' '--idle-warning' 'idle_timeout.warning_timeout: idle time before a warning' '--idle-hangup' 'idle_timeout.hangup_timeout: idle time before the end'
        case 'voice talk'
            printf '%s\t%s\n' '--recorder' 'what records: a name, name:device, a command line, or - for standard input' '--player' 'what plays: likewise, or - for standard output' '--save' 'keep the spoken answers as a WAV file' '--save-conversation' 'keep both sides as a stereo WAV file: caller left, agent right' '--transcript' 'keep what was said: .txt, .srt, .vtt or .json' '--events' 'keep everything that happened, a line of JSON each' '--event-audio' 'with --events: the audio too, as base64' '--transport' 'how audio is sent: binary frames, or JSON audio_input messages' '--config-id' 'voice configuration (default: NEXTEVI_CONFIG_ID)' '--project-id' 'project; found from the configuration when left out' '--no-pings' 'do not give up a service that answers no WebSocket pings' '--reply-timeout' 'how long to wait for an answer' '--settings' 'session settings as JSON, by the names of the API; flags win' '--emotion-detection' 'emotion_detection.enabled: tell emotions' '--emotion-threshold' 'emotion_detection.confidence_threshold: how sure an emotion must be' '--turn-detection' 'turn_detection.enabled: let silence end a turn' '--silence-threshold' 'turn_detection.silence_threshold: silence that ends a turn' '--min-speaking-time' 'turn_detection.min_speaking_time: speech that makes a turn' '--speech-threshold' 'turn_detection.speech_threshold: what counts as speech' '--interrupt-threshold' 'turn_detection.interrupt_threshold: what interrupts an answer' '--natural-pauses' 'turn_detection.natural_pauses: allow pauses inside a turn' '--turn-mode' 'turn_detection.mode: the documentation names "adaptive"' '--max-turn-duration' 'turn_detection.max_turn_duration: longest turn' '--noise-adaptation' 'turn_detection.background_noise_adaptation: adapt to noise' '--rate-adaptation' 'turn_detection.speaking_rate_adaptation: adapt to fast and slow speakers' '--context-awareness' 'turn_detection.context_awareness.enabled: use the context to find turns' '--conversation-style' 'context_awareness.conversation_style (in turn_detection): style of the conversation' '--user-preferences' 'context_awareness.user_preferences (in turn_detection): JSON, or text' '--idle-timeout' 'idle_timeout.enabled: end idle sessions' '--idle-warning' 'idle_timeout.warning_timeout: idle time before a warning' '--idle-hangup' 'idle_timeout.hangup_timeout: idle time before the end'
        case 'voice check'
            printf '%s\t%s\n' '--config-id' 'voice configuration (default: NEXTEVI_CONFIG_ID)' '--project-id' 'project; found from the configuration when left out' '--connections' 'so many, one after the other, for the spread of times'
        case 'voice test'
            printf '%s\t%s\n' '--junit' 'also write a report as JUnit XML' '--save-dir' 'keep the recording and the transcript of every scenario in it' '--only' 'only scenarios with this in their name; a pattern with * is the whole name' '--concurrency' 'how many at once: an account allows so many sessions' '--repeat' 'run each so many times' '--fail-fast' 'begin no other scenario after one that did not pass' '--schema' 'print the JSON Schema of scenario files, for editors' '--transport' 'how audio is sent: binary frames, or JSON audio_input messages' '--config-id' 'voice configuration (default: NEXTEVI_CONFIG_ID)' '--project-id' 'project; found from the configuration when left out' '--no-pings' 'do not give up a service that answers no WebSocket pings' '--reply-timeout' 'how long to wait for an answer' '--speed' 'times real time'
        case 'voice bench'
            printf '%s\t%s\n' '--sessions' 'how many at once' '--duration' 'how long all of them talk at once, such as 30s or 5m' '--ramp' 'new connections a minute or a second, such as 90/min or 5/s' '--threshold' 'end with code 11 above it: first_audio.p99=1500ms, errors=0 (may be repeated)' '--transport' 'how audio is sent: binary frames, or JSON audio_input messages' '--config-id' 'voice configuration (default: NEXTEVI_CONFIG_ID)' '--project-id' 'project; found from the configuration when left out' '--no-pings' 'do not give up a service that answers no WebSocket pings' '--reply-timeout' 'how long to wait for an answer' '--speed' 'times real time' '--yes' 'do not ask: sessions with the real service cost money'
        case 'sandbox start'
            printf '%s\t%s\n' '--port' 'port; 0 for any free one' '--host' 'address to listen on' '--seed' 'another seed, other sample data' '--rows' 'so many calls in the generated year, and texts in proportion' '--strict' 'refuse whatever the documentation does not name' '--data' 'JSON or YAML: rows to begin with, such as {"users": [...]}' '--state' 'keep what is stored here, and go on with it at the next start' '--faults' 'JSON or YAML: rules of what goes wrong' '--latency' 'every answer waits so long: 50ms, or 50ms+-20 with a spread' '--tls' 'https: and wss:, with a certificate made at the start' '--tls-cert' 'with --tls: where to put the certificate that clients must trust' '--log' 'append every request and voice session, a line of JSON each, without secrets' '--script' 'YAML or JSON: what the voice agent says turn by turn, and its faults' '--with-parent' 'end when standard input closes, as it does when the program that holds it dies'
        case 'sandbox exec'
            printf '%s\t%s\n' '--port' 'port; 0 for any free one' '--host' 'address to listen on' '--seed' 'another seed, other sample data' '--rows' 'so many calls in the generated year, and texts in proportion' '--strict' 'refuse whatever the documentation does not name' '--data' 'JSON or YAML: rows to begin with, such as {"users": [...]}' '--state' 'keep what is stored here, and go on with it at the next start' '--faults' 'JSON or YAML: rules of what goes wrong' '--latency' 'every answer waits so long: 50ms, or 50ms+-20 with a spread' '--tls' 'https: and wss:, with a certificate made at the start' '--tls-cert' 'with --tls: where to put the certificate that clients must trust' '--log' 'append every request and voice session, a line of JSON each, without secrets' '--script' 'YAML or JSON: what the voice agent says turn by turn, and its faults'
        case 'sandbox env'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)' '--shell' 'the shell (default: bash, which is right for sh too; powershell on Windows)'
        case 'sandbox reset'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)'
        case 'sandbox requests'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)' '--method' 'only of this method' '--path' 'only of this path, such as /v3/tag; * stands for any characters' '--status' 'only with this outcome: 404, 4xx, reset, aborted' '--since' 'only those that came since: 2026-01-31T09:30:00Z, or 5m ago' '--count' 'print how many there are, and nothing else' '--expect' 'fail unless there are some, or exactly so many'
        case 'sandbox faults list'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)'
        case 'sandbox faults set'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)'
        case 'sandbox faults clear'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)'
        case 'sandbox voice set'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)'
        case 'sandbox voice sessions'
            printf '%s\t%s\n' '--url' 'its address (default: CONVIRZA_SANDBOX_URL, else port 4010 here)'
        case 'config list'
            printf '%s\t%s\n' '--origin' 'also where each value comes from'
        case 'api'
            printf '%s\t%s\n' '--field' 'field of the body, or of the query of a GET' '--input' 'body from a file, or - for standard input' '--all' 'all rows of a list, page by page' '--limit' 'rows wanted, over several pages' '--dry-run' 'show the request and send nothing' '--curl' 'print the equal curl line and send nothing'
        case 'whoami'
            printf '%s\t%s\n' '--curl' 'print the equal curl line and send nothing'
        case 'doctor'
            printf '%s\t%s\n' '--bundle' 'also write a file for support, without secrets' '--error' 'with --bundle: an error that --json wrote, to go along'
    end
    printf '%s\t%s\n' '--json' 'print JSON: all fields, or those named (id,name)' '--output' 'shape of the output' '--jq' 'print what jq makes of the JSON' '--raw' 'print the answer of the service as it came' '--columns' 'columns of a table or of CSV' '--sort' 'order rows by a field; -name for descending' '--no-header' 'no line of headings' '--profile' 'account to use' '--sandbox' 'run against a sandbox inside this process: no account, no network, nothing kept' '--timeout' 'longest silence of a server (default: 30)' '--retries' 'how often a failed request is sent again (default: 3)' '--api-url' 'base URL of the Convirza API' '--oauth-url' 'base URL of the sign-in service' '--voice-url' 'address of the voice service' '--proxy' 'HTTP proxy (default: HTTPS_PROXY)' '--ca-file' 'certificates to trust beside the usual ones (PEM)' '--insecure-http' 'accept http: and ws: beyond this machine' '--debug' 'show every request and answer on standard error, without secrets' '--quiet' 'say nothing but results, warnings and errors' '--tz' 'zone of dates in tables: utc, local, Europe/Berlin (default: utc)' '--plain' 'words instead of drawings, no redrawn lines (for screen readers)' '--no-color' 'no colour' '--no-input' 'never ask' '--help' 'show help'
end
function __convirza_value -a place value
    set -l words $argv[3..-1]
    switch "$place"
        case 'auth migrate --to'
            printf '%s\n' 'keychain' 'passphrase' 'file'
        case 'users list --user-status'
            printf '%s\n' 'active' 'inactive' 'deleted'
        case 'users list --sort-by'
            printf '%s\n' 'created_on' 'name' 'email'
        case 'users list --sort-order'
            printf '%s\n' 'desc' 'asc'
        case 'users create --role'
            printf '%s\n' 'Admin' 'Standard' 'ReadOnly'
        case 'users create --user-status'
            printf '%s\n' 'active' 'inactive' 'deleted'
        case 'users create --from'
            __fish_complete_path $value
        case 'users create --journal'
            __fish_complete_path $value
        case 'users create --failed-to'
            __fish_complete_path $value
        case 'users update --role'
            printf '%s\n' 'Admin' 'Standard' 'ReadOnly'
        case 'users update --user-status'
            printf '%s\n' 'active' 'inactive' 'deleted'
        case 'users update --from'
            __fish_complete_path $value
        case 'users update --journal'
            __fish_complete_path $value
        case 'users update --failed-to'
            __fish_complete_path $value
        case 'users patch --role'
            printf '%s\n' 'Admin' 'Standard' 'ReadOnly'
        case 'users patch --user-status'
            printf '%s\n' 'active' 'inactive' 'deleted'
        case 'users patch --from'
            __fish_complete_path $value
        case 'users patch --journal'
            __fish_complete_path $value
        case 'users patch --failed-to'
            __fish_complete_path $value
        case 'users delete --from'
            __fish_complete_path $value
        case 'users delete --journal'
            __fish_complete_path $value
        case 'users delete --failed-to'
            __fish_complete_path $value
        case 'groups create --from'
            __fish_complete_path $value
        case 'groups create --journal'
            __fish_complete_path $value
        case 'groups create --failed-to'
            __fish_complete_path $value
        case 'groups update --from'
            __fish_complete_path $value
        case 'groups update --journal'
            __fish_complete_path $value
        case 'groups update --failed-to'
            __fish_complete_path $value
        case 'groups patch --from'
            __fish_complete_path $value
        case 'groups patch --journal'
            __fish_complete_path $value
        case 'groups patch --failed-to'
            __fish_complete_path $value
        case 'groups delete --from'
            __fish_complete_path $value
        case 'groups delete --journal'
            __fish_complete_path $value
        case 'groups delete --failed-to'
            __fish_complete_path $value
        case 'webhooks create --from'
            __fish_complete_path $value
        case 'webhooks create --journal'
            __fish_complete_path $value
        case 'webhooks create --failed-to'
            __fish_complete_path $value
        case 'webhooks update --from'
            __fish_complete_path $value
        case 'webhooks update --journal'
            __fish_complete_path $value
        case 'webhooks update --failed-to'
            __fish_complete_path $value
        case 'webhooks patch --from'
            __fish_complete_path $value
        case 'webhooks patch --journal'
            __fish_complete_path $value
        case 'webhooks patch --failed-to'
            __fish_complete_path $value
        case 'webhooks delete --from'
            __fish_complete_path $value
        case 'webhooks delete --journal'
            __fish_complete_path $value
        case 'webhooks delete --failed-to'
            __fish_complete_path $value
        case 'prompts upload --message-type'
            printf '%s\n' 'prompt' 'whisper' 'voicemail' 'survey'
        case 'prompts upload --from'
            __fish_complete_path $value
        case 'prompts upload --convert'
            printf '%s\n' 'wav'
        case 'prompts upload --channels'
            printf '%s\n' '1' '2' 'source'
        case 'prompts upload --encoding'
            printf '%s\n' 'pcm' 'float' 'alaw' 'mulaw'
        case 'prompts upload --journal'
            __fish_complete_path $value
        case 'prompts upload --failed-to'
            __fish_complete_path $value
        case 'prompts delete --from'
            __fish_complete_path $value
        case 'prompts delete --journal'
            __fish_complete_path $value
        case 'prompts delete --failed-to'
            __fish_complete_path $value
        case 'prompts manifest --out'
            __fish_complete_path $value
        case 'prompts manifest -o'
            __fish_complete_path $value
        case 'prompts download --message-type'
            printf '%s\n' 'prompt' 'whisper' 'voicemail' 'survey'
        case 'prompts sync --message-type'
            printf '%s\n' 'prompt' 'whisper' 'voicemail' 'survey'
        case 'prompts sync --state'
            __fish_complete_path $value
        case 'agents create --from'
            __fish_complete_path $value
        case 'agents create --journal'
            __fish_complete_path $value
        case 'agents create --failed-to'
            __fish_complete_path $value
        case 'agents update --from'
            __fish_complete_path $value
        case 'agents update --journal'
            __fish_complete_path $value
        case 'agents update --failed-to'
            __fish_complete_path $value
        case 'agents patch --from'
            __fish_complete_path $value
        case 'agents patch --journal'
            __fish_complete_path $value
        case 'agents patch --failed-to'
            __fish_complete_path $value
        case 'agents delete --from'
            __fish_complete_path $value
        case 'agents delete --journal'
            __fish_complete_path $value
        case 'agents delete --failed-to'
            __fish_complete_path $value
        case 'numbers order --from'
            __fish_complete_path $value
        case 'numbers order --journal'
            __fish_complete_path $value
        case 'numbers order --failed-to'
            __fish_complete_path $value
        case 'numbers release --from'
            __fish_complete_path $value
        case 'numbers release --journal'
            __fish_complete_path $value
        case 'numbers release --failed-to'
            __fish_complete_path $value
        case 'routes create --from'
            __fish_complete_path $value
        case 'routes create --journal'
            __fish_complete_path $value
        case 'routes create --failed-to'
            __fish_complete_path $value
        case 'routes update --from'
            __fish_complete_path $value
        case 'routes update --journal'
            __fish_complete_path $value
        case 'routes update --failed-to'
            __fish_complete_path $value
        case 'routes patch --from'
            __fish_complete_path $value
        case 'routes patch --journal'
            __fish_complete_path $value
        case 'routes patch --failed-to'
            __fish_complete_path $value
        case 'routes delete --from'
            __fish_complete_path $value
        case 'routes delete --journal'
            __fish_complete_path $value
        case 'routes delete --failed-to'
            __fish_complete_path $value
        case 'broadcasts create --from'
            __fish_complete_path $value
        case 'broadcasts create --journal'
            __fish_complete_path $value
        case 'broadcasts create --failed-to'
            __fish_complete_path $value
        case 'broadcasts update --from'
            __fish_complete_path $value
        case 'broadcasts update --journal'
            __fish_complete_path $value
        case 'broadcasts update --failed-to'
            __fish_complete_path $value
        case 'broadcasts patch --from'
            __fish_complete_path $value
        case 'broadcasts patch --journal'
            __fish_complete_path $value
        case 'broadcasts patch --failed-to'
            __fish_complete_path $value
        case 'broadcasts delete --from'
            __fish_complete_path $value
        case 'broadcasts delete --journal'
            __fish_complete_path $value
        case 'broadcasts delete --failed-to'
            __fish_complete_path $value
        case 'calls list --disposition'
            printf '%s\n' 'ANSWERED' 'NO ANSWER' 'BUSY' 'FAILED' 'VOICEMAIL' 'ABANDONED' 'TRANSFERRED'
        case 'calls list --include'
            printf '%s\n' 'tags' 'comments' 'custom_sources' 'call_flow' 'recordings' 'transcription'
        case 'sms list --type'
            printf '%s\n' 'allOpen' 'assignedToYou' 'unassigned' 'close'
        case 'sms list --order'
            printf '%s\n' 'desc' 'asc'
        case 'tags create --from'
            __fish_complete_path $value
        case 'tags create --journal'
            __fish_complete_path $value
        case 'tags create --failed-to'
            __fish_complete_path $value
        case 'tags update --from'
            __fish_complete_path $value
        case 'tags update --journal'
            __fish_complete_path $value
        case 'tags update --failed-to'
            __fish_complete_path $value
        case 'tags delete --from'
            __fish_complete_path $value
        case 'tags delete --journal'
            __fish_complete_path $value
        case 'tags delete --failed-to'
            __fish_complete_path $value
        case 'audio convert --out'
            __fish_complete_path $value
        case 'audio convert -o'
            __fish_complete_path $value
        case 'audio convert --preset'
            printf '%s\n' 'voice' 'telephone' 'telephone-alaw' 'speech' 'cd'
        case 'audio convert --channels'
            printf '%s\n' '1' '2' 'source'
        case 'audio convert --bits'
            printf '%s\n' '16' '24' '32'
        case 'audio convert --encoding'
            printf '%s\n' 'pcm' 'float' 'alaw' 'mulaw'
        case 'audio convert --format'
            printf '%s\n' 'wav' 'raw'
        case 'audio convert --input-encoding'
            printf '%s\n' 'u8' 's16' 's24' 's32' 'f32' 'f64' 'alaw' 'mulaw'
        case 'audio inspect --input-encoding'
            printf '%s\n' 'u8' 's16' 's24' 's32' 'f32' 'f64' 'alaw' 'mulaw'
        case 'audio play --input-encoding'
            printf '%s\n' 'u8' 's16' 's24' 's32' 'f32' 'f64' 'alaw' 'mulaw'
        case 'voice stream --save'
            __fish_complete_path $value
        case 'voice stream --save-conversation'
            __fish_complete_path $value
        case 'voice stream --transcript'
            __fish_complete_path $value
        case 'voice stream --events'
            __fish_complete_path $value
        case 'voice stream --transport'
            printf '%s\n' 'binary' 'json'
        case 'voice stream --settings'
            __fish_complete_path $value
        case 'voice stream --emotion-detection'
            printf '%s\n' 'on' 'off'
        case 'voice stream --turn-detection'
            printf '%s\n' 'on' 'off'
        case 'voice stream --natural-pauses'
            printf '%s\n' 'on' 'off'
        case 'voice stream --noise-adaptation'
            printf '%s\n' 'on' 'off'
        case 'voice stream --rate-adaptation'
            printf '%s\n' 'on' 'off'
        case 'voice stream --context-awareness'
            printf '%s\n' 'on' 'off'
        case 'voice stream --idle-timeout'
            printf '%s\n' 'on' 'off'
        case 'voice talk --save'
            __fish_complete_path $value
        case 'voice talk --save-conversation'
            __fish_complete_path $value
        case 'voice talk --transcript'
            __fish_complete_path $value
        case 'voice talk --events'
            __fish_complete_path $value
        case 'voice talk --transport'
            printf '%s\n' 'binary' 'json'
        case 'voice talk --settings'
            __fish_complete_path $value
        case 'voice talk --emotion-detection'
            printf '%s\n' 'on' 'off'
        case 'voice talk --turn-detection'
            printf '%s\n' 'on' 'off'
        case 'voice talk --natural-pauses'
            printf '%s\n' 'on' 'off'
        case 'voice talk --noise-adaptation'
            printf '%s\n' 'on' 'off'
        case 'voice talk --rate-adaptation'
            printf '%s\n' 'on' 'off'
        case 'voice talk --context-awareness'
            printf '%s\n' 'on' 'off'
        case 'voice talk --idle-timeout'
            printf '%s\n' 'on' 'off'
        case 'voice test --junit'
            __fish_complete_path $value
        case 'voice test --transport'
            printf '%s\n' 'binary' 'json'
        case 'voice bench --transport'
            printf '%s\n' 'binary' 'json'
        case 'sandbox start --data'
            __fish_complete_path $value
        case 'sandbox start --state'
            __fish_complete_path $value
        case 'sandbox start --faults'
            __fish_complete_path $value
        case 'sandbox start --tls-cert'
            __fish_complete_path $value
        case 'sandbox start --log'
            __fish_complete_path $value
        case 'sandbox start --script'
            __fish_complete_path $value
        case 'sandbox exec --data'
            __fish_complete_path $value
        case 'sandbox exec --state'
            __fish_complete_path $value
        case 'sandbox exec --faults'
            __fish_complete_path $value
        case 'sandbox exec --tls-cert'
            __fish_complete_path $value
        case 'sandbox exec --log'
            __fish_complete_path $value
        case 'sandbox exec --script'
            __fish_complete_path $value
        case 'sandbox env --shell'
            printf '%s\n' 'bash' 'zsh' 'fish' 'powershell'
        case 'api --input'
            __fish_complete_path $value
        case 'doctor --bundle'
            __fish_complete_path $value
        case 'doctor --error'
            __fish_complete_path $value
        case '* --output'
            printf '%s\n' 'table' 'json' 'ndjson' 'csv' 'yaml'
        case '* --profile'
            __convirza_ask 'profiles' $words
        case '* --ca-file'
            __fish_complete_path $value
    end
end
function __convirza_argument -a place value
    set -l words $argv[3..-1]
    switch "$place"
        case ':0'
            printf '%s\t%s\n' 'auth' 'Sign in and out, and see who you are' 'users' 'People who may sign in' 'groups' 'Groups (org units) and their hierarchy' 'webhooks' 'Calls to your own server' 'prompts' 'Audio files for call flows' 'agents' 'AI voice agents' 'numbers' 'Phone numbers' 'routes' 'Provisioned routes (call flows)' 'broadcasts' 'SMS broadcasts' 'calls' 'Call records' 'sms' 'SMS conversations' 'tags' 'Tags on calls' 'ad-sources' 'Advertising sources' 'industries' 'Industries' 'audio' 'Convert, inspect and play audio files' 'voice' 'Talk to a NextEVI voice agent' 'sandbox' 'A local stand-in for both services, for trying things out and for tests' 'config' 'Settings of this machine' 'api' 'Send any request to the API, signed in' 'whoami' 'Show the account you are signed in as, as the service sees it' 'schema' 'Describe commands, flags, endpoints, evidence and exit codes for machines' 'open' 'Open the vendor\'s documentation in a browser' 'completion' 'Print the completion script for a shell' 'doctor' 'Check this machine: settings, credentials, keychain, proxy, both services, terminal' 'demo' 'The main job against a local sandbox, step by step: no account, no network' 'help' 'help for a command'
        case 'auth:0'
            printf '%s\t%s\n' 'login' 'Sign in with email and password and keep the tokens, encrypted' 'refresh' 'Exchange the stored refresh token for a new pair now' 'logout' 'Revoke both tokens and forget them and the voice key' 'profile' 'Show the account you are signed in as, as the service sees it' 'status' 'Show who is signed in, for how long, and how the tokens are kept (offline)' 'list' 'List all profiles: service, account, group, expiry, key (offline)' 'switch' 'Make a profile the one that commands use' 'token' 'Print the access token for another program, refreshed if it has ended' 'migrate' 'Seal the credentials of every profile with another key'
        case 'users:0'
            printf '%s\t%s\n' 'list' 'List the users of a group and its sub-groups' 'get' 'Show one user' 'create' 'Create a user' 'update' 'Replace a user' 'patch' 'Change some fields of a user' 'delete' 'Delete a user (soft: it stays listed as deleted)'
        case 'groups:0'
            printf '%s\t%s\n' 'list' 'List groups (org units)' 'children' 'List the child groups of a group, one level' 'tree' 'Show the hierarchy of groups' 'hierarchy' 'List the ids of a group and of all groups below it' 'get' 'Show one group' 'create' 'Create a group' 'update' 'Replace a group' 'patch' 'Change some fields of a group' 'delete' 'Delete a group'
        case 'webhooks:0'
            printf '%s\t%s\n' 'list' 'List webhooks' 'get' 'Show one webhook' 'create' 'Create a webhook' 'update' 'Replace a webhook' 'patch' 'Change some fields of a webhook' 'delete' 'Delete a webhook'
        case 'prompts:0'
            printf '%s\t%s\n' 'list' 'List media prompts' 'upload' 'Upload audio files as prompts, whispers, voicemail greetings or survey questions' 'delete' 'Delete a media prompt' 'manifest' 'Write a manifest of audio files, to be edited and given to prompts upload --from' 'download' 'Download the audio files of prompts' 'sync' 'Make the prompts of a group what a folder holds: upload new files, replace changed ones'
        case 'agents:0'
            printf '%s\t%s\n' 'list' 'List AI voice agents' 'get' 'Show one AI voice agent' 'create' 'Create an AI voice agent' 'update' 'Replace an AI voice agent' 'patch' 'Change some fields of an AI voice agent' 'delete' 'Delete an AI voice agent'
        case 'numbers:0'
            printf '%s\t%s\n' 'available' 'List phone numbers that can be ordered' 'assigned' 'List phone numbers that are assigned' 'provisioned' 'List phone numbers that are provisioned' 'order' 'Order phone numbers (may cost money)' 'release' 'Release reserved phone numbers (may be irreversible)'
        case 'routes:0'
            printf '%s\t%s\n' 'list' 'List provisioned routes' 'get' 'Show one provisioned route' 'create' 'Create a provisioned route' 'update' 'Replace a provisioned route' 'patch' 'Change some fields of a provisioned route' 'delete' 'Delete a provisioned route'
        case 'broadcasts:0'
            printf '%s\t%s\n' 'list' 'List SMS broadcasts' 'get' 'Show one SMS broadcast' 'create' 'Create an SMS broadcast' 'update' 'Replace an SMS broadcast' 'patch' 'Change some fields of an SMS broadcast' 'delete' 'Delete an SMS broadcast'
        case 'calls:0'
            printf '%s\t%s\n' 'list' 'List calls of a period' 'get' 'Show one call'
        case 'sms:0'
            printf '%s\t%s\n' 'list' 'List SMS conversations'
        case 'tags:0'
            printf '%s\t%s\n' 'list' 'List tags' 'create' 'Create a tag' 'update' 'Change a tag' 'delete' 'Delete a tag'
        case 'ad-sources:0'
            printf '%s\t%s\n' 'list' 'List advertising sources'
        case 'industries:0'
            printf '%s\t%s\n' 'list' 'List industries'
        case 'audio:0'
            printf '%s\t%s\n' 'convert' 'Convert audio files of any common format to WAV or raw samples' 'inspect' 'Show what audio files hold, how loud they are, and what they are fit for' 'play' 'Play an audio file through a player of this system'
        case 'voice:0'
            printf '%s\t%s\n' 'login' 'Keep the NextEVI key in the profile, encrypted; the same as auth login --voice' 'stream' 'Speak audio files to an agent in real time and show its answers' 'talk' 'Talk to an agent through microphone and loudspeaker' 'devices' 'Show what voice talk can record and play with on this machine' 'check' 'Connect to the voice service and show each step: name, TLS, credentials, round trip' 'test' 'Hold scripted conversations with an agent and check what it does' 'bench' 'Talk to an agent in many sessions at once and measure its answers'
        case 'sandbox:0'
            printf '%s\t%s\n' 'start' 'Start it on this machine; it ends with Ctrl-C and forgets everything' 'exec' 'Run a command with a fresh sandbox of its own, and end with its exit code' 'env' 'Print the environment variables that lead to a running one, for a shell to run' 'reset' 'Put a running one back to what it was started with' 'requests' 'Show the requests that a running one got, without secrets' 'faults' 'What goes wrong in a running one' 'voice' 'The voice side of a running one'
        case 'sandbox faults:0'
            printf '%s\t%s\n' 'list' 'Show the rules, and how often each has acted' 'set' 'Put rules in the place of all that there are' 'clear' 'Take all rules away'
        case 'sandbox voice:0'
            printf '%s\t%s\n' 'set' 'Give the voice agent another script' 'sessions' 'Show the voice sessions that a running one had'
        case 'config:0'
            printf '%s\t%s\n' 'list' 'Show all settings' 'get' 'Print one setting' 'set' 'Keep a setting' 'unset' 'Go back to the default'
        case 'auth switch:0'
            __convirza_ask 'profiles' $words
        case 'users get:0'
            __convirza_ask 'ids' 'users' $words
        case 'users update:0'
            __convirza_ask 'ids' 'users' $words
        case 'users patch:0'
            __convirza_ask 'ids' 'users' $words
        case 'users delete:0'
            __convirza_ask 'ids' 'users' $words
        case 'groups hierarchy:0'
            __convirza_ask 'ids' 'groups' $words
        case 'groups get:0'
            __convirza_ask 'ids' 'groups' $words
        case 'groups update:0'
            __convirza_ask 'ids' 'groups' $words
        case 'groups patch:0'
            __convirza_ask 'ids' 'groups' $words
        case 'groups delete:0'
            __convirza_ask 'ids' 'groups' $words
        case 'webhooks get:0'
            __convirza_ask 'ids' 'webhooks' $words
        case 'webhooks update:0'
            __convirza_ask 'ids' 'webhooks' $words
        case 'webhooks patch:0'
            __convirza_ask 'ids' 'webhooks' $words
        case 'webhooks delete:0'
            __convirza_ask 'ids' 'webhooks' $words
        case 'prompts upload:*'
            __fish_complete_path $value
        case 'prompts delete:0'
            __convirza_ask 'ids' 'prompts' $words
        case 'prompts manifest:*'
            __fish_complete_path $value
        case 'agents get:0'
            __convirza_ask 'ids' 'agents' $words
        case 'agents update:0'
            __convirza_ask 'ids' 'agents' $words
        case 'agents patch:0'
            __convirza_ask 'ids' 'agents' $words
        case 'agents delete:0'
            __convirza_ask 'ids' 'agents' $words
        case 'routes get:0'
            __convirza_ask 'ids' 'routes' $words
        case 'routes update:0'
            __convirza_ask 'ids' 'routes' $words
        case 'routes patch:0'
            __convirza_ask 'ids' 'routes' $words
        case 'routes delete:0'
            __convirza_ask 'ids' 'routes' $words
        case 'broadcasts get:0'
            __convirza_ask 'ids' 'broadcasts' $words
        case 'broadcasts update:0'
            __convirza_ask 'ids' 'broadcasts' $words
        case 'broadcasts patch:0'
            __convirza_ask 'ids' 'broadcasts' $words
        case 'broadcasts delete:0'
            __convirza_ask 'ids' 'broadcasts' $words
        case 'calls get:0'
            __convirza_ask 'ids' 'calls' $words
        case 'tags update:0'
            __convirza_ask 'ids' 'tags' $words
        case 'tags delete:0'
            __convirza_ask 'ids' 'tags' $words
        case 'audio convert:*'
            __fish_complete_path $value
        case 'audio inspect:*'
            __fish_complete_path $value
        case 'audio play:0'
            __fish_complete_path $value
        case 'voice stream:*'
            __fish_complete_path $value
        case 'voice bench:0'
            __fish_complete_path $value
        case 'sandbox faults set:0'
            __fish_complete_path $value
        case 'sandbox voice set:0'
            __fish_complete_path $value
        case 'config get:0'
            __convirza_ask 'settings' $words
        case 'config set:0'
            __convirza_ask 'settings' $words
        case 'config unset:0'
            __convirza_ask 'settings' $words
        case 'completion:0'
            printf '%s\n' 'bash' 'zsh' 'fish' 'powershell'
        case '*'
            __convirza_flags (string replace -r ':\d+$' '' -- "$place")
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
            case --address --agent-code --agent-ring-to --api-url --billing-id --bits --bundle --ca-file --call-id --caller-id --campaign-id --channel --channels --city --columns --concurrency --config-id --connections --context-awareness --conversation-style --ct-user-ou-id --data --disposition --duration --email --emotion-detection --emotion-threshold --encoding --end --error --events --failed-to --faults --field --first-name --format --from --gain --group-name --host --id-column --idle-hangup --idle-timeout --idle-warning --include --industry-id --input --input-channels --input-encoding --input-rate --interrupt-threshold --jobs --journal --jq --junit --last-name --latency --limit --log --login-key --max-turn-duration --message-type --method --min-speaking-time --name --name-template --natural-pauses --noise-adaptation --normalize --oauth-url --offset --only --order --org-unit-ext-id --org-unit-id --org-unit-name --org-unit-parent-id --out --output --path --pause --phone-number --player --port --preset --profile --project-id --provisioned-route-id --proxy --ramp --rate --rate-adaptation --rate-limit --recorder --recording-created-by --recording-file-type --repeat --reply-timeout --retries --ring-to --role --role-id --rows --save --save-conversation --save-dir --script --search --seed --sessions --settings --shard --shell --silence-threshold --since --sort --sort-by --sort-order --speech-threshold --speed --start --state --status --threshold --timeout --timezone --tls-cert --to --token-key --top-ou-id --transcript --transport --turn-detection --turn-mode --type --tz --url --url-base --user-ext-id --user-preferences --user-status --username --voice-url --zip -d -f -o
                set flag $word
            case '-?*'
            case '*'
                if test $count = 0
                    if test -z "$path"; and contains -- $word help schema
                        continue
                    end
                    set -l next (string trim -- "$path $word")
                    if contains -- $next 'auth' 'auth login' 'auth refresh' 'auth logout' 'auth profile' 'auth status' 'auth list' 'auth switch' 'auth token' 'auth migrate' 'users' 'users list' 'users get' 'users create' 'users update' 'users patch' 'users delete' 'groups' 'groups list' 'groups children' 'groups tree' 'groups hierarchy' 'groups get' 'groups create' 'groups update' 'groups patch' 'groups delete' 'webhooks' 'webhooks list' 'webhooks get' 'webhooks create' 'webhooks update' 'webhooks patch' 'webhooks delete' 'prompts' 'prompts list' 'prompts upload' 'prompts delete' 'prompts manifest' 'prompts download' 'prompts sync' 'agents' 'agents list' 'agents get' 'agents create' 'agents update' 'agents patch' 'agents delete' 'numbers' 'numbers available' 'numbers assigned' 'numbers provisioned' 'numbers order' 'numbers release' 'routes' 'routes list' 'routes get' 'routes create' 'routes update' 'routes patch' 'routes delete' 'broadcasts' 'broadcasts list' 'broadcasts get' 'broadcasts create' 'broadcasts update' 'broadcasts patch' 'broadcasts delete' 'calls' 'calls list' 'calls get' 'sms' 'sms list' 'tags' 'tags list' 'tags create' 'tags update' 'tags delete' 'ad-sources' 'ad-sources list' 'industries' 'industries list' 'audio' 'audio convert' 'audio inspect' 'audio play' 'voice' 'voice login' 'voice stream' 'voice talk' 'voice devices' 'voice check' 'voice test' 'voice bench' 'sandbox' 'sandbox start' 'sandbox exec' 'sandbox env' 'sandbox reset' 'sandbox requests' 'sandbox faults' 'sandbox faults list' 'sandbox faults set' 'sandbox faults clear' 'sandbox voice' 'sandbox voice set' 'sandbox voice sessions' 'config' 'config list' 'config get' 'config set' 'config unset' 'api' 'whoami' 'schema' 'open' 'completion' 'doctor' 'demo'
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
