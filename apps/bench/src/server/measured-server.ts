import type { Setting } from '../contenders/contender.ts';
import { type Child, startChild } from '../processes/child.ts';
import type { Framework } from '../bindings/frameworks.ts';
import type { BindingOrder } from '../processes/binding.ts';
import type { PrimeOrder } from '../processes/server.ts';
import { Caller, callMany, type WireClient } from './call-many.ts';

/** A server in its own process, and the client that calls it. */
export class MeasuredServer {
  readonly mode: string;
  readonly #child: Child;
  readonly #client: WireClient;

  private constructor(mode: string, child: Child, client: WireClient) {
    this.mode = mode;
    this.#child = child;
    this.#client = client;
  }

  static start(mode: string, setting: Setting): Promise<MeasuredServer> {
    const child = startChild('server');
    return MeasuredServer.#started(mode, child, { mode, setting }, (port) => new Caller(port));
  }

  /** A framework's server, bare or with its binding. */
  static startFramework(framework: Framework, setting: Setting, guarded: boolean) {
    const { name } = framework;
    const order: BindingOrder = { framework: name, guarded, setting };
    return MeasuredServer.#started(name, startChild('binding'), order, (port) =>
      framework.connect(port),
    );
  }

  static async #started(
    mode: string,
    child: Child,
    order: object,
    connect: (port: number) => WireClient | Promise<WireClient>,
  ): Promise<MeasuredServer> {
    try {
      const port = (await child.ask('start', order)) as number;
      return new MeasuredServer(mode, child, await connect(port));
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
      await callMany(this.#client, count, tokenOf, expected);
    } catch (error) {
      throw new Error(`${this.mode}: ${(error as Error).message}`, { cause: error });
    }
  }

  stop(): void {
    this.#client.close();
    this.#child.stop();
  }
}
