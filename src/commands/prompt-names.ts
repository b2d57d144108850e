/** How a prompt is called: by its file, or by a rule such as `{dir} - {stem}`. */
import { basename, dirname, extname } from 'node:path';
import { CliError } from '../shared/errors.ts';

const MAX_NAME = 255;

/** What a name rule may speak of. */
const PLACEHOLDERS = ['dir', 'stem', 'ext', 'index', 'parent'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];

/** @param whose for the message: where the name comes from. @returns the name without blanks around it */
export function checkName(name: string, whose: string): string {
  const trimmed = name.trim();
  if (trimmed === '')
    throw new CliError('usage', `The name of the prompt ${whose} is empty`, {
      hint: 'Give a name that says what is heard, such as --name "Main menu".',
    });
  const { length } = [...trimmed];
  if (length > MAX_NAME)
    throw new CliError(
      'usage',
      `The name of the prompt ${whose} has ${length} characters, and ${MAX_NAME} are the most`,
      { hint: 'Choose a shorter one with --name.' },
    );
  return trimmed;
}

/** The name of a file without its ending. */
export function stemOf(path: string): string {
  const file = basename(path);
  return file.slice(0, file.length - extname(file).length) || file;
}

/** What a name is made from. */
export interface NamedFile {
  path: string;
  /** The file below the folder that was named, or as it was named. */
  relative: string;
}

export type NameRule = (file: NamedFile, index: number) => string;

/**
 * A rule out of a template: `dir` is the folder of the file, `parent` the path of folders that leads to it, `stem` its
 * name without the ending `ext`, and `index` counts from 1.
 *
 * @throws CliError `usage` for a placeholder that is not known
 */
export function nameRule(template: string): NameRule {
  const parts = template.split(/\{([^{}]*)\}/);
  for (const [at, part] of parts.entries())
    if (at % 2 === 1 && !(PLACEHOLDERS as readonly string[]).includes(part))
      throw new CliError('usage', `--name-template knows no {${part}}`, {
        hint: `There are: ${PLACEHOLDERS.map((name) => `{${name}}`).join(', ')}.`,
      });
  if (parts.length === 1)
    throw new CliError('usage', '--name-template would give every prompt the same name', {
      hint: 'Let it hold {stem}, {dir}, {parent} or {index}.',
    });
  return (file, index) =>
    parts.map((part, at) => (at % 2 === 1 ? textOf(part as Placeholder, file, index) : part)).join('');
}

function textOf(placeholder: Placeholder, { path, relative }: NamedFile, index: number): string {
  switch (placeholder) {
    case 'dir':
      return basename(dirname(path));
    case 'stem':
      return stemOf(path);
    case 'ext':
      return extname(path).slice(1);
    case 'index':
      return String(index + 1);
    case 'parent': {
      const parent = dirname(relative);
      return parent === '.' ? '' : parent.replaceAll('\\', '/');
    }
  }
}
