import { LoadConnection } from './load-connection.ts';

export interface BurstResult {
  readonly served: number;
  /** From the first call to the last answer. */
  readonly durationMs: number;
}

const CONNECTING = 200;

/** One call on each of as many connections as there are tokens, all at once. */
export async function burst(port: number, tokens: readonly string[]): Promise<BurstResult> {
  const connections: LoadConnection[] = [];
  try {
    while (connections.length < tokens.length) {
      const length = Math.min(CONNECTING, tokens.length - connections.length);
      const next = Array.from({ length }, () => new LoadConnection(port, '127.0.0.1'));
      connections.push(...next);
      await Promise.all(next.map(({ ready }) => ready));
    }
    const startedMs = performance.now();
    let served = 0;
    await Promise.all(
      connections.map(
        (connection, index) =>
          new Promise<void>((resolve) => {
            connection.call({
              authorization: `Bearer ${tokens[index]!}`,
              onEnd: (result) => {
                if (result === 'served') served += 1;
                resolve();
              },
            });
          }),
      ),
    );
    return { served, durationMs: performance.now() - startedMs };
  } finally {
    for (const connection of connections) connection.close();
  }
}
