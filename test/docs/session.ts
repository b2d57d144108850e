/** Runs the `console` blocks of a document, one after the other, in a home of their own with a sandbox. */
import { spawn } from 'node:child_process';
import { chmod, cp, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Sandbox } from '../../src/sandbox/index.ts';
import { BIN, cleanEnv, PROMPTS } from '../helpers/cli.ts';
import { type Block, blocksOf, commandsOf } from './markdown.ts';

/** Where a reader's home is, in the documents. */
const HOME = '/home/you';
const PORT = '4010';

const LONGEST_MS = 20_000;

/** What two runs of a command differ in. Both what a document shows and what a command prints go through these. */
const VARYING: readonly [RegExp, string][] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?Z/g, '<time>'],
  [/\bfile-\d+-\d+/g, 'file-<number>'],
  [/\b\d+(\.\d+)? m?s(?= to | after the speech)/g, '<duration>'],
  [/\b\d+(\.\d+)? ms\b/g, '<duration>'],
  [/\b(in|within|answered|to) (\d+(\.\d+)? s\b|<duration>)/g, '$1 <duration>'],
  [/("(?:\w+_ms|at)": ?)-?\d+(\.\d+)?/g, '$1<duration>'],
  // Columns are as wide as what stands in them.
  [/ {2,}/g, '  '],
  [/-{3,}/g, '---'],
];

function normalised(text: string): string {
  return VARYING.reduce((rest, [pattern, name]) => rest.replace(pattern, name), text).trimEnd();
}

/** Whether a command printed what a document shows: `…` stands for any text, on a line of its own for any lines. */
export function matches(shown: readonly string[], printed: readonly string[]): boolean {
  const pattern = shown
    .map((line) => {
      if (line.trim() === '…') return '(?:.*\n)*?';
      const parts = normalised(line).split('…');
      return `${parts.map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')).join('.*')}\n`;
    })
    .join('');
  const text = printed.map((line) => `${normalised(line)}\n`).join('');
  return new RegExp(`^${pattern}$`).test(text);
}

/** The last empty lines of a block part its commands. */
function trimmed(lines: readonly string[]): string[] {
  const end = lines.findLastIndex((line) => line !== '');
  return lines.slice(0, end + 1);
}

export class Session {
  readonly #home: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #sandbox: Sandbox;

  private constructor(home: string, sandbox: Sandbox, env: NodeJS.ProcessEnv) {
    this.#home = home;
    this.#sandbox = sandbox;
    this.#env = env;
  }

  /** @param env beside that which `sandbox start` prints */
  static async open(
    home: string,
    sandbox: Sandbox,
    env: Record<string, string | undefined>,
  ): Promise<Session> {
    const programs = join(home, '.programs');
    await mkdir(programs);
    await writeFile(join(programs, 'convirza'), `#!/bin/sh\nexec "${process.execPath}" "${BIN}" "$@"\n`);
    await chmod(join(programs, 'convirza'), 0o755);
    await cp(PROMPTS, join(home, 'prompts'), { recursive: true });
    const clean = cleanEnv(home, {
      CONVIRZA_CONFIG_DIR: undefined,
      CONVIRZA_RETRY_DELAY: undefined,
      ...sandbox.env,
      ...env,
    });
    return new Session(home, sandbox, { ...clean, PATH: `${programs}:${clean['PATH'] ?? ''}` });
  }

  /** The document with what its commands print now, wherever that is not what it shows. */
  async refresh(text: string): Promise<string> {
    const lines = text.split('\n');
    const changes: { at: number; length: number; lines: string[] }[] = [];
    for (const block of blocksOf(text)) {
      const file = block.marks.get('file');
      if (file !== undefined) await this.#write(file, block);
      const before = block.marks.get('before');
      if (before !== undefined) await this.#expectSilence(before);
      if (block.language !== 'console' || block.marks.has('not run')) continue;
      changes.push({ at: block.at, length: block.lines.length, lines: await this.#run(block) });
    }
    for (const { at, length, lines: fresh } of changes.reverse()) lines.splice(at, length, ...fresh);
    return lines.join('\n');
  }

  async #run(block: Block): Promise<string[]> {
    const result: string[] = [];
    for (const { text, typed, output } of commandsOf(block)) {
      const shown = trimmed(output);
      const printed = await this.#printed(text);
      if (result.length > 0) result.push('');
      result.push(...typed, ...(matches(shown, printed) ? shown : printed));
    }
    // Commands without output may stand close together.
    return result.join('\n') === block.lines.filter((line) => line !== '').join('\n\n')
      ? [...block.lines]
      : result;
  }

  async #write(path: string, { lines }: Block): Promise<void> {
    const target = join(this.#home, path);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, `${lines.join('\n')}\n`);
  }

  async #expectSilence(command: string): Promise<void> {
    const printed = await this.#printed(command);
    if (printed.some((line) => line.startsWith('error:') || line.startsWith('(exit code')))
      throw new Error(`${command}\n${printed.join('\n')}`);
  }

  /** Both streams as a terminal shows them. */
  async #printed(command: string): Promise<string[]> {
    const { output, code } = await this.#shell(command);
    const here = output
      .replaceAll(`/private${this.#home}`, HOME)
      .replaceAll(this.#home, HOME)
      .replaceAll(`:${this.#sandbox.port}`, `:${PORT}`);
    const lines = trimmed(here.split('\n').map((line) => line.trimEnd()));
    return lines.length === 0 && code !== 0 ? [`(exit code ${code})`] : lines;
  }

  #shell(command: string): Promise<{ output: string; code: number | null }> {
    return new Promise((resolve, reject) => {
      // The shell joins the streams, so that they come in the order in which they were written.
      const child = spawn('sh', ['-c', `exec 2>&1\n${command}`], {
        env: this.#env,
        cwd: this.#home,
        stdio: ['ignore', 'pipe', 'inherit'],
        // A group of its own, so that what it starts can be ended with it.
        detached: true,
      });
      const timer = setTimeout(() => {
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
        reject(new Error(`does not end: ${command}`));
      }, LONGEST_MS);
      let output = '';
      child.stdout.setEncoding('utf8').on('data', (part: string) => {
        output += part;
      });
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(timer);
        resolve({ output, code });
      });
    });
  }
}
