import { FRAMEWORKS } from '../bindings/frameworks.ts';
import type { Setting } from '../contenders/contender.ts';
import { ourCachedAuthenticator } from '../contenders/ours.ts';
import { answerParent } from './child.ts';

// A framework's server, bare or with its binding, alone in its process.

export interface BindingOrder {
  readonly framework: string;
  readonly guarded: boolean;
  readonly setting: Setting;
}

answerParent({
  async start({ framework, guarded, setting }: BindingOrder): Promise<number> {
    const found = FRAMEWORKS.find(({ name }) => name === framework);
    if (found === undefined) throw new RangeError(`no framework "${framework}"`);
    const server = await found.loadServer();
    return server.start(guarded ? ourCachedAuthenticator(setting) : undefined);
  },

  /** Microseconds of CPU so far, of all threads. */
  cpu(): number {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
});
