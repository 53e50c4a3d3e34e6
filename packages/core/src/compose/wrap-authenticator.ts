import type {
  AuthenticationContext,
  Authenticator,
  AuthenticatorEvent,
  AuthenticatorTraits,
  Credentials,
  ManagedAuthenticator,
  Verdict,
} from '../contract/authenticator.ts';
import { checkAuthenticator } from '../contract/check-authenticator.ts';
import { checkFunction, checkOptionNames } from '../errors/option-checks.ts';
import { addKnownTokens, knowsToken } from './known-token.ts';

type Answer<C extends object> = Verdict<C> | Promise<Verdict<C>>;

type Around<C extends object> = (
  next: () => Answer<C>,
  credentials: Credentials,
  context: AuthenticationContext,
) => Answer<C>;

/** Reads the inner authenticator on demand: one that is reloaded changes its schemes and issuers. */
class WrappedAuthenticator<C extends object> implements ManagedAuthenticator<C> {
  readonly traits: AuthenticatorTraits;
  readonly #inner: Authenticator<C>;
  readonly #around: Around<C> | undefined;

  constructor(inner: Authenticator<C>, around: Around<C> | undefined) {
    this.#inner = inner;
    this.#around = around;
    this.traits = Object.freeze({ children: Object.freeze([inner]) });
    addKnownTokens(this, (token) => knowsToken(inner, token));
  }

  get name(): string {
    return this.#inner.name;
  }

  get schemes(): readonly string[] {
    return this.#inner.schemes ?? ['bearer'];
  }

  get issuers(): readonly string[] {
    return this.#inner.issuers ?? [];
  }

  authenticate(credentials: Credentials, context: AuthenticationContext): Answer<C> {
    const next = (): Answer<C> => this.#inner.authenticate(credentials, context);
    return this.#around === undefined ? next() : this.#around(next, credentials, context);
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return this.#inner.subscribe?.(listener) ?? (() => undefined);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await this.#inner.ready?.(signal);
  }

  async close(): Promise<void> {
    await this.#inner.close?.();
  }
}

/**
 * Adds logging, metrics and the like to an authenticator. Name, schemes, issuers, events, lifecycle
 * and traits remain those of `inner`. `authenticate` calls `next()` for the inner verdict and returns
 * a verdict, which must not depend on `context.method`, because verdicts are cached by credentials.
 *
 * @throws ConfigError for a wrong option, or an `inner` that is not an authenticator.
 * @example
 * wrapAuthenticator(inner, {
 *   async authenticate(next) {
 *     const startedMs = performance.now();
 *     const verdict = await next();
 *     latency.record(performance.now() - startedMs);
 *     return verdict;
 *   },
 * });
 */
export function wrapAuthenticator<C extends object>(
  inner: Authenticator<C>,
  around: {
    authenticate?(
      next: () => Verdict<C> | Promise<Verdict<C>>,
      credentials: Credentials,
      context: AuthenticationContext,
    ): Verdict<C> | Promise<Verdict<C>>;
  },
): ManagedAuthenticator<C> {
  checkAuthenticator(inner, 'wrapAuthenticator.inner');
  checkOptionNames('wrapAuthenticator', around, ['authenticate']);
  checkFunction('authenticate', Object.entries(around)[0]?.[1]);
  return new WrappedAuthenticator(inner, around.authenticate?.bind(around));
}
