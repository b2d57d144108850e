/** The settings there are: their variables, defaults and words. */

export interface SettingSpec {
  readonly name: string;
  /** Its environment variables; the first that is not empty counts. */
  readonly env: readonly string[];
  readonly default: string;
  readonly description: string;
}

export const SETTINGS = [
  {
    name: 'api-url',
    env: ['CONVIRZA_API_URL'],
    default: 'https://platform-api.convirza.com/v3',
    description: 'base URL of the Convirza API',
  },
  {
    name: 'oauth-url',
    env: ['CONVIRZA_OAUTH_URL'],
    default: 'https://platform-oauth.convirza.com',
    description: 'base URL of the Convirza sign-in service',
  },
  {
    name: 'voice-url',
    env: ['NEXTEVI_URL'],
    default: 'wss://api.nextevi.com/ws/voice',
    description: 'address of the NextEVI voice service',
  },
  {
    name: 'voice-config-id',
    env: ['NEXTEVI_CONFIG_ID'],
    default: '',
    description: 'voice configuration, as the NextEVI dashboard names it',
  },
  {
    name: 'voice-project-id',
    env: ['NEXTEVI_PROJECT_ID'],
    default: '',
    description: 'NextEVI project; found from the configuration when empty',
  },
  { name: 'profile', env: ['CONVIRZA_PROFILE'], default: 'default', description: 'account to use' },
  {
    name: 'timeout',
    env: ['CONVIRZA_TIMEOUT'],
    default: '30',
    description: 'longest silence of a server, in seconds',
  },
  {
    name: 'retries',
    env: ['CONVIRZA_RETRIES'],
    default: '3',
    description: 'how often a failed request is sent again',
  },
  {
    name: 'retry-delay',
    env: ['CONVIRZA_RETRY_DELAY'],
    default: '500',
    description: 'first pause before a retry, in milliseconds; it doubles',
  },
  {
    name: 'proxy',
    env: ['CONVIRZA_PROXY', 'https_proxy', 'HTTPS_PROXY'],
    default: '',
    description: 'HTTP proxy for everything beyond this machine',
  },
  {
    name: 'no-proxy',
    env: ['CONVIRZA_NO_PROXY', 'no_proxy', 'NO_PROXY'],
    default: '',
    description: 'hosts that are reached without the proxy',
  },
  {
    name: 'ca-file',
    env: ['CONVIRZA_CA_FILE'],
    default: '',
    description: 'file of certificates to trust beside the usual ones (PEM)',
  },
  {
    name: 'credentials.backend',
    env: ['CONVIRZA_CREDENTIALS_BACKEND'],
    default: 'auto',
    description: 'key of new credentials: auto, keychain, passphrase, file',
  },
  {
    name: 'credentials.require',
    env: ['CONVIRZA_CREDENTIALS_REQUIRE'],
    default: '',
    description: 'weakest key that is allowed: keychain or passphrase',
  },
  {
    name: 'plain',
    env: ['CONVIRZA_PLAIN'],
    default: 'off',
    description: 'for screen readers: words, nothing drawn (on or off)',
  },
  {
    name: 'tz',
    env: ['CONVIRZA_TZ'],
    default: 'utc',
    description: 'zone of dates in tables: utc, local, Europe/Berlin',
  },
  {
    name: 'update-notice',
    env: ['CONVIRZA_UPDATE_NOTICE'],
    default: 'on',
    description: 'tell at a terminal of newer releases (on or off)',
  },
] as const satisfies readonly SettingSpec[];

/** The settings that are on or off. */
export const SWITCHES = ['plain', 'update-notice'] as const;

/** What the settings that are one of some words may be. */
export const CHOICES = {
  'credentials.backend': ['auto', 'keychain', 'passphrase', 'file'],
  'credentials.require': ['', 'passphrase', 'keychain'],
} as const;

export type SettingName = (typeof SETTINGS)[number]['name'];
