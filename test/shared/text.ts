/** Text for properties. fast-check's own `binary` unit takes most of a second to set up in each file. */
import fc from 'fast-check';

const character = fc.oneof(
  fc.integer({ min: 0, max: 0x7f }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0xe000, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
  fc.integer({ min: 0x80, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
);

/** Any text of any Unicode characters, control characters and the byte order mark among them. */
export const anyText = fc.string({ unit: character });
