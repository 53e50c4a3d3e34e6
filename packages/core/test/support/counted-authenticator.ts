import type {
  AuthenticationContext,
  Authenticator,
  AuthenticatorEvent,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from '../../src/contract/authenticator.ts';
import { createPrincipal, type Principal } from '../../src/contract/principal.ts';
import type { CacheOptions } from '../../src/compose/cache-options.ts';
import { cached } from '../../src/compose/cached.ts';
import { CallContext } from './call-context.ts';
import { ManualClock } from './manual-clock.ts';

export type Answer = (credentials: Credentials, context: AuthenticationContext) => unknown;

/** Counts what it is asked, and says what a test wants it to say. */
export class CountedAuthenticator implements Authenticator {
  readonly name = 'counted';
  readonly schemes: string[] = ['bearer', 'dpop'];
  readonly issuers: string[] = ['https://id.example.com'];
  readonly asked: Credentials[] = [];
  closed = 0;
  readonly #answer: Answer;
  readonly #listeners = new Set<(event: AuthenticatorEvent) => void>();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  get listening(): number {
    return this.#listeners.size;
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict | Promise<Verdict> {
    this.asked.push(credentials);
    return this.#answer(credentials, context) as Verdict;
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: AuthenticatorEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  async close(): Promise<void> {
    this.closed += 1;
  }
}

/** A principal whose subject names the token for which it was made. */
export function principalFor(
  { scheme, token }: Credentials,
  clock: ManualClock,
  more: Partial<Principal> = {},
): Principal {
  return createPrincipal({
    authenticator: 'counted',
    subject: `${scheme} ${token}`,
    verifiedAtEpochSeconds: clock.nowMs() / 1000,
    ...more,
  });
}

export interface CachedSubject {
  readonly clock: ManualClock;
  readonly inner: CountedAuthenticator;
  readonly cache: ManagedAuthenticator;
  /** As the cache answers it: a promise or not. */
  readonly ask: (
    token: string,
    more?: { readonly scheme?: string; readonly proof?: string; readonly context?: CallContext },
  ) => unknown;
}

/** A cache on a manual clock, around an authenticator that accepts every token by default. */
export function createCached(
  options: CacheOptions = {},
  answer?: (
    credentials: Credentials,
    clock: ManualClock,
    context: AuthenticationContext,
  ) => unknown,
): CachedSubject {
  const clock = new ManualClock();
  const inner = new CountedAuthenticator((credentials, context) =>
    answer ? answer(credentials, clock, context) : principalFor(credentials, clock),
  );
  const cache = cached(inner, { clock, ...options });
  return {
    clock,
    inner,
    cache,
    ask: (token, { scheme = 'bearer', proof, context = new CallContext() } = {}) =>
      cache.authenticate({ scheme, token, ...(proof === undefined ? {} : { proof }) }, context),
  };
}
