/** What every action goes through: global flags, the sandbox where asked for, and closing what was opened. */
import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { applyEnvironment } from './environment.ts';
import type { GlobalFlags, Invocation } from './invocation.ts';

// biome-ignore lint/suspicious/noExplicitAny: commander hands over whatever the flags of a command were declared as
export type Options = any;

/** A command's own work. `args` are its positional arguments. */
export type Action = (
  invocation: Invocation,
  args: unknown[],
  options: Options,
  command: Command,
) => Promise<void>;

/** Makes a commander action of a command's work. */
export interface RunAction {
  /** @param online whether the command will most likely send a request, so that loading what that takes begins at once */
  (action: Action, online?: boolean): (...params: unknown[]) => Promise<void>;
  readonly ctx: Context;
}

export function makeRun(ctx: Context): RunAction {
  const run =
    (action: Action, online = false) =>
    async (...params: unknown[]) => {
      if (online) import('../convirza/transport.ts').catch(() => {});
      const command = params.at(-1) as Command;
      const args = params.slice(0, -2);
      applyEnvironment(command, ctx.env);
      const flags = command.optsWithGlobals() as GlobalFlags;
      const sandboxed =
        flags.sandbox === true ? await (await import('./sandbox.ts')).enterSandbox(ctx) : undefined;
      try {
        const { Invocation } = await import('./invocation.ts');
        const invocation = await Invocation.create(sandboxed?.ctx ?? ctx, flags);
        try {
          // Only somebody at a terminal hears of it, so nobody else pays for loading it.
          if (ctx.stderr.isTTY && invocation.terminal.outIsTerminal)
            (await import('./update-notice.ts')).noticeUpdates(invocation, online);
          await action(invocation, args, command.opts(), command);
        } finally {
          await invocation.close();
        }
      } finally {
        await sandboxed?.close();
      }
    };
  return Object.assign(run, { ctx });
}
