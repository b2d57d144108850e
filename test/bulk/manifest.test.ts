import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeManifest,
  type ManifestFormat,
  problemsError,
  readManifest,
  refuseProblems,
  writeManifest,
} from '../../src/bulk/manifest.ts';
import { failureOf } from '../shared/folder.ts';
import { anyText } from '../shared/text.ts';

const csv = (text: string) => readManifest(text, { format: 'csv' });
const values = (text: string, format: ManifestFormat = 'csv') =>
  readManifest(text, { format }).rows.map((row) => ({ ...row.values }));
const messages = (text: string, format: ManifestFormat = 'csv') =>
  readManifest(text, { format }).problems.map(({ number, message }) => `${number}: ${message}`);

describe('CSV', () => {
  it.each([
    ['CRLF', 'file,name\r\na.wav,Hello\r\nb.wav,Bye\r\n'],
    ['LF, without an end', 'file,name\na.wav,Hello\nb.wav,Bye'],
    ['CR', 'file,name\ra.wav,Hello\rb.wav,Bye\r'],
    ['a byte order mark', '\ufefffile,name\na.wav,Hello\nb.wav,Bye\n'],
    ['semicolons', 'file;name\na.wav;Hello\nb.wav;Bye\n'],
    ['tabs', 'file\tname\na.wav\tHello\nb.wav\tBye\n'],
    ['a line that says the separator', 'sep=;\r\nfile;name\r\na.wav;Hello\r\nb.wav;Bye'],
    ['quotes everywhere', '"file","name"\n"a.wav","Hello"\n"b.wav","Bye"\n'],
    ['empty lines and emptied rows', '\nfile, name\n\na.wav,Hello\n,\n\nb.wav,Bye\n\n'],
  ])('with %s', (_, text) => {
    expect(values(text)).toEqual([
      { file: 'a.wav', name: 'Hello' },
      { file: 'b.wav', name: 'Bye' },
    ]);
    expect(csv(text).columns).toEqual(['file', 'name']);
    expect(messages(text)).toEqual([]);
  });

  it('keeps line breaks, quotes and delimiters inside quotes, and counts lines by the file', () => {
    const manifest = csv('a,b\n"one\r\ntwo","say ""hi"", you"\n3,6" pipe\n');
    expect(manifest.rows.map(({ number, values }) => [number, { ...values }])).toEqual([
      [2, { a: 'one\r\ntwo', b: 'say "hi", you' }],
      [4, { a: '3', b: '6" pipe' }],
    ]);
  });

  it('takes missing and empty cells for absent ones', () => {
    expect(values('a,b,c\n1\n,2\n"",,3')).toEqual([{ a: '1' }, { b: '2' }, { c: '3' }]);
  });

  it('collects the problems of all rows, with their lines', () => {
    expect(messages('a,b\n1,2,3\n"x"y,2\nfine,1\n"multi\nline",2,3,4\n"open,1\n')).toEqual([
      '2: it has 3 cells, and the header has 2',
      '3: there is text behind a closing quote (a quote inside quotes is written twice)',
      '5: it has 4 cells, and the header has 2',
      '7: the quote opened on line 7 is never closed',
    ]);
    expect(values('a,b\n1,2,3\nfine,1\n')).toEqual([{ a: 'fine', b: '1' }]);
  });

  it.each([
    ['a,,c', '1: column 2 has no name'],
    ['a,b,a', '1: the column "a" is there more than once'],
    ['a,__proto__', '1: a column cannot be called __proto__'],
  ])('refuses the header %s', (header, message) => {
    expect(messages(`${header}\n1,2,3\n`)).toEqual([message]);
    expect(values(`${header}\n1,2,3\n`)).toEqual([]);
  });

  it('has no prototype behind the values, whatever a column is called', () => {
    const [row] = csv('constructor,toString\nx,\n').rows;
    expect(row?.values['constructor']).toBe('x');
    expect(row?.values['toString']).toBeUndefined();
    expect(row?.values['valueOf']).toBeUndefined();
  });

  it('leaves out columns that are notes', () => {
    expect(values('id,#error\n7,rejected\n')).toEqual([{ id: '7' }]);
    expect(csv('id,#error\n7,rejected\n').columns).toEqual(['id']);
  });

  it('takes away the apostrophe that our own lists put before a formula, and no other', () => {
    expect(values("a,b,c,d\n'=1+1,'tis,+1555,''=x\n")).toEqual([
      { a: '=1+1', b: "'tis", c: '+1555', d: "'=x" },
    ]);
    const text = writeManifest([{ a: '=1+1', b: "'tis", c: '+1555', d: "'=x" }], 'csv');
    expect(text).toContain("'=1+1");
    expect(text).not.toContain("'+1555");
  });

  it('reads 10,000 rows', () => {
    const rows = Array.from({ length: 10_000 }, (_, i) => `prompts/${i}.wav,"Prompt ""${i}""",${i}`);
    const manifest = csv(`file,name,order\n${rows.join('\n')}\n`);
    expect(manifest.rows).toHaveLength(10_000);
    expect({ ...manifest.rows[9_999]?.values }).toEqual({
      file: 'prompts/9999.wav',
      name: 'Prompt "9999"',
      order: '9999',
    });
  });
});

