import { createSocket } from 'node:dgram';
import { describe, expect, it, onTestFinished } from 'vitest';
import { namesResolve } from '../../src/commands/complete-request.ts';

/** A name server that answers every question in one way. @returns its address */
async function nameServer(answer?: (question: Buffer) => Buffer): Promise<string> {
  const socket = createSocket('udp4');
  socket.on('message', (question, from) => {
    if (answer !== undefined) socket.send(answer(question), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  onTestFinished(() => void socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

describe('whether a name server answers', () => {
  it('is given up in time when it does not', async () => {
    const abort = new AbortController();
    const found = namesResolve('api.example.com', abort.signal, [await nameServer()]);
    setTimeout(() => abort.abort(), 20);
    expect(await found).toBe(false);
  });

  it('is so when it knows no such name, which may stand in the hosts file', async () => {
    const server = await nameServer((question) => {
      const answer = Buffer.from(question);
      // A response, recursion available, "no such name".
      answer.writeUInt16BE(0x8183, 2);
      return answer;
    });
    expect(await namesResolve('api.example.com', new AbortController().signal, [server])).toBe(true);
  });
});
