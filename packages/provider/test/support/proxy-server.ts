import { type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { type LoopbackServer, startLoopbackServer } from './loopback-server.ts';

export interface ProxyServer extends LoopbackServer {
  /** The CONNECT requests, and any other request that reached the proxy. */
  readonly requests: readonly IncomingMessage[];
}

/** An HTTP proxy that sends every tunnel to one server, whatever name is asked for. */
export async function startProxy(
  target: Pick<LoopbackServer, 'origin'>,
  answer: (socket: Socket) => boolean = () => false,
): Promise<ProxyServer> {
  const requests: IncomingMessage[] = [];
  const server = await startLoopbackServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push(request);
    response.writeHead(400).end();
  });
  server.onConnect((request, socket) => {
    requests.push(request);
    socket.on('error', () => undefined).on('end', () => socket.destroy());
    if (answer(socket)) return;
    const onward = connect(Number(new URL(target.origin).port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
      onward.pipe(socket).pipe(onward);
    });
    onward.on('error', () => socket.destroy());
    onward.on('close', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  return { ...server, requests };
}
