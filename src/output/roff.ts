/** The language of manual pages: roff with the man(7) macros. */

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/**
 * Text that is shown as it is: whatever roff would read as a command or typeset as another character is named. Hyphens
 * become those that can be copied into a shell.
 */
export function roffText(text: string): string {
  const named = text.replace(/[\\\-'"`^~]|[^\n -~]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return NAMED[character] ?? `\\[u${code.toString(16).toUpperCase().padStart(4, '0')}]`;
  });
  return named.replace(/^\./gm, '\\&.');
}

/** A macro with its arguments, which are shown as they are. */
export function macro(name: string, ...words: readonly string[]): string {
  return [`.${name}`, ...words.map((word) => `"${roffText(word)}"`)].join(' ');
}

export const bold = (text: string) => `\\fB${roffText(text)}\\fR`;
export const italic = (text: string) => `\\fI${roffText(text)}\\fR`;

/** A term of a list and what is said about it, in roff already. */
export function item(term: string, ...description: readonly string[]): string[] {
  return ['.TP', term, ...description];
}

/** Lines that are neither filled nor broken, a little to the right. */
export function verbatim(lines: readonly string[]): string[] {
  return ['.PP', '.RS 4', '.nf', ...lines.map(roffText), '.fi', '.RE'];
}
