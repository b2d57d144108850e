import { CliError, type ErrorDetails, errorCode } from '../shared/errors.ts';

/** A file or a setting that audio cannot be made from or written with: wrong usage, exit code 2. */
export class AudioError extends CliError {
  constructor(message: string, details: ErrorDetails = {}) {
    super('usage', message, details);
    this.name = 'AudioError';
  }
}

/** A file that may be whole and sound, and that nothing here decodes. */
export class NotDecodedError extends AudioError {
  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details);
    this.name = 'NotDecodedError';
  }
}

/** `1,234 bytes`, `1 byte`. */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

/** `3.250 s`. */
export function formatSeconds(seconds: number): string {
  return `${seconds.toFixed(3)} s`;
}

/** A system error met while opening or reading `path`, as a message for a person. */
export function readFailure(path: string, error: unknown): AudioError {
  const [why, hint] = readReason(errorCode(error), error);
  return new AudioError(`Cannot read "${path}": ${why}.`, { hint, cause: error });
}

/** A system error met while creating or writing `path` in `folder`, as a message for a person. */
export function writeFailure(path: string, folder: string, error: unknown): AudioError {
  const [why, hint] = writeReason(errorCode(error), folder, error);
  return new AudioError(`Cannot write "${path}": ${why}.`, { hint, cause: error });
}

function readReason(code: string | undefined, error: unknown): [why: string, hint: string] {
  switch (code) {
    case 'ENOENT':
      return ['there is no such file', 'Check the spelling and the folder you are in.'];
    case 'ENOTDIR':
      return ['a part of its path is a file, not a folder', 'Check the path.'];
    case 'EISDIR':
      return ['it is a folder', 'Name a file inside it.'];
    case 'EACCES':
    case 'EPERM':
      return ['you have no permission to read it', 'Change its permissions, or read a copy of it.'];
    case 'ELOOP':
      return ['its symbolic links lead in a circle', 'Name the file itself.'];
    default:
      return commonReason(code, error);
  }
}

function writeReason(code: string | undefined, folder: string, error: unknown): [why: string, hint: string] {
  switch (code) {
    case 'ENOENT':
      return [`the folder "${folder}" does not exist`, 'Create the folder first, or choose another path.'];
    case 'ENOTDIR':
      return [`"${folder}" is not a folder`, 'Choose another path.'];
    case 'EISDIR':
      return ['it is a folder', 'Name a file inside it.'];
    case 'EACCES':
    case 'EPERM':
      return ['you have no permission to write there', 'Change the permissions, or choose another path.'];
    case 'EROFS':
      return ['the disk is read-only', 'Choose a path on another disk.'];
    case 'ENOSPC':
    case 'EDQUOT':
      return ['no space is left on the disk', 'Free some space, or choose a path on another disk.'];
    case 'EFBIG':
      return ['the file would be larger than this disk allows', 'Choose a path on another disk.'];
    default:
      return commonReason(code, error);
  }
}

/** What reading and writing have in common. */
function commonReason(code: string | undefined, error: unknown): [why: string, hint: string] {
  switch (code) {
    case 'ENAMETOOLONG':
      return ['its name is too long for this system', 'Use a shorter name.'];
    case 'EMFILE':
    case 'ENFILE':
      return ['too many files are open', 'Handle fewer files at once, or raise the limit (ulimit -n).'];
    default:
      return [
        `the system reports ${code ?? (error instanceof Error ? error.message : String(error))}`,
        'Check the disk or the network share it is on.',
      ];
  }
}
