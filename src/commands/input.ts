/** What a command reads beside its flags: standard input and files. */
import fs from 'node:fs';
import { resolve } from 'node:path';
import { CliError, errorCode } from '../shared/errors.ts';
import type { Invocation } from './invocation.ts';

const MAX_INPUT_BYTES = 64 * 1024 * 1024;

/** All of standard input as text. @throws CliError `usage` when it is a terminal or too large */
export async function readStdin(invocation: Invocation, what: string): Promise<string> {
  const { ctx } = invocation;
  if (ctx.stdinIsTerminal)
    throw new CliError('usage', `${what} is to be read from standard input, but that is a terminal`, {
      hint: 'Pipe it in, or redirect a file with <.',
    });
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of ctx.stdin) {
    const buffer = Buffer.from(part as Uint8Array);
    bytes += buffer.length;
    if (bytes > MAX_INPUT_BYTES)
      throw new CliError('usage', `${what} on standard input is larger than 64 MB`);
    parts.push(buffer);
  }
  return Buffer.concat(parts).toString('utf8');
}

/** A file as text. @throws CliError `usage` when it cannot be read */
export async function readTextFile(invocation: Invocation, path: string): Promise<string> {
  try {
    return await fs.promises.readFile(resolve(invocation.ctx.cwd, path), 'utf8');
  } catch (error) {
    throw fileError(path, error);
  }
}

/** A failed file operation in words. */
export function fileError(path: string, error: unknown): CliError {
  const reasons: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EACCES: 'you may not read it',
    EISDIR: 'it is a folder',
    ENOTDIR: 'a part of the path is no folder',
  };
  const code = errorCode(error) ?? 'unknown error';
  return new CliError('usage', `${path} cannot be read: ${reasons[code] ?? code}`, {
    hint: 'Check the path.',
    cause: error,
  });
}

/** The first line of standard input without its line break; a password may hold spaces. */
export async function readSecretStdin(invocation: Invocation, what: string): Promise<string> {
  const text = await readStdin(invocation, what);
  const secret = text.replace(/\r?\n[\s\S]*$/, '');
  if (secret === '') throw new CliError('usage', `${what} on standard input is empty`);
  return secret;
}
