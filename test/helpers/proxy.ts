/** A proxy for one test, on a real socket. */
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { onTestFinished } from 'vitest';
import { CERTIFICATE, KEY } from './certificate.ts';

export interface ProxyScript {
  /** Where every tunnel leads to, whatever was asked for. */
  target?: URL;
  /** Speaks TLS itself, with the certificate of the tests. */
  secure?: boolean;
  /** Answers every CONNECT with this status instead. */
  refuse?: number;
  /** `user:password` that it insists on. */
  credentials?: string;
  /** Takes every CONNECT and never answers. */
  silent?: boolean;
}

export interface Proxy {
  readonly url: string;
  readonly asked: { authority: string; authorization: string | undefined; host: string | undefined }[];
}

/** A proxy for CONNECT alone; it ends with the test, and its tunnels too. */
export async function startProxy(script: ProxyScript): Promise<Proxy> {
  const asked: Proxy['asked'] = [];
  const ends = new Set<Duplex>();
  const noRequest: RequestListener = (_request, response) => response.writeHead(405).end();
  const server =
    script.secure === true
      ? createSecureServer({ cert: CERTIFICATE, key: KEY }, noRequest)
      : createServer(noRequest);
  const track = (end: Duplex) => ends.add(end.on('error', () => end.destroy()));
  const refuse = (end: Duplex, status: number) =>
    end.end(`HTTP/1.1 ${status} No\r\ncontent-length: 5\r\n\r\nnever`);
  server.on('connection', track);
  server.on('connect', (request: IncomingMessage, socket: Duplex) => {
    track(socket);
    const { 'proxy-authorization': authorization, host } = request.headers;
    asked.push({ authority: request.url ?? '', authorization, host });
    if (script.silent === true) return;
    const expected = script.credentials && `Basic ${Buffer.from(script.credentials).toString('base64')}`;
    if (script.refuse !== undefined) refuse(socket, script.refuse);
    else if (expected !== undefined && authorization !== expected) refuse(socket, 407);
    else if (script.target === undefined) refuse(socket, 502);
    else {
      const onward = connect(Number(script.target.port), script.target.hostname, () => {
        socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
        onward.pipe(socket).pipe(onward);
      });
      track(onward);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    for (const end of ends) end.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http${script.secure === true ? 's' : ''}://127.0.0.1:${port}`, asked };
}
