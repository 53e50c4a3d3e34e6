import type { Socket } from 'node:net';
import type * as undici from 'undici';
import type { buildConnector } from 'undici';
import { ProviderError } from '../provider-error.ts';

/** Opens tunnels through an HTTP proxy (CONNECT, RFC 9110, section 9.3.6). The proxy resolves the names. */
export class Tunnel {
  readonly #proxy: URL;
  readonly #pool: undici.Pool;
  readonly #timeoutMs: number;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ Pool }: typeof undici, proxy: URL, timeoutMs: number) {
    this.#proxy = proxy;
    this.#pool = new Pool(proxy.origin);
    this.#timeoutMs = timeoutMs;
    this.#headers = authorizationOf(proxy);
  }

  /** Connects through the proxy. `secure` makes the TLS connection to the provider within the tunnel. */
  connector(secure: buildConnector.connector): buildConnector.connector {
    return (options, callback) => {
      this.#open(options).then(
        (socket) => {
          if (options.protocol === 'https:') secure({ ...options, httpSocket: socket }, callback);
          else callback(null, socket);
        },
        (error: Error) => callback(error, null),
      );
    };
  }

  async #open({ hostname, port, protocol }: buildConnector.Options): Promise<Socket> {
    const target = `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
    const signal = AbortSignal.timeout(this.#timeoutMs);
    const { socket, statusCode } = await this.#pool
      .connect({ path: target, headers: { host: target, ...this.#headers }, signal })
      .catch(({ code }: NodeJS.ErrnoException) => {
        throw this.#failed(`could not be asked (${code ?? 'unknown error'})`);
      });
    if (statusCode === 200) return socket as Socket;
    socket.on('error', () => undefined).destroy();
    throw this.#failed(`answered ${statusCode} to CONNECT ${target}`);
  }

  #failed(what: string): ProviderError {
    return new ProviderError('connection', `the proxy ${this.#proxy.origin}: ${what}`);
  }

  close(): Promise<void> {
    return this.#pool.destroy();
  }
}

function authorizationOf({ username, password }: URL): Readonly<Record<string, string>> {
  if (username === '' && password === '') return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}
