/** `auth switch`, `auth token` and `auth migrate`. */
import { type BackendName, checkProfileName } from '../credentials/index.ts';
import { writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { environmentToken, tokenSource } from './credentials.ts';
import type { Invocation } from './invocation.ts';
import { openStore } from './stored-tokens.ts';

/** Makes a profile the one that commands use. @throws CliError `usage` for one that does not exist */
export async function runSwitch(invocation: Invocation, name: string): Promise<void> {
  const profile = checkProfileName(name);
  const profiles = await openStore(invocation).profiles();
  if (!profiles.includes(profile))
    throw new CliError('usage', `There is no profile ${profile}`, {
      hint:
        profiles.length === 0
          ? `Sign in first: convirza auth login --profile ${profile}.`
          : `There are: ${profiles.join(', ')}.`,
    });
  await invocation.settings.set('profile', profile);
  const { origin, value } = invocation.settings.lookUp('profile');
  if ((origin === 'flag' || origin === 'environment') && value !== profile)
    invocation.warn(`${origin === 'flag' ? '--profile' : 'CONVIRZA_PROFILE'} still says ${value}.`);
  invocation.say(`Commands now use profile ${profile}.`);
}

/** Prints the access token for other programs, refreshed if it has ended. */
export async function runToken(invocation: Invocation, options: { show?: boolean }): Promise<void> {
  const { ctx } = invocation;
  if (ctx.stdout.isTTY === true && options.show !== true)
    throw new CliError('usage', 'The token would be shown on this terminal', {
      hint: 'Pipe it to where it is needed, or add --show.',
    });
  const token = await (await tokenSource(invocation)).accessToken(ctx.signal);
  if (environmentToken(invocation) === undefined) {
    const session = (await openStore(invocation).read(invocation.profile))?.convirza;
    const ended = (session?.accessExpiresAt ?? Number.POSITIVE_INFINITY) <= ctx.now();
    if (ended && session?.accessToken === token)
      invocation.warn(
        'This token has ended by its date and could not be refreshed. Sign in again: convirza auth login.',
      );
  }
  if (invocation.format === 'table') await invocation.write(`${token}\n`);
  else await writeRecord({ access_token: token }, invocation.rowsOptions());
}

/** Seals every profile with another key. */
export async function runMigrate(invocation: Invocation, options: { to: BackendName }): Promise<void> {
  const store = openStore(invocation);
  const { moved, kept } = await store.migrate(options.to, invocation.ctx.signal);
  if (moved.length === 0 && kept.length === 0)
    invocation.say('There is nothing to move: nobody is signed in.');
  if (moved.length > 0) invocation.say(`Sealed with the key of ${options.to}: ${moved.join(', ')}.`);
  if (kept.length > 0) invocation.say(`Had been already: ${kept.join(', ')}.`);
  if (invocation.format !== 'table')
    await writeRecord({ backend: options.to, moved, kept }, invocation.rowsOptions());
}
