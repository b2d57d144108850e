import { describe, expect, it } from 'vitest';

interface Result {
  name: string;
  machine: string;
  date: string;
  met: boolean;
  output: string;
}

// Plain JavaScript, for Node.js runs it as it is.
const { withResult } = (await import(new URL('../bench/results.js', import.meta.url).href)) as {
  withResult: (file: string, order: readonly string[], result: Result) => string;
};

const ORDER = ['startup', 'list', 'voice'];
const result = {
  name: 'list',
  machine: 'linux x64, 2 cores',
  date: '2026-11-20',
  met: true,
  output: 'a  1 ms\n',
};

describe('the file of benchmark results', () => {
  it('begins with one part', () => {
    const file = withResult('', ORDER, result);
    expect(file).toMatch(/^# Results/);
    expect(file).toMatch(
      /\n## list\n\n2026-11-20, linux x64, 2 cores\. All bars were met\.\n\n```text\na {2}1 ms\n```\n$/,
    );
  });

  it('gets one part anew, in the order of all, and keeps the others', () => {
    const first = withResult('', ORDER, { ...result, name: 'voice', output: 'kept' });
    const both = withResult(first, ORDER, {
      ...result,
      name: 'startup',
      output: '## no heading',
      met: false,
    });
    const file = withResult(both, ORDER, { ...result, name: 'startup', output: 'anew' });
    expect([...file.matchAll(/^## (.*)$/gm)].map(([, name]) => name)).toEqual(['startup', 'voice']);
    expect(file).toContain('anew');
    expect(file).toContain('kept');
    expect(file).not.toContain('missed');
  });

  it('loses what is no benchmark any more', () => {
    const old = withResult('', ['gone'], { ...result, name: 'gone' });
    expect(withResult(old, ORDER, result)).not.toContain('gone');
  });
});
