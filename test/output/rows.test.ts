import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRowSink, type RowsOptions, writeRecord } from '../../src/output/rows.ts';
import { COLOUR, collector, PLAIN } from './plain.ts';

type Options = Partial<Omit<RowsOptions, 'write'>>;

/** What is written for some pages of rows. */
async function written(format: RowsOptions['format'], pages: unknown[][], more: Options = {}) {
  const out = collector();
  const sink = createRowSink({ format, write: out.write, width: undefined, colour: PLAIN, ...more });
  for (const page of pages) await sink.page(page);
  await sink.end();
  return out.text;
}

async function record(format: RowsOptions['format'], value: unknown, more: Options = {}) {
  const out = collector();
  await writeRecord(value, { format, write: out.write, width: undefined, colour: PLAIN, ...more });
  return out.text;
}

const ROWS = [
  { id: 1, name: 'Ada', active: true },
  { id: 2, name: 'Bob', active: false },
];
const pages = fc.array(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 4 }), { maxLength: 5 });

describe('rows as JSON', () => {
  it.each([
    ['no page', []],
    ['an empty page', [[]]],
    ['one page', [ROWS]],
    ['several pages, empty ones among them', [[], [ROWS[0]], [], [ROWS[1]], []]],
  ])('are one array: %s', async (_, given) => {
    expect(JSON.parse(await written('json', given))).toEqual(given.flat());
  });

  it('are written as JSON.stringify would write them all', async () => {
    expect(await written('json', [[], []])).toBe('[]\n');
    const expected = `${JSON.stringify([ROWS[0], ROWS[1], null, [], [1], 'x'], null, 2)}\n`;
    expect(await written('json', [ROWS, [null, [], [1]], ['x']])).toBe(expected);
  });

  it('come back as they went in, however they are paged', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (given) => {
        const plain = JSON.parse(JSON.stringify(given.flat()));
        expect(JSON.parse(await written('json', given))).toEqual(plain);
      }),
      { seed: 81, numRuns: 200 },
    );
  });

  it('keep every character of a text, line breaks of any kind too', async () => {
    const rows = [{ text: 'a\u2028b\u2029c\nd\re\u0085f\u000bg' }, { 'k\u2028': ['\u2028'] }];
    expect(JSON.parse(await written('json', [rows]))).toEqual(rows);
  });

  it('are written page by page', async () => {
    const out = collector();
    const sink = createRowSink({ format: 'json', write: out.write, width: undefined, colour: PLAIN });
    await sink.page([ROWS[0]]);
    expect(out.text).toContain('"Ada"');
    expect(out.writes).toBe(1);
    await sink.end();
    expect(JSON.parse(out.text)).toEqual([ROWS[0]]);
  });
});

describe('rows as NDJSON', () => {
  it('are nothing for no rows', async () => {
    expect(await written('ndjson', [[]])).toBe('');
  });

  it('are one line each, however they are paged', async () => {
    await fc.assert(
      fc.asyncProperty(pages, async (given) => {
        const text = await written('ndjson', given);
        expect(text === '' || text.endsWith('\n')).toBe(true);
        const lines = text.split('\n').slice(0, -1);
        expect(lines.map((line) => JSON.parse(line))).toEqual(JSON.parse(JSON.stringify(given.flat())));
      }),
      { seed: 82, numRuns: 200 },
    );
  });
});

describe('rows as CSV', () => {
  it('have the columns of the first page that holds rows, whatever the table would show', async () => {
    const text = await written('csv', [[], [{ a: 1 }, { b: 'x,y' }], [{ a: 2, c: 3 }]], { columns: ['b'] });
    expect(text).toBe('a,b\r\n1,\r\n,"x,y"\r\n2,\r\n');
  });

  it('have one column for rows that are no objects', async () => {
    expect(await written('csv', [[1, 'x']], { columns: ['id', 'name'] })).toBe('id\r\n1\r\nx\r\n');
    expect(await written('csv', [[1]])).toBe('value\r\n1\r\n');
  });

  it('are nothing for no rows', async () => {
    expect(await written('csv', [[]], { columns: ['id'] })).toBe('');
  });

  it('guard the headings too', async () => {
    expect(await written('csv', [[{ '=1+1': 2 }]])).toBe("'=1+1\r\n2\r\n");
  });
});

describe('rows as a table', () => {
  it('have the preferred columns that some row has', async () => {
    const columns = ['name', 'active', 'id', 'gone'];
    expect(await written('table', [ROWS], { columns })).toBe(
      'NAME  ACTIVE  ID\nAda   yes     1\nBob   no      2\n',
    );
  });

  it('have columns of their own where the preferred ones are not there', async () => {
    expect(await written('table', [ROWS], { columns: ['x', 'y', 'z'] })).toBe(
      'ID  NAME  ACTIVE\n1   Ada   yes\n2   Bob   no\n',
    );
    expect(await written('table', [ROWS])).toMatch(/^ID {2}NAME {2}ACTIVE\n/);
  });

  it('stand in one column when they are no objects', async () => {
    expect(await written('table', [[7, 'x']], { columns: ['group_id'] })).toBe('GROUP ID\n7\nx\n');
  });

  it('are all pages in one, and nothing for no rows', async () => {
    expect((await written('table', [[ROWS[0]], [ROWS[1]]])).split('\n')).toHaveLength(4);
    expect(await written('table', [[], []])).toBe('');
  });

  it('hold nothing that a terminal would execute', async () => {
    const rows = [{ id: '\u001b[2J1', 'na\u0007me': 'x\u202e\r\ny' }];
    expect(await written('table', [rows])).toBe('ID  NAME\n1   x y\n');
  });

  it('fit the width', async () => {
    const rows = [{ id: 1, name: 'x'.repeat(200) }];
    const text = await written('table', [rows], { width: 20 });
    expect(text.split('\n')[1]).toBe(`1   ${'x'.repeat(15)}…`);
  });
});

describe('a record', () => {
  const RECORD = { org_unit_id: 7, name: 'Ada\u001b[31m', tags: ['a'], gone: null };

  it('is JSON, also when there is none', async () => {
    expect(await record('json', RECORD)).toBe(`${JSON.stringify(RECORD, null, 2)}\n`);
    expect(await record('json', undefined)).toBe('null\n');
  });

  it('is one line of NDJSON or two of CSV, and nothing when there is none', async () => {
    expect(await record('ndjson', RECORD)).toBe(`${JSON.stringify(RECORD)}\n`);
    expect(await record('csv', { a: 1, b: [2] })).toBe('a,b\r\n1,[2]\r\n');
    for (const format of ['ndjson', 'csv', 'table'] as const) {
      expect(await record(format, undefined)).toBe('');
      expect(await record(format, null)).toBe('');
    }
  });

  it('is its fields for a person, cleaned', async () => {
    expect(await record('table', RECORD)).toBe(
      'org unit id  7\nname         Ada\ntags         ["a"]\ngone\n',
    );
    expect(await record('table', { a: 1 }, { colour: COLOUR })).toBe('\u001b[1ma\u001b[22m  1\n');
  });

  it('is a line for a person when it is no object', async () => {
    expect(await record('table', 'x\u001b[31m')).toBe('x\n');
    expect(await record('table', [1])).toBe('[1]\n');
    expect(await record('table', true)).toBe('yes\n');
  });
});
