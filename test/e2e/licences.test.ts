import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const ALLOWED = new Set([
  ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'MPL-2.0', 'CC0-1.0'],
]);

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');

interface LockFile {
  packages: Record<string, { license?: string; dev?: boolean }>;
}

describe('licences of what users get', () => {
  it('what npm installs beside the program is under a permissive licence or the MPL', () => {
    const { packages } = JSON.parse(read('package-lock.json')) as LockFile;
    const installed = Object.entries(packages).filter(([path, { dev }]) => path !== '' && dev !== true);
    expect(installed.length).toBeGreaterThan(0);
    for (const [path, { license }] of installed) expect(ALLOWED, `${path}: ${license}`).toContain(license);
  });

  it('what is bundled into the program is under one of them too, and its text travels along', () => {
    const texts = read('dist/THIRD-PARTY-LICENSES.txt').split(`\n${'-'.repeat(78)}\n\n`);
    expect(texts.length).toBeGreaterThan(40);
    for (const text of texts) {
      const [, name, license] = /^(\S+) \S+ \((\S+)\)\n\n(?=\S)/.exec(text) ?? [];
      expect(ALLOWED, `${name}: ${license}`).toContain(license);
      expect(text, name).not.toMatch(/GNU (LESSER|LIBRARY|GENERAL)/i);
    }
  });
});
