# PowerShell completion for convirza
# Generated from the endpoint catalogue by "npm run completions"; changes here are overwritten.
Register-ArgumentCompleter -Native -CommandName convirza -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $commands = @{
    '' = @('auth	Sign in and out, and see who you are', 'users	People who may sign in', 'groups	Groups (org units) and their hierarchy', 'webhooks	Calls to your own server', 'prompts	Audio files for call flows', 'agents	AI voice agents', 'numbers	Phone numbers', 'routes	Provisioned routes (call flows)', 'broadcasts	SMS broadcasts', 'calls	Call records', 'sms	SMS conversations', 'tags	Tags on calls', 'ad-sources	Advertising sources', 'industries	Industries', 'audio	Convert, inspect and play audio files', 'voice	Talk to a NextEVI voice agent', 'sandbox	A local stand-in for both services', 'config	Settings of this machine', 'api	Send any request to the API, signed in', 'whoami	Show the account you are signed in as, as the service sees it', 'schema	Describe commands, flags, endpoints, evidence and exit codes for machines', 'open	Open the vendor''s documentation in a browser', 'completion	Print the completion script for a shell', 'doctor	Check this machine: settings, credentials, keychain, proxy, both services, terminal', 'demo	The main job against a local sandbox, step by step: no account, no network', 'help	help for a command')
    'auth' = @('login	Sign in with email and password and keep the tokens, encrypted', 'refresh	Exchange the stored refresh token for a new pair now', 'logout	Revoke both tokens and forget them and the voice key', 'profile	Show the account you are signed in as, as the service sees it', 'status	Show who is signed in, for how long, and how the tokens are kept (offline)', 'list	List all profiles: service, account, group, expiry, key (offline)', 'switch	Make a profile the one that commands use', 'token	Print the access token for another program, refreshed if it has ended', 'migrate	Seal the credentials of every profile with another key')
    'users' = @('list	List the users of a group and its sub-groups', 'get	Show one user', 'create	Create a user', 'update	Replace a user', 'patch	Change some fields of a user', 'delete	Delete a user (soft: it stays listed as deleted)')
    'groups' = @('list	List groups (org units)', 'children	List the child groups of a group, one level', 'tree	Show the hierarchy of groups', 'hierarchy	List the ids of a group and of all groups below it', 'get	Show one group', 'create	Create a group', 'update	Replace a group', 'patch	Change some fields of a group', 'delete	Delete a group')
    'webhooks' = @('list	List webhooks', 'get	Show one webhook', 'create	Create a webhook', 'update	Replace a webhook', 'patch	Change some fields of a webhook', 'delete	Delete a webhook')
    'prompts' = @('list	List media prompts', 'upload	Upload audio files as prompts, whispers, voicemail greetings or survey questions', 'delete	Delete a media prompt', 'manifest	Write a manifest of audio files, to be edited and given to prompts upload --from')
    'agents' = @('list	List AI voice agents', 'get	Show one AI voice agent', 'create	Create an AI voice agent', 'update	Replace an AI voice agent', 'patch	Change some fields of an AI voice agent', 'delete	Delete an AI voice agent')
    'numbers' = @('available	List phone numbers that can be ordered', 'assigned	List phone numbers that are assigned', 'provisioned	List phone numbers that are provisioned', 'order	Order phone numbers (may cost money)', 'release	Release reserved phone numbers (may be irreversible)')
    'routes' = @('list	List provisioned routes', 'get	Show one provisioned route', 'create	Create a provisioned route', 'update	Replace a provisioned route', 'patch	Change some fields of a provisioned route', 'delete	Delete a provisioned route')
    'broadcasts' = @('list	List SMS broadcasts', 'get	Show one SMS broadcast', 'create	Create an SMS broadcast', 'update	Replace an SMS broadcast', 'patch	Change some fields of an SMS broadcast', 'delete	Delete an SMS broadcast')
    'calls' = @('list	List calls of a period', 'get	Show one call')
    'sms' = @('list	List SMS conversations')
    'tags' = @('list	List tags', 'create	Create a tag', 'update	Change a tag', 'delete	Delete a tag')
    'ad-sources' = @('list	List advertising sources')
    'industries' = @('list	List industries')
    'audio' = @('convert	Convert audio files of any common format to WAV or raw samples', 'inspect	Show what audio files hold, how loud they are, and what they are fit for', 'play	Play an audio file through a player of this system')
    'voice' = @('login	Keep the NextEVI key in the profile, encrypted; the same as auth login --voice', 'stream	Speak an audio file to an agent in real time and show its answer')
    'sandbox' = @('start	Start it on this machine; it ends with Ctrl-C and forgets everything')
    'config' = @('list	Show all settings', 'get	Print one setting', 'set	Keep a setting', 'unset	Go back to the default')
  }
  $flags = @{
    'auth login' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--email	address to sign in with', '--password-stdin	read the password from standard input', '--token-stdin	read an access token from standard input instead; with --voice a JWT', '--voice	sign in to the NextEVI voice service', '--login-key	key of the address in the request', '--key-stdin	read the API key of the voice service from standard input', '--config-id	voice configuration to remember', '--project-id	project to remember')
    'auth refresh' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'auth logout' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--all	every profile', '--token-key	key of the token in the request')
    'auth profile' = @('--curl	print the equal curl line and send nothing')
    'auth token' = @('--show	print it even to a terminal')
    'auth migrate' = @('--to	what keeps the key')
    'users list' = @('--org-unit-id	group (org unit) to look in (default: your own)', '--name	part of first and last name, any case', '--email	part of the address, any case', '--role-id	role: 1 Admin, 2 Standard, 3 ReadOnly', '--user-status	status (one of active, inactive, deleted)', '--sort-by	order by (one of created_on, name, email; default: created_on)', '--sort-order	direction (default: desc)', '--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'users get' = @('--curl	print the equal curl line and send nothing')
    'users create' = @('--username	email address to sign in with', '--first-name	first name', '--last-name	last name', '--ct-user-ou-id	group of the user, inside your own hierarchy', '--role	role (one of Admin, Standard, ReadOnly)', '--role-id	role as a number (1 Admin, 2 Standard, 3 ReadOnly): the documentation uses both forms', '--user-ext-id	id of the user in your own system', '--user-status	status (one of active, inactive, deleted)', '--timezone	IANA time zone (default: the group''s)', '--agent-ring-to	number the agent is called on, E.164', '--agent-code	agent code', '--score-call	calls of this user are scored', '--no-score-call	not: calls of this user are scored', '--access-audio	may listen to recordings', '--no-access-audio	not: may listen to recordings', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'users update' = @('--username	email address to sign in with', '--first-name	first name', '--last-name	last name', '--ct-user-ou-id	group of the user, inside your own hierarchy', '--role	role (one of Admin, Standard, ReadOnly)', '--role-id	role as a number (1 Admin, 2 Standard, 3 ReadOnly): the documentation uses both forms', '--user-ext-id	id of the user in your own system', '--user-status	status (one of active, inactive, deleted)', '--timezone	IANA time zone (default: the group''s)', '--agent-ring-to	number the agent is called on, E.164', '--agent-code	agent code', '--score-call	calls of this user are scored', '--no-score-call	not: calls of this user are scored', '--access-audio	may listen to recordings', '--no-access-audio	not: may listen to recordings', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'users patch' = @('--username	email address to sign in with', '--first-name	first name', '--last-name	last name', '--ct-user-ou-id	group of the user, inside your own hierarchy', '--role	role (one of Admin, Standard, ReadOnly)', '--role-id	role as a number (1 Admin, 2 Standard, 3 ReadOnly): the documentation uses both forms', '--user-ext-id	id of the user in your own system', '--user-status	status (one of active, inactive, deleted)', '--timezone	IANA time zone (default: the group''s)', '--agent-ring-to	number the agent is called on, E.164', '--agent-code	agent code', '--score-call	calls of this user are scored', '--no-score-call	not: calls of this user are scored', '--access-audio	may listen to recordings', '--no-access-audio	not: may listen to recordings', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'users delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'groups list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'groups children' = @('--group-name	part of the name, any case', '--status	status', '--org-unit-id	group whose children are listed (default: your own)', '--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'groups tree' = @('--active	only active groups; --no-active adds archived ones (default: true)', '--no-active	not: only active groups; --no-active adds archived ones', '--curl	print the equal curl line and send nothing')
    'groups hierarchy' = @('--curl	print the equal curl line and send nothing')
    'groups get' = @('--curl	print the equal curl line and send nothing')
    'groups create' = @('--org-unit-name	name, unique among its siblings', '--org-unit-ext-id	id of the group in your own system', '--org-unit-parent-id	parent group: existing, active, inside your own hierarchy', '--top-ou-id	topmost group of the account', '--billing-id	billing id', '--address	street address', '--city	city', '--state	state', '--zip	postal code', '--phone-number	telephone number', '--industry-id	industry (see: industries list)', '--timezone	IANA time zone (default: the parent''s)', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'groups update' = @('--org-unit-name	name, unique among its siblings', '--org-unit-ext-id	id of the group in your own system', '--org-unit-parent-id	parent group: existing, active, inside your own hierarchy', '--top-ou-id	topmost group of the account', '--billing-id	billing id', '--address	street address', '--city	city', '--state	state', '--zip	postal code', '--phone-number	telephone number', '--industry-id	industry (see: industries list)', '--timezone	IANA time zone (default: the parent''s)', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'groups patch' = @('--org-unit-name	name, unique among its siblings', '--org-unit-ext-id	id of the group in your own system', '--org-unit-parent-id	parent group: existing, active, inside your own hierarchy', '--top-ou-id	topmost group of the account', '--billing-id	billing id', '--address	street address', '--city	city', '--state	state', '--zip	postal code', '--phone-number	telephone number', '--industry-id	industry (see: industries list)', '--timezone	IANA time zone (default: the parent''s)', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'groups delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'webhooks list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'webhooks get' = @('--curl	print the equal curl line and send nothing')
    'webhooks create' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'webhooks update' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'webhooks patch' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'webhooks delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'prompts list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'prompts upload' = @('--message-type	prompt (IVR), whisper (to the agent), voicemail (greeting), survey (question) (one of prompt, whisper, voicemail, survey)', '--name	name, unique within the group; one file only (default: the file name without its ending)', '--org-unit-id	group that owns the prompt', '--recording-file-type	kind of recording (default: uploaded)', '--recording-created-by	id of the user who recorded it', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--from	manifest of files and fields: CSV, JSON or NDJSON; - for standard input', '--recursive	look into folders inside folders', '--name-template	name of each prompt by a rule: {dir}, {parent}, {stem}, {ext}, {index}', '--convert	decode and upload as 16-bit PCM WAV', '--rate	convert to this sample rate, such as 8k, 24000', '--channels	convert to 1, 2 or source', '--normalize	convert to a loudness, such as -16; peaks stay below -1 dBTP', '--trim-silence	convert, and cut silence at both ends (default: below -50 dBFS)', '--encoding	convert to pcm, float, alaw or mulaw', '--allow-truncated	take what there is of a file that is shorter than it says', '--any-size	send files over 50 MB all the same', '--concurrency	how many at once (default: 4)', '--rate-limit	at most so many requests in a time: 10/s, 600/min', '--journal	where the journal of the run is kept', '--resume	go on with an earlier run: what its journal has as done is left out', '--retry-failed	only what failed in an earlier run, by its journal', '--shard	only one part of the items, the same on every machine: 2/8', '--skip-invalid	leave out what has problems, and do the rest', '--failed-to	where what failed is written, to be given again (.csv, .json, .ndjson)')
    'prompts delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'prompts manifest' = @('--out	where it is written (default: standard output)', '--force	replace a file that is there', '--recursive	look into folders inside folders', '--name-template	name of each prompt by a rule: {dir}, {parent}, {stem}, {ext}, {index}', '--message-type	purpose of all of them: prompt, whisper, voicemail, survey', '--org-unit-id	group that owns all of them')
    'agents list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'agents get' = @('--curl	print the equal curl line and send nothing')
    'agents create' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'agents update' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'agents patch' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'agents delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'numbers available' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'numbers assigned' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'numbers provisioned' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'numbers order' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'numbers release' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'routes list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'routes get' = @('--curl	print the equal curl line and send nothing')
    'routes create' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'routes update' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'routes patch' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'routes delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'broadcasts list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'broadcasts get' = @('--curl	print the equal curl line and send nothing')
    'broadcasts create' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'broadcasts update' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'broadcasts patch' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'broadcasts delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'calls list' = @('--start	begin of the period (default: 7 days ago)', '--end	end of the period (default: now)', '--call-id	one call; the period and the page are then ignored by the service', '--org-unit-id	group; outside the account the service answers 403 (default: your own)', '--campaign-id	campaign', '--provisioned-route-id	provisioned route', '--caller-id	number of the caller, E.164', '--phone-number	number that was called', '--ring-to	number that it rang at', '--disposition	how the call ended; several may be given (one of ANSWERED, NO ANSWER, BUSY, FAILED, VOICEMAIL, ABANDONED, TRANSFERRED)', '--include	more of each call; several may be given (one of tags, comments, custom_sources, call_flow, recordings, transcription)', '--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'calls get' = @('--curl	print the equal curl line and send nothing')
    'sms list' = @('--type	which conversations (one of allOpen, assignedToYou, unassigned, close; default: allOpen)', '--search	part of the name or number of the contact', '--order	direction (default: desc)', '--start	begin of the period', '--end	end of the period', '--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'tags list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'tags create' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'tags update' = @('--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing', '--field	any field; name:=json for other than text, name=@file for a file', '--data	fields as JSON: an object, @file, or - for standard input')
    'tags delete' = @('--yes	do not ask', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'ad-sources list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'industries list' = @('--limit	rows wanted, over several pages if need be (default: 100)', '--offset	rows to skip (default: 0)', '--all	all rows, page by page', '--watch	show it again when it changes, looking every 5 seconds', '--curl	print the equal curl line and send nothing')
    'audio convert' = @('--out	file, folder, or - for standard output (default: .wav beside the input)', '--recursive	look into folders inside folders', '--force	replace files that are there', '--dry-run	show what would be written and write nothing', '--jobs	files converted at once (default: one for each core)', '--preset	voice, telephone, telephone-alaw, speech, cd; see below', '--rate	sample rate, such as 24000, 8k, 44.1k', '--channels	1, 2 or source', '--channel	this channel of the source alone, counted from 1, instead of a mix', '--bits	16, 24 or 32', '--encoding	pcm, float, alaw or mulaw', '--format	wav or raw', '--dither	add noise below the last bit, which hides what rounding does', '--gain	louder or softer by so many dB', '--normalize	bring to a loudness, such as -16; peaks stay below -1 dBTP', '--trim-silence	cut silence at both ends (default: below -50 dBFS)', '--start	begin here: 2.5, 1:30, 500ms', '--duration	this much of it', '--allow-truncated	take what there is of a file that is shorter than it says', '--input-rate	sample rate of input without a header, which is then raw samples', '--input-channels	its channels (default: 1)', '--input-encoding	its samples: u8, s16, s24, s32, f32, f64, alaw, mulaw; s16be for big-endian (default: s16)')
    'audio inspect' = @('--recursive	look into folders inside folders', '--summary	one line for each file (default: for more than three)', '--no-waveform	do not draw the waveform', '--allow-truncated	take what there is of a file that is shorter than it says', '--input-rate	sample rate of input without a header, which is then raw samples', '--input-channels	its channels (default: 1)', '--input-encoding	its samples: u8, s16, s24, s32, f32, f64, alaw, mulaw; s16be for big-endian (default: s16)')
    'audio play' = @('--player	player to use (default: the first of those below that is there)', '--start	begin here: 2.5, 1:30, 500ms', '--duration	this much of it', '--gain	louder or softer by so many dB', '--normalize	bring to a loudness, such as -16', '--channel	this channel alone, counted from 1', '--allow-truncated	take what there is of a file that is shorter than it says', '--input-rate	sample rate of input without a header, which is then raw samples', '--input-channels	its channels (default: 1)', '--input-encoding	its samples: u8, s16, s24, s32, f32, f64, alaw, mulaw; s16be for big-endian (default: s16)')
    'voice login' = @('--token-stdin	read a JWT from standard input instead of a key', '--key-stdin	read the API key of the voice service from standard input', '--config-id	voice configuration to remember', '--project-id	project to remember')
    'voice stream' = @('--save	keep the spoken answer as a WAV file', '--transport	how audio is sent: binary frames, or JSON audio_input messages', '--config-id	voice configuration (default: NEXTEVI_CONFIG_ID)', '--project-id	project; found from the configuration when left out', '--speed	times real time', '--reply-timeout	how long to wait for an answer', '--allow-truncated	take what there is of a file that is shorter than it says')
    'sandbox start' = @('--port	port; 0 for any free one', '--host	address to listen on', '--seed	another seed, other sample data')
    'config list' = @('--origin	also where each value comes from')
    'api' = @('--field	field of the body, or of the query of a GET', '--input	body from a file, or - for standard input', '--all	all rows of a list, page by page', '--limit	rows wanted, over several pages', '--dry-run	show the request and send nothing', '--curl	print the equal curl line and send nothing')
    'whoami' = @('--curl	print the equal curl line and send nothing')
    'doctor' = @('--bundle	also write a file for support, without secrets', '--error	with --bundle: an error that --json wrote, to go along')
  }
  $globals = @('--json	print JSON: all fields, or those named (id,name)', '--output	shape of the output', '--jq	print what jq makes of the JSON', '--raw	print the answer of the service as it came', '--columns	columns of a table or of CSV', '--sort	order rows by a field; -name for descending', '--no-header	no line of headings', '--profile	account to use', '--sandbox	run against a sandbox inside this process: no account, no network, nothing kept', '--timeout	longest silence of a server (default: 30)', '--retries	how often a failed request is sent again (default: 3)', '--api-url	base URL of the Convirza API', '--oauth-url	base URL of the sign-in service', '--voice-url	address of the voice service', '--proxy	HTTP proxy (default: HTTPS_PROXY)', '--ca-file	certificates to trust beside the usual ones (PEM)', '--insecure-http	accept http: and ws: beyond this machine', '--debug	show every request and answer on standard error, without secrets', '--quiet	say nothing but results, warnings and errors', '--no-color	no colour', '--no-input	never ask', '--help	show help')
  $sources = @{
    'auth migrate --to' = @('values', 'keychain', 'passphrase', 'file')
    'users list --user-status' = @('values', 'active', 'inactive', 'deleted')
    'users list --sort-by' = @('values', 'created_on', 'name', 'email')
    'users list --sort-order' = @('values', 'desc', 'asc')
    'users create --role' = @('values', 'Admin', 'Standard', 'ReadOnly')
    'users create --user-status' = @('values', 'active', 'inactive', 'deleted')
    'users update --role' = @('values', 'Admin', 'Standard', 'ReadOnly')
    'users update --user-status' = @('values', 'active', 'inactive', 'deleted')
    'users patch --role' = @('values', 'Admin', 'Standard', 'ReadOnly')
    'users patch --user-status' = @('values', 'active', 'inactive', 'deleted')
    'prompts upload --message-type' = @('values', 'prompt', 'whisper', 'voicemail', 'survey')
    'prompts upload --from' = @('files')
    'prompts upload --convert' = @('values', 'wav')
    'prompts upload --channels' = @('values', '1', '2', 'source')
    'prompts upload --encoding' = @('values', 'pcm', 'float', 'alaw', 'mulaw')
    'prompts upload --journal' = @('files')
    'prompts upload --failed-to' = @('files')
    'prompts manifest --out' = @('files')
    'prompts manifest -o' = @('files')
    'calls list --disposition' = @('values', 'ANSWERED', 'NO ANSWER', 'BUSY', 'FAILED', 'VOICEMAIL', 'ABANDONED', 'TRANSFERRED')
    'calls list --include' = @('values', 'tags', 'comments', 'custom_sources', 'call_flow', 'recordings', 'transcription')
    'sms list --type' = @('values', 'allOpen', 'assignedToYou', 'unassigned', 'close')
    'sms list --order' = @('values', 'desc', 'asc')
    'audio convert --out' = @('files')
    'audio convert -o' = @('files')
    'audio convert --preset' = @('values', 'voice', 'telephone', 'telephone-alaw', 'speech', 'cd')
    'audio convert --channels' = @('values', '1', '2', 'source')
    'audio convert --bits' = @('values', '16', '24', '32')
    'audio convert --encoding' = @('values', 'pcm', 'float', 'alaw', 'mulaw')
    'audio convert --format' = @('values', 'wav', 'raw')
    'audio convert --input-encoding' = @('values', 'u8', 's16', 's24', 's32', 'f32', 'f64', 'alaw', 'mulaw')
    'audio inspect --input-encoding' = @('values', 'u8', 's16', 's24', 's32', 'f32', 'f64', 'alaw', 'mulaw')
    'audio play --input-encoding' = @('values', 'u8', 's16', 's24', 's32', 'f32', 'f64', 'alaw', 'mulaw')
    'voice stream --save' = @('files')
    'voice stream --transport' = @('values', 'binary', 'json')
    'api --input' = @('files')
    'doctor --bundle' = @('files')
    'doctor --error' = @('files')
    '* --output' = @('values', 'table', 'json', 'ndjson', 'csv', 'yaml')
    '* --profile' = @('ask', 'profiles')
    '* --ca-file' = @('files')
    'auth switch:0' = @('ask', 'profiles')
    'users get:0' = @('ask', 'ids', 'users')
    'users update:0' = @('ask', 'ids', 'users')
    'users patch:0' = @('ask', 'ids', 'users')
    'users delete:0' = @('ask', 'ids', 'users')
    'groups hierarchy:0' = @('ask', 'ids', 'groups')
    'groups get:0' = @('ask', 'ids', 'groups')
    'groups update:0' = @('ask', 'ids', 'groups')
    'groups patch:0' = @('ask', 'ids', 'groups')
    'groups delete:0' = @('ask', 'ids', 'groups')
    'webhooks get:0' = @('ask', 'ids', 'webhooks')
    'webhooks update:0' = @('ask', 'ids', 'webhooks')
    'webhooks patch:0' = @('ask', 'ids', 'webhooks')
    'webhooks delete:0' = @('ask', 'ids', 'webhooks')
    'prompts upload:*' = @('files')
    'prompts delete:0' = @('ask', 'ids', 'prompts')
    'prompts manifest:*' = @('files')
    'agents get:0' = @('ask', 'ids', 'agents')
    'agents update:0' = @('ask', 'ids', 'agents')
    'agents patch:0' = @('ask', 'ids', 'agents')
    'agents delete:0' = @('ask', 'ids', 'agents')
    'routes get:0' = @('ask', 'ids', 'routes')
    'routes update:0' = @('ask', 'ids', 'routes')
    'routes patch:0' = @('ask', 'ids', 'routes')
    'routes delete:0' = @('ask', 'ids', 'routes')
    'broadcasts get:0' = @('ask', 'ids', 'broadcasts')
    'broadcasts update:0' = @('ask', 'ids', 'broadcasts')
    'broadcasts patch:0' = @('ask', 'ids', 'broadcasts')
    'broadcasts delete:0' = @('ask', 'ids', 'broadcasts')
    'calls get:0' = @('ask', 'ids', 'calls')
    'tags update:0' = @('ask', 'ids', 'tags')
    'tags delete:0' = @('ask', 'ids', 'tags')
    'audio convert:*' = @('files')
    'audio inspect:*' = @('files')
    'audio play:0' = @('files')
    'voice stream:0' = @('files')
    'config get:0' = @('ask', 'settings')
    'config set:0' = @('ask', 'settings')
    'config unset:0' = @('ask', 'settings')
    'completion:0' = @('values', 'bash', 'zsh', 'fish', 'powershell')
  }
  $paths = @('auth', 'auth login', 'auth refresh', 'auth logout', 'auth profile', 'auth status', 'auth list', 'auth switch', 'auth token', 'auth migrate', 'users', 'users list', 'users get', 'users create', 'users update', 'users patch', 'users delete', 'groups', 'groups list', 'groups children', 'groups tree', 'groups hierarchy', 'groups get', 'groups create', 'groups update', 'groups patch', 'groups delete', 'webhooks', 'webhooks list', 'webhooks get', 'webhooks create', 'webhooks update', 'webhooks patch', 'webhooks delete', 'prompts', 'prompts list', 'prompts upload', 'prompts delete', 'prompts manifest', 'agents', 'agents list', 'agents get', 'agents create', 'agents update', 'agents patch', 'agents delete', 'numbers', 'numbers available', 'numbers assigned', 'numbers provisioned', 'numbers order', 'numbers release', 'routes', 'routes list', 'routes get', 'routes create', 'routes update', 'routes patch', 'routes delete', 'broadcasts', 'broadcasts list', 'broadcasts get', 'broadcasts create', 'broadcasts update', 'broadcasts patch', 'broadcasts delete', 'calls', 'calls list', 'calls get', 'sms', 'sms list', 'tags', 'tags list', 'tags create', 'tags update', 'tags delete', 'ad-sources', 'ad-sources list', 'industries', 'industries list', 'audio', 'audio convert', 'audio inspect', 'audio play', 'voice', 'voice login', 'voice stream', 'sandbox', 'sandbox start', 'config', 'config list', 'config get', 'config set', 'config unset', 'api', 'whoami', 'schema', 'open', 'completion', 'doctor', 'demo')
  $prefixes = @('help', 'schema')
  $valueFlags = @('--address', '--agent-code', '--agent-ring-to', '--api-url', '--billing-id', '--bits', '--bundle', '--ca-file', '--call-id', '--caller-id', '--campaign-id', '--channel', '--channels', '--city', '--columns', '--concurrency', '--config-id', '--ct-user-ou-id', '--data', '--disposition', '--duration', '--email', '--encoding', '--end', '--error', '--failed-to', '--field', '--first-name', '--format', '--from', '--gain', '--group-name', '--host', '--include', '--industry-id', '--input', '--input-channels', '--input-encoding', '--input-rate', '--jobs', '--journal', '--jq', '--last-name', '--limit', '--login-key', '--message-type', '--name', '--name-template', '--normalize', '--oauth-url', '--offset', '--order', '--org-unit-ext-id', '--org-unit-id', '--org-unit-name', '--org-unit-parent-id', '--out', '--output', '--phone-number', '--player', '--port', '--preset', '--profile', '--project-id', '--provisioned-route-id', '--proxy', '--rate', '--rate-limit', '--recording-created-by', '--recording-file-type', '--reply-timeout', '--retries', '--ring-to', '--role', '--role-id', '--save', '--search', '--seed', '--shard', '--sort', '--sort-by', '--sort-order', '--speed', '--start', '--state', '--status', '--timeout', '--timezone', '--to', '--token-key', '--top-ou-id', '--transport', '--type', '--user-ext-id', '--user-status', '--username', '--voice-url', '--zip', '-d', '-f', '-o')

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
    $key = if ($sources.ContainsKey("${path}:$count")) { "${path}:$count" } else { "${path}:*" }
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
    $word, $note = "$_" -split "`t", 2
    if ($word -ne '' -and $word.StartsWith($value, [StringComparison]::OrdinalIgnoreCase)) {
      $text = if ($word -match '^[\w.:+-]+$') { $word } else { "'" + $word.Replace("'", "''") + "'" }
      $tip = if ($note) { $note } else { $word }
      [System.Management.Automation.CompletionResult]::new("$prefix$text", $word, $kind, $tip)
    }
  })
  # An empty text keeps PowerShell from offering files where none are wanted.
  if ($found.Count -eq 0) { '' } else { $found }
}
