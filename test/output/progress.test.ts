import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { startProgress } from '../../src/output/progress.ts';

/** A stream that takes itself for a terminal, and all that was written to it. */
function fakeTerminal() {
  const stream = Object.assign(new PassThrough(), {
    isTTY: true,
    columns: 80,
    clearLine: () => true,
    cursorTo: () => true,
    moveCursor: () => true,
  });
  const parts: string[] = [];
  stream.on('data', (data: Buffer) => parts.push(data.toString('utf8')));
  return { stream: stream as unknown as NodeJS.WriteStream, text: () => parts.join('') };
}

describe('progress', () => {
  it('writes only notes off a terminal', async () => {
    const { stream, text } = fakeTerminal();
    const notes: string[] = [];
    const progress = await startProgress('Connecting', {
      redraw: false,
      stream,
      colour: true,
      notes: (line) => notes.push(line),
    });
    progress.update('speaking');
    progress.note('service: hello');
    progress.stop();
    expect(notes).toEqual(['service: hello']);
    expect(text()).toBe('');
  });

  it('draws at a terminal, and leaves no timer and no line behind', async () => {
    const { stream, text } = fakeTerminal();
    const notes: string[] = [];
    const options = { redraw: true, stream, colour: false, notes: (line: string) => void notes.push(line) };
    const progress = await startProgress('Connecting', options);
    progress.update('speaking');
    progress.note('service: hello');
    progress.stop();
    expect(text()).toContain('Connecting');
    expect(text()).not.toMatch(/\u001b\[3\dm/);
    expect(notes).toEqual(['service: hello']);
    const length = text().length;
    progress.stop();
    expect(text().slice(length)).not.toContain('speaking');
  });
});
