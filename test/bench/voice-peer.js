/** The peer: the same chunks by `setInterval` over `ws` alone. Arguments: address, sessions, chunks, file of 24 kHz PCM. */
import { readFileSync } from 'node:fs';
import { WebSocket } from 'ws';

const [url = '', sessions = '1', chunks = '600', file = ''] = process.argv.slice(2);
const pcm = readFileSync(file);
/** @type {number[]} */
const late = [];
await Promise.all(
  Array.from(
    { length: Number(sessions) },
    (_, index) =>
      new Promise((resolve, reject) => {
        const socket = new WebSocket(`${url}/peer-${index}`, { perMessageDeflate: false });
        socket.on('error', reject);
        socket.on('message', () => {});
        socket.on('open', () => {
          const start = performance.now();
          let sent = 0;
          const timer = setInterval(() => {
            late.push(Math.max(0, performance.now() - start - (sent + 1) * 100));
            socket.send(pcm.subarray(sent * 4_800, (sent + 1) * 4_800));
            if (++sent < Number(chunks)) return;
            clearInterval(timer);
            socket.close(1000);
            resolve(undefined);
          }, 100);
        });
      }),
  ),
);
late.sort((a, b) => a - b);
const at = (/** @type {number} */ share) => late[Math.ceil(share * late.length) - 1];
process.stdout.write(`${JSON.stringify({ p50: at(0.5), p99: at(0.99), max: at(1) })}\n`);
