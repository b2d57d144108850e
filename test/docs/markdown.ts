/** What the tests need to know of a document: its headings, links, fenced blocks, and the marks in comments before them. */

/**
 * A fenced block. Marks are HTML comments on the lines directly before it: `<!-- not run: why -->`,
 * `<!-- file: users.csv -->`, `<!-- before: a command line that no reader needs -->`.
 */
export interface Block {
  language: string;
  marks: ReadonlyMap<string, string>;
  lines: readonly string[];
  /** Index of its first line in the document, behind the fence. */
  at: number;
}

const FENCE = /^```(.*)$/;
const MARK = /^<!-- ([a-z ]+): (.*) -->$/;

export function blocksOf(text: string): Block[] {
  const lines = text.split('\n');
  const blocks: Block[] = [];
  let marks = new Map<string, string>();
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    const mark = MARK.exec(line);
    if (mark !== null) marks.set(mark[1] as string, mark[2] as string);
    const fence = FENCE.exec(line);
    if (fence !== null) {
      const end = lines.indexOf('```', at + 1);
      if (end < 0) throw new Error(`line ${at + 1}: the block has no end`);
      blocks.push({ language: fence[1] as string, marks, lines: lines.slice(at + 1, end), at: at + 1 });
      at = end;
    }
    if (mark === null) marks = new Map();
  }
  return blocks;
}

/** Everything but the fenced blocks. */
export function proseOf(text: string): string {
  return text.replace(/^```.*\n[\s\S]*?^```$/gm, '');
}

/** The texts between backticks. */
export function codeSpansOf(text: string): string[] {
  return [...proseOf(text).matchAll(/(`+)([\s\S]+?)\1/g)].map(([, , code = '']) =>
    code.replace(/\s+/g, ' ').trim(),
  );
}

/** Where links lead to, as they are written. */
export function linksOf(text: string): string[] {
  const prose = proseOf(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of the headings, as GitHub and GitLab make them. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...proseOf(text).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => {
    const slug = heading
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** A command of a `console` block and what it printed. */
export interface Command {
  /** As it is typed, lines that end in a backslash joined to the next by a line break. */
  text: string;
  /** Its lines in the block as they are. */
  typed: readonly string[];
  output: readonly string[];
}

/** Cuts a `console` block at its prompts. */
export function commandsOf({ lines, at }: Block): Command[] {
  const commands: { text: string; typed: string[]; output: string[] }[] = [];
  let goesOn = false;
  for (const [index, line] of lines.entries()) {
    const last = commands.at(-1);
    if (goesOn && last !== undefined) {
      last.typed.push(line);
      last.text += `\n${line}`;
      goesOn = line.endsWith('\\');
    } else if (line.startsWith('$ ')) {
      commands.push({ text: line.slice(2), typed: [line], output: [] });
      goesOn = line.endsWith('\\');
    } else if (last === undefined)
      throw new Error(`line ${at + index + 1}: a console block begins with "$ "`);
    else last.output.push(line);
  }
  return commands;
}
