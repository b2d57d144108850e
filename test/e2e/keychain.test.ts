/** The program with a real Secret Service: gnome-keyring on a session bus of its own. */
import { spawnSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { BIN, cleanEnv, startBench, temporaryFolder } from '../helpers/cli.ts';

function missing(): string | undefined {
  if (process.platform !== 'linux') return 'this is no Linux';
  for (const tool of ['dbus-run-session', 'gnome-keyring-daemon'])
    if (spawnSync(tool, ['--version']).error !== undefined) return `${tool} is not installed`;
  try {
    createRequire(import.meta.url)('@napi-rs/keyring');
  } catch {
    return '@napi-rs/keyring has no build for this machine';
  }
  return undefined;
}

const reason = missing();

/** Runs a shell script on a bus of its own, with an unlocked keyring; `convirza` is the program. */
async function onBus(script: string, home: string, env: Record<string, string | undefined>) {
  const file = join(await temporaryFolder(), 'script.sh');
  const lines = [
    'unlock() { printf marked-keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; }',
    `convirza() { '${process.execPath}' '${BIN}' "$@"; }`,
    script,
  ];
  await writeFile(file, lines.join('\n'));
  const { spawn } = await import('node:child_process');
  const child = spawn('dbus-run-session', ['--', 'sh', file], {
    cwd: home,
    env: cleanEnv(home, {
      CONVIRZA_CREDENTIALS_BACKEND: undefined,
      XDG_RUNTIME_DIR: home,
      XDG_DATA_HOME: join(home, 'data'),
      ...env,
    }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  await new Promise((resolve) => child.on('close', resolve));
  return output;
}

describe.skipIf(reason !== undefined)(
  `a real keychain${reason === undefined ? '' : ` (skipped: ${reason})`}`,
  () => {
    const login = 'convirza auth login --email "$EMAIL" --password-stdin < password.txt';

    async function bench() {
      const { sandbox, home } = await startBench();
      await writeFile(join(home, 'password.txt'), sandbox.account.password);
      const { CONVIRZA_EMAIL: EMAIL, CONVIRZA_PASSWORD: _, ...env } = sandbox.env;
      return { home, env: { ...env, EMAIL } };
    }

    it('keeps the key of a new store, which opens again and nowhere else', { timeout: 120_000 }, async () => {
      const { home, env } = await bench();
      const script = [
        'unlock',
        login,
        'ls config; ls config/credentials',
        'convirza auth status',
        'convirza auth list --json',
        'convirza users list --limit 1 --json; echo "code $?"',
        'convirza auth migrate --to file; ls config',
        'convirza auth migrate --to keychain',
      ].join('\n');
      const output = await onBus(script, home, env);
      expect(output).toContain('Signed in as admin@example.com (profile default).');
      expect(output).toContain('in the keychain of this system');
      expect(output).toContain('"backend": "keychain"');
      expect(output).toContain('code 0');
      expect(output).toContain('Sealed with the key of file: default.');
      expect(output.match(/credentials\.key/g)).toHaveLength(1);
      expect(output).toContain('Sealed with the key of keychain: default.');
      expect(output).not.toContain('warning:');
      const elsewhere = await onBus('convirza auth status; echo "code $?"', home, env);
      expect(elsewhere).toMatch(/keychain that holds the key of the credentials cannot be used[\s\S]*code 4/);
      const locked = 'gnome-keyring-daemon --start --components=secrets </dev/null >/dev/null 2>&1';
      const refused = await onBus(`${locked}\nconvirza auth status; echo "code $?"`, home, env);
      expect(refused).toMatch(/cannot be used[\s\S]*code 4/);
      const again = await onBus('unlock\nconvirza auth status; echo "code $?"', home, env);
      expect(again).toContain('code 0');
    });

    it('that is not running falls back to the key file, and says so once', { timeout: 120_000 }, async () => {
      const { home, env } = await bench();
      const output = await onBus(`${login}\n${login}\nconvirza auth status`, home, env);
      expect(output.match(/The keychain cannot be used/g)).toHaveLength(1);
      expect(output).toContain('credentials.key (mode 0600)');
    });
  },
);

describe.runIf(process.platform === 'linux')('a keychain that accepts and never answers', () => {
  it('is given up after three seconds, and a new store takes the key file instead', {
    timeout: 120_000,
  }, async () => {
    const bench = await startBench();
    const path = join(await temporaryFolder(), 'bus');
    const server = createServer(() => {}).listen(path);
    onTestFinished(() => void server.close());
    const env = { CONVIRZA_CREDENTIALS_BACKEND: undefined, DBUS_SESSION_BUS_ADDRESS: `unix:path=${path}` };
    const { email, password } = bench.sandbox.account;
    const login = () =>
      bench.anonymous(['auth', 'login', '--email', email, '--password-stdin'], { input: password, env });
    const first = await login();
    expect(first.code).toBe(0);
    expect(first.stderr.match(/gave no answer within 3 seconds/g)).toHaveLength(1);
    const second = await login();
    expect(second.code).toBe(0);
    expect(second.stderr).not.toContain('keychain');
  });
});
