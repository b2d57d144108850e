/** Runs the examples of docs/sandbox.md: each `sh` block, with the files that the page names, against what it prints. */
import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIXTURE_FAMILIES, familyRule } from '../../src/sandbox/fixture-rules.ts';
import { BIN, cleanEnv, run, temporaryFolder } from '../helpers/cli.ts';
import { findShell } from '../helpers/shells.ts';

const page = await readFile(new URL('../../docs/sandbox.md', import.meta.url), 'utf8');

const blocks = [...page.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)].map(([, kind = '', text = '']) => ({
  kind,
  text,
}));

const files = blocks.flatMap(({ text }) => {
  const name = /^# (\S+\.yaml)\n/.exec(text)?.[1];
  return name === undefined ? [] : [{ name, text }];
});

/** Each script with what stands after it as its output, if anything. */
const scripts = blocks.flatMap(({ kind, text }, index) => {
  const next = blocks[index + 1];
  return kind === 'sh' ? [{ text, output: next?.kind === 'text' ? next.text : undefined }] : [];
});

async function runScript(text: string): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const home = await temporaryFolder();
  const bin = join(home, 'bin');
  await mkdir(bin);
  const program = `#!/bin/sh\nexec '${process.execPath}' '${BIN}' "$@"\n`;
  await writeFile(join(bin, 'convirza'), program, { mode: 0o755 });
  for (const file of files) await writeFile(join(home, file.name), file.text);
  const env = cleanEnv(home, { PATH: `${bin}${delimiter}${process.env['PATH']}` });
  const child = spawn('bash', ['-eu', '-c', text], { cwd: home, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => {
    stderr += part;
  });
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

describe('docs/sandbox.md', () => {
  it.skipIf(findShell('bash') === undefined)('prints what it says', { timeout: 60_000 }, async () => {
    expect(scripts).toHaveLength(6);
    const results = await Promise.all(scripts.map(({ text }) => runScript(text)));
    for (const [index, { text, output }] of scripts.entries()) {
      const result = results[index];
      expect(result?.code, `${text}\n${result?.stderr}`).toBe(0);
      if (output !== undefined) expect(result?.stdout, text).toBe(output);
    }
  });

  it('names every flag of start and exec, and every command', async () => {
    const home = await temporaryFolder();
    const helps = await Promise.all(['start', 'exec'].map((name) => run(['sandbox', name, '--help'], home)));
    const flags = helps.flatMap(({ stdout }) => [
      ...(stdout.split('Examples:')[0] ?? '').matchAll(/^ {2}(--[\w-]+)/gm),
    ]);
    expect(flags.length).toBeGreaterThan(20);
    for (const [, flag = ''] of flags) expect(page).toContain(`| \`${flag}\` |`);
    const family = await run(['sandbox', '--help'], home);
    const commands = [...family.stdout.matchAll(/^ {2}([a-z]+)(?: <\S+>)? {2,}/gm)].map(([, name]) => name);
    expect(commands).toEqual(['start', 'exec', 'env', 'reset', 'requests', 'faults', 'voice']);
    for (const name of commands) expect(page).toContain(`sandbox ${name}`);
  });

  it('names every family and the fields that its rows need', () => {
    for (const family of FIXTURE_FAMILIES) {
      const { id, required } = familyRule(family);
      const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${family}\``));
      for (const field of [id, ...required.flat()]) expect(row, family).toContain(`\`${field}\``);
    }
  });
});
