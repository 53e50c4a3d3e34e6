import { type CallResult, LoadConnection } from './load-connection.ts';
import { type TokenRecipe, tokenMaker } from './token-recipes.ts';

export interface FloodOptions {
  readonly port: number;
  /** Local addresses of the connections, in turn. */
  readonly addresses: readonly string[];
  readonly connections: number;
  /** Open at a time on each connection. One that ends is replaced. */
  readonly calls: number;
  readonly token: TokenRecipe;
  /** The client resets each call after this time. */
  readonly resetAfterMs?: number;
  /** The deadline of each call, so that the server ends it. */
  readonly timeoutMs?: number;
  /** A connection is replaced after so many calls. Node.js closes one that has reset 1,000. */
  readonly callsPerConnection?: number;
  /** In all. */
  readonly maxCalls: number;
  readonly maxSeconds: number;
}

export interface FloodCounts {
  readonly connections: number;
  readonly sent: number;
  readonly served: number;
  readonly refused: number;
  readonly lost: number;
}

/** Connecting thousands at once would overflow the server's backlog. */
const CONNECTING = 200;

/** Calls without a valid token, bounded in number, time and memory. */
export class Flood {
  readonly #options: FloodOptions;
  readonly #token: () => string;
  readonly #connections = new Set<LoadConnection>();
  readonly #counts = { connections: 0, sent: 0, served: 0, refused: 0, lost: 0 };
  #stopped = false;
  #open = 0;
  readonly ended: Promise<void>;
  #resolveEnded: () => void = () => undefined;

  constructor(options: FloodOptions) {
    this.#options = options;
    this.#token = tokenMaker(options.token);
    this.ended = new Promise((resolve) => (this.#resolveEnded = resolve));
  }

  get counts(): FloodCounts {
    return { ...this.#counts };
  }

  async begin(): Promise<void> {
    setTimeout(() => this.stop(), this.#options.maxSeconds * 1000);
    const connections: LoadConnection[] = [];
    while (connections.length < this.#options.connections && !this.#stopped) {
      const left = this.#options.connections - connections.length;
      const next = Array.from({ length: Math.min(CONNECTING, left) }, () => this.#connect());
      const ready = await Promise.all(next.map(({ ready: isReady }) => isReady));
      if (ready.includes(false)) throw new Error('a connection of the flood failed');
      connections.push(...next);
    }
    for (const connection of connections) this.#fill(connection);
  }

  stop(): void {
    this.#stopped = true;
    for (const connection of this.#connections) connection.close();
    this.#resolveEnded();
  }

  #connect(): LoadConnection {
    const { addresses, port } = this.#options;
    const address = addresses[this.#counts.connections % addresses.length]!;
    this.#counts.connections += 1;
    const connection = new LoadConnection(port, address, () =>
      this.#connections.delete(connection),
    );
    this.#connections.add(connection);
    return connection;
  }

  #fill(connection: LoadConnection): void {
    const { calls, callsPerConnection = Number.POSITIVE_INFINITY } = this.#options;
    const state = { left: callsPerConnection, open: 0 };
    const more = (): void => {
      while (state.open < calls && state.left > 0 && this.#mayCall(connection)) {
        state.open += 1;
        state.left -= 1;
        this.#call(connection, (result) => {
          this.#counts[result] += 1;
          state.open -= 1;
          if (connection.ended || (state.left === 0 && state.open === 0)) this.#replace(connection);
          // In a turn of its own: a call that fails immediately would be replaced without end.
          else setImmediate(more);
        });
      }
    };
    more();
  }

  #mayCall(connection: LoadConnection): boolean {
    return !this.#stopped && !connection.ended && this.#counts.sent < this.#options.maxCalls;
  }

  #call(connection: LoadConnection, onEnd: (result: CallResult) => void): void {
    const { resetAfterMs, timeoutMs } = this.#options;
    this.#counts.sent += 1;
    this.#open += 1;
    const stream = connection.call({
      authorization: `Bearer ${this.#token()}`,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      onEnd: (result) => {
        this.#open -= 1;
        onEnd(result);
        if (this.#open === 0 && this.#counts.sent >= this.#options.maxCalls) this.stop();
      },
    });
    if (resetAfterMs !== undefined) setTimeout(() => connection.reset(stream), resetAfterMs);
  }

  /** Once for each connection, however many of its calls are lost with it. */
  #replace(connection: LoadConnection): void {
    const { maxCalls } = this.#options;
    if (this.#stopped || this.#counts.sent >= maxCalls || !this.#connections.has(connection))
      return;
    this.#connections.delete(connection);
    connection.close();
    const next = this.#connect();
    void next.ready.then((isReady) => {
      if (isReady) this.#fill(next);
    });
  }
}
