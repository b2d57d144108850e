import { describe, expect, it } from 'vitest';
import { failureRows, generalise, groupFailures } from '../../src/bulk/failures.ts';
import { readManifest, writeManifest } from '../../src/bulk/manifest.ts';
import { CliError } from '../../src/shared/errors.ts';

it.each([
  ['"a.wav": the name "Sales \\"West\\"" is taken', '"…": the name "…" is taken'],
  ["the field 'name' of `x` isn't there, don't ask", '"…" of "…" isn\'t there, don\'t ask'],
  ['has 12.5 MB, and 1,000 at most', 'has N MB, and N at most'],
  ['POST https://x.example/v3/media/77?a=1 timed out after 30 s', 'POST URL timed out after N s'],
  ['id 0b0e7d3c-1111-4222-8333-abcdefabcdef or 65f1c0ffee65f1c0ffee6500', 'id N or N'],
  ['created 2026-01-31T09:30:00.123Z', 'created N'],
  ['a defaced facade', 'a defaced facade'],
])('%s', (message, reason) => {
  expect(generalise(message)).toBe(reason.replace('"…" of "…" isn', 'the field "…" of "…" isn'));
});

const failures = [
  {
    key: 'a',
    error: new CliError('rejected', '"a" is taken'),
    inDoubt: false,
    values: { file: 'a', n: '1' },
  },
  { key: 'b', error: new CliError('server', 'HTTP 500'), inDoubt: true, values: { file: 'b' } },
  { key: 'c', error: new CliError('server', 'HTTP 502'), inDoubt: false, values: { file: 'c' } },
  { key: 'd', error: 'odd', inDoubt: false, values: { file: 'd' } },
  { key: 'e', error: new CliError('server', 'HTTP 503'), inDoubt: true, values: { file: 'e' } },
  { key: 'f', error: new CliError('server', 'HTTP 503'), inDoubt: true, values: { file: 'f' } },
];

describe('groups', () => {
  it('count, give examples, and the most frequent comes first', () => {
    expect(groupFailures(failures)).toEqual([
      {
        type: 'server',
        reason: 'HTTP N',
        message: 'HTTP 500',
        count: 4,
        inDoubt: 3,
        examples: ['b', 'c', 'e'],
      },
      {
        type: 'rejected',
        reason: '"…" is taken',
        message: '"a" is taken',
        count: 1,
        inDoubt: 0,
        examples: ['a'],
      },
      { type: 'internal', reason: 'odd', message: 'odd', count: 1, inDoubt: 0, examples: ['d'] },
    ]);
    expect(groupFailures([])).toEqual([]);
  });
});

it.each(['csv', 'json', 'ndjson'] as const)(
  'failed rows in %s say why, and are read back as they were',
  (format) => {
    const text = writeManifest(failureRows(failures), format);
    expect(text).toContain('HTTP 500');
    const manifest = readManifest(text, { format });
    expect(manifest.problems).toEqual([]);
    expect(manifest.columns).toEqual(['file', 'n']);
    expect(manifest.rows.map((row) => ({ ...row.values }))).toEqual(failures.map(({ values }) => values));
  },
);
