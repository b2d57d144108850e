/** `config list`, `config get`, `config set` and `config unset`. */

import { parseBaseUrl } from '../convirza/url.ts';
import { createRowSink } from '../output/rows.ts';
import {
  CHOICES,
  checkSettingName,
  endpointCommand,
  endpointSetting,
  NUMBER_RANGES,
  profileSetting,
  SETTINGS,
  type SettingName,
  Settings,
  SWITCHES,
  settingSpec,
} from '../settings/settings.ts';
import { dateZone } from '../shared/dates.ts';
import type { Invocation } from './invocation.ts';

export async function runConfigList(invocation: Invocation, origin: boolean): Promise<void> {
  const rows = SETTINGS.map(({ name, env, description }) => ({
    name,
    ...invocation.settings.lookUp(name),
    environment: env.at(-1),
    description,
  }));
  const overrides = [...invocation.settings.endpointOverrides()].map(([command, value]) => ({
    name: endpointSetting(command),
    value,
    origin: 'file',
    environment: null,
    description: `where ${command} is sent`,
  }));
  const columns = origin ? ['name', 'value', 'origin', 'environment'] : ['name', 'value', 'description'];
  const sink = createRowSink(invocation.rowsOptions(columns));
  await sink.page([...rows, ...overrides]);
  await sink.end();
}

export async function runConfigGet(invocation: Invocation, name: string): Promise<void> {
  const known = checkSettingName(name);
  const ofProfile = profileSetting(known);
  if (ofProfile !== undefined) {
    const value = invocation.settings.ofProfile(ofProfile.profile, ofProfile.name);
    if (value !== undefined) await invocation.write(`${value}\n`);
    return;
  }
  const command = endpointCommand(known);
  const value =
    command === undefined
      ? invocation.settings.get(known as SettingName)
      : invocation.settings.endpointOverrides().get(command);
  if (value !== undefined) await invocation.write(`${value}\n`);
}

/** Checks a value as a command would before it is kept. */
async function check(invocation: Invocation, setting: string, value: string): Promise<void> {
  const ofProfile = profileSetting(setting);
  if (ofProfile !== undefined) (await import('../credentials/index.ts')).checkProfileName(ofProfile.profile);
  const name = ofProfile?.name ?? setting;
  const command = endpointCommand(name);
  if (command !== undefined) {
    const { readOverrides } = await import('./overrides.ts');
    readOverrides(new Map([[command, value]]));
    return;
  }
  const probe = await Settings.load(invocation.settings.folder, {}, { [name]: value });
  if (name === 'voice-url') parseBaseUrl(value, name, 'ws', invocation.flags.insecureHttp === true);
  else if (name === 'api-url' || name === 'oauth-url')
    parseBaseUrl(value, name, 'http', invocation.flags.insecureHttp === true);
  else if (name === 'profile') {
    const { checkProfileName } = await import('../credentials/index.ts');
    checkProfileName(value);
  } else if (Object.hasOwn(NUMBER_RANGES, name)) probe.number(name as keyof typeof NUMBER_RANGES);
  else if (name === 'tz') dateZone(value);
  else if (SWITCHES.some((each) => each === name)) probe.isOn(name as (typeof SWITCHES)[number]);
  else if (name === 'credentials.backend' || name === 'credentials.require')
    probe.choice(name, CHOICES[name]);
}

export async function runConfigSet(invocation: Invocation, name: string, value: string): Promise<void> {
  const known = checkSettingName(name);
  await check(invocation, known, value);
  await invocation.settings.set(known, value);
  invocation.say(`${known} is now ${value} (${invocation.settings.path}).`);
}

export async function runConfigUnset(invocation: Invocation, name: string): Promise<void> {
  const known = checkSettingName(name);
  await invocation.settings.unset(known);
  const usual =
    endpointCommand(known) !== undefined
      ? 'what the catalogue says'
      : profileSetting(known) !== undefined
        ? 'what holds without a profile'
        : settingSpec(known).default || 'nothing';
  invocation.say(`${known} is back to ${usual}.`);
}
