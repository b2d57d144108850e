/** Voice credentials in the store: `auth login --voice`, `voice login`, and what `voice stream` reads. */
import { checkProfileName, type StoredVoice } from '../credentials/index.ts';
import { writeRecord } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { isObject, parseJson } from '../shared/json.ts';
import { askSecret } from './ask.ts';
import { publicVoice, voiceKind } from './auth-words.ts';
import { checkSecret, checkVoiceKey, environmentVoice } from './credentials.ts';
import { readSecretStdin } from './input.ts';
import type { Invocation } from './invocation.ts';
import { openStore } from './stored-tokens.ts';

export interface VoiceLoginOptions {
  keyStdin?: boolean;
  tokenStdin?: boolean;
  configId?: string;
  projectId?: string;
}

/** When a JWT says that it ends (RFC 7519, `exp`), Unix milliseconds. It is not verified: only its issuer can. */
export function jwtExpiry(token: string): number | undefined {
  const claims = parseJson(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8'))?.value;
  const exp = isObject(claims) ? claims['exp'] : undefined;
  return typeof exp === 'number' && Number.isFinite(exp) && exp > 0 && exp < 1e11 ? exp * 1000 : undefined;
}

async function readVoice(
  invocation: Invocation,
  options: VoiceLoginOptions,
): Promise<Pick<StoredVoice, 'apiKey' | 'accessToken' | 'expiresAt'>> {
  if (options.keyStdin === true && options.tokenStdin === true)
    throw new CliError('usage', '--key-stdin and --token-stdin cannot both read standard input');
  if (options.tokenStdin === true) {
    const token = checkSecret((await readSecretStdin(invocation, 'The token')).trim(), 'The token');
    if (!/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token))
      throw new CliError('auth', 'The token on standard input is no JWT: three parts with dots between', {
        hint: 'An API key (oak_…) goes to --key-stdin.',
      });
    return { accessToken: token, expiresAt: jwtExpiry(token) };
  }
  if (options.keyStdin !== true && !invocation.terminal.canAsk)
    throw new CliError('usage', 'Signing in to the voice service needs its key, and there is nobody to ask', {
      hint: 'Use --key-stdin or --token-stdin; in CI rather NEXTEVI_API_KEY.',
    });
  const typed =
    options.keyStdin === true
      ? await readSecretStdin(invocation, 'The key')
      : await askSecret(invocation, 'NextEVI API key');
  return { apiKey: checkVoiceKey(typed.trim(), 'What was given') };
}

/** Keeps voice credentials in the profile. Nothing is sent: the service has no call that would check them. */
export async function runVoiceLogin(invocation: Invocation, options: VoiceLoginOptions): Promise<void> {
  const profile = checkProfileName(invocation.profile);
  const store = openStore(invocation);
  const voiceUrl = invocation.url('voice-url').href;
  const { lost } = await store.readForLogin(profile);
  if (lost !== undefined) invocation.warn(`${lost}. The new login replaces it.`);
  const voice: StoredVoice = {
    ...(await readVoice(invocation, options)),
    voiceUrl,
    savedAt: invocation.ctx.now(),
  };
  await store.locked(profile, async () => {
    const { record } = await store.readForLogin(profile);
    await store.write(profile, { ...record, voice });
  });
  await invocation.settings.rememberFor(profile, {
    'voice-url': voiceUrl,
    ...(options.configId === undefined ? {} : { 'voice-config-id': options.configId }),
    ...(options.projectId === undefined ? {} : { 'voice-project-id': options.projectId }),
  });
  if (environmentVoice(invocation) !== undefined)
    invocation.warn('NEXTEVI_API_KEY or NEXTEVI_ACCESS_TOKEN is set and will be used instead.');
  const kind = voiceKind(voice) === 'api-key' ? 'API key' : 'token';
  invocation.say(
    `The ${kind} of the voice service is kept (profile ${profile}); its first use will tell whether it works.`,
  );
  if (invocation.format !== 'table')
    await writeRecord({ profile, ...publicVoice(voice) }, invocation.rowsOptions());
}

/**
 * The voice credentials of the profile.
 *
 * @throws CliError `auth` when there are none, or they belong to another address
 */
export async function storedVoice(
  invocation: Invocation,
): Promise<{ apiKey: string | undefined; accessToken: string | undefined }> {
  const profile = checkProfileName(invocation.profile);
  const voice = (await openStore(invocation).read(profile))?.voice;
  if (voice === undefined)
    throw new CliError('auth', 'There are no credentials for the voice service', {
      hint: 'Run convirza voice login, or set NEXTEVI_API_KEY or NEXTEVI_ACCESS_TOKEN; --sandbox needs none.',
    });
  const here = invocation.url('voice-url').href;
  if (voice.voiceUrl !== here)
    throw new CliError(
      'auth',
      `The voice key belongs to ${voice.voiceUrl}, but this command goes to ${here}`,
      {
        hint: 'The key stays where it belongs: sign in there under another --profile, or correct the address.',
      },
    );
  if (voice.expiresAt !== undefined && voice.expiresAt <= invocation.ctx.now())
    throw new CliError('auth', 'The token of the voice service has ended', {
      hint: 'Keep a new one: convirza voice login --token-stdin.',
    });
  return { apiKey: voice.apiKey, accessToken: voice.accessToken };
}
