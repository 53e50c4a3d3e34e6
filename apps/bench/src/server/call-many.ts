import { Client, credentials, Metadata, status } from '@grpc/grpc-js';
import { UNARY } from './unary-method.ts';

/** Concurrent calls: enough that the server never waits for the client. */
const IN_FLIGHT = 16;
const MESSAGE = Buffer.from('hello');

/** A client of one server. */
export interface WireClient {
  /** Sends a call; resolves with its status. */
  call(token: string | undefined): Promise<number>;
  close(): void;
}

/** Each call must end with the expected status. `tokenOf` returns the token of each call, or undefined. */
export async function callMany(
  client: WireClient,
  count: number,
  tokenOf: (index: number) => string | undefined,
  expected: 'accepted' | 'refused',
): Promise<void> {
  const code = expected === 'accepted' ? status.OK : status.UNAUTHENTICATED;
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      const ended = await client.call(tokenOf(next - 1));
      if (ended === code) continue;
      throw new Error(`a call ended with ${status[ended]}, not with ${status[code]}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, count) }, work));
}

/** Calls the method of bytes with grpc-js. */
export class Caller implements WireClient {
  readonly #client: Client;

  constructor(port: number) {
    this.#client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  }

  call(token: string | undefined): Promise<status> {
    const metadata = new Metadata();
    if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
    const { path, requestSerialize, responseDeserialize } = UNARY;
    return new Promise((resolve) => {
      this.#client.makeUnaryRequest(
        path,
        requestSerialize,
        responseDeserialize,
        MESSAGE,
        metadata,
        (error) => resolve(error === null ? status.OK : error.code),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
