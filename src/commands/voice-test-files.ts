/** Which scenario files are meant, and what is in them. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, withoutStop } from '../shared/errors.ts';
import { expandPattern, isPattern } from './file-patterns.ts';
import { fileError } from './input.ts';
import type { AudioShelf } from './voice-test-audio.ts';
import { type AudioPart, type Problem, readScenario, type Scenario } from './voice-test-scenario.ts';

export interface ScenarioFile {
  /** As the user named it. */
  shown: string;
  /** Absolute. */
  path: string;
}

/** JSON in a folder is as likely to be something else. */
const IN_FOLDERS = /\.ya?ml$/i;
const BY_PATTERN = /\.(ya?ml|json)$/i;
const MOST_BYTES = 1024 * 1024;

/**
 * Files as named, those that fit patterns, and the YAML files in folders, by order of their names; each once.
 *
 * @throws CliError `usage` when a folder cannot be read or nothing is found
 */
export async function findScenarios(names: readonly string[], cwd: string): Promise<ScenarioFile[]> {
  const found = new Map<string, ScenarioFile>();
  const add = (shown: string) => {
    const path = resolve(cwd, shown);
    if (!found.has(path)) found.set(path, { shown, path });
  };
  for (const name of names) {
    const entry = await stat(resolve(cwd, name)).catch(() => undefined);
    if (entry?.isDirectory() === true) for (const file of await inFolder(name, cwd)) add(file);
    else if (entry === undefined && isPattern(name)) {
      const fitting = (await expandPattern(name, cwd)).filter((file) => BY_PATTERN.test(file));
      if (fitting.length === 0) throw new CliError('usage', `No scenario file fits ${JSON.stringify(name)}`);
      for (const file of fitting) add(file);
    } else add(name);
  }
  return [...found.values()];
}

async function inFolder(folder: string, cwd: string): Promise<string[]> {
  const entries = await readdir(resolve(cwd, folder), { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(folder, error);
  });
  const files = entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && IN_FOLDERS.test(entry.name))
    .map(({ name }) => join(folder, name))
    .sort((a, b) => (a < b ? -1 : 1));
  if (files.length === 0)
    throw new CliError('usage', `There is no scenario in ${folder} (.yaml or .yml)`, {
      hint: 'A pattern finds files in folders below: "scenarios/**/*.yaml".',
    });
  return files;
}

/** Reads all scenarios and looks at the audio that they name; tells everything that is wrong. */
export async function loadScenarios(
  files: readonly ScenarioFile[],
  audio: Pick<AudioShelf, 'check'>,
): Promise<{ scenarios: Scenario[]; problems: Problem[] }> {
  const scenarios: Scenario[] = [];
  const problems: Problem[] = [];
  const looked = new Map<string, Promise<string | undefined>>();
  const look = (part: AudioPart): Promise<string | undefined> => {
    const key = JSON.stringify([part.path, part.start, part.duration]);
    const known = looked.get(key) ?? audioProblem(part, audio);
    looked.set(key, known);
    return known;
  };
  for (const { shown, path } of files) {
    const text = await readText(path).catch((error: unknown) => {
      const { message } = error instanceof CliError ? error : fileError(shown, error);
      problems.push({ file: shown, line: undefined, column: undefined, message });
      return undefined;
    });
    if (text === undefined) continue;
    const read = readScenario(text, shown, path);
    problems.push(...read.problems);
    for (const step of read.scenario?.steps ?? []) {
      if (step.kind !== 'say' && step.kind !== 'interrupt') continue;
      const message = await look(step.audio);
      if (message === undefined) continue;
      const { line, column } = step.audio;
      problems.push({ file: shown, line, column, message });
    }
    if (read.scenario !== undefined) scenarios.push(read.scenario);
  }
  return { scenarios, problems };
}

async function readText(path: string): Promise<string> {
  if ((await stat(path)).size > MOST_BYTES)
    throw new CliError('usage', 'it is larger than 1 MB, and no scenario is');
  return (await readFile(path, 'utf8')).replace(/^\ufeff/, '');
}

async function audioProblem(part: AudioPart, audio: Pick<AudioShelf, 'check'>): Promise<string | undefined> {
  try {
    await audio.check(part);
    return undefined;
  } catch (error) {
    if (!(error instanceof CliError) || error.type !== 'usage') throw error;
    const message = error.message.replaceAll(`"${part.path}"`, `"${part.shown}"`);
    return withoutStop(message.includes(part.shown) ? message : `"${part.shown}": ${message}`);
  }
}

/** `greeting.yaml:3:5: the key "anwser" is not known here`. */
export function problemText({ file, line, column, message }: Problem): string {
  if (line === undefined) return message.startsWith(file) ? message : `${file}: ${message}`;
  return `${file}:${line}:${column}: ${message}`;
}
