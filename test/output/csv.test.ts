import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvLine } from '../../src/output/csv.ts';

/** RFC 4180, to the letter: records end with CRLF, quotes are doubled, nothing else is special. */
function parseCsv(text: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = '';
    if (text[at] === '"') {
      for (at++; ; at++) {
        if (at >= text.length) throw new Error('a quote is open');
        if (text[at] !== '"') cell += text[at];
        else if (text[at + 1] === '"') cell += text[++at];
        else break;
      }
      at++;
    } else {
      while (at < text.length && text[at] !== ',' && text[at] !== '\r') {
        if (text[at] === '"' || text[at] === '\n') throw new Error('a bare quote or line feed');
        cell += text[at++];
      }
    }
    record.push(cell);
    if (text[at] === ',') {
      at++;
      continue;
    }
    if (text.slice(at, at + 2) !== '\r\n') throw new Error('no CRLF after a record');
    records.push(record);
    record = [];
    at += 2;
  }
  return records;
}

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc
    .array(fc.constantFrom('"', ',', '\r', '\n', '=', '+', '-', '@', '\t', "'", ';', '1', 'a', ' '), {
      maxLength: 12,
    })
    .map((parts) => parts.join('')),
);

describe('a record of CSV', () => {
  it.each<[unknown[], string]>([
    [['a', 1, true], 'a,1,true'],
    [[null, undefined, ''], ',,'],
    [['a,b', 'say "hi"', 'x\ny', 'x\ry'], '"a,b","say ""hi""","x\ny","x\ry"'],
    [[{ a: 'b' }, [1, 2]], '"{""a"":""b""}","[1,2]"'],
    [[' spaces ', "it's"], " spaces ,it's"],
    [[-1, 1e21], '-1,1e+21'],
    [[false, 0], 'false,0'],
  ])('%j', (values, line) => {
    expect(csvLine(values)).toBe(`${line}\r\n`);
  });

  it('comes back as it went in, but for the mark before a formula', () => {
    const grid = fc
      .integer({ min: 2, max: 5 })
      .chain((columns) =>
        fc.array(fc.array(cell, { minLength: columns, maxLength: columns }), { maxLength: 6 }),
      );
    fc.assert(
      fc.property(grid, (records) => {
        const parsed = parseCsv(records.map(csvLine).join(''));
        expect(parsed).toHaveLength(records.length);
        records.forEach((record, row) => {
          record.forEach((text, column) => {
            const got = parsed[row]?.[column] ?? '';
            expect(got === text || (got === `'${text}` && /^[=+\-@\t\r]/.test(text))).toBe(true);
          });
        });
      }),
      { seed: 71, numRuns: 500 },
    );
  });

  it('comes back with values that are no text', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 2, maxLength: 5 }), (values) => {
        const [parsed] = parseCsv(csvLine(values));
        values.forEach((value, column) => {
          const got = parsed?.[column] ?? '';
          if (value === null) expect(got).toBe('');
          else if (typeof value === 'object')
            expect(JSON.parse(got)).toEqual(JSON.parse(JSON.stringify(value)));
          else if (typeof value !== 'string') expect(got).toBe(String(value));
        });
      }),
      { seed: 72, numRuns: 300 },
    );
  });
});

describe('a cell that a spreadsheet would run', () => {
  it.each([
    '=1+1',
    '=cmd|"/c calc"!A1',
    '+SUM(A1)',
    '-A1',
    '@SUM(1)',
    '\t=1',
    '\r=1',
    '+1;DROP',
    '-',
    '+',
    '--A1',
  ])('%j is marked as text', (text) => {
    const [parsed] = parseCsv(csvLine([text, 'x']));
    expect(parsed?.[0]).toBe(`'${text}`);
  });

  it.each(['+49 30 123456', '+1 (555) 010-9999', '-5', '-1,234.50', '+1.5', '--', 'a=1', '1-1'])(
    '%j is none',
    (text) => {
      const [parsed] = parseCsv(csvLine([text, 'x']));
      expect(parsed?.[0]).toBe(text === '--' ? "'--" : text);
    },
  );

  it('is none when it is a number of JSON', () => {
    expect(csvLine([-5, { a: '=1' }])).toBe('-5,"{""a"":""=1""}"\r\n');
  });

  it('never stands bare at the start, whatever the text', () => {
    fc.assert(
      fc.property(cell, (text) => {
        const [parsed] = parseCsv(csvLine([text, 'x']));
        const got = parsed?.[0] ?? '';
        // What may stand there holds digits and signs alone.
        expect(!/^[=+\-@\t\r]/.test(got) || /^[-+\d.,\s()]*$/.test(got)).toBe(true);
      }),
      { seed: 73, numRuns: 1_000 },
    );
  });

  it('is recognized in good time, however long it is', () => {
    const begun = process.cpuUsage().user;
    const text = `-${'1'.repeat(200_000)}x`;
    expect(csvLine([text])).toBe(`'${text}\r\n`);
    expect(process.cpuUsage().user - begun).toBeLessThan(2_000_000);
  });
});
