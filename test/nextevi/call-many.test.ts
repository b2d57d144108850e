import { createHash } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { VoiceCall } from '../../src/nextevi/call.ts';
import { DEFAULT_TIMING } from '../../src/nextevi/turns.ts';
import { sleep } from '../../src/shared/wait.ts';
import { sessionOptions } from './peers.ts';
import { piecesOf, send } from './talk.ts';

const sha256 = (pieces: readonly Buffer[]) => {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
};

/** A service that answers with what it heard, in pieces of odd sizes. */
async function startEcho(): Promise<{ url: URL; heard: string[] }> {
  const heard: string[] = [];
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  server.on('connection', (peer) => {
    const pieces: Buffer[] = [];
    let answered = false;
    send(peer, 'connection_metadata');
    peer.on('message', (data: Buffer, binary) => {
      if (!binary || answered) return;
      if (data[0] !== 0) {
        pieces.push(data);
        return;
      }
      answered = true;
      heard.push(sha256(pieces));
      const all = Buffer.concat(pieces);
      for (let at = 0; at < all.length; at += 7_777) {
        const content = all.subarray(at, at + 7_777).toString('base64');
        send(peer, 'tts_chunk', { content, is_last: at + 7_777 >= all.length });
      }
    });
  });
  onTestFinished(async () => {
    for (const peer of server.clients) peer.terminate();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: new URL(`ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws/voice`), heard };
}

it('of many calls at once no byte is lost or misplaced, in either direction', async () => {
  const { url, heard } = await startEcho();
  const said = await Promise.all(
    Array.from({ length: 40 }, async (_, number) => {
      const pcm = Buffer.alloc(48_000 * 4);
      for (let at = 0; at < pcm.length; at++) pcm[at] = 1 + ((at * (number + 3) + (at >> 8)) % 255);
      const answer: Buffer[] = [];
      const call = await VoiceCall.open({
        ...sessionOptions(url),
        clock: () => performance.now(),
        sleep,
        speed: 20,
        timing: DEFAULT_TIMING,
        reconnect: { attempts: 0, pace: 1 },
        random: Math.random,
        observe: (event) => {
          if (event.kind === 'received' && event.event.kind === 'audio') answer.push(event.event.pcm);
        },
      });
      await call.ask(piecesOf(pcm, 5_000 + number));
      await call.hangUp();
      expect(sha256(answer)).toBe(sha256([pcm]));
      return sha256([pcm]);
    }),
  );
  expect(new Set(said).size).toBe(40);
  expect([...heard].sort()).toEqual([...said].sort());
});
