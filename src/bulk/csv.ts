/** Records of CSV text (RFC 4180), and one record as text. */

export interface CsvRecord {
  /** Line of the file on which the record begins, from 1. */
  line: number;
  cells: string[];
  /** For each cell whether it stood in quotes. */
  quoted: boolean[];
  /** What is wrong with the record itself: an open quote, or text behind a closed one. */
  problem?: string;
}

/** What separates cells, in the order in which a draw is decided. */
const DELIMITERS = [',', ';', '\t'] as const;
export type Delimiter = (typeof DELIMITERS)[number];

/** So much of a file is looked at for its delimiter. */
const MAX_HEADER = 65_536;

/** The delimiter that stands most often outside quotes in the first line; the comma when none does. */
export function detectDelimiter(text: string): Delimiter {
  const header = /^(?:"[^"]*"|[^"\r\n]+)*/.exec(text.slice(0, MAX_HEADER))?.[0].replace(/"[^"]*"/g, '') ?? '';
  let best: Delimiter = ',';
  let most = 0;
  for (const delimiter of DELIMITERS) {
    const count = header.split(delimiter).length - 1;
    if (count > most) [best, most] = [delimiter, count];
  }
  return best;
}

/**
 * All records, empty lines left out. Lines end with CRLF, LF or CR; a quote inside an unquoted cell stands for itself.
 *
 * @param firstLine number of the line with which `text` begins
 */
export function parseCsv(text: string, delimiter: Delimiter, firstLine = 1): CsvRecord[] {
  const scanner = new CsvScanner(text, delimiter, firstLine);
  const records: CsvRecord[] = [];
  for (let record = scanner.next(); record !== undefined; record = scanner.next()) records.push(record);
  return records;
}

class CsvScanner {
  readonly #text: string;
  readonly #stop: RegExp;
  #at = 0;
  #line: number;

  constructor(text: string, delimiter: Delimiter, firstLine: number) {
    this.#text = text;
    this.#stop = delimiter === '\t' ? /[\t\r\n]/g : new RegExp(`[${delimiter}\r\n]`, 'g');
    this.#line = firstLine;
  }

  /** The next record that is no empty line; undefined at the end. */
  next(): CsvRecord | undefined {
    while (this.#lineBreak());
    if (this.#at >= this.#text.length) return undefined;
    const record: CsvRecord = { line: this.#line, cells: [], quoted: [] };
    for (;;) {
      const quoted = this.#text[this.#at] === '"';
      record.cells.push(quoted ? this.#quotedCell(record) : this.#plainCell());
      record.quoted.push(quoted);
      if (this.#at >= this.#text.length || this.#lineBreak()) return record;
      this.#at++;
    }
  }

  /** Steps over one line break. */
  #lineBreak(): boolean {
    const code = this.#text.charCodeAt(this.#at);
    if (code !== 13 && code !== 10) return false;
    this.#at += code === 13 && this.#text.charCodeAt(this.#at + 1) === 10 ? 2 : 1;
    this.#line++;
    return true;
  }

  #plainCell(): string {
    this.#stop.lastIndex = this.#at;
    const end = this.#stop.exec(this.#text)?.index ?? this.#text.length;
    const cell = this.#text.slice(this.#at, end);
    this.#at = end;
    return cell;
  }

  #quotedCell(record: CsvRecord): string {
    const opened = this.#line;
    const start = this.#at + 1;
    let end = this.#text.indexOf('"', start);
    while (end >= 0 && this.#text[end + 1] === '"') end = this.#text.indexOf('"', end + 2);
    if (end < 0) {
      record.problem ??= `the quote opened on line ${opened} is never closed`;
      end = this.#text.length;
    }
    const raw = this.#text.slice(start, end);
    this.#at = Math.min(end + 1, this.#text.length);
    this.#line += raw.match(/\r\n|\r|\n/g)?.length ?? 0;
    if (this.#plainCell() !== '')
      record.problem ??= 'there is text behind a closing quote (a quote inside quotes is written twice)';
    return raw.replaceAll('""', '"');
  }
}

/** What a spreadsheet takes for the start of a formula, behind the apostrophes that keep it from that. */
const GUARDED = /^'+[=+\-@\t\r]/;
const FORMULA = /^[=+\-@\t\r]/;
/** Numbers, also telephone numbers, are no formulas. */
const NUMBER = /^[+-]?(?=\D*\d)[\d.,\s()-]+$/;

/** The cell without the apostrophe that keeps a spreadsheet from running it; `csvRecord` and our lists put it there. */
export function unguard(cell: string): string {
  return cell.startsWith("'") && GUARDED.test(cell) ? cell.slice(1) : cell;
}

function csvCell(value: string): string {
  const guarded = GUARDED.test(value) || (FORMULA.test(value) && !NUMBER.test(value)) ? `'${value}` : value;
  // Blanks at the edges, which a reader may trim, and a first cell that reads as another thing than a cell.
  return /["',;\t\r\n\ufeff]|^\s|\s$|^sep=/i.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** One record of text cells with its CRLF. A record of one empty cell is no empty line. */
export function csvRecord(cells: readonly string[]): string {
  if (cells.length === 1 && cells[0] === '') return '""\r\n';
  return `${cells.map(csvCell).join(',')}\r\n`;
}
