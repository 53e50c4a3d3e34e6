import { hash } from 'node:crypto';
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
import { CacheReporter } from '../contract/channels.ts';
import { isCaching } from '../contract/composition.ts';
import { Listeners } from '../contract/listeners.ts';
import { isPrincipal, type Principal } from '../contract/principal.ts';
import { isPromiseLike } from '../contract/is-promise-like.ts';
import { AuthError } from '../errors/auth-error.ts';
import { ConfigError } from '../errors/config-error.ts';
import { type CacheOptions, type CacheSettings, readCacheOptions } from './cache-options.ts';
import { callAuthenticator, toVerdict } from './call-authenticator.ts';
import { addKnownTokens } from './known-token.ts';
import { SingleFlight } from './single-flight.ts';
import { SteadyTime } from './steady-time.ts';
import { VerdictStore } from './verdict-store.ts';

/** Refusals that may be out of date in a moment, so they are not cached. */
const TRANSIENT = new Set<string>(['unknown_key', 'not_yet_valid']);

class Cached implements ManagedAuthenticator<object> {
  readonly name: string;
  readonly schemes: readonly string[];
  readonly issuers: readonly string[];
  readonly traits: AuthenticatorTraits;
  readonly #inner: Authenticator<object>;
  readonly #settings: CacheSettings;
  readonly #accepted: VerdictStore<Principal<object>>;
  readonly #refused: VerdictStore<AuthError> | undefined;
  readonly #steady: SteadyTime;
  readonly #flights = new SingleFlight();
  readonly #reporter: CacheReporter;
  readonly #listeners = new Listeners<AuthenticatorEvent>();
  readonly #unsubscribe: (() => void) | undefined;
  /** Incremented when verdicts are dropped: a verification that began before must not be stored after. */
  #generation = 0;
  #closed = false;

  constructor(inner: Authenticator<object>, settings: CacheSettings) {
    this.#inner = inner;
    this.#settings = settings;
    this.#steady = new SteadyTime(settings.clock);
    this.name = inner.name;
    this.#reporter = new CacheReporter(inner.name);
    this.schemes = [...checkAuthenticator(inner)];
    this.issuers = inner.issuers ?? [];
    this.traits = Object.freeze({ children: Object.freeze([inner]), caches: true });
    this.#accepted = new VerdictStore(settings.maxEntries);
    this.#refused = settings.negative && new VerdictStore(settings.negative.maxEntries);
    this.#unsubscribe = inner.subscribe?.((event) => this.#drop(event));
    if (settings.keepTokens) {
      addKnownTokens(this, (token) => this.#accepted.hasB64Token(token, 'bearer'));
    }
  }

  authenticate(
    credentials: Credentials,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const { scheme, token, proof } = credentials;
    // A proof is valid for one call only. Tokens with lone surrogates would share a digest: all of them are
    // encoded alike. A cached verdict explains nothing.
    if (proof !== undefined || !token.isWellFormed() || context.trace !== undefined) {
      return this.#inner.authenticate(credentials, context);
    }
    const nowMs = this.#settings.clock.nowMs();
    const steadyMs = this.#steady.read(nowMs);
    const key = this.#settings.keepTokens ? token : digestOf(token);
    const accepted = this.#accepted.get(key, scheme, nowMs, steadyMs);
    if (accepted !== undefined) {
      this.#reporter.hit(context);
      return accepted;
    }
    const refused = this.#refused?.get(digestOf(token), scheme, nowMs, steadyMs);
    if (refused !== undefined) {
      this.#reporter.negative(context);
      return refused;
    }
    this.#reporter.miss(context);
    return this.#flights.run(credentials, context, (shared) =>
      this.#verify(credentials, key, shared),
    );
  }

  #verify(
    credentials: Credentials,
    key: string,
    context: AuthenticationContext,
  ): Verdict<object> | Promise<Verdict<object>> {
    const begunIn = this.#generation;
    // A copy: the caller may change the object later.
    const asked = { scheme: credentials.scheme, token: credentials.token };
    const store = (verdict: Verdict<object>): Verdict<object> => {
      if (begunIn === this.#generation) this.#store(asked, key, verdict);
      return verdict;
    };
    const verdict = callAuthenticator(this.#inner, credentials, context);
    return isPromiseLike(verdict)
      ? Promise.resolve(verdict).catch(toVerdict).then(store)
      : store(verdict);
  }

  #store({ scheme, token }: Credentials, key: string, verdict: Verdict<object>): void {
    if (this.#closed) return;
    const { clock, maxAgeMs, negative } = this.#settings;
    const nowMs = clock.nowMs();
    const steadyMs = this.#steady.read(nowMs);
    if (isPrincipal(verdict)) {
      const { expiresAtEpochSeconds = Number.POSITIVE_INFINITY, verifiedAtEpochSeconds } = verdict;
      // A verification time in the future does not make a verdict younger.
      const leftMs = maxAgeMs - Math.max(0, nowMs - verifiedAtEpochSeconds * 1000);
      const untilMs = Math.min(expiresAtEpochSeconds * 1000, nowMs + leftMs);
      if (nowMs >= untilMs) return;
      this.#accepted.set(
        key,
        scheme,
        verdict,
        { untilMs, untilSteadyMs: steadyMs + leftMs },
        nowMs,
      );
    } else if (negative !== undefined && isLasting(verdict)) {
      const { maxAgeMs: leftMs } = negative;
      const until = { untilMs: nowMs + leftMs, untilSteadyMs: steadyMs + leftMs };
      this.#refused?.set(digestOf(token), scheme, verdict, until, nowMs);
    }
  }

  #drop(event: AuthenticatorEvent): void {
    this.#generation += 1;
    this.#accepted.clear();
    this.#refused?.clear();
    this.#flights.detach();
    this.#listeners.emit(event);
  }

  subscribe(listener: (event: AuthenticatorEvent) => void): () => void {
    return this.#listeners.subscribe(listener);
  }

  async ready(signal?: AbortSignal): Promise<void> {
    await this.#inner.ready?.(signal);
  }

  async close(): Promise<void> {
    this.#unsubscribe?.();
    this.#closed = true;
    this.#accepted.clear();
    this.#refused?.clear();
    await this.#inner.close?.();
  }
}

/**
 * Caches an authenticator's verdicts. A hit is synchronous, and means that the whole token and the scheme
 * are equal, that the token has not expired, and that it was verified at most `maxAgeSeconds` ago. All
 * verdicts are dropped when the authenticator reports changed keys or revoked tokens. Calls with the same
 * token at the same time share one verification.
 *
 * A token that its issuer revokes without an event stays valid here for up to `maxAgeSeconds`.
 *
 * @throws ConfigError for a wrong option, and for an authenticator that may answer from a cache.
 * @example cached(createOidcAuthenticator(options), { maxAgeSeconds: 60 })
 */
export function cached<C extends object>(
  authenticator: Authenticator<C>,
  options: CacheOptions = {},
): ManagedAuthenticator<C> {
  const settings = readCacheOptions(options);
  checkAuthenticator(authenticator);
  if (isCaching(authenticator)) {
    throw new ConfigError(
      `cached: "${authenticator.name}" may answer from a cache already; expected one that does not`,
    );
  }
  const wrapper: ManagedAuthenticator<object> = new Cached(authenticator, settings);
  return wrapper as ManagedAuthenticator<C>;
}

function isLasting(verdict: unknown): verdict is AuthError {
  return (
    AuthError.is(verdict) && verdict.code === 'invalid_token' && !TRANSIENT.has(verdict.reason)
  );
}

function digestOf(token: string): string {
  return hash('sha256', token, 'base64url');
}
