import type { Metadata } from '@grpc/grpc-js';
import { REMEMBERING } from '../contenders/all.ts';
import { prove, type Setting, type Verifier } from '../contenders/contender.ts';
import { HeaderSource } from '../server/header-source.ts';
import { BARE, type Mode, modeOf, NO_OP } from '../server/modes.ts';
import { runCalls } from '../server/stub-call.ts';
import { Mint } from '../tokens/mint.ts';
import { named, type Scope } from './scope.ts';
import { createKeySet } from '../tokens/signing-material.ts';

/** An interceptor whose verifier has seen the tokens. */
export class WarmInterceptor {
  readonly name: string;
  readonly verifier: Verifier | undefined;
  readonly #mode: Mode;
  readonly #fresh: () => Promise<readonly Metadata[]>;

  constructor(name: string, mode: Mode, fresh: () => Promise<readonly Metadata[]>) {
    this.name = name;
    this.verifier = mode.verifier;
    this.#mode = mode;
    this.#fresh = fresh;
  }

  /**
   * Prepares headers as they come from HTTP/2; returns a function that runs the calls of one sample through
   * the interceptor.
   */
  async calls(): Promise<() => void> {
    const metadata = await this.#fresh();
    const [interceptor] = this.#mode.interceptors;
    return () => {
      const admitted = runCalls(metadata, interceptor);
      if (admitted === metadata.length) return;
      throw new Error(
        `${this.name}: ${admitted} of ${metadata.length} calls were accepted synchronously`,
      );
    };
  }

  /** The same without a call: the verifier alone, on tokens read from such headers. */
  async checks(): Promise<() => void> {
    const metadata = await this.#fresh();
    const tokens = metadata.map((one) => String(one.get('authorization')[0]).slice(7));
    const { verifier } = this;
    return () => {
      let late = 0;
      for (const token of tokens) {
        const verdict = verifier?.check(token);
        if (verdict instanceof Promise || verdict instanceof Error) late += 1;
      }
      if (late > 0)
        throw new Error(`${this.name}: ${late} warm checks did not accept synchronously`);
    };
  }
}

/** Contenders with a cache, beside no interceptor and an interceptor that does nothing. */
export async function withWarmInterceptors<T>(
  tokenCount: number,
  calls: number,
  scope: Scope,
  body: (interceptors: readonly WarmInterceptor[]) => Promise<T>,
): Promise<T> {
  const keys = createKeySet('RS256');
  // So large that no cache set overflows, whatever the tokens end with.
  const setting: Setting = { keys, jwksUri: 'http://127.0.0.1/jwks', cacheEntries: 40_000 };
  const tokens = new Mint(keys[0], Math.floor(Date.now() / 1000)).tokens(tokenCount);
  const source = await HeaderSource.start();
  try {
    const interceptors: WarmInterceptor[] = [];
    for (const name of [BARE, NO_OP, ...named(REMEMBERING, scope)]) {
      const mode = await modeOf(name, setting);
      if (mode.verifier !== undefined) await prove(name, mode.verifier, setting);
      for (const token of tokens) await mode.verifier?.check(token);
      interceptors.push(new WarmInterceptor(name, mode, () => source.metadata(tokens, calls)));
    }
    return await body(interceptors);
  } finally {
    source.stop();
  }
}
