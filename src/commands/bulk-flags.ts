/** The flags that every command which works on many items has. */
import { type Command, Option } from 'commander';
import { wholeBetween } from './flag-values.ts';

/** As commander hands them over. */
export interface BulkFlags {
  /** How many items are worked on at once; 4 without it. */
  concurrency?: number;
  /** `10/s`: the most requests that start in a time, over all workers. */
  rate?: string;
  journal?: string;
  resume?: boolean;
  retryFailed?: boolean;
  /** `2/8`. */
  shard?: string;
  skipInvalid?: boolean;
  failedTo?: string;
}

export const DEFAULT_CONCURRENCY = 4;
const MAX_CONCURRENCY = 64;

/**
 * How fast a run goes.
 *
 * @param rateFlag where `--rate` means something else
 */
export function addPaceFlags(command: Command, rateFlag = '--rate'): Command {
  return command
    .addOption(
      new Option('--concurrency <n>', `how many at once (default: ${DEFAULT_CONCURRENCY})`).argParser(
        wholeBetween(1, MAX_CONCURRENCY),
      ),
    )
    .option(`${rateFlag} <n/time>`, 'at most so many requests in a time: 10/s, 600/min');
}

/** @param rateFlag where `--rate` means something else */
export function addBulkFlags(command: Command, rateFlag = '--rate'): Command {
  return addPaceFlags(command, rateFlag)
    .option('--journal <file>', 'where the journal of the run is kept')
    .option('--resume', 'go on with an earlier run: what its journal has as done is left out')
    .option('--retry-failed', 'only what failed in an earlier run, by its journal')
    .option('--shard <i/n>', 'only one part of the items, the same on every machine: 2/8')
    .option('--skip-invalid', 'leave out what has problems, and do the rest')
    .option('--failed-to <file>', 'where what failed is written, to be given again (.csv, .json, .ndjson)');
}
