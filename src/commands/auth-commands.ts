/** The commands of `auth` and `voice` that are no endpoint of the catalogue. */
import { type Command, Option } from 'commander';
import type { RunAction } from './run.ts';

function examples(...lines: string[]): string {
  return `\nExamples:\n${lines.map((line) => `  $ convirza ${line}`).join('\n')}`;
}

/** `auth status`, `list`, `switch`, `token` and `migrate`. */
export function addAuthCommands(auth: Command, run: RunAction): void {
  auth
    .command('status')
    .description('Show who is signed in, for how long, and how the tokens are kept (offline)')
    .addHelpText('after', examples('auth status', 'auth status --json'))
    .action(run(async (invocation) => (await import('./auth-status.ts')).runStatus(invocation)));
  auth
    .command('list')
    .description('List all profiles: service, account, group, expiry, key (offline)')
    .addHelpText('after', examples('auth list', 'auth list --json'))
    .action(run(async (invocation) => (await import('./auth-status.ts')).runAuthList(invocation)));
  auth
    .command('switch')
    .description('Make a profile the one that commands use')
    .argument('<profile>', 'profile that is signed in')
    .addHelpText('after', examples('auth switch work', 'auth switch default'))
    .action(
      run(async (invocation, [profile]) =>
        (await import('./auth-profiles.ts')).runSwitch(invocation, String(profile)),
      ),
    );
  auth
    .command('token')
    .description('Print the access token for another program, refreshed if it has ended')
    .option('--show', 'print it even to a terminal')
    .addHelpText('after', examples('auth token | pbcopy', 'auth token --profile work > token.txt'))
    .action(
      run(async (invocation, _args, options) =>
        (await import('./auth-profiles.ts')).runToken(invocation, options),
      ),
    );
  auth
    .command('migrate')
    .description('Seal the credentials of every profile with another key')
    .addOption(
      new Option('--to <key>', 'what keeps the key')
        .choices(['keychain', 'passphrase', 'file'])
        .makeOptionMandatory(),
    )
    .addHelpText('after', examples('auth migrate --to keychain', 'auth migrate --to passphrase'))
    .action(
      run(async (invocation, _args, options) =>
        (await import('./auth-profiles.ts')).runMigrate(invocation, options),
      ),
    );
}

/** The flags of a login to the voice service. */
export function addVoiceLoginFlags(command: Command): Command {
  return command
    .option('--key-stdin', 'read the API key of the voice service from standard input')
    .option('--config-id <id>', 'voice configuration to remember')
    .option('--project-id <id>', 'project to remember');
}

/** `voice login`. */
export function addVoiceLogin(voice: Command, run: RunAction): void {
  const command = voice
    .command('login')
    .description('Keep the NextEVI key in the profile, encrypted; the same as auth login --voice')
    .option('--token-stdin', 'read a JWT from standard input instead of a key');
  addVoiceLoginFlags(command)
    .addHelpText('after', examples('voice login', 'voice login --key-stdin < key.txt'))
    .action(
      run(async (invocation, _args, options) =>
        (await import('./auth-voice.ts')).runVoiceLogin(invocation, options),
      ),
    );
}
