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

const AT_ONCE = 8;
/** Tokens of one request, one field each: HTTP/2 creates a string for each value. */
const FIELDS = 32;
const FIELD = 'authorization-';

/**
 * Metadata whose values are from HTTP/2, each used once: V8 stores such strings outside of its heap, and
 * hashes and compares them more slowly than a literal that it already knows.
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

  /** Metadata for `count` calls, with the tokens in turn. */
  async metadata(tokens: readonly string[], count: number): Promise<readonly Metadata[]> {
    let next = 0;
    const send = async (): Promise<void> => {
      while (next < count) {
        const fields: [string, string][] = [];
        for (; next < count && fields.length < FIELDS; next += 1) {
          fields.push([`${FIELD}${fields.length}`, `Bearer ${tokens[next % tokens.length]}`]);
        }
        const headers = { ':path': '/', ':method': 'POST', ...Object.fromEntries(fields) };
        const request = this.#client.request(headers);
        request.resume();
        request.end();
        await once(request, 'close');
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, send));
    const received = this.#received;
    this.#received = [];
    const values = received.flatMap((headers) =>
      Object.entries(headers).flatMap(([name, value]) => (name.startsWith(FIELD) ? value : [])),
    );
    if (values.length !== count) throw new Error(`${values.length} of ${count} headers arrived`);
    return values.map((authorization) =>
      Metadata.fromHttp2Headers({ authorization, 'user-agent': 'grpc-node-js' }),
    );
  }

  stop(): void {
    this.#client.destroy();
    this.#server.close();
  }
}
