/**
 * A voice service that does nothing but listen: counts and hashes what each connection says, and answers the silence
 * after it. A process of its own; says its port, and at the end what it heard, as lines of JSON.
 */
import { createHash } from 'node:crypto';
import { WebSocketServer } from 'ws';

const ANSWER_CHUNKS = 30;
const CHUNK = Buffer.alloc(4_800, 7).toString('base64');
/** @type {{ speechBytes: number, sha256: string, answerBytes: number }[]} */
const heard = [];

const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
server.on('connection', (peer) => {
  const hash = createHash('sha256');
  const own = { speechBytes: 0, sha256: '', answerBytes: 0 };
  let isAnswered = true;
  /** @param {string} type @param {object} data */
  const send = (type, data) => peer.send(JSON.stringify({ type, data }));
  send('connection_metadata', { status: 'connected', config: { sample_rate: 24_000, channels: 1 } });
  peer.on('message', (data, binary) => {
    if (!binary || !Buffer.isBuffer(data)) return;
    // Speech begins with a byte that is not 0 in every chunk that this benchmark sends.
    if (data[0] !== 0) {
      isAnswered = false;
      own.speechBytes += data.length;
      hash.update(data);
    } else if (!isAnswered) {
      isAnswered = true;
      send('llm_response_chunk', { content: 'Heard.', is_final: true });
      for (let chunk = 1; chunk <= ANSWER_CHUNKS; chunk++) {
        send('tts_chunk', { content: CHUNK, is_last: chunk === ANSWER_CHUNKS });
        own.answerBytes += 4_800;
      }
    }
  });
  peer.on('error', () => {});
  peer.on('close', () => {
    own.sha256 = hash.digest('hex');
    heard.push(own);
  });
});
server.on('listening', () => {
  const address = server.address();
  if (typeof address === 'object' && address !== null) process.stdout.write(`{"port":${address.port}}\n`);
});
process.on('SIGTERM', () => {
  process.stdout.write(`${JSON.stringify({ heard })}\n`, () => process.exit(0));
});
