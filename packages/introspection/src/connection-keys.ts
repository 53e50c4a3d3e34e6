import type { QueueKeys } from '@grpc-authn/core/internal';

/** Identifies the connections of callers as text, without a reference to what a transport calls a connection. */
export class ConnectionKeys {
  readonly #ids = new WeakMap<object, number>();
  #lastId = 0;

  keyOf({ peer, connection }: QueueKeys): string {
    if (typeof connection === 'object' && connection !== null) {
      return JSON.stringify([peer, this.#idOf(connection)]);
    }
    return JSON.stringify([peer, typeof connection === 'string' ? connection : typeof connection]);
  }

  #idOf(connection: object): number {
    const known = this.#ids.get(connection);
    if (known !== undefined) return known;
    this.#lastId += 1;
    this.#ids.set(connection, this.#lastId);
    return this.#lastId;
  }
}
