import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLines, problemOf, unknownName } from './command-line.ts';
import { anchorsOf, blocksOf, codeSpansOf, commandsOf, linksOf } from './markdown.ts';
import { ROOT, readPage } from './page.ts';
import { matches } from './session.ts';

const pages = [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).map((name) => `docs/${name}`),
].filter((name) => name.endsWith('.md'));

const tests = readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => readPage(`test/${name}`));

/** Pages that are linked before they are there. */

describe.each(pages)('%s', (page) => {
  const text = readPage(page);

  it('leads to pages and headings that exist', () => {
    const wrong = linksOf(text)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [path = '', anchor] = target.split('#');
        const file = path === '' ? page : normalize(join(dirname(page), path));
        if (!existsSync(join(ROOT, file))) return true;
        return anchor !== undefined && !anchorsOf(readPage(file)).includes(anchor);
      });
    expect(wrong).toEqual([]);
  });

  it('names commands and flags that exist', () => {
    const scripts = blocksOf(text).flatMap((block) => {
      // Of those that are run it shows: some are to fail.
      if (block.language === 'console')
        return block.marks.has('not run') ? commandsOf(block).map((command) => command.text) : [];
      return /^(sh|bash|yaml|)$/.test(block.language)
        ? [block.lines.map((line) => line.replace(/^\$ /, '')).join('\n')]
        : [];
    });
    const lines = scripts.flatMap(commandLines).map(problemOf);
    const phrases = codeSpansOf(text)
      .filter((span) => span.startsWith('convirza '))
      .map((span) => unknownName(span.slice('convirza '.length)));
    expect([...lines, ...phrases].filter((problem) => problem !== undefined)).toEqual([]);
  });

  it('has its console blocks run by a test', () => {
    const runs = blocksOf(text).some(
      ({ language, marks }) => language === 'console' && !marks.has('not run'),
    );
    if (runs) expect(tests.some((test) => test.includes(page))).toBe(true);
  });

  it('says why a block is not run, and ends every line of it before column 121', () => {
    for (const { marks } of blocksOf(text)) expect(marks.get('not run')).not.toBe('');
    const long = blocksOf(text).flatMap(({ language, lines }) =>
      language === 'console' ? lines.filter((line) => line.startsWith('$ ') && line.length > 120) : [],
    );
    expect(long).toEqual([]);
  });
});

describe('how the documents are tested', () => {
  it('finds command lines in scripts', () => {
    expect(
      commandLines(`
        if ! convirza users get "$id" --json > user.json 2>/dev/null; then echo no; fi
        token=$(convirza auth token) && X=1 convirza users list --all | jq length  # convirza nothing
        convirza users create \\
          --username 'a b'
        echo "$(convirza whoami)" convirza`),
    ).toEqual(
      expect.arrayContaining([
        ['users', 'get', '$id', '--json'],
        ['auth', 'token'],
        ['users', 'list', '--all'],
        ['users', 'create', '--username', 'a b'],
        ['whoami'],
      ]),
    );
  });

  it('refuses unknown commands, flags and values, and missing arguments', () => {
    expect(problemOf(['users', 'list', '--role-id', '1', '--json'])).toBeUndefined();
    expect(problemOf(['users', 'lst'])).toMatch(/lst/);
    expect(problemOf(['users', 'list', '--rolle', '1'])).toMatch(/--rolle/);
    expect(problemOf(['users', 'list', '--output', 'xml'])).toMatch(/xml/);
    expect(problemOf(['users', 'get'])).toMatch(/missing/);
    expect(unknownName('users <command> --help')).toBeUndefined();
    expect(unknownName('auth status')).toBeUndefined();
    expect(unknownName('auth stat')).toMatch(/stat/);
    expect(unknownName('voice stream --sav')).toMatch(/--sav/);
  });

  it('lets times, ids and what an ellipsis stands for differ, and nothing else', () => {
    const shown = ['Created user 126.', '…', 'took 1.5 ms  at 2026-11-20 10:46Z', '{"id":"…"}'];
    const printed = ['Created user 126.', 'a', 'b', 'took 12 ms   at 2027-01-01 00:00Z', '{"id":"x.y"}'];
    expect(matches(shown, printed)).toBe(true);
    expect(matches(shown, printed.with(0, 'Created user 127.'))).toBe(false);
    expect(matches(shown, [...printed, 'more'])).toBe(false);
    expect(matches([], [])).toBe(true);
    expect(matches([], ['x'])).toBe(false);
  });
});
