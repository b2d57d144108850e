/** `open`: the vendor's documentation in a browser. */
import { spawn } from 'node:child_process';
import { commandName, ENDPOINTS } from '../convirza/catalogue/index.ts';
import { CliError } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';

/** The addresses of single pages are not known, so a title leads to the front page and says what to look for. */
const DOCUMENTATION = 'https://docs.convirza.com/';

const OPENERS: Readonly<Record<string, readonly string[]>> = {
  darwin: ['open'],
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Titles that hold all the words, those of one command first. */
function findTitles(words: string): { title: string; command: string }[] {
  const wanted = words.toLowerCase().split(/\s+/);
  return ENDPOINTS.map((endpoint) => ({ title: endpoint.title, command: commandName(endpoint) })).filter(
    ({ title, command }) => {
      const text = `${title} ${command}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    },
  );
}

function launch(platform: string, url: string): Promise<boolean> {
  const [program = 'xdg-open', ...args] = OPENERS[platform] ?? ['xdg-open'];
  return new Promise((resolve) => {
    const child = spawn(program, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}

export async function runOpen(invocation: Invocation, words: string): Promise<void> {
  const found = words === '' ? [] : findTitles(words);
  if (words !== '' && found.length === 0)
    throw new CliError('not_found', `No page of the documentation is known by ${JSON.stringify(words)}`, {
      hint: 'convirza schema --jq ".commands[].title" lists the titles.',
    });
  for (const { title, command } of found.slice(0, 5))
    invocation.say(`Look for "${title}" (convirza ${command}).`);
  const shown = invocation.terminal.outIsTerminal && (await launch(invocation.ctx.platform, DOCUMENTATION));
  if (!shown) await invocation.write(`${DOCUMENTATION}\n`);
}
