/** Whether a line of a document is one that the program takes: known commands and flags, all that is required. */
import { type Command, CommanderError } from 'commander';
import { audioWords } from '../../src/commands/audio-commands.ts';
import { bindJsonFields, buildProgram } from '../../src/program.ts';
import { fakeContext } from '../helpers/context.ts';

/** The command lines of a text that begin with `convirza`, cut where a shell begins another command. */
export function commandLines(script: string): string[][] {
  return shellWords(script.replace(/\\\n\s*/g, ' ')).flatMap((words) => {
    const at = words.findIndex((word, index) => word === 'convirza' && words.slice(0, index).every(isPrefix));
    return at < 0 ? [] : [words.slice(at + 1)];
  });
}

/** What may stand before a command: a variable, `if`, `sudo -u` … */
const isPrefix = (word: string) =>
  /^(\w+=.*|if|then|else|do|while|until|!|npx|env|time|exec|-|run:)$/s.test(word);

/** Words of a script by the rules of a POSIX shell that matter here, a list for each simple command. */
function shellWords(script: string): string[][] {
  const commands: string[][] = [[]];
  let word: string | undefined;
  const endWord = () => {
    if (word !== undefined) commands.at(-1)?.push(word);
    word = undefined;
  };
  const endCommand = () => {
    endWord();
    if ((commands.at(-1)?.length ?? 0) > 0) commands.push([]);
  };
  for (let at = 0; at < script.length; at++) {
    const char = script[at] as string;
    if (char === "'" || char === '"') {
      const end = closing(script, at);
      const inner = script.slice(at + 1, end);
      word = (word ?? '') + inner;
      // A command inside a substitution is a command too.
      if (char === '"')
        for (const [, code = ''] of inner.matchAll(/\$\(([^)]*)\)/g)) commands.unshift(...shellWords(code));
      at = end;
    } else if (char === '#' && word === undefined) at = lineEnd(script, at) - 1;
    else if (/[<>]/.test(char) && !(char === '<' && /^<[a-z]/.test(script.slice(at)))) {
      // A redirection: its number and its file are no words of the command.
      if (word !== undefined && /^\d$/.test(word)) word = undefined;
      endWord();
      at += (/^[<>&|]*\s*[^\s;|&)]*/.exec(script.slice(at))?.[0].length ?? 1) - 1;
    } else if (/[\n;|&()`]/.test(char)) endCommand();
    else if (char === '$' && script[at + 1] === '(') {
      endCommand();
      at++;
    } else if (/\s/.test(char)) endWord();
    else word = (word ?? '') + (char === '\\' ? (script[++at] ?? '') : char);
  }
  endCommand();
  return commands.filter((words) => words.length > 0);
}

function closing(script: string, at: number): number {
  const quote = script[at] as string;
  for (let end = at + 1; end < script.length; end++) {
    if (quote === '"' && script[end] === '\\') end++;
    else if (script[end] === quote) return end;
  }
  throw new Error(`a quote has no end: ${script.slice(at, at + 40)}`);
}

function lineEnd(script: string, at: number): number {
  const end = script.indexOf('\n', at);
  return end < 0 ? script.length : end;
}

function withoutActions(command: Command): Command {
  if (command.commands.length === 0) command.action(() => {});
  for (const child of command.commands) withoutActions(child);
  return command;
}

/**
 * What is wrong with a command line; undefined when nothing is.
 *
 * @param words behind `convirza`
 */
export function problemOf(words: readonly string[]): string | undefined {
  if (words[0] === 'help') return unknownName(words.slice(1).join(' '));
  try {
    const program = withoutActions(buildProgram(fakeContext()));
    program.parse(bindJsonFields(program, audioWords(words)), { from: 'user' });
    return undefined;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return undefined;
    // The ids are in the rows then.
    if (/required argument 'id'/.test((error as Error).message) && words.includes('--from')) return undefined;
    return `convirza ${words.join(' ')}: ${(error as Error).message}`;
  }
}

/** Whether the commands and flags that a phrase in a text names exist; it need not be a whole command line. */
export function unknownName(phrase: string): string | undefined {
  let command: Command = buildProgram(fakeContext());
  const above: Command[] = [command];
  for (const word of phrase.split(/\s+/).filter((each) => each !== '')) {
    const flag = /^-{1,2}[a-z][\w-]*/.exec(word)?.[0];
    if (flag !== undefined) {
      const known = above
        .flatMap(({ options }) => options)
        .some(({ long, short }) => [long, short].includes(flag));
      if (!known && !['--help', '-h'].includes(flag)) return `convirza ${phrase}: there is no ${flag}`;
    } else if (command.commands.length > 0) {
      if (!/^[a-z][a-z-]*$/.test(word)) return undefined;
      const child = command.commands.find((candidate) => candidate.name() === word);
      if (child === undefined) return `convirza ${phrase}: there is no command ${word}`;
      command = child;
      above.push(child);
    }
  }
  return undefined;
}
