/** A TCP proxy that cuts connections after a number of bytes in one direction. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/**
 * @typedef {{ direction: 'up' | 'down', bytes: number }} Cut `up`: from the client to the server
 * @typedef {{ port: number, cuts: number, connections: number, close: () => Promise<void> }} CuttingProxy
 */

/**
 * @param {number} target port on this machine
 * @param {readonly Cut[]} cuts one for each connection, in order; those that follow are left alone
 * @returns {Promise<CuttingProxy>}
 */
export async function startCuttingProxy(target, cuts) {
  /** @type {Set<import('node:net').Socket>} */
  const sockets = new Set();
  const state = { cuts: 0, connections: 0 };
  const server = createServer({ allowHalfOpen: false }, (client) => {
    const cut = cuts[state.connections++];
    const upstream = connect(target, '127.0.0.1');
    const destroy = () => {
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', destroy);
      socket.on('close', () => {
        sockets.delete(socket);
        destroy();
      });
    }
    /** @param {import('node:net').Socket} from @param {import('node:net').Socket} to @param {Cut['direction']} direction */
    const relay = (from, to, direction) => {
      let left = cut?.direction === direction ? cut.bytes : Number.POSITIVE_INFINITY;
      from.on('data', (data) => {
        if (data.length < left) {
          left -= data.length;
          if (!to.write(data)) {
            from.pause();
            to.once('drain', () => from.resume());
          }
          return;
        }
        state.cuts++;
        from.pause();
        // The last bytes arrive, and then nothing more.
        to.write(data.subarray(0, left), destroy);
      });
      from.on('end', () => to.end());
    };
    relay(client, upstream, 'up');
    relay(upstream, client, 'down');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    get cuts() {
      return state.cuts;
    },
    get connections() {
      return state.connections;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/**
 * Numbers in [0, 1) that a seed decides (mulberry32).
 *
 * @param {number} seed
 * @returns {() => number}
 */
export function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Where a conversation of a few seconds may be cut: anywhere in either direction, and often in the handshake.
 *
 * @param {() => number} random
 * @returns {Cut}
 */
export function randomCut(random) {
  const direction = random() < 0.5 ? 'up' : 'down';
  const most = random() < 0.2 ? 1_500 : direction === 'up' ? 250_000 : 450_000;
  return { direction, bytes: 1 + Math.floor(random() * most) };
}

/**
 * What is wrong with a WAV file whose sizes should be those of the file, as 16-bit mono at 24 kHz.
 *
 * @param {Buffer} file
 * @returns {string | undefined}
 */
export function wavProblem(file) {
  if (file.toString('latin1', 0, 4) !== 'RIFF' || file.toString('latin1', 8, 12) !== 'WAVE')
    return 'no WAV file';
  if (file.readUInt32LE(4) !== file.length - 8)
    return `RIFF says ${file.readUInt32LE(4)} of ${file.length - 8}`;
  for (let at = 12; at + 8 <= file.length; ) {
    const size = file.readUInt32LE(at + 4);
    const name = file.toString('latin1', at, at + 4);
    if (at + 8 + size > file.length) return `${name} reaches beyond the end`;
    if (name === 'fmt ' && (file.readUInt32LE(at + 12) !== 24_000 || file.readUInt16LE(at + 22) !== 16))
      return 'another format';
    if (name === 'data') return size === 0 || size % 2 !== 0 ? `data of ${size} bytes` : undefined;
    at += 8 + size + (size % 2);
  }
  return 'no data';
}
