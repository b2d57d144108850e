/** The flags that every command has, and the settings that some of them are. */
import type { Format } from '../output/formats.ts';
import type { SettingName } from '../settings/settings.ts';

/** Flags that every command has. */
export interface GlobalFlags {
  /** `''`: all fields; otherwise a list of names. */
  json?: string;
  jq?: string;
  raw?: boolean;
  columns?: string;
  sort?: string;
  /** False with `--no-header`. */
  header?: boolean;
  debug?: boolean;
  proxy?: string;
  caFile?: string;
  output?: Format;
  profile?: string;
  apiUrl?: string;
  oauthUrl?: string;
  voiceUrl?: string;
  timeout?: string;
  retries?: string;
  sandbox?: boolean;
  insecureHttp?: boolean;
  quiet?: boolean;
  color?: boolean;
  input?: boolean;
  plain?: boolean;
  tz?: string;
}

/** Which settings have a flag of their own. */
export const SETTING_FLAGS: Readonly<Record<SettingName, keyof GlobalFlags | undefined>> = {
  'api-url': 'apiUrl',
  'oauth-url': 'oauthUrl',
  'voice-url': 'voiceUrl',
  'voice-config-id': undefined,
  'voice-project-id': undefined,
  profile: 'profile',
  timeout: 'timeout',
  retries: 'retries',
  'retry-delay': undefined,
  proxy: 'proxy',
  'no-proxy': undefined,
  'ca-file': 'caFile',
  'credentials.backend': undefined,
  'credentials.require': undefined,
  plain: 'plain',
  tz: 'tz',
  'update-notice': undefined,
};
