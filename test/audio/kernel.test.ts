import { describe, expect, it } from 'vitest';
import { hasKernels, Kernel } from '../../src/audio/kernel.ts';

describe('a kernel', () => {
  it('runs where WebAssembly has vectors', () => {
    expect(hasKernels()).toBe(true);
  });

  it('gives arrays on 16-byte borders that begin as zeros, and refuses more than its memory', () => {
    const kernel = new Kernel('resample', 1000);
    const first = kernel.f32(3);
    const second = kernel.u8(5);
    expect([...first, ...second]).toEqual(Array(8).fill(0));
    expect(second.byteOffset - first.byteOffset).toBe(16);
    expect(() => kernel.f32(40_000)).toThrow('too small');
  });
});
