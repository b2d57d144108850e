import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayWidth, fitWidths, formatRecord, formatTable, truncate } from '../../src/output/table.ts';
import { COLOUR, PLAIN } from './plain.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const ACCENT = 'e\u0301';

/** Texts as they come from a service: any script, marks, emoji, flags, spaces. */
const anyText = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 30 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 30 }),
  fc
    .array(fc.constantFrom('日', '한', 'a', ' ', FAMILY, ACCENT, '🇩🇪', 'ﾊﾞ', 'نص', '\u200b', 'ก็', '1️⃣'), {
      maxLength: 20,
    })
    .map((parts) => parts.join('')),
);

const linesOf = (text: string) => text.split('\n').slice(0, -1);
const graphemes = (text: string) => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);

describe('the width of a text', () => {
  it.each([
    ['', 0],
    ['plain', 5],
    ['日本語', 6],
    ['한국어', 6],
    ['ｆｕｌｌ', 8],
    ['ﾊﾝｶｸ', 4],
    [`caf${ACCENT}`, 4],
    ['👍', 2],
    ['👍🏽', 2],
    [FAMILY, 2],
    ['🇩🇪', 2],
    ['1️⃣', 2],
    ['привет', 6],
    ['שלום', 4],
  ])('%j is %i columns', (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('truncation', () => {
  it.each([
    ['plain text', 10, 'plain text'],
    ['plain text', 9, 'plain te…'],
    ['plain text', 1, '…'],
    ['日本語', 6, '日本語'],
    ['日本語', 5, '日本…'],
    ['日本語', 4, '日…'],
    [`${FAMILY}${FAMILY}${FAMILY}`, 5, `${FAMILY}${FAMILY}…`],
    [`${FAMILY}${FAMILY}${FAMILY}`, 4, `${FAMILY}…`],
    [`${ACCENT}${ACCENT}${ACCENT}`, 2, `${ACCENT}…`],
    ['🇩🇪🇫🇷🇮🇹', 3, '🇩🇪…'],
  ])('of %j to %i columns', (text, width, expected) => {
    expect(truncate(text, width)).toBe(expected);
  });

  it('fits the width and never splits a grapheme', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 40 }), (text, width) => {
        const cut = truncate(text, width);
        expect(displayWidth(cut)).toBeLessThanOrEqual(width);
        if (displayWidth(text) <= width) expect(cut).toBe(text);
        else {
          expect(cut.endsWith('…')).toBe(true);
          const kept = graphemes(cut.slice(0, -1));
          expect(kept).toEqual(graphemes(text).slice(0, kept.length));
        }
      }),
      { seed: 51, numRuns: 500 },
    );
  });
});

describe('the widths of columns', () => {
  it.each<[number[], number | undefined, number[]]>([
    [[10, 20], undefined, [10, 20]],
    [[10, 20], 32, [10, 20]],
    [[10, 20], 31, [10, 19]],
    [[30, 30], 32, [15, 15]],
    [[3, 100, 4], 30, [3, 19, 4]],
    [[50, 50, 50], 22, [6, 6, 6]],
    [[50, 50, 50], 21, [9, 10]],
    [[50], 3, [6]],
    [[], 80, []],
  ])('%j in %j', (natural, total, widths) => {
    expect(fitWidths(natural, total)).toEqual(widths);
  });

  it('fit, never grow, keep the readable minimum, and use what there is', () => {
    const natural = fc.array(fc.nat(300), { minLength: 1, maxLength: 15 });
    fc.assert(
      fc.property(natural, fc.integer({ min: 20, max: 200 }), (given, total) => {
        const widths = fitWidths(given, total);
        const sum = (list: number[]) => list.reduce((all, width) => all + width, 2 * (list.length - 1));
        expect(widths.length).toBeGreaterThanOrEqual(1);
        expect(sum(widths)).toBeLessThanOrEqual(total);
        widths.forEach((width, index) => {
          expect(width).toBeLessThanOrEqual(given[index] ?? 0);
          expect(width).toBeGreaterThanOrEqual(Math.min(6, given[index] ?? 0));
        });
        const kept = given.slice(0, widths.length);
        expect(sum(widths)).toBe(Math.min(total, sum(kept)));
      }),
      { seed: 52, numRuns: 500 },
    );
  });
});

