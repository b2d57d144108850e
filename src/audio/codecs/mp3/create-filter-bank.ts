import { hasKernels } from '../../kernel.ts';
import type { FilterBank } from './filter-bank.ts';
import { KernelFilterBank } from './kernel-filter-bank.ts';
import { PlainFilterBank } from './plain-filter-bank.ts';

/** A filter bank for `channels` channels, with vectors where they are to be had. */
export function createFilterBank(channels: number): FilterBank {
  return hasKernels() ? new KernelFilterBank(channels) : new PlainFilterBank(channels);
}