describe('JSON', () => {
  it('takes a list, the one list in an object, and keeps types', () => {
    const rows = [{ id: 1, on: true, tags: ['a'], none: null }, { id: '2' }];
    expect(values(JSON.stringify(rows), 'json')).toEqual(rows);
    expect(values(JSON.stringify({ page: 1, ids: [1, 2], errors: [], data: rows }), 'json')).toEqual(rows);
    expect(values('{"data":[]}', 'json')).toEqual([]);
    expect(messages('{"data":[]}', 'json')).toEqual([]);
    expect(values('["a", 2]', 'json')).toEqual([{ id: 'a' }, { id: 2 }]);
    expect(values('[{"id":12345678901234567890}]', 'json')).toEqual([{ id: '12345678901234567890' }]);
  });

  it.each([
    ['{"a":[{}],"b":[{}]}', '0: it holds more than one list, and nothing says which is meant'],
    ['{"a":1}', '0: it holds no list of objects'],
    ['7', '0: it is no list of objects'],
    ['{"a":}', '0: it is no JSON'],
    [`[\n{"a":1},\n{"a":}\n${' '.repeat(60)}]`, '0: it is no JSON, from line 3 on'],
    ['[{"a":1},', '0: it is no JSON, from line 1 on'],
    ['[{"__proto__":{"x":1}}]', '1: a column cannot be called __proto__'],
    ['[{"":1}]', '1: a column has no name'],
  ])('refuses %j', (text, message) => {
    expect(messages(text, 'json')).toEqual([message]);
  });

  it('names the entries that are wrong', () => {
    expect(messages('[{"a":1},2,{"a":3},null]', 'json')).toEqual([
      '2: it is no object such as {"name":"value"}',
      '4: it is no object such as {"name":"value"}',
    ]);
  });
});

describe('NDJSON and lines', () => {
  it('NDJSON goes by lines', () => {
    const manifest = readManifest('{"a":1}\r\n\n{"b":2}\nno\n[1]\n', { format: 'ndjson' });
    expect(manifest.rows.map((row) => row.number)).toEqual([1, 3]);
    expect(manifest.columns).toEqual(['a', 'b']);
    expect(manifest.problems).toEqual([
      { number: 4, message: 'it is no JSON' },
      { number: 5, message: 'it is no object such as {"name":"value"}' },
    ]);
  });

  it('plain lines leave out comments and blanks', () => {
    const manifest = readManifest('\ufeff# ids\n12\n\n  34 \r\n#56\n78', {
      format: 'lines',
      column: 'tag_id',
    });
    expect(manifest.rows.map((row) => [row.number, row.values['tag_id']])).toEqual([
      [2, '12'],
      [4, '34'],
      [6, '78'],
    ]);
  });
});

