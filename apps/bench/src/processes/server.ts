import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js';
import type { Setting } from '../contenders/contender.ts';
import { type Mode, modeOf } from '../server/modes.ts';
import { UNARY } from '../server/unary-method.ts';
import { Mint } from '../tokens/mint.ts';
import { answerParent } from './child.ts';

// A server with one mode, alone in its process: the CPU time of the process is the cost of the calls.

export interface ServerOrder {
  readonly mode: string;
  readonly setting: Setting;
}

export interface PrimeOrder {
  readonly setting: Setting;
  readonly nowSeconds: number;
  readonly tokens: number;
  readonly filling: string;
}

const ANSWER = Buffer.from('done');
let mode: Mode | undefined;

answerParent({
  async start(order: ServerOrder): Promise<number> {
    mode = await modeOf(order.mode, order.setting);
    const server = new Server({ interceptors: [...mode.interceptors] });
    server.addService(
      { unary: UNARY },
      {
        unary(_call: ServerUnaryCall<Buffer, Buffer>, respond: sendUnaryData<Buffer>) {
          respond(null, ANSWER);
        },
      },
    );
    return new Promise((resolve, reject) => {
      server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
        error === null ? resolve(port) : reject(error),
      );
    });
  },

  /** Verifies many tokens without a call for each. */
  async prime({ setting, nowSeconds, tokens, filling }: PrimeOrder): Promise<void> {
    const verifier = mode?.verifier;
    if (verifier === undefined) return;
    const mint = new Mint(setting.keys[0], nowSeconds);
    for (let number = 0; number < tokens; number += 1) {
      const verdict = await verifier.check(mint.token(number, filling));
      if (verdict instanceof Error) throw verdict;
    }
  },

  /** Microseconds of CPU so far, of all threads. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});