describe('a table', () => {
  it('is aligned, with nothing at the ends of its lines', () => {
    const rows = [
      ['1', 'Ada', ''],
      ['20', '日本', 'x'],
      ['300', FAMILY, 'y'],
    ];
    expect(formatTable(['ID', 'NAME', 'NOTE'], rows, { width: undefined, colour: PLAIN })).toBe(
      `ID   NAME  NOTE\n1    Ada\n20   日本  x\n300  ${FAMILY}    y\n`,
    );
  });

  it('can do without its headings and with missing cells', () => {
    const options = { width: 80, colour: PLAIN, noHeader: true };
    expect(formatTable(['A', 'B'], [['1'], ['2', '3']], options)).toBe('1\n2  3\n');
  });

  it('sets its headings in bold where there is colour', () => {
    const text = formatTable(['A'], [['1']], { width: 80, colour: COLOUR });
    expect(text).toBe('\u001b[1mA\u001b[22m\n1\n');
  });

  it('drops columns from the right where even narrow ones do not fit', () => {
    const headings = ['ONE', 'TWO', 'THREE', 'FOUR'];
    const rows = [headings.map((name) => name.repeat(10))];
    const [first, second] = linesOf(formatTable(headings, rows, { width: 24, colour: PLAIN }));
    expect(first).toMatch(/^ONE +TWO +THREE$/);
    expect(second).toMatch(/^ONE\w+… {2}TWO\w+… {2}THREE\w*…$/);
  });

  it('fits its width, whatever is in it', () => {
    const grid = fc
      .integer({ min: 1, max: 8 })
      .chain((columns) =>
        fc.tuple(
          fc.array(anyText, { minLength: columns, maxLength: columns }),
          fc.array(fc.array(anyText, { minLength: columns, maxLength: columns }), { maxLength: 8 }),
        ),
      );
    fc.assert(
      fc.property(grid, fc.integer({ min: 20, max: 200 }), ([headings, rows], width) => {
        const lines = linesOf(formatTable(headings, rows, { width, colour: PLAIN }));
        expect(lines).toHaveLength(rows.length + 1);
        for (const line of lines) {
          expect(displayWidth(line)).toBeLessThanOrEqual(width);
          expect(line.endsWith(' ')).toBe(false);
        }
      }),
      { seed: 53, numRuns: 300 },
    );
  });
});

describe('a record', () => {
  it('is a line for each field, names aligned', () => {
    const entries = [
      ['id', '7'],
      ['full name', 'Ada'],
      ['note', ''],
    ] as const;
    expect(formatRecord(entries, { width: undefined, colour: PLAIN })).toBe(
      'id         7\nfull name  Ada\nnote\n',
    );
  });

  it('is nothing without fields', () => {
    expect(formatRecord([], { width: 80, colour: PLAIN })).toBe('');
  });

  it('fits its width as long as the names leave room', () => {
    const names = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 });
    const entries = fc.array(fc.tuple(names, anyText), { maxLength: 8 });
    fc.assert(
      fc.property(entries, fc.integer({ min: 20, max: 200 }), (fields, width) => {
        for (const line of linesOf(formatRecord(fields, { width, colour: PLAIN })))
          expect(displayWidth(line)).toBeLessThanOrEqual(width);
      }),
      { seed: 54, numRuns: 300 },
    );
  });
});

describe('plain tables, for a screen reader', () => {
  const options = { width: 20, colour: COLOUR, plain: true };

  it('are records with names, without empty cells, uncut', () => {
    const rows = [
      ['1', 'a name that is longer than the terminal is wide'],
      ['2', ''],
    ];
    expect(formatTable(['ID', 'FULL NAME'], rows, options)).toBe(
      'id: 1\nfull name: a name that is longer than the terminal is wide\n\nid: 2\n',
    );
    expect(formatTable(['ID', 'NAME'], [['1', 'x']], { ...options, noHeader: true })).toBe('1, x\n');
    expect(
      formatRecord(
        [
          ['id', '1'],
          ['note', ''],
        ],
        options,
      ),
    ).toBe('id: 1\nnote:\n');
  });
});

describe('scripts that run from right to left', () => {
  const hebrew = '\u05e9\u05dc\u05d5\u05dd';

  it('are kept to their cell at a terminal, and take the same columns', () => {
    const text = formatTable(
      ['NAME', 'ID'],
      [
        [hebrew, '12'],
        ['abcdef', '13'],
      ],
      { width: 40, colour: PLAIN },
    );
    expect(text).toBe(`NAME    ID\n\u2068${hebrew}\u2069    12\nabcdef  13\n`);
    expect(formatRecord([['name', hebrew]], { width: 40, colour: PLAIN })).toBe(
      `name  \u2068${hebrew}\u2069\n`,
    );
  });

  it('are isolated whole when they are cut', () => {
    const long = '\u0645\u0631\u062d\u0628\u0627'.repeat(8);
    const [, line = ''] = formatTable(['A', 'B'], [[long, '1']], { width: 20, colour: PLAIN }).split('\n');
    expect(line).toMatch(/^\u2068[^\u2069]+…\u2069 +1$/);
    expect(displayWidth(line)).toBe(20);
  });

  it('stay as they are in a pipe, and other text stays as it is anywhere', () => {
    const rows = [[hebrew, 'x']];
    expect(formatTable(['A', 'B'], rows, { width: undefined, colour: PLAIN })).not.toContain('\u2068');
    expect(formatTable(['A'], [['Zoë 東京']], { width: 40, colour: PLAIN })).not.toContain('\u2068');
  });
});
