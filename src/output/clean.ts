/** Text that came from elsewhere, made safe for a terminal: what a server says must not move the cursor. */
import { stripVTControlCharacters } from 'node:util';

/** C0 and C1 controls, and the marks that reorder text so that it reads as something else. */
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;
const BREAKS = /[\t\r\n\u0085\u2028\u2029]+/g;

/** One line without control characters; tabs and line breaks become a space. */
export function cleanLine(text: string): string {
  return stripVTControlCharacters(text).replace(BREAKS, ' ').replace(CONTROLS, '');
}
