/** `config list`, `config get`, `config set` and `config unset`. */

import { parseBaseUrl } from '../convirza/url.ts';
import { createRowSink } from '../output/rows.ts';
import { SETTINGS, type SettingName, Settings, settingSpec } from '../settings/settings.ts';
import type { Invocation } from './invocation.ts';

export async function runConfigList(invocation: Invocation): Promise<void> {
  const rows = SETTINGS.map(({ name, env, description }) => {
    const { value, origin } = invocation.settings.lookUp(name);
    return { name, value, origin, environment: env, description };
  });
  const sink = createRowSink(
    invocation.rowsOptions(['name', 'value', 'origin', 'environment', 'description']),
  );
  await sink.page(rows);
  await sink.end();
}

export async function runConfigGet(invocation: Invocation, name: string): Promise<void> {
  const spec = settingSpec(name);
  await invocation.write(`${invocation.settings.get(spec.name as SettingName)}\n`);
}

/** Checks a value as a command would before it is kept. */
async function check(invocation: Invocation, name: SettingName, value: string): Promise<void> {
  const probe = await Settings.load(invocation.settings.folder, {}, { [name]: value });
  if (name === 'voice-url') parseBaseUrl(value, name, 'ws', invocation.flags.insecureHttp === true);
  else if (name === 'api-url' || name === 'oauth-url')
    parseBaseUrl(value, name, 'http', invocation.flags.insecureHttp === true);
  else if (name === 'profile') {
    const { checkProfileName } = await import('../credentials/index.ts');
    checkProfileName(value);
  } else probe.number(name, 0, 86_400);
}

export async function runConfigSet(invocation: Invocation, name: string, value: string): Promise<void> {
  const spec = settingSpec(name);
  await check(invocation, spec.name as SettingName, value);
  await invocation.settings.set(spec.name, value);
  invocation.say(`${spec.name} is now ${value} (${invocation.settings.path}).`);
}

export async function runConfigUnset(invocation: Invocation, name: string): Promise<void> {
  const spec = settingSpec(name);
  await invocation.settings.unset(spec.name);
  invocation.say(`${spec.name} is back to ${spec.default}.`);
}
