import { HeaderSource } from '../server/header-source.ts';
import { BARE, modeOf } from '../server/modes.ts';
import type { Setting } from '../contenders/contender.ts';
import { WarmInterceptor } from '../experiments/warm-interceptors.ts';
import { shuffled } from '../statistics/rounds.ts';
import { answerParent } from './child.ts';

// Compares one interceptor with none, without a transport. It is alone in its process: subscribers to its channels, or
// another version of its code, would change what is measured.

export interface InterceptorOrder {
  readonly mode: string;
  readonly setting: Setting;
  readonly tokens: readonly string[];
  readonly calls: number;
}

let pair: readonly WarmInterceptor[] = [];
let calls = 0;

answerParent({
  async start(order: InterceptorOrder): Promise<void> {
    const { setting, tokens } = order;
    calls = order.calls;
    const source = await HeaderSource.start();
    const interceptorOf = async (name: string): Promise<WarmInterceptor> => {
      const mode = await modeOf(name, setting);
      for (const token of tokens) await mode.verifier?.check(token);
      return new WarmInterceptor(name, mode, () => source.metadata(tokens, calls));
    };
    pair = [await interceptorOf(order.mode), await interceptorOf(BARE)];
  },

  /** Microseconds per call that the interceptor adds. */
  async sample(): Promise<number> {
    const times = new Map<string, number>();
    for (const interceptor of shuffled(pair)) {
      const run = await interceptor.calls();
      const startMs = performance.now();
      run();
      times.set(interceptor.name, ((performance.now() - startMs) * 1000) / calls);
    }
    const [own, bare] = pair.map(({ name }) => times.get(name)!);
    return own! - bare!;
  },
});
