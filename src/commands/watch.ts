/** `--watch`: a list again and again, shown anew only when it has changed. */
import { createRowSink } from '../output/rows.ts';
import { CliError } from '../shared/errors.ts';
import { type EndpointInput, listPages } from './endpoint.ts';
import type { Invocation } from './invocation.ts';

const DEFAULT_SECONDS = 5;
/** Cursor home and clear to the end: the old rows stay until the new ones are there. */
const REDRAW = '\u001b[H\u001b[J';

/** Runs until it is interrupted. Failures of the network are told and waited out; refusals end it. */
export async function watchList(invocation: Invocation, input: EndpointInput): Promise<void> {
  const { ctx, terminal } = invocation;
  const seconds = input.options.watch === true ? DEFAULT_SECONDS : (input.options.watch ?? DEFAULT_SECONDS);
  const redraw = terminal.outIsTerminal && !terminal.plain && invocation.format === 'table';
  let shown: string | undefined;
  for (;;) {
    try {
      const text = await render(invocation, input);
      if (text !== shown) {
        const time = new Date(ctx.now()).toISOString().slice(11, 19);
        const title = `convirza ${input.endpoint.family} ${input.endpoint.verb}, every ${seconds} s, changed ${time}Z (Ctrl-C ends)`;
        await invocation.write(redraw ? `${REDRAW}${invocation.colourOut.dim(title)}\n\n${text}` : text);
        shown = text;
      }
    } catch (error) {
      if (
        ctx.signal.aborted ||
        !(error instanceof CliError) ||
        !['network', 'server', 'rate_limited'].includes(error.type)
      )
        throw error;
      invocation.say(error.message);
    }
    await ctx.sleep(seconds * 1000, ctx.signal);
  }
}

/** The whole output of one round. */
async function render(invocation: Invocation, input: EndpointInput): Promise<string> {
  let text = '';
  const options = invocation.rowsOptions(input.endpoint.columns);
  const sink = createRowSink({
    ...options,
    write: async (part) => {
      text += part;
    },
  });
  for await (const page of listPages(invocation, input)) await sink.page(page.rows);
  await sink.end();
  return text === '' ? 'Nothing found.\n' : text;
}
