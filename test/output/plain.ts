/** What the tests of the output room share. */
import { Chalk } from 'chalk';

export const PLAIN = new Chalk({ level: 0 });
export const COLOUR = new Chalk({ level: 1 });

/** A writer and what it was given. */
export function collector() {
  const written: string[] = [];
  return {
    write: async (text: string) => void written.push(text),
    get text() {
      return written.join('');
    },
    get writes() {
      return written.length;
    },
  };
}
