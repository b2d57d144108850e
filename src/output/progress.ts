/** Progress on standard error: a spinner at a terminal, plain lines elsewhere. */
import type { Ora } from 'ora';

export interface Progress {
  /** Replaces the text of the current step. */
  update(text: string): void;
  /** A line that stays. */
  note(text: string): void;
  /** Ends the step and clears its line. */
  stop(): void;
}

/**
 * Starts a step. Off a terminal only notes are written: a log wants no redrawn lines.
 *
 * @param notes writes a line that stays
 */
export async function startProgress(
  text: string,
  options: { redraw: boolean; stream: NodeJS.WriteStream; colour: boolean; notes: (text: string) => void },
): Promise<Progress> {
  if (!options.redraw) return { update: () => {}, note: options.notes, stop: () => {} };
  const { default: ora } = await import('ora');
  const spinner: Ora = ora({
    text,
    stream: options.stream,
    isEnabled: true,
    // The command handles Ctrl-C and standard input by itself.
    discardStdin: false,
    hideCursor: true,
    color: options.colour ? 'magenta' : false,
  }).start();
  return {
    update: (next) => {
      spinner.text = next;
    },
    note: (line) => {
      spinner.clear();
      options.notes(line);
    },
    stop: () => {
      spinner.stop();
    },
  };
}
