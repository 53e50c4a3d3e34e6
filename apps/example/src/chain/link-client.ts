import { credentials, type ServerUnaryCall } from '@grpc/grpc-js';
import type { TokenSource } from '@grpc-authn/client';
import { createTokenInterceptor } from '@grpc-authn/client/grpc-js';
import { Link } from './chain-proto.js';

export interface Hop {
  readonly service: string;
  readonly subject: string;
  readonly clientId: string;
  readonly audience: readonly string[];
}

interface Trace {
  readonly hops: readonly Hop[];
}

/** A client of one service of the chain. Each call has its own source of tokens. */
export class LinkClient {
  readonly #client: InstanceType<typeof Link>;

  constructor(address: string) {
    this.#client = new Link(address, credentials.createInsecure());
  }

  /** `parent`: the call of the handler that asks; it also passes on its deadline and its cancellation. */
  trace(source: TokenSource, parent?: ServerUnaryCall<object, Trace>): Promise<Trace> {
    const options = {
      deadline: Date.now() + 10_000,
      interceptors: [createTokenInterceptor(source)],
      ...(parent === undefined ? {} : { parent }),
    };
    return new Promise((resolve, reject) => {
      this.#client['trace']?.({}, options, (error: Error | null, answer: Trace) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  }

  close(): void {
    this.#client.close();
  }
}
