/** `demo`: the main job from sign-in to sign-out against a sandbox, by the very commands that a user types. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startSandbox } from '../sandbox/index.ts';
import { temporaryName } from '../shared/atomic-file.ts';
import { CliError, errorCode } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';
import { sandboxEnvironment } from './sandbox.ts';

/** Where the spoken prompts lie: beside the sources, or among the assets of the built program. */
function promptsFolder(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = ['../demo/prompts', '../assets/demo/prompts', 'assets/demo/prompts'];
  const found = places.map((place) => join(here, place)).find((place) => existsSync(place));
  if (found === undefined)
    throw new CliError('internal', 'The prompts of the demo are missing from this installation');
  return found;
}

/** A name in the working folder that is not taken. */
function freeName(folder: string): string {
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'convirza-demo-reply.wav' : `convirza-demo-reply-${number}.wav`;
    if (!existsSync(join(folder, name))) return name;
  }
}

/** @throws CliError `usage` when the answer could not be kept: tried, since permissions do not tell the whole story */
async function checkWritable(reply: string): Promise<void> {
  const path = temporaryName(reply);
  try {
    await (await open(path, 'wx')).close();
    await rm(path);
  } catch (error) {
    throw new CliError(
      'usage',
      `The demo keeps the agent's answer in ${dirname(reply)}, and no file can be written there (${errorCode(error) ?? String(error)})`,
      { hint: 'Change to a folder of your own and run it again.', cause: error },
    );
  }
}

interface Step {
  title: string;
  args: string[];
}

/** How long a child may take to end well after an interruption. */
const GRACE_MS = 3_000;

/** Runs one command of the program as a child, its output passed through. @returns its exit code */
function runStep(
  invocation: Invocation,
  step: Step,
  options: { cwd: string; env: Record<string, string | undefined> },
): Promise<number> {
  const { ctx } = invocation;
  const { interpreter, file } = ctx.program;
  return new Promise((resolve, reject) => {
    const child = spawn(interpreter, [file, ...step.args], {
      cwd: options.cwd,
      env: options.env as NodeJS.ProcessEnv,
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    let timer: NodeJS.Timeout | undefined;
    // At a terminal Ctrl-C reaches the child too, and a second signal would cut it short.
    const onAbort = () => {
      timer = setTimeout(() => child.kill('SIGTERM'), GRACE_MS);
    };
    ctx.signal.addEventListener('abort', onAbort, { once: true });
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      ctx.signal.removeEventListener('abort', onAbort);
      resolve(code ?? 1);
    });
  });
}

export async function runDemo(invocation: Invocation): Promise<void> {
  const { ctx } = invocation;
  const folder = promptsFolder();
  const reply = join(ctx.cwd, freeName(ctx.cwd));
  await checkWritable(reply);
  const colour = invocation.colourOut;
  // In a checkout there is no command of that name yet.
  const name = ctx.env['npm_lifecycle_event'] === 'demo' ? 'node bin/convirza.js' : 'convirza';
  const prompts = (await readdir(folder)).length;
  const scratch = await mkdtemp(join(tmpdir(), 'convirza-demo-'));
  invocation.onClose(() => rm(scratch, { recursive: true, force: true }));
  const sandbox = await startSandbox();
  invocation.onClose(() => sandbox.close());
  const env = {
    ...sandboxEnvironment(ctx, sandbox, scratch),
    ...(invocation.terminal.colourOut ? { FORCE_COLOR: '1' } : { NO_COLOR: '1' }),
  };
  const steps: Step[] = [
    { title: 'Sign in', args: ['auth', 'login'] },
    {
      title: `Upload ${prompts} spoken prompts`,
      args: ['prompts', 'upload', 'prompts', '--message-type', 'prompt'],
    },
    { title: 'See what is there', args: ['prompts', 'list'] },
    {
      title: 'Speak one of them to a voice agent, in real time, and keep the answer',
      args: ['voice', 'stream', 'prompts/welcome.wav', '--save', reply],
    },
    { title: 'Sign out', args: ['auth', 'logout'] },
  ];
  await invocation.write(
    `A demo against a local sandbox of both services at ${sandbox.url}: no account, no network.\nIt works in ${dirname(folder)}.\n`,
  );
  for (const [index, step] of steps.entries()) {
    const command = `convirza ${step.args.join(' ')}`;
    await invocation.write(
      `\n${colour.bold(`${index + 1}. ${step.title}`)}\n${colour.magenta(`$ ${command}`)}\n`,
    );
    const code = await runStep(invocation, step, { cwd: dirname(folder), env });
    // The command itself has said what was interrupted.
    if (ctx.signal.aborted) throw new CliError('interrupted', 'The demo was stopped');
    if (code !== 0)
      throw new CliError('internal', `The demo stopped: "${command}" ended with code ${code}`, {
        hint: 'Please report this with the lines above.',
      });
  }
  await invocation.write(
    [
      '',
      colour.bold('Done.'),
      `Signed in, uploaded ${prompts} prompts, spoke one to a voice agent, saved its spoken answer, signed out.`,
      `The answer is in ${reply}: the only thing that was left behind.`,
      '',
      `Next, still without an account:   ${name} users list --sandbox`,
      `With your own account:            ${name} auth login`,
      '',
    ].join('\n'),
  );
}
