/** `sandbox start`. */
import { exportLines } from '../output/exports.ts';
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';
import { environmentOf, type ServerFlags, startServer } from './sandbox-server.ts';

export interface StartFlags extends ServerFlags {
  withParent?: boolean;
}

export async function runSandboxStart(invocation: Invocation, flags: StartFlags): Promise<void> {
  const { ctx } = invocation;
  if (flags.withParent === true && ctx.stdinIsTerminal)
    throw new CliError('usage', '--with-parent needs a standard input that a program holds, not a terminal', {
      hint: 'Leave it out: at a terminal Ctrl-C ends the sandbox.',
    });
  const sandbox = await startServer(invocation, flags);
  const { url, voiceUrl, port, account } = sandbox;
  const env = environmentOf(sandbox);
  const atTerminal = invocation.format === 'table' && invocation.terminal.outIsTerminal;
  if (atTerminal) {
    await invocation.write(exportLines(ctx.platform === 'win32' ? 'powershell' : 'bash', env));
    invocation.say('Paste the lines above into another terminal, then try: convirza users list');
  } else await invocation.write(`${JSON.stringify({ url, voice_url: voiceUrl, port, account, env })}\n`);
  if (atTerminal || invocation.format === 'table') {
    const end =
      flags.state === undefined
        ? 'forgets everything when it ends'
        : `keeps what is stored in ${flags.state}`;
    invocation.say(`The sandbox listens at ${url} and ${end} (Ctrl-C).`);
    const { CONVIRZA_CA_FILE: ca } = env;
    if (ca !== undefined) invocation.say(`Clients must trust the certificate in ${ca}`);
  }
  await ended(invocation, flags.withParent === true);
  // To be stopped is how a server ends, not a failure.
  if (ctx.signal.reason instanceof CliError && ctx.signal.reason.type === 'interrupted') return;
  ctx.signal.throwIfAborted();
}

/** Resolves when the program is told to end, or, with its parent, when nobody holds standard input any more. */
async function ended({ ctx }: Invocation, withParent: boolean): Promise<void> {
  await new Promise<void>((resolve) => {
    if (ctx.signal.aborted) resolve();
    ctx.signal.addEventListener('abort', () => resolve(), { once: true });
    if (!withParent) return;
    for (const event of ['end', 'close', 'error']) ctx.stdin.once(event, () => resolve());
    ctx.stdin.resume();
  });
}
