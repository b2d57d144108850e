/** `__keychain`: one request to the keychain of the system, in a process that can be killed. */
import type { Context } from '../context.ts';
import { serveKeychain } from '../credentials/index.ts';

/** Reads the request from standard input and answers on standard output; both are pipes to this same program. */
export async function runKeychain(ctx: Context): Promise<void> {
  if (ctx.stdinIsTerminal) return;
  let input = '';
  for await (const part of ctx.stdin.setEncoding('utf8')) input += String(part);
  ctx.stdout.write(await serveKeychain(input));
}
