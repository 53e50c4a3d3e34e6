import { once } from 'node:events';
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { Metadata } from '@grpc/grpc-js';

const AT_ONCE = 50;

/**
 * Metadata whose values came off HTTP/2, each seen for the first time: V8 keeps such strings outside of
 * its heap, and hashes and compares them more slowly than a literal that it has met before.
 */
export class HeaderSource {
  readonly #server: Http2Server;
  readonly #client: ClientHttp2Session;
  #received: IncomingHttpHeaders[] = [];

  private constructor(server: Http2Server, client: ClientHttp2Session) {
    this.#server = server;
    this.#client = client;
    server.on('stream', (stream, headers) => {
      this.#received.push(headers);
      stream.respond({ ':status': 200 }, { endStream: true });
    });
  }

  static async start(): Promise<HeaderSource> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return new HeaderSource(server, connect(`http://127.0.0.1:${port}`));
  }

  /** `count` calls' metadata, the tokens in turn. */
  async metadata(tokens: readonly string[], count: number): Promise<readonly Metadata[]> {
    let next = 0;
    const send = async (): Promise<void> => {
      while (next < count) {
        const authorization = `Bearer ${tokens[next % tokens.length]}`;
        next += 1;
        const request = this.#client.request({ ':path': '/', ':method': 'POST', authorization });
        request.resume();
        request.end();
        await once(request, 'close');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    const received = this.#received;
    this.#received = [];
    return received.map(({ authorization }) =>
      Metadata.fromHttp2Headers({ authorization, 'user-agent': 'grpc-node-js' }),
    );
  }

  stop(): void {
    this.#client.destroy();
    this.#server.close();
  }
}
