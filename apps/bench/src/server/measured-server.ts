import type { Setting } from '../contenders/contender.ts';
import { type Child, startChild } from '../processes/child.ts';
import type { PrimeOrder } from '../processes/server.ts';
import { Caller } from './call-many.ts';

/** A server in its own process, and the client that calls it. */
export class MeasuredServer {
  readonly mode: string;
  readonly #child: Child;
  readonly #caller: Caller;

  private constructor(mode: string, child: Child, caller: Caller) {
    this.mode = mode;
    this.#child = child;
    this.#caller = caller;
  }

  static async start(mode: string, setting: Setting): Promise<MeasuredServer> {
    const child = startChild('server');
    try {
      const port = (await child.ask('start', { mode, setting })) as number;
      return new MeasuredServer(mode, child, new Caller(port));
    } catch (error) {
      child.stop();
      throw error;
    }
  }

  async prime(order: PrimeOrder): Promise<void> {
    await this.#child.ask('prime', order);
  }

  /** Microseconds of CPU that its process has used so far. */
  async cpu(): Promise<number> {
    return (await this.#child.ask('cpu')) as number;
  }

  async call(
    count: number,
    tokenOf: (index: number) => string | undefined,
    expected: 'accepted' | 'refused',
  ): Promise<void> {
    try {
      await this.#caller.callMany(count, tokenOf, expected);
    } catch (error) {
      throw new Error(`${this.mode}: ${(error as Error).message}`, { cause: error });
    }
  }

  stop(): void {
    this.#caller.close();
    this.#child.stop();
  }
}