describe('the format', () => {
  it.each<[string, string | undefined, ManifestFormat]>([
    ['a\n', 'x.CSV', 'csv'],
    ['a\tb\n', 'x.tsv', 'csv'],
    ['[]', 'dir.csv/x.json', 'json'],
    ['{}', 'x.jsonl', 'ndjson'],
    ['1,2\n', 'ids.txt', 'lines'],
    ['\n [{"a":1}]', undefined, 'json'],
    ['{\n"data":[]}', undefined, 'json'],
    ['{"data":[{"id":1}]}\n', undefined, 'json'],
    ['{"id":1,"tags":["a"]}\n{"id":2}', undefined, 'ndjson'],
    ['{"id":1}', '-', 'ndjson'],
    ['id,name\n1,2', 'constructor', 'csv'],
    ['id\n1\n', undefined, 'csv'],
    ['12\n34\n', undefined, 'lines'],
    ['# a, b\n34\n', undefined, 'lines'],
    ['', undefined, 'lines'],
  ])('of %j in %s is %s', (text, name, format) => {
    expect(readManifest(text, { name, known: ['id'] }).format).toBe(format);
  });
});

describe('bytes', () => {
  it('are UTF-8, or UTF-16 with a mark', () => {
    expect(decodeManifest(Buffer.from('\ufeffä'), 'x')).toBe('ä');
    expect(decodeManifest(Buffer.from('\ufeffä', 'utf16le'), 'x')).toBe('ä');
    expect(decodeManifest(Buffer.from('\ufeffä', 'utf16le').swap16(), 'x')).toBe('ä');
  });

  it('of another encoding, or too many, are refused', async () => {
    const error = await failureOf(() => decodeManifest(Buffer.from('na\xefve', 'latin1'), 'x.csv'));
    expect(error).toMatchObject({ type: 'usage', message: 'x.csv is no text in UTF-8' });
    const many = new Uint8Array(64 * 1024 * 1024 + 1);
    expect((await failureOf(() => decodeManifest(many, 'x.csv'))).message).toBe('x.csv is larger than 64 MB');
  });
});

describe('the error', () => {
  it('names a single problem, or lists them in order and the first twenty', async () => {
    const one = readManifest('a\n1,2\n', { format: 'csv' });
    expect((await failureOf(() => refuseProblems(one, 'x.csv'))).message).toBe(
      'x.csv: line 2: it has 2 cells, and the header has 1',
    );
    const problems = Array.from({ length: 22 }, (_, i) => ({ number: 22 - i, message: 'wrong' }));
    const error = problemsError({ unit: 'entry' }, problems, 'x.json');
    expect(error?.message).toBe('x.json has 22 problems, so nothing was done');
    expect(error?.hint).toMatch(/^entry 1: wrong; entry 2: .*; entry 20: wrong; and 2 more\.$/);
    expect(problemsError({ unit: 'line' }, [], 'x')).toBeUndefined();
  });
});

describe('what is written is read back', () => {
  const name = anyText.filter((text) => text !== '' && text !== '__proto__' && !text.startsWith('#'));
  const rows = <T>(value: fc.Arbitrary<T>) =>
    fc.array(fc.dictionary(name, value, { minKeys: 1, maxKeys: 5, noNullPrototype: true }), {
      minLength: 1,
      maxLength: 8,
    });
  const safe = fc
    .jsonValue({ noUnicodeString: false } as fc.JsonSharedConstraints)
    .filter((value) => !/\d{16}/.test(JSON.stringify(value)));

  it('as CSV, text for text', () => {
    fc.assert(
      fc.property(rows(anyText.filter((text) => text !== '')), (written) => {
        expect(messages(writeManifest(written, 'csv'))).toEqual([]);
        expect(values(writeManifest(written, 'csv'))).toEqual(written);
      }),
    );
  });

  it.each(['json', 'ndjson'] as const)('as %s, value for value', (format) => {
    fc.assert(
      fc.property(rows(safe), (written) => {
        expect(values(writeManifest(written, format), format)).toEqual(JSON.parse(JSON.stringify(written)));
      }),
    );
  });

  it('and any text at all is read without an exception, in any format', () => {
    const format = fc.constantFrom<ManifestFormat | undefined>('csv', 'json', 'ndjson', 'lines', undefined);
    const text = fc.oneof(anyText, fc.string({ unit: fc.constantFrom(...'a",;\t\r\n\'={}[]:#1') }));
    fc.assert(
      fc.property(text, format, (source, chosen) => {
        const { rows, problems, columns } = readManifest(source, { format: chosen });
        for (const row of rows) for (const key of Object.keys(row.values)) expect(columns).toContain(key);
        for (const { message } of problems) expect(message).not.toBe('');
      }),
    );
  });
});
