/** `sandbox start` as a process of its own. */
import type { ChildProcess } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { type Result, type RunOptions, run } from './cli.ts';

export interface Ready {
  url: string;
  voice_url: string;
  port: number;
  account: { email: string; password: string };
  env: Record<string, string>;
}

export interface StartedSandbox {
  /** The ready line. */
  ready: Ready;
  child: ChildProcess;
  /** How it ended. */
  result: Promise<Result>;
  /** Ends it as Ctrl-C does. */
  stop: () => Promise<Result>;
}

/** Starts it on a free port and waits for its ready line. It is killed when the test ends before it does. */
export function startedSandbox(
  home: string,
  flags: readonly string[] = [],
  options: RunOptions = {},
): Promise<StartedSandbox> {
  return new Promise((resolve, reject) => {
    let text = '';
    let started: ChildProcess | undefined;
    onTestFinished(() => void started?.kill('SIGKILL'));
    const result = run(['sandbox', 'start', '--port', '0', ...flags], home, {
      ...options,
      onStart: (child) => {
        started = child;
        options.onStart?.(child);
        child.stdout?.on('data', (part: string) => {
          text += part;
          if (!text.endsWith('\n')) return;
          const stop = () => {
            child.kill('SIGINT');
            return result;
          };
          resolve({ ready: JSON.parse(text) as Ready, child, result, stop });
        });
      },
    });
    result.then(
      ({ code, stderr }) => reject(new Error(`it ended with ${code} before it was ready: ${stderr}`)),
      reject,
    );
  });
}
